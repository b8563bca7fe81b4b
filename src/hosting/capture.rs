//! Where requests and answers are written to: data capture, and the output of asynchronous calls.

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{ContentType, KmsKey, S3Uri, TopicArn};
use crate::value::Value;

use super::required::{Given, Missing, S3OutputPathSet};

/// Which side of a call is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapturedSide {
    /// The request.
    Input,
    /// The response.
    Output,
}

/// Copies a sample of requests and responses to S3.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-datacaptureconfig.html>
#[derive(Debug, Clone)]
pub struct DataCapture {
    pub(super) destination: Value<S3Uri>,
    pub(super) key: Option<Value<KmsKey>>,
    sampling_percentage: Value<i64>,
    sides: Vec<CapturedSide>,
    csv: Vec<ContentType>,
    json: Vec<ContentType>,
}

impl DataCapture {
    /// Captures both sides of `sampling_percentage` percent (0 to 100) of the calls.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let capture = DataCapture::to(S3Uri::new("s3://captured/churn"), 20);
    /// EndpointConfig::real_time(variant, []).data_capture(capture).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "DataCaptureConfig"),
    ///     r#"{"CaptureOptions":[{"CaptureMode":"Input"},{"CaptureMode":"Output"}],"DestinationS3Uri":"s3://captured/churn","EnableCapture":true,"InitialSamplingPercentage":20}"#,
    /// );
    /// ```
    pub fn to(
        destination: impl Into<Value<S3Uri>>,
        sampling_percentage: impl Into<Value<i64>>,
    ) -> Self {
        Self {
            destination: destination.into(),
            key: None,
            sampling_percentage: sampling_percentage.into(),
            sides: vec![CapturedSide::Input, CapturedSide::Output],
            csv: Vec::new(),
            json: Vec::new(),
        }
    }

    /// Captures these sides only.
    #[must_use]
    pub fn sides(mut self, sides: impl IntoIterator<Item = CapturedSide>) -> Self {
        self.sides = sides.into_iter().collect();
        self
    }

    /// Captures payloads of these types as CSV text. Payloads of other types are captured as Base64.
    #[must_use]
    pub fn csv_content_types(mut self, types: impl IntoIterator<Item = ContentType>) -> Self {
        self.csv = types.into_iter().collect();
        self
    }

    /// Captures payloads of these types as JSON text. Payloads of other types are captured as Base64.
    #[must_use]
    pub fn json_content_types(mut self, types: impl IntoIterator<Item = ContentType>) -> Self {
        self.json = types.into_iter().collect();
        self
    }

    /// Encrypts what is captured with this key. Without it, the bucket's default applies.
    #[must_use]
    pub fn kms_key(mut self, key: impl Into<Value<KmsKey>>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub(super) fn into_config(self) -> l1::DataCaptureConfig {
        let types = |types: Vec<ContentType>| -> Option<Value<Vec<Value<String>>>> {
            (!types.is_empty()).then(|| {
                types
                    .into_iter()
                    .map(|name| String::from(name).into())
                    .collect()
            })
        };
        let options = self.sides.iter().map(|side| {
            let side = match side {
                CapturedSide::Input => l1::CaptureMode::INPUT,
                CapturedSide::Output => l1::CaptureMode::OUTPUT,
            };
            Value::from(l1::CaptureOption::new(side))
        });
        let header = (!self.csv.is_empty() || !self.json.is_empty()).then(|| {
            Value::from(l1::CaptureContentTypeHeader {
                csv_content_types: types(self.csv),
                json_content_types: types(self.json),
            })
        });
        l1::DataCaptureConfig {
            enable_capture: Some(true.into()),
            capture_content_type_header: header,
            kms_key_id: self.key.map(|key| key.map(String::from)),
            ..l1::DataCaptureConfig::new(
                options.collect::<Value<_>>(),
                self.destination.map(String::from),
                self.sampling_percentage,
            )
        }
    }
}

/// How an asynchronous call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifiedOutcome {
    /// It was answered.
    Success,
    /// It failed.
    Error,
}

/// Where the answers of an asynchronous endpoint go, and who is told.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-asyncinferenceconfig.html>
#[derive(Debug, Clone)]
pub struct AsyncOutput {
    pub(super) output_path: Value<S3Uri>,
    pub(super) options: AsyncOptions,
}

#[derive(Debug, Clone, Default)]
pub(super) struct AsyncOptions {
    pub(super) failure_path: Option<Value<S3Uri>>,
    pub(super) key: Option<Value<KmsKey>>,
    pub(super) success_topic: Option<Value<TopicArn>>,
    pub(super) error_topic: Option<Value<TopicArn>>,
    max_concurrent_invocations_per_instance: Option<Value<i64>>,
    include_response_in: Vec<NotifiedOutcome>,
}

/// An [`AsyncOutput`] under construction.
#[derive(Debug, Clone)]
pub struct AsyncOutputBuilder<O> {
    output_path: O,
    options: AsyncOptions,
}

impl AsyncOutput {
    /// An output whose path is still to be given.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let output = AsyncOutput::builder()
    ///     .s3_output_path(S3Uri::new("s3://churn/answers/"))
    ///     .max_concurrent_invocations_per_instance(4)
    ///     .build();
    /// EndpointConfig::asynchronous(variant, output).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "AsyncInferenceConfig"),
    ///     r#"{"ClientConfig":{"MaxConcurrentInvocationsPerInstance":4},"OutputConfig":{"S3OutputPath":"s3://churn/answers/"}}"#,
    /// );
    /// ```
    pub fn builder() -> AsyncOutputBuilder<Missing> {
        AsyncOutputBuilder {
            output_path: Missing,
            options: AsyncOptions::default(),
        }
    }
}

impl<O> AsyncOutputBuilder<O> {
    /// Where answers are written, one object per call.
    pub fn s3_output_path(
        self,
        path: impl Into<Value<S3Uri>>,
    ) -> AsyncOutputBuilder<Given<Value<S3Uri>>> {
        AsyncOutputBuilder {
            output_path: Given(path.into()),
            options: self.options,
        }
    }

    /// Where errors are written. Without it, they are only told to the error topic.
    #[must_use]
    pub fn s3_failure_path(mut self, path: impl Into<Value<S3Uri>>) -> Self {
        self.options.failure_path = Some(path.into());
        self
    }

    /// Encrypts answers and errors with this key. Without it, the bucket's default applies.
    #[must_use]
    pub fn kms_key(mut self, key: impl Into<Value<KmsKey>>) -> Self {
        self.options.key = Some(key.into());
        self
    }

    /// The topic that is told of each answer.
    #[must_use]
    pub fn success_topic(mut self, topic: impl Into<Value<TopicArn>>) -> Self {
        self.options.success_topic = Some(topic.into());
        self
    }

    /// The topic that is told of each error.
    #[must_use]
    pub fn error_topic(mut self, topic: impl Into<Value<TopicArn>>) -> Self {
        self.options.error_topic = Some(topic.into());
        self
    }

    /// Puts the answer into the notification of these outcomes, where it is at most 128 KB.
    #[must_use]
    pub fn include_response_in(
        mut self,
        outcomes: impl IntoIterator<Item = NotifiedOutcome>,
    ) -> Self {
        self.options.include_response_in = outcomes.into_iter().collect();
        self
    }

    /// How many calls an instance works on at the same time, 1 to 1,000. SageMaker chooses when it
    /// is left out.
    #[must_use]
    pub fn max_concurrent_invocations_per_instance(
        mut self,
        invocations: impl Into<Value<i64>>,
    ) -> Self {
        self.options.max_concurrent_invocations_per_instance = Some(invocations.into());
        self
    }

    /// The output.
    pub fn build(self) -> AsyncOutput
    where
        O: S3OutputPathSet<Value = Value<S3Uri>>,
    {
        AsyncOutput {
            output_path: self.output_path.given(),
            options: self.options,
        }
    }
}

impl AsyncOutput {
    pub(super) fn into_config(self) -> l1::AsyncInferenceConfig {
        let options = self.options;
        let topic = |topic: Option<Value<TopicArn>>| topic.map(|topic| topic.map(String::from));
        let include = options
            .include_response_in
            .iter()
            .map(|outcome| match outcome {
                NotifiedOutcome::Success => {
                    l1::IncludeInferenceResponseIn::SUCCESS_NOTIFICATION_TOPIC.into()
                }
                NotifiedOutcome::Error => {
                    l1::IncludeInferenceResponseIn::ERROR_NOTIFICATION_TOPIC.into()
                }
            });
        let include = (!options.include_response_in.is_empty()).then(|| include.collect());
        let notifies = options.success_topic.is_some() || options.error_topic.is_some();
        let notification = notifies.then(|| {
            Value::from(l1::AsyncInferenceNotificationConfig {
                error_topic: topic(options.error_topic),
                include_inference_response_in: include,
                success_topic: topic(options.success_topic),
            })
        });
        let output = l1::AsyncInferenceOutputConfig {
            kms_key_id: options.key.map(|key| key.map(String::from)),
            notification_config: notification,
            s3_failure_path: options.failure_path.map(|path| path.map(String::from)),
            s3_output_path: Some(self.output_path.map(String::from)),
        };
        let client = options
            .max_concurrent_invocations_per_instance
            .map(|invocations| {
                Value::from(l1::AsyncInferenceClientConfig {
                    max_concurrent_invocations_per_instance: Some(invocations),
                })
            });
        l1::AsyncInferenceConfig {
            client_config: client,
            ..l1::AsyncInferenceConfig::new(output)
        }
    }
}
