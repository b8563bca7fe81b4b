//! F3, called L2: what SageMaker hosting means, in types that exclude what it refuses.
//!
//! A [`Model`] is made of [`Container`]s; variants run models on instances or without them;
//! an [`EndpointConfig`] is real-time, serverless or asynchronous, and that [`Mode`] stays in the
//! type of the [`Endpoint`] that serves it, so that only the capture, rollout and scaling that the
//! mode has can be asked for. What a constructor leaves out is refused by the compiler, in a message
//! that names the property.
//!
//! The safe-update contract is built in: models and endpoint configurations have no physical names,
//! because every edit replaces them; the endpoint's name is given and stays; their replaced
//! predecessors are kept, because an endpoint that SageMaker has silently rolled back still runs on
//! them; permissions are inline in the role, so that nothing can be created before them; scaling
//! refers to the endpoint and is created after it, and an endpoint that scales keeps its counts when
//! it is updated.
//!
//! An [`Alarm`] names its endpoint by text, so that it is there before the endpoint whose updates it
//! takes back; what it may watch is what the endpoint's mode publishes, and its threshold has a unit.
//!
//! Bounds on values and relations between resources are left to `rules`.
//!
//! A whole stack:
//!
//! ```
//! use sageform::hosting::{
//!     Capacity, Container, Cooldowns, DataCapture, Endpoint, EndpointConfig, ExecutionRole,
//!     InstanceCount, InstanceMetric, InstanceScaling, InstanceVariant, Model, ModelPackageGroup,
//! };
//! use sageform::literal::{
//!     EndpointName, ImageUri, InstanceType, ModelPackageGroupName, S3Uri, VariantName,
//! };
//! use sageform::template::{Stack, json_text};
//!
//! const NAME: EndpointName = EndpointName::new("churn");
//! const VARIANT: VariantName = VariantName::new("primary");
//! const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
//!
//! let mut stack = Stack::new("churn");
//! ModelPackageGroup::new(ModelPackageGroupName::new("churn")).add_to(&mut stack, "Models");
//! let container = Container::image(IMAGE).model_data_url(S3Uri::new("s3://churn/model.tar.gz"));
//! let capture = DataCapture::to(S3Uri::new("s3://churn-capture/prod"), 20);
//! let role = ExecutionRole::new(NAME)
//!     .container(container.as_any())?
//!     .data_capture(&capture)?
//!     .add_to(&mut stack, "ExecutionRole");
//! let model = Model::builder()
//!     .container(container)
//!     .execution_role(&role)
//!     .build()
//!     .add_to(&mut stack, "Model");
//! let variant = InstanceVariant::builder(VARIANT)
//!     .model(&model)
//!     .instance_type(InstanceType::new("ml.m5.xlarge"))
//!     .initial_instance_count(InstanceCount::new(2))
//!     .build();
//! let config = EndpointConfig::real_time(variant, [])
//!     .data_capture(capture)
//!     .add_to(&mut stack, "EndpointConfig");
//! let endpoint = Endpoint::builder()
//!     .name(NAME)
//!     .config(&config)
//!     .build()
//!     .add_to(&mut stack, "Endpoint");
//! let metric = InstanceMetric::InvocationsPerInstance(70.0.into());
//! let scaling = InstanceScaling::new(Capacity::new(2, 20)).track(metric, Cooldowns::default());
//! endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
//!
//! let (template, findings) = stack.finish();
//! assert!(findings.is_empty());
//! let text = json_text(&template.document);
//! assert!(text.contains(
//!     r#"    "Endpoint": {
//!       "Type": "AWS::SageMaker::Endpoint",
//!       "Properties": {
//!         "EndpointConfigName": {
//!           "Fn::GetAtt": [
//!             "EndpointConfig",
//!             "EndpointConfigName"
//!           ]
//!         },
//!         "EndpointName": "churn",
//!         "RetainAllVariantProperties": true
//!       }
//!     },"#
//! ), "{text}");
//! # Ok::<(), sageform::hosting::NotDerivable>(())
//! ```

mod access;
mod alarm;
mod capture;
mod component;
mod component_builder;
mod component_rollout;
mod component_source;
mod container;
mod container_definition;
mod container_list;
mod dashboard;
mod endpoint;
mod endpoint_config;
mod explainer;
mod managed_scaling;
mod metrics;
mod mode;
mod model;
mod options;
mod package_group;
mod policy;
mod registry;
mod required;
mod role;
mod rollout;
mod scaling;
mod serverless;
mod sub;
mod variant;

pub use access::{NotDerivable, PackageAccess, PackageKey};
pub use alarm::{
    Alarm, AlarmHandle, AlarmReference, AlarmRule, Amount, AnyAlarm, ComponentMetrics,
    CompositeAlarm, CompositeAlarmHandle, Devices, EvaluationPeriods, Fraction, LatencyStatistic,
    Percentile, Period, PublishesBacklog, PublishesConcurrency, PublishesDisk, PublishesErrors,
    PublishesInvocations, PublishesModelErrors, PublishesNormalizedUtilization,
    PublishesProvisionedConcurrency, PublishesUtilization, Subject, VariantMetrics,
};
pub use capture::{AsyncOutput, AsyncOutputBuilder, CapturedSide, DataCapture, NotifiedOutcome};
pub use component::{Adapter, Base, ComponentHandle, HasCompute, InferenceComponent};
pub use component_builder::{
    ComponentSourceNotSet, HasContainer, HostedOn, InferenceComponentBuilder,
    InstanceSpecification, OnInstanceType, WholeComponent,
};
pub use component_rollout::{ComponentRollout, CopyBatch, RollbackBatch, UpdateBatch};
pub use component_source::{ComponentContainer, ContainerMetrics, FitsComponents, Placement};
pub use container::{
    AnyContainer, Container, GatedTarGz, IsGateable, IsImage, IsMultiModel, IsPackage, ModelData,
    ModelDataNotSet, MultiModel, NamedContainer, NoModelData, PackageData, TarGz, Uncompressed,
};
pub use container_list::{HasHostname, ModelsPrefix, OneContainer, OtherContainers};
pub use dashboard::{Charts, Dashboard, HasDashboard};
pub use endpoint::{Endpoint, EndpointBuilder, EndpointHandle};
pub use endpoint_config::{
    Comparable, EndpointConfig, EndpointConfigHandle, OnInstances, OtherVariants,
    SamplingPercentage,
};
pub use explainer::{
    ExplainedRecords, Explainer, FeatureType, Granularity, ShapBaseline, TextFeatures,
};
pub use managed_scaling::{Consolidation, ManagedInstanceScaling, ScaleIn};
pub use metrics::{Metrics, PublishFrequency};
pub use mode::{
    Async, CapturesData, ComponentHost, Hosts, InstanceBacked, Mode, OnDemand, Provisioned,
    Provisioning, Queued, RealTime, ScalesConcurrency, ScalesOnInvocations, Serverless,
};
pub use model::{
    Containers, InstanceOnly, Model, ModelBuilder, ModelHandle, ModelKind, Network, NetworkChoice,
    Portable, RunsServerless, SeveralModels,
};
pub use options::{CoreDump, Routing};
pub use package_group::ModelPackageGroup;
pub use registry::{IsPrivateRegistry, Platform, PrivateRegistry, PulledThrough, Registry};
pub use required::{
    ComponentEndpointSet, ComponentSourceSet, EndpointConfigNameSet, EndpointNameSet,
    ExecutionRoleArnSet, Given, InitialInstanceCountSet, InstanceTypeSet, MaxConcurrencySet,
    MemorySizeSet, MinMemorySet, Missing, ModelContainerNotSet, ModelContainerSet, ModelNameSet,
    S3OutputPathSet, ServedSet,
};
pub use role::ExecutionRole;
pub use rollout::{
    BatchSize, BlueGreen, CanarySize, InBatches, LinearStepSize, MetricAlarm, Retained,
    RollbackAlarms, RollbackBatchSize, Rolling, Rollout, RolloutFor, RollsBackOn, Stated,
};
pub use scaling::{
    Adjustment, Capacity, CapacityBounds, CapacityChange, CapacityFromZero, ChangeInCapacity,
    ConcurrencyMetric, ConcurrencyScaling, Cooldowns, CopyMetric, CopyScaling, CustomMetric,
    ExactCapacity, InstanceMetric, InstanceScaling, PercentChangeInCapacity, QueueMetric,
    QueueScaling, Scaling, ScalingMetric, ScalingTarget, ScheduledAction, StepPolicy, Steps,
    Utilization,
};
pub use serverless::{Concurrency, Memory, ServerlessVariant, ServerlessVariantBuilder};
pub use variant::{
    Components, HasOwnModel, HostVariant, HostsComponents, InstanceCount, InstanceTypeNotSet,
    InstanceVariant, InstanceVariantBuilder, Pools, TakesInstancePools,
};
