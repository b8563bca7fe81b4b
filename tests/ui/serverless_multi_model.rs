//! A serverless variant whose model has `Mode: MultiModel`.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let mut stack = Stack::new("churn");
    let container = Container::image(IMAGE).multi_model(S3Prefix::new("s3://churn-models/"));
    let model = Model::builder()
        .container(container)
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Model");
    ServerlessVariant::builder(VARIANT).model(&model);
}
