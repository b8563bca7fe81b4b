//! An inference component without `ModelName` and `Container`.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");
const NAME: InferenceComponentName = InferenceComponentName::new("churn-llama");
const LARGE: InstanceType = InstanceType::new("ml.m5.large");
const ONE: InstanceCount = InstanceCount::new(1);

fn host(stack: &mut Stack) -> EndpointHandle<ComponentHost> {
    let host = HostVariant::builder(VARIANT).instance_type(LARGE).initial_instance_count(ONE).build();
    let config = EndpointConfig::component_host(host, ROLE).add_to(stack, "Config");
    Endpoint::builder().name(EndpointName::new("churn")).config(&config).build().add_to(stack, "Endpoint")
}

fn main() {
    let mut stack = Stack::new("churn");
    InferenceComponent::builder(NAME).endpoint(&host(&mut stack)).min_memory_in_mb(1024).build();
}
