//! `RollbackMaximumBatchSize` on a `BlueGreenUpdatePolicy`.

use sageform::hosting::*;
use sageform::literal::*;

fn main() {
    Rollout::canary(CanarySize::percent(20), Duration::from_seconds(60))
        .rollback_batch(RollbackBatchSize::percent(20));
}
