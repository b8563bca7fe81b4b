//! Batch transform, by a schedule or a state machine.

mod jobs;
mod request;
mod schedule;
mod transform;

#[cfg(test)]
mod tests;

use crate::finding::Severity;

use super::super::node::Resource;
use super::found::Found;
use super::{Check, Rule};

use jobs::{ACTION_STYLE, SCHEDULE};
pub(super) use jobs::{MACHINE, tasks};

pub(super) const RULES: &[Rule] = &[
    declared!("tj-arn-sched", Error, [SCHEDULE], schedule::arn),
    declared!("tj-input-json", Error, [SCHEDULE], schedule::json),
    declared!("tj-rate", Error, [SCHEDULE], schedule::expression),
    declared!("tj-sched-role", Warning, [SCHEDULE], schedule::role),
    declared!("tj-sfn-arn", Error, [MACHINE], integration),
    declared!("tj-sfn-iam", Warning, [MACHINE], schedule::machine_role),
    declared!(
        "tj-input-keys",
        Warning,
        [SCHEDULE, MACHINE],
        transform::keys
    ),
    declared!(
        "tj-unique-name",
        Warning,
        [SCHEDULE, MACHINE],
        transform::name
    ),
    declared!("tj-payload", Error, [SCHEDULE, MACHINE], transform::payload),
    declared!(
        "tj-strategy",
        Warning,
        [SCHEDULE, MACHINE],
        transform::strategy
    ),
    declared!("tj-join", Warning, [SCHEDULE, MACHINE], transform::join),
    declared!("tj-bounds", Error, [SCHEDULE, MACHINE], transform::bounds),
    declared!(
        "tj-instance",
        Warning,
        [SCHEDULE, MACHINE],
        transform::instance
    ),
    declared!(
        "rec-shape",
        Warning,
        [SCHEDULE, MACHINE],
        transform::recommendations
    ),
];

/// CloudFormation has no transform jobs, so that one is of an unknown type.
pub(super) const COVERED: &[(&str, &str)] = &[("tj-no-cfn", "resource-type")];

/// The actions that Step Functions knows by themselves, and whether it waits for them.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html>
const OPTIMIZED: &[(&str, bool)] = &[
    ("createEndpoint", false),
    ("createEndpointConfig", false),
    ("createHyperParameterTuningJob", true),
    ("createLabelingJob", true),
    ("createModel", false),
    ("createProcessingJob", true),
    ("createTrainingJob", true),
    ("createTransformJob", true),
    ("updateEndpoint", false),
];

fn integration(machine: Resource<'_>, found: &mut Found<'_>) {
    for task in tasks(machine) {
        let (action, suffix) = (task.action.as_str(), task.suffix.as_str());
        let known = OPTIMIZED.iter().find(|(name, _)| *name == action);
        let hint = if !jobs::is_lower_camel(action) {
            ACTION_STYLE
        } else if task.by_sdk {
            match suffix {
                "" | "waitForTaskToken" => continue,
                _ => "wait for it with states of your own, or use the integration that has `.sync`",
            }
        } else {
            match (known, suffix) {
                (Some(_), "") | (Some((_, true)), "sync") => continue,
                (Some(_), _) => "remove what follows the action",
                (None, _) => "call it by `aws-sdk:sagemaker` instead",
            }
        };
        let name = if suffix.is_empty() {
            action.to_owned()
        } else {
            format!("{action}.{suffix}")
        };
        let service = if task.by_sdk {
            "aws-sdk:sagemaker"
        } else {
            "sagemaker"
        };
        found
            .at(
                task.node,
                format!(
                    "expected an integration that there is in `{}`, got `{service}:{name}`",
                    task.place
                ),
            )
            .got(format_args!("{service}:{name}"))
            .hint(hint);
    }
}
