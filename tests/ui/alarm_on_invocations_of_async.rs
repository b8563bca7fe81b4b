//! `Invocations` of an asynchronous endpoint, which publishes none.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<Async>::of(NAME, VARIANT);
    Alarm::invocations_above(&metrics, 100);
}
