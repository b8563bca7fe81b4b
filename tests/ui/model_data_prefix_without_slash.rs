//! `S3Uri` of an `S3Prefix` that does not end with `/`.

use sageform::hosting::*;
use sageform::literal::*;

const PREFIX: S3Prefix = S3Prefix::new("s3://churn-models/1.4");

fn main() {
    let _ = PREFIX;
}
