//! Findings that somebody has looked at and does not want to see again, each with the reason.
//!
//! A resource silences rules for itself in its metadata, which CloudFormation keeps and ignores:
//!
//! ```yaml
//! Metadata:
//!   Sageform:
//!     Silence:
//!       ep-retain: the counts of this demo are set by hand
//! ```
//!
//! Whoever checks many templates hands the same map over for all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, closest};
use crate::json::{Json, Object};
use crate::template::Template;

use super::book;

const METADATA: [&str; 3] = ["Metadata", "Sageform", "Silence"];

/// Rules that are silent wherever they find something, with the reason, and which were of use.
#[derive(Debug, Clone, Default)]
pub struct Silence {
    reasons: BTreeMap<String, String>,
    used: BTreeSet<String>,
}

impl Silence {
    /// Silences these rules.
    pub fn new(reasons: BTreeMap<String, String>) -> Self {
        Self {
            reasons,
            used: BTreeSet::new(),
        }
    }

    /// Whether a finding is silenced.
    pub fn take(&mut self, finding: &Finding) -> bool {
        let known = self.reasons.contains_key(finding.rule);
        if known {
            self.used.insert(finding.rule.to_owned());
        }
        known
    }

    /// The rules that had nothing to silence so far.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let reasons = self.reasons.keys().map(String::as_str);
        reasons.filter(|rule| !self.used.contains(*rule))
    }
}

/// The silencers of a template's resources.
pub(super) struct Silencers<'t> {
    silencers: Vec<Silencer<'t>>,
}

struct Silencer<'t> {
    resource: &'t str,
    rule: &'t str,
    reason: &'t Json,
    used: bool,
}

impl<'t> Silencers<'t> {
    pub(super) fn of(template: &'t Template) -> Self {
        let mut silencers = Vec::new();
        for resource in template.resources() {
            let map = METADATA
                .iter()
                .try_fold(resource.entry, |entry, key| entry.get(key));
            let rules = map
                .and_then(Json::as_object)
                .into_iter()
                .flat_map(Object::iter);
            silencers.extend(rules.map(|(rule, reason)| Silencer {
                resource: resource.id,
                rule,
                reason,
                used: false,
            }));
        }
        Self { silencers }
    }

    /// Whether a finding is silenced.
    pub(super) fn take(&mut self, finding: &Finding) -> bool {
        let mut taken = false;
        for silencer in &mut self.silencers {
            let here = finding.place.logical_id.as_deref() == Some(silencer.resource);
            if here && silencer.rule == finding.rule && has_reason(silencer.reason) {
                silencer.used = true;
                taken = true;
            }
        }
        taken
    }

    /// What is wrong with them: no reason, an unknown rule, or nothing to silence.
    pub(super) fn faults(self) -> impl Iterator<Item = Finding> {
        self.silencers.into_iter().filter_map(|silencer| {
            let Silencer { rule, reason, .. } = silencer;
            let finding = if book::rule(rule).is_none() {
                unknown(rule)
            } else if !has_reason(reason) {
                Finding::error(
                    "silence-reason",
                    format!("expected the reason why `{rule}` is silenced, got none"),
                )
                .hint("write it as the value: `Silence: {<rule>: <reason>}`")
            } else if silencer.used {
                return None;
            } else {
                unused(rule)
            };
            let path = METADATA.join(".");
            Some(finding.on(silencer.resource).path(format!("{path}.{rule}")))
        })
    }
}

fn has_reason(reason: &Json) -> bool {
    reason
        .as_str()
        .is_some_and(|reason| !reason.trim().is_empty())
}

/// A silencer of a rule that does not exist.
pub fn unknown(rule: &str) -> Finding {
    let finding = Finding::error("silence-unknown", format!("there is no rule `{rule}`"));
    match closest(rule, book::rules().map(|rule| rule.id)) {
        Some(close) => finding.hint(format!("did you mean `{close}`?")),
        None => finding.hint("`sageform explain` lists the rules"),
    }
}

/// A silencer that had nothing to silence.
pub fn unused(rule: &str) -> Finding {
    Finding::warning(
        "silence-unused",
        format!("`{rule}` is silenced, and finds nothing"),
    )
    .hint("remove it, so that it does not hide what is wrong one day")
}
