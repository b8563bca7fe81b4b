//! How an endpoint serves: each mode with what it has and nothing else.

use serde::Serialize;

use super::Context;
use super::component::{self, Component};
use super::fleet::{Fleet, Hardware, Shadow, Variant};
use super::model::{self, ModelSource};
use super::scaling::{self, AutoScaling};
use crate::config::keys::{
    AsyncInference, BaselineType, DataCapture, ExplainerKeys, FeatureType, Granularity,
    ManagedInstanceScaling, MetricsKeys, NetworkKeys, StageKeys,
};
use crate::literal::{Duration, EndpointName, S3Uri, SecurityGroupId, SubnetId, VariantName};
use crate::value::Value;

/// How an endpoint serves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Mode {
    /// Instances that answer at once.
    RealTime(Box<RealTime>),
    /// Instances that work through a queue.
    Async(Box<Async>),
    /// No instances.
    Serverless(Box<Serverless>),
    /// Instances that several inference components share.
    Components(Box<ComponentHost>),
}

/// Instances that answer at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RealTime {
    /// 1 to 10 variants with names of their own, which share the traffic by weight.
    pub variants: Vec<Variant>,
    /// A variant that gets a copy of the traffic and whose answers nobody sees; only where there is
    /// one variant.
    pub shadow: Option<Shadow>,
    /// Where the containers run.
    pub network: Network,
    /// Copies of requests and responses; `None` for none.
    pub data_capture: Option<DataCapture>,
    /// Explanations of the answers; `None` for none.
    pub explainer: Option<Explainer>,
}

/// Instances that work through a queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Async {
    /// The only variant.
    pub variant: Variant,
    /// Where results go and who hears of them.
    pub inference: AsyncInference,
    /// Where the containers run.
    pub network: Network,
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

/// Instances that inference components share, each with copies of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentHost {
    /// The name of the only variant.
    pub variant_name: VariantName,
    /// The instances.
    pub fleet: Fleet,
    /// How the number of instances follows that of the copies; `None` keeps it.
    pub managed_instance_scaling: Option<ManagedInstanceScaling>,
    /// At least one component, with names of their own. An adapter stands behind its base.
    pub components: Vec<Component>,
    /// Where the containers run.
    pub network: Network,
    /// Copies of requests and responses; `None` for none.
    pub data_capture: Option<DataCapture>,
}

/// Where containers run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    /// The VPC; `None` for outside of any of yours.
    pub vpc: Option<Vpc>,
    /// Whether they are cut off from every network, with no AWS credentials either.
    pub isolation: Value<bool>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            vpc: None,
            isolation: Value::Literal(false),
        }
    }
}

/// A place in a VPC.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vpc {
    /// 1 to 16 subnets.
    pub subnets: Vec<Value<SubnetId>>,
    /// 1 to 5 security groups.
    pub security_group_ids: Vec<Value<SecurityGroupId>>,
}

/// Metrics beyond those that every endpoint has, and how often they come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Whether utilization and invocations are told per instance and container.
    pub enhanced_metrics: Value<bool>,
    /// Whether there are metrics of single GPUs, hosts and containers.
    pub detailed_observability: Value<bool>,
    /// How often they are published; `None` leaves it to SageMaker, which takes a minute.
    pub publish_frequency: Option<Duration>,
}

/// Explanations of the answers, by SageMaker Clarify.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explainer {
    /// A JMESPath expression that picks the records to explain; `None` for all.
    pub enable_explanations: Option<Value<String>>,
    /// What the features are compared with.
    pub baseline: Baseline,
    /// The media type of the baseline; `None` leaves it to SageMaker, which takes `text/csv`.
    pub mime_type: Option<BaselineType>,
    /// How many samples Kernel SHAP uses; `None` leaves it to SageMaker.
    pub number_of_samples: Option<Value<i64>>,
    /// What the sampling starts from; `None` for another one each time.
    pub seed: Option<Value<i64>>,
    /// Whether the logit of predictions is explained.
    pub use_logit: Value<bool>,
    /// How texts are taken apart; `None` where features are no texts.
    pub text: Option<ExplainedText>,
    /// How the model is called.
    pub inference: ExplainerInference,
}

/// What features are compared with: the SHAP baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Baseline {
    /// Records, written out.
    Inline(Value<String>),
    /// A file in S3.
    Uri(Value<S3Uri>),
}

/// How the texts among the features are taken apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedText {
    /// Into what.
    pub granularity: Granularity,
    /// The ISO 639 code of their language.
    pub language: Value<String>,
}

/// How the explainer calls the model and reads its answers; everything may be left to SageMaker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainerInference {
    /// A JMESPath expression that finds the features of a JSON Lines record.
    pub features_attribute: Option<Value<String>>,
    /// A template that makes a record of the features.
    pub content_template: Option<Value<String>>,
    /// The most records in one request.
    pub max_record_count: Option<Value<i64>>,
    /// The greatest payload of one request.
    pub max_payload_in_mb: Option<Value<i64>>,
    /// Which column of a CSV answer is the probability.
    pub probability_index: Option<Value<i64>>,
    /// Which column of a CSV answer is the label.
    pub label_index: Option<Value<i64>>,
    /// A JMESPath expression that finds the probability.
    pub probability_attribute: Option<Value<String>>,
    /// A JMESPath expression that finds the label.
    pub label_attribute: Option<Value<String>>,
    /// The names of the labels; empty leaves it to the answers.
    pub label_headers: Vec<Value<String>>,
    /// The names of the features.
    pub feature_headers: Vec<Value<String>>,
    /// The types of the features.
    pub feature_types: Vec<FeatureType>,
}

/// The mode that the keys of a stage make.
pub(super) fn build(
    keys: &StageKeys,
    name: &Value<EndpointName>,
    cx: &Context<'_>,
) -> Option<Mode> {
    let network = match &keys.network {
        Some(network) => Network::build(network)?,
        None => Network::default(),
    };
    let data_capture = keys.data_capture.clone();
    if let Some(max_concurrency) = &keys.serverless_max_concurrency {
        return Some(Mode::Serverless(Box::new(Serverless {
            variant_name: keys.variant_name.clone(),
            model: model::build(keys.model.as_ref(), Hardware::Serverless, cx)?,
            max_concurrency: max_concurrency.clone(),
            memory_size_in_mb: keys.serverless_memory_size_in_mb.clone(),
            provisioned_concurrency: keys.serverless_provisioned_concurrency.clone(),
            auto_scaling: scaling::build(keys.auto_scaling.as_ref())?,
        })));
    }
    if let Some(components) = &keys.components {
        let fleet = Fleet::of_components(&keys.fleet, keys.managed_instance_scaling.as_ref(), cx)?;
        let alarms = keys.alarms.as_ref();
        let components = components
            .iter()
            .map(|keys| component::build(keys, name, &fleet, alarms, cx))
            .collect::<Option<Vec<_>>>()?;
        return Some(Mode::Components(Box::new(ComponentHost {
            variant_name: keys.variant_name.clone(),
            fleet,
            managed_instance_scaling: keys.managed_instance_scaling.clone(),
            components: component::behind_their_bases(components),
            network,
            data_capture,
        })));
    }
    if let Some(inference) = keys.async_inference.clone() {
        return Some(Mode::Async(Box::new(Async {
            variant: Variant::of_stage(keys, cx)?,
            inference,
            network,
            data_capture,
        })));
    }
    let variants = match &keys.variants {
        Some(variants) => variants
            .iter()
            .map(|keys| Variant::build(keys, cx))
            .collect::<Option<_>>()?,
        None => vec![Variant::of_stage(keys, cx)?],
    };
    let shadow = match &keys.shadow_variant {
        Some(keys) => Some(Shadow::build(keys, cx)?),
        None => None,
    };
    let explainer = match &keys.explainer {
        Some(keys) => Some(Explainer::build(keys)?),
        None => None,
    };
    Some(Mode::RealTime(Box::new(RealTime {
        variants,
        shadow,
        network,
        data_capture,
        explainer,
    })))
}

impl Network {
    fn build(keys: &NetworkKeys) -> Option<Self> {
        let vpc = match (keys.subnets.clone(), keys.security_group_ids.clone()) {
            (Some(subnets), Some(security_group_ids)) => Some(Vpc {
                subnets,
                security_group_ids,
            }),
            (None, None) => None,
            _ => return None,
        };
        Some(Self {
            vpc,
            isolation: keys.isolation.clone(),
        })
    }
}

impl From<&MetricsKeys> for Metrics {
    fn from(keys: &MetricsKeys) -> Self {
        Self {
            enhanced_metrics: keys.enhanced_metrics.clone(),
            detailed_observability: keys.detailed_observability.clone(),
            publish_frequency: keys.publish_frequency,
        }
    }
}

impl Explainer {
    fn build(keys: &ExplainerKeys) -> Option<Self> {
        let baseline = match (keys.shap_baseline.clone(), keys.shap_baseline_uri.clone()) {
            (Some(records), None) => Baseline::Inline(records),
            (None, Some(uri)) => Baseline::Uri(uri),
            _ => return None,
        };
        let text = match (keys.granularity, keys.language.clone()) {
            (Some(granularity), Some(language)) => Some(ExplainedText {
                granularity,
                language,
            }),
            (None, None) => None,
            _ => return None,
        };
        Some(Self {
            enable_explanations: keys.enable_explanations.clone(),
            baseline,
            mime_type: keys.mime_type,
            number_of_samples: keys.number_of_samples.clone(),
            seed: keys.seed.clone(),
            use_logit: keys.use_logit.clone(),
            text,
            inference: ExplainerInference {
                features_attribute: keys.features_attribute.clone(),
                content_template: keys.content_template.clone(),
                max_record_count: keys.max_record_count.clone(),
                max_payload_in_mb: keys.max_payload_in_mb.clone(),
                probability_index: keys.probability_index.clone(),
                label_index: keys.label_index.clone(),
                probability_attribute: keys.probability_attribute.clone(),
                label_attribute: keys.label_attribute.clone(),
                label_headers: keys.label_headers.clone(),
                feature_headers: keys.feature_headers.clone(),
                feature_types: keys.feature_types.clone(),
            },
        })
    }
}
