//! `RetainDeploymentConfig` with alarms of its own.

use sageform::hosting::*;
use sageform::literal::*;

fn main() {
    Rollout::retained().rollback_on([AlarmName::new("errors")]);
}
