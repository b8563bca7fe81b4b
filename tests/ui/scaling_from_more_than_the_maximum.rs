//! `MinCapacity` above `MaxCapacity`.

use sageform::hosting::*;
use sageform::literal::*;

const CAPACITY: CapacityFromZero = CapacityFromZero::new(5, 2);

fn main() {
    let _ = CAPACITY;
}
