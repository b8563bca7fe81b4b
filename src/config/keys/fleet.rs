//! Instances: the keys that a stage with one variant, `Variants` and `ShadowVariant` share.

use crate::cfn::sagemaker::endpoint_config::InferenceAmiVersion;
use crate::config::declare::{Parts, shape};
use crate::config::keys::model::ModelKeys;
use crate::config::keys::scaling::ScalingKeys;
use crate::config::shape::{At, Bounds, Cx, Form, Shape};
use crate::config::types::choice;
use crate::json::Json;
use crate::literal::{Duration, InstanceType, KmsKey, ReservationArn, S3Uri, VariantName};
use crate::value::Value;

shape! {
    /// The instances of a variant, and how they are set up.
    pub(crate) struct FleetKeys {
        /// The type of the instances. The set is open: a type that AWS adds tomorrow is accepted.
        #[becomes(".InstanceType")]
        "InstanceType" => optional instance_type: Value<InstanceType>,
        /// How many instances to begin with. Left out beside `ManagedInstanceScaling`, as many as it
        /// keeps, and at least one.
        #[becomes(".InitialInstanceCount")]
        "InstanceCount" => optional instance_count: Value<i64> [Bounds::from(1)],
        /// Several instance types instead of `InstanceType`, the preferred one first: SageMaker takes
        /// the first that has free instances. Left out, there is one type.
        #[becomes(".InstancePools")]
        "InstancePools" => optional instance_pools: Vec<PoolKeys> [Bounds::of(1, 5)],
        /// How long SageMaker looks for free instances. Left out, SageMaker decides.
        #[becomes(".VariantInstanceProvisionTimeoutInSeconds")]
        "InstanceProvisionTimeout" => optional instance_provision_timeout: Duration [Bounds::of(300, 3600)],
        /// The size of each instance's storage volume. Left out, SageMaker decides. Instances with
        /// disks of their own have no volume.
        #[becomes(".VolumeSizeInGB")]
        "VolumeSizeInGB" => optional volume_size_in_gb: Value<i64> [Bounds::of(1, 512)],
        /// How long an instance may take to download the model. Left out, SageMaker decides.
        #[becomes(".ModelDataDownloadTimeoutInSeconds")]
        "ModelDataDownloadTimeout" => optional model_data_download_timeout: Duration [Bounds::of(60, 3600)],
        /// How long a container may take to pass its health check. Left out, SageMaker decides.
        #[becomes(".ContainerStartupHealthCheckTimeoutInSeconds")]
        "ContainerStartupHealthCheckTimeout" => optional container_startup_health_check_timeout: Duration [Bounds::of(60, 3600)],
        /// The machine image of GPU or Neuron instances, which decides on their driver. Left out,
        /// SageMaker decides. The set is open.
        #[becomes(".InferenceAmiVersion")]
        "InferenceAmiVersion" => optional inference_ami_version: Value<InferenceAmiVersion>,
        /// Which instance a request goes to: the one with the most room, any, or the one that got
        /// requests with the same beginning before. Left out, SageMaker decides, which takes any.
        #[becomes(".RoutingConfig.RoutingStrategy")]
        "RoutingStrategy" => optional routing_strategy: RoutingStrategy,
        /// With `RoutingStrategy: PREFIX_AWARE`: what counts as the same beginning.
        #[becomes(".RoutingConfig.PrefixAwareRoutingConfig")]
        "PrefixAwareRouting" => optional prefix_aware_routing: PrefixAwareRouting,
        /// A reservation of ML capacity, such as a training plan. Instances are then taken from it
        /// and from nothing else. Left out, they are taken on demand.
        #[becomes(".CapacityReservationConfig.MlReservationArn", ".CapacityReservationConfig.CapacityReservationPreference")]
        "CapacityReservationArn" => optional capacity_reservation_arn: Value<ReservationArn>,
        /// Whether people may log in to the instances through AWS Systems Manager, to look for the
        /// cause of trouble. AWS has to allow it for the account.
        #[becomes(".EnableSSMAccess")]
        "EnableSSMAccess" => default(Value::Literal(false)) enable_ssm_access: Value<bool>,
        /// Where a container that crashes leaves its memory. Left out, nowhere.
        #[becomes(".CoreDumpConfig")]
        "CoreDump" => optional core_dump: CoreDump,
    }
}

shape! {
    /// One of several variants that share the traffic.
    pub(crate) struct VariantKeys {
        /// The variant's name, unique in the endpoint.
        #[becomes(".VariantName")]
        "Name" => required name: VariantName,
        /// Its share of the traffic, relative to the weights of the others. A weight of 0 gets none.
        #[becomes(".InitialVariantWeight")]
        "Weight" => default(Value::Literal(1.0)) weight: Value<f64> [Bounds::from(0)],
        /// The model. Left out, it is the pinned version of the model package group that bears the
        /// stack's name.
        #[becomes(".ModelName", "AWS::SageMaker::Model")]
        "Model" => optional model: ModelKeys,
        #[below("AWS::SageMaker::EndpointConfig.ProductionVariants[]")]
        ..fleet: FleetKeys,
        /// How this variant's number of instances follows the load. Left out, it stays as it is.
        #[becomes("AWS::ApplicationAutoScaling::ScalableTarget")]
        "AutoScaling" => optional auto_scaling: ScalingKeys,
    }
}

shape! {
    /// A variant that gets a copy of the traffic. Its answers are thrown away.
    pub(crate) struct ShadowKeys {
        /// The variant's name, unique in the endpoint.
        #[becomes(".VariantName")]
        "Name" => required name: VariantName,
        /// How many percent of the requests it gets a copy of.
        #[becomes(".InitialVariantWeight")]
        "SamplingPercentage" => required sampling_percentage: i64 [Bounds::of(0, 100)],
        /// The model. Left out, it is the pinned version of the model package group that bears the
        /// stack's name.
        #[becomes(".ModelName", "AWS::SageMaker::Model")]
        "Model" => optional model: ModelKeys,
        #[below("AWS::SageMaker::EndpointConfig.ShadowProductionVariants[]")]
        ..fleet: FleetKeys,
    }
}

choice! {
    /// How requests find an instance.
    pub(crate) enum RoutingStrategy {
        /// The one that has the most room.
        LeastOutstandingRequests = "LEAST_OUTSTANDING_REQUESTS",
        /// Any.
        Random = "RANDOM",
        /// The one that got requests with the same beginning before.
        PrefixAware = "PREFIX_AWARE",
    }
}

shape! {
    /// What counts as the same beginning of requests.
    pub(crate) struct PrefixAwareRouting {
        /// How many bytes of a request's body are compared, or characters of its messages.
        #[becomes(".PrefixLength")]
        "PrefixLength" => required prefix_length: Value<i64> [Bounds::of(1024, 65536)],
        /// With how many requests in flight an instance, or a copy of a component, gets no more of
        /// them.
        #[becomes(".ConcurrencyThreshold")]
        "ConcurrencyThreshold" => required concurrency_threshold: Value<i64> [Bounds::of(1, 1024)],
    }
}

shape! {
    /// Where a container that crashes leaves its memory.
    pub struct CoreDump {
        /// Below which prefix.
        #[becomes(".DestinationS3Uri")]
        "DestinationS3Uri" => required destination_s3_uri: Value<S3Uri> [Bounds::to(512)],
        /// The key that encrypts it. Left out, the one that S3 has for the account.
        #[becomes(".KmsKeyId")]
        "KmsKeyId" => optional kms_key_id: Value<KmsKey>,
    }
}

/// One of several instance types.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct PoolKeys {
    pub(crate) instance_type: Value<InstanceType>,
    pub(crate) model: Option<ModelKeys>,
}

shape! {
    /// An instance type with a model of its own.
    pub(crate) struct PoolMap {
        /// The instance type.
        #[becomes(".InstanceType", ".Priority")]
        "InstanceType" => required instance_type: Value<InstanceType>,
        /// The model on instances of this type, such as one that is compiled for them. Left out, it
        /// is the variant's.
        #[becomes(".ModelNameOverride", "AWS::SageMaker::Model")]
        "Model" => optional model: ModelKeys,
    }
}

impl Shape for PoolKeys {
    fn expected(_: Bounds) -> String {
        "an instance type, or a map with `InstanceType` and `Model`".to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        if at.node.entries().is_some() {
            let keys = PoolMap::decode(at, bounds, cx)?;
            return Some(Self {
                instance_type: keys.instance_type,
                model: keys.model,
            });
        }
        Some(Self {
            instance_type: Value::decode(at, bounds, cx)?,
            model: None,
        })
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let schemas = vec![
            Value::<InstanceType>::schema(bounds, form),
            PoolMap::schema(bounds, form),
        ];
        [("anyOf", Json::Array(schemas))].into()
    }

    fn parts() -> Parts {
        PoolMap::parts()
    }
}

shape! {
    /// How the number of instances follows that of the copies that run on them.
    pub struct ManagedInstanceScaling {
        /// The least number of instances. With 0 the endpoint may go to sleep, once no component has
        /// a copy.
        #[becomes(".MinInstanceCount")]
        "MinInstanceCount" => required min_instance_count: Value<i64> [Bounds::from(0)],
        /// The greatest number of instances.
        #[becomes(".MaxInstanceCount")]
        "MaxInstanceCount" => required max_instance_count: Value<i64> [Bounds::from(1)],
        /// How instances are given back. Left out, SageMaker decides.
        #[becomes(".ScaleInPolicy")]
        "ScaleIn" => optional scale_in: ScaleIn,
    }
}

shape! {
    /// How instances are given back.
    pub struct ScaleIn {
        /// Whether copies are moved together so that instances come free, or only instances without a
        /// copy are given back.
        #[becomes(".Strategy")]
        "Strategy" => required strategy: ScaleInStrategy,
        /// With `CONSOLIDATION`: how many instances may be given back at a time. Left out, SageMaker
        /// decides, which takes one.
        #[becomes(".MaximumStepSize")]
        "MaximumStepSize" => optional maximum_step_size: Value<i64> [Bounds::of(1, 100)],
        /// With `CONSOLIDATION`: how long after the last change copies are moved, in whole minutes.
        /// Left out, SageMaker decides, which takes 20 minutes.
        #[becomes(".CooldownInMinutes")]
        "Cooldown" => optional cooldown: Duration [Bounds::of(300, 86400).in_steps_of(60)],
    }
}

choice! {
    /// How instances are given back.
    pub enum ScaleInStrategy {
        /// Copies are moved together, and the instances that come free are given back.
        Consolidation = "CONSOLIDATION",
        /// Instances without a copy are given back.
        IdleRelease = "IDLE_RELEASE",
    }
}
