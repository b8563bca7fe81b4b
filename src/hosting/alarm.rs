//! Alarms on the metrics that SageMaker publishes, each with the namespace, dimensions, statistic,
//! unit and treatment of missing data that its metric needs.
//!
//! An alarm names its endpoint by text, not by reference: what takes an update back has to exist
//! before the endpoint that it watches. It has no name of its own, because a name that is given
//! could be taken already; the endpoint refers to it.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>

mod composite;
mod evaluation;
mod metrics;
mod on_errors;
mod on_latency;
mod on_queue;
mod on_traffic;
mod on_utilization;
mod unit;

pub use composite::{AlarmRule, CompositeAlarm, CompositeAlarmHandle};
pub use evaluation::{EvaluationPeriods, Period};
pub use metrics::{
    ComponentMetrics, PublishesBacklog, PublishesConcurrency, PublishesDisk, PublishesErrors,
    PublishesInvocations, PublishesModelErrors, PublishesNormalizedUtilization,
    PublishesProvisionedConcurrency, PublishesUtilization, Subject, VariantMetrics,
};
pub use on_latency::{LatencyStatistic, Percentile};
pub use on_utilization::Devices;
pub use unit::{Amount, Fraction};

pub(super) use metrics::{ENDPOINTS, INFERENCE_COMPONENTS, SAGEMAKER};
pub(super) use unit::{as_number, rounded};

use metrics::Metric;

use crate::cfn::cloudwatch::alarm as l1;
use crate::finding::Finding;
use crate::literal::{AlarmName, TopicArn};
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::sub::Variables;
use super::variant::seconds;

/// An alarm on one metric, whose threshold is a `U`: a [`Fraction`] of requests or of an instance,
/// [`Milliseconds`](crate::literal::Milliseconds), a number (`u32`), or a
/// [`Duration`](crate::literal::Duration).
///
/// It goes off when two periods of a minute in a row are beyond the threshold. Where nothing was
/// measured, nothing is wrong, unless the constructor says otherwise.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html>
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "CloudWatch's name of it")]
pub struct Alarm<U> {
    metric: Metric,
    statistic: Statistic,
    side: Side,
    threshold: U,
    /// How much of the metric one unit of the threshold is.
    scale: f64,
    missing: l1::TreatMissingData,
    period: Period,
    evaluation: EvaluationPeriods,
    low_sample_counts: Option<&'static str>,
    description: Value<String>,
    alarm_actions: Vec<Value<String>>,
    ok_actions: Vec<Value<String>>,
}

/// What is watched of the values of a period.
#[derive(Debug, Clone)]
enum Statistic {
    Of(l1::Statistic),
    Extended(String),
}

/// On which side of the threshold the alarm goes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

impl<U: Amount> Alarm<U> {
    fn above(metric: Metric, statistic: Statistic, threshold: U, description: String) -> Self {
        Self {
            metric,
            statistic,
            side: Side::Above,
            threshold,
            scale: 1.0,
            missing: l1::TreatMissingData::NOT_BREACHING,
            period: Period::MINUTE,
            evaluation: EvaluationPeriods::new(2),
            low_sample_counts: None,
            description: description.into(),
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
        }
    }

    fn below(metric: Metric, statistic: Statistic, threshold: U, description: String) -> Self {
        Self {
            side: Side::Below,
            missing: l1::TreatMissingData::BREACHING,
            ..Self::above(metric, statistic, threshold, description)
        }
    }

    /// How long each value is gathered over; a minute when it is left out.
    #[must_use]
    pub fn period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    /// How many periods are looked at, and how many of them have to be beyond the threshold: a
    /// number, or [`EvaluationPeriods`]. Two of two when it is left out.
    #[must_use]
    pub fn evaluation_periods(mut self, periods: EvaluationPeriods) -> Self {
        self.evaluation = periods;
        self
    }

    /// What a period without any value counts as.
    #[must_use]
    pub fn treat_missing_data(mut self, treatment: l1::TreatMissingData) -> Self {
        self.missing = treatment;
        self
    }

    /// What people read who are woken by it, at most 1,024 characters. Without it, what the alarm
    /// watches and from where on.
    #[must_use]
    pub fn description(mut self, description: impl Into<Value<String>>) -> Self {
        self.description = description.into();
        self
    }

    /// Tells a topic when it goes off. Several topics may be told.
    #[must_use]
    pub fn notify(mut self, topic: impl Into<Value<TopicArn>>) -> Self {
        self.alarm_actions.push(topic.into().map(String::from));
        self
    }

    /// Tells a topic when all is well again. It is told once more when the alarm has been created,
    /// because a new alarm does not know yet that all is well.
    #[must_use]
    pub fn notify_recovery(mut self, topic: impl Into<Value<TopicArn>>) -> Self {
        self.ok_actions.push(topic.into().map(String::from));
        self
    }

    /// Adds the alarm to a stack.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> AlarmHandle {
        self.prepare().add_to(stack, name)
    }

    /// The alarm without the type of its threshold.
    pub(super) fn prepare(self) -> PreparedAlarm {
        PreparedAlarm {
            finding: self.too_long(),
            properties: self.into_l1(),
        }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    fn too_long(&self) -> Option<Finding> {
        const DAY: u64 = 86_400;
        let (period, count) = (self.period.seconds(), self.evaluation.count());
        let (most, name) = if period < 3600 {
            (DAY, "1 day")
        } else {
            (7 * DAY, "7 days")
        };
        let message = || {
            format!(
                "an alarm looks back at most {name} with a period of {period} seconds, got {count} periods"
            )
        };
        (period * u64::from(count) > most).then(|| {
            Finding::error("alarm-evaluation-range", message())
                .path("EvaluationPeriods")
                .hint("evaluate fewer periods; those of an hour and more may cover 7 days")
        })
    }

    fn into_l1(self) -> l1::Alarm {
        let (statistic, extended) = match self.statistic {
            Statistic::Of(statistic) => (Some(statistic.into()), None),
            Statistic::Extended(statistic) => (None, Some(statistic.into())),
        };
        let comparison = match self.side {
            Side::Above => l1::ComparisonOperator::GREATER_THAN_THRESHOLD,
            Side::Below => l1::ComparisonOperator::LESS_THAN_THRESHOLD,
        };
        l1::Alarm {
            alarm_actions: actions(self.alarm_actions),
            alarm_description: Some(self.description),
            comparison_operator: Some(comparison.into()),
            datapoints_to_alarm: self.evaluation.datapoints().map(Into::into),
            dimensions: Some(
                self.metric
                    .dimensions
                    .into_iter()
                    .map(|(name, value)| Value::from(l1::Dimension::new(name, value)))
                    .collect(),
            ),
            evaluate_low_sample_count_percentile: self.low_sample_counts.map(Into::into),
            evaluation_periods: Some(self.evaluation.count().into()),
            extended_statistic: extended,
            metric_name: Some(self.metric.name.into()),
            namespace: Some(self.metric.namespace.into()),
            ok_actions: actions(self.ok_actions),
            period: Some(seconds(self.period.into())),
            statistic,
            threshold: Some(rounded(self.threshold.amount() * self.scale).into()),
            treat_missing_data: Some(self.missing.into()),
            ..Default::default()
        }
    }
}

/// An alarm on any unit, ready to be added.
#[derive(Debug, Clone)]
pub(super) struct PreparedAlarm {
    finding: Option<Finding>,
    properties: l1::Alarm,
}

impl PreparedAlarm {
    /// An alarm that no constructor offers.
    pub(super) fn new(properties: l1::Alarm) -> Self {
        Self {
            finding: None,
            properties,
        }
    }

    /// Lets it set off a scaling policy, before it tells anybody.
    pub(super) fn acting(mut self, policy: Value<String>) -> Self {
        let mut actions = vec![policy];
        if let Some(Value::Literal(others)) = self.properties.alarm_actions {
            actions.extend(others);
        }
        self.properties.alarm_actions = Some(actions.into_iter().collect());
        self
    }

    #[track_caller]
    pub(super) fn add_to(self, stack: &mut Stack, name: &str) -> AlarmHandle {
        let handle = stack.add(name, self.properties);
        if let Some(finding) = self.finding {
            stack.report(finding.on(handle.logical_id().as_str()));
        }
        AlarmHandle { handle }
    }
}

fn actions(actions: Vec<Value<String>>) -> Option<Value<Vec<Value<String>>>> {
    (!actions.is_empty()).then(|| actions.into_iter().collect())
}

/// An alarm of a stack.
#[derive(Debug, Clone)]
pub struct AlarmHandle {
    handle: Handle<l1::Alarm>,
}

impl AlarmHandle {
    /// The alarm's name, which CloudFormation gives it.
    pub fn name(&self) -> Value<String> {
        self.handle.reference()
    }

    /// The alarm's ARN.
    pub fn arn(&self) -> Value<String> {
        self.handle.get_att(&l1::Alarm::ARN)
    }

    /// The resource.
    pub fn resource(&self) -> &Handle<l1::Alarm> {
        &self.handle
    }
}

/// A metric alarm that something refers to: one of the stack, or one that exists, by its name.
#[derive(Debug, Clone)]
pub struct AlarmReference {
    name: Value<String>,
    arn: Value<String>,
}

impl AlarmReference {
    /// The alarm's name.
    pub fn name(&self) -> Value<String> {
        self.name.clone()
    }

    /// The alarm's ARN.
    pub fn arn(&self) -> Value<String> {
        self.arn.clone()
    }

    /// The ARN of an alarm of this account and region.
    pub(super) fn arn_of(name: &Value<String>) -> Value<String> {
        const ALARM: &str =
            "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:";
        let mut variables = Variables::default();
        let text = format!("{ALARM}{}", variables.placeholder(name));
        variables.fill(text)
    }
}

impl From<&AlarmHandle> for AlarmReference {
    fn from(alarm: &AlarmHandle) -> Self {
        Self {
            name: alarm.name(),
            arn: alarm.arn(),
        }
    }
}

impl From<AlarmName> for AlarmReference {
    fn from(name: AlarmName) -> Self {
        Value::from(name).into()
    }
}

impl From<Value<AlarmName>> for AlarmReference {
    fn from(name: Value<AlarmName>) -> Self {
        let name = name.map(String::from);
        Self {
            arn: Self::arn_of(&name),
            name,
        }
    }
}

/// An alarm on a metric or on other alarms: what people look at and rules combine.
#[derive(Debug, Clone)]
pub struct AnyAlarm(AlarmReference);

impl AnyAlarm {
    /// The alarm's name.
    pub fn name(&self) -> Value<String> {
        self.0.name()
    }

    /// The alarm's ARN.
    pub fn arn(&self) -> Value<String> {
        self.0.arn()
    }
}

impl<A: Into<AlarmReference>> From<A> for AnyAlarm {
    fn from(alarm: A) -> Self {
        Self(alarm.into())
    }
}

impl From<&CompositeAlarmHandle> for AnyAlarm {
    fn from(alarm: &CompositeAlarmHandle) -> Self {
        Self(AlarmReference {
            name: alarm.name(),
            arn: alarm.arn(),
        })
    }
}
