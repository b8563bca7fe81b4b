//! What is done by how far an alarm's metric is beyond its threshold.

use std::marker::PhantomData;

use crate::cfn::application_auto_scaling::scaling_policy as l1;
use crate::literal::{Duration, Milliseconds};
use crate::value::Value;

use super::super::alarm::{Amount, Fraction, Side, as_number, rounded};

/// As many steps as a policy may have.
const MOST: usize = 20;

/// What is done: the first step from the alarm's threshold on, each further one from a greater
/// distance on, the last without an end. So there is neither a gap nor an overlap.
///
/// Distances have the unit of the threshold, and count away from it on the side on which the alarm
/// goes off.
///
/// <https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html>
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steps<U, C = i32> {
    first: C,
    /// Distances, and what is done from there on, of which `count` are set.
    further: [(f64, C); MOST - 1],
    count: usize,
    unit: PhantomData<U>,
}

impl<U, C: Copy> Steps<U, C> {
    /// One step, from the threshold on.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_endpoint.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// // 1 more, or 3 where it takes 200 milliseconds longer than the threshold.
    /// const STEPS: Steps<Milliseconds> =
    ///     Steps::<Milliseconds>::new(1).beyond(Milliseconds::new("200ms"), 3);
    /// assert_eq!(Steps::parse(1, [(Milliseconds::new("200ms"), 3)]), Some(STEPS));
    /// assert_eq!(Steps::parse(1, [(Milliseconds::new("0ms"), 3)]), None);
    ///
    /// let slow = Alarm::model_latency(&metrics, LatencyStatistic::P90, Milliseconds::new("1s"));
    /// let policy = StepPolicy::change_in_capacity("Slow", slow, STEPS);
    /// let scaling = InstanceScaling::new(Capacity::new(2, 20)).step(policy);
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingSlowPolicy", "StepScalingPolicyConfiguration.StepAdjustments"),
    ///     r#"[{"MetricIntervalLowerBound":0,"MetricIntervalUpperBound":200000,"ScalingAdjustment":1},{"MetricIntervalLowerBound":200000,"ScalingAdjustment":3}]"#,
    /// );
    /// ```
    pub const fn new(first: C) -> Self {
        Self {
            first,
            further: [(0.0, first); MOST - 1],
            count: 0,
            unit: PhantomData,
        }
    }

    /// One more step, if its distance is more than the last one's and there are not 20.
    const fn with(mut self, distance: f64, change: C) -> Option<Self> {
        let last = if self.count == 0 {
            0.0
        } else {
            self.further[self.count - 1].0
        };
        if self.count == MOST - 1 || distance <= last {
            return None;
        }
        self.further[self.count] = (distance, change);
        self.count += 1;
        Some(self)
    }

    /// The steps, if their distances ascend from more than 0, and there are at most 20 steps.
    pub fn parse(first: C, further: impl IntoIterator<Item = (U, C)>) -> Option<Self>
    where
        U: Amount,
    {
        further
            .into_iter()
            .try_fold(Self::new(first), |steps, (distance, change)| {
                steps.with(distance.amount(), change)
            })
    }

    /// The steps on one side of a threshold, of whose unit the metric has `scale`.
    pub(super) fn into_l1(self, side: Side, scale: f64) -> Vec<l1::StepAdjustment>
    where
        C: Into<i64>,
    {
        let further = &self.further[..self.count];
        let starts = [(0.0, self.first)]
            .into_iter()
            .chain(further.iter().copied());
        let ends = further
            .iter()
            .map(|(distance, _)| Some(*distance))
            .chain([None]);
        let bound = |distance: f64| Value::from(rounded(distance * scale));
        starts
            .zip(ends)
            .map(|((start, change), end)| {
                let (lower, upper) = match side {
                    Side::Above => (Some(start), end),
                    // Not negated: -0 is not 0 as text.
                    Side::Below => (end.map(|end| 0.0 - end), Some(0.0 - start)),
                };
                l1::StepAdjustment {
                    metric_interval_lower_bound: lower.map(bound),
                    metric_interval_upper_bound: upper.map(bound),
                    ..l1::StepAdjustment::new(change.into())
                }
            })
            .collect()
    }
}

macro_rules! beyond {
    ($($unit:ty, |$distance:ident| $amount:expr;)*) => {$(
        impl<C: Copy> Steps<$unit, C> {
            /// One more step, from a greater distance on. Checks literals; in a `const` item at
            /// compile time.
            ///
            /// # Panics
            ///
            /// When the distance is not more than the last one's, or there are 20 steps already.
            #[track_caller]
            #[must_use]
            pub const fn beyond(self, $distance: $unit, change: C) -> Self {
                match self.with($amount, change) {
                    Some(steps) => steps,
                    None => panic!(
                        "`StepAdjustments` are at most 20, and each begins beyond the one before"
                    ),
                }
            }
        }
    )*};
}

beyond! {
    Fraction, |distance| distance.of_whole();
    Milliseconds, |distance| as_number(distance.microseconds());
    Duration, |distance| as_number(distance.seconds());
    u32, |distance| distance as f64;
}
