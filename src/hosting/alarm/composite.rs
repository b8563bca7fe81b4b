//! Alarms on alarms.

use std::ops::{BitAnd, BitOr, Not};

use crate::cfn::cloudwatch::CompositeAlarm as L1CompositeAlarm;
use crate::literal::TopicArn;
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::super::sub::Variables;
use super::AnyAlarm;

/// When a composite alarm goes off: alarms combined by `&`, `|` and `!`.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html>
#[derive(Debug, Clone)]
pub struct AlarmRule(Rule);

#[derive(Debug, Clone)]
enum Rule {
    State(&'static str, AnyAlarm),
    Not(Box<Rule>),
    /// Rules with an operator between them.
    Joined(&'static str, Vec<Rule>),
}

impl AlarmRule {
    /// The alarm has gone off.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// const ERRORS: AlarmName = AlarmName::new("errors (5XX)");
    /// const DEPLOYING: AlarmName = AlarmName::new("deploying");
    /// let rule = AlarmRule::alarm(ERRORS) & !AlarmRule::alarm(DEPLOYING);
    /// CompositeAlarm::of(rule).add_to(&mut stack, "Unwell");
    /// assert_eq!(
    ///     shown(stack, "Unwell", "AlarmRule"),
    ///     r#""ALARM(\"errors (5XX)\") AND (NOT ALARM(\"deploying\"))""#,
    /// );
    /// ```
    pub fn alarm(alarm: impl Into<AnyAlarm>) -> Self {
        Self(Rule::State("ALARM", alarm.into()))
    }

    /// The alarm is sure that all is well.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// const ERRORS: AlarmName = AlarmName::new("errors");
    /// let rule = !AlarmRule::ok(ERRORS);
    /// CompositeAlarm::of(rule).add_to(&mut stack, "Unwell");
    /// assert_eq!(
    ///     shown(stack, "Unwell", "AlarmRule"),
    ///     r#""NOT OK(\"errors\")""#,
    /// );
    /// ```
    pub fn ok(alarm: impl Into<AnyAlarm>) -> Self {
        Self(Rule::State("OK", alarm.into()))
    }

    /// The alarm knows too little.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// const ERRORS: AlarmName = AlarmName::new("errors");
    /// let rule = AlarmRule::insufficient_data(ERRORS) | AlarmRule::alarm(ERRORS);
    /// CompositeAlarm::of(rule).add_to(&mut stack, "Unwell");
    /// assert_eq!(
    ///     shown(stack, "Unwell", "AlarmRule"),
    ///     r#""INSUFFICIENT_DATA(\"errors\") OR ALARM(\"errors\")""#,
    /// );
    /// ```
    pub fn insufficient_data(alarm: impl Into<AnyAlarm>) -> Self {
        Self(Rule::State("INSUFFICIENT_DATA", alarm.into()))
    }

    /// One of the alarms has gone off.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let errors = Alarm::errors(&metrics, Fraction::new(0.01)).add_to(&mut stack, "Errors");
    /// let memory = Alarm::memory_utilization(&metrics, Fraction::percent(90.0));
    /// let memory = memory.add_to(&mut stack, "Memory");
    /// let rule = AlarmRule::any(&errors, [&memory]);
    /// CompositeAlarm::of(rule).add_to(&mut stack, "Unwell");
    /// assert_eq!(
    ///     shown(stack, "Unwell", "AlarmRule"),
    ///     r#"{"Fn::Sub":"ALARM(\"${Errors}\") OR ALARM(\"${Memory}\")"}"#,
    /// );
    /// ```
    pub fn any<A: Into<AnyAlarm>>(
        first: impl Into<AnyAlarm>,
        rest: impl IntoIterator<Item = A>,
    ) -> Self {
        rest.into_iter()
            .map(Self::alarm)
            .fold(Self::alarm(first), |all, one| all | one)
    }

    fn into_value(self) -> Value<String> {
        let mut variables = Variables::default();
        let text = self.0.text(&mut variables);
        variables.fill(text)
    }
}

impl Rule {
    fn join(self, operator: &'static str, other: Self) -> Self {
        let mut all = match self {
            Self::Joined(own, rules) if own == operator => rules,
            rule => vec![rule],
        };
        all.push(other);
        Self::Joined(operator, all)
    }

    fn text(&self, variables: &mut Variables) -> String {
        match self {
            Self::State(state, alarm) => {
                // Within quotes a name may have blanks and parentheses.
                let name = alarm.name().map(|name| {
                    let name = name.replace('\\', r"\\");
                    name.replace('"', "\\\"")
                });
                format!("{state}(\"{}\")", variables.placeholder(&name))
            }
            Self::Not(rule) => format!("NOT {}", rule.operand(variables)),
            Self::Joined(operator, rules) => {
                let rules: Vec<_> = rules.iter().map(|rule| rule.operand(variables)).collect();
                rules.join(&format!(" {operator} "))
            }
        }
    }

    fn operand(&self, variables: &mut Variables) -> String {
        let text = self.text(variables);
        match self {
            Self::State(..) => text,
            Self::Not(_) | Self::Joined(..) => format!("({text})"),
        }
    }
}

impl BitAnd for AlarmRule {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0.join("AND", other.0))
    }
}

impl BitOr for AlarmRule {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0.join("OR", other.0))
    }
}

impl Not for AlarmRule {
    type Output = Self;

    fn not(self) -> Self {
        Self(Rule::Not(Box::new(self.0)))
    }
}

/// An alarm on other alarms: one message where several go off.
///
/// It notifies people. What takes an update back are the alarms themselves: SageMaker documents
/// `AutoRollbackConfiguration` for metric alarms only, and CloudWatch describes composite alarms
/// only to those who ask for them and whose permission names no alarm.
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
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let errors = Alarm::errors(&metrics, Fraction::new(0.01)).add_to(&mut stack, "Errors");
    /// let topic = TopicArn::new("arn:aws:sns:eu-west-1:111111111111:oncall");
    /// CompositeAlarm::of(AlarmRule::alarm(&errors)).notify(topic).add_to(&mut stack, "Unwell");
    /// assert_eq!(
    ///     shown(stack, "Unwell", ""),
    ///     r#"{"AlarmActions":["arn:aws:sns:eu-west-1:111111111111:oncall"],"AlarmRule":{"Fn::Sub":"ALARM(\"${Errors}\")"}}"#,
    /// );
    /// ```
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
