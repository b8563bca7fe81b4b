//! A variant with `InstancePools` and then `InstanceType`.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");
const LARGE: InstanceType = InstanceType::new("ml.m5.large");

fn main() {
    InstanceVariant::builder(VARIANT).instance_pool(LARGE).instance_type(LARGE);
}
