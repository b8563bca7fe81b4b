//! `VpcConfig` of the configuration of a real-time endpoint.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");
const LARGE: InstanceType = InstanceType::new("ml.m5.large");
const ONE: InstanceCount = InstanceCount::new(1);

fn model(stack: &mut Stack) -> ModelHandle {
    Model::builder().container(Container::image(IMAGE)).execution_role(ROLE).build().add_to(stack, "Model")
}

fn instances(stack: &mut Stack) -> InstanceVariant {
    InstanceVariant::builder(VARIANT)
        .model(&model(stack))
        .instance_type(LARGE)
        .initial_instance_count(ONE)
        .build()
}

fn main() {
    let mut stack = Stack::new("churn");
    let network = Network::new([SubnetId::new("subnet-1")], [SecurityGroupId::new("sg-1")]);
    EndpointConfig::real_time(instances(&mut stack), []).network(network);
}
