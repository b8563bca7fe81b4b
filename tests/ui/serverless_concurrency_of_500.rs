//! `MaxConcurrency: 500`.

use sageform::hosting::*;
use sageform::literal::*;

const CONCURRENCY: Concurrency = Concurrency::new(500);

fn main() {
    let _ = CONCURRENCY;
}
