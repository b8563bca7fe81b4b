//! A target of 70 for `SageMakerVariantProvisionedConcurrencyUtilization`, where a fraction is meant.

use sageform::hosting::*;
use sageform::literal::*;

const UTILIZATION: Utilization = Utilization::new(70.0);

fn main() {
    let _ = UTILIZATION;
}
