//! A `VariantName` that SageMaker refuses.

use sageform::hosting::*;
use sageform::literal::*;

const NAME: VariantName = VariantName::new("all_traffic");

fn main() {
    let _ = NAME;
}
