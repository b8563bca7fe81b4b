//! The keys of a stage, each declared once.
//!
//! The structs here are what stands in the file, key by key; those that need no second thought are
//! public as they are. `stage` turns the rest into types that cannot hold a contradiction.

mod alarms;
mod components;
mod deployment;
mod endpoint;
mod fleet;
mod image;
mod model;
mod scaling;
mod texts;

use indexmap::IndexMap;

use super::codecs::MapOf;
use super::declare::shape;
use super::shape::Bounds;
use crate::json::Object;
use crate::literal::{AccountId, EndpointName, KmsKey, Region, RoleArn, VariantName};
use crate::value::Value;
use texts::{LogicalIds, TagKeys};

pub use alarms::{AlarmKind, LatencyStatistic};
pub use components::PlacementStrategy;
pub use endpoint::{
    AsyncInference, BaselineType, Capture, DataCapture, FeatureType, Granularity, Notification,
    PackageGroup, Topic,
};
pub use fleet::{CoreDump, ManagedInstanceScaling, ScaleIn, ScaleInStrategy};
pub use model::{ExecutionMode, ModelCacheSetting};
pub use scaling::{MetricAggregation, MetricStatistic};

pub(crate) use alarms::{AlarmsKeys, InvocationsAlarm, LatencyAlarm, RateAlarm, TimingKeys};
pub(crate) use components::ComponentKeys;
pub(crate) use deployment::{ComponentDeploymentKeys, DeploymentKeys, WAIT_INTERVAL};
pub(crate) use endpoint::{ExplainerKeys, MetricsKeys, NetworkKeys};
pub(crate) use fleet::{FleetKeys, RoutingStrategy, ShadowKeys, VariantKeys};
pub(crate) use image::{FrameworkKeys, ImageKey};
pub(crate) use model::{ContainerKeys, ContainerMode, ModelKeys, RepositoryAccessMode};
pub(crate) use scaling::{
    AdjustmentType, CustomMetricKeys, ScalingKeys, ScheduledActionKeys, StepPolicyKeys,
};
pub(crate) use texts::{PackageGroupNames, is_tag_text};

/// The name of a variant that nobody named.
pub(crate) const ALL_TRAFFIC: VariantName = VariantName::new("AllTraffic");

shape! {
    /// One stage: an endpoint in one account and region, and what it needs.
    pub(crate) struct StageKeys {
        /// The region, such as `eu-west-1`. Left out, the region is the one that a deployment names.
        #[does("says where the stack is deployed, and of which region images by framework are")]
        "Region" => optional region: Region,
        /// The account's 12 digits, in quotes. Left out, any account will do.
        #[does("says where the stack may be deployed")]
        "Account" => optional account: AccountId,
        /// The role that CloudFormation assumes while it creates and updates the stack.
        /// Left out, CloudFormation acts with the permissions of whoever deploys.
        #[does("goes with the change set")]
        "CloudFormationRoleArn" => optional cloud_formation_role_arn: RoleArn,
        /// Whether CloudFormation refuses to delete the stack.
        #[does("is set on the stack")]
        "TerminationProtection" => default(false) termination_protection: bool,
        /// Tags of the stack, which CloudFormation puts on all of its resources. At most 50. Left
        /// out, there are none.
        #[does("goes with the change set")]
        "Tags" => default(IndexMap::new()) tags: IndexMap<String, Value<String>> as MapOf<TagKeys> [Bounds::to(50)],
        /// The endpoint's name, by which callers know it. Left out, it is `<stack>-<stage>`.
        #[becomes("AWS::SageMaker::Endpoint.EndpointName")]
        "EndpointName" => optional endpoint_name: Value<EndpointName>,
        /// The role that the model's containers act with.
        /// Left out, a role is made with exactly the permissions that the declared inputs need.
        #[becomes("AWS::SageMaker::Model.ExecutionRoleArn", "AWS::SageMaker::EndpointConfig.ExecutionRoleArn")]
        "ExecutionRoleArn" => optional execution_role_arn: Value<RoleArn>,
        /// The key that encrypts the storage volumes of the instances. Left out, they are encrypted
        /// with a key that AWS manages. Instances with disks of their own have no volume.
        #[becomes("AWS::SageMaker::EndpointConfig.KmsKeyId")]
        "KmsKeyId" => optional kms_key_id: Value<KmsKey>,
        /// The model. Left out, it is the pinned version of the model package group that bears the
        /// stack's name.
        #[becomes("AWS::SageMaker::Model.PrimaryContainer")]
        "Model" => optional model: ModelKeys,
        /// The name of the endpoint's only variant.
        #[becomes("AWS::SageMaker::EndpointConfig.ProductionVariants[].VariantName")]
        "VariantName" => default(ALL_TRAFFIC) variant_name: VariantName,
        #[below("AWS::SageMaker::EndpointConfig.ProductionVariants[]")]
        ..fleet: FleetKeys,
        /// Serverless: how many requests are worked on at the same time. Makes the stage serverless.
        #[becomes("AWS::SageMaker::EndpointConfig.ProductionVariants[].ServerlessConfig.MaxConcurrency")]
        "ServerlessMaxConcurrency" => optional serverless_max_concurrency: Value<i64> [Bounds::of(1, 200)],
        /// Serverless: the memory of each worker, in steps of 1024.
        #[becomes("AWS::SageMaker::EndpointConfig.ProductionVariants[].ServerlessConfig.MemorySizeInMB")]
        "ServerlessMemorySizeInMB" | "ServerlessSizeInMB" => default(Value::Literal(1024)) serverless_memory_size_in_mb: Value<i64> [Bounds::of(1024, 6144).in_steps_of(1024)],
        /// Serverless: how many workers are kept warm, at most `ServerlessMaxConcurrency`.
        /// Left out, none are.
        #[becomes("AWS::SageMaker::EndpointConfig.ProductionVariants[].ServerlessConfig.ProvisionedConcurrency")]
        "ServerlessProvisionedConcurrency" => optional serverless_provisioned_concurrency: Value<i64> [Bounds::of(1, 200)],
        /// Several variants that share the traffic by weight, instead of `InstanceType`,
        /// `InstanceCount` and `Model` above. Left out, there is one variant.
        #[becomes("AWS::SageMaker::EndpointConfig.ProductionVariants")]
        "Variants" => optional variants: Vec<VariantKeys> [Bounds::of(1, 10)],
        /// A variant that gets a copy of the traffic of the only other one, to see how a new model or
        /// instance type does. Left out, there is none.
        #[becomes("AWS::SageMaker::EndpointConfig.ShadowProductionVariants[]")]
        "ShadowVariant" => optional shadow_variant: ShadowKeys,
        /// Several models that share the instances, each with copies of its own, instead of `Model`
        /// above. Left out, there is one model.
        #[becomes("AWS::SageMaker::InferenceComponent")]
        "Components" => optional components: Vec<ComponentKeys> [Bounds::of(1, 100)],
        /// With `Components`: how the number of instances follows that of the copies. Left out, it
        /// stays as it is.
        #[becomes("AWS::SageMaker::EndpointConfig.ProductionVariants[].ManagedInstanceScaling")]
        "ManagedInstanceScaling" => optional managed_instance_scaling: ManagedInstanceScaling,
        /// Where the containers run. Left out, they run outside of any VPC of yours.
        #[becomes("AWS::SageMaker::Model.VpcConfig", "AWS::SageMaker::EndpointConfig.VpcConfig")]
        "Network" => optional network: NetworkKeys,
        /// Copies of requests and responses in S3. Left out, nothing is captured.
        #[becomes("AWS::SageMaker::EndpointConfig.DataCaptureConfig")]
        "DataCapture" => optional data_capture: DataCapture,
        /// Explanations of the answers. Left out, there are none.
        #[becomes("AWS::SageMaker::EndpointConfig.ExplainerConfig.ClarifyExplainerConfig")]
        "Explainer" => optional explainer: ExplainerKeys,
        /// Asynchronous inference: requests wait in a queue, payloads and results are in S3. Left out,
        /// requests are answered at once.
        #[becomes("AWS::SageMaker::EndpointConfig.AsyncInferenceConfig")]
        "Async" => optional async_inference: AsyncInference,
        /// How the number of instances (or of warm serverless workers) follows the load and the clock.
        /// Left out, it stays as it is.
        #[becomes("AWS::ApplicationAutoScaling::ScalableTarget")]
        "AutoScaling" => optional auto_scaling: ScalingKeys,
        /// How a new version of the endpoint takes over. Left out, a second fleet gets all traffic at
        /// once, and nothing takes it back.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig")]
        "Deployment" => optional deployment: DeploymentKeys,
        /// Alarms on the endpoint. Left out, there are none but those that `Deployment` needs.
        #[becomes("AWS::CloudWatch::Alarm")]
        "Alarms" => optional alarms: AlarmsKeys,
        /// Whether there is a dashboard of the endpoint's metrics.
        #[becomes("AWS::CloudWatch::Dashboard")]
        "Dashboard" => default(false) dashboard: bool,
        /// Metrics beyond those that every endpoint has. Left out, there are none.
        #[becomes("AWS::SageMaker::EndpointConfig.MetricsConfig")]
        "Metrics" => optional metrics: MetricsKeys,
        /// Model package groups that the stack makes. A stack may consist of only these. Left out,
        /// there are none.
        #[becomes("AWS::SageMaker::ModelPackageGroup")]
        "PackageGroups" => default(Vec::new()) package_groups: Vec<PackageGroup> [Bounds::from(1)],
        /// Raw properties, merged into any resource by its logical id: CloudFormation's own words,
        /// unchecked. A `null` removes the property. Left out, there are none.
        #[does("is merged into the resources of these logical ids")]
        "Overrides" => default(IndexMap::new()) overrides: IndexMap<String, Object> as MapOf<LogicalIds>,
    }
}
