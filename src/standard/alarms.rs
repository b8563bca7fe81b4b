//! Alarms: what is watched of an endpoint, who hears of it, and what takes its deployments back.
//!
//! They are made before the endpoint, which may name them, and so watch it by its name.

use crate::config::{self, AlarmKind, RollbackAlarm, Stage};
use crate::hosting::{
    Alarm, AlarmHandle, AlarmReference, AlarmRule, CompositeAlarm, EvaluationPeriods, Period,
    RollbackAlarms,
};
use crate::literal::TopicArn;
use crate::template::Stack;
use crate::value::Value;

use super::CHECKED;
use super::watched::{Distance, Use, Watched};

/// The alarms of a stage while they are made.
pub(super) struct Alarms<'a> {
    wanted: &'a config::Alarms,
    topic: Option<Value<TopicArn>>,
    /// Those of which one alarm on all of them tells, so that one bad deployment is one message.
    told_together: Vec<AlarmKind>,
    made: Vec<Made>,
}

/// An alarm of a variant or component.
struct Made {
    kind: AlarmKind,
    owner: String,
    handle: AlarmHandle,
}

impl<'a> Alarms<'a> {
    /// The alarms on so many variants or components.
    pub(super) fn new(
        endpoint: &'a config::Endpoint,
        owners: usize,
        topic: Option<Value<TopicArn>>,
    ) -> Self {
        let rollback_on = endpoint
            .deployment
            .as_ref()
            .map(|deployment| &deployment.rollback_on);
        let kinds: Vec<_> = rollback_on
            .into_iter()
            .flatten()
            .filter_map(|alarm| match alarm {
                RollbackAlarm::Made(kind) => Some(*kind),
                RollbackAlarm::Existing(_) => None,
            })
            .collect();
        let several = kinds.len() * owners > 1;
        Self {
            wanted: &endpoint.alarms,
            topic,
            told_together: if several { kinds } else { Vec::new() },
            made: Vec::new(),
        }
    }

    /// Makes the alarms on one variant or component, whose `owner` begins their logical ids.
    pub(super) fn watch(
        &mut self,
        stack: &mut Stack,
        stage: &Stage,
        owner: &str,
        subject: &impl Watched,
    ) {
        for wanted in &self.wanted.alarms {
            let kind = wanted.kind();
            let source = stage.source(&format!("Alarms.{}", kind.as_str()));
            let topic = self.topic.as_ref();
            let make = Make {
                name: format!("{owner}{}Alarm", kind.as_str()),
                wanted,
                topic: topic.filter(|_| !self.told_together.contains(&kind)),
            };
            let handle = stack.caused_by(Some(source), |stack| {
                subject.alarm(&wanted.condition, (stack, make))
            });
            let owner = owner.to_owned();
            self.made.push(Made {
                kind,
                owner,
                handle,
            });
        }
    }

    /// The alarm on all that take a deployment of the endpoint back, where they are several.
    ///
    /// It tells people and takes nothing back: SageMaker is given the alarms themselves, because
    /// nothing says that it sees composite ones.
    pub(super) fn tell_together(&self, stack: &mut Stack, stage: &Stage) {
        if self.told_together.is_empty() {
            return;
        }
        let mut alarms = self
            .made
            .iter()
            .filter(|made| self.told_together.contains(&made.kind))
            .map(|made| &made.handle);
        let first = alarms.next().expect(CHECKED);
        let mut composite = CompositeAlarm::of(AlarmRule::any(first, alarms));
        if let Some(topic) = &self.topic {
            composite = composite
                .notify(topic.clone())
                .notify_recovery(topic.clone());
        }
        stack.caused_by(Some(stage.source("Deployment.RollbackOn")), |stack| {
            composite.add_to(stack, "RollbackAlarm");
        });
    }

    /// The alarms that take a deployment back: of everything, or of one owner. `None` for none.
    pub(super) fn rollback(
        &self,
        wanted: &[RollbackAlarm],
        owner: Option<&str>,
    ) -> Option<RollbackAlarms> {
        let mut alarms: Vec<AlarmReference> = Vec::new();
        for alarm in wanted {
            match alarm {
                RollbackAlarm::Existing(name) => alarms.push(name.clone().into()),
                RollbackAlarm::Made(kind) => {
                    let fits = |made: &&Made| {
                        made.kind == *kind && owner.is_none_or(|owner| made.owner == owner)
                    };
                    alarms.extend(
                        self.made
                            .iter()
                            .filter(fits)
                            .map(|made| (&made.handle).into()),
                    );
                }
            }
        }
        RollbackAlarms::parse(alarms)
    }

    /// Every alarm, for dashboards and for stacks of one's own.
    pub(super) fn handles(&self) -> Vec<AlarmHandle> {
        self.made.iter().map(|made| made.handle.clone()).collect()
    }

    /// What an alarm of the stage watches.
    pub(super) fn wanted(&self, kind: AlarmKind) -> &'a config::Alarm {
        let found = self.wanted.alarms.iter().find(|alarm| alarm.kind() == kind);
        found.expect(CHECKED)
    }
}

/// Adds an alarm to the stack.
struct Make<'a> {
    name: String,
    wanted: &'a config::Alarm,
    topic: Option<&'a Value<TopicArn>>,
}

impl Use for (&mut Stack, Make<'_>) {
    type Output = AlarmHandle;

    fn with<U: Distance>(self, alarm: Alarm<U>) -> AlarmHandle {
        let (stack, make) = self;
        let mut alarm = timed(alarm, make.wanted);
        if let Some(topic) = make.topic {
            alarm = alarm.notify(topic.clone()).notify_recovery(topic.clone());
        }
        alarm.add_to(stack, &make.name)
    }
}

/// The alarm with the periods that the stage file states.
pub(super) fn timed<U: Distance>(alarm: Alarm<U>, wanted: &config::Alarm) -> Alarm<U> {
    let period = Period::parse(wanted.period).expect(CHECKED);
    let number = |number: i64| u32::try_from(number).expect(CHECKED);
    let datapoints = wanted.datapoints_to_alarm.map(number);
    let periods = EvaluationPeriods::parse(number(wanted.evaluation_periods), datapoints);
    alarm
        .period(period)
        .evaluation_periods(periods.expect(CHECKED))
}
