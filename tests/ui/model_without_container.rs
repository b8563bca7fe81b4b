//! A model without `PrimaryContainer` and `Containers`.

use sageform::hosting::*;
use sageform::literal::*;

const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");

fn main() {
    Model::builder().execution_role(ROLE).build();
}
