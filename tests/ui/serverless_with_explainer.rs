//! `ExplainerConfig` on a serverless configuration.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");

fn model(stack: &mut Stack) -> ModelHandle {
    Model::builder().container(Container::image(IMAGE)).execution_role(ROLE).build().add_to(stack, "Model")
}

fn serverless(stack: &mut Stack) -> ServerlessVariant {
    ServerlessVariant::builder(VARIANT)
        .model(&model(stack))
        .max_concurrency(Concurrency::new(5))
        .memory_size(Memory::from_mb(2048))
        .build()
}

fn main() {
    let mut stack = Stack::new("churn");
    let explainer = Explainer::clarify(ShapBaseline::Inline("0,0".into()));
    EndpointConfig::serverless(serverless(&mut stack)).explainer(explainer);
}
