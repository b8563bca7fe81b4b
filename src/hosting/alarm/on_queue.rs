//! Alarms on the queue of an asynchronous endpoint.

use crate::cfn::cloudwatch::alarm as l1;
use crate::literal::Duration;

use super::super::mode::Mode;
use super::metrics::{PublishesBacklog, VariantMetrics};
use super::{Alarm, Statistic};

impl Alarm<u32> {
    /// More than `above` requests wait or are worked on: `ApproximateBacklogSize`.
    pub fn backlog<M: Mode>(of: &VariantMetrics<M>, above: u32) -> Self
    where
        VariantMetrics<M>: PublishesBacklog,
    {
        Self::above(
            of.of_endpoint("ApproximateBacklogSize"),
            Statistic::Of(l1::Statistic::MAXIMUM),
            above,
            format!("More than {above} requests wait or are worked on"),
        )
    }
}

impl Alarm<Duration> {
    /// A request has waited for longer: `ApproximateAgeOfOldestRequest`.
    pub fn oldest_request<M: Mode>(of: &VariantMetrics<M>, above: Duration) -> Self
    where
        VariantMetrics<M>: PublishesBacklog,
    {
        Self::above(
            of.of_endpoint("ApproximateAgeOfOldestRequest"),
            Statistic::Of(l1::Statistic::MAXIMUM),
            above,
            format!("A request has waited for more than {above}"),
        )
    }
}
