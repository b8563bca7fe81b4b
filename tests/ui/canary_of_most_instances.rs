//! A `CanarySize` of 80 percent.

use sageform::hosting::*;

const SIZE: CanarySize = CanarySize::percent(80);

fn main() {
    let _ = SIZE;
}
