//! `CloudFormation`'s answers in our own words. Nothing is refused: what a newer `CloudFormation` adds
//! stays as its text, and what is missing is empty.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::operation::describe_stack_drift_detection_status::DescribeStackDriftDetectionStatusOutput;
use aws_sdk_cloudformation::operation::get_hook_result::GetHookResultOutput;
use aws_sdk_cloudformation::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudformation::types;

use crate::deploy::change_set::{Change, ChangeDetail, ChangeSet, ChangeSetSummary};
use crate::deploy::event::{HookAnnotation, HookResult, OperationEvent, StackEvent};
use crate::deploy::stack::{
    DriftDetection, PropertyDifference, ResourceDrift, StackDescription, StackOutput,
    StackResource, StackStatus,
};

/// The text of an enumeration's value, which may be one that the SDK does not know.
fn text<T>(value: Option<&T>, as_str: impl Fn(&T) -> &str) -> Option<String> {
    value.map(|value| as_str(value).to_owned())
}

/// An instant as RFC 3339 text, as finely as it was sent.
fn time(time: Option<DateTime>) -> Option<String> {
    // Only years beyond 9999 have no such text.
    time.and_then(|time| time.fmt(DateTimeFormat::DateTime).ok())
}

fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
    tags.into_iter()
        .flatten()
        .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
        .collect()
}

/// The values as they are used: a parameter of Systems Manager by what it resolves to is not ours.
fn parameters(parameters: Option<Vec<types::Parameter>>) -> BTreeMap<String, String> {
    parameters
        .into_iter()
        .flatten()
        .map(|parameter| {
            (
                parameter.parameter_key.unwrap_or_default(),
                parameter.parameter_value.unwrap_or_default(),
            )
        })
        .collect()
}

fn capabilities(capabilities: Option<Vec<types::Capability>>) -> Vec<String> {
    capabilities
        .into_iter()
        .flatten()
        .map(|capability| capability.as_str().to_owned())
        .collect()
}

pub(super) fn stack(stack: types::Stack) -> StackDescription {
    StackDescription {
        id: stack.stack_id.unwrap_or_default(),
        name: stack.stack_name.unwrap_or_default(),
        status: StackStatus(
            text(stack.stack_status.as_ref(), types::StackStatus::as_str).unwrap_or_default(),
        ),
        status_reason: stack.stack_status_reason,
        creation_time: time(stack.creation_time),
        last_updated_time: time(stack.last_updated_time),
        change_set_id: stack.change_set_id,
        role_arn: stack.role_arn,
        tags: tags(stack.tags),
        parameters: parameters(stack.parameters),
        outputs: stack
            .outputs
            .into_iter()
            .flatten()
            .map(|output| StackOutput {
                key: output.output_key.unwrap_or_default(),
                value: output.output_value.unwrap_or_default(),
                description: output.description,
                export_name: output.export_name,
            })
            .collect(),
        capabilities: capabilities(stack.capabilities),
        termination_protection: stack.enable_termination_protection.unwrap_or_default(),
        parent_id: stack.parent_id,
        drift_status: stack.drift_information.and_then(|drift| {
            text(
                drift.stack_drift_status.as_ref(),
                types::StackDriftStatus::as_str,
            )
        }),
    }
}

pub(super) fn resource(resource: types::StackResourceSummary) -> StackResource {
    StackResource {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        physical_id: filled(resource.physical_resource_id),
        resource_type: resource.resource_type.unwrap_or_default(),
        status: text(
            resource.resource_status.as_ref(),
            types::ResourceStatus::as_str,
        )
        .unwrap_or_default(),
        status_reason: resource.resource_status_reason,
    }
}

/// An id; before a resource is made, `CloudFormation` sends an empty one.
fn filled(id: Option<String>) -> Option<String> {
    id.filter(|id| !id.is_empty())
}

/// A change set without its changes, which stand on several pages.
pub(super) fn change_set(set: DescribeChangeSetOutput, changes: Vec<Change>) -> ChangeSet {
    ChangeSet {
        id: set.change_set_id.unwrap_or_default(),
        name: set.change_set_name.unwrap_or_default(),
        stack_id: set.stack_id.unwrap_or_default(),
        description: set.description,
        status: text(set.status.as_ref(), types::ChangeSetStatus::as_str).unwrap_or_default(),
        status_reason: set.status_reason,
        execution_status: text(
            set.execution_status.as_ref(),
            types::ExecutionStatus::as_str,
        )
        .unwrap_or_default(),
        creation_time: time(set.creation_time),
        parameters: parameters(set.parameters),
        tags: tags(set.tags),
        capabilities: capabilities(set.capabilities),
        changes,
    }
}

/// A change; `None` for one that is not of a resource.
pub(super) fn change(change: types::Change) -> Option<Change> {
    let change = change.resource_change?;
    Some(Change {
        action: text(change.action.as_ref(), types::ChangeAction::as_str).unwrap_or_default(),
        policy_action: text(change.policy_action.as_ref(), types::PolicyAction::as_str),
        logical_id: change.logical_resource_id.unwrap_or_default(),
        physical_id: filled(change.physical_resource_id),
        resource_type: change.resource_type.unwrap_or_default(),
        replacement: text(change.replacement.as_ref(), types::Replacement::as_str),
        scope: change
            .scope
            .into_iter()
            .flatten()
            .map(|attribute| attribute.as_str().to_owned())
            .collect(),
        details: change
            .details
            .into_iter()
            .flatten()
            .map(change_detail)
            .collect(),
        change_set_id: change.change_set_id,
    })
}

fn change_detail(detail: types::ResourceChangeDetail) -> ChangeDetail {
    let target = detail.target;
    let target = target.unwrap_or_else(|| types::ResourceTargetDefinition::builder().build());
    ChangeDetail {
        attribute: text(target.attribute.as_ref(), types::ResourceAttribute::as_str)
            .unwrap_or_default(),
        name: target.name,
        path: target.path,
        requires_recreation: text(
            target.requires_recreation.as_ref(),
            types::RequiresRecreation::as_str,
        ),
        before: target.before_value,
        after: target.after_value,
        evaluation: text(detail.evaluation.as_ref(), types::EvaluationType::as_str),
        change_source: text(detail.change_source.as_ref(), types::ChangeSource::as_str),
        causing_entity: detail.causing_entity,
    }
}

pub(super) fn change_set_summary(set: types::ChangeSetSummary) -> ChangeSetSummary {
    ChangeSetSummary {
        id: set.change_set_id.unwrap_or_default(),
        name: set.change_set_name.unwrap_or_default(),
        description: set.description,
        status: text(set.status.as_ref(), types::ChangeSetStatus::as_str).unwrap_or_default(),
        execution_status: text(
            set.execution_status.as_ref(),
            types::ExecutionStatus::as_str,
        )
        .unwrap_or_default(),
        creation_time: time(set.creation_time),
    }
}

pub(super) fn stack_event(event: types::StackEvent) -> StackEvent {
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        stack_id: event.stack_id.unwrap_or_default(),
        operation_id: event.operation_id,
        token: event.client_request_token,
        timestamp: time(event.timestamp).unwrap_or_default(),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        physical_id: filled(event.physical_resource_id),
        resource_type: event.resource_type.unwrap_or_default(),
        status: text(
            event.resource_status.as_ref(),
            types::ResourceStatus::as_str,
        )
        .unwrap_or_default(),
        status_reason: event.resource_status_reason,
        detailed_status: text(
            event.detailed_status.as_ref(),
            types::DetailedStatus::as_str,
        ),
        hook_type: event.hook_type,
        hook_status: text(event.hook_status.as_ref(), types::HookStatus::as_str),
        hook_status_reason: event.hook_status_reason,
        hook_failure_mode: text(
            event.hook_failure_mode.as_ref(),
            types::HookFailureMode::as_str,
        ),
        hook_invocation_id: event.hook_invocation_id,
    }
}

pub(super) fn operation_event(event: types::OperationEvent) -> OperationEvent {
    OperationEvent {
        id: event.event_id.unwrap_or_default(),
        event_type: text(event.event_type.as_ref(), types::EventType::as_str).unwrap_or_default(),
        logical_id: event.logical_resource_id,
        resource_type: event.resource_type,
        status: text(
            event.resource_status.as_ref(),
            types::ResourceStatus::as_str,
        ),
        status_reason: event.resource_status_reason,
        validation_name: event.validation_name,
        validation_status: text(
            event.validation_status.as_ref(),
            types::ValidationStatus::as_str,
        ),
        validation_reason: event.validation_status_reason,
        validation_path: event.validation_path,
        validation_failure_mode: text(
            event.validation_failure_mode.as_ref(),
            types::HookFailureMode::as_str,
        ),
        hook_type: event.hook_type,
        hook_status: text(event.hook_status.as_ref(), types::HookStatus::as_str),
        hook_status_reason: event.hook_status_reason,
        hook_failure_mode: text(
            event.hook_failure_mode.as_ref(),
            types::HookFailureMode::as_str,
        ),
    }
}

/// A hook's result as a list has it: without annotations.
pub(super) fn hook_summary(result: types::HookResultSummary) -> HookResult {
    HookResult {
        id: result.hook_result_id.unwrap_or_default(),
        type_name: result.type_name.unwrap_or_default(),
        status: text(result.status.as_ref(), types::HookStatus::as_str).unwrap_or_default(),
        status_reason: result.hook_status_reason,
        failure_mode: text(result.failure_mode.as_ref(), types::HookFailureMode::as_str),
        annotations: Vec::new(),
    }
}

pub(super) fn hook_result(id: &str, result: GetHookResultOutput) -> HookResult {
    HookResult {
        id: result.hook_result_id.unwrap_or_else(|| id.to_owned()),
        type_name: result.type_name.unwrap_or_default(),
        status: text(result.status.as_ref(), types::HookStatus::as_str).unwrap_or_default(),
        status_reason: result.hook_status_reason,
        failure_mode: text(result.failure_mode.as_ref(), types::HookFailureMode::as_str),
        annotations: result
            .annotations
            .into_iter()
            .flatten()
            .map(|annotation| HookAnnotation {
                name: annotation.annotation_name.unwrap_or_default(),
                status: text(annotation.status.as_ref(), types::AnnotationStatus::as_str)
                    .unwrap_or_default(),
                message: annotation.status_message,
                remediation: match (annotation.remediation_message, annotation.remediation_link) {
                    (Some(message), Some(link)) => Some(format!("{message} <{link}>")),
                    (message, link) => message.or(link),
                },
            })
            .collect(),
    }
}

pub(super) fn drift_detection(output: DescribeStackDriftDetectionStatusOutput) -> DriftDetection {
    DriftDetection {
        status: text(
            output.detection_status.as_ref(),
            types::StackDriftDetectionStatus::as_str,
        )
        .unwrap_or_default(),
        status_reason: output.detection_status_reason,
        drift: text(
            output.stack_drift_status.as_ref(),
            types::StackDriftStatus::as_str,
        ),
        drifted_resources: output.drifted_stack_resource_count,
    }
}

pub(super) fn resource_drift(drift: types::StackResourceDrift) -> ResourceDrift {
    ResourceDrift {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        physical_id: filled(drift.physical_resource_id),
        resource_type: drift.resource_type.unwrap_or_default(),
        status: text(
            drift.stack_resource_drift_status.as_ref(),
            types::StackResourceDriftStatus::as_str,
        )
        .unwrap_or_default(),
        differences: drift
            .property_differences
            .into_iter()
            .flatten()
            .map(|difference| PropertyDifference {
                path: difference.property_path.unwrap_or_default(),
                expected: difference.expected_value.unwrap_or_default(),
                actual: difference.actual_value.unwrap_or_default(),
                kind: text(
                    difference.difference_type.as_ref(),
                    types::DifferenceType::as_str,
                )
                .unwrap_or_default(),
            })
            .collect(),
    }
}
