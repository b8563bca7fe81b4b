//! Events of SageMaker.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html>

use std::borrow::Cow;

use crate::finding::{Severity, closest};
use crate::json::Json;

use super::super::node::{Node, Resource};
use super::found::Found;
use super::{Check, Rule};

const RULE: &str = "AWS::Events::Rule";
const SOURCE: &str = "aws.sagemaker";
const PACKAGE: &str = "SageMaker Model Package State Change";

pub(super) const RULES: &[Rule] = &[
    declared!("ev-source", Warning, [RULE], source),
    declared!("ev-status-case", Warning, [RULE], status_case),
    declared!("ev-approval-pattern", Note, [RULE], approval),
];

/// The kinds of events about models, endpoints and the jobs and pipelines that lead to them.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html>
const KINDS: &[&str] = &[
    "SageMaker Endpoint State Change",
    "SageMaker Endpoint Config State Change",
    "SageMaker Endpoint Deployment State Change",
    "SageMaker Model State Change",
    PACKAGE,
    "SageMaker Transform Job State Change",
    "SageMaker Training Job State Change",
    "SageMaker Processing Job State Change",
    "SageMaker Model Building Pipeline Execution Status Change",
    "SageMaker Model Building Pipeline Execution Step Status Change",
    "SageMaker HyperParameter Tuning Job State Change",
    "SageMaker Monitoring Schedule State Change",
    "SageMaker Model Card State Change",
    "SageMaker Model Card Export Job State Change",
    "SageMaker Evaluation Job Status Change",
];

/// A kind of nothing but these words is a slip: SageMaker has no other ones that they make up. One
/// with another word may be new.
const WORDS: &[&str] = &[
    "sagemaker",
    "endpoint",
    "config",
    "configuration",
    "deployment",
    "model",
    "package",
    "transform",
    "training",
    "processing",
    "job",
    "building",
    "pipeline",
    "execution",
    "step",
    "state",
    "status",
    "change",
    "changed",
    "changes",
];

/// What is written for the source by mistake, in lower case.
const SOURCES: &[&str] = &[
    SOURCE,
    "sagemaker",
    "aws-sagemaker",
    "aws/sagemaker",
    "aws:sagemaker",
    "amazon.sagemaker",
    "sagemaker.amazonaws.com",
    "aws.sagemaker.amazonaws.com",
];

/// The statuses of events as they are written there.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html>
const STATUSES: &[(&str, &[&str])] = &[
    (
        "EndpointStatus",
        &[
            "CREATING",
            "DELETING",
            "FAILED",
            "IN_SERVICE",
            "OUT_OF_SERVICE",
            "ROLLING_BACK",
            "SYSTEM_UPDATING",
            "UPDATE_ROLLBACK_FAILED",
            "UPDATING",
        ],
    ),
    (
        "ModelApprovalStatus",
        &["Approved", "PendingManualApproval", "Rejected"],
    ),
    (
        "ModelPackageStatus",
        &["Completed", "Deleting", "Failed", "InProgress", "Pending"],
    ),
    (
        "TransformJobStatus",
        &["Completed", "Failed", "InProgress", "Stopped", "Stopping"],
    ),
];

/// What events a rule waits for.
enum Pattern<'w> {
    Written(Node<'w>),
    /// The JSON is a text of its own, and has no places but the text's.
    Text(Node<'w>, Json),
}

/// What a pattern says of one key.
enum Field<'w> {
    Missing,
    Unknown,
    Values(Vec<Value<'w>>),
}

struct Value<'w> {
    at: Node<'w>,
    /// `None` for what is not known, and for filters such as `prefix`.
    text: Option<Cow<'w, str>>,
}

impl<'w> Pattern<'w> {
    fn of(rule: Resource<'w>) -> Option<Self> {
        let node = rule.get("EventPattern");
        if let Some(text) = node.text() {
            if !rule.world().work(text.len()) {
                return None;
            }
            let parsed = serde_json::from_str(&text).ok()?;
            return Some(Self::Text(node, parsed));
        }
        node.is_present().then_some(Self::Written(node))
    }

    fn is_written(&self) -> bool {
        matches!(self, Self::Written(_))
    }

    fn field<const N: usize>(&self, path: [&'static str; N]) -> Field<'w> {
        match self {
            Self::Written(node) => {
                let mut node = *node;
                for key in path {
                    if !node.get("$or").is_absent() {
                        return Field::Unknown;
                    }
                    node = node.get(key);
                }
                if node.is_absent() {
                    return Field::Missing;
                }
                let values = |items: Vec<Node<'w>>| {
                    let value = |at: Node<'w>| Value {
                        at,
                        text: at.text(),
                    };
                    Field::Values(items.into_iter().map(value).collect())
                };
                node.list().map_or(Field::Unknown, values)
            }
            Self::Text(at, json) => {
                let mut json = json;
                for key in path {
                    if json.get("$or").is_some() {
                        return Field::Unknown;
                    }
                    let Some(inner) = json.get(key) else {
                        return Field::Missing;
                    };
                    json = inner;
                }
                let Some(items) = json.as_array() else {
                    return Field::Unknown;
                };
                let value = |item: &Json| Value {
                    at: *at,
                    text: item.as_str().map(|text| Cow::Owned(text.to_owned())),
                };
                Field::Values(items.iter().map(value).collect())
            }
        }
    }

    /// Whether it waits for events of SageMaker itself, and not for what a trail tells of it.
    fn is_of_sagemaker(&self) -> bool {
        match self.field(["detail-type"]) {
            Field::Values(_) => self
                .field(["detail-type"])
                .texts()
                .any(|text| text.starts_with("SageMaker ")),
            Field::Missing => self.field(["source"]).texts().any(|text| text == SOURCE),
            Field::Unknown => false,
        }
    }
}

impl Field<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let values: &[Value<'_>] = match self {
            Self::Values(values) => values,
            _ => &[],
        };
        values.iter().filter_map(|value| value.text.as_deref())
    }

    fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

fn source(rule: Resource<'_>, found: &mut Found<'_>) {
    let Some(pattern) = Pattern::of(rule) else {
        return;
    };
    let (sources, kinds) = (pattern.field(["source"]), pattern.field(["detail-type"]));
    let has_kind = kinds.texts().any(|text| text.starts_with("SageMaker "));
    let bus = rule.get("EventBusName");
    let is_default = bus.is_absent() || bus.text().is_some_and(|name| name == "default");
    let is_right = sources.texts().any(|text| text == SOURCE);
    if has_kind
        && is_default
        && !is_right
        && let Field::Values(values) = &sources
    {
        for value in values {
            let Some(text) = &value.text else { continue };
            if SOURCES.contains(&text.to_lowercase().as_str()) {
                let report = found.at(
                    value.at,
                    format!("events of SageMaker have the source `{SOURCE}`, got `{text}`"),
                );
                let report = report.hint(format!("write `{SOURCE}`"));
                if pattern.is_written() {
                    report.set(SOURCE);
                }
            }
        }
    }
    if (is_right || sources.is_missing())
        && let Field::Values(values) = &kinds
    {
        for value in values {
            if let Some(text) = &value.text
                && is_slip(text)
            {
                let meant = closest(text, KINDS.iter().copied());
                let report = found.at(
                    value.at,
                    format!("SageMaker sends no events of the kind `{text}`"),
                );
                report.hint(match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => {
                        "take the kind from SageMaker's list of events, letter by letter".to_owned()
                    }
                });
            }
        }
    }
}

/// Whether a kind is a known one with a mistake in it.
fn is_slip(kind: &str) -> bool {
    if KINDS.contains(&kind) || kind.len() > 128 {
        return false;
    }
    let lower = kind.to_lowercase();
    let mut words = lower.split_whitespace();
    let known = |known: &&str| strsim::damerau_levenshtein(&lower, &known.to_lowercase()) <= 2;
    lower.starts_with("sagemaker ")
        && (words.all(|word| WORDS.contains(&word)) || KINDS.iter().any(known))
}

fn status_case(rule: Resource<'_>, found: &mut Found<'_>) {
    let Some(pattern) = Pattern::of(rule).filter(Pattern::is_of_sagemaker) else {
        return;
    };
    for (key, statuses) in STATUSES {
        let field = pattern.field(["detail", key]);
        let Field::Values(values) = &field else {
            continue;
        };
        for value in values {
            let Some(text) = value.text.as_deref() else {
                continue;
            };
            let Some(right) = statuses
                .iter()
                .find(|right| letters(right) == letters(text))
            else {
                continue;
            };
            // Who lists both spellings is prepared for either.
            if text == *right || field.texts().any(|other| other == *right) {
                continue;
            }
            let report = found.at(
                value.at,
                format!("events have `{right}` as `{key}`, got `{text}`"),
            );
            let report = report.hint(format!("write `{right}`"));
            if pattern.is_written() {
                report.set(*right);
            }
        }
    }
}

/// A status without what its spellings differ in.
fn letters(status: &str) -> String {
    let letters = status.chars().filter(|letter| letter.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}

fn approval(rule: Resource<'_>, found: &mut Found<'_>) {
    let Some(pattern) = Pattern::of(rule) else {
        return;
    };
    let kinds = pattern.field(["detail-type"]);
    if !kinds.texts().any(|kind| kind == PACKAGE) {
        return;
    }
    let group = pattern.field(["detail", "ModelPackageGroupName"]);
    let status = pattern.field(["detail", "ModelApprovalStatus"]);
    let at = rule.get("EventPattern");
    if status.texts().any(|text| text == "Approved")
        && group.is_missing()
        && pattern.field(["detail", "ModelPackageArn"]).is_missing()
        && pattern.field(["resources"]).is_missing()
    {
        found
            .at(
                at,
                "an approval in any model package group of the account starts this",
            )
            .hint("add `ModelPackageGroupName` to `detail`, unless all groups are meant");
    }
    if matches!(group, Field::Values(_))
        && status.is_missing()
        && pattern.field(["detail", "ModelPackageStatus"]).is_missing()
        && pattern
            .field(["detail", "UpdatedModelPackageFields"])
            .is_missing()
    {
        found
            .at(
                at,
                "every change of a version starts this, also one that is pending or rejected",
            )
            .hint(
                "add `ModelApprovalStatus: [Approved]` to `detail`, unless all changes are meant",
            );
    }
}

#[cfg(test)]
mod tests;
