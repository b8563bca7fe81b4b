//! What an endpoint has beside its instances and models.

use crate::config::codecs::{Frequency, OneOrMore};
use crate::config::declare::{Parts, shape};
use crate::config::document::Scalar;
use crate::config::shape::{At, Bounds, Cx, Form, Shape};
use crate::config::types::{choice, word};
use crate::json::Json;
use crate::literal::{
    ContentType, Duration, KmsKey, ModelPackageGroupName, S3Uri, SecurityGroupId, SubnetId,
    TopicArn,
};
use crate::value::Value;

shape! {
    /// Where the containers run.
    pub(crate) struct NetworkKeys {
        /// Subnets, better in two availability zones or more. Left out together with
        /// `SecurityGroupIds`, the containers run outside of any VPC of yours.
        #[becomes(".Subnets")]
        "Subnets" => optional subnets: Vec<Value<SubnetId>> [Bounds::of(1, 16)],
        /// The security groups, together with `Subnets`.
        #[becomes(".SecurityGroupIds")]
        "SecurityGroupIds" => optional security_group_ids: Vec<Value<SecurityGroupId>> [Bounds::of(1, 5)],
        /// Whether the containers are cut off from every network, with no AWS credentials either.
        #[becomes("AWS::SageMaker::Model.EnableNetworkIsolation", "AWS::SageMaker::EndpointConfig.EnableNetworkIsolation")]
        "Isolation" => default(Value::Literal(false)) isolation: Value<bool>,
    }
}

shape! {
    /// Copies of requests and responses in S3.
    pub struct DataCapture {
        /// Below which prefix the copies are written.
        #[becomes(".DestinationS3Uri")]
        "DestinationS3Uri" => required destination_s3_uri: Value<S3Uri> [Bounds::to(512)],
        /// How many percent of the requests are copied.
        #[becomes(".InitialSamplingPercentage")]
        "SamplingPercentage" => default(Value::Literal(100)) sampling_percentage: Value<i64> [Bounds::of(0, 100)],
        /// What is copied. Left out, requests and responses are.
        #[becomes(".CaptureOptions")]
        "Capture" => default(vec![Capture::Input, Capture::Output]) capture: Vec<Capture> [Bounds::of(1, 2)],
        /// Media types whose payloads are text to be kept as CSV. Left out, and for others, payloads
        /// are kept in Base64.
        #[becomes(".CaptureContentTypeHeader.CsvContentTypes")]
        "CsvContentTypes" => default(Vec::new()) csv_content_types: Vec<ContentType> [Bounds::of(1, 10)],
        /// Media types whose payloads are to be kept as JSON. Left out, none are.
        #[becomes(".CaptureContentTypeHeader.JsonContentTypes")]
        "JsonContentTypes" => default(Vec::new()) json_content_types: Vec<ContentType> [Bounds::of(1, 10)],
        /// The key that encrypts the copies. Left out, the bucket's own settings hold.
        #[becomes(".KmsKeyId")]
        "KmsKeyId" => optional kms_key_id: Value<KmsKey>,
    }
}

shape! {
    /// Asynchronous inference.
    pub struct AsyncInference {
        /// Below which prefix results are written.
        #[becomes(".OutputConfig.S3OutputPath")]
        "S3OutputPath" => required s3_output_path: Value<S3Uri> [Bounds::to(512)],
        /// Below which prefix failed requests are described. Left out, they are not.
        #[becomes(".OutputConfig.S3FailurePath")]
        "S3FailurePath" => optional s3_failure_path: Value<S3Uri> [Bounds::to(512)],
        /// Where callers put payloads, so that the role may read them: one location or a list.
        /// Left out, the role may read none.
        #[becomes("AWS::IAM::Role.Policies")]
        "S3InputPath" => default(Vec::new()) s3_input_path: Vec<Value<S3Uri>> as OneOrMore [Bounds::of(1, 20)],
        /// How many requests an instance works on at the same time. Left out, SageMaker decides.
        #[becomes(".ClientConfig.MaxConcurrentInvocationsPerInstance")]
        "MaxConcurrentInvocationsPerInstance" => optional max_concurrent_invocations_per_instance: Value<i64> [Bounds::of(1, 1000)],
        /// Who hears of results: a topic's ARN, or `create` for a topic that the stack makes. Left
        /// out, nobody does.
        #[becomes(".OutputConfig.NotificationConfig.SuccessTopic", "AWS::SNS::Topic")]
        "SuccessTopic" => optional success_topic: Topic,
        /// Who hears of failures: a topic's ARN, or `create` for a topic that the stack makes. Left
        /// out, nobody does.
        #[becomes(".OutputConfig.NotificationConfig.ErrorTopic", "AWS::SNS::Topic")]
        "ErrorTopic" => optional error_topic: Topic,
        /// For topics that the stack makes: the key that encrypts their messages. Left out, they are
        /// not encrypted with a key.
        #[becomes("AWS::SNS::Topic.KmsMasterKeyId")]
        "TopicKmsKeyId" => optional topic_kms_key_id: Value<KmsKey>,
        /// Which notifications carry the response itself, when it is small enough. Left out, none do.
        #[becomes(".OutputConfig.NotificationConfig.IncludeInferenceResponseIn")]
        "IncludeInferenceResponseIn" => default(Vec::new()) include_inference_response_in: Vec<Notification> [Bounds::of(1, 2)],
        /// The key that encrypts the results. Left out, the bucket's own settings hold.
        #[becomes(".OutputConfig.KmsKeyId")]
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

shape! {
    /// Metrics beyond those that every endpoint has.
    pub(crate) struct MetricsKeys {
        /// Whether utilization and invocations are told per instance and container.
        #[becomes(".EnableEnhancedMetrics")]
        "EnhancedMetrics" => default(Value::Literal(false)) enhanced_metrics: Value<bool>,
        /// Whether there are metrics of single GPUs, of hosts, and of the containers themselves.
        #[becomes(".EnableDetailedObservability")]
        "DetailedObservability" => default(Value::Literal(false)) detailed_observability: Value<bool>,
        /// How often metrics are published: utilization, and with `EnhancedMetrics` invocations too.
        /// Left out, SageMaker decides, which takes a minute.
        #[becomes(".MetricPublishFrequencyInSeconds")]
        "PublishFrequency" => optional publish_frequency: Duration as Frequency,
    }
}

shape! {
    /// Explanations of the answers of a real-time endpoint, by SageMaker Clarify.
    pub(crate) struct ExplainerKeys {
        /// A JMESPath expression that picks the records to explain. Left out, all are.
        #[becomes(".EnableExplanations")]
        "EnableExplanations" => optional enable_explanations: Value<String> [Bounds::of(1, 64)],
        /// What the features are compared with, written out in the format of the training data.
        #[becomes(".ShapConfig.ShapBaselineConfig.ShapBaseline")]
        "ShapBaseline" => optional shap_baseline: Value<String> [Bounds::of(1, 4096)],
        /// The same as a file in S3. One of the two is needed.
        #[becomes(".ShapConfig.ShapBaselineConfig.ShapBaselineUri")]
        "ShapBaselineUri" => optional shap_baseline_uri: Value<S3Uri>,
        /// The media type of the baseline. Left out, `text/csv`.
        #[becomes(".ShapConfig.ShapBaselineConfig.MimeType")]
        "MimeType" => optional mime_type: BaselineType,
        /// How many samples are drawn for each explanation. Left out, SageMaker decides.
        #[becomes(".ShapConfig.NumberOfSamples")]
        "NumberOfSamples" => optional number_of_samples: Value<i64> [Bounds::from(1)],
        /// What the drawing starts from, so that explanations repeat. Left out, they differ.
        #[becomes(".ShapConfig.Seed")]
        "Seed" => optional seed: Value<i64>,
        /// Whether the logit of predictions is explained.
        #[becomes(".ShapConfig.UseLogit")]
        "UseLogit" => default(Value::Literal(false)) use_logit: Value<bool>,
        /// For texts, together with `Language`: into what they are taken apart. Left out, features
        /// are no texts.
        #[becomes(".ShapConfig.TextConfig.Granularity")]
        "Granularity" => optional granularity: Granularity,
        /// With `Granularity`: the ISO 639 code of the texts' language, or `xx` for several.
        #[becomes(".ShapConfig.TextConfig.Language")]
        "Language" => optional language: Value<String> [Bounds::of(2, 3)],
        /// A JMESPath expression that finds the features of a record in JSON Lines. Left out, the
        /// record is the features.
        #[becomes(".InferenceConfig.FeaturesAttribute")]
        "FeaturesAttribute" => optional features_attribute: Value<String> [Bounds::of(1, 64)],
        /// A template that makes a JSON record of the features, such as `'{"myfeatures":$features}'`.
        /// Models that take JSON Lines need it. Left out, the model takes CSV.
        #[becomes(".InferenceConfig.ContentTemplate")]
        "ContentTemplate" => optional content_template: Value<String> [Bounds::of(1, 64)],
        /// The most records in one request to the model. Left out, SageMaker finds out.
        #[becomes(".InferenceConfig.MaxRecordCount")]
        "MaxRecordCount" => optional max_record_count: Value<i64> [Bounds::from(1)],
        /// The greatest payload of one request to the model. Left out, 6.
        #[becomes(".InferenceConfig.MaxPayloadInMB")]
        "MaxPayloadInMB" => optional max_payload_in_mb: Value<i64> [Bounds::of(1, 25)],
        /// Which column of a CSV answer is the probability, from 0. Left out, all of the answer is.
        #[becomes(".InferenceConfig.ProbabilityIndex")]
        "ProbabilityIndex" => optional probability_index: Value<i64> [Bounds::from(0)],
        /// Which column of a CSV answer is the label, from 0. Left out, there is none.
        #[becomes(".InferenceConfig.LabelIndex")]
        "LabelIndex" => optional label_index: Value<i64> [Bounds::from(0)],
        /// A JMESPath expression that finds the probability in a JSON Lines answer. Left out, all of
        /// the answer is.
        #[becomes(".InferenceConfig.ProbabilityAttribute")]
        "ProbabilityAttribute" => optional probability_attribute: Value<String> [Bounds::of(1, 64)],
        /// A JMESPath expression that finds the label in a JSON Lines answer. Left out, there is none.
        #[becomes(".InferenceConfig.LabelAttribute")]
        "LabelAttribute" => optional label_attribute: Value<String> [Bounds::of(1, 64)],
        /// The names of the labels. Left out, they are as in the answers.
        #[becomes(".InferenceConfig.LabelHeaders")]
        "LabelHeaders" => default(Vec::new()) label_headers: Vec<Value<String>> [Bounds::of(1, 16)],
        /// The names of the features. Left out, they have none.
        #[becomes(".InferenceConfig.FeatureHeaders")]
        "FeatureHeaders" => default(Vec::new()) feature_headers: Vec<Value<String>> [Bounds::of(1, 256)],
        /// For texts: the types of the features. Left out, they are found from the baseline.
        #[becomes(".InferenceConfig.FeatureTypes")]
        "FeatureTypes" => default(Vec::new()) feature_types: Vec<FeatureType> [Bounds::of(1, 256)],
    }
}

choice! {
    /// The media type of a baseline.
    pub enum BaselineType {
        /// CSV.
        Csv = "text/csv",
        /// JSON Lines.
        JsonLines = "application/jsonlines",
    }
}

choice! {
    /// What texts are taken apart into.
    pub enum Granularity {
        /// Words.
        Token = "token",
        /// Sentences.
        Sentence = "sentence",
        /// Paragraphs.
        Paragraph = "paragraph",
    }
}

choice! {
    /// The type of a feature.
    pub enum FeatureType {
        /// A number.
        Numerical = "numerical",
        /// One of several words.
        Categorical = "categorical",
        /// A text.
        Text = "text",
    }
}

/// Who hears of results or alarms.
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
        #[becomes(".ModelPackageGroupName")]
        "Name" => required name: ModelPackageGroupName,
        /// What the group is for. Changing it replaces the group. Left out, it says nothing.
        #[becomes(".ModelPackageGroupDescription")]
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
    fn parts() -> Parts {
        PackageGroupKeys::parts()
    }
}
