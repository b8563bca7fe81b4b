//! Bounds that change by the clock.

use crate::cfn::application_auto_scaling::scalable_target as l1;
use crate::literal::{ScheduleExpression, TimeZone, Timestamp};
use crate::value::Value;

use super::capacity::CapacityChange;

/// Sets the bounds of a target at a time. What there is, is brought within them at once; policies go
/// on within them.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-applicationautoscaling-scalabletarget-scheduledaction.html>
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledAction<C> {
    pub(super) name: String,
    schedule: ScheduleExpression,
    change: CapacityChange<C>,
    time_zone: Option<TimeZone>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

impl<C> ScheduledAction<C> {
    /// An action, with a name that no other action of the target has.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_endpoint.txt")]
    /// const EVENINGS: ScheduleExpression = ScheduleExpression::new("cron(0 20 ? * MON-FRI *)");
    /// let evening = ScheduledAction::new("evening", EVENINGS, CapacityChange::between(2, 4))
    ///     .time_zone(TimeZone::new("Europe/Berlin"));
    /// let scaling = InstanceScaling::new(Capacity::new(2, 20)).schedule(evening);
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingTarget", "ScheduledActions"),
    ///     r#"[{"ScalableTargetAction":{"MaxCapacity":4,"MinCapacity":2},"Schedule":"cron(0 20 ? * MON-FRI *)","ScheduledActionName":"evening","Timezone":"Europe/Berlin"}]"#,
    /// );
    /// ```
    pub fn new(
        name: impl Into<String>,
        schedule: ScheduleExpression,
        change: CapacityChange<C>,
    ) -> Self {
        Self {
            name: name.into(),
            schedule,
            change,
            time_zone: None,
            start: None,
            end: None,
        }
    }

    /// The zone by whose clock the schedule is read, with its summer time; UTC when it is left out.
    /// Not for rates, which have no clock.
    #[must_use]
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.time_zone = Some(zone);
        self
    }

    /// From when on it happens; from its creation on when it is left out.
    #[must_use]
    pub fn start_time(mut self, start: Timestamp) -> Self {
        self.start = Some(start);
        self
    }

    /// Until when it happens; for ever when it is left out.
    #[must_use]
    pub fn end_time(mut self, end: Timestamp) -> Self {
        self.end = Some(end);
        self
    }

    pub(super) fn bounds(&self) -> impl Iterator<Item = &Value<i64>> {
        [&self.change.minimum, &self.change.maximum]
            .into_iter()
            .flatten()
    }

    pub(super) fn into_l1(self) -> l1::ScheduledAction {
        let change = l1::ScalableTargetAction {
            max_capacity: self.change.maximum,
            min_capacity: self.change.minimum,
        };
        l1::ScheduledAction {
            end_time: self.end.map(|end| String::from(end).into()),
            scalable_target_action: Some(change.into()),
            start_time: self.start.map(|start| String::from(start).into()),
            timezone: self.time_zone.map(|zone| String::from(zone).into()),
            ..l1::ScheduledAction::new(String::from(self.schedule), self.name)
        }
    }
}
