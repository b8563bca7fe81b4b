//! Alarms on the queue of an asynchronous endpoint.

use crate::cfn::cloudwatch::alarm as l1;
use crate::literal::Duration;

use super::metrics::{PublishesBacklog, of_endpoint};
use super::{Alarm, Statistic};

impl Alarm<u32> {
    /// More than `above` requests wait or are worked on: `ApproximateBacklogSize`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::backlog(&queue, 100);
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""Dimensions":[{"Name":"EndpointName","Value":"churn"}],"EvaluationPeriods":2,"MetricName":"ApproximateBacklogSize","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Maximum","Threshold":100,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn backlog(of: &impl PublishesBacklog, above: u32) -> Self {
        Self::above(
            of_endpoint(of, "ApproximateBacklogSize"),
            Statistic::Of(l1::Statistic::MAXIMUM),
            above,
            format!("More than {above} requests wait or are worked on"),
        )
    }
}

impl Alarm<Duration> {
    /// A request has waited for longer: `ApproximateAgeOfOldestRequest`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::oldest_request(&queue, Duration::new("10m"));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""Dimensions":[{"Name":"EndpointName","Value":"churn"}],"EvaluationPeriods":2,"MetricName":"ApproximateAgeOfOldestRequest","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Maximum","Threshold":600,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn oldest_request(of: &impl PublishesBacklog, above: Duration) -> Self {
        Self::above(
            of_endpoint(of, "ApproximateAgeOfOldestRequest"),
            Statistic::Of(l1::Statistic::MAXIMUM),
            above,
            format!("A request has waited for more than {above}"),
        )
    }
}
