//! `MaximumBatchSize` of 80 percent of the copies.

use sageform::hosting::*;

const MOST: UpdateBatch = UpdateBatch::percent(80);

fn main() {
    let _ = MOST;
}
