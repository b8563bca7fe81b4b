//! What a stack's status means: what may be done with it, and whether an operation has ended.
//!
//! Pure. AWS adds statuses, so that one which is not known is judged by its ending.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>

use serde::{Deserialize, Serialize};

use super::progress::Subject;
use super::stack::StackStatus;

/// What a stack's status lets one do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Entry {
    /// There is no stack: it is made.
    Create,
    /// A change set is to make it, and none has been executed: it has neither template nor
    /// resources, and is made as if it were not there.
    UnderReview,
    /// It is stable: it is updated.
    Update,
    /// It could not be made, and what had been made is gone: it can only be deleted.
    FirstCreateFailed,
    /// It could not be made, and what had been made is still there, and is paid for.
    CreateFailedKept,
    /// An update stopped half way and nothing was taken back.
    UpdateFailed,
    /// An update failed, and so did taking it back.
    RollbackFailed,
    /// An operation is under way.
    Busy,
    /// It is being deleted.
    Deleting,
    /// It could not be deleted.
    DeleteFailed,
    /// It has been deleted; it is still described by its ARN.
    Gone,
    /// The status is not known, or nothing that this program does helps.
    Unknown,
}

impl Entry {
    /// What a status lets one do; `None` where there is no stack.
    pub fn of(status: Option<&StackStatus>) -> Self {
        let Some(status) = status else {
            return Self::Create;
        };
        match status.as_str() {
            "REVIEW_IN_PROGRESS" => Self::UnderReview,
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => Self::FirstCreateFailed,
            "CREATE_FAILED" => Self::CreateFailedKept,
            "UPDATE_FAILED" => Self::UpdateFailed,
            "UPDATE_ROLLBACK_FAILED" => Self::RollbackFailed,
            "DELETE_IN_PROGRESS" => Self::Deleting,
            "DELETE_FAILED" => Self::DeleteFailed,
            "DELETE_COMPLETE" => Self::Gone,
            // `UPDATE_COMPLETE_CLEANUP_IN_PROGRESS` too: the stack takes no other operation yet.
            other if other.ends_with("_IN_PROGRESS") => Self::Busy,
            other if other.ends_with("_COMPLETE") => Self::Update,
            _ => Self::Unknown,
        }
    }

    /// Whether a change set can be made for it.
    pub fn takes_change_sets(self) -> bool {
        matches!(self, Self::Create | Self::UnderReview | Self::Update)
    }
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Terminal {
    /// The stack is what its template says.
    Succeeded,
    /// It failed, and the stack is as it was before, or empty where it was to be made.
    RolledBack,
    /// It failed, and the stack stays between two templates until a person does something.
    Failed,
    /// The stack is gone.
    Deleted,
}

/// How an operation ended that left a stack in this status; `None` while it runs.
///
/// `UPDATE_COMPLETE_CLEANUP_IN_PROGRESS` has not ended: the old resources are still being deleted.
/// Neither has `REVIEW_IN_PROGRESS`, where nothing has begun.
pub fn terminal(status: &StackStatus) -> Option<Terminal> {
    let status = status.as_str();
    if status.ends_with("_IN_PROGRESS") {
        return None;
    }
    if status == "DELETE_COMPLETE" {
        return Some(Terminal::Deleted);
    }
    if status.ends_with("ROLLBACK_COMPLETE") {
        return Some(Terminal::RolledBack);
    }
    if status.ends_with("_COMPLETE") {
        return Some(Terminal::Succeeded);
    }
    // An ending that is not known may be anything, but it is not under way.
    Some(Terminal::Failed)
}

/// What a status means and what to do, in a sentence or two.
pub fn advice(status: Option<&StackStatus>, subject: &Subject) -> String {
    let Subject { stage, stack } = subject;
    let verb = |name: &str| format!("`sageform {name} --stage {stage} --stack {stack}`");
    let Some(name) = status.map(StackStatus::as_str) else {
        return "the stack is not there; a deployment makes it".to_owned();
    };
    match (Entry::of(status), name) {
        (Entry::Create, _) => "the stack is not there; a deployment makes it".to_owned(),
        (Entry::UnderReview, _) => format!(
            "a change set is to make the stack, and none has been executed: apply its plan, or throw \
             it away with `sageform discard`; {} removes what is left of it",
            verb("destroy")
        ),
        (Entry::Update, "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE") => {
            "the last operation failed and was taken back; the stack is stable and can be updated"
                .to_owned()
        }
        (Entry::Update, _) => "the stack is stable and can be updated".to_owned(),
        (Entry::FirstCreateFailed, "ROLLBACK_FAILED") => format!(
            "the stack could not be made, and what was made of it could not be deleted: it can only \
             be destroyed and made anew; {}, then deploy",
            verb("destroy")
        ),
        (Entry::FirstCreateFailed, _) => format!(
            "the stack could not be made, and what was made of it is gone: it cannot be updated, \
             only destroyed and made anew; {}, then deploy",
            verb("destroy")
        ),
        (Entry::CreateFailedKept, _) => format!(
            "the stack could not be made, and what was made of it is there and is paid for: {} \
             deletes that, {} the stack too",
            verb("rollback"),
            verb("destroy")
        ),
        (Entry::UpdateFailed, _) => format!(
            "an update stopped half way and was not taken back: {} takes the stack back to its last \
             stable state",
            verb("rollback")
        ),
        (Entry::RollbackFailed, _) => format!(
            "an update failed, and so did taking it back: repair what the events name, then {}, \
             which goes on with it",
            verb("rollback")
        ),
        (Entry::Busy, _) => format!(
            "an operation is under way, and the stack takes no other until it has ended; {} follows \
             it",
            verb("events --follow")
        ),
        (Entry::Deleting, _) => format!(
            "the stack is being deleted; {} follows it, and once it is gone a deployment makes it \
             anew",
            verb("events --follow")
        ),
        (Entry::DeleteFailed, _) => format!(
            "the stack could not be deleted: {} names what is left, tries again, and can keep it \
             with `--retain`",
            verb("destroy")
        ),
        (Entry::Gone, _) => "the stack has been deleted; a deployment makes it anew".to_owned(),
        (Entry::Unknown, "IMPORT_ROLLBACK_FAILED") => {
            "an import failed, and so did taking it back: repair what the events name, and complete \
             it in the CloudFormation console"
                .to_owned()
        }
        (Entry::Unknown, other) => format!(
            "the status `{other}` is not one that this program knows what to do about; {} shows how \
             it came about",
            verb("events")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(name: &str) -> StackStatus {
        StackStatus(name.to_owned())
    }

    /// Every status that AWS documents, with what it means, and one of each ending that it does not.
    const STATUSES: &[(&str, Entry, Option<Terminal>)] = &[
        ("CREATE_IN_PROGRESS", Entry::Busy, None),
        (
            "CREATE_FAILED",
            Entry::CreateFailedKept,
            Some(Terminal::Failed),
        ),
        ("CREATE_COMPLETE", Entry::Update, Some(Terminal::Succeeded)),
        ("ROLLBACK_IN_PROGRESS", Entry::Busy, None),
        (
            "ROLLBACK_FAILED",
            Entry::FirstCreateFailed,
            Some(Terminal::Failed),
        ),
        (
            "ROLLBACK_COMPLETE",
            Entry::FirstCreateFailed,
            Some(Terminal::RolledBack),
        ),
        ("DELETE_IN_PROGRESS", Entry::Deleting, None),
        ("DELETE_FAILED", Entry::DeleteFailed, Some(Terminal::Failed)),
        ("DELETE_COMPLETE", Entry::Gone, Some(Terminal::Deleted)),
        ("UPDATE_IN_PROGRESS", Entry::Busy, None),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Entry::Busy, None),
        ("UPDATE_COMPLETE", Entry::Update, Some(Terminal::Succeeded)),
        ("UPDATE_FAILED", Entry::UpdateFailed, Some(Terminal::Failed)),
        ("UPDATE_ROLLBACK_IN_PROGRESS", Entry::Busy, None),
        (
            "UPDATE_ROLLBACK_FAILED",
            Entry::RollbackFailed,
            Some(Terminal::Failed),
        ),
        (
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            Entry::Busy,
            None,
        ),
        (
            "UPDATE_ROLLBACK_COMPLETE",
            Entry::Update,
            Some(Terminal::RolledBack),
        ),
        ("REVIEW_IN_PROGRESS", Entry::UnderReview, None),
        ("IMPORT_IN_PROGRESS", Entry::Busy, None),
        ("IMPORT_COMPLETE", Entry::Update, Some(Terminal::Succeeded)),
        ("IMPORT_ROLLBACK_IN_PROGRESS", Entry::Busy, None),
        (
            "IMPORT_ROLLBACK_FAILED",
            Entry::Unknown,
            Some(Terminal::Failed),
        ),
        (
            "IMPORT_ROLLBACK_COMPLETE",
            Entry::Update,
            Some(Terminal::RolledBack),
        ),
        ("REFACTOR_IN_PROGRESS", Entry::Busy, None),
        (
            "REFACTOR_COMPLETE",
            Entry::Update,
            Some(Terminal::Succeeded),
        ),
        ("REFACTOR_FAILED", Entry::Unknown, Some(Terminal::Failed)),
        (
            "REFACTOR_ROLLBACK_COMPLETE",
            Entry::Update,
            Some(Terminal::RolledBack),
        ),
        ("SUSPENDED", Entry::Unknown, Some(Terminal::Failed)),
    ];

    #[test]
    fn every_status_says_what_may_be_done_and_whether_it_has_ended() {
        for (name, entry, ended) in STATUSES {
            assert_eq!(Entry::of(Some(&status(name))), *entry, "{name}");
            assert_eq!(terminal(&status(name)), *ended, "{name}");
        }
        assert_eq!(Entry::of(None), Entry::Create);
    }

    #[test]
    fn what_cannot_be_deployed_names_the_verb_that_helps() {
        let subject = Subject {
            stage: "Staging".to_owned(),
            stack: "inference".to_owned(),
        };
        let told = |name: &str| advice(Some(&status(name)), &subject);
        for (name, verb) in [
            ("ROLLBACK_COMPLETE", "destroy"),
            ("ROLLBACK_FAILED", "destroy"),
            ("CREATE_FAILED", "rollback"),
            ("UPDATE_FAILED", "rollback"),
            ("UPDATE_ROLLBACK_FAILED", "rollback"),
            ("UPDATE_IN_PROGRESS", "events --follow"),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "events --follow"),
            ("DELETE_IN_PROGRESS", "events --follow"),
            ("DELETE_FAILED", "destroy"),
            ("SUSPENDED", "events"),
        ] {
            let command = format!("`sageform {verb} --stage Staging --stack inference`");
            assert!(told(name).contains(&command), "{name}: {}", told(name));
        }
        for (name, entry, _) in STATUSES {
            let helps = told(name).contains("sageform") || told(name).contains("console");
            let settled = entry.takes_change_sets() || *entry == Entry::Gone;
            assert!(helps || settled, "{name}: {}", told(name));
        }
    }
}
