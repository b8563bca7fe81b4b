//! `InvocationModelErrors` of an asynchronous endpoint, which publishes none.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<Async>::of(NAME, VARIANT);
    Alarm::model_errors(&metrics, Fraction::new(0.01));
}
