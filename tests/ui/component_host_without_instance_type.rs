//! A host of inference components without `InstanceType`.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");
const ONE: InstanceCount = InstanceCount::new(1);

fn main() {
    HostVariant::builder(VARIANT).initial_instance_count(ONE).build();
}
