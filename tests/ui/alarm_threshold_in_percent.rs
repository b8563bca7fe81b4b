//! A `Threshold` of 80 where a part is meant.

use sageform::hosting::*;

const MOST: Fraction = Fraction::new(80.0);

fn main() {
    let _ = MOST;
}
