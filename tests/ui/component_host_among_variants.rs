//! A host of inference components in `ProductionVariants` of a real-time endpoint.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");
const LARGE: InstanceType = InstanceType::new("ml.m5.large");
const ONE: InstanceCount = InstanceCount::new(1);

fn main() {
    let host = HostVariant::builder(VARIANT).instance_type(LARGE).initial_instance_count(ONE).build();
    EndpointConfig::real_time(host, []);
}
