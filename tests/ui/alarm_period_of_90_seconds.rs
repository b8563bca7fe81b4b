//! A `Period` of one and a half minutes.

use sageform::hosting::*;
use sageform::literal::*;

const PERIOD: Period = Period::new(Duration::from_seconds(90));

fn main() {
    let _ = PERIOD;
}
