//! Takes a stack back to its last stable state.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html>

use tokio::time::{Instant, sleep};

use super::token;
use crate::deploy::aws::Aws;
use crate::deploy::cause::{Cause, ENDPOINT};
use crate::deploy::endpoint::{LiveEndpoint, endpoint_name};
use crate::deploy::error::AwsError;
use crate::deploy::follow::{Before, Ended, Following, follow};
use crate::deploy::progress::{Listener, Notice, Pace, Subject};
use crate::deploy::stack::{StackDescription, StackResource, StackStatus};
use crate::deploy::state::{Entry, Terminal};

/// How often a rollback goes on after an endpoint was in its way.
const ATTEMPTS: u32 = 3;

/// What taking a stack back needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollbackStep {
    /// There is no stack, or nothing of it that was ever made.
    NoStack,
    /// It is stable: there is nothing to take back.
    Nothing,
    /// An operation failed and was kept: `RollbackStack`.
    RollBack,
    /// Taking it back failed: `ContinueUpdateRollback`.
    Continue,
    /// It is being taken back, so that there is only its end to wait for.
    Follow,
    /// An update runs, and cancelling it was asked for: `CancelUpdateStack`.
    Cancel,
    /// An update runs. Cancelling it is possible, and has to be asked for.
    CancelOnly,
    /// An operation runs that cannot be cancelled.
    Busy,
    /// No rollback helps: it can only be destroyed.
    DestroyOnly,
    /// A person has to look at it.
    Person,
}

/// What taking a stack back needs; `cancel` says whether a running update is to be cancelled.
pub fn rollback_step(status: Option<&StackStatus>, cancel: bool) -> RollbackStep {
    let name = status.map_or("", StackStatus::as_str);
    match Entry::of(status) {
        Entry::Create | Entry::UnderReview | Entry::Gone => RollbackStep::NoStack,
        Entry::Update => RollbackStep::Nothing,
        Entry::CreateFailedKept | Entry::UpdateFailed => RollbackStep::RollBack,
        Entry::RollbackFailed => RollbackStep::Continue,
        Entry::FirstCreateFailed | Entry::DeleteFailed => RollbackStep::DestroyOnly,
        Entry::Busy if name.contains("ROLLBACK") => RollbackStep::Follow,
        Entry::Busy if name == "UPDATE_IN_PROGRESS" && cancel => RollbackStep::Cancel,
        Entry::Busy if name == "UPDATE_IN_PROGRESS" => RollbackStep::CancelOnly,
        Entry::Busy | Entry::Deleting => RollbackStep::Busy,
        Entry::Unknown => RollbackStep::Person,
    }
}

/// The resources that keep a rollback from ending: only these can be skipped.
pub fn failed_resources(resources: &[StackResource]) -> Vec<&StackResource> {
    resources
        .iter()
        .filter(|resource| resource.status == "UPDATE_FAILED")
        .collect()
}

/// The names that cannot be skipped, because nothing of that name failed. What is in a nested stack,
/// `<nested stack's name>.<logical id>`, is left to CloudFormation to know.
pub fn unknown_skips<'a>(skip: &'a [String], resources: &[StackResource]) -> Vec<&'a str> {
    let failed = failed_resources(resources);
    skip.iter()
        .map(String::as_str)
        .filter(|name| !name.contains('.'))
        .filter(|name| !failed.iter().any(|resource| resource.logical_id == *name))
        .collect()
}

/// A stack that is to be taken back.
pub struct Rollback<'a> {
    /// The connection.
    pub aws: &'a Aws,
    /// The stack, as people call it.
    pub subject: &'a Subject,
    /// The stack.
    pub stack: &'a StackDescription,
    /// Logical ids of failed resources that are left as they are; see [`unknown_skips`].
    pub skip: &'a [String],
    /// The role that CloudFormation assumes; `None` for the one that it remembers.
    pub role_arn: Option<&'a str>,
    /// How often AWS is asked.
    pub pace: Pace,
    /// Whoever listens.
    pub listener: &'a Listener,
}

/// Does a step and follows it to its end. `None` where the step does nothing.
///
/// An endpoint that SageMaker is still changing cannot be taken back: it is waited for, before and
/// whenever it was in the way.
///
/// # Errors
///
/// What CloudFormation or SageMaker refuses, and what [`follow`] has.
pub async fn roll_back(
    rollback: &Rollback<'_>,
    step: RollbackStep,
) -> Result<Option<Ended>, AwsError> {
    let Rollback { aws, stack, .. } = rollback;
    let id = stack.id.as_str();
    match step {
        RollbackStep::Follow => rollback.follow(None, None).await.map(Some),
        RollbackStep::RollBack => {
            rollback.settled_endpoints().await?;
            let before = Before::look(aws, stack).await;
            let token = token("rollback", id, &before);
            rollback.tell("taking the stack back to its last stable state");
            aws.rollback_stack(id, &token, rollback.role_arn).await?;
            rollback.follow(Some(token), Some(before)).await.map(Some)
        }
        RollbackStep::Cancel => {
            let before = Before::look(aws, stack).await;
            let token = token("cancel", id, &before);
            rollback.tell("cancelling the update");
            aws.cancel_update_stack(id, &token).await?;
            // The update's own events tell what was cancelled.
            rollback.follow(None, None).await.map(Some)
        }
        RollbackStep::Continue => rollback.go_on().await.map(Some),
        RollbackStep::NoStack
        | RollbackStep::Nothing
        | RollbackStep::CancelOnly
        | RollbackStep::Busy
        | RollbackStep::DestroyOnly
        | RollbackStep::Person => Ok(None),
    }
}

impl Rollback<'_> {
    async fn go_on(&self) -> Result<Ended, AwsError> {
        let Self { aws, stack, .. } = self;
        let mut attempt = 1;
        loop {
            self.settled_endpoints().await?;
            let before = Before::look(aws, stack).await;
            let token = token("rollback", &stack.id, &before);
            self.tell("going on with the rollback");
            aws.continue_update_rollback(&stack.id, &token, self.skip, self.role_arn)
                .await?;
            let ended = self.follow(Some(token), Some(before)).await?;
            let again = attempt < ATTEMPTS
                && ended.outcome == Terminal::Failed
                && ended.cause.as_ref().is_some_and(was_in_progress);
            if !again {
                return Ok(ended);
            }
            attempt += 1;
            let words = "SageMaker was still changing the endpoint; the rollback goes on once it is \
                         done";
            (self.listener)(self.subject, Notice::Warning(words.to_owned()));
        }
    }

    async fn follow(
        &self,
        token: Option<String>,
        before: Option<Before>,
    ) -> Result<Ended, AwsError> {
        follow(Following {
            aws: self.aws,
            stack_id: &self.stack.id,
            token,
            subject: self.subject,
            pace: self.pace,
            listener: self.listener,
            before,
        })
        .await
    }

    /// Waits until SageMaker changes no endpoint of the stack.
    async fn settled_endpoints(&self) -> Result<(), AwsError> {
        let resources = self.aws.stack_resources(&self.stack.id).await?;
        let started = Instant::now();
        let mut told: Option<Instant> = None;
        loop {
            let Some(busy) = self.changing_endpoint(&resources).await? else {
                return Ok(());
            };
            let what = format!("the endpoint `{}`, which is {}", busy.name, busy.status);
            match told {
                None => {
                    self.tell(&format!(
                        "waiting for {what}: it cannot be taken back before"
                    ));
                    told = Some(Instant::now());
                }
                Some(at) if at.elapsed() >= self.pace.heartbeat => {
                    let since = started.elapsed();
                    (self.listener)(self.subject, Notice::Waiting { what, since });
                    told = Some(Instant::now());
                }
                Some(_) => {}
            }
            sleep(self.pace.poll_later).await;
        }
    }

    async fn changing_endpoint(
        &self,
        resources: &[StackResource],
    ) -> Result<Option<LiveEndpoint>, AwsError> {
        for resource in resources.iter().filter(|one| one.resource_type == ENDPOINT) {
            let id = resource.physical_id.as_deref().filter(|id| !id.is_empty());
            let Some(name) = id.map(endpoint_name) else {
                continue;
            };
            let live = self.aws.endpoint(name).await?;
            if let Some(live) = live.filter(LiveEndpoint::is_changing) {
                return Ok(Some(live));
            }
        }
        Ok(None)
    }

    fn tell(&self, words: &str) {
        (self.listener)(self.subject, Notice::Step(words.to_owned()));
    }
}

/// Whether an endpoint that was still being changed is what failed.
fn was_in_progress(cause: &Cause) -> bool {
    const WORDS: &str = "Cannot update in-progress endpoint";
    cause.reason.contains(WORDS) || cause.also.iter().any(|also| also.reason.contains(WORDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, cancel: bool) -> RollbackStep {
        rollback_step(Some(&StackStatus(name.to_owned())), cancel)
    }

    #[test]
    fn every_status_has_its_way_back() {
        for (names, expected) in [
            (
                &["CREATE_FAILED", "UPDATE_FAILED"][..],
                RollbackStep::RollBack,
            ),
            (&["UPDATE_ROLLBACK_FAILED"], RollbackStep::Continue),
            (
                &[
                    "ROLLBACK_IN_PROGRESS",
                    "UPDATE_ROLLBACK_IN_PROGRESS",
                    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
                    "IMPORT_ROLLBACK_IN_PROGRESS",
                ],
                RollbackStep::Follow,
            ),
            (
                &["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"],
                RollbackStep::DestroyOnly,
            ),
            (
                &[
                    "CREATE_IN_PROGRESS",
                    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
                    "IMPORT_IN_PROGRESS",
                    "DELETE_IN_PROGRESS",
                    "MOVE_IN_PROGRESS",
                ],
                RollbackStep::Busy,
            ),
            (
                &[
                    "CREATE_COMPLETE",
                    "UPDATE_COMPLETE",
                    "UPDATE_ROLLBACK_COMPLETE",
                    "IMPORT_COMPLETE",
                    "IMPORT_ROLLBACK_COMPLETE",
                ],
                RollbackStep::Nothing,
            ),
            (
                &["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"],
                RollbackStep::NoStack,
            ),
            (
                &["IMPORT_ROLLBACK_FAILED", "SUSPENDED"],
                RollbackStep::Person,
            ),
        ] {
            for name in names {
                // What is not an update is never cancelled, whatever is asked for.
                assert_eq!(step(name, false), expected, "{name}");
                assert_eq!(step(name, true), expected, "{name}");
            }
        }
        assert_eq!(rollback_step(None, true), RollbackStep::NoStack);
    }

    #[test]
    fn an_update_is_cancelled_only_where_that_is_asked_for() {
        assert_eq!(step("UPDATE_IN_PROGRESS", false), RollbackStep::CancelOnly);
        assert_eq!(step("UPDATE_IN_PROGRESS", true), RollbackStep::Cancel);
    }

    #[test]
    fn only_what_failed_can_be_skipped() {
        let resource = |logical_id: &str, status: &str| StackResource {
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: "AWS::IAM::Role".to_owned(),
            status: status.to_owned(),
            status_reason: None,
        };
        let resources = [
            resource("Endpoint", "UPDATE_FAILED"),
            resource("Role", "UPDATE_COMPLETE"),
        ];
        let skip = ["Endpoint", "Role", "Gone", "Nested-1.Model"].map(str::to_owned);
        assert_eq!(unknown_skips(&skip, &resources), ["Role", "Gone"]);
    }
}
