//! `InitialVariantWeight` of a host of inference components.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    HostVariant::builder(VARIANT).weight(0.5);
}
