//! Scaling that an alarm sets off.

use crate::cfn::application_auto_scaling::scaling_policy as l1;
use crate::literal::Duration;
use crate::value::Value;

use super::super::alarm::{Alarm, Amount, PreparedAlarm};
use super::super::variant::seconds;
use super::steps::Steps;

/// Changes capacity when an alarm goes off, and again while it stays so.
///
/// The alarm is the policy's own: it is created with the policy, after the endpoint. One that takes
/// the endpoint's updates back has to exist before the endpoint, and so is another one.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-applicationautoscaling-scalingpolicy-stepscalingpolicyconfiguration.html>
#[derive(Debug, Clone)]
pub struct StepPolicy<A = ChangeInCapacity> {
    name: String,
    alarm: PreparedAlarm,
    steps: Vec<l1::StepAdjustment>,
    cooldown: Option<Duration>,
    aggregation: Option<l1::MetricAggregationType>,
    adjustment: A,
}

/// Capacity is changed by a number.
#[derive(Debug, Clone, Copy)]
pub struct ChangeInCapacity(());

/// Capacity is changed by a part of itself.
#[derive(Debug, Clone, Copy)]
pub struct PercentChangeInCapacity {
    least: Option<u32>,
}

/// Capacity is set to a number.
#[derive(Debug, Clone, Copy)]
pub struct ExactCapacity(());

impl StepPolicy<ChangeInCapacity> {
    /// Adds as many, or removes them where the number is below 0. `name` is part of the policy's
    /// logical id.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_endpoint.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// // Fewer than 600 requests: 1 less; fewer than 100: 2 less.
    /// let quiet = Alarm::invocations_below(&metrics, 600);
    /// let steps = Steps::<u32>::new(-1).beyond(500, -2);
    /// let policy = StepPolicy::change_in_capacity("Quiet", quiet, steps);
    /// let scaling = InstanceScaling::new(Capacity::new(2, 20)).step(policy);
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingQuietPolicy", "StepScalingPolicyConfiguration"),
    ///     r#"{"AdjustmentType":"ChangeInCapacity","StepAdjustments":[{"MetricIntervalLowerBound":-500,"MetricIntervalUpperBound":0,"ScalingAdjustment":-1},{"MetricIntervalUpperBound":-500,"ScalingAdjustment":-2}]}"#,
    /// );
    /// ```
    pub fn change_in_capacity<U: Amount>(
        name: impl Into<String>,
        alarm: Alarm<U>,
        steps: Steps<U>,
    ) -> Self {
        Self::of(name, alarm, steps, ChangeInCapacity(()))
    }
}

impl StepPolicy<PercentChangeInCapacity> {
    /// Adds as many percent of what there is, or removes them where the number is below 0. `name` is
    /// part of the policy's logical id.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_endpoint.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// // Above 80 percent: 10 percent more; above 90 percent: half as many more.
    /// let full = Alarm::cpu_utilization(&metrics, Fraction::percent(80.0), Devices::new(4));
    /// let steps = Steps::<Fraction>::new(10).beyond(Fraction::percent(10.0), 50);
    /// let policy = StepPolicy::percent_change_in_capacity("Full", full, steps)
    ///     .min_adjustment_magnitude(1);
    /// let scaling = InstanceScaling::new(Capacity::new(2, 20)).step(policy);
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingFullPolicy", "StepScalingPolicyConfiguration"),
    ///     r#"{"AdjustmentType":"PercentChangeInCapacity","MinAdjustmentMagnitude":1,"StepAdjustments":[{"MetricIntervalLowerBound":0,"MetricIntervalUpperBound":40,"ScalingAdjustment":10},{"MetricIntervalLowerBound":40,"ScalingAdjustment":50}]}"#,
    /// );
    /// ```
    pub fn percent_change_in_capacity<U: Amount>(
        name: impl Into<String>,
        alarm: Alarm<U>,
        steps: Steps<U>,
    ) -> Self {
        Self::of(name, alarm, steps, PercentChangeInCapacity { least: None })
    }

    /// Changes capacity at least by this number, however few the percent are.
    #[must_use]
    pub fn min_adjustment_magnitude(mut self, least: u32) -> Self {
        self.adjustment.least = Some(least);
        self
    }
}

impl StepPolicy<ExactCapacity> {
    /// Sets capacity to a number, within the target's bounds. `name` is part of the policy's logical
    /// id.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_endpoint.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let burst = Alarm::invocations_above(&metrics, 2000);
    /// let policy = StepPolicy::exact_capacity("Burst", burst, Steps::new(20));
    /// let scaling = InstanceScaling::new(Capacity::new(2, 20)).step(policy);
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingBurstPolicy", "StepScalingPolicyConfiguration"),
    ///     r#"{"AdjustmentType":"ExactCapacity","StepAdjustments":[{"MetricIntervalLowerBound":0,"ScalingAdjustment":20}]}"#,
    /// );
    /// ```
    pub fn exact_capacity<U: Amount>(
        name: impl Into<String>,
        alarm: Alarm<U>,
        steps: Steps<U, u32>,
    ) -> Self {
        Self::of(name, alarm, steps, ExactCapacity(()))
    }
}

impl<A> StepPolicy<A> {
    fn of<U: Amount, C: Copy + Into<i64>>(
        name: impl Into<String>,
        alarm: Alarm<U>,
        steps: Steps<U, C>,
        adjustment: A,
    ) -> Self {
        Self {
            name: name.into(),
            steps: steps.into_l1(alarm.side(), alarm.scale()),
            alarm: alarm.prepare(),
            cooldown: None,
            aggregation: None,
            adjustment,
        }
    }

    /// How long a change is given to take effect before the next one; 300 seconds when it is left
    /// out.
    #[must_use]
    pub fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = Some(cooldown);
        self
    }

    /// How the alarm's values become the one that the steps are compared with; their average when it
    /// is left out.
    #[must_use]
    pub fn metric_aggregation_type(mut self, aggregation: l1::MetricAggregationType) -> Self {
        self.aggregation = Some(aggregation);
        self
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::ChangeInCapacity {}
    impl Sealed for super::PercentChangeInCapacity {}
    impl Sealed for super::ExactCapacity {}
}

/// How steps are read: [`ChangeInCapacity`], [`PercentChangeInCapacity`] or [`ExactCapacity`].
pub trait Adjustment: sealed::Sealed {
    /// `AdjustmentType`.
    fn adjustment_type(&self) -> l1::AdjustmentType;

    /// `MinAdjustmentMagnitude`.
    fn min_adjustment_magnitude(&self) -> Option<u32> {
        None
    }
}

impl Adjustment for ChangeInCapacity {
    fn adjustment_type(&self) -> l1::AdjustmentType {
        l1::AdjustmentType::CHANGE_IN_CAPACITY
    }
}

impl Adjustment for PercentChangeInCapacity {
    fn adjustment_type(&self) -> l1::AdjustmentType {
        l1::AdjustmentType::PERCENT_CHANGE_IN_CAPACITY
    }

    fn min_adjustment_magnitude(&self) -> Option<u32> {
        self.least
    }
}

impl Adjustment for ExactCapacity {
    fn adjustment_type(&self) -> l1::AdjustmentType {
        l1::AdjustmentType::EXACT_CAPACITY
    }
}

/// A policy of any kind, ready to be added.
#[derive(Debug, Clone)]
pub(super) struct PreparedSteps {
    pub(super) name: String,
    pub(super) alarm: PreparedAlarm,
    pub(super) configuration: l1::StepScalingPolicyConfiguration,
}

impl<A: Adjustment> From<StepPolicy<A>> for PreparedSteps {
    fn from(policy: StepPolicy<A>) -> Self {
        let least = policy.adjustment.min_adjustment_magnitude();
        let configuration = l1::StepScalingPolicyConfiguration {
            adjustment_type: Some(policy.adjustment.adjustment_type().into()),
            cooldown: policy.cooldown.map(seconds),
            metric_aggregation_type: policy.aggregation.map(Into::into),
            min_adjustment_magnitude: least.map(Into::into),
            step_adjustments: Some(policy.steps.into_iter().map(Value::from).collect()),
        };
        Self {
            name: policy.name,
            alarm: policy.alarm,
            configuration,
        }
    }
}
