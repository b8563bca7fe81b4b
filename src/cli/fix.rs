//! Repairs of a template's text, by the edits that findings bring.
//!
//! One edit at a time: the text is changed where the edit is, read again, and compared with the tree
//! that the edit makes of the old one. Where these differ, or the finding is still there, the edit is
//! left out.

mod edit;

use std::collections::BTreeSet;

use crate::config::document::Document;
use crate::config::yaml::{Limits, parse};
use crate::finding::{Finding, Fix};
use crate::json::Json;

use edit::{Text, removed, set};

/// So many edits are made in one go; one edit may bring up the next.
const ROUNDS: usize = 100;

/// The mark at the beginning of a file that some editors write.
const BOM: &str = "\u{feff}";

/// The attributes of a resource. Any other key that is missing is one of its properties.
const ATTRIBUTES: [&str; 9] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// A text after its repair.
pub(super) struct Repaired {
    /// The text; the same as before where nothing was done.
    pub(super) text: String,
    /// How many edits were made.
    pub(super) done: usize,
    /// What could not be repaired, and why.
    pub(super) left: Vec<(Finding, &'static str)>,
    /// Whether there are edits that were not tried.
    pub(super) more: bool,
    /// What is found in the text now.
    pub(super) findings: Vec<Finding>,
}

/// Makes the edits that the findings of a text bring, until none is left.
pub(super) fn repair(
    shown: &str,
    bytes: Vec<u8>,
    check: &dyn Fn(&[u8]) -> Vec<Finding>,
) -> Repaired {
    let mut findings = check(&bytes);
    let mut repaired = Repaired {
        text: String::new(),
        done: 0,
        left: Vec::new(),
        more: false,
        findings: Vec::new(),
    };
    // A file that is no text has been reported as such.
    let Ok(mut text) = String::from_utf8(bytes) else {
        repaired.findings = findings;
        return repaired;
    };
    let mut refused = BTreeSet::new();
    loop {
        let next = findings
            .iter()
            .find(|finding| finding.fix.is_some() && !refused.contains(&key(finding)));
        let Some(finding) = next else { break };
        if repaired.done == ROUNDS {
            repaired.more = true;
            break;
        }
        match attempt(shown, &text, finding, &findings, check) {
            Ok((edited, left)) => {
                (text, findings) = (edited, left);
                repaired.done += 1;
                // Paths may lead elsewhere now.
                refused.clear();
                repaired.left.clear();
            }
            Err(reason) => {
                refused.insert(key(finding));
                repaired.left.push((finding.clone(), reason));
            }
        }
    }
    repaired.text = text;
    repaired.findings = findings;
    repaired
}

/// What makes a finding the same one in another text.
type Key = (&'static str, Option<String>, Option<String>);

fn key(finding: &Finding) -> Key {
    let place = &finding.place;
    (finding.rule, place.logical_id.clone(), place.path.clone())
}

/// The text with one edit, and what is found in it then.
fn attempt(
    shown: &str,
    text: &str,
    finding: &Finding,
    findings: &[Finding],
    check: &dyn Fn(&[u8]) -> Vec<Finding>,
) -> Result<(String, Vec<Finding>), &'static str> {
    let bare = text.strip_prefix(BOM).unwrap_or(text);
    let document = read(shown, bare).ok_or("the file cannot be read")?;
    let fix = finding.fix.as_ref().ok_or("there is no edit")?;
    let id = finding.place.logical_id.as_deref().unwrap_or_default();
    let path = whole_path(&document, id, fix).ok_or("its place in the file is not known")?;
    let value = match fix {
        Fix::Set { value, .. } => Some(value),
        Fix::Remove { .. } => None,
    };
    let mut edited = edited(shown, bare, &document, &path, value)?;
    if text.len() > bare.len() {
        edited.insert_str(0, BOM);
    }
    let left = check(edited.as_bytes());
    let errors = |findings: &[Finding]| findings.iter().filter(|one| one.is_error()).count();
    // Not by the path: with an item gone, that of the next one is the same.
    let same = |findings: &[Finding]| {
        let of = |one: &&Finding| {
            one.rule == finding.rule && one.place.logical_id == finding.place.logical_id
        };
        findings.iter().filter(of).count()
    };
    if same(&left) >= same(findings) {
        return Err("the edit would not repair it");
    }
    if errors(&left) > errors(findings) {
        return Err("the edit would break something else");
    }
    Ok((edited, left))
}

fn read(shown: &str, text: &str) -> Option<Document> {
    let (document, findings) = parse(shown, text.as_bytes(), &Limits::TEMPLATE);
    document.filter(|_| findings.is_empty())
}

/// The path of an edit from the root of the document.
fn whole_path(document: &Document, id: &str, fix: &Fix) -> Option<String> {
    let (Fix::Set { path, .. } | Fix::Remove { path }) = fix;
    let entry = format!("Resources.{id}");
    document.root.at(&entry)?;
    let properties = format!("{entry}.Properties.{path}");
    let attribute = format!("{entry}.{path}");
    let first = path.split(['.', '[']).next().unwrap_or_default();
    if document.root.at(&properties).is_some() {
        Some(properties)
    } else if ATTRIBUTES.contains(&first) {
        Some(attribute)
    } else {
        Some(properties)
    }
}

/// The text with a value set or removed, read again.
fn edited(
    shown: &str,
    text: &str,
    document: &Document,
    path: &str,
    value: Option<&Json>,
) -> Result<String, &'static str> {
    let mut expected = document.to_json();
    let holder = document
        .root
        .holder(path)
        .filter(|_| apply(&mut expected, path, value))
        .ok_or("its place in the file is not known")?;
    let text = Text::new(text);
    let edited = match value {
        Some(value) => set(&text, holder, value)?,
        None => removed(&text, holder)?,
    };
    let read = read(shown, &edited).ok_or("the file could not be read any more")?;
    // Also an edit of a value that stands elsewhere too, by an alias, ends here.
    if read.to_json() != expected {
        return Err("something else would change with it");
    }
    Ok(edited)
}

/// Sets or removes a value in a tree; `false` where the path does not lead anywhere.
fn apply(json: &mut Json, path: &str, value: Option<&Json>) -> bool {
    let path = path.strip_prefix('.').unwrap_or(path);
    match json {
        Json::Array(items) => {
            let index = path.strip_prefix('[').and_then(|path| path.split_once(']'));
            let Some((index, rest)) = index else {
                return false;
            };
            let index = index.parse().ok().filter(|index| *index < items.len());
            let Some(index) = index else { return false };
            match value {
                _ if !rest.is_empty() => apply(&mut items[index], rest, value),
                Some(value) => {
                    items[index] = value.clone();
                    true
                }
                None => {
                    items.remove(index);
                    true
                }
            }
        }
        Json::Object(object) => {
            let key = object
                .keys()
                .filter(|key| {
                    path.strip_prefix(key)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                })
                .max_by_key(|key| key.len())
                .unwrap_or(path)
                .to_owned();
            let rest = &path[key.len()..];
            match value {
                _ if !rest.is_empty() => object
                    .get_mut(&key)
                    .is_some_and(|below| apply(below, rest, value)),
                Some(value) => {
                    object.insert(key, value.clone());
                    true
                }
                None => object.remove(&key).is_some(),
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
