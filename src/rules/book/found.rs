//! What a rule has found, and where.

use std::fmt::{Display, Write as _};

use crate::finding::{Finding, Fix, Severity};
use crate::json::{Json, Object};

use super::super::node::{Node, Resource};
use super::super::world::World;
use super::Rule;

/// The findings of one rule in one world.
pub(super) struct Found<'f> {
    rule: &'f Rule,
    world: &'f World<'f>,
    current: Option<Resource<'f>>,
    findings: Vec<Finding>,
}

impl<'f> Found<'f> {
    pub(super) fn new(rule: &'f Rule, world: &'f World<'f>) -> Self {
        Self {
            rule,
            world,
            current: None,
            findings: Vec::new(),
        }
    }

    pub(super) fn now_at(&mut self, resource: Resource<'f>) {
        self.current = Some(resource);
    }

    /// Something is wrong with a value, or with its absence.
    pub(super) fn at(&mut self, node: Node<'_>, message: impl Into<String>) -> Report<'_> {
        let mut finding = match self.rule.severity {
            Severity::Error => Finding::error(self.rule.id, message),
            Severity::Warning => Finding::warning(self.rule.id, message),
            Severity::Note => Finding::note(self.rule.id, message),
        };
        self.world.qualify(&mut finding);
        if let Some((id, path)) = self.place(node) {
            finding.place.logical_id = Some(id.to_owned());
            finding.place.path = Some(path).filter(|path| !path.is_empty());
        }
        self.findings.push(finding);
        let finding = self.findings.last_mut().expect("one has just been pushed");
        Report { finding }
    }

    /// Something is wrong with the value, of which so much is allowed.
    pub(super) fn expected(&mut self, node: Node<'_>, allowed: impl Display) -> Report<'_> {
        let (allowed, got) = (allowed.to_string(), node.shown());
        let report = self.at(node, format!("expected {allowed}, got `{got}`"));
        report.finding.allowed = Some(allowed);
        report.finding.got = Some(got);
        report
    }

    /// The logical id and the path of a node: of the current resource, of any other one, or of an
    /// output.
    fn place(&self, node: Node<'_>) -> Option<(&'f str, String)> {
        let within = |resource: Resource<'f>| {
            let entry = resource.entry().written;
            let mut path = String::new();
            let found = entry
                .get("Properties")
                .is_some_and(|properties| find(properties, node.written, &mut path));
            if !found {
                path.clear();
                if !find(entry, node.written, &mut path) {
                    return None;
                }
            }
            Some((resource.id(), path))
        };
        let output = |(name, output): (&'f str, Node<'f>)| {
            let mut path = String::new();
            find(output.written, node.written, &mut path).then_some((name, path))
        };
        let found = self
            .current
            .and_then(within)
            .or_else(|| self.world.resources().find_map(within))
            .or_else(|| self.world.outputs().find_map(output));
        let Some((id, mut path)) = found else {
            return self.current.map(|resource| (resource.id(), String::new()));
        };
        for key in node.missing.keys() {
            push_key(&mut path, key);
        }
        Some((id, path))
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// A finding while it is completed.
pub(super) struct Report<'r> {
    finding: &'r mut Finding,
}

impl Report<'_> {
    /// Adds what to do about it.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        self.finding.hint = Some(hint.into());
        self
    }

    /// Adds what was found.
    pub(super) fn got(self, got: impl Display) -> Self {
        self.finding.got = Some(got.to_string());
        self
    }

    /// Adds what is allowed.
    pub(super) fn allowed(self, allowed: impl Display) -> Self {
        self.finding.allowed = Some(allowed.to_string());
        self
    }

    /// It is repaired by writing this value where the finding is.
    pub(super) fn set(self, value: impl Into<Json>) -> Self {
        self.finding.fix = self.finding.place.path.clone().map(|path| Fix::Set {
            path,
            value: value.into(),
        });
        self
    }

    /// It is repaired by removing what the finding is about.
    pub(super) fn remove(self) -> Self {
        let path = self.finding.place.path.clone();
        self.finding.fix = path.map(|path| Fix::Remove { path });
        self
    }
}

/// The path from a value to one within it, which is the very same one.
fn find(json: &Json, wanted: &Json, path: &mut String) -> bool {
    if std::ptr::eq(json, wanted) {
        return true;
    }
    let length = path.len();
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let _ = write!(path, "[{index}]");
                if find(item, wanted, path) {
                    return true;
                }
                path.truncate(length);
            }
        }
        Json::Object(object) => {
            for (key, value) in Object::iter(object) {
                push_key(path, key);
                if find(value, wanted, path) {
                    return true;
                }
                path.truncate(length);
            }
        }
        _ => {}
    }
    false
}

fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}
