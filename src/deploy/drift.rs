//! What has been changed outside a stack.
//!
//! CloudFormation cannot tell for `AWS::SageMaker::Model` and `AWS::SageMaker::EndpointConfig`: their
//! resource types have no handlers that read them. Neither can be changed once it is made, so that
//! only the endpoint is left to look at: it is compared with the configuration that the stack made.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html>

use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::aws::Aws;
use super::cause::ENDPOINT;
use super::error::{AwsError, ErrorKind};
use super::inputs::read_template;
use super::progress::{Listener, Notice, Pace, Subject};
use super::stack::{ResourceDrift, StackDescription, StackResource};
use super::verify::{self, Serving};

/// The types whose drift CloudFormation does not detect, of those that hosting stacks have.
const UNREAD: [&str; 3] = [
    "AWS::SageMaker::Model",
    "AWS::SageMaker::EndpointConfig",
    ENDPOINT,
];

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// What CloudFormation says of the stack: `DRIFTED`, `IN_SYNC` …; `NOT_CHECKED` where it compared
    /// nothing.
    pub status: String,
    /// Why the detection did not get through everything.
    pub incomplete: Option<String>,
    /// The resources that CloudFormation compared.
    pub resources: Vec<ResourceDrift>,
    /// The resources that nobody compared.
    pub unchecked: Vec<Unchecked>,
    /// The stack's endpoints, compared with what SageMaker says.
    pub endpoints: Vec<Serving>,
}

/// A resource that CloudFormation did not compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unchecked {
    /// Its logical id.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
}

impl Drift {
    /// Whether something is not as the stack says.
    pub fn has_drifted(&self) -> bool {
        self.status == "DRIFTED"
            || self.resources.iter().any(differs)
            || self
                .endpoints
                .iter()
                .any(|endpoint| !endpoint.problems.is_empty())
    }
}

/// Whether a resource is not as its template says.
pub fn differs(resource: &ResourceDrift) -> bool {
    matches!(resource.status.as_str(), "MODIFIED" | "DELETED")
}

/// Whether CloudFormation detects the drift of a stack in this status.
pub fn is_detectable(stack: &StackDescription) -> bool {
    let status = stack.status.as_str();
    (status.ends_with("_COMPLETE") && !matches!(status, "ROLLBACK_COMPLETE" | "DELETE_COMPLETE"))
        || status == "UPDATE_ROLLBACK_FAILED"
}

/// Compares a stack with what is there.
///
/// # Errors
///
/// What CloudFormation or SageMaker refuses; `InvalidState` for a stack whose status allows no
/// detection.
pub async fn detect(
    aws: &Aws,
    stack: &StackDescription,
    subject: &Subject,
    pace: Pace,
    listener: &Listener,
) -> Result<Drift, AwsError> {
    if !is_detectable(stack) {
        return Err(AwsError {
            kind: ErrorKind::InvalidState,
            api: "cloudformation:DetectStackDrift",
            code: String::new(),
            message: format!(
                "the drift of a stack in {} cannot be detected: expected one that is made and not \
                 being changed",
                stack.status
            ),
        });
    }
    let id = aws.detect_drift(&stack.id).await?;
    let started = Instant::now();
    let mut told = started;
    let detection = loop {
        let detection = aws.drift_detection(&id).await?;
        if detection.status != "DETECTION_IN_PROGRESS" {
            break detection;
        }
        if told.elapsed() >= pace.heartbeat {
            told = Instant::now();
            let what = "the drift detection".to_owned();
            let since = started.elapsed();
            listener(subject, Notice::Waiting { what, since });
        }
        sleep(pace.poll).await;
    };
    let drifts = aws.resource_drifts(&stack.id).await?;
    let resources = aws.stack_resources(&stack.id).await?;
    let template = aws.stack_template(&stack.id).await?;
    let incomplete = (detection.status != "DETECTION_COMPLETE").then(|| {
        let reason = detection.status_reason.clone();
        reason.unwrap_or_else(|| detection.status.clone())
    });
    let mut unchecked = unchecked(&resources, &drifts);
    // Somebody else's template may be YAML; then its endpoints are among what was not compared.
    let endpoints = match read_template(&template) {
        Ok(template) => verify::look(aws, &stack.id, &template).await?,
        Err(_) => Vec::new(),
    };
    unchecked.retain(|resource| {
        let mut looked_at = endpoints.iter();
        !looked_at.any(|endpoint| endpoint.logical_id == resource.logical_id)
    });
    Ok(Drift {
        status: detection.drift.unwrap_or_else(|| "NOT_CHECKED".to_owned()),
        incomplete,
        unchecked,
        endpoints,
        resources: drifts
            .into_iter()
            .filter(|drift| !is_unread(drift))
            .collect(),
    })
}

/// Whether a drift says nothing: emulators and old detections list what was never compared.
fn is_unread(drift: &ResourceDrift) -> bool {
    drift.status == "NOT_CHECKED"
        || (UNREAD.contains(&drift.resource_type.as_str()) && !differs(drift))
}

/// The resources that are there, and were not compared.
fn unchecked(resources: &[StackResource], drifts: &[ResourceDrift]) -> Vec<Unchecked> {
    resources
        .iter()
        .filter(|resource| resource.status != "DELETE_COMPLETE")
        .filter(|resource| {
            let mut compared = drifts.iter().filter(|drift| !is_unread(drift));
            !compared.any(|drift| drift.logical_id == resource.logical_id)
        })
        .map(|resource| Unchecked {
            logical_id: resource.logical_id.clone(),
            resource_type: resource.resource_type.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::follow::description;

    #[test]
    fn drift_is_detected_of_stacks_that_are_made_and_stable() {
        for (status, expected) in [
            ("CREATE_COMPLETE", true),
            ("UPDATE_COMPLETE", true),
            ("UPDATE_ROLLBACK_COMPLETE", true),
            ("UPDATE_ROLLBACK_FAILED", true),
            ("IMPORT_COMPLETE", true),
            ("ROLLBACK_COMPLETE", false),
            ("REVIEW_IN_PROGRESS", false),
            ("UPDATE_IN_PROGRESS", false),
            ("CREATE_FAILED", false),
            ("DELETE_COMPLETE", false),
        ] {
            assert_eq!(
                is_detectable(&description(status, None)),
                expected,
                "{status}"
            );
        }
    }

    #[test]
    fn what_cannot_be_compared_is_not_called_in_sync() {
        let resource = |logical_id: &str, resource_type: &str| StackResource {
            logical_id: logical_id.to_owned(),
            physical_id: Some("id".to_owned()),
            resource_type: resource_type.to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
            status_reason: None,
        };
        let drift = |logical_id: &str, resource_type: &str, status: &str| ResourceDrift {
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: resource_type.to_owned(),
            status: status.to_owned(),
            differences: Vec::new(),
        };
        let resources = [
            resource("Role", "AWS::IAM::Role"),
            resource("Model", "AWS::SageMaker::Model"),
            resource("Endpoint", ENDPOINT),
            resource("Topic", "AWS::SNS::Topic"),
        ];
        let drifts = [
            drift("Role", "AWS::IAM::Role", "IN_SYNC"),
            drift("Model", "AWS::SageMaker::Model", "IN_SYNC"),
            drift("Topic", "AWS::SNS::Topic", "NOT_CHECKED"),
        ];
        let names: Vec<String> = unchecked(&resources, &drifts)
            .into_iter()
            .map(|unchecked| unchecked.logical_id)
            .collect();
        assert_eq!(names, ["Model", "Endpoint", "Topic"]);
    }
}
