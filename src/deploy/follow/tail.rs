//! The events of an operation: those of the stack and of the stacks nested in it, each once.
//!
//! They are for people and for the cause of a failure. Nothing that happens to them decides how the
//! operation ended: events that cannot be read are a warning, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::settle::Told;
use crate::deploy::aws::Aws;
use crate::deploy::cause::{ENDPOINT, STACK, is_root};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::deploy::event::StackEvent;
use crate::deploy::stack::StackStatus;
use crate::deploy::state::terminal;

/// How many operations are paged back through in search of a token.
const OPERATIONS: usize = 5;

/// Most looks that are left out after the events could not be read.
const LONGEST_REST: u32 = 16;

/// The events so far.
pub(super) struct Tail<'a> {
    aws: &'a Aws,
    stack_id: &'a str,
    token: Option<&'a str>,
    /// The newest event of the time before.
    marker: Option<&'a str>,
    /// The operation's events, as they came.
    events: Vec<StackEvent>,
    seen: BTreeSet<String>,
    /// The stacks nested in it, and whether each is done.
    nested: BTreeMap<String, bool>,
    begun: bool,
    failures: u32,
    /// Looks that are still left out.
    rest: u32,
}

impl<'a> Tail<'a> {
    /// Nothing has been read.
    pub(super) fn new(
        aws: &'a Aws,
        stack_id: &'a str,
        token: Option<&'a str>,
        marker: Option<&'a str>,
    ) -> Self {
        Self {
            aws,
            stack_id,
            token,
            marker,
            events: Vec::new(),
            seen: BTreeSet::new(),
            nested: BTreeMap::new(),
            begun: false,
            failures: 0,
            rest: 0,
        }
    }

    /// The new events, oldest first. `has_begun` says whether the stack shows a sign of the operation:
    /// without one, events that bear no token of it are taken for those of the time before.
    ///
    /// # Errors
    ///
    /// When the events cannot be read. After that, some looks are left out, more every time.
    pub(super) async fn poll(&mut self, has_begun: bool) -> Result<Vec<StackEvent>, AwsError> {
        if self.rest > 0 {
            self.rest -= 1;
            return Ok(Vec::new());
        }
        match self.look(has_begun).await {
            Ok(new) => {
                self.failures = 0;
                Ok(new)
            }
            // The stack is gone, and its events with it.
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => {
                self.failures += 1;
                self.rest = (1 << self.failures.min(8)).min(LONGEST_REST);
                Err(error)
            }
        }
    }

    async fn look(&mut self, has_begun: bool) -> Result<Vec<StackEvent>, AwsError> {
        let mut new = if self.begun {
            let seen = &self.seen;
            let mut new = self
                .aws
                .stack_events(self.stack_id, &|event| seen.contains(&event.id))
                .await?;
            new.reverse();
            new
        } else {
            self.first(has_begun).await?
        };
        self.take(&new);
        new.extend(self.look_below().await?);
        Ok(new)
    }

    /// The events so far of an operation that may have begun long ago, or not at all.
    async fn first(&mut self, has_begun: bool) -> Result<Vec<StackEvent>, AwsError> {
        let marker = self.marker;
        let token = self.token;
        let passed = AtomicUsize::new(0);
        let wanted = if token.is_some() { OPERATIONS } else { 1 };
        let enough = |event: &StackEvent| {
            if let Some(marker) = marker {
                return event.id == marker;
            }
            if passed.load(Ordering::Relaxed) >= wanted {
                return true;
            }
            if begins(event) {
                let ours = token.is_some() && event.token.as_deref() == token;
                let step = if ours { wanted } else { 1 };
                passed.fetch_add(step, Ordering::Relaxed);
            }
            false
        };
        let events = self.aws.stack_events(self.stack_id, &enough).await?;
        self.begun = true;
        self.seen
            .extend(events.iter().map(|event| event.id.clone()));
        self.seen.extend(marker.map(str::to_owned));
        if marker.is_some() {
            return Ok(events.into_iter().rev().collect());
        }
        Ok(operation(events, token, has_begun))
    }

    /// Remembers events, and the stacks that they tell of.
    fn take(&mut self, new: &[StackEvent]) {
        for event in new {
            self.seen.insert(event.id.clone());
            if event.resource_type == STACK
                && !is_root(event)
                && event.status.ends_with("_IN_PROGRESS")
                && let Some(child) = event
                    .physical_id
                    .as_ref()
                    .filter(|id| id.starts_with("arn:"))
            {
                self.nested.insert(child.clone(), false);
            }
            if is_root(event) && event.stack_id != self.stack_id {
                let status = StackStatus(event.status.clone());
                self.nested
                    .insert(event.stack_id.clone(), terminal(&status).is_some());
            }
        }
        self.events.extend_from_slice(new);
    }

    /// The new events of nested stacks, and of those nested in them.
    async fn look_below(&mut self) -> Result<Vec<StackEvent>, AwsError> {
        let mut all = Vec::new();
        let mut looked = BTreeSet::new();
        while let Some(child) = self
            .nested
            .iter()
            .find(|(child, done)| !**done && !looked.contains(*child))
            .map(|(child, _)| child.clone())
        {
            let since = self.events.first().map(|event| moment(&event.timestamp));
            let seen = &self.seen;
            let enough = |event: &StackEvent| {
                seen.contains(&event.id)
                    || since.is_some_and(|since| moment(&event.timestamp) < since)
            };
            let mut new = self.aws.stack_events(&child, &enough).await?;
            new.reverse();
            self.take(&new);
            all.extend(new);
            looked.insert(child);
        }
        Ok(all)
    }

    /// What the events say of the operation.
    pub(super) fn told(&self) -> Told {
        let Some(root) = self.events.iter().rev().find(|event| self.is_own(event)) else {
            return Told::Nothing;
        };
        let status = StackStatus(root.status.clone());
        match terminal(&status) {
            Some(_) => Told::Ended(status.0),
            None => Told::Running,
        }
    }

    fn is_own(&self, event: &StackEvent) -> bool {
        event.stack_id == self.stack_id && is_root(event)
    }

    /// What the operation waits for, such as `Endpoint UPDATE_IN_PROGRESS`.
    pub(super) fn waits_for(&self) -> Option<String> {
        let mut latest: BTreeMap<(&str, &str), &StackEvent> = BTreeMap::new();
        for event in &self.events {
            latest.insert((&event.stack_id, &event.logical_id), event);
        }
        let mut running: Vec<&StackEvent> = latest
            .into_values()
            .filter(|event| event.status.ends_with("_IN_PROGRESS"))
            .collect();
        // Endpoints take the longest; a stack is only what the others are in.
        running.sort_by_key(|event| match event.resource_type.as_str() {
            ENDPOINT => 0,
            STACK => 2,
            _ => 1,
        });
        let first = running.first()?;
        let others = running
            .iter()
            .filter(|event| event.resource_type != STACK)
            .count()
            .saturating_sub(1);
        let what = format!("{} {}", first.logical_id, first.status);
        Some(match others {
            0 => what,
            others => format!("{what} and {others} more"),
        })
    }

    /// The operation's events by time.
    pub(super) fn into_events(self) -> Vec<StackEvent> {
        let mut events = self.events;
        events.sort_by(|one, other| moment(&one.timestamp).cmp(moment(&other.timestamp)));
        events
    }
}

/// A time that compares as text: `…:05Z` would be after `…:05.123Z`.
fn moment(timestamp: &str) -> &str {
    timestamp.trim_end_matches('Z')
}

/// Whether an operation of the stack begins with this event. A rollback belongs to what it takes back.
fn begins(event: &StackEvent) -> bool {
    is_root(event)
        && matches!(
            event.status.as_str(),
            "CREATE_IN_PROGRESS"
                | "UPDATE_IN_PROGRESS"
                | "DELETE_IN_PROGRESS"
                | "IMPORT_IN_PROGRESS"
        )
}

/// The events of one operation, oldest first, out of those of a stack, newest first: of the one that
/// bears the token, or else of the newest one, if it has begun.
fn operation(
    newest_first: Vec<StackEvent>,
    token: Option<&str>,
    has_begun: bool,
) -> Vec<StackEvent> {
    // Each with the rollback that followed it, newest operation first.
    let mut operations: Vec<Vec<StackEvent>> = vec![Vec::new()];
    for event in newest_first {
        let ends = begins(&event);
        if let Some(last) = operations.last_mut() {
            last.push(event);
        }
        if ends {
            operations.push(Vec::new());
        }
    }
    let bears = |events: &Vec<StackEvent>| {
        let mut tokens = events.iter().map(|event| event.token.as_deref());
        token.is_some() && tokens.any(|other| other == token)
    };
    let found = operations.iter().position(bears);
    let index = found.or_else(|| has_begun.then_some(0));
    let mut events = match index {
        Some(index) => operations.swap_remove(index),
        None => Vec::new(),
    };
    events.reverse();
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newest first, one per word: `status` or `status/token` of the stack, `.name` of a resource.
    fn events(words: &str) -> Vec<StackEvent> {
        words
            .split_whitespace()
            .enumerate()
            .map(|(at, word)| {
                let (status, token) = match word.split_once('/') {
                    Some((status, token)) => (status, Some(token.to_owned())),
                    None => (word, None),
                };
                let resource = status.strip_prefix('.');
                StackEvent {
                    id: format!("{at}"),
                    stack_id: "arn".to_owned(),
                    operation_id: None,
                    token,
                    timestamp: "2026-11-20T10:00:00Z".to_owned(),
                    logical_id: resource.unwrap_or("app").to_owned(),
                    physical_id: resource.is_none().then(|| "arn".to_owned()),
                    resource_type: if resource.is_some() {
                        "AWS::IAM::Role"
                    } else {
                        STACK
                    }
                    .to_owned(),
                    status: if resource.is_some() {
                        "UPDATE_COMPLETE"
                    } else {
                        status
                    }
                    .to_owned(),
                    status_reason: None,
                    detailed_status: None,
                    hook_type: None,
                    hook_status: None,
                    hook_status_reason: None,
                    hook_failure_mode: None,
                    hook_invocation_id: None,
                }
            })
            .collect()
    }

    fn told(words: &str, token: Option<&str>, has_begun: bool) -> Vec<String> {
        operation(events(words), token, has_begun)
            .iter()
            .map(|event| match event.resource_type.as_str() {
                STACK => event.status.clone(),
                _ => event.logical_id.clone(),
            })
            .collect()
    }

    #[test]
    fn an_operation_is_told_with_its_rollback() {
        let words = "UPDATE_ROLLBACK_COMPLETE .c UPDATE_ROLLBACK_IN_PROGRESS .b UPDATE_IN_PROGRESS \
                     UPDATE_COMPLETE .a CREATE_IN_PROGRESS";
        let expected = [
            "UPDATE_IN_PROGRESS",
            "b",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "c",
            "UPDATE_ROLLBACK_COMPLETE",
        ];
        assert_eq!(told(words, None, true), expected);
    }

    #[test]
    fn a_token_finds_its_operation_under_newer_ones() {
        let words = "UPDATE_COMPLETE/b .b/b UPDATE_IN_PROGRESS/b UPDATE_COMPLETE .a UPDATE_IN_PROGRESS/a \
                     CREATE_COMPLETE CREATE_IN_PROGRESS";
        let expected = ["UPDATE_IN_PROGRESS", "a", "UPDATE_COMPLETE"];
        assert_eq!(told(words, Some("a"), true), expected);
        assert_eq!(told(words, Some("b"), false).len(), 3);
    }

    #[test]
    fn without_its_token_only_a_begun_operation_is_the_newest() {
        let words = "UPDATE_COMPLETE .a UPDATE_IN_PROGRESS CREATE_COMPLETE CREATE_IN_PROGRESS";
        assert_eq!(told(words, Some("x"), true).len(), 3);
        assert!(told(words, Some("x"), false).is_empty());
    }

    #[test]
    fn a_rollback_of_its_own_is_told_with_what_it_takes_back() {
        let words = "UPDATE_ROLLBACK_COMPLETE/r UPDATE_ROLLBACK_IN_PROGRESS/r UPDATE_FAILED/u .a/u \
                     UPDATE_IN_PROGRESS/u";
        assert_eq!(told(words, Some("r"), true).len(), 5);
    }

    #[test]
    fn times_compare_with_and_without_fractions() {
        assert!(moment("2026-11-20T10:00:05Z") < moment("2026-11-20T10:00:05.123Z"));
        assert!(moment("2026-11-20T10:00:05.123Z") < moment("2026-11-20T10:00:06Z"));
    }
}
