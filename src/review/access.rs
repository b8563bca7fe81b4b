//! What policies allow: permissions that a change adds, and permissions that it takes away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::json::{Json, Object};
use crate::template::ResourceView;

use super::reference::same;
use super::secret::{self, Place};
use super::show;

/// One permission: who may do what to what, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    /// Whether it is a `Deny`.
    deny: bool,
    /// `Action`, or `NotAction` with all of its actions.
    action: String,
    /// The resource, or `NotResource` with all of them; empty in a trust policy.
    resource: String,
    /// Who, in a resource's own policy.
    principal: String,
    /// The conditions, where there are any.
    condition: String,
}

/// What the policies of a resource gain and lose.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AccessChange {
    /// What is allowed that was not, by what it applies to.
    pub(super) gained: Vec<String>,
    /// What may be read that could not, in the place of something else: a new model's data or image.
    pub(super) moved: Vec<String>,
    /// What is not allowed any more.
    pub(super) lost: Vec<String>,
}

/// Compares what the policies of a resource allow.
pub(super) fn compare(
    before: Option<ResourceView<'_>>,
    after: Option<ResourceView<'_>>,
) -> AccessChange {
    let (old, new) = (grants(before), grants(after));
    let only = |these: &BTreeSet<Grant>, others: &BTreeSet<Grant>| -> Vec<Grant> {
        these
            .iter()
            .filter(|grant| !others.iter().any(|other| other.covers(grant)))
            .cloned()
            .collect()
    };
    let (came, went) = (only(&new, &old), only(&old, &new));
    let part = |grants: &[Grant], deny: bool| -> Vec<Grant> {
        grants
            .iter()
            .filter(|grant| grant.deny == deny)
            .cloned()
            .collect()
    };
    let (went_allowed, came_allowed) = (part(&went, false), part(&came, false));
    let (moved, more): (Vec<Grant>, Vec<Grant>) = came_allowed.into_iter().partition(|grant| {
        went_allowed
            .iter()
            .any(|other| grant.reads_instead_of(other))
    });
    let mut gained = describe(&more, "");
    gained.extend(describe(&part(&went, true), "no longer denied: "));
    let mut lost = describe(&went_allowed, "");
    lost.extend(describe(&part(&came, true), "denied: "));
    let boundary = |view: Option<ResourceView<'_>>| {
        view.and_then(|view| view.properties()?.get("PermissionsBoundary").cloned())
    };
    if before.is_some() && after.is_some() {
        match (boundary(before), boundary(after)) {
            (Some(_), None) => gained.push("its permissions boundary goes".to_owned()),
            (Some(old), Some(new)) if !same(&old, &new) => {
                gained.push("its permissions boundary changes".to_owned());
            }
            _ => {}
        }
    }
    AccessChange {
        gained,
        moved: describe(&moved, ""),
        lost,
    }
}

/// Actions that read an artifact or image.
const READS: &[&str] = &[
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
];

impl Grant {
    /// Whether it reads one thing where another was read before.
    fn reads_instead_of(&self, other: &Self) -> bool {
        READS.contains(&self.action.as_str())
            && self.action == other.action
            && self.principal == other.principal
            && self.condition == other.condition
            && self.resource != "*"
    }

    /// Whether this allows (or denies) all of what the other does.
    fn covers(&self, other: &Self) -> bool {
        self.deny == other.deny
            && (self.principal == other.principal || self.principal == "*")
            && (self.condition == other.condition || self.condition.is_empty())
            && matches(&self.action, &other.action, true)
            && matches(&self.resource, &other.resource, false)
    }
}

/// Whether a pattern with `*` and `?` covers a text, which may be a pattern itself.
fn matches(pattern: &str, text: &str, fold: bool) -> bool {
    if pattern.starts_with("not ") || text.starts_with("not ") {
        return pattern == text;
    }
    let lower = |text: &str| -> Vec<char> {
        if fold {
            text.to_ascii_lowercase().chars().collect()
        } else {
            text.chars().collect()
        }
    };
    let (pattern, text) = (lower(pattern), lower(text));
    let (mut at, mut position) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, position));
            at += 1;
        } else if pattern.get(at).is_some_and(|character| {
            *character == text[position] || (*character == '?' && text[position] != '*')
        }) {
            at += 1;
            position += 1;
        } else if let Some((star_at, from)) = star {
            at = star_at + 1;
            position = from + 1;
            star = Some((star_at, position));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}

/// Grants as lines: actions on the same things together.
fn describe(grants: &[Grant], prefix: &str) -> Vec<String> {
    let mut by_object: BTreeMap<(&str, &str, &str), BTreeSet<&str>> = BTreeMap::new();
    for grant in grants {
        by_object
            .entry((&grant.resource, &grant.principal, &grant.condition))
            .or_default()
            .insert(&grant.action);
    }
    let mut by_actions: BTreeMap<(Vec<&str>, &str, &str), Vec<&str>> = BTreeMap::new();
    for ((resource, principal, condition), actions) in by_object {
        by_actions
            .entry((actions.into_iter().collect(), principal, condition))
            .or_default()
            .push(resource);
    }
    by_actions
        .into_iter()
        .map(|((actions, principal, condition), resources)| {
            let resources: Vec<&str> = resources
                .into_iter()
                .filter(|resource| !resource.is_empty())
                .collect();
            let mut text = format!("{prefix}{}", show::list(actions));
            if !resources.is_empty() {
                let _ = write!(text, " on {}", show::list(resources));
            }
            if !principal.is_empty() {
                let _ = write!(text, " for {}", show::list([principal]));
            }
            if !condition.is_empty() {
                text += " under conditions";
            }
            text
        })
        .collect()
}

fn grants(view: Option<ResourceView<'_>>) -> BTreeSet<Grant> {
    let mut found = BTreeSet::new();
    let Some(properties) = view.and_then(|view| view.properties()) else {
        return found;
    };
    for key in ["AssumeRolePolicyDocument", "PolicyDocument", "KeyPolicy"] {
        if let Some(document) = properties.get(key) {
            statements(document, &mut found);
        }
    }
    let inline = properties.get("Policies").and_then(Json::as_array);
    for policy in inline.unwrap_or_default() {
        if let Some(document) = policy.get("PolicyDocument") {
            statements(document, &mut found);
        }
    }
    for policy in each(properties.get("ManagedPolicyArns")) {
        found.insert(Grant {
            deny: false,
            action: "everything in the policy".to_owned(),
            resource: text(policy),
            principal: String::new(),
            condition: String::new(),
        });
    }
    found
}

fn statements(document: &Json, found: &mut BTreeSet<Grant>) {
    for statement in each(document.get("Statement")) {
        let Some(statement) = statement.as_object() else {
            continue;
        };
        let deny = statement.get("Effect").and_then(Json::as_str) == Some("Deny");
        let condition = statement.get("Condition").map(text).unwrap_or_default();
        for action in parts(statement, "Action", "NotAction") {
            for resource in parts(statement, "Resource", "NotResource") {
                for principal in principals(statement) {
                    found.insert(Grant {
                        deny,
                        action: action.clone(),
                        resource: resource.clone(),
                        principal,
                        condition: condition.clone(),
                    });
                }
            }
        }
    }
}

/// The items of a list, or the one value that stands for one.
fn each(value: Option<&Json>) -> &[Json] {
    match value {
        None => &[],
        Some(Json::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}

/// Each action or resource; those that a `Not…` excepts are one.
fn parts(statement: &Object, key: &str, not: &str) -> Vec<String> {
    if let Some(value) = statement.get(not) {
        let mut names: Vec<String> = each(Some(value)).iter().map(text).collect();
        names.sort();
        return vec![format!("not {}", names.join(", "))];
    }
    let parts: Vec<String> = each(statement.get(key)).iter().map(text).collect();
    if parts.is_empty() {
        vec![String::new()]
    } else {
        parts
    }
}

fn principals(statement: &Object) -> Vec<String> {
    if let Some(value) = statement.get("NotPrincipal") {
        return vec![format!("not {}", text(value))];
    }
    match statement.get("Principal") {
        None => vec![String::new()],
        Some(Json::Object(kinds)) => kinds
            .iter()
            .flat_map(|(_, value)| each(Some(value)))
            .map(text)
            .collect(),
        Some(other) => vec![text(other)],
    }
}

/// A text as it is, a function in its short form.
fn text(value: &Json) -> String {
    match secret::masked(value, Place::Plain).0 {
        Json::String(text) => text.into_owned(),
        Json::Object(object) => match object.single() {
            Some(("Fn::Sub", Json::String(text))) => text.to_string(),
            _ => show::value(&Json::Object(object)),
        },
        other => show::value(&other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_what_they_match() {
        assert!(matches("s3:*", "s3:GetObject", true));
        assert!(matches("S3:Get*", "s3:getobject", true));
        assert!(matches("arn:aws:s3:::a/*", "arn:aws:s3:::a/b/*", false));
        assert!(matches("*", "", false));
        assert!(matches("a?c", "abc", false));
        assert!(!matches("s3:Get*", "s3:*", true));
        assert!(!matches("a?c", "a*c", false));
        assert!(!matches("arn:aws:s3:::a", "arn:aws:s3:::ab", false));
    }
}
