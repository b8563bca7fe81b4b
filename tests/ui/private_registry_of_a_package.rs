//! `ImageConfig` beside `ModelPackageName`.

use sageform::hosting::*;
use sageform::literal::*;

const PACKAGE: ModelPackageArn =
    ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");

fn main() {
    Container::package(PACKAGE, PackageAccess::none()).private_registry();
}
