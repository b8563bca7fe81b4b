//! What happens in an operation, as CloudFormation tells it.

/// An event of a stack, as `DescribeStackEvents` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackEvent {
    /// Its id, unique within the stack.
    pub id: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The operation that it belongs to, where CloudFormation says so.
    pub operation_id: Option<String>,
    /// The token of the request that began the operation.
    pub token: Option<String>,
    /// When, as RFC 3339 text.
    pub timestamp: String,
    /// The resource's logical id; the stack's name for the stack itself.
    pub logical_id: String,
    /// Its physical id, where it has one.
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// `UPDATE_IN_PROGRESS` and the like: an open set.
    pub status: String,
    /// Why, where CloudFormation says so.
    pub status_reason: Option<String>,
    /// `CONFIGURATION_COMPLETE` or `VALIDATION_FAILED`.
    pub detailed_status: Option<String>,
    /// The hook's type, where the event is one's.
    pub hook_type: Option<String>,
    /// `HOOK_COMPLETE_FAILED` and the like.
    pub hook_status: Option<String>,
    /// The hook's words.
    pub hook_status_reason: Option<String>,
    /// `FAIL` or `WARN`.
    pub hook_failure_mode: Option<String>,
    /// The hook's run, for `GetHookResult`.
    pub hook_invocation_id: Option<String>,
}

/// An event of `DescribeEvents`, which also knows of validations of a change set.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_OperationEvent.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationEvent {
    /// Its id.
    pub id: String,
    /// `VALIDATION_ERROR`, `PROVISIONING_ERROR`, `HOOK_INVOCATION_ERROR`, `STACK_EVENT` …
    pub event_type: String,
    /// The resource's logical id.
    pub logical_id: Option<String>,
    /// Its type.
    pub resource_type: Option<String>,
    /// Its status, where it is a resource's event.
    pub status: Option<String>,
    /// Why.
    pub status_reason: Option<String>,
    /// The validation's name, such as `PROPERTY_VALIDATION`.
    pub validation_name: Option<String>,
    /// `FAILED` or `SKIPPED`.
    pub validation_status: Option<String>,
    /// What is wrong.
    pub validation_reason: Option<String>,
    /// Where, as a JSON pointer into the template.
    pub validation_path: Option<String>,
    /// `FAIL` or `WARN`.
    pub validation_failure_mode: Option<String>,
    /// The hook's type.
    pub hook_type: Option<String>,
    /// The hook's status.
    pub hook_status: Option<String>,
    /// The hook's words.
    pub hook_status_reason: Option<String>,
    /// `FAIL` or `WARN`.
    pub hook_failure_mode: Option<String>,
}

/// The result of a hook, as `GetHookResult` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookResult {
    /// The id of its run.
    pub id: String,
    /// The hook's type.
    pub type_name: String,
    /// `HOOK_COMPLETE_FAILED` and the like.
    pub status: String,
    /// Its words.
    pub status_reason: Option<String>,
    /// `FAIL` or `WARN`.
    pub failure_mode: Option<String>,
    /// What to do, check by check: name, status, and the remedy.
    pub annotations: Vec<HookAnnotation>,
}

/// One check of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookAnnotation {
    /// The check.
    pub name: String,
    /// `PASSED`, `FAILED`, `SKIPPED`.
    pub status: String,
    /// What was found.
    pub message: Option<String>,
    /// What to do.
    pub remediation: Option<String>,
}
