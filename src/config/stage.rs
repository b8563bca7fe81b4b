//! A stage as typed data: what the stage file says, with nothing left that contradicts itself.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::document::{Document, Node, Span};
use super::keys::{
    AsyncInference, ContainerKeys, ContainerMode, DataCapture, ExecutionMode, ModelKeys, Network,
    PackageGroup, ScalingKeys, StageKeys, VariantKeys,
};
use super::lock::Pin;
use crate::finding::Source;
use crate::json::Object;
use crate::literal::{
    AccountId, ContainerHostname, Duration, EndpointName, ImageUri, InstanceType, KmsKey,
    ModelPackageArn, ModelPackageGroupName, Region, RoleArn, S3Prefix, S3Uri, VariantName,
};
use crate::value::Value;

/// One stage of a stage file, merged with `Defaults` and checked.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    /// The stack that the file is of.
    pub stack: String,
    /// The stage's name: its key in the file.
    pub name: String,
    /// The region; `None` leaves it to the deployment.
    pub region: Option<Region>,
    /// The account; `None` allows any.
    pub account: Option<AccountId>,
    /// The role that CloudFormation assumes; `None` for the permissions of whoever deploys.
    pub cloud_formation_role_arn: Option<RoleArn>,
    /// Whether CloudFormation refuses to delete the stack.
    pub termination_protection: bool,
    /// Tags of the stack.
    pub tags: IndexMap<String, Value<String>>,
    /// Model package groups that the stack makes.
    pub package_groups: Vec<PackageGroup>,
    /// The endpoint; `None` in a stage that has package groups only.
    pub endpoint: Option<Endpoint>,
    /// Raw properties by logical id; a `null` removes what it stands for.
    pub overrides: IndexMap<String, Object>,
    /// Where everything stands in the file.
    #[serde(skip)]
    pub(super) origin: Origin,
}

/// An endpoint, whatever its capacity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Endpoint {
    /// The endpoint's name, by which callers know it: `<stack>-<stage>` when none was given.
    pub name: Value<EndpointName>,
    /// The role of the containers; `None` for one that the stack makes.
    pub execution_role_arn: Option<Value<RoleArn>>,
    /// The key of the storage volumes; `None` for the one that AWS manages.
    pub kms_key_id: Option<Value<KmsKey>>,
    /// How it serves.
    pub mode: Mode,
}

/// How an endpoint serves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Mode {
    /// Instances that answer at once.
    RealTime(RealTime),
    /// Instances that work through a queue.
    Async(Box<Async>),
    /// No instances.
    Serverless(Serverless),
}

/// Instances that answer at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RealTime {
    /// 1 to 10 variants with names of their own, which share the traffic by weight.
    pub variants: Vec<Variant>,
    /// Where in a VPC the containers run; `None` for outside of any.
    pub network: Option<Network>,
    /// Copies of requests and responses; `None` for none.
    pub data_capture: Option<DataCapture>,
}

/// Instances that work through a queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Async {
    /// The only variant.
    pub variant: Variant,
    /// Where results go and who hears of them.
    pub inference: AsyncInference,
    /// Where in a VPC the containers run; `None` for outside of any.
    pub network: Option<Network>,
    /// Copies of requests and responses; `None` for none.
    pub data_capture: Option<DataCapture>,
}

/// No instances: workers come and go with the requests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Serverless {
    /// The name of the only variant.
    pub variant_name: VariantName,
    /// What is hosted: one container with a `.tar.gz`, or a package.
    pub model: ModelSource,
    /// How many requests are worked on at the same time.
    pub max_concurrency: Value<i64>,
    /// The memory of each worker.
    pub memory_size_in_mb: Value<i64>,
    /// How many workers are kept warm; `None` for none.
    pub provisioned_concurrency: Option<Value<i64>>,
    /// How the number of warm workers follows the load; `None` for not at all.
    pub auto_scaling: Option<AutoScaling>,
}

/// A group of instances that host one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variant {
    /// Its name, unique in the endpoint.
    pub name: VariantName,
    /// Its share of the traffic, relative to the others'.
    pub weight: Value<f64>,
    /// What is hosted.
    pub model: ModelSource,
    /// The type of its instances.
    pub instance_type: Value<InstanceType>,
    /// How many there are to begin with.
    pub instance_count: Value<i64>,
    /// The size of each storage volume; `None` leaves it to SageMaker.
    pub volume_size_in_gb: Option<Value<i64>>,
    /// How long downloading the model may take; `None` leaves it to SageMaker.
    pub model_data_download_timeout: Option<Duration>,
    /// How long a container may take to become healthy; `None` leaves it to SageMaker.
    pub container_startup_health_check_timeout: Option<Duration>,
    /// How the number of instances follows the load; `None` for not at all.
    pub auto_scaling: Option<AutoScaling>,
}

/// How capacity follows the load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AutoScaling {
    /// The least capacity.
    pub min_capacity: Value<i64>,
    /// The greatest capacity.
    pub max_capacity: Value<i64>,
    /// What is held steady.
    pub target: ScalingTarget,
    /// How long to wait after removing capacity; `None` leaves it to Application Auto Scaling.
    pub scale_in_cooldown: Option<Duration>,
    /// How long to wait after adding capacity; `None` leaves it to Application Auto Scaling.
    pub scale_out_cooldown: Option<Duration>,
    /// Whether capacity is only ever added.
    pub disable_scale_in: Value<bool>,
}

/// What scaling holds steady.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ScalingTarget {
    /// Requests per minute and instance; real-time variants only.
    InvocationsPerInstance(Value<f64>),
    /// Requests at the same time and model; real-time variants only.
    ConcurrentRequestsPerModel(Value<f64>),
    /// Waiting requests per instance; asynchronous inference only.
    BacklogPerInstance(Value<f64>),
    /// The share of warm workers in use, 0 to 1; serverless only.
    ProvisionedConcurrencyUtilization(f64),
}

/// What is hosted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ModelSource {
    /// A version of a model package group, which the lock file or the stage pins.
    PackageGroup {
        /// The group.
        group: ModelPackageGroupName,
        /// The version; `None` when nothing pins one, so that the template gets parameters.
        pin: Option<Pin>,
        /// Environment variables.
        environment: IndexMap<String, Value<String>>,
    },
    /// One version of a model package, by its ARN.
    Package {
        /// The package.
        arn: Value<ModelPackageArn>,
        /// Where its model data is: for the role.
        model_data_urls: Vec<Value<S3Uri>>,
        /// Its images: for the role.
        images: Vec<Value<ImageUri>>,
        /// Environment variables.
        environment: IndexMap<String, Value<String>>,
    },
    /// One container.
    Container(Container),
    /// Several containers.
    Pipeline {
        /// 2 to 15 containers.
        containers: Vec<Container>,
        /// How they are called.
        execution_mode: ExecutionMode,
    },
}

/// An image and the model data that it serves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Container {
    /// The image.
    pub image: Value<ImageUri>,
    /// The model data; `None` when the image holds it.
    pub data: Option<ModelData>,
    /// Environment variables.
    pub environment: IndexMap<String, Value<String>>,
    /// Its name among several.
    pub hostname: Option<ContainerHostname>,
}

/// Model data in S3.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ModelData {
    /// One `.tar.gz`.
    Archive(Value<S3Uri>),
    /// Uncompressed files below a prefix.
    Prefix(Value<S3Prefix>),
    /// One uncompressed file.
    Object(Value<S3Uri>),
    /// Many archives below a prefix, loaded when they are called.
    MultiModel(Value<S3Uri>),
}

/// Where a stage's values stand.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) document: Arc<Document>,
    pub(super) tree: Node,
    pub(super) key: Span,
}

impl Stage {
    /// Where the value at a path such as `AutoScaling.MinCapacity` or `Variants[0].Model` stands:
    /// in the stage or in `Defaults`; or its nearest ancestor, up to the stage's name.
    pub fn source(&self, path: &str) -> Source {
        let Origin {
            document,
            tree,
            key,
        } = &self.origin;
        document.source(tree.locate(path).unwrap_or(*key))
    }

    /// Whether the file gives this key to the stage, itself or by `Defaults`.
    pub fn has(&self, path: &str) -> bool {
        self.origin.tree.at(path).is_some()
    }
}

/// What the keys of a stage need to become a stage.
pub(super) struct Context<'a> {
    pub(super) stack: &'a str,
    pub(super) name: &'a str,
    pub(super) origin: Origin,
    pub(super) has_endpoint: bool,
    /// The pins of the stage, in the order of the file.
    pub(super) pins: &'a IndexMap<String, Pin>,
}

/// The name of a stage's endpoint when none is given.
pub(super) fn default_endpoint_name(stack: &str, stage: &str) -> String {
    format!("{stack}-{stage}").replace('_', "-")
}

/// The model package group of a stage that names none.
pub(super) fn default_group(stack: &str) -> String {
    stack.replace('_', "-")
}

/// Turns checked keys into a stage; `None` only if a check is missing.
pub(super) fn build(keys: StageKeys, cx: Context<'_>) -> Option<Stage> {
    let endpoint = if cx.has_endpoint {
        Some(endpoint(&keys, &cx)?)
    } else {
        None
    };
    Some(Stage {
        stack: cx.stack.to_owned(),
        name: cx.name.to_owned(),
        region: keys.region,
        account: keys.account,
        cloud_formation_role_arn: keys.cloud_formation_role_arn,
        termination_protection: keys.termination_protection,
        tags: keys.tags,
        package_groups: keys.package_groups,
        endpoint,
        overrides: keys.overrides,
        origin: cx.origin,
    })
}

fn endpoint(keys: &StageKeys, cx: &Context<'_>) -> Option<Endpoint> {
    let name = match &keys.endpoint_name {
        Some(name) => name.clone(),
        None => EndpointName::parse(default_endpoint_name(cx.stack, cx.name))
            .ok()?
            .into(),
    };
    let (network, data_capture) = (keys.network.clone(), keys.data_capture.clone());
    let mode = if let Some(max_concurrency) = &keys.serverless_max_concurrency {
        Mode::Serverless(Serverless {
            variant_name: keys.variant_name.clone(),
            model: model(keys.model.as_ref(), cx)?,
            max_concurrency: max_concurrency.clone(),
            memory_size_in_mb: keys.serverless_memory_size_in_mb.clone(),
            provisioned_concurrency: keys.serverless_provisioned_concurrency.clone(),
            auto_scaling: scaling(keys.auto_scaling.as_ref())?,
        })
    } else if let Some(variants) = &keys.variants {
        let variants = variants
            .iter()
            .map(|keys| variant(keys, cx))
            .collect::<Option<_>>()?;
        Mode::RealTime(RealTime {
            variants,
            network,
            data_capture,
        })
    } else {
        let variant = Variant {
            name: keys.variant_name.clone(),
            weight: Value::Literal(1.0),
            model: model(keys.model.as_ref(), cx)?,
            instance_type: keys.instance_type.clone()?,
            instance_count: keys.instance_count.clone()?,
            volume_size_in_gb: keys.volume_size_in_gb.clone(),
            model_data_download_timeout: keys.model_data_download_timeout,
            container_startup_health_check_timeout: keys.container_startup_health_check_timeout,
            auto_scaling: scaling(keys.auto_scaling.as_ref())?,
        };
        match keys.async_inference.clone() {
            Some(inference) => Mode::Async(Box::new(Async {
                variant,
                inference,
                network,
                data_capture,
            })),
            None => Mode::RealTime(RealTime {
                variants: vec![variant],
                network,
                data_capture,
            }),
        }
    };
    Some(Endpoint {
        name,
        execution_role_arn: keys.execution_role_arn.clone(),
        kms_key_id: keys.kms_key_id.clone(),
        mode,
    })
}

fn variant(keys: &VariantKeys, cx: &Context<'_>) -> Option<Variant> {
    Some(Variant {
        name: keys.name.clone(),
        weight: keys.weight.clone(),
        model: model(keys.model.as_ref(), cx)?,
        instance_type: keys.instance_type.clone(),
        instance_count: keys.instance_count.clone(),
        volume_size_in_gb: keys.volume_size_in_gb.clone(),
        model_data_download_timeout: keys.model_data_download_timeout,
        container_startup_health_check_timeout: keys.container_startup_health_check_timeout,
        auto_scaling: scaling(keys.auto_scaling.as_ref())?,
    })
}

/// The outer option is `None` when there is no target.
#[expect(
    clippy::option_option,
    reason = "no scaling and scaling without a target differ"
)]
fn scaling(keys: Option<&ScalingKeys>) -> Option<Option<AutoScaling>> {
    let Some(keys) = keys else { return Some(None) };
    let requests = keys
        .invocations_per_instance
        .clone()
        .map(ScalingTarget::InvocationsPerInstance);
    let concurrent = keys
        .concurrent_requests_per_model
        .clone()
        .map(ScalingTarget::ConcurrentRequestsPerModel);
    let backlog = keys
        .backlog_per_instance
        .clone()
        .map(ScalingTarget::BacklogPerInstance);
    let utilization = keys
        .provisioned_concurrency_utilization
        .map(ScalingTarget::ProvisionedConcurrencyUtilization);
    Some(Some(AutoScaling {
        min_capacity: keys.min_capacity.clone(),
        max_capacity: keys.max_capacity.clone(),
        target: requests.or(concurrent).or(backlog).or(utilization)?,
        scale_in_cooldown: keys.scale_in_cooldown,
        scale_out_cooldown: keys.scale_out_cooldown,
        disable_scale_in: keys.disable_scale_in.clone(),
    }))
}

fn model(keys: Option<&ModelKeys>, cx: &Context<'_>) -> Option<ModelSource> {
    let environment = keys
        .map(|keys| keys.environment.clone())
        .unwrap_or_default();
    if let Some(keys) = keys {
        if let Some(arn) = &keys.model_package_arn {
            return Some(ModelSource::Package {
                arn: arn.clone(),
                model_data_urls: keys.model_data_urls.clone().unwrap_or_default(),
                images: keys.images.clone().unwrap_or_default(),
                environment,
            });
        }
        if let Some(image) = &keys.image {
            let data = data(
                keys.model_data_url.as_ref(),
                keys.model_data_prefix.as_ref(),
                keys.model_data_object.as_ref(),
                keys.mode,
            );
            let hostname = keys.container_hostname.clone();
            let image = image.clone();
            return Some(ModelSource::Container(Container {
                image,
                data,
                environment,
                hostname,
            }));
        }
        if let Some(containers) = &keys.containers {
            return Some(ModelSource::Pipeline {
                containers: containers.iter().map(container).collect(),
                execution_mode: keys.execution_mode.unwrap_or(ExecutionMode::Serial),
            });
        }
    }
    let group = match keys.and_then(|keys| keys.package_group.clone()) {
        Some(group) => group,
        None => ModelPackageGroupName::parse(default_group(cx.stack)).ok()?,
    };
    let pin = super::lock::pin(&group, keys.and_then(|keys| keys.version), cx);
    Some(ModelSource::PackageGroup {
        group,
        pin,
        environment,
    })
}

fn container(keys: &ContainerKeys) -> Container {
    Container {
        image: keys.image.clone(),
        data: data(
            keys.model_data_url.as_ref(),
            keys.model_data_prefix.as_ref(),
            keys.model_data_object.as_ref(),
            keys.mode,
        ),
        environment: keys.environment.clone(),
        hostname: keys.container_hostname.clone(),
    }
}

fn data(
    url: Option<&Value<S3Uri>>,
    prefix: Option<&Value<S3Prefix>>,
    object: Option<&Value<S3Uri>>,
    mode: Option<ContainerMode>,
) -> Option<ModelData> {
    let url = url.cloned().map(|url| match mode {
        Some(ContainerMode::MultiModel) => ModelData::MultiModel(url),
        _ => ModelData::Archive(url),
    });
    url.or_else(|| prefix.cloned().map(ModelData::Prefix))
        .or_else(|| object.cloned().map(ModelData::Object))
}
