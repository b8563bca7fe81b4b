//! Makes a change set once, however often it is tried, and leaves nothing behind that is of no use.

use tokio::time::{Duration, Instant, sleep};

use crate::deploy::change_set::{ChangeSet, ChangeSetType, NewChangeSet};
use crate::deploy::diagnosis::{Diagnosis, diagnose};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::deploy::progress::{Listener, Notice};
use crate::deploy::stop::{Reason, Stop};
use crate::deploy::{recover, validation};
use crate::finding::Finding;

use super::Planning;
use super::describe::describe;

/// For how long CloudFormation may work on a change set.
const LONGEST_CREATION: Duration = Duration::from_mins(30);

impl Planning<'_> {
    /// Makes the change set, or finds it; `None` where there is nothing to change.
    pub(super) async fn create(
        &self,
        mut request: NewChangeSet,
        listener: &Listener,
    ) -> Result<(Option<ChangeSet>, bool), Stop> {
        for attempt in 1..=3 {
            let (id, found) = match self.aws.create_change_set(&request).await {
                Ok(created) => {
                    let made = Notice::Made {
                        change_set: created.id.clone(),
                        stack_id: created.stack_id,
                    };
                    listener(&self.wanted.subject, made);
                    (created.id, false)
                }
                Err(error) if error.kind == ErrorKind::AlreadyExists => {
                    let existing = self
                        .aws
                        .change_set_named(&request.stack, &request.name)
                        .await
                        .map_err(|error| Stop::before(&error))?;
                    match existing {
                        Some(existing) => (existing.id, true),
                        // It was deleted in between, or the token outlives it.
                        None => (String::new(), true),
                    }
                }
                Err(error) => {
                    self.remove_shell(&request).await;
                    return Err(Self::not_made(&error));
                }
            };
            let made = if id.is_empty() {
                None
            } else {
                self.finished(&id).await?
            };
            match made.as_ref().map(diagnose) {
                Some(Diagnosis::Ready) => return Ok((made, found)),
                Some(Diagnosis::Empty) => {
                    self.remove(&id, &request).await?;
                    return Ok((None, found));
                }
                // Left by an earlier try: this one is to speak for itself.
                _ if found => {
                    if !id.is_empty() {
                        self.aws
                            .delete_change_set(&id)
                            .await
                            .map_err(|error| Stop::before(&error))?;
                    }
                    request.token = format!("{}-{}", request.name, attempt + 1);
                }
                _ => {
                    let stop = match &made {
                        Some(made) => validation::explain(self.aws, made).await,
                        None => Stop::new(
                            Reason::ChangeSetFailed,
                            Finding::error(
                                "change-set-gone",
                                format!(
                                    "the change set `{}` was deleted by somebody else while it was made",
                                    request.name
                                ),
                            )
                            .hint("nothing was executed; see who else plans for this stack, then plan again"),
                        ),
                    };
                    self.remove(&id, &request).await?;
                    return Err(stop);
                }
            }
        }
        Err(Stop::new(
            Reason::ChangeSetFailed,
            Finding::error(
                "change-set-name",
                format!(
                    "the change set `{}` is there, and not as it should be",
                    request.name
                ),
            )
            .hint("delete it, then plan again"),
        ))
    }

    fn not_made(error: &AwsError) -> Stop {
        let mut stop = Stop::before(error);
        if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Limit) {
            stop.reason = Reason::ChangeSetFailed;
        }
        let hint = match error.kind {
            ErrorKind::Invalid if error.message.contains("No export named") => {
                "nothing was executed; deploy the stack that exports it first, as `deploy` does where it is one of this project's"
            }
            ErrorKind::Limit => {
                "nothing was executed; `sageform discard` throws away plans that nobody needs, with their change sets"
            }
            ErrorKind::Invalid => "nothing was executed; the stack is as it was",
            _ => return stop,
        };
        stop.findings = stop
            .findings
            .into_iter()
            .map(|finding| finding.hint(hint))
            .collect();
        stop
    }

    /// The change set, once CloudFormation has made up its mind.
    async fn finished(&self, id: &str) -> Result<Option<ChangeSet>, Stop> {
        let begun = Instant::now();
        let mut wait = Duration::from_millis(500).min(self.pace.poll);
        loop {
            let described = match describe(self.aws, id).await {
                Ok(described) => described,
                Err(error) if error.is_transient() && begun.elapsed() < LONGEST_CREATION => {
                    sleep(self.pace.poll).await;
                    continue;
                }
                Err(error) => return Err(Stop::before(&error)),
            };
            match described.as_ref().map(diagnose) {
                Some(Diagnosis::Pending) if begun.elapsed() < LONGEST_CREATION => {
                    sleep(wait).await;
                    wait = (wait * 2).min(self.pace.poll);
                }
                _ => return Ok(described),
            }
        }
    }

    /// Deletes a change set that is of no use, and the stack under review that was only made for it.
    async fn remove(&self, id: &str, request: &NewChangeSet) -> Result<(), Stop> {
        if !id.is_empty() {
            self.aws
                .delete_change_set(id)
                .await
                .map_err(|error| Stop::before(&error))?;
        }
        self.remove_shell(request).await;
        Ok(())
    }

    /// What goes wrong here is no reason to hide what went wrong before: the next plan meets the shell
    /// again.
    async fn remove_shell(&self, request: &NewChangeSet) {
        if request.kind == ChangeSetType::Create {
            let shell = recover::Planned {
                change_set: String::new(),
                stack_id: self.wanted.stack_name.clone(),
            };
            let _ = recover::remove_shell(self.aws, &shell).await;
        }
    }
}
