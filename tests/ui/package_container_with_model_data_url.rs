//! A container with both `ModelPackageName` and `ModelDataUrl`.

use sageform::hosting::*;
use sageform::literal::*;

const ARCHIVE: S3Uri = S3Uri::new("s3://churn-models/1.4/model.tar.gz");

fn main() {
    let version = ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    Container::package(version, PackageAccess::none()).model_data_url(ARCHIVE);
}
