//! A `LinearStepSize` of 5 percent.

use sageform::hosting::*;

const SIZE: LinearStepSize = LinearStepSize::percent(5);

fn main() {
    let _ = SIZE;
}
