//! Why a call to AWS gave no answer that can be used.

use std::fmt;

/// A call that failed, in terms of what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{api}: {message}{code}", code = code_suffix(.code))]
pub struct AwsError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The API that was called, such as `cloudformation:CreateChangeSet`.
    pub api: &'static str,
    /// The service's own code, such as `AlreadyExistsException`; empty where no service answered.
    pub code: String,
    /// The service's words, or what kept it from answering.
    pub message: String,
}

/// What kind of failure a call had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was asked for is not there.
    NotFound,
    /// What was to be made is there already, or its token was used for something else.
    AlreadyExists,
    /// It is not in a state that allows this.
    InvalidState,
    /// The request itself is refused.
    Invalid,
    /// A quota is used up.
    Limit,
    /// The caller may not do this.
    Denied,
    /// There are no credentials, or they are not valid.
    Credentials,
    /// The credentials were valid once.
    Expired,
    /// Too many requests, even after waiting.
    Throttled,
    /// The service failed or could not be reached, even after trying again: whether it did what was
    /// asked is not known.
    Unavailable,
    /// The service answered something that this program does not understand.
    Unexpected,
}

impl AwsError {
    /// Whether asking again later may help, so that a poll goes on.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::Unexpected
        )
    }

    /// Whether whoever asks has to get other credentials first.
    pub fn is_about_credentials(&self) -> bool {
        matches!(self.kind, ErrorKind::Credentials | ErrorKind::Expired)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::AlreadyExists => "exists already",
            Self::InvalidState => "wrong state",
            Self::Invalid => "refused",
            Self::Limit => "quota used up",
            Self::Denied => "not allowed",
            Self::Credentials => "no valid credentials",
            Self::Expired => "credentials expired",
            Self::Throttled => "too many requests",
            Self::Unavailable => "unavailable",
            Self::Unexpected => "not understood",
        })
    }
}

fn code_suffix(code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        format!(" ({code})")
    }
}
