//! What changes beside the resources: parameters, outputs, conditions, mappings, the description.

use crate::json::{Json, Object};
use crate::template::Template;

use super::delta;
use super::secret::{self, Place};
use super::{PropertyChange, SectionAction, SectionChange};

/// The changes, by kind.
pub(super) struct Sections {
    pub(super) parameters: Vec<SectionChange>,
    pub(super) outputs: Vec<SectionChange>,
    pub(super) other: Vec<SectionChange>,
}

/// Compares everything but `Resources`. Of a stack that comes or goes as a whole (`both` is false),
/// only what it takes and gives is told.
pub(super) fn compare(base: &Template, new: &Template, both: bool) -> Sections {
    let mut names: Vec<&str> = base
        .document
        .keys()
        .chain(new.document.keys())
        .filter(|name| !matches!(*name, "Resources" | "Parameters" | "Outputs"))
        .collect();
    names.sort_unstable();
    names.dedup();
    let other = if both {
        names
            .into_iter()
            .flat_map(|name| section(base, new, name))
            .collect()
    } else {
        Vec::new()
    };
    Sections {
        parameters: section(base, new, "Parameters"),
        outputs: section(base, new, "Outputs"),
        other,
    }
}

fn section(base: &Template, new: &Template, name: &str) -> Vec<SectionChange> {
    static NOTHING: Object = Object::new();
    let (old, fresh) = (base.document.get(name), new.document.get(name));
    let by_entry = |value: Option<&Json>| match (name, value) {
        ("Metadata", _) | (_, Some(Json::Null | Json::Bool(_) | Json::Number(_))) => false,
        (_, Some(Json::Object(_)) | None) => true,
        _ => false,
    };
    if !by_entry(old) || !by_entry(fresh) {
        let changes = delta::values("", Place::Environment, old, fresh);
        return whole(name, changes, old.is_some(), fresh.is_some());
    }
    let old = old.and_then(Json::as_object).unwrap_or(&NOTHING);
    let fresh = fresh.and_then(Json::as_object).unwrap_or(&NOTHING);
    let mut keys: Vec<&str> = old.keys().chain(fresh.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| entry(name, key, old.get(key), fresh.get(key)))
        .collect()
}

fn whole(
    name: &str,
    changes: Vec<PropertyChange>,
    before: bool,
    after: bool,
) -> Vec<SectionChange> {
    if changes.is_empty() {
        return Vec::new();
    }
    vec![SectionChange {
        section: name.to_owned(),
        name: None,
        action: action(before, after),
        changes,
        note: None,
    }]
}

fn action(before: bool, after: bool) -> SectionAction {
    match (before, after) {
        (false, _) => SectionAction::Add,
        (true, false) => SectionAction::Remove,
        (true, true) => SectionAction::Change,
    }
}

fn entry(
    section: &str,
    name: &str,
    before: Option<&Json>,
    after: Option<&Json>,
) -> Option<SectionChange> {
    let changes = match (section, fields(before), fields(after)) {
        // The fields of a parameter and an output mean different things.
        ("Parameters" | "Outputs", Some(old), Some(new)) => {
            let secret = is_secret(section, name, before, after);
            let mut keys: Vec<&str> = old.keys().chain(new.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter()
                .flat_map(|key| {
                    let holds = matches!(
                        key,
                        "Default" | "AllowedValues" | "AllowedPattern" | "Value"
                    );
                    let place = if secret && holds {
                        Place::Secret
                    } else {
                        Place::Plain
                    };
                    delta::values(key, place, old.get(key), new.get(key))
                })
                .collect()
        }
        _ => delta::values("", Place::Environment, before, after),
    };
    if changes.is_empty() && before.is_some() == after.is_some() {
        return None;
    }
    Some(SectionChange {
        section: section.to_owned(),
        name: Some(secret::text(name).into_owned()),
        action: action(before.is_some(), after.is_some()),
        note: note(section, before, after),
        changes,
    })
}

/// The fields of an entry; none where there is no entry, and `None` where it is not an object.
fn fields(entry: Option<&Json>) -> Option<&Object> {
    static NOTHING: Object = Object::new();
    match entry {
        None => Some(&NOTHING),
        Some(entry) => entry.as_object(),
    }
}

fn is_secret(section: &str, name: &str, before: Option<&Json>, after: Option<&Json>) -> bool {
    let no_echo = |entry: Option<&Json>| match entry.and_then(|entry| entry.get("NoEcho")) {
        Some(Json::Bool(value)) => *value,
        Some(Json::String(text)) => text != "false",
        _ => false,
    };
    let field = if section == "Parameters" {
        "Default"
    } else {
        "Value"
    };
    let value = after.or(before).and_then(|entry| entry.get(field));
    no_echo(before) || no_echo(after) || secret::smells(name, value)
}

/// What is not plain: other stacks may use an output, and a default is not always used.
fn note(section: &str, before: Option<&Json>, after: Option<&Json>) -> Option<String> {
    let export = |entry: Option<&Json>| entry.and_then(|entry| entry.get("Export")).cloned();
    match section {
        "Outputs" if export(before).is_some() && export(before) != export(after) => {
            Some("other stacks may import it, and the deployment fails while one does".to_owned())
        }
        "Parameters"
            if before.is_none() && after.is_some_and(|entry| entry.get("Default").is_none()) =>
        {
            Some("it has no default, so that a deployment has to give a value".to_owned())
        }
        "Parameters"
            if before.is_some()
                && after.is_some_and(|entry| entry.get("Default").is_some())
                && before.and_then(|entry| entry.get("Default"))
                    != after.and_then(|entry| entry.get("Default")) =>
        {
            Some("a default counts only where a deployment gives no value of its own".to_owned())
        }
        _ => None,
    }
}
