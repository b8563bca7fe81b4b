//! A scheduled `MinCapacity` above `MaxCapacity`.

use sageform::hosting::*;

const NIGHT: CapacityChange<Capacity> = CapacityChange::between(4, 2);

fn main() {
    let _ = NIGHT;
}
