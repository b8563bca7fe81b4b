//! Why a deployment did not end well, in terms of what has happened to the stack.

use crate::finding::Finding;

use super::error::{AwsError, ErrorKind};
use super::progress::Subject;

/// Why a step ended without what it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What it means for the stack.
    pub reason: Reason,
    /// What is wrong, and what to do.
    pub findings: Vec<Finding>,
}

/// What a stop means for the stack; each has an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Refused before anything was asked of CloudFormation.
    Refused,
    /// The plan replaces or removes something that needs to be acknowledged by name.
    Unacknowledged,
    /// Nobody has approved it.
    Unapproved,
    /// The change set could not be made; the stack is untouched.
    ChangeSetFailed,
    /// What was planned is not what would happen now; the stack is untouched.
    Stale,
    /// Somebody else is at it; the stack is untouched.
    Busy,
    /// It failed, and the stack is as it was before.
    RolledBack,
    /// The stack is fine, and the endpoint does not serve what was deployed.
    NotServing,
    /// The outcome is not known.
    LostContact,
    /// It failed, and only a person can go on.
    Stuck,
}

impl Stop {
    /// A stop for one finding.
    pub fn new(reason: Reason, finding: Finding) -> Self {
        Self {
            reason,
            findings: vec![finding],
        }
    }

    /// Says which stack of which stage it is about.
    #[must_use]
    pub fn about(mut self, subject: &Subject) -> Self {
        for finding in &mut self.findings {
            finding.place.stack = Some(subject.stack.clone());
            finding.place.stages = vec![subject.stage.clone()];
        }
        self
    }

    /// A call failed before anything was executed.
    pub fn before(error: &AwsError) -> Self {
        let reason = match error.kind {
            ErrorKind::Throttled | ErrorKind::Unavailable => Reason::LostContact,
            _ => Reason::Refused,
        };
        Self::new(reason, error_finding(error))
    }

    /// A call failed after execution began, so that the outcome is not known.
    pub fn during(error: &AwsError) -> Self {
        let goes_on = "what is under way goes on meanwhile, and repeating the command picks it up";
        let finding = Finding::error(rule(error.kind), error.to_string());
        let finding = match error.kind {
            ErrorKind::Credentials | ErrorKind::Denied => {
                let hint = hint(error.kind).unwrap_or_default();
                finding.hint(format!("{hint}; {goes_on}"))
            }
            ErrorKind::Expired => finding.hint(format!("sign in again; {goes_on}")),
            _ => finding.hint(goes_on),
        };
        Self::new(Reason::LostContact, finding)
    }
}

fn error_finding(error: &AwsError) -> Finding {
    // Lists of what was tried come with line ends and indentation.
    let message = error.to_string();
    let words: Vec<&str> = message.split_whitespace().collect();
    let finding = Finding::error(rule(error.kind), words.join(" "));
    match hint(error.kind) {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}

fn rule(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Credentials => "no-credentials",
        ErrorKind::Expired => "expired-credentials",
        ErrorKind::Denied => "access-denied",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Limit => "quota",
        ErrorKind::Invalid => "refused",
        _ => "aws",
    }
}

fn hint(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Credentials => {
            "name a profile with `--profile`, set `AWS_PROFILE`, or sign in, such as with `aws sso login`"
        }
        ErrorKind::Expired => "sign in again, then repeat the command",
        ErrorKind::Denied => "`sageform permissions` prints the policies that a deployer needs",
        ErrorKind::Throttled | ErrorKind::Unavailable => {
            "repeat the command: it goes on where this one stopped"
        }
        _ => return None,
    })
}
