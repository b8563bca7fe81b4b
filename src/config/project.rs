//! `sageform.yaml`, beside `config/`: what holds for all of a project.
//!
//! ```yaml
//! Silence:
//!   ep-retain: the counts of this project are set by hand
//! ```

use std::collections::BTreeMap;

use super::document::{Scalar, Span};
use super::yaml::{Limits, parse};
use crate::finding::{Finding, Source};

/// The file relative to the project's root.
pub const PROJECT_FILE: &str = "sageform.yaml";

const SILENCE: &str = "Silence";

/// What the project's file says.
#[derive(Debug, Clone, Default)]
pub struct ProjectFile {
    /// The rules that are not to be reported, with the reason and where that stands.
    pub silence: BTreeMap<String, (String, Source)>,
}

/// Reads the project's file, and reports what is wrong with it.
pub fn read(bytes: &[u8]) -> (ProjectFile, Vec<Finding>) {
    let (document, mut findings) = parse(PROJECT_FILE, bytes, &Limits::STAGE_FILE);
    let mut file = ProjectFile::default();
    let Some(document) = document.filter(|document| !document.root.is_null()) else {
        return (file, findings);
    };
    let mut wrong = |rule, message: String, span: Span| {
        findings.push(Finding::error(rule, message).at(document.source(span)));
    };
    let Some(entries) = document.root.entries() else {
        let message = format!("expected a map with the key `{SILENCE}`");
        wrong("wrong-type", message, document.root.span);
        return (file, findings);
    };
    for entry in entries {
        if entry.key != SILENCE {
            let message = format!(
                "unknown key `{}`: the only one here is `{SILENCE}`",
                entry.key
            );
            wrong("unknown-key", message, entry.span);
            continue;
        }
        let Some(rules) = entry.value.entries() else {
            let message = format!("`{SILENCE}`: expected a map of rules and reasons");
            wrong("wrong-type", message, entry.span);
            continue;
        };
        for rule in rules {
            match rule.value.scalar() {
                Some(Scalar::Text(reason)) if !reason.trim().is_empty() => {
                    let place = document.source(rule.span);
                    file.silence
                        .insert(rule.key.clone(), (reason.to_owned(), place));
                }
                _ => wrong(
                    "silence-reason",
                    format!(
                        "expected the reason why `{}` is silenced, as a text",
                        rule.key
                    ),
                    rule.span,
                ),
            }
        }
    }
    (file, findings)
}
