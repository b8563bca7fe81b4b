//! Executes the change set of one planned stack, follows it, and sees that the endpoint serves.
//!
//! Nothing is executed unless everything is as it was when the plan was made; whatever this program
//! began before, it picks up.

use crate::finding::Finding;

use super::aws::Aws;
use super::change_set::{Change, ChangeSet, ChangeSetType};
use super::diagnosis::{Diagnosis, diagnose};
use super::digest::{sha256, token};
use super::error::{AwsError, ErrorKind};
use super::follow::{Before, Ended, Following, follow};
use super::inputs::read_template;
use super::plan::{Base, PlannedChangeSet, PlannedStack};
use super::planning::{describe, other_template};
use super::progress::{Listener, Notice, Pace, Subject};
use super::stack::StackDescription;
use super::state::{self, Entry, Terminal};
use super::stop::{Reason, Stop};
use super::verify::{self, Serving};

/// How a stack that was applied ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Whether anything was executed, by this run or by one that was cut short.
    pub executed: bool,
    /// The endpoints, each of which serves.
    pub serving: Vec<Serving>,
    /// What was left behind when it was cleaned up.
    pub orphans: Vec<String>,
}

/// What is to be applied, and how.
#[derive(Debug, Clone, Copy)]
pub struct Applying<'a> {
    /// The connection to the stack's account and region.
    pub aws: &'a Aws,
    /// The plan.
    pub planned: &'a PlannedStack,
    /// The reviewed template, byte for byte.
    pub text: &'a str,
    /// How often AWS is asked.
    pub pace: Pace,
    /// Whether an endpoint that is not as the stack left it is updated all the same.
    pub accept_endpoint: bool,
}

/// Applies one planned stack.
///
/// # Errors
///
/// A stop whose reason says what has become of the stack.
pub async fn apply(applying: Applying<'_>, listener: &Listener) -> Result<Applied, Stop> {
    let subject = applying.planned.subject();
    applying
        .run(&subject, listener)
        .await
        .map_err(|stop| stop.about(&subject))
}

/// Whether the change set is still to be executed.
enum Standing {
    Ready,
    /// It is being executed, or was: by a run that was cut short, or by somebody who has the plan.
    Begun,
}

impl Applying<'_> {
    async fn run(&self, subject: &Subject, listener: &Listener) -> Result<Applied, Stop> {
        let planned = self.planned;
        self.reviewed()?;
        let template = read_template(self.text).map_err(|message| {
            let message = format!("`{}` is no template: {message}", planned.template.path);
            Stop::new(Reason::Refused, Finding::error("template-shape", message))
        })?;
        let Some(change_set) = &planned.change_set else {
            // Nothing to change is only good news when the endpoint agrees.
            let serving = match &planned.base {
                Some(base) => {
                    verify::verify(
                        self.aws,
                        &base.stack_id,
                        &template,
                        subject,
                        self.pace,
                        listener,
                    )
                    .await?
                }
                None => Vec::new(),
            };
            self.protect(planned.base.as_ref().map(|base| base.stack_id.as_str()))
                .await?;
            return Ok(Applied {
                executed: false,
                serving,
                orphans: Vec::new(),
            });
        };
        let request_token = token("execute", &change_set.arn);
        let mut before = None;
        if let Standing::Ready = self.standing(change_set).await? {
            let stack = self.unmoved(change_set).await?;
            before = Some(Before::look(self.aws, &stack).await);
            self.live(change_set, subject, listener).await?;
            // Told before it is asked for: a program that is stopped in between cannot know better.
            let stack_id = change_set.stack_id.clone();
            listener(subject, Notice::Executing { stack_id });
            self.execute(change_set, &request_token).await?;
        } else {
            let stack_id = change_set.stack_id.clone();
            listener(subject, Notice::Executing { stack_id });
            listener(
                subject,
                Notice::Step("its execution has begun already: following it".to_owned()),
            );
        }
        let ended = follow(Following {
            aws: self.aws,
            stack_id: &change_set.stack_id,
            token: Some(request_token),
            subject,
            pace: self.pace,
            listener,
            before,
        })
        .await
        .map_err(|error| Stop::during(&error))?;
        let orphans = succeeded(&ended, subject)?;
        listener(
            subject,
            Notice::Step("asking SageMaker what serves".to_owned()),
        );
        let serving = verify::verify(
            self.aws,
            &change_set.stack_id,
            &template,
            subject,
            self.pace,
            listener,
        )
        .await?;
        self.protect(Some(&change_set.stack_id)).await?;
        Ok(Applied {
            executed: true,
            serving,
            orphans,
        })
    }

    /// The template file is the one that was planned.
    fn reviewed(&self) -> Result<(), Stop> {
        let template = &self.planned.template;
        let found = sha256(self.text.as_bytes());
        if found == template.sha256 {
            return Ok(());
        }
        Err(stale(format!(
            "expected `{}` to have the sha256 {}, got {found}: the template was changed after the plan was made",
            template.path, template.sha256
        )))
    }

    /// Whether the change set can be executed, or has been.
    async fn standing(&self, planned: &PlannedChangeSet) -> Result<Standing, Stop> {
        let found = describe(self.aws, &planned.arn).await;
        let found = found.map_err(|error| Stop::before(&error))?;
        let Some(found) = found else {
            // Executing a change set may remove it; the stack remembers which one it was.
            let stack = self.stack(planned).await?;
            if stack.is_some_and(|stack| stack.change_set_id.as_ref() == Some(&planned.arn)) {
                return Ok(Standing::Begun);
            }
            return Err(stale(format!(
                "the change set `{}` is gone: it was deleted, or another one was executed",
                name_of(&planned.arn)
            )));
        };
        // Executed and rolled back is executed too.
        if found.execution_status == "EXECUTE_FAILED" {
            return Ok(Standing::Begun);
        }
        match diagnose(&found) {
            Diagnosis::Executing | Diagnosis::Executed => Ok(Standing::Begun),
            Diagnosis::Ready => {
                self.same(planned, &found).await?;
                Ok(Standing::Ready)
            }
            Diagnosis::Obsolete => Err(stale(format!(
                "the change set `{}` is obsolete: the stack was changed after the plan was made",
                found.name
            ))),
            _ => Err(stale(format!(
                "expected the change set `{}` to be CREATE_COMPLETE and AVAILABLE, got {} and {}",
                found.name, found.status, found.execution_status
            ))),
        }
    }

    async fn stack(&self, planned: &PlannedChangeSet) -> Result<Option<StackDescription>, Stop> {
        self.aws
            .stack(&planned.stack_id)
            .await
            .map_err(|error| Stop::before(&error))
    }

    /// The change set is the one that was planned, to the last byte of its template.
    async fn same(&self, planned: &PlannedChangeSet, found: &ChangeSet) -> Result<(), Stop> {
        if changes_differ(&planned.changes, &found.changes) {
            return Err(stale(format!(
                "the change set `{}` would do something else now than what was planned",
                found.name
            )));
        }
        if found.tags != self.planned.tags {
            return Err(stale(format!(
                "the change set `{}` has other tags than the plan",
                found.name
            )));
        }
        let text = self
            .aws
            .change_set_template(&planned.arn)
            .await
            .map_err(|error| Stop::before(&error))?;
        if text == self.text {
            Ok(())
        } else {
            Err(Stop::new(
                Reason::Stale,
                other_template(&self.planned.template.path, self.text, &text),
            ))
        }
    }

    /// The stack is as it was when the plan was made.
    async fn unmoved(&self, planned: &PlannedChangeSet) -> Result<StackDescription, Stop> {
        let Some(stack) = self.stack(planned).await? else {
            return Err(stale(format!("the stack `{}` is gone", planned.stack_id)));
        };
        match (planned.kind, Entry::of(Some(&stack.status))) {
            (ChangeSetType::Create, Entry::UnderReview)
            | (ChangeSetType::Update, Entry::Update) => {}
            (_, Entry::Busy | Entry::Deleting) => {
                let message = format!("stack `{}` is {}", stack.name, stack.status);
                let finding = Finding::error("stack-state", message)
                    .hint(state::advice(Some(&stack.status), &self.planned.subject()));
                return Err(Stop::new(Reason::Busy, finding));
            }
            (_, Entry::Gone) => {
                return Err(stale(format!(
                    "the stack `{}` was deleted after the plan was made",
                    stack.id
                )));
            }
            _ => {
                let message = format!("stack `{}` is {} now", stack.name, stack.status);
                let finding = Finding::error("stale-plan", message)
                    .hint(state::advice(Some(&stack.status), &self.planned.subject()));
                return Err(Stop::new(Reason::Stale, finding));
            }
        }
        match self
            .planned
            .base
            .as_ref()
            .and_then(|base| moved(base, &stack))
        {
            Some(what) => Err(stale(format!("stack `{}` has moved: {what}", stack.name))),
            None => Ok(stack),
        }
    }

    /// The live endpoints are as the stack left them.
    async fn live(
        &self,
        planned: &PlannedChangeSet,
        subject: &Subject,
        listener: &Listener,
    ) -> Result<(), Stop> {
        if planned.kind == ChangeSetType::Create {
            return Ok(());
        }
        let text = self
            .aws
            .stack_template(&planned.stack_id)
            .await
            .map_err(|error| Stop::before(&error))?;
        let planned_for = self.planned.base.as_ref().map(|base| &base.template_sha256);
        if planned_for.is_some_and(|known| *known != sha256(text.as_bytes())) {
            return Err(stale(format!(
                "the stack `{}` has another template now than when the plan was made",
                self.planned.stack_name
            )));
        }
        // Somebody else's template may be YAML; then its endpoints are not known.
        let Ok(base) = read_template(&text) else {
            listener(
                subject,
                Notice::Warning(
                    "the stack's template is not JSON: its endpoints are not looked at before the update"
                        .to_owned(),
                ),
            );
            return Ok(());
        };
        match verify::preflight(self.aws, &planned.stack_id, &base).await {
            Err(stop) if self.accept_endpoint && stop.reason == Reason::NotServing => {
                for finding in &stop.findings {
                    listener(
                        subject,
                        Notice::Warning(format!("{}; updated all the same", finding.message)),
                    );
                }
                Ok(())
            }
            Err(stop) => Err(stop),
            Ok(_) => Ok(()),
        }
    }

    async fn execute(&self, planned: &PlannedChangeSet, token: &str) -> Result<(), Stop> {
        let executed = self.aws.execute_change_set(&planned.arn, token).await;
        let Err(error) = executed else { return Ok(()) };
        match error.kind {
            // The answer was lost, and another try met what the first one did.
            ErrorKind::AlreadyExists
            | ErrorKind::InvalidState
            | ErrorKind::NotFound
            | ErrorKind::Unavailable
            | ErrorKind::Unexpected => match self.standing(planned).await {
                Ok(Standing::Begun) => Ok(()),
                Ok(Standing::Ready) => Err(unexecuted(&error)),
                Err(stop) if stop.reason == Reason::Stale => Err(stop),
                Err(_) => Err(Stop::during(&error)),
            },
            ErrorKind::Throttled => Err(unexecuted(&error)),
            _ => Err(Stop::before(&error)),
        }
    }

    /// Termination protection is no part of a change set. It is switched on once everything serves,
    /// and never off: a person who wants a stack gone says so to CloudFormation.
    async fn protect(&self, stack: Option<&str>) -> Result<(), Stop> {
        let Some(id) = stack.filter(|_| self.planned.termination_protection) else {
            return Ok(());
        };
        let stack = self
            .aws
            .stack(id)
            .await
            .map_err(|error| Stop::during(&error))?;
        if stack.is_some_and(|stack| !stack.termination_protection) {
            self.aws
                .set_termination_protection(id, true)
                .await
                .map_err(|error| Stop::during(&error))?;
        }
        Ok(())
    }
}

fn succeeded(ended: &Ended, subject: &Subject) -> Result<Vec<String>, Stop> {
    let reason = match ended.outcome {
        Terminal::Succeeded => {
            return Ok(ended
                .orphans
                .iter()
                .map(|event| {
                    let id = event.physical_id.as_deref().unwrap_or(&event.logical_id);
                    format!(
                        "{} `{id}` could not be deleted and may still cost",
                        event.logical_id
                    )
                })
                .collect());
        }
        Terminal::RolledBack => Reason::RolledBack,
        _ => Reason::Stuck,
    };
    Err(Stop {
        reason,
        findings: failures(ended, subject),
    })
}

/// Why an operation failed, and what the stack needs now, where it needs something.
fn failures(ended: &Ended, subject: &Subject) -> Vec<Finding> {
    let status = &ended.status;
    let mut findings = ended.findings();
    if Entry::of(Some(status)) == Entry::Update {
        return findings;
    }
    let advice = state::advice(Some(status), subject);
    if ended.cause.is_none() {
        // The status is all that is known, and was said.
        return findings
            .into_iter()
            .map(|finding| finding.hint(advice.clone()))
            .collect();
    }
    let message = format!("the stack is {status} now");
    findings.push(Finding::error("stack-state", message).hint(advice));
    findings
}

fn stale(message: impl Into<String>) -> Stop {
    Stop::new(
        Reason::Stale,
        Finding::error("stale-plan", message)
            .hint("nothing was executed; plan again and review it"),
    )
}

fn unexecuted(error: &AwsError) -> Stop {
    let mut stop = Stop::before(error);
    stop.reason = Reason::LostContact;
    stop
}

/// What of a stack is not as it was.
fn moved(base: &Base, stack: &StackDescription) -> Option<String> {
    let shown = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".to_owned());
    if base.stack_id != stack.id {
        return Some(format!(
            "expected `{}`, got `{}`: it was deleted and made again",
            base.stack_id, stack.id
        ));
    }
    if base.last_updated_time != stack.last_updated_time {
        return Some(format!(
            "expected it to be last updated {}, got {}",
            shown(&base.last_updated_time),
            shown(&stack.last_updated_time)
        ));
    }
    if base.creation_time != stack.creation_time {
        return Some(format!(
            "expected it to be made {}, got {}",
            shown(&base.creation_time),
            shown(&stack.creation_time)
        ));
    }
    if base.status != stack.status.as_str() {
        return Some(format!("expected {}, got {}", base.status, stack.status));
    }
    None
}

/// Whether two lists of changes are to do different things, whatever their order.
fn changes_differ(planned: &[Change], found: &[Change]) -> bool {
    let key = |changes: &[Change]| {
        let mut texts: Vec<String> = changes.iter().map(|change| format!("{change:?}")).collect();
        texts.sort();
        texts
    };
    key(planned) != key(found)
}

/// The name in a change set's ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}
