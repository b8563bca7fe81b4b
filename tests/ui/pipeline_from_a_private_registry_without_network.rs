//! `RepositoryAccessMode: Vpc` of one container of a pipeline, without `VpcConfig`.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");

fn main() {
    Model::builder()
        .pipeline(Container::image(IMAGE), Container::image(IMAGE).private_registry(), [])
        .execution_role(ROLE)
        .build();
}
