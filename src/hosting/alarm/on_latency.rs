//! Alarms on slow answers.

use std::fmt;

use crate::cfn::cloudwatch::alarm as l1;
use crate::literal::Milliseconds;

use super::metrics::{
    PublishesConcurrency, PublishesErrors, PublishesInvocations, Subject, invocation,
};
use super::{Alarm, Statistic};

/// A percentile: more than 0 and less than 100, such as 99.9.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percentile(f64);

impl Percentile {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::{LatencyStatistic, Percentile};
    /// const P75: Percentile = Percentile::new(75.0);
    /// assert_eq!(P75.to_string(), "p75");
    /// assert_eq!(Percentile::parse(100.0), None);
    /// let statistic = LatencyStatistic::Percentile(P75);
    /// ```
    ///
    /// # Panics
    ///
    /// Unless it is more than 0 and less than 100.
    #[track_caller]
    pub const fn new(percentile: f64) -> Self {
        match Self::parse(percentile) {
            Some(percentile) => percentile,
            None => panic!("a percentile of `ExtendedStatistic` is more than 0 and less than 100"),
        }
    }

    /// The percentile, if it is more than 0 and less than 100.
    pub const fn parse(percentile: f64) -> Option<Self> {
        if percentile > 0.0 && percentile < 100.0 {
            Some(Self(percentile))
        } else {
            None
        }
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

/// Which of a period's latencies is watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LatencyStatistic {
    /// Their average, in which few slow requests do not show.
    Average,
    /// The greatest of them.
    Maximum,
    /// What so many percent of them do not exceed.
    Percentile(Percentile),
}

impl LatencyStatistic {
    /// The median.
    pub const P50: Self = Self::Percentile(Percentile(50.0));
    /// The 90th percentile.
    pub const P90: Self = Self::Percentile(Percentile(90.0));
    /// The 95th percentile.
    pub const P95: Self = Self::Percentile(Percentile(95.0));
    /// The 99th percentile.
    pub const P99: Self = Self::Percentile(Percentile(99.0));
    /// The 99.9th percentile.
    pub const P99_9: Self = Self::Percentile(Percentile(99.9));

    fn into_statistic(self) -> Statistic {
        match self {
            Self::Average => Statistic::Of(l1::Statistic::AVERAGE),
            Self::Maximum => Statistic::Of(l1::Statistic::MAXIMUM),
            Self::Percentile(percentile) => Statistic::Extended(percentile.to_string()),
        }
    }
}

impl fmt::Display for LatencyStatistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Average => f.write_str("average"),
            Self::Maximum => f.write_str("maximum"),
            Self::Percentile(percentile) => percentile.fmt(f),
        }
    }
}

impl Alarm<Milliseconds> {
    /// The model takes longer to answer: `ModelLatency`, which SageMaker measures in microseconds.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::model_latency(&metrics, LatencyStatistic::P90, Milliseconds::new("250ms"));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""ExtendedStatistic":"p90","MetricName":"ModelLatency","Namespace":"AWS/SageMaker","Period":60,"Threshold":250000,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn model_latency(
        of: &impl PublishesErrors,
        statistic: LatencyStatistic,
        above: Milliseconds,
    ) -> Self {
        Self::slow(of, "ModelLatency", statistic, above)
    }

    /// SageMaker takes longer around the model's own time: `OverheadLatency`. Without instances it
    /// includes cold starts.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::overhead_latency(&warm, LatencyStatistic::Average, Milliseconds::new("2s"));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"OverheadLatency","Namespace":"AWS/SageMaker","Period":60,"Statistic":"Average","Threshold":2000000,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn overhead_latency(
        of: &impl PublishesInvocations,
        statistic: LatencyStatistic,
        above: Milliseconds,
    ) -> Self {
        Self::slow(of, "OverheadLatency", statistic, above)
    }

    /// Cold starts take longer: `ModelSetupTime`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::model_setup_time(&warm, LatencyStatistic::P99_9, Milliseconds::new("10s"));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""ExtendedStatistic":"p99.9","MetricName":"ModelSetupTime","Namespace":"AWS/SageMaker","Period":60,"Threshold":10000000,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn model_setup_time(
        of: &impl PublishesConcurrency,
        statistic: LatencyStatistic,
        above: Milliseconds,
    ) -> Self {
        Self::slow(of, "ModelSetupTime", statistic, above)
    }

    fn slow(
        of: &impl Subject,
        name: &'static str,
        statistic: LatencyStatistic,
        above: Milliseconds,
    ) -> Self {
        Self::above(
            invocation(of, name),
            statistic.into_statistic(),
            above,
            format!("The {statistic} of {name} is more than {above}"),
        )
    }

    /// Keeps the alarm's state while a period has too few requests for its percentile: fewer than
    /// 10 / (1 - percentile), which are 100 for the 90th and 1,000 for the 99th.
    ///
    /// Left out, a percentile of few requests counts too, and one slow request may be all of it. Set,
    /// an endpoint with fewer requests than that is never found slow.
    #[must_use]
    pub fn ignore_low_sample_counts(mut self) -> Self {
        if matches!(self.statistic, Statistic::Extended(_)) {
            self.low_sample_counts = Some("ignore");
        }
        self
    }
}
