//! Why an operation failed: the one event among hundreds that says so.
//!
//! Pure. One failure makes CloudFormation cancel what else is under way, and each stack above it
//! repeats that something failed. Both are left out, unless nothing else is there.

pub mod advice;

use std::fmt;

use serde::Serialize;

use super::event::StackEvent;

/// The type of a stack as a resource.
pub const STACK: &str = "AWS::CloudFormation::Stack";

/// The type of endpoints.
pub const ENDPOINT: &str = "AWS::SageMaker::Endpoint";

/// The first failure of an operation, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cause {
    /// The ARN of the stack, which may be nested, in which it happened.
    pub stack_id: String,
    /// The resource's logical id; the stack's name where the stack itself failed.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// Its physical id, where it had one.
    pub physical_id: Option<String>,
    /// Its status, such as `CREATE_FAILED`.
    pub status: String,
    /// CloudFormation's words, followed by those of the service where it was asked.
    pub reason: String,
    /// The code in the reason, such as `NotStabilized`.
    pub code: Option<String>,
    /// What to do.
    pub advice: Option<String>,
    /// Whatever failed by itself besides, oldest first.
    pub also: Vec<AlsoFailed>,
    /// The hooks that refused the resource.
    pub hooks: Vec<FailedHook>,
}

/// Something that failed besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AlsoFailed {
    /// The resource's logical id.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// Its status.
    pub status: String,
    /// CloudFormation's words.
    pub reason: String,
    /// What to do.
    pub advice: Option<String>,
}

/// A hook that refused a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailedHook {
    /// The hook's type.
    pub type_name: String,
    /// Its words.
    pub reason: Option<String>,
    /// Its run, for `GetHookResult`.
    pub invocation_id: Option<String>,
    /// What to do, check by check, once the hook's result was asked for.
    pub remedies: Vec<String>,
}

/// How much an event says about why an operation failed. The first is the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// A resource failed by itself.
    Failure,
    /// The stack failed for a reason of its own, such as an alarm or somebody's wish.
    StackItself,
    /// A resource was cancelled because of another failure.
    Cancelled,
    /// A stack repeats that something in it failed.
    Echo,
}

impl Cause {
    /// The cause among the events of an operation and of the stacks nested in it, oldest first.
    /// `None` where nothing failed.
    pub fn of(events: &[StackEvent]) -> Option<Self> {
        let cleanup = cleanup(events);
        let failed: Vec<(Weight, &StackEvent)> = events
            .iter()
            .enumerate()
            .filter(|(at, _)| !cleanup.contains(at))
            .filter_map(|(_, event)| Some((weight(event)?, event)))
            .collect();
        // The first of the lightest: `min_by_key` keeps the first of equals.
        let (_, root) = failed.iter().min_by_key(|(weight, _)| *weight)?;
        let also = failed
            .iter()
            .filter(|(weight, event)| *weight == Weight::Failure && event.id != root.id)
            .map(|(_, event)| AlsoFailed {
                logical_id: event.logical_id.clone(),
                resource_type: event.resource_type.clone(),
                status: event.status.clone(),
                reason: reason(event),
                advice: advised(&reason(event)),
            })
            .collect();
        let reason = reason(root);
        Some(Self {
            stack_id: root.stack_id.clone(),
            logical_id: root.logical_id.clone(),
            resource_type: root.resource_type.clone(),
            physical_id: root.physical_id.clone().filter(|id| !id.is_empty()),
            status: root.status.clone(),
            code: advice::code(&reason).map(str::to_owned),
            advice: advised(&reason),
            reason,
            also,
            hooks: hooks(events, root),
        })
    }

    /// What failed and why, in a line.
    pub fn headline(&self) -> String {
        headline(
            &self.logical_id,
            &self.resource_type,
            &self.status,
            &self.reason,
        )
    }

    /// Adds what the service itself says about the failure, unless CloudFormation has said it.
    pub fn add_words(&mut self, words: &str) {
        if words.is_empty() || self.reason.contains(words) {
            return;
        }
        self.reason = format!("{}; SageMaker says: {words}", self.reason);
        if let Some(advice) = advice::advice(words) {
            self.advice = Some(advice.to_owned());
        }
    }
}

impl AlsoFailed {
    /// What failed and why, in a line.
    pub fn headline(&self) -> String {
        headline(
            &self.logical_id,
            &self.resource_type,
            &self.status,
            &self.reason,
        )
    }
}

fn headline(logical_id: &str, resource_type: &str, status: &str, reason: &str) -> String {
    format!("`{logical_id}` ({resource_type}) {status}: {reason}")
}

fn reason(event: &StackEvent) -> String {
    match &event.status_reason {
        Some(reason) if !reason.is_empty() => reason.clone(),
        _ => "CloudFormation gives no reason".to_owned(),
    }
}

fn advised(reason: &str) -> Option<String> {
    advice::advice(reason).map(str::to_owned)
}

/// Whether an event is about the stack that it is of.
pub fn is_root(event: &StackEvent) -> bool {
    event.resource_type == STACK && event.physical_id.as_ref() == Some(&event.stack_id)
}

/// How much an event says about a failure; `None` where it is about none.
fn weight(event: &StackEvent) -> Option<Weight> {
    // The resource's own event follows the hook's.
    if event.hook_type.is_some() {
        return None;
    }
    let reason = event.status_reason.as_deref().unwrap_or_default();
    let rolls_back = matches!(
        event.status.as_str(),
        "ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_IN_PROGRESS" | "IMPORT_ROLLBACK_IN_PROGRESS"
    );
    if event.resource_type == STACK {
        if rolls_back || event.status.ends_with("_FAILED") {
            return Some(if says_itself(reason) {
                Weight::StackItself
            } else {
                Weight::Echo
            });
        }
        return None;
    }
    if !event.status.ends_with("_FAILED") {
        return None;
    }
    // `Resource creation cancelled`, `Resource update cancelled`.
    let cancelled = reason.to_ascii_lowercase().contains("cancelled");
    Some(if cancelled {
        Weight::Cancelled
    } else {
        Weight::Failure
    })
}

/// Whether a stack's reason is more than that something in it failed.
fn says_itself(reason: &str) -> bool {
    const ECHOES: [&str; 5] = [
        "The following resource(s) failed to",
        "Embedded stack",
        "was not successfully",
        "ollback requested by user",
        "User Initiated",
    ];
    !reason.is_empty() && !ECHOES.iter().any(|echo| reason.contains(echo))
}

/// The hooks that refused a resource, each once.
fn hooks(events: &[StackEvent], failed: &StackEvent) -> Vec<FailedHook> {
    let mut hooks: Vec<FailedHook> = Vec::new();
    let same = events.iter().filter(|event| {
        (&event.stack_id, &event.logical_id) == (&failed.stack_id, &failed.logical_id)
    });
    for event in same {
        let Some(type_name) = &event.hook_type else {
            continue;
        };
        let status = event.hook_status.as_deref().unwrap_or_default();
        let only_warns = event.hook_failure_mode.as_deref() == Some("WARN");
        if !status.ends_with("_FAILED") || only_warns {
            continue;
        }
        let hook = FailedHook {
            type_name: type_name.clone(),
            reason: event.hook_status_reason.clone(),
            invocation_id: event.hook_invocation_id.clone(),
            remedies: Vec::new(),
        };
        if !hooks.contains(&hook) {
            hooks.push(hook);
        }
    }
    hooks
}

/// The places of the events of a stack's cleanup, in which only old resources are deleted.
fn cleanup(events: &[StackEvent]) -> Vec<usize> {
    let mut cleaning: Vec<&str> = Vec::new();
    let mut places = Vec::new();
    for (at, event) in events.iter().enumerate() {
        if is_root(event) {
            if event.status.ends_with("_CLEANUP_IN_PROGRESS") {
                cleaning.push(&event.stack_id);
            } else {
                cleaning.retain(|stack| *stack != event.stack_id);
            }
        } else if cleaning.contains(&event.stack_id.as_str()) {
            places.push(at);
        }
    }
    places
}

/// What a cleanup could not delete, and nothing has deleted since: it is no longer part of the stack,
/// is still there, and may be paid for. This is a warning: the stack ends as if it were gone.
///
/// The events are oldest first.
pub fn orphans(events: &[StackEvent]) -> Vec<StackEvent> {
    let places = cleanup(events);
    let mut orphans: Vec<StackEvent> = Vec::new();
    for at in places {
        let event = &events[at];
        let same = |other: &StackEvent| {
            (&other.stack_id, &other.logical_id, &other.physical_id)
                == (&event.stack_id, &event.logical_id, &event.physical_id)
        };
        match event.status.as_str() {
            "DELETE_FAILED" => {
                orphans.retain(|orphan| !same(orphan));
                orphans.push(event.clone());
            }
            "DELETE_COMPLETE" => orphans.retain(|orphan| !same(orphan)),
            _ => {}
        }
    }
    orphans
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        for hook in &self.hooks {
            let words = hook.reason.as_deref().unwrap_or("it gives no reason");
            write!(f, "\n  hook `{}`: {words}", hook.type_name)?;
            for remedy in &hook.remedies {
                write!(f, "\n    {remedy}")?;
            }
        }
        if let Some(advice) = &self.advice {
            write!(f, "\n  what to do: {advice}")?;
        }
        for also in &self.also {
            write!(f, "\n  also failed: {}", also.headline())?;
            // Where everything failed alike, it was said above.
            if let Some(advice) = also
                .advice
                .as_ref()
                .filter(|advice| self.advice.as_ref() != Some(advice))
            {
                write!(f, "\n    what to do: {advice}")?;
            }
        }
        Ok(())
    }
}
