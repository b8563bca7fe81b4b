//! A `RollbackMaximumBatchSize` of no instances.

use sageform::hosting::*;

const SIZE: RollbackBatchSize = RollbackBatchSize::instances(0);

fn main() {
    let _ = SIZE;
}
