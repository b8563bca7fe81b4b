//! The alarms that take an update back.

use crate::literal::AlarmName;
use crate::value::Value;

use super::super::access::verbatim;
use super::super::alarm::{AlarmHandle, AlarmReference};

/// 1 to 10 alarms that take an update back.
#[derive(Debug, Clone)]
pub struct RollbackAlarms(Vec<AlarmReference>);

impl RollbackAlarms {
    /// The alarms, if there are 1 to 10.
    ///
    /// ```
    /// # use sageform::hosting::RollbackAlarms;
    /// # use sageform::literal::AlarmName;
    /// let alarms = RollbackAlarms::parse([AlarmName::new("errors"), AlarmName::new("latency")]);
    /// assert!(alarms.is_some());
    /// assert!(RollbackAlarms::parse(Vec::<AlarmName>::new()).is_none());
    /// ```
    pub fn parse<A: Into<AlarmReference>>(alarms: impl IntoIterator<Item = A>) -> Option<Self> {
        let alarms: Vec<_> = alarms.into_iter().map(Into::into).collect();
        (1..=10).contains(&alarms.len()).then_some(Self(alarms))
    }

    pub(in crate::hosting) fn names(&self) -> impl Iterator<Item = Value<String>> {
        self.0.iter().map(AlarmReference::name)
    }

    /// As policies name them.
    pub(in crate::hosting) fn arns(&self) -> impl Iterator<Item = Value<String>> {
        self.0.iter().map(|alarm| match alarm.name() {
            Value::Literal(name) => AlarmReference::arn_of(&verbatim(&name).into()),
            _ => alarm.arn(),
        })
    }
}

/// 1 to 10 alarms: [`RollbackAlarms`], or an array of handles or names.
#[diagnostic::on_unimplemented(
    message = "`Alarms` of `AutoRollbackConfiguration` holds 1 to 10 alarms",
    label = "expected an array of 1 to 10 handles or names of alarms"
)]
pub trait RollsBackOn {
    /// The alarms.
    fn into_alarms(self) -> RollbackAlarms;
}

impl RollsBackOn for RollbackAlarms {
    fn into_alarms(self) -> RollbackAlarms {
        self
    }
}

/// A metric alarm: a handle, or the name of one that exists.
#[diagnostic::on_unimplemented(
    message = "`Alarms` of `AutoRollbackConfiguration` are metric alarms: CloudWatch shows composite ones only to those who ask for them, which SageMaker is not known to do",
    label = "expected a handle or the name of a metric alarm"
)]
pub trait MetricAlarm {
    /// The alarm.
    fn into_reference(self) -> AlarmReference;
}

macro_rules! metric_alarms {
    ($($alarm:ty),*) => {$(
        impl MetricAlarm for $alarm {
            fn into_reference(self) -> AlarmReference {
                self.into()
            }
        }
    )*};
}

metric_alarms!(&AlarmHandle, AlarmReference, AlarmName, Value<AlarmName>);

macro_rules! counts {
    ($($count:literal)*) => {$(
        impl<A: MetricAlarm> RollsBackOn for [A; $count] {
            fn into_alarms(self) -> RollbackAlarms {
                RollbackAlarms(self.into_iter().map(A::into_reference).collect())
            }
        }
    )*};
}

counts!(1 2 3 4 5 6 7 8 9 10);
