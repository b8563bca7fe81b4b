//! A change set as CloudFormation describes it, and what its states mean.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A change set that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChangeSet {
    /// The stack's name or ARN.
    pub stack: String,
    /// Its own name, unique within the stack: a letter, then letters, digits and `-`, up to 128.
    pub name: String,
    /// What for, up to 1,024 characters.
    pub description: String,
    /// Whether the stack is made or updated by it.
    pub kind: ChangeSetType,
    /// The template.
    pub template: TemplateSource,
    /// Every parameter's value.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// Every tag of the stack: those that are left out are removed.
    pub tags: BTreeMap<String, String>,
    /// `CAPABILITY_IAM` and the like.
    pub capabilities: Vec<String>,
    /// The role that CloudFormation assumes; `None` for the one that it remembers, or the caller's
    /// own permissions.
    pub role_arn: Option<String>,
    /// Alarms that take the operation back.
    pub rollback: Option<RollbackConfiguration>,
    /// What becomes of a stack that cannot be made.
    pub on_stack_failure: Option<OnStackFailure>,
    /// The idempotency token: the same token and arguments make one change set, however often.
    pub token: String,
}

/// Where a template is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// In the request, up to 51,200 bytes.
    Body(String),
    /// In S3, up to 1 MB.
    Url(String),
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub enum ParameterValue {
    /// This one.
    Value(String),
    /// The one that the stack has.
    UsePreviousValue,
}

/// Whether a change set makes a stack or updates one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChangeSetType {
    /// The stack is made: it is not there, or only under review.
    Create,
    /// The stack is updated.
    Update,
}

/// What becomes of a stack that cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnStackFailure {
    /// It is deleted.
    Delete,
    /// It is rolled back and stays, empty.
    Rollback,
    /// It stays as it is, with what was made.
    DoNothing,
}

/// Alarms that take an operation back.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RollbackConfiguration {
    /// The ARNs of alarms, up to 5.
    pub alarm_arns: Vec<String>,
    /// Minutes, 0 to 180, for which the alarms are watched after all resources are done.
    pub monitoring_minutes: u16,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedChangeSet {
    /// The change set's ARN.
    pub id: String,
    /// The stack's ARN.
    pub stack_id: String,
}

/// What `DescribeChangeSet` says, of all its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// What for.
    pub description: Option<String>,
    /// `CREATE_COMPLETE`, `FAILED` and the like: an open set.
    pub status: String,
    /// Why it has this status.
    pub status_reason: Option<String>,
    /// `AVAILABLE`, `OBSOLETE` and the like: an open set.
    pub execution_status: String,
    /// When it was made, as RFC 3339 text.
    pub creation_time: Option<String>,
    /// The parameters' values.
    pub parameters: BTreeMap<String, String>,
    /// The stack's tags after it.
    pub tags: BTreeMap<String, String>,
    /// The capabilities that it was given.
    pub capabilities: Vec<String>,
    /// What it would do.
    pub changes: Vec<Change>,
}

/// A change set in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSetSummary {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What for.
    pub description: Option<String>,
    /// Its status.
    pub status: String,
    /// Its execution status.
    pub execution_status: String,
    /// When it was made, as RFC 3339 text.
    pub creation_time: Option<String>,
}

impl ChangeSetSummary {
    /// Whether it may still be somebody's plan: one that was executed, or is being deleted, may stay in
    /// the list for a while.
    pub fn is_waiting(&self) -> bool {
        !self.status.starts_with("DELETE_") && !self.execution_status.starts_with("EXECUTE_")
    }
}

/// What a change set would do to one resource, in CloudFormation's words, each an open set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic` …
    pub action: String,
    /// `Delete`, `Retain`, `ReplaceAndRetain` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_action: Option<String>,
    /// The resource's logical id.
    pub logical_id: String,
    /// Its physical id, where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// `True`, `False`, `Conditional`; `None` for what is added or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// `Properties`, `Tags`, `Metadata` …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// What of it changes, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<ChangeDetail>,
    /// The change set of the nested stack that this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set_id: Option<String>,
}

/// What of a resource changes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeDetail {
    /// `Properties`, `Tags` …
    pub attribute: String,
    /// The property's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The path of what changes in it, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `Never`, `Conditionally`, `Always`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_recreation: Option<String>,
    /// The value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// `Static`, or `Dynamic` where the value is not known before execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<String>,
    /// `DirectModification`, `ResourceReference`, `ParameterReference` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_source: Option<String>,
    /// What it follows from, such as another resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causing_entity: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_executed_or_is_being_deleted_waits_for_nobody() {
        let waiting = |status: &str, execution_status: &str| {
            ChangeSetSummary {
                id: String::new(),
                name: String::new(),
                description: None,
                status: status.to_owned(),
                execution_status: execution_status.to_owned(),
                creation_time: None,
            }
            .is_waiting()
        };
        assert!(waiting("CREATE_COMPLETE", "AVAILABLE"));
        assert!(waiting("FAILED", "UNAVAILABLE"));
        assert!(!waiting("CREATE_COMPLETE", "EXECUTE_COMPLETE"));
        assert!(!waiting("DELETE_IN_PROGRESS", "AVAILABLE"));
    }
}
