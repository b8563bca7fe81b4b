//! What scaling follows.

use crate::cfn::application_auto_scaling::scaling_policy::{
    self as l1, PredefinedMetricSpecificationPredefinedMetricType as PredefinedMetric, Statistic,
};
use crate::cfn::cloudwatch::alarm::Unit;
use crate::value::Value;

use super::capacity::{Capacity, CapacityBounds, CapacityFromZero};

/// What the instances of a real-time variant follow.
#[derive(Debug, Clone, PartialEq)]
pub enum InstanceMetric {
    /// Invocations per instance and minute.
    InvocationsPerInstance(Value<f64>),
    /// Requests in flight per model, at a resolution of 10 seconds: reacts sooner.
    ConcurrentRequestsPerModel(Value<f64>),
    /// A metric of your choice; of the variant where it names no dimensions.
    Custom(CustomMetric),
}

/// What the instances of an asynchronous variant follow.
#[derive(Debug, Clone, PartialEq)]
pub enum QueueMetric {
    /// Requests that wait or are worked on, per instance: `ApproximateBacklogSizePerInstance`.
    BacklogPerInstance(Value<f64>),
    /// A metric of your choice; of the variant where it names no dimensions.
    Custom(CustomMetric),
}

/// What provisioned concurrency follows.
#[derive(Debug, Clone, PartialEq)]
pub enum ConcurrencyMetric {
    /// The part of it that is in use.
    Utilization(Utilization),
    /// A metric of your choice; of the variant where it names no dimensions.
    Custom(CustomMetric),
}

/// What the copies of an inference component follow.
#[derive(Debug, Clone, PartialEq)]
pub enum CopyMetric {
    /// Invocations per copy and minute.
    InvocationsPerCopy(Value<f64>),
    /// Requests in flight per copy, at a resolution of 10 seconds: reacts sooner.
    ConcurrentRequestsPerCopy(Value<f64>),
    /// A metric of your choice; of the component where it names no dimensions.
    Custom(CustomMetric),
}

/// A part of provisioned concurrency that is in use: more than 0, at most 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Utilization(f64);

impl Utilization {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::Utilization;
    /// const MOST: Utilization = Utilization::new(0.7);
    /// assert_eq!(Utilization::parse(0.7), Some(MOST));
    /// assert_eq!(Utilization::parse(70.0), None);
    /// ```
    ///
    /// # Panics
    ///
    /// When it is not more than 0 and at most 1: 70 percent are 0.7.
    #[track_caller]
    pub const fn new(fraction: f64) -> Self {
        assert!(
            fraction > 0.0 && fraction <= 1.0,
            "the target of `SageMakerVariantProvisionedConcurrencyUtilization` is a fraction, more than 0 and at most 1"
        );
        Self(fraction)
    }

    /// The utilization, if it is more than 0 and at most 1.
    pub fn parse(fraction: f64) -> Option<Self> {
        (fraction > 0.0 && fraction <= 1.0).then_some(Self(fraction))
    }
}

/// A metric that is not one of those that SageMaker has chosen for scaling, and what to keep it at.
///
/// It has to fall as capacity is added. Utilization that SageMaker sums over cores or GPUs runs to
/// 100 times their number.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-applicationautoscaling-scalingpolicy-customizedmetricspecification.html>
#[derive(Debug, Clone, PartialEq)]
pub struct CustomMetric {
    namespace: Value<String>,
    name: Value<String>,
    statistic: Statistic,
    target: Value<f64>,
    unit: Option<Unit>,
    dimensions: Option<Dimensions>,
}

type Dimensions = Vec<(Value<String>, Value<String>)>;

impl CustomMetric {
    /// The metric, and the value of its statistic that scaling keeps it at.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_endpoint.txt")]
    /// use sageform::cfn::application_auto_scaling::scaling_policy::Statistic;
    ///
    /// // 70 percent of 4 cores.
    /// let cpu = CustomMetric::new(
    ///     "/aws/sagemaker/Endpoints",
    ///     "CPUUtilization",
    ///     Statistic::AVERAGE,
    ///     280.0,
    /// );
    /// let scaling = InstanceScaling::new(Capacity::new(2, 4))
    ///     .track(InstanceMetric::Custom(cpu), Cooldowns::default());
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingPolicy", "TargetTrackingScalingPolicyConfiguration"),
    ///     r#"{"CustomizedMetricSpecification":{"Dimensions":[{"Name":"EndpointName","Value":{"Fn::GetAtt":["Endpoint","EndpointName"]}},{"Name":"VariantName","Value":"primary"}],"MetricName":"CPUUtilization","Namespace":"/aws/sagemaker/Endpoints","Statistic":"Average"},"TargetValue":280}"#,
    /// );
    /// ```
    pub fn new(
        namespace: impl Into<Value<String>>,
        name: impl Into<Value<String>>,
        statistic: Statistic,
        target: impl Into<Value<f64>>,
    ) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
            statistic,
            target: target.into(),
            unit: None,
            dimensions: None,
        }
    }

    /// The unit under which it is published. Without it, whichever that is.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The dimensions under which it is published; an empty list for none. Without this, those of
    /// what scales: `EndpointName` and `VariantName`, or `InferenceComponentName`.
    #[must_use]
    pub fn dimensions<N: Into<Value<String>>, V: Into<Value<String>>>(
        mut self,
        dimensions: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let dimensions = dimensions
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        self.dimensions = Some(dimensions.collect());
        self
    }

    fn into_tracking(self, own: Dimensions) -> l1::TargetTrackingScalingPolicyConfiguration {
        let dimensions = self.dimensions.unwrap_or(own);
        let specification = l1::CustomizedMetricSpecification {
            dimensions: (!dimensions.is_empty()).then(|| {
                dimensions
                    .into_iter()
                    .map(|(name, value)| Value::from(l1::MetricDimension::new(name, value)))
                    .collect()
            }),
            metric_name: Some(self.name),
            namespace: Some(self.namespace),
            statistic: Some(self.statistic.into()),
            unit: self.unit.map(|unit| unit.as_str().into()),
            ..Default::default()
        };
        l1::TargetTrackingScalingPolicyConfiguration {
            customized_metric_specification: Some(specification.into()),
            ..l1::TargetTrackingScalingPolicyConfiguration::new(self.target)
        }
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::InstanceMetric {}
    impl Sealed for super::QueueMetric {}
    impl Sealed for super::ConcurrencyMetric {}
    impl Sealed for super::CopyMetric {}
}

/// What one kind of capacity can follow: [`InstanceMetric`], [`QueueMetric`], [`ConcurrencyMetric`] or
/// [`CopyMetric`].
pub trait ScalingMetric: sealed::Sealed {
    /// The bounds of this kind.
    type Capacity: CapacityBounds;

    /// The policy, where `own` are the dimensions of what scales.
    fn into_tracking(
        self,
        own: Vec<(Value<String>, Value<String>)>,
    ) -> l1::TargetTrackingScalingPolicyConfiguration;
}

impl ScalingMetric for InstanceMetric {
    type Capacity = Capacity;

    fn into_tracking(self, own: Dimensions) -> l1::TargetTrackingScalingPolicyConfiguration {
        match self {
            Self::InvocationsPerInstance(target) => predefined(
                PredefinedMetric::SAGE_MAKER_VARIANT_INVOCATIONS_PER_INSTANCE,
                target,
            ),
            Self::ConcurrentRequestsPerModel(target) => predefined(
                PredefinedMetric::SAGE_MAKER_VARIANT_CONCURRENT_REQUESTS_PER_MODEL_HIGH_RESOLUTION,
                target,
            ),
            Self::Custom(metric) => metric.into_tracking(own),
        }
    }
}

impl ScalingMetric for QueueMetric {
    type Capacity = CapacityFromZero;

    fn into_tracking(self, own: Dimensions) -> l1::TargetTrackingScalingPolicyConfiguration {
        match self {
            Self::BacklogPerInstance(target) => {
                let backlog = CustomMetric::new(
                    "AWS/SageMaker",
                    "ApproximateBacklogSizePerInstance",
                    Statistic::AVERAGE,
                    target,
                );
                // It is the endpoint's, not the variant's.
                backlog.into_tracking(own.into_iter().take(1).collect())
            }
            Self::Custom(metric) => metric.into_tracking(own),
        }
    }
}

impl ScalingMetric for ConcurrencyMetric {
    type Capacity = Capacity;

    fn into_tracking(self, own: Dimensions) -> l1::TargetTrackingScalingPolicyConfiguration {
        match self {
            Self::Utilization(utilization) => predefined(
                PredefinedMetric::SAGE_MAKER_VARIANT_PROVISIONED_CONCURRENCY_UTILIZATION,
                utilization.0.into(),
            ),
            Self::Custom(metric) => metric.into_tracking(own),
        }
    }
}

impl ScalingMetric for CopyMetric {
    type Capacity = CapacityFromZero;

    fn into_tracking(self, own: Dimensions) -> l1::TargetTrackingScalingPolicyConfiguration {
        match self {
            Self::InvocationsPerCopy(target) => predefined(
                PredefinedMetric::SAGE_MAKER_INFERENCE_COMPONENT_INVOCATIONS_PER_COPY,
                target,
            ),
            Self::ConcurrentRequestsPerCopy(target) => predefined(
                PredefinedMetric::SAGE_MAKER_INFERENCE_COMPONENT_CONCURRENT_REQUESTS_PER_COPY_HIGH_RESOLUTION,
                target,
            ),
            Self::Custom(metric) => metric.into_tracking(own),
        }
    }
}

fn predefined(
    metric: PredefinedMetric,
    target: Value<f64>,
) -> l1::TargetTrackingScalingPolicyConfiguration {
    l1::TargetTrackingScalingPolicyConfiguration {
        predefined_metric_specification: Some(
            l1::PredefinedMetricSpecification::new(metric).into(),
        ),
        ..l1::TargetTrackingScalingPolicyConfiguration::new(target)
    }
}
