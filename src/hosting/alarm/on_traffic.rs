//! Alarms on how much is asked for, and how much of what can serve it is in use.

use crate::cfn::cloudwatch::alarm as l1;

use super::metrics::{
    PublishesConcurrency, PublishesInvocations, PublishesProvisionedConcurrency, invocation,
};
use super::unit::Fraction;
use super::{Alarm, Statistic};

impl Alarm<u32> {
    /// More than `above` requests in a period: `Invocations`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::invocations_above(&metrics, 2000);
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"Invocations","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Sum","Threshold":2000,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
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
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::invocations_below(&metrics, 1);
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"Invocations","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Sum","Threshold":1,"TreatMissingData":"breaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn invocations_below(of: &impl PublishesInvocations, below: u32) -> Self {
        Self::below(
            invocation(of, "Invocations"),
            Statistic::Of(l1::Statistic::SUM),
            below,
            match below {
                1 => "No request in a period".to_owned(),
                _ => format!("Fewer than {below} requests in a period"),
            },
        )
    }
}

impl Alarm<Fraction> {
    /// More than a part of `MaxConcurrency` is in use: `ServerlessConcurrentExecutionsUtilization`.
    /// Beyond all of it, requests are refused.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::concurrency_utilization(&warm, Fraction::new(0.8));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"ServerlessConcurrentExecutionsUtilization","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Maximum","Threshold":0.8,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
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
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::provisioned_concurrency_utilization(&warm, Fraction::new(0.9));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"ServerlessProvisionedConcurrencyUtilization","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Maximum","Threshold":0.9,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
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
