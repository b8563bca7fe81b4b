//! Inference components: models that share the instances of an endpoint.

use super::deployment::ComponentDeploymentKeys;
use super::model::ModelKeys;
use super::scaling::ScalingKeys;
use crate::config::declare::shape;
use crate::config::shape::Bounds;
use crate::config::types::choice;
use crate::literal::{Duration, InferenceComponentName, S3Uri};
use crate::value::Value;

shape! {
    /// One of the models that share the instances: a model, or an adapter on the model of another.
    pub(crate) struct ComponentKeys {
        /// Its name, unique in the stage. Callers know it as `<EndpointName>-<Name>`.
        #[becomes(".InferenceComponentName")]
        "Name" => required name: InferenceComponentName,
        /// The model. Left out of a component that is no adapter, it is the pinned version of the
        /// model package group that bears the stack's name.
        #[becomes(".Specification.ModelName", "AWS::SageMaker::Model")]
        "Model" => optional model: ModelKeys,
        /// Makes it an adapter: the component whose model it adapts and on whose copies it runs. Left
        /// out, it has a model and copies of its own.
        #[becomes(".Specification.BaseInferenceComponentName")]
        "BaseComponent" => optional base_component: InferenceComponentName,
        /// With `BaseComponent`: the adapter, a `.tar.gz` in S3.
        #[becomes(".Specification.Container.ArtifactUrl")]
        "ArtifactUrl" => optional artifact_url: Value<S3Uri>,
        /// How many copies to begin with. Left out, 1.
        #[becomes(".RuntimeConfig.CopyCount")]
        "CopyCount" => optional copy_count: Value<i64> [Bounds::from(0)],
        /// How many GPUs or Neuron devices each copy gets. Left out, none.
        #[becomes(".Specification.ComputeResourceRequirements.NumberOfAcceleratorDevicesRequired")]
        "Accelerators" => optional accelerators: Value<f64> [Bounds::from(1)],
        /// How many CPU cores each copy gets, a quarter of one at least. Left out, SageMaker decides.
        #[becomes(".Specification.ComputeResourceRequirements.NumberOfCpuCoresRequired")]
        "CpuCores" => optional cpu_cores: Value<f64>,
        /// The memory that each copy gets. A component that is no adapter needs it.
        #[becomes(".Specification.ComputeResourceRequirements.MinMemoryRequiredInMb")]
        "MinMemoryInMB" => optional min_memory_in_mb: Value<i64> [Bounds::from(128)],
        /// The memory that each copy may use at most. Left out, there is no limit.
        #[becomes(".Specification.ComputeResourceRequirements.MaxMemoryRequiredInMb")]
        "MaxMemoryInMB" => optional max_memory_in_mb: Value<i64> [Bounds::from(128)],
        /// How long a copy may take to download the model. Left out, SageMaker decides.
        #[becomes(".Specification.StartupParameters.ModelDataDownloadTimeoutInSeconds")]
        "ModelDataDownloadTimeout" => optional model_data_download_timeout: Duration [Bounds::of(60, 3600)],
        /// How long a container may take to pass its health check. Left out, SageMaker decides.
        #[becomes(".Specification.StartupParameters.ContainerStartupHealthCheckTimeoutInSeconds")]
        "ContainerStartupHealthCheckTimeout" => optional container_startup_health_check_timeout: Duration [Bounds::of(60, 3600)],
        /// Whether instances keep image and model, so that the next copy starts sooner. Left out,
        /// SageMaker decides.
        #[becomes(".Specification.DataCacheConfig.EnableCaching")]
        "DataCaching" => optional data_caching: Value<bool>,
        /// On which instances copies are placed. Left out, SageMaker decides.
        #[becomes(".Specification.SchedulingConfig")]
        "Placement" => optional placement: PlacementKeys,
        /// How a new version of the component takes over. Left out, SageMaker decides.
        #[becomes(".DeploymentConfig")]
        "Deployment" => optional deployment: ComponentDeploymentKeys,
        /// How the number of copies follows the load. Left out, it stays as it is.
        #[becomes("AWS::ApplicationAutoScaling::ScalableTarget")]
        "AutoScaling" => optional auto_scaling: ScalingKeys,
    }
}

shape! {
    /// On which instances copies are placed.
    pub(crate) struct PlacementKeys {
        /// Whether copies are spread over many instances or packed onto few.
        #[becomes(".PlacementStrategy")]
        "Strategy" => required strategy: PlacementStrategy,
        /// By how many copies availability zones may differ, as far as SageMaker can help it.
        #[becomes(".AvailabilityZoneBalance.MaxImbalance", ".AvailabilityZoneBalance.EnforcementMode")]
        "MaxImbalance" => default(Value::Literal(0)) max_imbalance: Value<i64> [Bounds::of(0, 100)],
    }
}

choice! {
    /// On which instances copies are placed.
    pub enum PlacementStrategy {
        /// On many.
        Spread = "SPREAD",
        /// On few.
        Binpack = "BINPACK",
    }
}
