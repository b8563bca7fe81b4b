//! How capacity follows the load and the clock.

use indexmap::IndexMap;
use serde::Serialize;

use crate::cfn::cloudwatch::alarm::Unit;
use crate::config::keys::{
    AdjustmentType, AlarmKind, CustomMetricKeys, MetricAggregation, MetricStatistic, ScalingKeys,
    ScheduledActionKeys, StepPolicyKeys,
};
use crate::literal::{
    Duration, Milliseconds, ScalingName, ScheduleExpression, ScheduledActionName, TimeZone,
    Timestamp,
};
use crate::value::Value;

/// How capacity follows the load and the clock: there is a target, a schedule or a step policy.
///
/// Capacity counts instances, copies of a component, or warm serverless workers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AutoScaling {
    /// The least capacity.
    pub min_capacity: Value<i64>,
    /// The greatest capacity.
    pub max_capacity: Value<i64>,
    /// What is held steady; `None` for nothing.
    pub target: Option<TargetTracking>,
    /// What happens while an alarm tells so.
    pub step_policies: Vec<StepPolicy>,
    /// What happens by the clock.
    pub schedule: Vec<ScheduledAction>,
}

/// A metric that is held steady.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetTracking {
    /// Which one, and where.
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
    /// Requests per minute and copy; components only.
    InvocationsPerCopy(Value<f64>),
    /// Requests at the same time and copy; components only.
    ConcurrentRequestsPerCopy(Value<f64>),
    /// A metric of yours.
    CustomMetric(CustomMetric),
}

/// A metric in CloudWatch, which falls as capacity rises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomMetric {
    /// Its namespace.
    pub namespace: Value<String>,
    /// Its name.
    pub metric_name: Value<String>,
    /// What is taken of its datapoints.
    pub statistic: MetricStatistic,
    /// Its unit; `None` for whichever it is published with.
    pub unit: Option<Unit>,
    /// Its dimensions; `None` for those of what scales.
    pub dimensions: Option<IndexMap<String, Value<String>>>,
    /// Where it is held.
    pub target: Value<f64>,
}

/// A change of the bounds of capacity by the clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScheduledAction {
    /// Its name, unique among those of its target.
    pub name: ScheduledActionName,
    /// When it happens.
    pub at: ScheduleExpression,
    /// In which time zone `at` is; `None` for UTC.
    pub timezone: Option<TimeZone>,
    /// Before when it does not happen.
    pub start_time: Option<Timestamp>,
    /// After when it does not happen.
    pub end_time: Option<Timestamp>,
    /// The new bounds.
    pub capacity: ScheduledCapacity,
}

/// The bounds that a scheduled action sets; the others stay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ScheduledCapacity {
    /// The least capacity.
    Min(Value<i64>),
    /// The greatest capacity.
    Max(Value<i64>),
    /// Both.
    Both {
        /// The least capacity.
        min: Value<i64>,
        /// The greatest capacity.
        max: Value<i64>,
    },
}

/// What an alarm does to capacity, by how far its threshold is passed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepPolicy {
    /// Its name, unique among those of its target.
    pub name: ScalingName,
    /// The alarm, which is one of [`Alarms`](super::Alarms).
    pub alarm: AlarmKind,
    /// What the adjustments of its steps mean.
    pub adjustment: AdjustmentKind,
    /// At least one step; the first begins at the threshold, each other one further away.
    pub steps: Vec<Step>,
    /// How long to wait after a step; `None` leaves it to Application Auto Scaling.
    pub cooldown: Option<Duration>,
    /// What is taken of the metric's datapoints; `None` leaves it to Application Auto Scaling.
    pub metric_aggregation_type: Option<MetricAggregation>,
}

/// What an adjustment means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum AdjustmentKind {
    /// So much more or less.
    ChangeInCapacity,
    /// So many percent more or less.
    PercentChangeInCapacity {
        /// But at least so much; `None` for 1.
        min_adjustment_magnitude: Option<i64>,
    },
    /// So much.
    ExactCapacity,
}

/// One step: what happens from a distance on, until the next one begins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The distance at which it begins; `None` for the threshold itself, where the first one begins.
    pub from: Option<Quantity>,
    /// The adjustment.
    pub adjustment: i64,
}

/// A distance from an alarm's threshold in the alarm's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Quantity {
    /// A number of requests.
    Count(i64),
    /// A share, where 1 is the whole.
    Share(f64),
    /// A time.
    Time(Milliseconds),
}

/// The outer option is `None` when the keys contradict each other.
#[expect(
    clippy::option_option,
    reason = "no scaling and scaling that contradicts itself differ"
)]
pub(super) fn build(keys: Option<&ScalingKeys>) -> Option<Option<AutoScaling>> {
    let Some(keys) = keys else { return Some(None) };
    let schedule = keys.schedule.iter().map(ScheduledAction::build);
    let step_policies = keys.step_policies.iter().map(StepPolicy::build);
    let scaling = AutoScaling {
        min_capacity: keys.min_capacity.clone(),
        max_capacity: keys.max_capacity.clone(),
        target: ScalingTarget::build(keys)?.map(|target| TargetTracking {
            target,
            scale_in_cooldown: keys.scale_in_cooldown,
            scale_out_cooldown: keys.scale_out_cooldown,
            disable_scale_in: keys.disable_scale_in.clone(),
        }),
        step_policies: step_policies.collect::<Option<_>>()?,
        schedule: schedule.collect::<Option<_>>()?,
    };
    let something = scaling.target.is_some()
        || !scaling.step_policies.is_empty()
        || !scaling.schedule.is_empty();
    something.then_some(Some(scaling))
}

impl ScalingTarget {
    #[expect(clippy::option_option, reason = "no target and several targets differ")]
    fn build(keys: &ScalingKeys) -> Option<Option<Self>> {
        let targets = [
            keys.invocations_per_instance
                .clone()
                .map(Self::InvocationsPerInstance),
            keys.concurrent_requests_per_model
                .clone()
                .map(Self::ConcurrentRequestsPerModel),
            keys.backlog_per_instance
                .clone()
                .map(Self::BacklogPerInstance),
            keys.provisioned_concurrency_utilization
                .map(Self::ProvisionedConcurrencyUtilization),
            keys.invocations_per_copy
                .clone()
                .map(Self::InvocationsPerCopy),
            keys.concurrent_requests_per_copy
                .clone()
                .map(Self::ConcurrentRequestsPerCopy),
            keys.custom_metric
                .as_ref()
                .map(|keys| Self::CustomMetric(keys.into())),
        ];
        let mut targets = targets.into_iter().flatten();
        let one = targets.next();
        targets.next().is_none().then_some(one)
    }
}

impl From<&CustomMetricKeys> for CustomMetric {
    fn from(keys: &CustomMetricKeys) -> Self {
        Self {
            namespace: keys.namespace.clone(),
            metric_name: keys.metric_name.clone(),
            statistic: keys.statistic,
            unit: keys.unit.clone(),
            dimensions: keys.dimensions.clone(),
            target: keys.target.clone(),
        }
    }
}

impl ScheduledAction {
    fn build(keys: &ScheduledActionKeys) -> Option<Self> {
        let capacity = match (keys.min_capacity.clone(), keys.max_capacity.clone()) {
            (Some(min), None) => ScheduledCapacity::Min(min),
            (None, Some(max)) => ScheduledCapacity::Max(max),
            (Some(min), Some(max)) => ScheduledCapacity::Both { min, max },
            (None, None) => return None,
        };
        Some(Self {
            name: keys.name.clone(),
            at: keys.at.clone(),
            timezone: keys.timezone.clone(),
            start_time: keys.start_time.clone(),
            end_time: keys.end_time.clone(),
            capacity,
        })
    }
}

impl StepPolicy {
    fn build(keys: &StepPolicyKeys) -> Option<Self> {
        let magnitude = keys.min_adjustment_magnitude;
        let adjustment = match (keys.adjustment_type, magnitude) {
            (AdjustmentType::PercentChangeInCapacity, min_adjustment_magnitude) => {
                AdjustmentKind::PercentChangeInCapacity {
                    min_adjustment_magnitude,
                }
            }
            (AdjustmentType::ChangeInCapacity, None) => AdjustmentKind::ChangeInCapacity,
            (AdjustmentType::ExactCapacity, None) => AdjustmentKind::ExactCapacity,
            _ => return None,
        };
        let steps = keys.steps.iter().map(|keys| Step {
            from: keys.from,
            adjustment: keys.adjustment,
        });
        Some(Self {
            name: keys.name.clone(),
            alarm: keys.alarm,
            adjustment,
            steps: steps.collect(),
            cooldown: keys.cooldown,
            metric_aggregation_type: keys.metric_aggregation_type,
        })
    }
}
