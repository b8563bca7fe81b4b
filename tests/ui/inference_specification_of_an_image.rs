//! `InferenceSpecificationName` without `ModelPackageName`.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");

fn main() {
    Container::image(IMAGE).inference_specification_name("gpu");
}
