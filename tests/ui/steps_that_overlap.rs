//! `StepAdjustments` of which the second begins before the first.

use sageform::hosting::*;

const STEPS: Steps<u32> = Steps::<u32>::new(1).beyond(10, 2).beyond(5, 3);

fn main() {
    let _ = STEPS;
}
