//! A `ServerlessConfig` beside an `InstanceType`.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    ServerlessVariant::builder(VARIANT).instance_type(InstanceType::new("ml.m5.large"));
}
