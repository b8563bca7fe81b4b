//! A scheduled `MinCapacity` of 0 for what always serves.

use sageform::hosting::*;

const NIGHT: CapacityChange<Capacity> = CapacityChange::at_least(0);

fn main() {
    let _ = NIGHT;
}
