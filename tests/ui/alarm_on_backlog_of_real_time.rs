//! `ApproximateBacklogSize` of a real-time endpoint, which has no queue.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<RealTime>::of(NAME, VARIANT);
    Alarm::backlog(&metrics, 100);
}
