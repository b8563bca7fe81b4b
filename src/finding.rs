//! F0: one thing that is wrong, and where.
//!
//! Every floor above returns findings; only `cli` prints them. A finding carries the offending line
//! itself, so that nobody has to read a file again to show it.

use std::fmt;

use serde::Serialize;

use crate::json::Json;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is written while one of these stands.
    Error,
    /// Accepted, and probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// A position in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Source {
    /// The file as it should be printed: relative to the project's root, with `/` on every system.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length in characters of what is marked, within the line; at least 1.
    pub length: usize,
    /// The line's text without its end, cut by the producer when it is absurdly long. `None` where
    /// the file's text is not at hand (a place in Rust code, a file that is not text).
    pub text: Option<String>,
}

impl Source {
    /// Puts `*` for what another place marks, where that is in the same line.
    pub fn hide(&mut self, other: &Self) {
        if self.line != other.line || self.file != other.file {
            return;
        }
        let columns = other.column..other.column + other.length;
        if let Some(text) = &mut self.text {
            *text = (1..)
                .zip(text.chars())
                .map(|(at, shown)| if columns.contains(&at) { '*' } else { shown })
                .collect();
        }
    }
}

/// Where a finding applies: any of the parts may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The position in the stage file, the template, or the stack's Rust code that caused it.
    pub source: Option<Source>,
    /// The stack.
    pub stack: Option<String>,
    /// The stages in which it is wrong, in file order; empty when it is wrong in the file itself.
    pub stages: Vec<String>,
    /// The resource's (or parameter's, or output's) logical id.
    pub logical_id: Option<String>,
    /// Path below the resource or the stage, such as `ProductionVariants[0].InstanceType`.
    pub path: Option<String>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable id in kebab case, such as `unknown-key`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong: lower case, no full stop, values in backticks, what was expected and what was got.
    pub message: String,
    /// What to do about it, in the same style.
    pub hint: Option<String>,
    /// What was found, where the rule tells: the value alone.
    pub got: Option<String>,
    /// What is allowed instead, where the rule tells, as the end of "expected …".
    pub allowed: Option<String>,
    /// The edit that repairs it, where nothing is left to decide.
    pub fix: Option<Fix>,
}

/// A mechanical edit of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Writes a value, in place of what is there.
    Set {
        /// Its path, as in [`Place::path`].
        path: String,
        /// The value.
        value: Json,
    },
    /// Removes a key and its value, or an item.
    Remove {
        /// Its path, as in [`Place::path`].
        path: String,
    },
}

impl Finding {
    /// An error without a place.
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, message)
    }

    /// A warning without a place.
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, message)
    }

    /// A note without a place.
    pub fn note(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Note, message)
    }

    fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            place: Place::default(),
            message: message.into(),
            hint: None,
            got: None,
            allowed: None,
            fix: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what is allowed, as the end of "expected …", and what was found: the value alone.
    #[must_use]
    pub fn expecting(mut self, allowed: impl Into<String>, got: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self.got = Some(got.into());
        self
    }

    /// Sets the position in a file.
    #[must_use]
    pub fn at(mut self, source: Source) -> Self {
        self.place.source = Some(source);
        self
    }

    /// Names the resource, parameter or output.
    #[must_use]
    pub fn on(mut self, logical_id: impl Into<String>) -> Self {
        self.place.logical_id = Some(logical_id.into());
        self
    }

    /// Names the property.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.place.path = Some(path.into());
        self
    }

    /// Whether it keeps templates from being written.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The candidate that was probably meant: for "did you mean".
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A jumbled half of the letters is a different word, not a slip of the finger. The cap keeps a
    // megabyte-long key from being compared letter by letter with every candidate.
    if word.len() > 128 {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| {
            distance * 3 <= candidate.chars().count().max(lower.chars().count())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
