//! Which metrics an endpoint publishes beside the usual ones, and how often.

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::value::Value;

/// How often an endpoint publishes metrics: every 10, 30, 60, 120, 180, 240 or 300 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublishFrequency(u32);

impl PublishFrequency {
    /// Checks a number of seconds; in a `const` item at compile time.
    ///
    /// ```
    /// use sageform::hosting::PublishFrequency;
    ///
    /// const OFTEN: PublishFrequency = PublishFrequency::from_seconds(10);
    /// assert_eq!(PublishFrequency::parse_seconds(15), None);
    /// ```
    ///
    /// # Panics
    ///
    /// When SageMaker does not offer it.
    #[track_caller]
    pub const fn from_seconds(seconds: u32) -> Self {
        match Self::parse_seconds(seconds) {
            Some(frequency) => frequency,
            None => panic!(
                "`MetricPublishFrequencyInSeconds` is one of 10, 30, 60, 120, 180, 240 and 300"
            ),
        }
    }

    /// The frequency, if SageMaker offers that many seconds.
    pub const fn parse_seconds(seconds: u32) -> Option<Self> {
        match seconds {
            10 | 30 | 60 | 120 | 180 | 240 | 300 => Some(Self(seconds)),
            _ => None,
        }
    }

    /// The number of seconds between two points.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

/// Metrics of an endpoint beside the usual ones. Each costs what a metric of CloudWatch costs.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-metricsconfig.html>
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics {
    enhanced: Option<Value<bool>>,
    detailed_observability: Option<Value<bool>>,
    frequency: Option<Value<PublishFrequency>>,
}

impl Metrics {
    /// What SageMaker publishes by itself.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let metrics = Metrics::new().enhanced(true).publish_every(PublishFrequency::from_seconds(10));
    /// EndpointConfig::real_time(variant, []).metrics(metrics).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "MetricsConfig"),
    ///     r#"{"EnableEnhancedMetrics":true,"MetricPublishFrequencyInSeconds":10}"#,
    /// );
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are metrics per instance, and per container of inference components:
    /// `EnableEnhancedMetrics`. There are none when it is left out.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html>
    #[must_use]
    pub fn enhanced(mut self, enabled: impl Into<Value<bool>>) -> Self {
        self.enhanced = Some(enabled.into());
        self
    }

    /// Whether there are metrics of containers, GPUs, hosts and placement:
    /// `EnableDetailedObservability`. There are when it is left out.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-detailed-observability-getting-started.html>
    #[must_use]
    pub fn detailed_observability(mut self, enabled: impl Into<Value<bool>>) -> Self {
        self.detailed_observability = Some(enabled.into());
        self
    }

    /// How often utilization is published, and with enhanced metrics invocations as well; every 60
    /// seconds when it is left out.
    #[must_use]
    pub fn publish_every(mut self, frequency: impl Into<Value<PublishFrequency>>) -> Self {
        self.frequency = Some(frequency.into());
        self
    }

    pub(super) fn into_config(self) -> l1::MetricsConfig {
        l1::MetricsConfig {
            enable_detailed_observability: self.detailed_observability,
            enable_enhanced_metrics: self.enhanced,
            metric_publish_frequency_in_seconds: self
                .frequency
                .map(|frequency| frequency.map(|frequency| frequency.seconds().into())),
        }
    }
}
