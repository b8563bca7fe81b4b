//! What CloudFormation found out about a change set before anything was executed: early validations
//! and hooks, of those that failed and of those that did not.

use std::fmt::Write as _;

use crate::finding::Finding;

use super::aws::Aws;
use super::change_set::ChangeSet;
use super::diagnosis::{Diagnosis, diagnose};
use super::error::ErrorKind;
use super::event::{HookResult, OperationEvent};
use super::stop::{Reason, Stop};

/// The warnings of a change set that can be executed: only these calls tell of service quotas, for
/// example. That they cannot be asked for is a warning too.
pub async fn warnings(aws: &Aws, change_set: &ChangeSet) -> Vec<String> {
    let mut warnings = Vec::new();
    match aws.change_set_events(&change_set.id).await {
        Ok(events) => warnings.extend(events.iter().filter_map(validation)),
        Err(error) => warnings.push(unasked("validations", "DescribeEvents", error.kind)),
    }
    match aws.change_set_hooks(&change_set.id).await {
        Ok(hooks) => warnings.extend(
            hooks
                .iter()
                .filter(|hook| has_failed(hook))
                .flat_map(checks)
                .map(|check| match check.remedy {
                    Some(remedy) => format!("{}; {remedy}", check.message),
                    None => check.message,
                }),
        ),
        Err(error) => warnings.push(unasked("hooks", "ListHookResults", error.kind)),
    }
    warnings
}

/// Why a change set failed, in as many findings as CloudFormation gives reasons.
pub async fn explain(aws: &Aws, change_set: &ChangeSet) -> Stop {
    let reason = change_set.status_reason.clone().unwrap_or_default();
    let mut findings = vec![failed(change_set, &reason)];
    match diagnose(change_set) {
        Diagnosis::EarlyValidation => match aws.change_set_events(&change_set.id).await {
            Ok(events) => {
                let found: Vec<Finding> = events.iter().filter_map(validation_error).collect();
                if !found.is_empty() {
                    findings = found;
                }
            }
            Err(error) => findings.push(Finding::warning(
                "unasked",
                unasked("validations", "DescribeEvents", error.kind),
            )),
        },
        Diagnosis::Hook => match aws.change_set_hooks(&change_set.id).await {
            Ok(hooks) => findings.extend(
                hooks
                    .iter()
                    .filter(|hook| has_failed(hook) && hook.failure_mode.as_deref() != Some("WARN"))
                    .flat_map(checks)
                    .map(|check| {
                        let finding = Finding::error("hook", check.message);
                        match check.remedy {
                            Some(remedy) => finding.hint(remedy),
                            None => finding,
                        }
                    }),
            ),
            Err(error) => findings.push(Finding::warning(
                "unasked",
                unasked("hooks", "ListHookResults", error.kind),
            )),
        },
        Diagnosis::Nested { change_sets } => {
            for id in change_sets {
                if let Ok(Some(nested)) = aws.change_set(&id, false).await {
                    let reason = nested.status_reason.clone().unwrap_or_default();
                    findings.push(failed(&nested, &reason));
                }
            }
        }
        _ => {}
    }
    Stop {
        reason: Reason::ChangeSetFailed,
        findings,
    }
}

fn failed(change_set: &ChangeSet, reason: &str) -> Finding {
    let reason = if reason.is_empty() {
        "CloudFormation gives no reason"
    } else {
        reason
    };
    Finding::error(
        "change-set",
        format!(
            "change set `{}` is {}: {reason}",
            change_set.name, change_set.status
        ),
    )
    .hint("nothing was executed; the stack is as it was")
}

/// A validation that did not pass, as a line.
fn validation(event: &OperationEvent) -> Option<String> {
    let name = event.validation_name.as_deref()?;
    let what = event.logical_id.as_deref().unwrap_or("the template");
    let status = event.validation_status.as_deref().unwrap_or_default();
    let reason = event
        .validation_reason
        .as_deref()
        .unwrap_or("no reason is given");
    match status {
        "FAILED" => Some(format!("{what}: {reason} ({name})")),
        "SKIPPED" => Some(format!("{what}: not validated: {reason} ({name})")),
        "" | "PASSED" | "SUCCEEDED" => None,
        other => Some(format!("{what}: {other}: {reason} ({name})")),
    }
}

fn validation_error(event: &OperationEvent) -> Option<Finding> {
    if event.validation_status.as_deref() != Some("FAILED")
        || event.validation_failure_mode.as_deref() == Some("WARN")
    {
        return None;
    }
    let finding = Finding::error(
        "early-validation",
        format!(
            "{} ({})",
            event
                .validation_reason
                .as_deref()
                .unwrap_or("CloudFormation gives no reason"),
            event.validation_name.as_deref().unwrap_or("validation")
        ),
    );
    let finding = match &event.logical_id {
        Some(id) => finding.on(id.clone()),
        None => finding,
    };
    Some(match &event.validation_path {
        Some(path) => finding.path(readable(path)),
        None => finding,
    })
}

/// `/Resources/Model/Properties/Containers/0/Image` as `Containers[0].Image`.
fn readable(pointer: &str) -> String {
    let below = pointer
        .split_once("/Properties/")
        .map_or(pointer.trim_start_matches('/'), |(_, below)| below);
    let mut path = String::new();
    for step in below.split('/') {
        if step.parse::<usize>().is_ok() {
            let _ = write!(path, "[{step}]");
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step.replace("~1", "/").replace("~0", "~"));
        }
    }
    path
}

fn has_failed(hook: &HookResult) -> bool {
    hook.status.contains("FAILED")
}

/// What a hook minds.
struct Check {
    message: String,
    /// What to do about it.
    remedy: Option<String>,
}

/// Each check of a hook that did not pass; a hook without checks is one itself.
fn checks(hook: &HookResult) -> Vec<Check> {
    let name = &hook.type_name;
    let found: Vec<Check> = hook
        .annotations
        .iter()
        .filter(|check| check.status != "PASSED")
        .map(|check| Check {
            message: match &check.message {
                Some(message) => format!("hook `{name}`, {}: {message}", check.name),
                None => format!("hook `{name}`, {}: {}", check.name, check.status),
            },
            remedy: check.remediation.clone(),
        })
        .collect();
    if !found.is_empty() {
        return found;
    }
    let reason = hook.status_reason.as_ref().unwrap_or(&hook.status);
    vec![Check {
        message: format!("hook `{name}`: {reason}"),
        remedy: None,
    }]
}

fn unasked(what: &str, api: &str, kind: ErrorKind) -> String {
    format!("the {what} of the change set could not be asked for (`cloudformation:{api}`: {kind})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_reads_as_a_property_path() {
        assert_eq!(
            readable("/Resources/Model/Properties/Containers/0/Image"),
            "Containers[0].Image"
        );
        assert_eq!(readable("/Resources/Model"), "Resources.Model");
    }
}
