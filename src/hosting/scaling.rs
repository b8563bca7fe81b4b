//! Scaling that an endpoint's mode offers, by target tracking.
//!
//! Every target refers to the endpoint, so that it is created once the endpoint is in service and
//! deleted before it. An endpoint with a target keeps its counts when it is updated
//! (`RetainAllVariantProperties`); where it has several variants, their weights still follow the
//! template.

use crate::cfn::application_auto_scaling::scalable_target::{ScalableDimension, ServiceNamespace};
use crate::cfn::application_auto_scaling::scaling_policy::{
    PolicyType, PredefinedMetricSpecificationPredefinedMetricType as PredefinedMetric,
};
use crate::cfn::application_auto_scaling::{ScalableTarget, scaling_policy};
use crate::cfn::cloudwatch::alarm;
use crate::finding::Finding;
use crate::json::Json;
use crate::literal::{Duration, VariantName};
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::endpoint::EndpointHandle;
use super::mode::{Mode, Queued, ScalesConcurrency, ScalesOnInvocations};
use super::variant::seconds;

/// Bounds of what always serves: 1 or more.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity(Bounds);

/// Bounds of what may scale to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityFromZero(Bounds);

#[derive(Debug, Clone, PartialEq)]
struct Bounds {
    minimum: Value<i64>,
    maximum: Value<i64>,
}

impl Bounds {
    /// Whether they hold as far as literals tell.
    fn checked(self, least: i64) -> Option<Self> {
        let minimum = self.minimum.literal().copied();
        let maximum = self.maximum.literal().copied();
        let from = minimum.unwrap_or(least).max(least);
        (minimum.is_none_or(|minimum| minimum >= least)
            && maximum.is_none_or(|maximum| maximum >= from.max(1)))
        .then_some(self)
    }
}

impl Capacity {
    /// Checks literals; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// When the minimum is 0, or the maximum is less than it.
    #[track_caller]
    pub const fn new(minimum: u32, maximum: u32) -> Self {
        assert!(
            minimum >= 1,
            "`MinCapacity` is at least 1: only `Async` scales to 0"
        );
        assert!(
            minimum <= maximum,
            "`MinCapacity` is not more than `MaxCapacity`"
        );
        Self(Bounds {
            minimum: Value::Literal(minimum as i64),
            maximum: Value::Literal(maximum as i64),
        })
    }

    /// The bounds, unless literals say that the minimum is below 1 or above the maximum.
    pub fn parse(minimum: Value<i64>, maximum: Value<i64>) -> Option<Self> {
        Bounds { minimum, maximum }.checked(1).map(Self)
    }
}

impl CapacityFromZero {
    /// Checks literals; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// When the maximum is 0 or less than the minimum.
    #[track_caller]
    pub const fn new(minimum: u32, maximum: u32) -> Self {
        assert!(maximum >= 1, "`MaxCapacity` is at least 1");
        assert!(
            minimum <= maximum,
            "`MinCapacity` is not more than `MaxCapacity`"
        );
        Self(Bounds {
            minimum: Value::Literal(minimum as i64),
            maximum: Value::Literal(maximum as i64),
        })
    }

    /// The bounds, unless literals say that the minimum is above the maximum or the maximum is 0.
    pub fn parse(minimum: Value<i64>, maximum: Value<i64>) -> Option<Self> {
        Bounds { minimum, maximum }.checked(0).map(Self)
    }
}

/// What the instances of a real-time variant follow.
#[derive(Debug, Clone, PartialEq)]
pub enum InstanceMetric {
    /// Invocations per instance and minute.
    InvocationsPerInstance(Value<f64>),
    /// Requests in flight per model, at a resolution of 10 seconds: reacts sooner.
    ConcurrentRequestsPerModel(Value<f64>),
}

/// A part of provisioned concurrency that is in use: more than 0, at most 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Utilization(f64);

impl Utilization {
    /// Checks a literal; in a `const` item at compile time.
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

/// How long scaling waits after a change, and whether it removes capacity at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cooldowns {
    /// After capacity was removed; 300 seconds when it is left out.
    pub scale_in: Option<Duration>,
    /// After capacity was added; 300 seconds when it is left out.
    pub scale_out: Option<Duration>,
    /// Whether capacity is never removed; it is when this is left out.
    pub disable_scale_in: Option<Value<bool>>,
}

impl<M: Mode> EndpointHandle<M> {
    /// Adds instances of a variant while it receives more than the metric's target, and removes them
    /// while it receives less. Adds `<name>Target` and `<name>Policy`.
    #[track_caller]
    pub fn scale_instances(
        &self,
        stack: &mut Stack,
        name: &str,
        variant: &VariantName,
        capacity: Capacity,
        metric: InstanceMetric,
        cooldowns: Cooldowns,
    ) where
        M: ScalesOnInvocations,
    {
        if !self.variants.contains(variant) {
            let known: Vec<_> = self.variants.iter().map(VariantName::as_str).collect();
            let message = format!("the endpoint has no variant `{variant}`");
            stack.report(
                Finding::error("aas-variant-exists", message)
                    .on(self.resource().logical_id().as_str())
                    .hint(format!("it has `{}`", known.join("`, `"))),
            );
        }
        let dimension = ScalableDimension::SAGEMAKER_VARIANT_DESIRED_INSTANCE_COUNT;
        let target = self.target(stack, name, variant, dimension, capacity.0);
        let (metric, value) = match metric {
            InstanceMetric::InvocationsPerInstance(value) => (
                PredefinedMetric::SAGE_MAKER_VARIANT_INVOCATIONS_PER_INSTANCE,
                value,
            ),
            InstanceMetric::ConcurrentRequestsPerModel(value) => (
                PredefinedMetric::SAGE_MAKER_VARIANT_CONCURRENT_REQUESTS_PER_MODEL_HIGH_RESOLUTION,
                value,
            ),
        };
        track(stack, name, &target, cooldowns, predefined(metric, value));
    }

    /// Keeps as much concurrency warm as is used. Adds `<name>Target` and `<name>Policy`.
    #[track_caller]
    pub fn scale_provisioned_concurrency(
        &self,
        stack: &mut Stack,
        name: &str,
        capacity: Capacity,
        utilization: Utilization,
        cooldowns: Cooldowns,
    ) where
        M: ScalesConcurrency,
    {
        let dimension = ScalableDimension::SAGEMAKER_VARIANT_DESIRED_PROVISIONED_CONCURRENCY;
        let variant = self.first_variant();
        let target = self.target(stack, name, variant, dimension, capacity.0);
        let metric = PredefinedMetric::SAGE_MAKER_VARIANT_PROVISIONED_CONCURRENCY_UTILIZATION;
        track(
            stack,
            name,
            &target,
            cooldowns,
            predefined(metric, utilization.0),
        );
    }

    /// Adds instances while more than `backlog_per_instance` requests wait for each, and removes them
    /// while fewer do. Adds `<name>Target` and `<name>Policy`; where the minimum is 0, also
    /// `<name>WakeUpPolicy` and `<name>WakeUpAlarm`, because without instances there is no backlog
    /// per instance to follow.
    #[track_caller]
    pub fn scale_on_backlog(
        &self,
        stack: &mut Stack,
        name: &str,
        capacity: CapacityFromZero,
        backlog_per_instance: impl Into<Value<f64>>,
        cooldowns: Cooldowns,
    ) where
        M: Queued,
    {
        let dimension = ScalableDimension::SAGEMAKER_VARIANT_DESIRED_INSTANCE_COUNT;
        // What the deployment decides may be 0 as well.
        let from_zero = capacity
            .0
            .minimum
            .literal()
            .is_none_or(|minimum| *minimum == 0);
        let target = self.target(stack, name, self.first_variant(), dimension, capacity.0);
        let metric = scaling_policy::CustomizedMetricSpecification {
            dimensions: Some(Value::from([scaling_policy::MetricDimension::new(
                "EndpointName",
                self.name(),
            )])),
            metric_name: Some("ApproximateBacklogSizePerInstance".into()),
            namespace: Some("AWS/SageMaker".into()),
            statistic: Some(scaling_policy::Statistic::AVERAGE.into()),
            ..Default::default()
        };
        let tracking = scaling_policy::TargetTrackingScalingPolicyConfiguration {
            customized_metric_specification: Some(metric.into()),
            ..scaling_policy::TargetTrackingScalingPolicyConfiguration::new(backlog_per_instance)
        };
        track(stack, name, &target, cooldowns, tracking);
        if from_zero {
            self.wake_up(stack, name, &target);
        }
    }

    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html>
    #[track_caller]
    fn wake_up(&self, stack: &mut Stack, name: &str, target: &Handle<ScalableTarget>) {
        let step = scaling_policy::StepAdjustment {
            metric_interval_lower_bound: Some(0.0.into()),
            ..scaling_policy::StepAdjustment::new(1)
        };
        let steps = scaling_policy::StepScalingPolicyConfiguration {
            adjustment_type: Some(scaling_policy::AdjustmentType::CHANGE_IN_CAPACITY.into()),
            cooldown: Some(300.into()),
            metric_aggregation_type: Some(scaling_policy::MetricAggregationType::AVERAGE.into()),
            step_adjustments: Some(Value::from([step])),
            ..Default::default()
        };
        let policy_name = format!("{name}WakeUpPolicy");
        let policy = stack.add(
            &policy_name,
            scaling_policy::ScalingPolicy {
                scaling_target_id: Some(target.reference()),
                step_scaling_policy_configuration: Some(steps.into()),
                ..scaling_policy::ScalingPolicy::new(policy_name.as_str(), PolicyType::STEP_SCALING)
            },
        );
        stack.add(
            &format!("{name}WakeUpAlarm"),
            alarm::Alarm {
                alarm_actions: Some(Value::from([policy.reference()])),
                alarm_description: Some(
                    "Requests wait and no instance is there: adds the first one".into(),
                ),
                datapoints_to_alarm: Some(2.into()),
                dimensions: Some(Value::from([alarm::Dimension::new(
                    "EndpointName",
                    self.name(),
                )])),
                metric_name: Some("HasBacklogWithoutCapacity".into()),
                namespace: Some("AWS/SageMaker".into()),
                period: Some(60.into()),
                statistic: Some(alarm::Statistic::AVERAGE.into()),
                threshold: Some(1.0.into()),
                treat_missing_data: Some(alarm::TreatMissingData::MISSING.into()),
                comparison_operator: Some(
                    alarm::ComparisonOperator::GREATER_THAN_OR_EQUAL_TO_THRESHOLD.into(),
                ),
                evaluation_periods: Some(2.into()),
                ..Default::default()
            },
        );
    }

    #[track_caller]
    fn target(
        &self,
        stack: &mut Stack,
        name: &str,
        variant: &VariantName,
        dimension: ScalableDimension,
        bounds: Bounds,
    ) -> Handle<ScalableTarget> {
        let endpoint = stack
            .resource(self.resource())
            .property("RetainAllVariantProperties", true);
        if self.variants.len() > 1 {
            // Retained as well, a weight in the template would never reach the endpoint.
            let weights = Json::from([("VariantPropertyType", "DesiredWeight".into())]);
            endpoint.property("ExcludeRetainedVariantProperties", vec![weights]);
        }
        let id = self.resource().logical_id();
        stack.add(
            &format!("{name}Target"),
            ScalableTarget::new(
                bounds.maximum,
                bounds.minimum,
                Value::sub(format!("endpoint/${{{id}.EndpointName}}/variant/{variant}")),
                dimension,
                ServiceNamespace::SAGEMAKER,
            ),
        )
    }
}

fn predefined(
    metric: PredefinedMetric,
    target: impl Into<Value<f64>>,
) -> scaling_policy::TargetTrackingScalingPolicyConfiguration {
    scaling_policy::TargetTrackingScalingPolicyConfiguration {
        predefined_metric_specification: Some(
            scaling_policy::PredefinedMetricSpecification::new(metric).into(),
        ),
        ..scaling_policy::TargetTrackingScalingPolicyConfiguration::new(target)
    }
}

#[track_caller]
fn track(
    stack: &mut Stack,
    name: &str,
    target: &Handle<ScalableTarget>,
    cooldowns: Cooldowns,
    tracking: scaling_policy::TargetTrackingScalingPolicyConfiguration,
) {
    let name = format!("{name}Policy");
    let tracking = scaling_policy::TargetTrackingScalingPolicyConfiguration {
        disable_scale_in: cooldowns.disable_scale_in,
        scale_in_cooldown: cooldowns.scale_in.map(seconds),
        scale_out_cooldown: cooldowns.scale_out.map(seconds),
        ..tracking
    };
    stack.add(
        &name,
        scaling_policy::ScalingPolicy {
            scaling_target_id: Some(target.reference()),
            target_tracking_scaling_policy_configuration: Some(tracking.into()),
            ..scaling_policy::ScalingPolicy::new(name.as_str(), PolicyType::TARGET_TRACKING_SCALING)
        },
    );
}
