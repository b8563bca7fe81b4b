//! `ShadowProductionVariants` with `Mode: MultiModel`.

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
    let container = Container::image(IMAGE).multi_model(S3Prefix::new("s3://churn-models/"));
    let models = Model::builder()
        .container(container)
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Models");
    let shadow = InstanceVariant::builder(VARIANT)
        .model(&models)
        .instance_type(LARGE)
        .initial_instance_count(ONE)
        .build();
    EndpointConfig::shadowed(instances(&mut stack), shadow, SamplingPercentage::new(50));
}
