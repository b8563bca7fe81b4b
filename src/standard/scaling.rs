//! Scaling, from the stage file's words to the constructs that the endpoint's mode has.

use crate::cfn::application_auto_scaling::scaling_policy::{MetricAggregationType, Statistic};
use crate::config::{
    self, AdjustmentKind, AutoScaling, MetricAggregation, MetricStatistic, ScalingTarget,
    ScheduledCapacity, TargetTracking,
};
use crate::hosting::{
    Adjustment, Alarm, Capacity, CapacityBounds, CapacityChange, CapacityFromZero,
    ConcurrencyMetric, ConcurrencyScaling, Cooldowns, CopyMetric, CopyScaling, CustomMetric,
    InstanceMetric, InstanceScaling, QueueMetric, QueueScaling, Scaling, ScalingMetric,
    ScheduledAction, StepPolicy, Steps, Utilization,
};
use crate::value::Value;

use super::alarms::{Alarms, timed};
use super::watched::{Distance, Use, Watched};
use super::{CHECKED, pascal};

/// How the instances of a real-time variant scale.
pub(super) fn of_instances(
    scaling: &AutoScaling,
    alarms: &Alarms<'_>,
    watched: &impl Watched,
) -> InstanceScaling {
    let capacity = Capacity::parse(scaling.min_capacity.clone(), scaling.max_capacity.clone());
    let metric = |target: &ScalingTarget| match target {
        ScalingTarget::InvocationsPerInstance(target) => {
            InstanceMetric::InvocationsPerInstance(target.clone())
        }
        ScalingTarget::ConcurrentRequestsPerModel(target) => {
            InstanceMetric::ConcurrentRequestsPerModel(target.clone())
        }
        ScalingTarget::CustomMetric(metric) => InstanceMetric::Custom(custom(metric)),
        _ => unreachable!("{CHECKED}"),
    };
    complete(capacity, scaling, metric, alarms, watched)
}

/// How the instances behind a queue scale.
pub(super) fn of_queue(
    scaling: &AutoScaling,
    alarms: &Alarms<'_>,
    watched: &impl Watched,
) -> QueueScaling {
    let (least, most) = (scaling.min_capacity.clone(), scaling.max_capacity.clone());
    let metric = |target: &ScalingTarget| match target {
        ScalingTarget::BacklogPerInstance(target) => {
            QueueMetric::BacklogPerInstance(target.clone())
        }
        ScalingTarget::CustomMetric(metric) => QueueMetric::Custom(custom(metric)),
        _ => unreachable!("{CHECKED}"),
    };
    let capacity = CapacityFromZero::parse(least, most);
    complete(capacity, scaling, metric, alarms, watched)
}

/// How concurrency that is kept warm scales.
pub(super) fn of_concurrency(
    scaling: &AutoScaling,
    alarms: &Alarms<'_>,
    watched: &impl Watched,
) -> ConcurrencyScaling {
    let capacity = Capacity::parse(scaling.min_capacity.clone(), scaling.max_capacity.clone());
    let metric = |target: &ScalingTarget| match target {
        ScalingTarget::ProvisionedConcurrencyUtilization(share) => {
            ConcurrencyMetric::Utilization(Utilization::parse(*share).expect(CHECKED))
        }
        ScalingTarget::CustomMetric(metric) => ConcurrencyMetric::Custom(custom(metric)),
        _ => unreachable!("{CHECKED}"),
    };
    complete(capacity, scaling, metric, alarms, watched)
}

/// How the copies of a component scale.
pub(super) fn of_copies(
    scaling: &AutoScaling,
    alarms: &Alarms<'_>,
    watched: &impl Watched,
) -> CopyScaling {
    let (least, most) = (scaling.min_capacity.clone(), scaling.max_capacity.clone());
    let metric = |target: &ScalingTarget| match target {
        ScalingTarget::InvocationsPerCopy(target) => CopyMetric::InvocationsPerCopy(target.clone()),
        ScalingTarget::ConcurrentRequestsPerCopy(target) => {
            CopyMetric::ConcurrentRequestsPerCopy(target.clone())
        }
        ScalingTarget::CustomMetric(metric) => CopyMetric::Custom(custom(metric)),
        _ => unreachable!("{CHECKED}"),
    };
    let capacity = CapacityFromZero::parse(least, most);
    complete(capacity, scaling, metric, alarms, watched)
}

fn complete<M: ScalingMetric>(
    capacity: Option<M::Capacity>,
    wanted: &AutoScaling,
    metric: impl FnOnce(&ScalingTarget) -> M,
    alarms: &Alarms<'_>,
    watched: &impl Watched,
) -> Scaling<M> {
    let mut scaling = Scaling::new(capacity.expect(CHECKED));
    if let Some(tracking) = &wanted.target {
        scaling = scaling.track(metric(&tracking.target), cooldowns(tracking));
    }
    for policy in &wanted.step_policies {
        let alarm = alarms.wanted(policy.alarm);
        let add = AddSteps {
            scaling,
            policy,
            alarm,
        };
        scaling = watched.alarm(&alarm.condition, add);
    }
    for action in &wanted.schedule {
        scaling = scaling.schedule(scheduled(action));
    }
    scaling
}

fn cooldowns(tracking: &TargetTracking) -> Cooldowns {
    Cooldowns {
        scale_in: tracking.scale_in_cooldown,
        scale_out: tracking.scale_out_cooldown,
        // `false` is what leaving it out means.
        disable_scale_in: Some(tracking.disable_scale_in.clone())
            .filter(|disable| *disable != Value::Literal(false)),
    }
}

/// Adds a policy that follows an alarm.
struct AddSteps<'a, M: ScalingMetric> {
    scaling: Scaling<M>,
    policy: &'a config::StepPolicy,
    alarm: &'a config::Alarm,
}

impl<M: ScalingMetric> Use for AddSteps<'_, M> {
    type Output = Scaling<M>;

    fn with<U: Distance>(self, alarm: Alarm<U>) -> Scaling<M> {
        let (scaling, policy) = (self.scaling, self.policy);
        let (name, alarm) = (pascal(policy.name.as_str()), timed(alarm, self.alarm));
        match policy.adjustment {
            AdjustmentKind::ChangeInCapacity => {
                let steps = StepPolicy::change_in_capacity(name, alarm, steps(policy));
                scaling.step(with_options(steps, policy))
            }
            AdjustmentKind::PercentChangeInCapacity {
                min_adjustment_magnitude,
            } => {
                let mut steps = StepPolicy::percent_change_in_capacity(name, alarm, steps(policy));
                if let Some(least) = min_adjustment_magnitude {
                    steps = steps.min_adjustment_magnitude(u32::try_from(least).expect(CHECKED));
                }
                scaling.step(with_options(steps, policy))
            }
            AdjustmentKind::ExactCapacity => {
                let steps = StepPolicy::exact_capacity(name, alarm, steps(policy));
                scaling.step(with_options(steps, policy))
            }
        }
    }
}

/// The steps, the first of which begins at the threshold.
fn steps<U: Distance, C: Copy + TryFrom<i64>>(policy: &config::StepPolicy) -> Steps<U, C> {
    let change = |step: &config::Step| C::try_from(step.adjustment).ok().expect(CHECKED);
    let mut all = policy.steps.iter();
    let first = change(all.next().expect(CHECKED));
    let further = all.map(|step| {
        let from = step.from.and_then(U::of).expect(CHECKED);
        (from, change(step))
    });
    Steps::parse(first, further).expect(CHECKED)
}

fn with_options<A: Adjustment>(
    mut steps: StepPolicy<A>,
    policy: &config::StepPolicy,
) -> StepPolicy<A> {
    if let Some(cooldown) = policy.cooldown {
        steps = steps.cooldown(cooldown);
    }
    match policy.metric_aggregation_type {
        None => steps,
        Some(aggregation) => steps.metric_aggregation_type(match aggregation {
            MetricAggregation::Average => MetricAggregationType::AVERAGE,
            MetricAggregation::Minimum => MetricAggregationType::MINIMUM,
            MetricAggregation::Maximum => MetricAggregationType::MAXIMUM,
        }),
    }
}

fn scheduled<C: CapacityBounds>(action: &config::ScheduledAction) -> ScheduledAction<C> {
    let (least, most) = match &action.capacity {
        ScheduledCapacity::Min(min) => (Some(min.clone()), None),
        ScheduledCapacity::Max(max) => (None, Some(max.clone())),
        ScheduledCapacity::Both { min, max } => (Some(min.clone()), Some(max.clone())),
    };
    let change = CapacityChange::parse(least, most).expect(CHECKED);
    let mut scheduled = ScheduledAction::new(action.name.as_str(), action.at.clone(), change);
    if let Some(zone) = &action.timezone {
        scheduled = scheduled.time_zone(zone.clone());
    }
    if let Some(start) = &action.start_time {
        scheduled = scheduled.start_time(start.clone());
    }
    match &action.end_time {
        Some(end) => scheduled.end_time(end.clone()),
        None => scheduled,
    }
}

fn custom(metric: &config::CustomMetric) -> CustomMetric {
    let statistic = match metric.statistic {
        MetricStatistic::Average => Statistic::AVERAGE,
        MetricStatistic::Minimum => Statistic::MINIMUM,
        MetricStatistic::Maximum => Statistic::MAXIMUM,
        MetricStatistic::SampleCount => Statistic::SAMPLE_COUNT,
        MetricStatistic::Sum => Statistic::SUM,
    };
    let (namespace, name) = (metric.namespace.clone(), metric.metric_name.clone());
    let mut construct = CustomMetric::new(namespace, name, statistic, metric.target.clone());
    if let Some(unit) = &metric.unit {
        construct = construct.unit(unit.clone());
    }
    match &metric.dimensions {
        Some(dimensions) => construct.dimensions(
            dimensions
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone())),
        ),
        None => construct,
    }
}
