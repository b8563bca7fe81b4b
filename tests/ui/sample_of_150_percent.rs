//! `SamplingPercentage: 150`.

use sageform::hosting::*;

const MORE_THAN_ALL: SamplingPercentage = SamplingPercentage::new(150);

fn main() {
    let _ = MORE_THAN_ALL;
}
