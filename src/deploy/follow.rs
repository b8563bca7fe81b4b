//! Follows an operation of a stack to its end, whoever began it.
//!
//! The stack's status is asked again and again, and it alone says how the operation ended. The events
//! are told besides. An answer that does not come is asked for again: a deployment goes on whether or
//! not somebody watches, so that a lost connection says nothing about it.

mod settle;
mod tail;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::aws::Aws;
use super::cause::{Cause, ENDPOINT, orphans};
use super::endpoint::endpoint_name;
use super::error::{AwsError, ErrorKind};
use super::event::StackEvent;
use super::progress::{Listener, Notice, Pace, Subject};
use super::stack::{StackDescription, StackStatus};
use super::state::Terminal;
use crate::finding::Finding;
pub use settle::Before;
#[cfg(test)]
pub(super) use settle::tests::description;
use settle::{Reading, Settle, Told};
use tail::Tail;

/// How long nothing may be answered before contact is called lost.
const LOST: Duration = Duration::from_mins(10);

/// The longest pause between two looks while nothing is answered.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How long it is looked at more often.
const EARLY: Duration = Duration::from_mins(2);

/// How often a stack that was never seen is looked for.
const ABSENT_READS: u32 = 10;

const DESCRIBE_STACKS: &str = "cloudformation:DescribeStacks";

impl Before {
    /// What a stack is like now, with its newest event where that can be read.
    pub async fn look(aws: &Aws, stack: &StackDescription) -> Self {
        let one = AtomicBool::new(false);
        let enough = |_: &StackEvent| one.swap(true, Ordering::Relaxed);
        let events = aws.stack_events(&stack.id, &enough).await;
        let newest = events.ok().and_then(|events| events.into_iter().next());
        Self {
            last_event: newest.map(|event| event.id),
            ..Self::of(stack)
        }
    }
}

/// What is to be followed.
pub struct Following<'a> {
    /// The connection.
    pub aws: &'a Aws,
    /// The stack's ARN.
    pub stack_id: &'a str,
    /// The token of the request that began the operation. Without it and without `before`, the
    /// operation is whichever the stack had last, running or ended.
    pub token: Option<String>,
    /// The stack, as people call it.
    pub subject: &'a Subject,
    /// How often AWS is asked.
    pub pace: Pace,
    /// Whoever listens.
    pub listener: &'a Listener,
    /// What the stack was like before, so that its old status is not taken for the new one.
    pub before: Option<Before>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The status that the stack has now. `DELETE_COMPLETE` where it is gone.
    pub status: StackStatus,
    /// What that means.
    pub outcome: Terminal,
    /// Why it did not succeed, where the events say so.
    pub cause: Option<Cause>,
    /// What was to be deleted after a success, and could not be.
    pub orphans: Vec<StackEvent>,
}

impl Ended {
    /// Why it did not succeed: the cause with what to do, what the hooks say, and what failed besides.
    pub fn findings(&self) -> Vec<Finding> {
        let Some(cause) = &self.cause else {
            let message = format!("the stack is {}, and no event says why", self.status);
            return vec![Finding::error("failed", message)];
        };
        let headline = format!("the stack is {}: {}", self.status, cause.headline());
        let finding = |rule, message, id: &str, advice: &Option<String>| {
            let finding = Finding::error(rule, message).on(id.to_owned());
            match advice {
                Some(advice) => finding.hint(advice.clone()),
                None => finding,
            }
        };
        let mut findings = vec![finding(
            "failed",
            headline,
            &cause.logical_id,
            &cause.advice,
        )];
        for hook in &cause.hooks {
            let words = hook.reason.as_deref().unwrap_or("it gives no reason");
            let message = format!("hook `{}` refused it: {words}", hook.type_name);
            let remedy = Some(hook.remedies.join("; ")).filter(|remedy| !remedy.is_empty());
            findings.push(finding("hook", message, &cause.logical_id, &remedy));
        }
        for also in &cause.also {
            findings.push(finding(
                "also-failed",
                also.headline(),
                &also.logical_id,
                &also.advice,
            ));
        }
        findings
    }
}

/// Follows an operation to its end.
///
/// # Errors
///
/// When contact is lost, and the outcome is not known: the credentials are not valid any more, the
/// caller may not see the stack, or nothing was answered for ten minutes. `NotFound` for a stack that
/// is not there and was not before, `InvalidState` for one that stays under review.
pub async fn follow(following: Following<'_>) -> Result<Ended, AwsError> {
    let token = following.token.as_deref();
    let marker = following
        .before
        .as_ref()
        .and_then(|before| before.last_event.as_deref());
    let mut watch = Watch {
        tail: Tail::new(following.aws, following.stack_id, token, marker),
        settle: Settle::new(following.before.clone(), token.is_some()),
        following: &following,
        started: Instant::now(),
        last_event: Instant::now(),
        last_notice: Instant::now(),
        looks: 0,
        warned: false,
    };
    let (status, outcome) = watch.wait().await?;
    watch.drain().await;
    let events = watch.tail.into_events();
    let cause = if outcome == Terminal::Succeeded {
        None
    } else {
        explain(following.aws, &events, outcome).await
    };
    Ok(Ended {
        orphans: orphans(&events),
        status,
        outcome,
        cause,
    })
}

/// The events of a stack's last operation, running or ended, and of the stacks nested in it, by time.
///
/// # Errors
///
/// When they cannot be read.
pub async fn last_operation(aws: &Aws, stack_id: &str) -> Result<Vec<StackEvent>, AwsError> {
    let mut tail = Tail::new(aws, stack_id, None, None);
    tail.poll(true).await?;
    Ok(tail.into_events())
}

/// A look at an operation that goes on.
struct Watch<'a> {
    following: &'a Following<'a>,
    tail: Tail<'a>,
    settle: Settle,
    started: Instant,
    last_event: Instant,
    last_notice: Instant,
    looks: u32,
    warned: bool,
}

impl Watch<'_> {
    async fn wait(&mut self) -> Result<(StackStatus, Terminal), AwsError> {
        let Following { aws, stack_id, .. } = *self.following;
        let mut failing: Option<(Instant, u32)> = None;
        let mut known = self.following.before.is_some();
        let mut absent = 0;
        loop {
            match aws.stack(stack_id).await {
                Ok(Some(stack)) => {
                    failing = None;
                    known = true;
                    if let Some(ended) = self.look(&stack).await? {
                        return Ok((stack.status, ended));
                    }
                }
                // Nothing but its deletion makes a stack that was there disappear.
                Ok(None) if known => {
                    let gone = StackStatus("DELETE_COMPLETE".to_owned());
                    return Ok((gone, Terminal::Deleted));
                }
                Ok(None) => {
                    failing = None;
                    absent += 1;
                    if absent >= ABSENT_READS {
                        let message = format!("there is no stack `{stack_id}`");
                        return Err(error(ErrorKind::NotFound, message));
                    }
                }
                Err(error) => {
                    let (since, times) = failing.unwrap_or((Instant::now(), 0));
                    failing = Some((since, times + 1));
                    let final_ = error.is_about_credentials() || error.kind == ErrorKind::Denied;
                    if final_ || since.elapsed() >= LOST {
                        return Err(error);
                    }
                    if times == 0 {
                        let words = format!(
                            "the stack's status cannot be read: {error}; the operation goes on, and \
                             it is asked for again"
                        );
                        self.tell(Notice::Warning(words));
                    }
                }
            }
            self.heartbeat(failing.is_some());
            let times = failing.map_or(0, |(_, times)| times);
            sleep(self.pause(times)).await;
        }
    }

    /// Tells what is new; how the operation ended, if it has.
    async fn look(&mut self, stack: &StackDescription) -> Result<Option<Terminal>, AwsError> {
        // After the status, so that what led to it is among them.
        self.tell_events(self.settle.has_begun(stack)).await;
        match self.settle.read(stack, &self.tail.told()) {
            Reading::Running | Reading::Stale => Ok(None),
            Reading::Ended(ended) => Ok(Some(ended)),
            Reading::Presumed(ended) => {
                self.tell(Notice::Warning(format!(
                    "nothing shows that the operation has run, and the stack stays in {}, which is \
                     taken for its end",
                    stack.status
                )));
                Ok(Some(ended))
            }
            Reading::NeverBegan => Err(error(
                ErrorKind::InvalidState,
                "the stack is still under review: no change set of it is being executed".to_owned(),
            )),
        }
    }

    async fn tell_events(&mut self, has_begun: bool) {
        match self.tail.poll(has_begun).await {
            Ok(new) => {
                if !new.is_empty() {
                    self.last_event = Instant::now();
                }
                for event in new {
                    self.tell(Notice::Event(event));
                }
            }
            Err(error) if !self.warned => {
                self.warned = true;
                self.tell(Notice::Warning(format!(
                    "the stack's events cannot be read: {error}; the operation goes on, and its \
                     status is still followed"
                )));
            }
            Err(_) => {}
        }
    }

    /// The last events may follow the status.
    async fn drain(&mut self) {
        for _ in 0..2 {
            self.tell_events(true).await;
            if self.warned || !matches!(self.tail.told(), Told::Running) {
                break;
            }
            sleep(self.following.pace.poll).await;
        }
    }

    fn tell(&mut self, notice: Notice) {
        self.last_notice = Instant::now();
        (self.following.listener)(self.following.subject, notice);
    }

    fn heartbeat(&mut self, failing: bool) {
        if self.last_notice.elapsed() < self.following.pace.heartbeat {
            return;
        }
        let what = match self.tail.waits_for() {
            _ if failing => "an answer of CloudFormation".to_owned(),
            Some(what) => what,
            None => "the stack".to_owned(),
        };
        let since = self.last_event.elapsed();
        self.tell(Notice::Waiting { what, since });
    }

    /// How long until the next look, after so many failures in a row.
    fn pause(&mut self, failures: u32) -> Duration {
        self.looks = self.looks.wrapping_add(1);
        let pace = self.following.pace;
        let base = if self.started.elapsed() < EARLY {
            pace.poll
        } else {
            pace.poll_later
        };
        let longer = base.saturating_mul(1 << failures.min(6));
        let longest = LONGEST_PAUSE.max(base);
        longer
            .min(longest)
            .mul_f64(jitter(self.following.stack_id, self.looks))
    }
}

/// 0.8 to 1.2, so that stacks that began together are not asked about together. The same stack and
/// look always give the same.
fn jitter(stack_id: &str, look: u32) -> f64 {
    // FNV-1a.
    let hash = stack_id
        .bytes()
        .chain(look.to_le_bytes())
        .fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
    0.8 + f64::from(hash % 1000) * 0.0004
}

fn error(kind: ErrorKind, message: String) -> AwsError {
    AwsError {
        kind,
        api: DESCRIBE_STACKS,
        code: String::new(),
        message,
    }
}

/// The cause, with what SageMaker and the hooks add to it. What they do not answer is left out.
async fn explain(aws: &Aws, events: &[StackEvent], outcome: Terminal) -> Option<Cause> {
    let mut cause = Cause::of(events)?;
    // A deletion that went through in the end had no failure.
    if outcome == Terminal::Deleted && cause.status == "DELETE_FAILED" {
        return None;
    }
    if cause.resource_type == ENDPOINT
        && let Some(name) = cause.physical_id.as_deref().map(endpoint_name)
        && let Ok(Some(endpoint)) = aws.endpoint(name).await
        && let Some(words) = endpoint.failure_reason
    {
        cause.add_words(&words);
    }
    for hook in &mut cause.hooks {
        let Some(id) = &hook.invocation_id else {
            continue;
        };
        let Ok(result) = aws.hook_result(id).await else {
            continue;
        };
        let failed = result
            .annotations
            .into_iter()
            .filter(|annotation| annotation.status == "FAILED");
        hook.remedies = failed
            .map(|annotation| {
                let words = annotation.message.into_iter().chain(annotation.remediation);
                format!(
                    "{}: {}",
                    annotation.name,
                    words.collect::<Vec<_>>().join("; ")
                )
            })
            .collect();
    }
    Some(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_differ_by_a_fifth_at_most_and_not_in_step() {
        let stack = |name: &str| -> Vec<f64> { (0..200).map(|look| jitter(name, look)).collect() };
        let (one, other) = (stack("one"), stack("other"));
        assert_ne!(one, other);
        for factor in one.iter().chain(&other) {
            assert!((0.8..=1.2).contains(factor), "{factor}");
        }
        let mean = one.iter().sum::<f64>() / 200.0;
        assert!((0.95..1.05).contains(&mean), "{mean}");
    }
}
