//! The keys of a stage, each declared once.
//!
//! The structs here are what stands in the file, key by key; those that need no second thought are
//! public as they are. `stage` turns the rest into types that cannot hold a contradiction.

use indexmap::IndexMap;

use super::codecs::{Fraction, Keys, MapOf, OneOrMore};
use super::declare::shape;
use super::document::Scalar;
use super::shape::{At, Bounds, Codec, Cx, Form, Shape};
use super::types::{choice, word};
use crate::finding::Finding;
use crate::json::{Json, Object};
use crate::literal::{
    AccountId, ContainerHostname, ContentType, Duration, EndpointName, ImageUri, InstanceType,
    KmsKey, ModelPackageArn, ModelPackageGroupName, Region, RoleArn, S3Prefix, S3Uri,
    SecurityGroupId, SubnetId, TopicArn, VariantName,
};
use crate::value::Value;

/// The name of a variant that nobody named.
pub(crate) const ALL_TRAFFIC: VariantName = VariantName::new("AllTraffic");

shape! {
    /// One stage: an endpoint in one account and region, and what it needs.
    pub(crate) struct StageKeys {
        /// The region, such as `eu-west-1`. Left out, the region is the one that a deployment names.
        "Region" => optional region: Region,
        /// The account's 12 digits, in quotes. Left out, any account will do.
        "Account" => optional account: AccountId,
        /// The role that CloudFormation assumes while it creates and updates the stack.
        /// Left out, CloudFormation acts with the permissions of whoever deploys.
        "CloudFormationRoleArn" => optional cloud_formation_role_arn: RoleArn,
        /// Whether CloudFormation refuses to delete the stack.
        "TerminationProtection" => default(false) termination_protection: bool,
        /// Tags of the stack, which CloudFormation puts on all of its resources. At most 50.
        "Tags" => default(IndexMap::new()) tags: IndexMap<String, Value<String>> as MapOf<TagKeys> [Bounds::to(50)],
        /// The endpoint's name, by which callers know it. Left out, it is `<stack>-<stage>`.
        "EndpointName" => optional endpoint_name: Value<EndpointName>,
        /// The role that the model's containers act with.
        /// Left out, a role is made with exactly the permissions that the declared inputs need.
        "ExecutionRoleArn" => optional execution_role_arn: Value<RoleArn>,
        /// The key that encrypts the storage volumes of the instances.
        /// Left out, they are encrypted with a key that AWS manages.
        "KmsKeyId" => optional kms_key_id: Value<KmsKey>,
        /// The model. Left out, it is the pinned version of the model package group that bears the
        /// stack's name.
        "Model" => optional model: ModelKeys,
        /// The instance type, such as `ml.m5.xlarge`. The set is open: a type that AWS adds tomorrow
        /// is accepted.
        "InstanceType" => optional instance_type: Value<InstanceType>,
        /// How many instances to begin with.
        "InstanceCount" => optional instance_count: Value<i64> [Bounds::from(1)],
        /// The name of the endpoint's only variant.
        "VariantName" => default(ALL_TRAFFIC) variant_name: VariantName,
        /// The size of each instance's storage volume. Left out, SageMaker decides.
        "VolumeSizeInGB" => optional volume_size_in_gb: Value<i64> [Bounds::of(1, 512)],
        /// How long an instance may take to download the model, 60s to 1h.
        "ModelDataDownloadTimeout" => optional model_data_download_timeout: Duration [Bounds::of(60, 3600)],
        /// How long a container may take to pass its health check, 60s to 1h.
        "ContainerStartupHealthCheckTimeout" => optional container_startup_health_check_timeout: Duration [Bounds::of(60, 3600)],
        /// Serverless: how many requests are worked on at the same time. Makes the stage serverless.
        "ServerlessMaxConcurrency" => optional serverless_max_concurrency: Value<i64> [Bounds::of(1, 200)],
        /// Serverless: the memory of each worker, in steps of 1024.
        "ServerlessMemorySizeInMB" | "ServerlessSizeInMB" => default(Value::Literal(1024)) serverless_memory_size_in_mb: Value<i64> [Bounds::of(1024, 6144).in_steps_of(1024)],
        /// Serverless: how many workers are kept warm, at most `ServerlessMaxConcurrency`.
        /// Left out, none are.
        "ServerlessProvisionedConcurrency" => optional serverless_provisioned_concurrency: Value<i64> [Bounds::of(1, 200)],
        /// Several variants that share the traffic by weight, instead of `InstanceType`,
        /// `InstanceCount` and `Model` above.
        "Variants" => optional variants: Vec<VariantKeys> [Bounds::of(1, 10)],
        /// Subnets and security groups of the containers. Left out, they run outside of any VPC of
        /// yours.
        "Network" => optional network: Network,
        /// Copies of requests and responses in S3. Left out, nothing is captured.
        "DataCapture" => optional data_capture: DataCapture,
        /// Asynchronous inference: requests wait in a queue, payloads and results are in S3.
        "Async" => optional async_inference: AsyncInference,
        /// How the number of instances (or of warm serverless workers) follows the load.
        /// Left out, it stays as it is.
        "AutoScaling" => optional auto_scaling: ScalingKeys,
        /// Model package groups that the stack makes. A stack may consist of only these.
        "PackageGroups" => default(Vec::new()) package_groups: Vec<PackageGroup> [Bounds::from(1)],
        /// Raw properties, merged into any resource by its logical id: CloudFormation's own words,
        /// unchecked. A `null` removes the property.
        "Overrides" => default(IndexMap::new()) overrides: IndexMap<String, Object> as MapOf<LogicalIds>,
    }
}

shape! {
    /// One of several variants that share the traffic.
    pub(crate) struct VariantKeys {
        /// The variant's name, unique in the endpoint.
        "Name" => required name: VariantName,
        /// Its share of the traffic, relative to the weights of the others.
        "Weight" => default(Value::Literal(1.0)) weight: Value<f64> [Bounds::from(0)],
        /// The instance type, such as `ml.m5.xlarge`.
        "InstanceType" => required instance_type: Value<InstanceType>,
        /// How many instances to begin with.
        "InstanceCount" => required instance_count: Value<i64> [Bounds::from(1)],
        /// The model. Left out, it is the pinned version of the model package group that bears the
        /// stack's name.
        "Model" => optional model: ModelKeys,
        /// The size of each instance's storage volume. Left out, SageMaker decides.
        "VolumeSizeInGB" => optional volume_size_in_gb: Value<i64> [Bounds::of(1, 512)],
        /// How long an instance may take to download the model, 60s to 1h.
        "ModelDataDownloadTimeout" => optional model_data_download_timeout: Duration [Bounds::of(60, 3600)],
        /// How long a container may take to pass its health check, 60s to 1h.
        "ContainerStartupHealthCheckTimeout" => optional container_startup_health_check_timeout: Duration [Bounds::of(60, 3600)],
        /// How this variant's number of instances follows the load.
        "AutoScaling" => optional auto_scaling: ScalingKeys,
    }
}

shape! {
    /// A model: one container of your own, a version of a model package, or a pipeline.
    pub(crate) struct ModelKeys {
        /// The model package group whose pinned, approved version is hosted.
        "PackageGroup" => optional package_group: ModelPackageGroupName,
        /// Pins this version of `PackageGroup` by hand.
        "Version" => optional version: i64 [Bounds::of(1, 999_999_999)],
        /// One version of a model package, by its ARN.
        "ModelPackageArn" => optional model_package_arn: Value<ModelPackageArn>,
        /// With `ModelPackageArn`: where the package's model data is, so that the role may read it.
        "ModelDataUrls" => optional model_data_urls: Vec<Value<S3Uri>> [Bounds::of(1, 15)],
        /// With `ModelPackageArn`: the package's images, so that the role may pull them.
        "Images" => optional images: Vec<Value<ImageUri>> [Bounds::of(1, 15)],
        /// The container's image.
        "Image" => optional image: Value<ImageUri>,
        /// The model: a `.tar.gz` in S3, or the prefix of many with `Mode: MultiModel`.
        "ModelDataUrl" => optional model_data_url: Value<S3Uri>,
        /// The model as uncompressed files: everything below a prefix that ends with `/`.
        "ModelDataPrefix" => optional model_data_prefix: Value<S3Prefix>,
        /// The model as a single uncompressed file.
        "ModelDataObject" => optional model_data_object: Value<S3Uri>,
        /// Environment variables of the container. At most 100. Not for secrets.
        "Environment" => default(IndexMap::new()) environment: IndexMap<String, Value<String>> as MapOf<EnvironmentKeys> [Bounds::to(100)],
        /// Whether the container serves one model or many.
        "Mode" => optional mode: ContainerMode,
        /// The name by which callers address one container of several.
        "ContainerHostname" => optional container_hostname: ContainerHostname,
        /// The containers of a pipeline, 2 to 15.
        "Containers" => optional containers: Vec<ContainerKeys> [Bounds::of(2, 15)],
        /// Whether `Containers` run one after the other or are called one by one.
        /// Left out, they run one after the other.
        "ExecutionMode" => optional execution_mode: ExecutionMode,
    }
}

shape! {
    /// One container of a pipeline.
    pub(crate) struct ContainerKeys {
        /// The container's image.
        "Image" => required image: Value<ImageUri>,
        /// The model: a `.tar.gz` in S3, or the prefix of many with `Mode: MultiModel`.
        "ModelDataUrl" => optional model_data_url: Value<S3Uri>,
        /// The model as uncompressed files: everything below a prefix that ends with `/`.
        "ModelDataPrefix" => optional model_data_prefix: Value<S3Prefix>,
        /// The model as a single uncompressed file.
        "ModelDataObject" => optional model_data_object: Value<S3Uri>,
        /// Environment variables of the container. At most 100. Not for secrets.
        "Environment" => default(IndexMap::new()) environment: IndexMap<String, Value<String>> as MapOf<EnvironmentKeys> [Bounds::to(100)],
        /// Whether the container serves one model or many.
        "Mode" => optional mode: ContainerMode,
        /// The name by which callers address the container. All containers have one, or none.
        "ContainerHostname" => optional container_hostname: ContainerHostname,
    }
}

shape! {
    /// How capacity follows the load. Exactly one target is given.
    pub(crate) struct ScalingKeys {
        /// The least number of instances; 0 only with `Async`.
        "MinCapacity" => required min_capacity: Value<i64> [Bounds::from(0)],
        /// The greatest number of instances.
        "MaxCapacity" => required max_capacity: Value<i64> [Bounds::from(1)],
        /// Target: so many requests per minute for each instance.
        "InvocationsPerInstance" => optional invocations_per_instance: Value<f64> as Positive,
        /// Target: so many requests at the same time for each model, measured every ten seconds.
        "ConcurrentRequestsPerModel" => optional concurrent_requests_per_model: Value<f64> as Positive,
        /// Target with `Async`: so many waiting requests for each instance.
        "BacklogPerInstance" => optional backlog_per_instance: Value<f64> as Positive,
        /// Target with `ServerlessProvisionedConcurrency`: so much of it in use, as `0.7` or `70%`.
        "ProvisionedConcurrencyUtilization" => optional provisioned_concurrency_utilization: f64 as Fraction,
        /// How long to wait after removing capacity. Left out, Application Auto Scaling decides.
        "ScaleInCooldown" => optional scale_in_cooldown: Duration [Bounds::of(0, 86400)],
        /// How long to wait after adding capacity. Left out, Application Auto Scaling decides.
        "ScaleOutCooldown" => optional scale_out_cooldown: Duration [Bounds::of(0, 86400)],
        /// Whether capacity is only ever added.
        "DisableScaleIn" => default(Value::Literal(false)) disable_scale_in: Value<bool>,
    }
}

shape! {
    /// Where in a VPC the containers run.
    pub struct Network {
        /// 1 to 16 subnets, better in two availability zones or more.
        "Subnets" => required subnets: Vec<Value<SubnetId>> [Bounds::of(1, 16)],
        /// 1 to 5 security groups.
        "SecurityGroupIds" => required security_group_ids: Vec<Value<SecurityGroupId>> [Bounds::of(1, 5)],
        /// Whether the containers are cut off from every network, with no AWS credentials either.
        "Isolation" => default(Value::Literal(false)) isolation: Value<bool>,
    }
}

shape! {
    /// Copies of requests and responses in S3.
    pub struct DataCapture {
        /// Below which prefix the copies are written.
        "DestinationS3Uri" => required destination_s3_uri: Value<S3Uri> [Bounds::to(512)],
        /// How many percent of the requests are copied.
        "SamplingPercentage" => default(Value::Literal(100)) sampling_percentage: Value<i64> [Bounds::of(0, 100)],
        /// What is copied. Left out, requests and responses are.
        "Capture" => default(vec![Capture::Input, Capture::Output]) capture: Vec<Capture> [Bounds::of(1, 2)],
        /// Media types whose payloads are text to be kept as CSV; others are kept in Base64.
        "CsvContentTypes" => default(Vec::new()) csv_content_types: Vec<ContentType> [Bounds::of(1, 10)],
        /// Media types whose payloads are to be kept as JSON.
        "JsonContentTypes" => default(Vec::new()) json_content_types: Vec<ContentType> [Bounds::of(1, 10)],
        /// The key that encrypts the copies.
        "KmsKeyId" => optional kms_key_id: Value<KmsKey>,
    }
}

shape! {
    /// Asynchronous inference.
    pub struct AsyncInference {
        /// Below which prefix results are written.
        "S3OutputPath" => required s3_output_path: Value<S3Uri> [Bounds::to(512)],
        /// Below which prefix failed requests are described. Left out, they are not.
        "S3FailurePath" => optional s3_failure_path: Value<S3Uri> [Bounds::to(512)],
        /// Where callers put payloads, so that the role may read them: one location or a list.
        "S3InputPath" => default(Vec::new()) s3_input_path: Vec<Value<S3Uri>> as OneOrMore [Bounds::of(1, 20)],
        /// How many requests an instance works on at the same time. Left out, SageMaker decides.
        "MaxConcurrentInvocationsPerInstance" => optional max_concurrent_invocations_per_instance: Value<i64> [Bounds::of(1, 1000)],
        /// Who hears of results: a topic's ARN, or `create` for a topic that the stack makes.
        "SuccessTopic" => optional success_topic: Topic,
        /// Who hears of failures: a topic's ARN, or `create` for a topic that the stack makes.
        "ErrorTopic" => optional error_topic: Topic,
        /// Which notifications carry the response itself, when it is small enough.
        "IncludeInferenceResponseIn" => default(Vec::new()) include_inference_response_in: Vec<Notification> [Bounds::of(1, 2)],
        /// The key that encrypts the results.
        "KmsKeyId" => optional kms_key_id: Value<KmsKey>,
    }
}

choice! {
    /// What data capture copies.
    pub enum Capture {
        /// Requests.
        Input,
        /// Responses.
        Output,
    }
}

choice! {
    /// A notification of asynchronous inference.
    pub enum Notification {
        /// A result is there.
        Success,
        /// A request failed.
        Error,
    }
}

choice! {
    /// Whether a container serves one model or many.
    pub(crate) enum ContainerMode {
        /// One model.
        SingleModel,
        /// Many models below one prefix, loaded when they are called.
        MultiModel,
    }
}

choice! {
    /// How several containers are called.
    pub enum ExecutionMode {
        /// One after the other, each with the output of the one before.
        Serial,
        /// The caller names the one that is meant.
        Direct,
    }
}

/// Who hears of the results of asynchronous inference.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum Topic {
    /// A topic that the stack makes.
    Create,
    /// A topic that exists.
    Arn(Value<TopicArn>),
}

impl Shape for Topic {
    fn expected(_: Bounds) -> String {
        "`create` or the ARN of a topic".to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        match at.node.scalar() {
            Some(Scalar::Text("create")) => Some(Self::Create),
            Some(Scalar::Text(text)) if !text.contains(':') => {
                word(at, &["create"], cx);
                None
            }
            _ => Value::decode(at, bounds, cx).map(Self::Arn),
        }
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let create: Json = [("const", Json::from("create"))].into();
        let arn = Value::<TopicArn>::schema(bounds, form);
        match arn.get("anyOf").and_then(Json::as_array) {
            Some(any) => {
                let mut any = any.to_vec();
                any.insert(0, create);
                [("anyOf", Json::Array(any))].into()
            }
            None => arn,
        }
    }
}

/// A model package group that the stack makes.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PackageGroup {
    /// The group's name.
    pub name: ModelPackageGroupName,
    /// What the group is for.
    pub description: Option<Value<String>>,
}

shape! {
    /// A model package group with a description.
    pub(crate) struct PackageGroupKeys {
        /// The group's name.
        "Name" => required name: ModelPackageGroupName,
        /// What the group is for. Changing it replaces the group.
        "Description" => optional description: Value<String> [Bounds::of(1, 1024)],
    }
}

impl Shape for PackageGroup {
    fn expected(_: Bounds) -> String {
        "the name of a model package group, or a map with `Name` and `Description`".to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        if at.node.entries().is_some() {
            let keys = PackageGroupKeys::decode(at, bounds, cx)?;
            return Some(Self {
                name: keys.name,
                description: keys.description,
            });
        }
        let name = ModelPackageGroupName::decode(at, bounds, cx)?;
        Some(Self {
            name,
            description: None,
        })
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let schemas = vec![
            ModelPackageGroupName::schema(bounds, form),
            PackageGroupKeys::schema(bounds, form),
        ];
        [("anyOf", Json::Array(schemas))].into()
    }
}

/// A number above zero, or a function that yields one.
pub(crate) struct Positive;

impl Codec<Value<f64>> for Positive {
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Value<f64>> {
        let value = Value::<f64>::decode(at, bounds, cx)?;
        if let Some(number) = value.literal().filter(|number| **number <= 0.0) {
            let message = format!("`{}`: expected a number above 0, got `{number}`", at.name);
            cx.refuse(at, Finding::error("out-of-range", message));
            return None;
        }
        Some(value)
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let mut schema = Value::<f64>::schema(bounds, form);
        if let Some(Json::Array(any)) = schema.as_object_mut().and_then(|any| any.get_mut("anyOf"))
            && let Some(number) = any.first_mut().and_then(Json::as_object_mut)
        {
            number.insert("exclusiveMinimum", 0_u32);
        }
        schema
    }
}

/// Keys of tags.
pub(crate) struct TagKeys;

impl Keys for TagKeys {
    const EXPECTED: &'static str =
        "1 to 128 letters, digits, spaces and `_.:/=+-@`, not beginning with `aws:`";
    const PATTERN: &'static str = r"^(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$";
    const MAX: usize = 128;

    fn accepts(key: &str) -> bool {
        !key.is_empty()
            && !key
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
            && is_tag_text(key)
    }
}

/// Whether a text may stand in a tag.
pub(crate) fn is_tag_text(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || c == ' ' || c == '\u{A0}' || "_.:/=+-@".contains(c))
}

/// Keys of a container's environment.
pub(crate) struct EnvironmentKeys;

impl Keys for EnvironmentKeys {
    const EXPECTED: &'static str = "letters, digits and `_`, not beginning with a digit";
    const PATTERN: &'static str = "^[a-zA-Z_][a-zA-Z0-9_]*$";
    const MAX: usize = 1024;

    fn accepts(key: &str) -> bool {
        !key.is_empty()
            && !key.starts_with(|c: char| c.is_ascii_digit())
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }
}

/// Logical ids.
pub(crate) struct LogicalIds;

impl Keys for LogicalIds {
    const EXPECTED: &'static str = "a logical id of letters and digits";
    const PATTERN: &'static str = "^[a-zA-Z0-9]+$";
    const MAX: usize = 255;

    fn accepts(key: &str) -> bool {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

/// Names of model package groups as keys of a map.
pub(crate) struct PackageGroupNames;

impl Keys for PackageGroupNames {
    const EXPECTED: &'static str = "the name of a model package group";
    const PATTERN: &'static str = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$";
    const MAX: usize = 63;

    fn accepts(key: &str) -> bool {
        ModelPackageGroupName::parse(key).is_ok()
    }
}
