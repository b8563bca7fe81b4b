//! What has become of a change set, told from its status first and its reason's wording after.
//!
//! Pure. CloudFormation has one status, `FAILED`, for a set without changes and for a dozen real
//! failures; only the reason tells them apart, and its words are no part of any contract. A reason
//! that is not known is a failure, with the words as they are.

use super::change_set::ChangeSet;

/// What has become of a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diagnosis {
    /// It can be executed.
    Ready,
    /// It changes nothing.
    Empty,
    /// CloudFormation's validation before deployment refused it; the change set's events say why.
    EarlyValidation,
    /// A hook refused it; the hooks' results say why.
    Hook,
    /// The change set of a nested stack failed.
    Nested {
        /// The ARNs of those that the reason names; empty where it names none.
        change_sets: Vec<String>,
    },
    /// It was to take in resources that exist already, and could not.
    AutoImport {
        /// Each as the reason writes it: the logical id and what identifies the resource.
        resources: Vec<String>,
    },
    /// Something else has changed the stack since, or it is being deleted: it can never be executed.
    Obsolete,
    /// It is being executed.
    Executing,
    /// It has been executed.
    Executed,
    /// It failed for this reason, or its execution did.
    Failed(String),
    /// It is still being made.
    Pending,
    /// It has a status that is not known.
    Unknown,
}

/// The reason of a set without changes: of ordinary templates, and of those with a transform.
const EMPTY: [&str; 2] = [
    "The submitted information didn't contain changes.",
    "No updates are to be performed.",
];

/// The beginning of the reason when existing resources could not be taken in.
const AUTO_IMPORT: &str = "CloudFormation is attempting to import some resources because they already \
                           exist in your account";

/// Says what has become of a change set.
pub fn diagnose(set: &ChangeSet) -> Diagnosis {
    match set.status.as_str() {
        "CREATE_PENDING" | "CREATE_IN_PROGRESS" => Diagnosis::Pending,
        "CREATE_COMPLETE" => match set.execution_status.as_str() {
            "AVAILABLE" => Diagnosis::Ready,
            "UNAVAILABLE" => Diagnosis::Pending,
            "EXECUTE_IN_PROGRESS" => Diagnosis::Executing,
            "EXECUTE_COMPLETE" => Diagnosis::Executed,
            "EXECUTE_FAILED" => Diagnosis::Failed(reason(set)),
            "OBSOLETE" => Diagnosis::Obsolete,
            _ => Diagnosis::Unknown,
        },
        "DELETE_PENDING" | "DELETE_IN_PROGRESS" | "DELETE_COMPLETE" => Diagnosis::Obsolete,
        "FAILED" => failed(set),
        "DELETE_FAILED" => Diagnosis::Failed(reason(set)),
        _ => Diagnosis::Unknown,
    }
}

fn failed(set: &ChangeSet) -> Diagnosis {
    let reason = reason(set);
    if EMPTY.iter().any(|empty| reason.starts_with(empty)) {
        return Diagnosis::Empty;
    }
    // Before hooks, because its own wording speaks of hooks too.
    if reason.contains("AWS::EarlyValidation::") {
        return Diagnosis::EarlyValidation;
    }
    if reason.contains("Nested change set") {
        let nested = set
            .changes
            .iter()
            .filter_map(|change| change.change_set_id.clone());
        return Diagnosis::Nested {
            change_sets: nested.filter(|id| reason.contains(id.as_str())).collect(),
        };
    }
    if reason.starts_with(AUTO_IMPORT) {
        return Diagnosis::AutoImport {
            resources: affected(&reason),
        };
    }
    if reason.contains("hook(s)") || reason.contains("Hook") {
        return Diagnosis::Hook;
    }
    Diagnosis::Failed(reason)
}

fn reason(set: &ChangeSet) -> String {
    match &set.status_reason {
        Some(reason) if !reason.is_empty() => reason.clone(),
        _ => "CloudFormation gives no reason".to_owned(),
    }
}

/// The resources of `The affected resources are Id ({Name=value}), Other ({Name=value})`.
fn affected(reason: &str) -> Vec<String> {
    let Some((_, list)) = reason.split_once("affected resources are ") else {
        return Vec::new();
    };
    // Values may hold commas and dots, but not the brackets that enclose them.
    list.split_inclusive("})")
        .filter(|item| item.ends_with("})"))
        .map(|item| item.trim_start_matches([',', ' ']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::change_set::Change;

    const NESTED: &str = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/plan-Child/1a2b";

    fn change_set(status: &str, execution_status: &str, reason: &str) -> ChangeSet {
        let nested = |id: &str| Change {
            action: "Modify".to_owned(),
            policy_action: None,
            logical_id: "Child".to_owned(),
            physical_id: None,
            resource_type: "AWS::CloudFormation::Stack".to_owned(),
            replacement: None,
            scope: Vec::new(),
            details: Vec::new(),
            change_set_id: Some(id.to_owned()),
        };
        ChangeSet {
            id: "arn".to_owned(),
            name: "plan".to_owned(),
            stack_id: "stack".to_owned(),
            description: None,
            status: status.to_owned(),
            status_reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
            execution_status: execution_status.to_owned(),
            creation_time: None,
            parameters: std::collections::BTreeMap::new(),
            tags: std::collections::BTreeMap::new(),
            capabilities: Vec::new(),
            changes: vec![nested("other"), nested(NESTED)],
        }
    }

    #[test]
    fn the_status_decides_before_the_reason_does() {
        for (status, execution, reason, expected) in [
            ("CREATE_PENDING", "UNAVAILABLE", "", Diagnosis::Pending),
            ("CREATE_IN_PROGRESS", "UNAVAILABLE", "", Diagnosis::Pending),
            // Its execution status follows a moment later.
            ("CREATE_COMPLETE", "UNAVAILABLE", "", Diagnosis::Pending),
            ("CREATE_COMPLETE", "AVAILABLE", "", Diagnosis::Ready),
            // The warning of incomplete values is a reason too.
            (
                "CREATE_COMPLETE",
                "AVAILABLE",
                "[WARN] --include-property-values option can return incomplete ChangeSet data because: \
                 Logical Id: X, failed property validation",
                Diagnosis::Ready,
            ),
            (
                "CREATE_COMPLETE",
                "AVAILABLE",
                "No updates are to be performed.",
                Diagnosis::Ready,
            ),
            (
                "CREATE_COMPLETE",
                "EXECUTE_IN_PROGRESS",
                "",
                Diagnosis::Executing,
            ),
            (
                "CREATE_COMPLETE",
                "EXECUTE_COMPLETE",
                "",
                Diagnosis::Executed,
            ),
            (
                "CREATE_COMPLETE",
                "EXECUTE_FAILED",
                "",
                Diagnosis::Failed("CloudFormation gives no reason".to_owned()),
            ),
            ("CREATE_COMPLETE", "OBSOLETE", "", Diagnosis::Obsolete),
            ("CREATE_COMPLETE", "POSTPONED", "", Diagnosis::Unknown),
            ("DELETE_PENDING", "UNAVAILABLE", "", Diagnosis::Obsolete),
            ("DELETE_IN_PROGRESS", "UNAVAILABLE", "", Diagnosis::Obsolete),
            ("DELETE_COMPLETE", "UNAVAILABLE", "", Diagnosis::Obsolete),
            (
                "DELETE_FAILED",
                "UNAVAILABLE",
                "it is in use",
                Diagnosis::Failed("it is in use".to_owned()),
            ),
            ("MERGED", "AVAILABLE", "", Diagnosis::Unknown),
        ] {
            let set = change_set(status, execution, reason);
            assert_eq!(diagnose(&set), expected, "{status} {execution} {reason}");
        }
    }

    #[test]
    fn a_failed_set_is_told_by_its_reason() {
        let nested = format!("Nested change set {NESTED} was not successfully created: FAILED.");
        for (reason, expected) in [
            (
                "The submitted information didn't contain changes. Submit different information to \
                 create a change set.",
                Diagnosis::Empty,
            ),
            ("No updates are to be performed.", Diagnosis::Empty),
            // The same words further in are a failure's.
            (
                "Transform failed: No updates are to be performed.",
                Diagnosis::Failed("Transform failed: No updates are to be performed.".to_owned()),
            ),
            (
                "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. \
                 To troubleshoot Early Validation errors, use the DescribeEvents API",
                Diagnosis::EarlyValidation,
            ),
            (
                "The following hook(s) failed: [Example::Guard::NoPublicModels]",
                Diagnosis::Hook,
            ),
            (
                nested.as_str(),
                Diagnosis::Nested {
                    change_sets: vec![NESTED.to_owned()],
                },
            ),
            (
                "CloudFormation is attempting to import some resources because they already exist in \
                 your account. The resources must have the DeletionPolicy attribute set to 'Retain' \
                 in the template for successful import. The affected resources are Role \
                 ({RoleName=a, b}), Bucket ({BucketName=models.example})",
                Diagnosis::AutoImport {
                    resources: vec![
                        "Role ({RoleName=a, b})".to_owned(),
                        "Bucket ({BucketName=models.example})".to_owned(),
                    ],
                },
            ),
            (
                "Requires capabilities : [CAPABILITY_NAMED_IAM]",
                Diagnosis::Failed("Requires capabilities : [CAPABILITY_NAMED_IAM]".to_owned()),
            ),
            (
                "",
                Diagnosis::Failed("CloudFormation gives no reason".to_owned()),
            ),
        ] {
            let set = change_set("FAILED", "UNAVAILABLE", reason);
            assert_eq!(diagnose(&set), expected, "{reason}");
        }
    }
}
