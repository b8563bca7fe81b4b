//! Alarms on alarms.

use std::fmt::Write as _;
use std::ops::{BitAnd, BitOr, Not};

use crate::cfn::cloudwatch::CompositeAlarm as L1CompositeAlarm;
use crate::literal::TopicArn;
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::super::access::escape;
use super::{AlarmReference, Referred};

/// When a composite alarm goes off: alarms combined by `&`, `|` and `!`.
///
/// ```
/// use sageform::hosting::AlarmRule;
/// use sageform::literal::AlarmName;
///
/// const DEPLOYING: AlarmName = AlarmName::new("deploying");
/// const ERRORS: AlarmName = AlarmName::new("errors");
/// let rule = AlarmRule::alarm(ERRORS) & !AlarmRule::alarm(DEPLOYING);
/// ```
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html>
#[derive(Debug, Clone)]
pub struct AlarmRule {
    text: String,
    variables: Vec<Value<String>>,
    /// What joins its parts, unless it is one.
    operator: Option<&'static str>,
}

impl AlarmRule {
    /// The alarm has gone off.
    pub fn alarm(alarm: impl Into<AlarmReference>) -> Self {
        Self::state("ALARM", alarm.into())
    }

    /// The alarm is sure that all is well.
    pub fn ok(alarm: impl Into<AlarmReference>) -> Self {
        Self::state("OK", alarm.into())
    }

    /// The alarm knows too little.
    pub fn insufficient_data(alarm: impl Into<AlarmReference>) -> Self {
        Self::state("INSUFFICIENT_DATA", alarm.into())
    }

    /// One of the alarms has gone off, of which there are at least one.
    pub fn any<A: Into<AlarmReference>>(
        first: impl Into<AlarmReference>,
        rest: impl IntoIterator<Item = A>,
    ) -> Self {
        rest.into_iter()
            .map(Self::alarm)
            .fold(Self::alarm(first), |all, one| all | one)
    }

    fn state(state: &str, alarm: AlarmReference) -> Self {
        let mut variables = Vec::new();
        let name = match alarm.0 {
            Referred::Metric(handle) => format!("${{{}}}", handle.logical_id()),
            Referred::Named(Value::Literal(name)) => {
                escape(&name.as_str().replace('\\', r"\\").replace('"', "\\\""))
            }
            Referred::Named(computed) => {
                variables.push(computed.map(String::from));
                FILLED_IN.to_string()
            }
        };
        Self {
            text: format!("{state}(\"{name}\")"),
            variables,
            operator: None,
        }
    }

    fn join(self, operator: &'static str, other: Self) -> Self {
        let mut variables = self.variables.clone();
        variables.extend(other.variables.clone());
        Self {
            text: format!(
                "{} {operator} {}",
                self.within(operator),
                other.within(operator)
            ),
            variables,
            operator: Some(operator),
        }
    }

    /// The text as an operand of an operator.
    fn within(self, operator: &str) -> String {
        if self.operator.is_none_or(|own| own == operator) {
            self.text
        } else {
            format!("({})", self.text)
        }
    }

    fn into_value(self) -> Value<String> {
        if self.variables.is_empty() {
            return Value::sub(self.text);
        }
        let mut text = String::with_capacity(self.text.len());
        let mut variables = Vec::with_capacity(self.variables.len());
        let mut values = self.variables.into_iter();
        for part in self.text.split_inclusive(FILLED_IN) {
            match part.strip_suffix(FILLED_IN).zip(values.next()) {
                Some((before, value)) => {
                    let name = format!("AlarmName{}", variables.len() + 1);
                    // Writing to a text does not fail.
                    let _ = write!(text, "{before}${{{name}}}");
                    variables.push((name, value));
                }
                None => text.push_str(part),
            }
        }
        Value::sub_with(text, variables)
    }
}

/// Where a name that the template computes goes. No alarm's name has control characters.
const FILLED_IN: char = '\u{0}';

impl BitAnd for AlarmRule {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.join("AND", other)
    }
}

impl BitOr for AlarmRule {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.join("OR", other)
    }
}

impl Not for AlarmRule {
    type Output = Self;

    fn not(self) -> Self {
        Self {
            variables: self.variables.clone(),
            text: format!("NOT {}", self.within("NOT")),
            operator: Some("NOT"),
        }
    }
}

/// An alarm on other alarms: one message where several go off.
///
/// It notifies people. What takes an update back are the alarms themselves: SageMaker documents
/// `AutoRollbackConfiguration` for metric alarms only, and CloudWatch describes composite alarms
/// only to those who ask for them and whose permission names no alarm.
///
/// ```
/// use sageform::hosting::{Alarm, AlarmRule, CompositeAlarm, Fraction, RealTime, VariantMetrics};
/// use sageform::literal::{EndpointName, TopicArn, VariantName};
/// use sageform::template::{Stack, json_text};
///
/// const NAME: EndpointName = EndpointName::new("churn");
/// const ONCALL: TopicArn = TopicArn::new("arn:aws:sns:eu-west-1:111111111111:oncall");
///
/// let mut stack = Stack::new("churn");
/// let metrics = VariantMetrics::<RealTime>::of(NAME, VariantName::new("primary"));
/// let errors = Alarm::errors(&metrics, Fraction::percent(1.0)).add_to(&mut stack, "Errors");
/// let cpu = Alarm::memory_utilization(&metrics, Fraction::percent(90.0));
/// let memory = cpu.add_to(&mut stack, "Memory");
/// CompositeAlarm::of(AlarmRule::any(&errors, [&memory]))
///     .notify(ONCALL)
///     .add_to(&mut stack, "Unwell");
///
/// let text = json_text(&stack.finish().0.document);
/// assert!(text.contains(r#"ALARM(\"${Errors}\") OR ALARM(\"${Memory}\")"#), "{text}");
/// ```
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html>
#[derive(Debug, Clone)]
pub struct CompositeAlarm {
    rule: AlarmRule,
    description: Option<Value<String>>,
    alarm_actions: Vec<Value<String>>,
    ok_actions: Vec<Value<String>>,
}

impl CompositeAlarm {
    /// An alarm that goes off as the rule says.
    pub fn of(rule: AlarmRule) -> Self {
        Self {
            rule,
            description: None,
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
        }
    }

    /// What people read who are woken by it, at most 1,024 characters.
    #[must_use]
    pub fn description(mut self, description: impl Into<Value<String>>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Tells a topic when it goes off. Several topics may be told.
    #[must_use]
    pub fn notify(mut self, topic: impl Into<Value<TopicArn>>) -> Self {
        self.alarm_actions.push(topic.into().map(String::from));
        self
    }

    /// Tells a topic when all is well again. It is told once more when the alarm has been created.
    #[must_use]
    pub fn notify_recovery(mut self, topic: impl Into<Value<TopicArn>>) -> Self {
        self.ok_actions.push(topic.into().map(String::from));
        self
    }

    /// Adds the alarm to a stack.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> CompositeAlarmHandle {
        let alarm = L1CompositeAlarm {
            alarm_actions: super::actions(self.alarm_actions),
            alarm_description: self.description,
            ok_actions: super::actions(self.ok_actions),
            ..L1CompositeAlarm::new(self.rule.into_value())
        };
        CompositeAlarmHandle {
            handle: stack.add(name, alarm),
        }
    }
}

/// A composite alarm of a stack.
#[derive(Debug, Clone)]
pub struct CompositeAlarmHandle {
    handle: Handle<L1CompositeAlarm>,
}

impl CompositeAlarmHandle {
    /// The alarm's name, which CloudFormation gives it.
    pub fn name(&self) -> Value<String> {
        self.handle.reference()
    }

    /// The alarm's ARN.
    pub fn arn(&self) -> Value<String> {
        self.handle.get_att(&L1CompositeAlarm::ARN)
    }

    /// The resource.
    pub fn resource(&self) -> &Handle<L1CompositeAlarm> {
        &self.handle
    }
}
