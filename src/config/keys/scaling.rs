//! How capacity follows the load and the clock.

use indexmap::IndexMap;

use super::alarms::AlarmKind;
use super::texts::DimensionNames;
use crate::cfn::cloudwatch::alarm::Unit;
use crate::config::codecs::{Fraction, MapOf, Positive};
use crate::config::declare::shape;
use crate::config::shape::Bounds;
use crate::config::stage::Quantity;
use crate::config::types::choice;
use crate::literal::{
    Duration, ScalingName, ScheduleExpression, ScheduledActionName, TimeZone, Timestamp,
};
use crate::value::Value;

shape! {
    /// How capacity follows the load and the clock: at most one target, step policies, a schedule.
    /// Capacity counts instances, copies of a component, or warm serverless workers.
    pub(crate) struct ScalingKeys {
        /// The least capacity; 0 only with `Async` and for components.
        #[becomes(".MinCapacity")]
        "MinCapacity" => required min_capacity: Value<i64> [Bounds::from(0)],
        /// The greatest capacity.
        #[becomes(".MaxCapacity")]
        "MaxCapacity" => required max_capacity: Value<i64> [Bounds::from(1)],
        /// Target: so many requests per minute for each instance.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", "AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType")]
        "InvocationsPerInstance" => optional invocations_per_instance: Value<f64> as Positive,
        /// Target: so many requests at the same time for each model, measured every ten seconds.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", "AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType")]
        "ConcurrentRequestsPerModel" => optional concurrent_requests_per_model: Value<f64> as Positive,
        /// Target with `Async`: so many waiting requests for each instance.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", "AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.MetricName")]
        "BacklogPerInstance" => optional backlog_per_instance: Value<f64> as Positive,
        /// Target with `ServerlessProvisionedConcurrency`: so much of it in use, as `0.7` or `70%`.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", "AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType")]
        "ProvisionedConcurrencyUtilization" => optional provisioned_concurrency_utilization: f64 as Fraction,
        /// Target of a component: so many requests per minute for each copy.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", "AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType")]
        "InvocationsPerCopy" => optional invocations_per_copy: Value<f64> as Positive,
        /// Target of a component: so many requests at the same time for each copy, measured every ten
        /// seconds.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", "AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType")]
        "ConcurrentRequestsPerCopy" => optional concurrent_requests_per_copy: Value<f64> as Positive,
        /// Target: a metric of yours, which falls as capacity rises.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification")]
        "CustomMetric" => optional custom_metric: CustomMetricKeys,
        /// With a target: how long to wait after removing capacity. Left out, Application Auto Scaling
        /// decides.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.ScaleInCooldown")]
        "ScaleInCooldown" => optional scale_in_cooldown: Duration [Bounds::of(0, 86400)],
        /// With a target: how long to wait after adding capacity. Left out, Application Auto Scaling
        /// decides.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.ScaleOutCooldown")]
        "ScaleOutCooldown" => optional scale_out_cooldown: Duration [Bounds::of(0, 86400)],
        /// With a target: whether capacity is only ever added.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.DisableScaleIn")]
        "DisableScaleIn" => default(Value::Literal(false)) disable_scale_in: Value<bool>,
        /// What happens by the clock. Left out, nothing does.
        #[becomes(".ScheduledActions")]
        "Schedule" => default(Vec::new()) schedule: Vec<ScheduledActionKeys> [Bounds::from(1)],
        /// What happens while an alarm of `Alarms` tells so. Left out, nothing does.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy")]
        "StepPolicies" => default(Vec::new()) step_policies: Vec<StepPolicyKeys> [Bounds::of(1, 20)],
    }
}

shape! {
    /// A metric in CloudWatch that scaling holds steady.
    pub(crate) struct CustomMetricKeys {
        /// Its namespace.
        #[becomes(".Namespace")]
        "Namespace" => required namespace: Value<String> [Bounds::of(1, 255)],
        /// Its name.
        #[becomes(".MetricName")]
        "MetricName" => required metric_name: Value<String> [Bounds::of(1, 255)],
        /// What is taken of its datapoints.
        #[becomes(".Statistic")]
        "Statistic" => required statistic: MetricStatistic,
        /// Its unit. Left out, it is published without one.
        #[becomes(".Unit")]
        "Unit" => optional unit: Unit,
        /// Its dimensions, exactly those that it is published with; `{}` for none. Left out, they are
        /// those of what scales: the endpoint and its variant, or the component.
        #[becomes(".Dimensions")]
        "Dimensions" => optional dimensions: IndexMap<String, Value<String>> as MapOf<DimensionNames> [Bounds::to(30)],
        /// Where it is held.
        #[becomes("AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue")]
        "Target" => required target: Value<f64> as Positive,
    }
}

choice! {
    /// What is taken of a metric's datapoints.
    pub enum MetricStatistic {
        /// Their average.
        Average,
        /// The least.
        Minimum,
        /// The greatest.
        Maximum,
        /// How many there are.
        SampleCount,
        /// Their sum.
        Sum,
    }
}

shape! {
    /// A change of the bounds of capacity by the clock.
    pub(crate) struct ScheduledActionKeys {
        /// Its name, unique among those of the same `AutoScaling`.
        #[becomes(".ScheduledActionName")]
        "Name" => required name: ScheduledActionName,
        /// When it happens.
        #[becomes(".Schedule")]
        "At" => required at: ScheduleExpression,
        /// The time zone of `At`, unless that is a rate. Left out, it is UTC.
        #[becomes(".Timezone")]
        "Timezone" => optional timezone: TimeZone,
        /// Before when it does not happen. Left out, it may happen at once.
        #[becomes(".StartTime")]
        "StartTime" => optional start_time: Timestamp,
        /// After when it does not happen. Left out, it goes on.
        #[becomes(".EndTime")]
        "EndTime" => optional end_time: Timestamp,
        /// The least capacity from then on. Left out, it stays as it is.
        #[becomes(".ScalableTargetAction.MinCapacity")]
        "MinCapacity" => optional min_capacity: Value<i64> [Bounds::from(0)],
        /// The greatest capacity from then on. Left out, it stays as it is.
        #[becomes(".ScalableTargetAction.MaxCapacity")]
        "MaxCapacity" => optional max_capacity: Value<i64> [Bounds::from(0)],
    }
}

shape! {
    /// What an alarm does to capacity, by how far its threshold is passed.
    pub(crate) struct StepPolicyKeys {
        /// Its name, unique among those of the same `AutoScaling`.
        #[becomes(".PolicyName")]
        "Name" => required name: ScalingName,
        /// The alarm, which is one of `Alarms`.
        #[becomes("AWS::CloudWatch::Alarm.AlarmActions")]
        "Alarm" => required alarm: AlarmKind,
        /// What the adjustments of `Steps` mean: so much more or less, so many percent more or less,
        /// or exactly so much.
        #[becomes(".StepScalingPolicyConfiguration.AdjustmentType")]
        "AdjustmentType" => default(AdjustmentType::ChangeInCapacity) adjustment_type: AdjustmentType,
        /// What happens from which distance from the alarm's threshold on, until the next step begins.
        #[becomes(".StepScalingPolicyConfiguration.StepAdjustments")]
        "Steps" => required steps: Vec<StepKeys> [Bounds::of(1, 20)],
        /// How long to wait after a step. Left out, Application Auto Scaling decides.
        #[becomes(".StepScalingPolicyConfiguration.Cooldown")]
        "Cooldown" => optional cooldown: Duration [Bounds::of(0, 86400)],
        /// With `PercentChangeInCapacity`: by how much capacity changes at least. Left out, by one.
        #[becomes(".StepScalingPolicyConfiguration.MinAdjustmentMagnitude")]
        "MinAdjustmentMagnitude" => optional min_adjustment_magnitude: i64 [Bounds::of(1, 1_000_000)],
        /// What is taken of the metric's datapoints. Left out, their average is.
        #[becomes(".StepScalingPolicyConfiguration.MetricAggregationType")]
        "MetricAggregationType" => optional metric_aggregation_type: MetricAggregation,
    }
}

shape! {
    /// One step, which ends where the next one begins.
    pub(crate) struct StepKeys {
        /// At which distance from the alarm's threshold it begins, in the alarm's unit, on the side on
        /// which the alarm goes off. The first step begins at the threshold, and leaves it out.
        #[becomes(".MetricIntervalLowerBound", ".MetricIntervalUpperBound")]
        "From" => optional from: Quantity,
        /// The adjustment; what it means is in `AdjustmentType`.
        #[becomes(".ScalingAdjustment")]
        "Adjustment" => required adjustment: i64 [Bounds::of(-1_000_000, 1_000_000)],
    }
}

choice! {
    /// What adjustments mean.
    #[expect(clippy::enum_variant_names, reason = "the words of Application Auto Scaling")]
    pub(crate) enum AdjustmentType {
        /// So much more or less.
        ChangeInCapacity,
        /// So many percent more or less.
        PercentChangeInCapacity,
        /// Exactly so much.
        ExactCapacity,
    }
}

choice! {
    /// What is taken of a metric's datapoints.
    pub enum MetricAggregation {
        /// Their average.
        Average,
        /// The least.
        Minimum,
        /// The greatest.
        Maximum,
    }
}
