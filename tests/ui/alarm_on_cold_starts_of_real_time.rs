//! `ModelSetupTime` of a real-time endpoint, which has no cold starts.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let metrics = VariantMetrics::<RealTime>::of(NAME, VARIANT);
    Alarm::model_setup_time(&metrics, LatencyStatistic::P90, Milliseconds::new("5s"));
}
