//! An endpoint without `EndpointConfigName`.

use sageform::hosting::*;
use sageform::literal::*;

fn main() {
    let _: Endpoint<RealTime> = Endpoint::builder().name(EndpointName::new("churn")).build();
}
