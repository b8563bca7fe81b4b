//! Units of thresholds.

use std::fmt;

use crate::literal::{Duration, Milliseconds};

mod sealed {
    pub trait Sealed {}
}

/// What a threshold, or a distance from one, is measured in.
pub trait Amount: sealed::Sealed + Copy {
    /// The amount as CloudWatch counts it.
    fn amount(self) -> f64;
}

/// A part of a whole: of all requests, or of an instance. At least 0 and less than 1, because
/// nothing exceeds the whole.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Fraction {
    percent: f64,
}

impl Fraction {
    /// Checks a literal, such as 0.01; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::Fraction;
    /// const HUNDREDTH: Fraction = Fraction::new(0.01);
    /// assert_eq!(Fraction::parse(0.01), Some(HUNDREDTH));
    /// assert_eq!(HUNDREDTH.to_string(), "1%");
    /// ```
    ///
    /// # Panics
    ///
    /// Unless it is at least 0 and less than 1.
    #[track_caller]
    pub const fn new(fraction: f64) -> Self {
        assert!(
            fraction >= 0.0 && fraction < 1.0,
            "`Threshold` of a part is at least 0 and less than 1: 80 percent are 0.8"
        );
        Self {
            percent: fraction * 100.0,
        }
    }

    /// Checks a literal in percent, such as 1.0; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::Fraction;
    /// const MOST: Fraction = Fraction::percent(80.0);
    /// assert_eq!(Fraction::parse_percent(80.0), Some(MOST));
    /// assert_eq!(Fraction::parse_percent(100.0), None);
    /// ```
    ///
    /// # Panics
    ///
    /// Unless it is at least 0 and less than 100.
    #[track_caller]
    pub const fn percent(percent: f64) -> Self {
        assert!(
            percent >= 0.0 && percent < 100.0,
            "`Threshold` of a part is at least 0 and less than 100 percent"
        );
        Self { percent }
    }

    /// The fraction, if it is at least 0 and less than 1.
    pub const fn parse(fraction: f64) -> Option<Self> {
        Self::parse_percent(fraction * 100.0)
    }

    /// The fraction of so many percent, if they are at least 0 and less than 100.
    pub const fn parse_percent(percent: f64) -> Option<Self> {
        if percent >= 0.0 && percent < 100.0 {
            Some(Self { percent })
        } else {
            None
        }
    }

    pub(in crate::hosting) const fn of_whole(self) -> f64 {
        self.percent / 100.0
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", rounded(self.percent))
    }
}

/// Without the digits that arithmetic in binary adds to decimal numbers.
pub(in crate::hosting) fn rounded(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

macro_rules! amounts {
    ($($unit:ty, |$value:ident| $amount:expr;)*) => {$(
        impl sealed::Sealed for $unit {}

        impl Amount for $unit {
            fn amount(self) -> f64 {
                let $value = self;
                $amount
            }
        }
    )*};
}

amounts! {
    Fraction, |fraction| fraction.of_whole();
    u32, |number| number.into();
    Milliseconds, |latency| as_number(latency.microseconds());
    Duration, |duration| as_number(duration.seconds());
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nine digits and a factor are well within what an f64 holds exactly"
)]
pub(in crate::hosting) const fn as_number(count: u64) -> f64 {
    count as f64
}
