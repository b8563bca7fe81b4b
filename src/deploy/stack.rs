//! A stack as CloudFormation describes it, and what its status lets one do.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A stack's status: an open set, because AWS adds to it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackStatus(pub String);

impl StackStatus {
    /// The status's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StackStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What `DescribeStacks` says of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackDescription {
    /// The stack's ARN, which every later call uses.
    pub id: String,
    /// The stack's name.
    pub name: String,
    /// Its status.
    pub status: StackStatus,
    /// Why it has this status, where CloudFormation says so.
    pub status_reason: Option<String>,
    /// When it was made, as RFC 3339 text.
    pub creation_time: Option<String>,
    /// When it was last updated, as RFC 3339 text; `None` before the first update.
    pub last_updated_time: Option<String>,
    /// The change set that it was last created or updated by.
    pub change_set_id: Option<String>,
    /// The role that CloudFormation assumes for it.
    pub role_arn: Option<String>,
    /// The stack's own tags.
    pub tags: BTreeMap<String, String>,
    /// The parameters' values; those declared `NoEcho` are `****`.
    pub parameters: BTreeMap<String, String>,
    /// The outputs, in CloudFormation's order.
    pub outputs: Vec<StackOutput>,
    /// The capabilities that it was given.
    pub capabilities: Vec<String>,
    /// Whether CloudFormation refuses to delete it.
    pub termination_protection: bool,
    /// The stack that it is nested in.
    pub parent_id: Option<String>,
    /// The result of the last drift detection, such as `IN_SYNC`.
    pub drift_status: Option<String>,
}

/// An output of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackOutput {
    /// Its logical id.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Its description.
    pub description: Option<String>,
    /// The name that other stacks import it by.
    pub export_name: Option<String>,
}

/// A resource of a stack, as `ListStackResources` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackResource {
    /// Its logical id.
    pub logical_id: String,
    /// Its physical id; `None` before it is made.
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// Its status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it has this status.
    pub status_reason: Option<String>,
}

/// A stack that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeleteStack {
    /// The stack's ARN.
    pub stack_id: String,
    /// The idempotency token.
    pub token: String,
    /// Logical ids to keep; only for a stack whose deletion failed.
    pub retain_resources: Vec<String>,
    /// Whether CloudFormation keeps what it cannot delete.
    pub force: bool,
    /// The role that CloudFormation assumes; `None` for the one it remembers.
    pub role_arn: Option<String>,
}

/// How far a drift detection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftDetection {
    /// `DETECTION_IN_PROGRESS`, `DETECTION_COMPLETE`, `DETECTION_FAILED`.
    pub status: String,
    /// Why it failed.
    pub status_reason: Option<String>,
    /// `DRIFTED`, `IN_SYNC`; once it is complete.
    pub drift: Option<String>,
    /// How many resources drifted.
    pub drifted_resources: Option<i32>,
}

/// A resource that was compared with its template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceDrift {
    /// Its logical id.
    pub logical_id: String,
    /// Its physical id.
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// `IN_SYNC`, `MODIFIED`, `DELETED`, `NOT_CHECKED`.
    pub status: String,
    /// What differs.
    pub differences: Vec<PropertyDifference>,
}

/// A property that differs from the template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyDifference {
    /// Its path, as a JSON pointer.
    pub path: String,
    /// The template's value.
    pub expected: String,
    /// The value that it has.
    pub actual: String,
    /// `ADD`, `REMOVE`, `NOT_EQUAL`.
    pub kind: String,
}
