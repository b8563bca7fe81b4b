//! An inference component with both `ModelName` and `Container`.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const NAME: InferenceComponentName = InferenceComponentName::new("churn-llama");

fn model(stack: &mut Stack) -> ModelHandle {
    Model::builder().container(Container::image(IMAGE)).execution_role(ROLE).build().add_to(stack, "Model")
}

fn main() {
    let mut stack = Stack::new("churn");
    InferenceComponent::builder(NAME).model(&model(&mut stack)).container(Container::image(IMAGE));
}
