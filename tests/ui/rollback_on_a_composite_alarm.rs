//! `AutoRollbackConfiguration` of a composite alarm.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const ALARM: AlarmName = AlarmName::new("errors");

fn main() {
    let mut stack = Stack::new("churn");
    let composite = CompositeAlarm::of(AlarmRule::alarm(ALARM)).add_to(&mut stack, "Composite");
    Rollout::all_at_once(Duration::from_minutes(5)).rollback_on([&composite]);
}
