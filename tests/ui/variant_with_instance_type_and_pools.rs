//! A variant with `InstanceType` and then `InstancePools`.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");
const LARGE: InstanceType = InstanceType::new("ml.m5.large");

fn main() {
    InstanceVariant::builder(VARIANT).instance_type(LARGE).instance_pool(LARGE);
}
