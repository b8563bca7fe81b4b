//! `DatapointsToAlarm` of more than `EvaluationPeriods`.

use sageform::hosting::*;

const PERIODS: EvaluationPeriods = EvaluationPeriods::new(2).datapoints_to_alarm(3);

fn main() {
    let _ = PERIODS;
}
