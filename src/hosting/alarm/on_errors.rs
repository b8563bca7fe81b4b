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
    pub fn errors(of: &impl PublishesErrors, above: Fraction) -> Self {
        Self::rate(of, "Invocation5XXErrors", above, "was answered with 5XX")
    }

    /// More than a part of the requests was answered with 4XX: `Invocation4XXErrors`. These are
    /// mostly the callers' mistakes, unless a new model reads requests differently.
    pub fn client_errors(of: &impl PublishesErrors, above: Fraction) -> Self {
        Self::rate(of, "Invocation4XXErrors", above, "was answered with 4XX")
    }

    /// More than a part of the requests got no 2XX from the model's container, be it for a status, a
    /// broken connection or a time-out: `InvocationModelErrors`.
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
    pub fn invocation_failures(of: &impl PublishesBacklog, above: u32) -> Self {
        Self::above(
            invocation(of, "InvocationFailures"),
            Statistic::Of(l1::Statistic::SUM),
            above,
            format!("More than {above} asynchronous requests failed"),
        )
    }
}
