//! What every variant on instances may set beside its model and its capacity.

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{Duration, KmsKey, ReservationArn, S3Uri};
use crate::value::Value;

use super::variant::seconds;

/// How requests are spread over a variant's instances.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-routingconfig.html>
#[derive(Debug, Clone, PartialEq)]
pub enum Routing {
    /// To the instances that have the most capacity to spare.
    LeastOutstandingRequests,
    /// To any instance: what SageMaker does when nothing is said.
    Random,
    /// Requests that begin alike go to the same instance, where its caches hold what they share.
    /// Real-time endpoints only.
    PrefixAware {
        /// How much of a request's beginning is compared: 1,024 to 65,536 bytes of its body.
        prefix_length: Value<i64>,
        /// How many requests an instance has in flight when the next one goes elsewhere: 1 to 1,024.
        concurrency_threshold: Value<i64>,
    },
}

impl Routing {
    fn into_config(self) -> l1::RoutingConfig {
        let (strategy, prefix_aware) = match self {
            Self::LeastOutstandingRequests => {
                (l1::RoutingStrategy::LEAST_OUTSTANDING_REQUESTS, None)
            }
            Self::Random => (l1::RoutingStrategy::RANDOM, None),
            Self::PrefixAware {
                prefix_length,
                concurrency_threshold,
            } => {
                let config = l1::PrefixAwareRoutingConfig {
                    concurrency_threshold: Some(concurrency_threshold),
                    prefix_length: Some(prefix_length),
                };
                (l1::RoutingStrategy::PREFIX_AWARE, Some(config))
            }
        };
        l1::RoutingConfig {
            prefix_aware_routing_config: prefix_aware.map(Value::from),
            routing_strategy: Some(strategy.into()),
        }
    }
}

/// Where the memory of a container's process goes when it crashes.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-coredumpconfig.html>
#[derive(Debug, Clone, PartialEq)]
pub struct CoreDump {
    pub(super) destination: Value<S3Uri>,
    pub(super) key: Option<Value<KmsKey>>,
}

impl CoreDump {
    /// Writes core dumps below this location.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let variant = InstanceVariant::builder(VARIANT)
    ///     .model(&model)
    ///     .instance_type(XLARGE)
    ///     .initial_instance_count(TWO)
    ///     .core_dump(CoreDump::to(S3Uri::new("s3://dumps/churn")))
    ///     .build();
    /// EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// let variants = shown(stack, "Config", "ProductionVariants");
    /// assert!(
    ///     variants.contains(r#""CoreDumpConfig":{"DestinationS3Uri":"s3://dumps/churn"}"#),
    ///     "{variants}"
    /// );
    /// ```
    pub fn to(destination: impl Into<Value<S3Uri>>) -> Self {
        Self {
            destination: destination.into(),
            key: None,
        }
    }

    /// Encrypts them with this key. Without it, with the account's default key for S3.
    #[must_use]
    pub fn kms_key(mut self, key: impl Into<Value<KmsKey>>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn into_config(self) -> l1::CoreDumpConfig {
        l1::CoreDumpConfig {
            kms_key_id: self.key.map(|key| key.map(String::from)),
            ..l1::CoreDumpConfig::new(self.destination.map(String::from))
        }
    }
}

/// The optional properties of a variant on instances.
#[derive(Debug, Clone, Default)]
pub(super) struct InstanceOptions {
    pub(super) volume_size_in_gb: Option<Value<i64>>,
    pub(super) model_data_download_timeout: Option<Duration>,
    pub(super) container_startup_health_check_timeout: Option<Duration>,
    pub(super) instance_provision_timeout: Option<Duration>,
    pub(super) inference_ami_version: Option<Value<l1::InferenceAmiVersion>>,
    pub(super) routing: Option<Routing>,
    pub(super) capacity_reservation: Option<Value<ReservationArn>>,
    pub(super) ssm_access: Option<Value<bool>>,
    pub(super) core_dump: Option<CoreDump>,
}

impl InstanceOptions {
    /// The variant with these properties set.
    pub(super) fn set(self, variant: l1::ProductionVariant) -> l1::ProductionVariant {
        l1::ProductionVariant {
            volume_size_in_gb: self.volume_size_in_gb,
            model_data_download_timeout_in_seconds: self.model_data_download_timeout.map(seconds),
            container_startup_health_check_timeout_in_seconds: self
                .container_startup_health_check_timeout
                .map(seconds),
            variant_instance_provision_timeout_in_seconds: self
                .instance_provision_timeout
                .map(seconds),
            inference_ami_version: self.inference_ami_version,
            routing_config: self.routing.map(|routing| routing.into_config().into()),
            capacity_reservation_config: self.capacity_reservation.map(|arn| {
                Value::from(l1::CapacityReservationConfig {
                    // The only preference that there is.
                    capacity_reservation_preference: Some("capacity-reservations-only".into()),
                    ml_reservation_arn: Some(arn.map(String::from)),
                })
            }),
            enable_ssm_access: self.ssm_access,
            core_dump_config: self.core_dump.map(|dump| dump.into_config().into()),
            ..variant
        }
    }
}
