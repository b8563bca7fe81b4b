//! `AsyncInferenceConfig` without `S3OutputPath`.

use sageform::hosting::*;
use sageform::literal::*;

fn main() {
    AsyncOutput::builder().s3_failure_path(S3Uri::new("s3://churn-failures/")).build();
}
