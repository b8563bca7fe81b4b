//! `MetricPublishFrequencyInSeconds: 15`.

use sageform::hosting::*;

const FREQUENCY: PublishFrequency = PublishFrequency::from_seconds(15);

fn main() {
    let _ = FREQUENCY;
}
