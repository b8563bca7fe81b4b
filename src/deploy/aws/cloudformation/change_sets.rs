//! What is asked of `CloudFormation` about change sets.

use aws_sdk_cloudformation::types;

use super::super::{Aws, describe, failure};
use super::{GET_TEMPLATE, Pages, optional, some};
use crate::deploy::change_set::{
    ChangeSet, ChangeSetSummary, ChangeSetType, CreatedChangeSet, NewChangeSet, OnStackFailure,
    ParameterValue, RollbackConfiguration, TemplateSource,
};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::deploy::event::{HookResult, OperationEvent};

const CREATE_CHANGE_SET: &str = "cloudformation:CreateChangeSet";
const DELETE_CHANGE_SET: &str = "cloudformation:DeleteChangeSet";
const DESCRIBE_CHANGE_SET: &str = "cloudformation:DescribeChangeSet";
const DESCRIBE_EVENTS: &str = "cloudformation:DescribeEvents";
const EXECUTE_CHANGE_SET: &str = "cloudformation:ExecuteChangeSet";
const GET_HOOK_RESULT: &str = "cloudformation:GetHookResult";
const LIST_CHANGE_SETS: &str = "cloudformation:ListChangeSets";
const LIST_HOOK_RESULTS: &str = "cloudformation:ListHookResults";

/// Change sets. A change set is named by its ARN, unless said otherwise.
impl Aws {
    /// Begins to make a change set. The same token and arguments make one, however often.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has; `AlreadyExists` where there is another of this name, `Limit` where the
    /// stack has too many.
    pub async fn create_change_set(
        &self,
        new: &NewChangeSet,
    ) -> Result<CreatedChangeSet, AwsError> {
        let request = self
            .cloudformation()
            .create_change_set()
            .stack_name(&new.stack)
            .change_set_name(&new.name)
            .change_set_type(match new.kind {
                ChangeSetType::Create => types::ChangeSetType::Create,
                ChangeSetType::Update => types::ChangeSetType::Update,
            })
            .client_token(&new.token)
            .include_nested_stacks(true)
            // An empty list says that there are none; no list, that they stay as they are.
            .set_tags(Some(
                new.tags
                    .iter()
                    .map(|(key, value)| types::Tag::builder().key(key).value(value).build())
                    .collect(),
            ))
            .set_parameters(some(
                &new.parameters
                    .iter()
                    .map(|(key, value)| parameter(key, value))
                    .collect::<Vec<_>>(),
            ))
            .set_capabilities(some(
                &new.capabilities
                    .iter()
                    .map(|capability| types::Capability::from(capability.as_str()))
                    .collect::<Vec<_>>(),
            ))
            .set_description(Some(new.description.clone()).filter(|text| !text.is_empty()))
            .set_role_arn(new.role_arn.clone())
            .set_rollback_configuration(new.rollback.as_ref().map(rollback_configuration))
            .set_on_stack_failure(new.on_stack_failure.map(|on| match on {
                OnStackFailure::Delete => types::OnStackFailure::Delete,
                OnStackFailure::Rollback => types::OnStackFailure::Rollback,
                OnStackFailure::DoNothing => types::OnStackFailure::DoNothing,
            }));
        let request = match &new.template {
            TemplateSource::Body(body) => request.template_body(body),
            TemplateSource::Url(url) => request.template_url(url),
        };
        let answer = send!(CREATE_CHANGE_SET, request)?;
        let lacks = |what| move || failure::lacks(CREATE_CHANGE_SET, what);
        Ok(CreatedChangeSet {
            id: answer.id.ok_or_else(lacks("Id"))?,
            stack_id: answer.stack_id.ok_or_else(lacks("StackId"))?,
        })
    }

    /// A change set with the changes of all pages; `values` asks for the properties' values. `None`
    /// where there is no such change set.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has.
    pub async fn change_set(
        &self,
        change_set: &str,
        values: bool,
    ) -> Result<Option<ChangeSet>, AwsError> {
        self.describe_change_set(None, change_set, values).await
    }

    /// A change set by its name within a stack, without values.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has.
    pub async fn change_set_named(
        &self,
        stack: &str,
        name: &str,
    ) -> Result<Option<ChangeSet>, AwsError> {
        self.describe_change_set(Some(stack), name, false).await
    }

    async fn describe_change_set(
        &self,
        stack: Option<&str>,
        change_set: &str,
        values: bool,
    ) -> Result<Option<ChangeSet>, AwsError> {
        let mut pages = Pages::new(DESCRIBE_CHANGE_SET);
        loop {
            let request = self
                .cloudformation()
                .describe_change_set()
                .set_stack_name(stack.map(str::to_owned))
                .change_set_name(change_set)
                .set_include_property_values(values.then_some(true))
                .set_next_token(pages.token());
            let Some(mut answer) = optional(send!(DESCRIBE_CHANGE_SET, request))? else {
                return Ok(None);
            };
            let changes = answer.changes.take().unwrap_or_default();
            let changes = changes.into_iter().filter_map(describe::change);
            if !pages.add(changes, answer.next_token.take())? {
                // Every page repeats what is said of the set as a whole; the last one is the newest.
                return Ok(Some(describe::change_set(answer, pages.found)));
            }
        }
    }

    /// The change sets of a stack.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack_resources`] has.
    pub async fn change_sets(&self, stack: &str) -> Result<Vec<ChangeSetSummary>, AwsError> {
        let mut pages = Pages::new(LIST_CHANGE_SETS);
        loop {
            let request = self.cloudformation().list_change_sets();
            let request = request.stack_name(stack).set_next_token(pages.token());
            let answer = send!(LIST_CHANGE_SETS, request)?;
            let items = answer
                .summaries
                .unwrap_or_default()
                .into_iter()
                .map(describe::change_set_summary);
            if !pages.add(items, answer.next_token)? {
                return Ok(pages.found);
            }
        }
    }

    /// The template of a change set as it was submitted.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has, and `NotFound` where there is no such change set.
    pub async fn change_set_template(&self, change_set: &str) -> Result<String, AwsError> {
        let request = self.cloudformation().get_template();
        let request = request
            .change_set_name(change_set)
            .template_stage(types::TemplateStage::Original);
        send!(GET_TEMPLATE, request)?
            .template_body
            .ok_or_else(|| failure::lacks(GET_TEMPLATE, "TemplateBody"))
    }

    /// Deletes a change set. One that is gone is as good as deleted.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has; `InvalidState` where it is being executed.
    pub async fn delete_change_set(&self, change_set: &str) -> Result<(), AwsError> {
        let request = self.cloudformation().delete_change_set();
        optional(send!(
            DELETE_CHANGE_SET,
            request.change_set_name(change_set)
        ))?;
        Ok(())
    }

    /// Begins to execute a change set, which is rolled back if it fails.
    ///
    /// # Errors
    ///
    /// As [`Aws::change_set_template`] has; `InvalidState` where it cannot be executed any more,
    /// `AlreadyExists` where the token was used for something else.
    pub async fn execute_change_set(&self, change_set: &str, token: &str) -> Result<(), AwsError> {
        let request = self
            .cloudformation()
            .execute_change_set()
            .change_set_name(change_set)
            .client_request_token(token);
        let explicit = request.clone().disable_rollback(false);
        match send!(EXECUTE_CHANGE_SET, explicit) {
            // Of a change set that says itself what becomes of a stack that cannot be made,
            // CloudFormation takes no second word on it.
            Err(error)
                if error.kind == ErrorKind::Invalid && error.message.contains("OnStackFailure") =>
            {
                send!(EXECUTE_CHANGE_SET, request)?;
                Ok(())
            }
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    /// What happened while a change set was made: validations, also those that only warn.
    ///
    /// # Errors
    ///
    /// As [`Aws::change_set_template`] has.
    pub async fn change_set_events(
        &self,
        change_set: &str,
    ) -> Result<Vec<OperationEvent>, AwsError> {
        let mut pages = Pages::new(DESCRIBE_EVENTS);
        loop {
            let request = self.cloudformation().describe_events();
            let request = request
                .change_set_name(change_set)
                .set_next_token(pages.token());
            let answer = send!(DESCRIBE_EVENTS, request)?;
            let items = answer
                .operation_events
                .unwrap_or_default()
                .into_iter()
                .map(describe::operation_event);
            if !pages.add(items, answer.next_token)? {
                return Ok(pages.found);
            }
        }
    }

    /// The results of the hooks of a change set, with their annotations where they can be had.
    ///
    /// # Errors
    ///
    /// As [`Aws::change_set_template`] has.
    pub async fn change_set_hooks(&self, change_set: &str) -> Result<Vec<HookResult>, AwsError> {
        let mut pages = Pages::new(LIST_HOOK_RESULTS);
        loop {
            let request = self
                .cloudformation()
                .list_hook_results()
                .target_type(types::ListHookResultsTargetType::ChangeSet)
                .target_id(change_set)
                .set_next_token(pages.token());
            let answer = send!(LIST_HOOK_RESULTS, request)?;
            let items = answer
                .hook_results
                .unwrap_or_default()
                .into_iter()
                .map(describe::hook_summary);
            if !pages.add(items, answer.next_token)? {
                break;
            }
        }
        for result in &mut pages.found {
            if result.id.is_empty() {
                continue;
            }
            match self.hook_result(&result.id).await {
                Ok(complete) => *result = complete,
                // The list says what failed; advice that may not be read does not hide that.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Denied) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(pages.found)
    }

    /// The result of a hook, by the id of its run.
    ///
    /// # Errors
    ///
    /// As [`Aws::stack`] has, and `NotFound` where there is no such run.
    pub async fn hook_result(&self, id: &str) -> Result<HookResult, AwsError> {
        let request = self.cloudformation().get_hook_result().hook_result_id(id);
        let answer = send!(GET_HOOK_RESULT, request)?;
        Ok(describe::hook_result(id, answer))
    }
}

fn parameter(key: &str, value: &ParameterValue) -> types::Parameter {
    let parameter = types::Parameter::builder().parameter_key(key);
    match value {
        ParameterValue::Value(value) => parameter.parameter_value(value),
        ParameterValue::UsePreviousValue => parameter.use_previous_value(true),
    }
    .build()
}

fn rollback_configuration(rollback: &RollbackConfiguration) -> types::RollbackConfiguration {
    let triggers = rollback.alarm_arns.iter().map(|arn| {
        types::RollbackTrigger::builder()
            .arn(arn)
            .r#type("AWS::CloudWatch::Alarm")
            .build()
    });
    types::RollbackConfiguration::builder()
        .set_rollback_triggers(Some(triggers.collect()))
        .monitoring_time_in_minutes(i32::from(rollback.monitoring_minutes))
        .build()
}
