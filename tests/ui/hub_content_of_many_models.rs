//! `HubAccessConfig` with `Mode: MultiModel`.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");

fn main() {
    Container::image(IMAGE)
        .multi_model(S3Prefix::new("s3://churn-models/"))
        .hub_content(HubContentArn::new("arn:aws:sagemaker:eu-west-1:aws:hub-content/hub/Model/llama/1.0.0"));
}
