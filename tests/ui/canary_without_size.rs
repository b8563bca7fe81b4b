//! `CANARY` without its `CapacitySize`.

use sageform::hosting::*;
use sageform::literal::*;

fn main() {
    Rollout::canary(Duration::from_seconds(60));
}
