//! Alarms on how much is asked for, and how much of what can serve it is in use.

use crate::cfn::cloudwatch::alarm as l1;

use super::metrics::{
    PublishesConcurrency, PublishesInvocations, PublishesProvisionedConcurrency, invocation,
};
use super::unit::Fraction;
use super::{Alarm, Statistic};

impl Alarm<u32> {
    /// More than `above` requests in a period: `Invocations`.
    pub fn invocations_above(of: &impl PublishesInvocations, above: u32) -> Self {
        Self::above(
            invocation(of, "Invocations"),
            Statistic::Of(l1::Statistic::SUM),
            above,
            format!("More than {above} requests in a period"),
        )
    }

    /// Fewer than `below` requests in a period: `Invocations`. A period without any request, for
    /// which nothing is published, counts as too few.
    pub fn invocations_below(of: &impl PublishesInvocations, below: u32) -> Self {
        Self::below(
            invocation(of, "Invocations"),
            Statistic::Of(l1::Statistic::SUM),
            below,
            format!("Fewer than {below} requests in a period"),
        )
    }
}

impl Alarm<Fraction> {
    /// More than a part of `MaxConcurrency` is in use: `ServerlessConcurrentExecutionsUtilization`.
    /// Beyond all of it, requests are refused.
    pub fn concurrency_utilization(of: &impl PublishesConcurrency, above: Fraction) -> Self {
        Self::above(
            invocation(of, "ServerlessConcurrentExecutionsUtilization"),
            Statistic::Of(l1::Statistic::MAXIMUM),
            above,
            format!("More than {above} of the concurrency is in use"),
        )
    }

    /// More than a part of `ProvisionedConcurrency` is in use:
    /// `ServerlessProvisionedConcurrencyUtilization`. Beyond all of it, requests start cold.
    pub fn provisioned_concurrency_utilization(
        of: &impl PublishesProvisionedConcurrency,
        above: Fraction,
    ) -> Self {
        Self::above(
            invocation(of, "ServerlessProvisionedConcurrencyUtilization"),
            Statistic::Of(l1::Statistic::MAXIMUM),
            above,
            format!("More than {above} of the provisioned concurrency is in use"),
        )
    }
}
