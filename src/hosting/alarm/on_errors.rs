//! Alarms on failing requests.

use crate::cfn::cloudwatch::alarm as l1;

use super::metrics::{
    PublishesBacklog, PublishesErrors, PublishesModelErrors, Subject, invocation,
};
use super::unit::Fraction;
use super::{Alarm, Statistic};

impl Alarm<Fraction> {
    /// More than a part of the requests was answered with 5XX: `Invocation5XXErrors`, of which the
    /// average is the ratio, because each request counts as 1 or 0.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::errors(&metrics, Fraction::percent(1.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"Invocation5XXErrors","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Average","Threshold":0.01,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn errors(of: &impl PublishesErrors, above: Fraction) -> Self {
        Self::rate(of, "Invocation5XXErrors", above, "were answered with 5XX")
    }

    /// More than a part of the requests was answered with 4XX: `Invocation4XXErrors`. These are
    /// mostly the callers' mistakes, unless a new model reads requests differently.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::client_errors(&queue, Fraction::percent(5.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"Invocation4XXErrors","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Average","Threshold":0.05,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn client_errors(of: &impl PublishesErrors, above: Fraction) -> Self {
        Self::rate(of, "Invocation4XXErrors", above, "were answered with 4XX")
    }

    /// More than a part of the requests got no 2XX from the model's container, be it for a status, a
    /// broken connection or a time-out: `InvocationModelErrors`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::model_errors(&metrics, Fraction::new(0.02));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"InvocationModelErrors","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Average","Threshold":0.02,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn model_errors(of: &impl PublishesModelErrors, above: Fraction) -> Self {
        Self::rate(
            of,
            "InvocationModelErrors",
            above,
            "got no 2XX from the model",
        )
    }

    fn rate(of: &impl Subject, name: &'static str, above: Fraction, what: &str) -> Self {
        Self::above(
            invocation(of, name),
            Statistic::Of(l1::Statistic::AVERAGE),
            above,
            format!("More than {above} of the requests {what}"),
        )
    }
}

impl Alarm<u32> {
    /// More than `above` asynchronous requests of a period failed for any reason:
    /// `InvocationFailures`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::invocation_failures(&queue, 3);
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"InvocationFailures","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Sum","Threshold":3,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn invocation_failures(of: &impl PublishesBacklog, above: u32) -> Self {
        Self::above(
            invocation(of, "InvocationFailures"),
            Statistic::Of(l1::Statistic::SUM),
            above,
            format!("More than {above} asynchronous requests failed"),
        )
    }
}
