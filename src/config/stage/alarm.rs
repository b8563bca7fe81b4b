//! Alarms on an endpoint, and what they do.

use serde::Serialize;

use super::deployment::Deployment;
use super::mode::Mode;
use crate::config::keys::{
    AlarmKind, AlarmsKeys, InvocationsAlarm, LatencyAlarm, LatencyStatistic, RateAlarm, TimingKeys,
    Topic,
};
use crate::literal::{AlarmName, Duration, KmsKey, Milliseconds, TopicArn};
use crate::value::Value;

/// The alarms that a stack makes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Alarms {
    /// At most one of each kind, in the order of the kinds.
    pub alarms: Vec<Alarm>,
    /// Who hears of them; `None` for nobody.
    pub notify: Option<NotifyTopic>,
}

/// One alarm on an endpoint: on each of its variants, or on each of its components.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// What it tells.
    pub condition: Condition,
    /// The length of one datapoint.
    pub period: Duration,
    /// How many of the last datapoints are looked at.
    pub evaluation_periods: i64,
    /// How many of these have to fulfil the condition; `None` for all.
    pub datapoints_to_alarm: Option<i64>,
}

/// What an alarm tells. Shares are from 0 to 1; those of a resource are of the whole instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Condition {
    /// The share of requests that SageMaker or the container failed (5XX) is greater.
    Errors(f64),
    /// The share of requests that were refused as wrong (4XX) is greater.
    ClientErrors(f64),
    /// The share of requests that the model did not answer well is greater.
    ModelErrors(f64),
    /// The time that the model takes is longer.
    Latency(LatencyStatistic, Milliseconds),
    /// The time that SageMaker adds is longer.
    OverheadLatency(LatencyStatistic, Milliseconds),
    /// The share of the CPU cores in use is greater.
    Cpu(f64),
    /// The share of the memory in use is greater.
    Memory(f64),
    /// The share of the disk in use is greater.
    Disk(f64),
    /// The share of the GPUs in use is greater.
    Gpu(f64),
    /// The share of the GPUs' memory in use is greater.
    GpuMemory(f64),
    /// The number of requests in a period.
    Invocations(Limit),
    /// The number of waiting requests is greater; asynchronous inference only.
    Backlog(i64),
    /// A request has waited for longer; asynchronous inference only.
    OldestRequest(Duration),
}

/// On which side of a number an alarm goes off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Limit {
    /// When there are more.
    Above(i64),
    /// When there are fewer.
    Below(i64),
}

impl Alarm {
    /// Its kind, which is its name in the stage file.
    pub fn kind(&self) -> AlarmKind {
        match self.condition {
            Condition::Errors(_) => AlarmKind::Errors,
            Condition::ClientErrors(_) => AlarmKind::ClientErrors,
            Condition::ModelErrors(_) => AlarmKind::ModelErrors,
            Condition::Latency(..) => AlarmKind::Latency,
            Condition::OverheadLatency(..) => AlarmKind::OverheadLatency,
            Condition::Cpu(_) => AlarmKind::Cpu,
            Condition::Memory(_) => AlarmKind::Memory,
            Condition::Disk(_) => AlarmKind::Disk,
            Condition::Gpu(_) => AlarmKind::Gpu,
            Condition::GpuMemory(_) => AlarmKind::GpuMemory,
            Condition::Invocations(_) => AlarmKind::Invocations,
            Condition::Backlog(_) => AlarmKind::Backlog,
            Condition::OldestRequest(_) => AlarmKind::OldestRequest,
        }
    }
}

/// Who hears of alarms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum NotifyTopic {
    /// A topic that the stack makes.
    Create {
        /// The key that encrypts its messages; `None` for none.
        kms_key_id: Option<Value<KmsKey>>,
    },
    /// A topic that exists.
    Arn(Value<TopicArn>),
}

/// An alarm that takes a deployment back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum RollbackAlarm {
    /// One that the stack makes: it is in [`Alarms::alarms`].
    Made(AlarmKind),
    /// One that exists.
    Existing(Value<AlarmName>),
}

/// The share of errors above which a deployment is taken back when the stage says nothing of alarms.
const ERRORS: f64 = 0.01;

pub(super) fn build(keys: &AlarmsKeys) -> Option<Alarms> {
    let rates = [
        (&keys.errors, Condition::Errors as fn(f64) -> Condition),
        (&keys.client_errors, Condition::ClientErrors),
        (&keys.model_errors, Condition::ModelErrors),
    ];
    let shares = [
        (&keys.cpu, Condition::Cpu as fn(f64) -> Condition),
        (&keys.memory, Condition::Memory),
        (&keys.disk, Condition::Disk),
        (&keys.gpu, Condition::Gpu),
        (&keys.gpu_memory, Condition::GpuMemory),
    ];
    let share = |(keys, condition): (&Option<_>, fn(f64) -> Condition)| {
        let keys: &RateAlarm = keys.as_ref()?;
        Some(Alarm::new(condition(keys.threshold), &keys.timing))
    };
    let mut alarms: Vec<_> = rates.into_iter().filter_map(share).collect();
    let latencies = [
        (
            &keys.latency,
            Condition::Latency as fn(LatencyStatistic, Milliseconds) -> Condition,
        ),
        (&keys.overhead_latency, Condition::OverheadLatency),
    ];
    for (keys, condition) in latencies {
        if let Some(keys) = keys {
            let (statistic, above) = keys.threshold()?;
            alarms.push(Alarm::new(condition(statistic, above), &keys.timing));
        }
    }
    alarms.extend(shares.into_iter().filter_map(share));
    if let Some(keys) = &keys.invocations {
        let limit = keys.limit()?;
        alarms.push(Alarm::new(Condition::Invocations(limit), &keys.timing));
    }
    if let Some(keys) = &keys.backlog {
        let condition = Condition::Backlog(keys.threshold);
        alarms.push(Alarm::new(condition, &keys.timing));
    }
    if let Some(keys) = &keys.oldest_request {
        let condition = Condition::OldestRequest(keys.threshold);
        alarms.push(Alarm::new(condition, &keys.timing));
    }
    let kms_key_id = keys.topic_kms_key_id.clone();
    let notify = match (keys.notify_topic.clone(), kms_key_id) {
        (None, None) => None,
        (Some(Topic::Create), kms_key_id) => Some(NotifyTopic::Create { kms_key_id }),
        (Some(Topic::Arn(arn)), None) => Some(NotifyTopic::Arn(arn)),
        _ => return None,
    };
    Some(Alarms { alarms, notify })
}

impl Alarm {
    fn new(condition: Condition, timing: &TimingKeys) -> Self {
        Self {
            condition,
            period: timing.period,
            evaluation_periods: timing.evaluation_periods,
            datapoints_to_alarm: timing.datapoints_to_alarm,
        }
    }
}

impl Alarms {
    /// The alarm of a kind.
    pub fn get(&self, kind: AlarmKind) -> Option<&Alarm> {
        self.alarms.iter().find(|alarm| alarm.kind() == kind)
    }

    /// Adds the alarm on errors, where a deployment is to be taken back by it and the stage has none.
    pub(super) fn complete(&mut self, deployment: Option<&Deployment>, mode: &Mode) {
        let of_components = match mode {
            Mode::Components(host) => host.components.as_slice(),
            _ => &[],
        };
        let wanted =
            deployment
                .map(|deployment| &deployment.rollback_on)
                .into_iter()
                .chain(of_components.iter().filter_map(|component| {
                    component.deployment.as_ref().map(|one| &one.rollback_on)
                }))
                .flatten()
                .any(|alarm| *alarm == RollbackAlarm::Made(AlarmKind::Errors));
        if wanted && self.get(AlarmKind::Errors).is_none() {
            let alarm = Alarm {
                condition: Condition::Errors(ERRORS),
                period: Duration::from_minutes(1),
                evaluation_periods: 2,
                datapoints_to_alarm: None,
            };
            self.alarms.insert(0, alarm);
        }
    }
}

impl AlarmKind {
    /// The kind of this name.
    pub(in crate::config) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether it takes deployments back when nobody says which alarms do.
    pub(in crate::config) fn protects(self) -> bool {
        matches!(
            self,
            Self::Errors | Self::ModelErrors | Self::Latency | Self::OverheadLatency
        )
    }
}

impl AlarmsKeys {
    pub(super) fn has(&self, kind: AlarmKind) -> bool {
        match kind {
            AlarmKind::Errors => self.errors.is_some(),
            AlarmKind::ClientErrors => self.client_errors.is_some(),
            AlarmKind::ModelErrors => self.model_errors.is_some(),
            AlarmKind::Latency => self.latency.is_some(),
            AlarmKind::OverheadLatency => self.overhead_latency.is_some(),
            AlarmKind::Cpu => self.cpu.is_some(),
            AlarmKind::Memory => self.memory.is_some(),
            AlarmKind::Disk => self.disk.is_some(),
            AlarmKind::Gpu => self.gpu.is_some(),
            AlarmKind::GpuMemory => self.gpu_memory.is_some(),
            AlarmKind::Invocations => self.invocations.is_some(),
            AlarmKind::Backlog => self.backlog.is_some(),
            AlarmKind::OldestRequest => self.oldest_request.is_some(),
        }
    }
}

impl LatencyAlarm {
    /// The one statistic that is given.
    fn threshold(&self) -> Option<(LatencyStatistic, Milliseconds)> {
        let given = [
            (LatencyStatistic::P50, self.p50),
            (LatencyStatistic::P90, self.p90),
            (LatencyStatistic::P95, self.p95),
            (LatencyStatistic::P99, self.p99),
            (LatencyStatistic::P99_9, self.p99_9),
            (LatencyStatistic::Average, self.average),
        ];
        let mut given = given
            .into_iter()
            .filter_map(|(statistic, above)| Some((statistic, above?)));
        let one = given.next()?;
        given.next().is_none().then_some(one)
    }
}

impl InvocationsAlarm {
    /// The one side that is given.
    fn limit(&self) -> Option<Limit> {
        match (self.above, self.below) {
            (Some(above), None) => Some(Limit::Above(above)),
            (None, Some(below)) => Some(Limit::Below(below)),
            _ => None,
        }
    }
}
