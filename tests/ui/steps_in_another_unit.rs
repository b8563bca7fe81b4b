//! `StepAdjustments` in milliseconds for an alarm on a part of the requests: `Fraction` is not `Milliseconds`.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<RealTime>::of(NAME, VARIANT);
    let errors = Alarm::errors(&metrics, Fraction::new(0.01));
    let steps = Steps::<Milliseconds>::new(1);
    StepPolicy::change_in_capacity("Slow", errors, steps);
}
