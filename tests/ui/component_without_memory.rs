//! An inference component without `MinMemoryRequiredInMb`.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");
const NAME: InferenceComponentName = InferenceComponentName::new("churn-llama");
const LARGE: InstanceType = InstanceType::new("ml.m5.large");
const ONE: InstanceCount = InstanceCount::new(1);

fn model(stack: &mut Stack) -> ModelHandle {
    Model::builder().container(Container::image(IMAGE)).execution_role(ROLE).build().add_to(stack, "Model")
}

fn host(stack: &mut Stack) -> EndpointHandle<ComponentHost> {
    let host = HostVariant::builder(VARIANT).instance_type(LARGE).initial_instance_count(ONE).build();
    let config = EndpointConfig::component_host(host, ROLE).add_to(stack, "Config");
    Endpoint::builder().name(EndpointName::new("churn")).config(&config).build().add_to(stack, "Endpoint")
}

fn main() {
    let mut stack = Stack::new("churn");
    let model = model(&mut stack);
    InferenceComponent::builder(NAME).endpoint(&host(&mut stack)).model(&model).build();
}
