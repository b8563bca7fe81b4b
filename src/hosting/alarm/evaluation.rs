//! How long and how often an alarm looks.

use crate::literal::Duration;

/// How long the values of a metric are gathered over: 10, 20 or 30 seconds, or whole minutes up to a
/// day.
///
/// SageMaker publishes once a minute unless the endpoint's `MetricsConfig` says otherwise; shorter
/// periods are mostly empty then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(Duration);

impl Period {
    /// A minute.
    pub const MINUTE: Self = Self(Duration::from_minutes(1));

    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::Period;
    /// # use sageform::literal::Duration;
    /// const FIVE: Period = Period::new(Duration::from_minutes(5));
    /// assert_eq!(Period::parse(Duration::from_seconds(300)), Some(FIVE));
    /// assert_eq!(Period::parse(Duration::from_seconds(90)), None);
    /// ```
    ///
    /// # Panics
    ///
    /// Unless it is 10, 20 or 30 seconds, or whole minutes up to a day.
    #[track_caller]
    pub const fn new(period: Duration) -> Self {
        match Self::parse(period) {
            Some(period) => period,
            None => {
                panic!("`Period` of an alarm is 10, 20 or 30 seconds, or whole minutes up to a day")
            }
        }
    }

    /// The period, if it is 10, 20 or 30 seconds, or whole minutes up to a day.
    pub const fn parse(period: Duration) -> Option<Self> {
        match period.seconds() {
            10 | 20 | 30 => Some(Self(period)),
            seconds if seconds > 0 && seconds.is_multiple_of(60) && seconds <= 86_400 => {
                Some(Self(period))
            }
            _ => None,
        }
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u64 {
        self.0.seconds()
    }
}

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// How many periods an alarm looks at, and how many of these have to be beyond the threshold.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationPeriods {
    count: u32,
    datapoints: Option<u32>,
}

impl EvaluationPeriods {
    /// So many periods in a row.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// const TWO_OF_THREE: EvaluationPeriods = EvaluationPeriods::new(3).datapoints_to_alarm(2);
    /// assert_eq!(EvaluationPeriods::parse(3, Some(2)), Some(TWO_OF_THREE));
    /// let errors = Alarm::errors(&metrics, Fraction::new(0.01)).evaluation_periods(TWO_OF_THREE);
    /// errors.add_to(&mut stack, "Alarm");
    /// assert_eq!(shown(stack, "Alarm", "DatapointsToAlarm"), "2");
    /// ```
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub const fn new(count: u32) -> Self {
        assert!(count >= 1, "`EvaluationPeriods` is at least 1");
        Self {
            count,
            datapoints: None,
        }
    }

    /// So many of them are enough, in any order.
    ///
    /// # Panics
    ///
    /// When it is 0 or more than there are periods.
    #[track_caller]
    #[must_use]
    pub const fn datapoints_to_alarm(self, datapoints: u32) -> Self {
        assert!(
            datapoints >= 1 && datapoints <= self.count,
            "`DatapointsToAlarm` is between 1 and `EvaluationPeriods`"
        );
        Self {
            count: self.count,
            datapoints: Some(datapoints),
        }
    }

    /// So many periods, and how many of them are enough: unless one is 0, or the second is more than
    /// the first.
    pub const fn parse(count: u32, datapoints: Option<u32>) -> Option<Self> {
        let fits = match datapoints {
            Some(datapoints) => datapoints >= 1 && datapoints <= count,
            None => true,
        };
        if count >= 1 && fits {
            Some(Self { count, datapoints })
        } else {
            None
        }
    }

    pub(super) const fn count(self) -> u32 {
        self.count
    }

    pub(super) const fn datapoints(self) -> Option<u32> {
        self.datapoints
    }
}
