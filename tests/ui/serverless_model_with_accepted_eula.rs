//! A serverless variant whose archive is a `ModelDataSource`, because its `AcceptEula` is set.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ARCHIVE: S3Uri = S3Uri::new("s3://churn-models/1.4/model.tar.gz");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let mut stack = Stack::new("churn");
    let container = Container::image(IMAGE).model_data_url(ARCHIVE).accept_eula();
    let model = Model::builder()
        .container(container)
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Model");
    ServerlessVariant::builder(VARIANT).model(&model);
}
