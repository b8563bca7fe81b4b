//! `DiskUtilization` of a serverless endpoint, which has no instances.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<Serverless>::of(NAME, VARIANT);
    Alarm::disk_utilization(&metrics, Fraction::new(0.8));
}
