//! `Alarms` of `AutoRollbackConfiguration` of 11 alarms.

use sageform::hosting::*;
use sageform::literal::*;

const ALARM: AlarmName = AlarmName::new("errors");

fn main() {
    Rollout::all_at_once(Duration::from_minutes(5)).rollback_on([ALARM; 11]);
}
