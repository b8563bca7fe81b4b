//! What scaling adds to a stack.

use crate::cfn::application_auto_scaling::scalable_target::{
    ScalableDimension, ScheduledAction as L1ScheduledAction, ServiceNamespace,
};
use crate::cfn::application_auto_scaling::scaling_policy as l1;
use crate::cfn::application_auto_scaling::scaling_policy::PolicyType;
use crate::cfn::application_auto_scaling::{ScalableTarget, ScalingPolicy};
use crate::finding::Finding;
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::super::alarm::AlarmHandle;
use super::super::variant::seconds;
use super::capacity::CapacityBounds;
use super::metric::ScalingMetric;
use super::schedule::ScheduledAction;
use super::step_policy::PreparedSteps;
use super::{Cooldowns, Scaling};

/// What scales.
pub(super) struct Place {
    pub(super) resource_id: Value<String>,
    pub(super) dimension: ScalableDimension,
    /// The dimensions of its metrics, the widest first.
    pub(super) metric_dimensions: Vec<(Value<String>, Value<String>)>,
}

/// A target of a stack that scales.
#[derive(Debug, Clone)]
pub struct ScalingTarget {
    handle: Handle<ScalableTarget>,
    alarms: Vec<AlarmHandle>,
}

impl ScalingTarget {
    /// The resource.
    pub fn resource(&self) -> &Handle<ScalableTarget> {
        &self.handle
    }

    /// The alarms that set its steps off: in the order in which the steps were given, after the one
    /// that wakes it up.
    pub fn alarms(&self) -> &[AlarmHandle] {
        &self.alarms
    }
}

/// Adds a target, its policies, and `wake_up` where it may be at 0.
#[track_caller]
pub(super) fn add<M: ScalingMetric>(
    stack: &mut Stack,
    name: &str,
    place: Place,
    scaling: Scaling<M>,
    wake_up: Option<PreparedSteps>,
) -> ScalingTarget {
    let (minimum, maximum) = scaling.capacity.into_parts();
    // What the deployment decides may be 0 as well, and so may what the clock sets.
    let may_be_zero = |minimum: &Value<i64>| minimum.literal().is_none_or(|minimum| *minimum == 0);
    let from_zero = may_be_zero(&minimum)
        || scaling
            .schedule
            .iter()
            .any(|action| action.bounds().any(may_be_zero));
    let id = format!("{name}Target");
    check(stack, &id, &scaling.schedule);
    let schedule: Vec<_> = scaling
        .schedule
        .into_iter()
        .map(ScheduledAction::into_l1)
        .map(Value::<L1ScheduledAction>::from)
        .collect();
    let target = stack.add(
        &id,
        ScalableTarget {
            scheduled_actions: (!schedule.is_empty()).then(|| schedule.into_iter().collect()),
            ..ScalableTarget::new(
                maximum,
                minimum,
                place.resource_id,
                place.dimension,
                ServiceNamespace::SAGEMAKER,
            )
        },
    );
    for (index, (metric, cooldowns)) in scaling.tracked.into_iter().enumerate() {
        let policy = match index {
            0 => format!("{name}Policy"),
            _ => format!("{name}Policy{}", index + 1),
        };
        let tracking = metric.into_tracking(place.metric_dimensions.clone());
        track(stack, &policy, &target, cooldowns, tracking);
    }
    let mut alarms = Vec::new();
    for steps in wake_up
        .filter(|_| from_zero)
        .into_iter()
        .chain(scaling.steps)
    {
        alarms.push(step(stack, name, &target, steps));
    }
    ScalingTarget {
        handle: target,
        alarms,
    }
}

/// What needs more than one action to be seen.
fn check<C>(stack: &mut Stack, id: &str, schedule: &[ScheduledAction<C>]) {
    for (index, action) in schedule.iter().enumerate() {
        if schedule[..index].iter().any(|one| one.name == action.name) {
            let message = format!("two scheduled actions have the name `{}`", action.name);
            stack.report(
                Finding::error("aas-schedule", message)
                    .on(id)
                    .path("ScheduledActions")
                    .hint("give one of them another name: the second replaces the first"),
            );
        }
        if let (Some(start), Some(end)) = (&action.start, &action.end)
            // Both are in UTC and of one length.
            && start >= end
        {
            let message = format!(
                "the scheduled action `{}` ends at `{end}`, before it starts at `{start}`",
                action.name
            );
            stack.report(
                Finding::error("aas-schedule", message)
                    .on(id)
                    .path("ScheduledActions")
                    .hint("set `EndTime` after `StartTime`"),
            );
        }
    }
}

#[track_caller]
fn track(
    stack: &mut Stack,
    name: &str,
    target: &Handle<ScalableTarget>,
    cooldowns: Cooldowns,
    tracking: l1::TargetTrackingScalingPolicyConfiguration,
) {
    let tracking = l1::TargetTrackingScalingPolicyConfiguration {
        disable_scale_in: cooldowns.disable_scale_in,
        scale_in_cooldown: cooldowns.scale_in.map(seconds),
        scale_out_cooldown: cooldowns.scale_out.map(seconds),
        ..tracking
    };
    stack.add(
        name,
        ScalingPolicy {
            scaling_target_id: Some(target.reference()),
            target_tracking_scaling_policy_configuration: Some(tracking.into()),
            ..ScalingPolicy::new(name, PolicyType::TARGET_TRACKING_SCALING)
        },
    );
}

#[track_caller]
fn step(
    stack: &mut Stack,
    name: &str,
    target: &Handle<ScalableTarget>,
    steps: PreparedSteps,
) -> AlarmHandle {
    let policy_name = format!("{name}{}Policy", steps.name);
    let policy = stack.add(
        &policy_name,
        ScalingPolicy {
            scaling_target_id: Some(target.reference()),
            step_scaling_policy_configuration: Some(steps.configuration.into()),
            ..ScalingPolicy::new(policy_name.as_str(), PolicyType::STEP_SCALING)
        },
    );
    let alarm = steps.alarm.acting(policy.reference());
    alarm.add_to(stack, &format!("{name}{}Alarm", steps.name))
}
