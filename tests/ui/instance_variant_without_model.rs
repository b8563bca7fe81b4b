//! A variant without `ModelName`.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");
const ONE: InstanceCount = InstanceCount::new(1);

fn main() {
    InstanceVariant::builder(VARIANT)
        .instance_type(InstanceType::new("ml.m5.large"))
        .initial_instance_count(ONE)
        .build();
}
