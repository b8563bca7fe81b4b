//! `CPUUtilizationNormalized` of a real-time endpoint, which publishes none.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<RealTime>::of(NAME, VARIANT);
    Alarm::normalized_cpu_utilization(&metrics, Fraction::new(0.8));
}
