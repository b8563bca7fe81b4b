//! `Container` of an inference component with model data that is not packed.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const NAME: InferenceComponentName = InferenceComponentName::new("churn-llama");

fn main() {
    let container = Container::image(IMAGE).model_data_prefix(S3Prefix::new("s3://churn-models/1.4/"));
    InferenceComponent::builder(NAME).container(container);
}
