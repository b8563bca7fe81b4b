//! `RollbackMaximumBatchSize` on a `BlueGreenUpdatePolicy`.

use sageform::hosting::*;
use sageform::literal::*;

fn main() {
    Rollout::canary(CapacitySize::Percent(20), Duration::from_seconds(60))
        .rollback_batch(CapacitySize::Percent(20));
}
