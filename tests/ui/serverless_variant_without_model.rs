//! A serverless variant without `ModelName`.

use sageform::hosting::*;
use sageform::literal::*;

const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    ServerlessVariant::builder(VARIANT)
        .max_concurrency(Concurrency::new(5))
        .memory_size(Memory::from_mb(2048))
        .build();
}
