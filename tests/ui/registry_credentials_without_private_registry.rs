//! `RepositoryAuthConfig` without `RepositoryAccessMode: Vpc`.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const FUNCTION: FunctionArn =
    FunctionArn::new("arn:aws:lambda:eu-west-1:111111111111:function:registry");

fn main() {
    Container::image(IMAGE).credentials_provider(FUNCTION);
}
