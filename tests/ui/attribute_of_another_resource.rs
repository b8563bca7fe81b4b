//! An attribute of `Endpoint`, asked of a `Model`.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ARCHIVE: S3Uri = S3Uri::new("s3://churn-models/1.4/model.tar.gz");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");

fn model(stack: &mut Stack) -> ModelHandle {
    let container = Container::image(IMAGE).model_data_url(ARCHIVE);
    Model::builder().container(container).execution_role(ROLE).build().add_to(stack, "Model")
}

fn main() {
    let mut stack = Stack::new("churn");
    model(&mut stack).resource().get_att(&sageform::cfn::sagemaker::endpoint::Endpoint::ENDPOINT_NAME);
}
