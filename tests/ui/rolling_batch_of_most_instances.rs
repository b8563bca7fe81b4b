//! A `MaximumBatchSize` of 80 percent.

use sageform::hosting::*;

const SIZE: BatchSize = BatchSize::percent(80);

fn main() {
    let _ = SIZE;
}
