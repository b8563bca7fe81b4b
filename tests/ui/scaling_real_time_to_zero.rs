//! `MinCapacity: 0` of a real-time variant.

use sageform::hosting::*;
use sageform::literal::*;

const CAPACITY: Capacity = Capacity::new(0, 4);

fn main() {
    let _ = CAPACITY;
}
