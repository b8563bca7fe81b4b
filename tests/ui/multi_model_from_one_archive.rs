//! `Mode: MultiModel` with one archive as `ModelDataUrl`.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ARCHIVE: S3Uri = S3Uri::new("s3://churn-models/1.4/model.tar.gz");

fn main() {
    Container::image(IMAGE).multi_model(ARCHIVE);
}
