//! `InitialInstanceCount: 0`.

use sageform::hosting::*;
use sageform::literal::*;

const ZERO: InstanceCount = InstanceCount::new(0);

fn main() {
    let _ = ZERO;
}
