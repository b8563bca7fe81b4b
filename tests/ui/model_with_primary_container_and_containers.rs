//! A model with both `PrimaryContainer` and `Containers`.

use sageform::hosting::*;
use sageform::literal::*;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");

fn main() {
    Model::builder()
        .container(Container::image(IMAGE))
        .pipeline(Container::image(IMAGE), Container::image(IMAGE), []);
}
