//! Whether a stack's status is that of the operation that is followed.
//!
//! Pure. `DescribeStacks` answers from the past at times: right after a change set was executed it may
//! still say `REVIEW_IN_PROGRESS`, or the `UPDATE_COMPLETE` of the time before. A status that ends an
//! operation is believed once there is a sign that it is this operation's: it was seen running, the
//! stack is no longer as it was before, or the operation's own events say so.

use crate::deploy::stack::{StackDescription, StackStatus};
use crate::deploy::state::{Terminal, terminal};

/// How often an ending without any sign is read before it is believed: where a service works at once
/// and its events bear no tokens, there never is one.
const UNSIGNED_READS: u32 = 10;

/// The same while the operation's events say that it runs.
const CONTRADICTED_READS: u32 = 40;

/// What a stack was like before the operation that is to be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Its status.
    pub status: StackStatus,
    /// When it was last updated, as RFC 3339 text.
    pub last_updated_time: Option<String>,
    /// The change set that it was last made or updated by.
    pub change_set_id: Option<String>,
    /// The id of its newest event, where it was looked up: whatever comes after it is the operation's.
    pub last_event: Option<String>,
}

impl Before {
    /// What a description says, without the newest event.
    pub fn of(stack: &StackDescription) -> Self {
        Self {
            status: stack.status.clone(),
            last_updated_time: stack.last_updated_time.clone(),
            change_set_id: stack.change_set_id.clone(),
            last_event: None,
        }
    }

    /// Whether a stack is no longer as it was.
    pub fn has_moved(&self, stack: &StackDescription) -> bool {
        self.status != stack.status
            || self.last_updated_time != stack.last_updated_time
            || self.change_set_id != stack.change_set_id
    }
}

/// What the events say of the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing: there are none of it, or they cannot be read.
    Nothing,
    /// It runs.
    Running,
    /// It ended in this status.
    Ended(String),
}

/// What a read of the status yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The operation runs.
    Running,
    /// The status is that of the time before, as it seems.
    Stale,
    /// It has ended.
    Ended(Terminal),
    /// It has ended, as it seems: there was no sign of it, and the status stays.
    Presumed(Terminal),
    /// It never began, as it seems: the stack stays under review.
    NeverBegan,
}

/// What has been read so far.
#[derive(Debug)]
pub(super) struct Settle {
    before: Option<Before>,
    /// Whether any status is believed, because nobody said which operation is meant.
    any: bool,
    ran: bool,
    stale: u32,
}

impl Settle {
    /// Nothing has been read. Without a token and without what was before, the operation is whichever
    /// the stack had last.
    pub(super) fn new(before: Option<Before>, token: bool) -> Self {
        Self {
            any: before.is_none() && !token,
            before,
            ran: false,
            stale: 0,
        }
    }

    /// Whether there was a sign of the operation in the stack's description.
    pub(super) fn has_begun(&self, stack: &StackDescription) -> bool {
        let moved = |before: &Before| before.has_moved(stack);
        self.any || self.ran || self.before.as_ref().is_some_and(moved)
    }

    /// Takes in a description of the stack, and what the events say by now.
    pub(super) fn read(&mut self, stack: &StackDescription, told: &Told) -> Reading {
        if stack.status.as_str() == "REVIEW_IN_PROGRESS" {
            self.stale += 1;
            let never = self.stale >= patience(told) || self.any;
            return if never {
                Reading::NeverBegan
            } else {
                Reading::Stale
            };
        }
        let Some(ended) = terminal(&stack.status) else {
            self.ran = true;
            return Reading::Running;
        };
        let signed = matches!(told, Told::Ended(status) if status == stack.status.as_str());
        if signed || self.has_begun(stack) {
            return Reading::Ended(ended);
        }
        self.stale += 1;
        if self.stale >= patience(told) {
            return Reading::Presumed(ended);
        }
        Reading::Stale
    }
}

/// How many stale reads are borne.
fn patience(told: &Told) -> u32 {
    match told {
        Told::Nothing => UNSIGNED_READS,
        Told::Running | Told::Ended(_) => CONTRADICTED_READS,
    }
}

#[cfg(test)]
pub(in super::super) mod tests {
    use super::*;

    pub(in crate::deploy) fn description(status: &str, updated: Option<&str>) -> StackDescription {
        StackDescription {
            id: "arn".to_owned(),
            name: "app".to_owned(),
            status: StackStatus(status.to_owned()),
            status_reason: None,
            creation_time: None,
            last_updated_time: updated.map(str::to_owned),
            change_set_id: None,
            role_arn: None,
            tags: std::collections::BTreeMap::new(),
            parameters: std::collections::BTreeMap::new(),
            outputs: Vec::new(),
            capabilities: Vec::new(),
            termination_protection: false,
            parent_id: None,
            drift_status: None,
        }
    }

    fn before(status: &str, updated: Option<&str>) -> Before {
        Before::of(&description(status, updated))
    }

    /// Reads statuses one after the other, of a stack that was last updated at `1`.
    fn read(settle: &mut Settle, statuses: &[&str]) -> Vec<Reading> {
        statuses
            .iter()
            .map(|status| settle.read(&description(status, Some("1")), &Told::Nothing))
            .collect()
    }

    #[test]
    fn the_old_success_is_not_taken_for_the_new_one() {
        let mut settle = Settle::new(Some(before("UPDATE_COMPLETE", Some("1"))), true);
        let statuses = [
            "UPDATE_COMPLETE",
            "UPDATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_COMPLETE",
        ];
        assert_eq!(
            read(&mut settle, &statuses),
            [
                Reading::Stale,
                Reading::Stale,
                Reading::Running,
                Reading::Running,
                Reading::Ended(Terminal::Succeeded),
            ]
        );
    }

    #[test]
    fn an_update_that_was_over_before_the_first_read_shows_in_its_time() {
        let mut settle = Settle::new(Some(before("UPDATE_COMPLETE", Some("1"))), true);
        let later = description("UPDATE_COMPLETE", Some("2"));
        assert_eq!(
            settle.read(&later, &Told::Nothing),
            Reading::Ended(Terminal::Succeeded)
        );
    }

    #[test]
    fn the_operations_own_event_ends_it_where_nothing_else_moves() {
        let mut settle = Settle::new(Some(before("UPDATE_COMPLETE", Some("1"))), true);
        let same = description("UPDATE_COMPLETE", Some("1"));
        assert_eq!(settle.read(&same, &Told::Running), Reading::Stale);
        let other = Told::Ended("UPDATE_ROLLBACK_COMPLETE".to_owned());
        assert_eq!(settle.read(&same, &other), Reading::Stale);
        let ours = Told::Ended("UPDATE_COMPLETE".to_owned());
        assert_eq!(
            settle.read(&same, &ours),
            Reading::Ended(Terminal::Succeeded)
        );
    }

    #[test]
    fn a_status_without_any_sign_is_believed_after_a_while() {
        for (told, reads) in [
            (Told::Nothing, UNSIGNED_READS),
            (Told::Running, CONTRADICTED_READS),
        ] {
            let mut settle = Settle::new(Some(before("UPDATE_COMPLETE", Some("1"))), true);
            let same = description("UPDATE_COMPLETE", Some("1"));
            for _ in 1..reads {
                assert_eq!(settle.read(&same, &told), Reading::Stale);
            }
            assert_eq!(
                settle.read(&same, &told),
                Reading::Presumed(Terminal::Succeeded)
            );
        }
    }

    #[test]
    fn a_stack_that_stays_under_review_was_never_begun() {
        let mut settle = Settle::new(Some(before("REVIEW_IN_PROGRESS", None)), true);
        let review = description("REVIEW_IN_PROGRESS", None);
        for _ in 1..UNSIGNED_READS {
            assert_eq!(settle.read(&review, &Told::Nothing), Reading::Stale);
        }
        assert_eq!(settle.read(&review, &Told::Nothing), Reading::NeverBegan);
        let mut begins = Settle::new(Some(before("REVIEW_IN_PROGRESS", None)), true);
        let statuses = [
            "REVIEW_IN_PROGRESS",
            "CREATE_IN_PROGRESS",
            "ROLLBACK_COMPLETE",
        ];
        assert_eq!(
            read(&mut begins, &statuses),
            [
                Reading::Stale,
                Reading::Running,
                Reading::Ended(Terminal::RolledBack)
            ]
        );
    }

    #[test]
    fn whoever_attaches_believes_the_first_status() {
        let mut settle = Settle::new(None, false);
        assert_eq!(
            read(&mut settle, &["UPDATE_ROLLBACK_FAILED"]),
            [Reading::Ended(Terminal::Failed)]
        );
        let mut shell = Settle::new(None, false);
        assert_eq!(
            read(&mut shell, &["REVIEW_IN_PROGRESS"]),
            [Reading::NeverBegan]
        );
    }
}
