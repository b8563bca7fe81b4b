//! `MinAdjustmentMagnitude` with `ChangeInCapacity`.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<RealTime>::of(NAME, VARIANT);
    let burst = Alarm::invocations_above(&metrics, 100);
    StepPolicy::change_in_capacity("Burst", burst, Steps::new(1)).min_adjustment_magnitude(2);
}
