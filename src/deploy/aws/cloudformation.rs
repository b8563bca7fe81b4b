//! What is asked of `CloudFormation` about stacks, and how.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html>

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::operation::create_change_set::CreateChangeSetError;
use aws_sdk_cloudformation::types;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use super::{Aws, describe, failure};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::deploy::event::StackEvent;
use crate::deploy::stack::{
    DeleteStack, DriftDetection, ResourceDrift, StackDescription, StackResource,
};

/// Sends a request and puts its failure in our terms.
macro_rules! send {
    ($api:expr, $request:expr) => {
        $request
            .send()
            .await
            .map_err(|error| failure::of_sdk($api, &error))
    };
}

// After the macro, which it uses.
mod change_sets;

/// The client.
pub(super) fn client(config: &SdkConfig) -> Client {
    let config = aws_sdk_cloudformation::config::Builder::from(config)
        .retry_classifier(QuotaIsNoThrottle)
        .build();
    Client::from_conf(config)
}

/// `LimitExceededException` says that a quota of change sets or stacks is used up. The SDK takes it for
/// throttling, but to wait does not help.
#[derive(Debug)]
struct QuotaIsNoThrottle;

impl ClassifyRetry for QuotaIsNoThrottle {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let is_quota = context
            .output_or_error()
            .and_then(Result::err)
            .and_then(|error| error.as_operation_error())
            .and_then(|error| error.downcast_ref::<CreateChangeSetError>())
            .is_some_and(CreateChangeSetError::is_limit_exceeded_exception);
        if is_quota {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "quota is no throttle"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// A list that is read page by page.
///
/// A loop around [`Pages::add`] and no closure per page: futures of asynchronous closures cannot be
/// spawned.
struct Pages<T> {
    api: &'static str,
    found: Vec<T>,
    seen: BTreeSet<String>,
    token: Option<String>,
}

impl<T> Pages<T> {
    fn new(api: &'static str) -> Self {
        Self {
            api,
            found: Vec::new(),
            seen: BTreeSet::new(),
            token: None,
        }
    }

    /// The token of the page that is to be read; `None` for the first.
    fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Adds a page: whether there is another one.
    fn add(
        &mut self,
        items: impl IntoIterator<Item = T>,
        next: Option<String>,
    ) -> Result<bool, AwsError> {
        self.found.extend(items);
        self.token = next.filter(|next| !next.is_empty());
        let Some(next) = &self.token else {
            return Ok(false);
        };
        if !self.seen.insert(next.clone()) {
            // Half a list is worse than none: nobody would know.
            let message = "expected a new token for the next page, got one that was used before";
            let kind = ErrorKind::Unexpected;
            return Err(failure::without_answer(self.api, kind, message));
        }
        Ok(true)
    }
}

/// What is not there, as `None`.
fn optional<T>(result: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

const CANCEL_UPDATE_STACK: &str = "cloudformation:CancelUpdateStack";
const CONTINUE_UPDATE_ROLLBACK: &str = "cloudformation:ContinueUpdateRollback";
const DELETE_STACK: &str = "cloudformation:DeleteStack";
const DESCRIBE_STACK_DRIFT_DETECTION_STATUS: &str =
    "cloudformation:DescribeStackDriftDetectionStatus";
const DESCRIBE_STACK_EVENTS: &str = "cloudformation:DescribeStackEvents";
const DESCRIBE_STACK_RESOURCE_DRIFTS: &str = "cloudformation:DescribeStackResourceDrifts";
const DESCRIBE_STACKS: &str = "cloudformation:DescribeStacks";
const DETECT_STACK_DRIFT: &str = "cloudformation:DetectStackDrift";
const GET_TEMPLATE: &str = "cloudformation:GetTemplate";
const LIST_IMPORTS: &str = "cloudformation:ListImports";
const LIST_STACK_RESOURCES: &str = "cloudformation:ListStackResources";
const ROLLBACK_STACK: &str = "cloudformation:RollbackStack";
const UPDATE_TERMINATION_PROTECTION: &str = "cloudformation:UpdateTerminationProtection";

/// Stacks. A stack is named by its name or its ARN.
impl Aws {
    fn cloudformation(&self) -> &Client {
        &self.0.cloudformation
    }

    /// A stack; `None` where there is none. A deleted one is still described by its ARN.
    ///
    /// # Errors
    ///
    /// As every call here: whatever `CloudFormation` refuses, or what keeps it from answering.
    pub async fn stack(&self, stack: &str) -> Result<Option<StackDescription>, AwsError> {
        let request = self.cloudformation().describe_stacks().stack_name(stack);
        let Some(answer) = optional(send!(DESCRIBE_STACKS, request))? else {
            return Ok(None);
        };
        let stack = answer.stacks.unwrap_or_default().into_iter().next();
        Ok(stack.map(describe::stack))
    }

    /// The resources of a stack.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has, and `NotFound` where there is no such stack.
    pub async fn stack_resources(&self, stack: &str) -> Result<Vec<StackResource>, AwsError> {
        let mut pages = Pages::new(LIST_STACK_RESOURCES);
        loop {
            let request = self.cloudformation().list_stack_resources();
            let request = request.stack_name(stack).set_next_token(pages.token());
            let answer = send!(LIST_STACK_RESOURCES, request)?;
            let items = answer
                .stack_resource_summaries
                .unwrap_or_default()
                .into_iter()
                .map(describe::resource);
            if !pages.add(items, answer.next_token)? {
                return Ok(pages.found);
            }
        }
    }

    /// The template of a stack as it was submitted.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn stack_template(&self, stack: &str) -> Result<String, AwsError> {
        let request = self.cloudformation().get_template().stack_name(stack);
        let request = request.template_stage(types::TemplateStage::Original);
        send!(GET_TEMPLATE, request)?
            .template_body
            .ok_or_else(|| failure::lacks(GET_TEMPLATE, "TemplateBody"))
    }

    /// The events of a stack, newest first, page after page, until `enough` says so of one, which is
    /// not included, or there are no more.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn stack_events(
        &self,
        stack: &str,
        enough: &(dyn Fn(&StackEvent) -> bool + Send + Sync),
    ) -> Result<Vec<StackEvent>, AwsError> {
        let mut pages = Pages::new(DESCRIBE_STACK_EVENTS);
        loop {
            let request = self.cloudformation().describe_stack_events();
            let request = request.stack_name(stack).set_next_token(pages.token());
            let answer = send!(DESCRIBE_STACK_EVENTS, request)?;
            let events = answer.stack_events.unwrap_or_default().into_iter();
            let mut events: Vec<_> = events.map(describe::stack_event).collect();
            let last = events.iter().position(enough);
            events.truncate(last.unwrap_or(events.len()));
            let next = answer.next_token.filter(|_| last.is_none());
            if !pages.add(events, next)? {
                return Ok(pages.found);
            }
        }
    }

    /// Begins to delete a stack. One that is gone is as good as deleted.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has.
    pub async fn delete_stack(&self, delete: &DeleteStack) -> Result<(), AwsError> {
        let mut request = self
            .cloudformation()
            .delete_stack()
            .stack_name(&delete.stack_id)
            .client_request_token(&delete.token)
            .set_role_arn(delete.role_arn.clone())
            .set_retain_resources(some(&delete.retain_resources));
        if delete.force {
            request = request.deletion_mode(types::DeletionMode::ForceDeleteStack);
        }
        optional(send!(DELETE_STACK, request))?;
        Ok(())
    }

    /// Begins to take a stack whose operation failed and was kept back to what it was.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn rollback_stack(
        &self,
        stack: &str,
        token: &str,
        role_arn: Option<&str>,
    ) -> Result<(), AwsError> {
        let request = self
            .cloudformation()
            .rollback_stack()
            .stack_name(stack)
            .client_request_token(token)
            .set_role_arn(role_arn.map(str::to_owned));
        send!(ROLLBACK_STACK, request)?;
        Ok(())
    }

    /// Tries a failed rollback again, without the resources of `skip`, by their logical ids.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn continue_update_rollback(
        &self,
        stack: &str,
        token: &str,
        skip: &[String],
        role_arn: Option<&str>,
    ) -> Result<(), AwsError> {
        let request = self
            .cloudformation()
            .continue_update_rollback()
            .stack_name(stack)
            .client_request_token(token)
            .set_resources_to_skip(some(skip))
            .set_role_arn(role_arn.map(str::to_owned));
        send!(CONTINUE_UPDATE_ROLLBACK, request)?;
        Ok(())
    }

    /// Stops an update and begins to take it back.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn cancel_update_stack(&self, stack: &str, token: &str) -> Result<(), AwsError> {
        let request = self
            .cloudformation()
            .cancel_update_stack()
            .stack_name(stack)
            .client_request_token(token);
        send!(CANCEL_UPDATE_STACK, request)?;
        Ok(())
    }

    /// Has `CloudFormation` refuse to delete a stack, or no longer.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn set_termination_protection(&self, stack: &str, on: bool) -> Result<(), AwsError> {
        let request = self
            .cloudformation()
            .update_termination_protection()
            .stack_name(stack)
            .enable_termination_protection(on);
        send!(UPDATE_TERMINATION_PROTECTION, request)?;
        Ok(())
    }

    /// The names of the stacks that import an export.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has.
    pub async fn imports(&self, export: &str) -> Result<Vec<String>, AwsError> {
        let mut pages = Pages::new(LIST_IMPORTS);
        loop {
            let request = self.cloudformation().list_imports();
            let request = request.export_name(export).set_next_token(pages.token());
            let answer = match send!(LIST_IMPORTS, request) {
                Ok(answer) => answer,
                // `Export 'x' is not imported by any stack.`
                Err(error) if error.message.contains("not imported by any stack") => {
                    return Ok(pages.found);
                }
                Err(error) => return Err(error),
            };
            let items = answer.imports.unwrap_or_default();
            if !pages.add(items, answer.next_token)? {
                return Ok(pages.found);
            }
        }
    }

    /// Begins to compare a stack with its template: the detection's id.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn detect_drift(&self, stack: &str) -> Result<String, AwsError> {
        let request = self.cloudformation().detect_stack_drift().stack_name(stack);
        send!(DETECT_STACK_DRIFT, request)?
            .stack_drift_detection_id
            .ok_or_else(|| failure::lacks(DETECT_STACK_DRIFT, "StackDriftDetectionId"))
    }

    /// How far a detection is, by its id.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has.
    pub async fn drift_detection(&self, id: &str) -> Result<DriftDetection, AwsError> {
        let request = self
            .cloudformation()
            .describe_stack_drift_detection_status()
            .stack_drift_detection_id(id);
        let answer = send!(DESCRIBE_STACK_DRIFT_DETECTION_STATUS, request)?;
        Ok(describe::drift_detection(answer))
    }

    /// What the last detection found, of the resources that it could compare.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn resource_drifts(&self, stack: &str) -> Result<Vec<ResourceDrift>, AwsError> {
        let mut pages = Pages::new(DESCRIBE_STACK_RESOURCE_DRIFTS);
        loop {
            let request = self.cloudformation().describe_stack_resource_drifts();
            let request = request.stack_name(stack).set_next_token(pages.token());
            let answer = send!(DESCRIBE_STACK_RESOURCE_DRIFTS, request)?;
            let items = answer
                .stack_resource_drifts
                .unwrap_or_default()
                .into_iter()
                .map(describe::resource_drift);
            if !pages.add(items, answer.next_token)? {
                return Ok(pages.found);
            }
        }
    }
}

/// A list that is left out where it is empty.
fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}
