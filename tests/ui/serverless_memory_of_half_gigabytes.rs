//! `MemorySizeInMB: 1500`.

use sageform::hosting::*;
use sageform::literal::*;

const MEMORY: Memory = Memory::from_mb(1500);

fn main() {
    let _ = MEMORY;
}
