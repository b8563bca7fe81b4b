//! A target of `ApproximateBacklogSizePerInstance` for `DesiredInstanceCount` of a real-time variant: `QueueMetric` is not `InstanceMetric`.

use sageform::hosting::*;

fn main() {
    let backlog = QueueMetric::BacklogPerInstance(5.0.into());
    InstanceScaling::new(Capacity::new(1, 4)).track(backlog, Cooldowns::default());
}
