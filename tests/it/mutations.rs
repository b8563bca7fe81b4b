//! Faults injected into the templates of the stacks that ship: each is found.
//!
//! Two ways, both from the examples of the rules. The resources of a bad example are added to every
//! shipped template, under other names. And what makes the good example bad (a property set to
//! another value, or removed) is done to every resource of the same type in a shipped template;
//! `tests/cases/rules/mutations.md` says in how many of them it was found.
//!
//! `SNAPSHOTS=overwrite cargo test --test it mutations` accepts what is found now.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sageform::finding::Finding;
use sageform::json::{Json, Object};
use sageform::rules::book::{self, Rule};
use sageform::rules::{self, Checked};
use sageform::template::Template;

use crate::rule_book::template;
use crate::support::{document, entries, folder, golden, render};

const SECTIONS: [&str; 5] = [
    "Parameters",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
];

/// The templates of the stacks that ship.
fn shipped() -> Vec<(String, Object)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files: Vec<PathBuf> = entries(&root)
        .iter()
        .flat_map(|stage| entries(stage))
        .collect();
    let templates: Vec<_> = files
        .iter()
        .map(|file| {
            let name = file.strip_prefix(&root).unwrap().display().to_string();
            (name, document(&fs::read_to_string(file).unwrap()))
        })
        .collect();
    assert!(templates.len() > 20, "the templates are gone");
    templates
}

fn findings(document: &Object) -> Vec<Finding> {
    let Checked { mut faults, hints } = Checked::new(&Template::from_document(document.clone()), 0);
    faults.extend(hints);
    faults
}

/// The rules over single templates that have a check of their own.
fn hosting_rules() -> impl Iterator<Item = &'static Rule> {
    book::families()
        .filter(|(family, _)| *family != "Any template")
        .flat_map(|(_, rules)| rules)
        .filter(|rule| rule.example().deployed.is_none())
}

/// A rule about a template as a whole: what is beside its example may decide it otherwise.
const WHOLE: &[&str] = &["region-partition"];

#[test]
fn a_fault_beside_what_ships_is_found() {
    let mut wrong = String::new();
    let shipped = shipped();
    for rule in hosting_rules().filter(|rule| !WHOLE.contains(&rule.id)) {
        let example = rule.example();
        for (text, is_bad) in [(&example.bad, true), (&example.good, false)] {
            let added = renamed(&template(rule.id, text));
            // The stages of a stack differ little.
            for (name, shipped) in shipped.iter().filter(|(name, _)| name.starts_with("Prod")) {
                let mut both = shipped.clone();
                add(&mut both, &added);
                let found = findings(&both);
                let of_rule = |finding: &&Finding| {
                    let id = finding.place.logical_id.as_deref();
                    finding.rule == rule.id && id.is_none_or(|id| id.ends_with("Added"))
                };
                if found.iter().any(|finding| of_rule(&finding)) != is_bad {
                    let _ = writeln!(wrong, "{name}: {}\n{}", rule.id, render(&found));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_fault_in_what_ships_is_found() {
    let shipped = shipped();
    let mut page = "# Faults injected into the shipped templates\n\n\
                    What makes the bad example of a rule from the good one is done to each resource of\n\
                    the same type in each shipped template. A rule that is found in none is about\n\
                    resources, or about parts of them, that no shipped stack has: there, the whole\n\
                    example is added (`a_fault_beside_what_ships_is_found`).\n\n\
                    | rule | injected | found |\n|---|---|---|\n"
        .to_owned();
    let mut found_once = 0;
    for rule in hosting_rules() {
        let example = rule.example();
        let (good, bad) = (
            template(rule.id, &example.good),
            template(rule.id, &example.bad),
        );
        let (mut injected, mut found) = (0, 0);
        for (_, document) in &shipped {
            for mutant in mutants(document, &good, &bad) {
                injected += 1;
                let of_rule = |finding: &Finding| finding.rule == rule.id;
                found += usize::from(findings(&mutant).iter().any(of_rule));
            }
        }
        found_once += usize::from(found > 0);
        let _ = writeln!(page, "| `{}` | {injected} | {found} |", rule.id);
    }
    let _ = writeln!(
        page,
        "\n{found_once} rules are found in a shipped template."
    );
    golden(&folder("rules").join("mutations.md"), page);
}

/// A shipped template with the edits that lead from the good example to the bad one, once for each
/// resource of the type.
fn mutants(shipped: &Object, good: &Object, bad: &Object) -> Vec<Object> {
    let resources =
        |document: &Object| document.get("Resources").and_then(Json::as_object).cloned();
    let (good, bad) = (resources(good).unwrap(), resources(bad).unwrap());
    let mut mutants = Vec::new();
    for (id, entry) in bad.iter() {
        let (Some(before), Some(kind)) = (good.get(id), entry.get("Type")) else {
            continue;
        };
        let mut edits = Vec::new();
        difference(before, entry, &mut Vec::new(), &mut edits);
        if edits.is_empty() {
            continue;
        }
        let all = resources(shipped).unwrap();
        let same_kind = all
            .iter()
            .filter(|(_, other)| other.get("Type") == Some(kind));
        for (target, _) in same_kind {
            let mut mutant = shipped.clone();
            let entry = mutant
                .get_mut("Resources")
                .and_then(Json::as_object_mut)
                .and_then(|resources| resources.get_mut(target))
                .unwrap();
            if edits.iter().all(|edit| edit.apply(entry)) && mutant != *shipped {
                mutants.push(mutant);
            }
        }
    }
    mutants
}

/// A value that is set, or removed, at the end of keys and indexes.
struct Edit {
    path: Vec<Step>,
    value: Option<Json>,
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn difference(before: &Json, after: &Json, path: &mut Vec<Step>, edits: &mut Vec<Edit>) {
    match (before, after) {
        (Json::Object(old), Json::Object(new)) if !is_call(old) && !is_call(new) => {
            let keys: BTreeSet<&str> = old.keys().chain(new.keys()).collect();
            for key in keys {
                path.push(Step::Key(key.to_owned()));
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => difference(old, new, path, edits),
                    (_, value) => edits.push(Edit {
                        path: path.clone(),
                        value: value.cloned(),
                    }),
                }
                path.pop();
            }
        }
        (Json::Array(old), Json::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                path.push(Step::Index(index));
                difference(old, new, path, edits);
                path.pop();
            }
        }
        (old, new) if old != new => edits.push(Edit {
            path: path.clone(),
            value: Some(new.clone()),
        }),
        _ => {}
    }
}

fn is_call(object: &Object) -> bool {
    object
        .single()
        .is_some_and(|(key, _)| key == "Ref" || key.starts_with("Fn::"))
}

impl Edit {
    /// Whether the value, or the place for it, is there.
    fn apply(&self, json: &mut Json) -> bool {
        let Some((last, parents)) = self.path.split_last() else {
            return false;
        };
        let mut at = json;
        for step in parents {
            let next = match (step, at) {
                (Step::Key(key), Json::Object(object)) => object.get_mut(key),
                (Step::Index(index), Json::Array(items)) => items.get_mut(*index),
                _ => None,
            };
            let Some(next) = next else { return false };
            at = next;
        }
        match (last, at, &self.value) {
            (Step::Key(key), Json::Object(object), Some(value)) => {
                object.insert(key.clone(), value.clone());
                true
            }
            (Step::Key(key), Json::Object(object), None) => object.remove(key).is_some(),
            (Step::Index(index), Json::Array(items), Some(value)) => match items.get_mut(*index) {
                Some(item) => {
                    *item = value.clone();
                    true
                }
                None => false,
            },
            _ => false,
        }
    }
}

/// Puts the sections of one template into another.
fn add(to: &mut Object, from: &Object) {
    for section in SECTIONS {
        let Some(entries) = from.get(section).and_then(Json::as_object) else {
            continue;
        };
        if !to.contains_key(section) {
            to.insert(section, Object::new());
        }
        let target = to.get_mut(section).and_then(Json::as_object_mut).unwrap();
        for (name, entry) in entries.iter() {
            target.insert(name.to_owned(), entry.clone());
        }
    }
}

/// A template whose names are others.
fn renamed(document: &Object) -> Object {
    let mut names = BTreeSet::new();
    for section in SECTIONS {
        let entries = document.get(section).and_then(Json::as_object);
        names.extend(
            entries
                .into_iter()
                .flat_map(Object::keys)
                .map(str::to_owned),
        );
    }
    let mut renamed = Object::new();
    for (section, entries) in document.iter() {
        let Some(object) = entries.as_object().filter(|_| SECTIONS.contains(&section)) else {
            continue;
        };
        let entries: Object = object
            .iter()
            .map(|(name, entry)| (format!("{name}Added"), rename(entry, &names)))
            .collect();
        renamed.insert(section.to_owned(), entries);
    }
    renamed
}

fn rename(json: &Json, names: &BTreeSet<String>) -> Json {
    let other = |text: &str| {
        let (name, rest) = text
            .split_once('.')
            .map_or((text, None), |(name, rest)| (name, Some(rest)));
        let name = if names.contains(name) {
            format!("{name}Added")
        } else {
            name.to_owned()
        };
        Json::from(rest.map_or(name.clone(), |rest| format!("{name}.{rest}")))
    };
    let first = |argument: &Json, change: &dyn Fn(&str) -> Json| match argument {
        Json::String(text) => change(text),
        Json::Array(items) => {
            let mut items: Vec<_> = items.iter().map(|item| rename(item, names)).collect();
            if let Some(Json::String(text)) = items.first().cloned() {
                items[0] = change(&text);
            }
            Json::Array(items)
        }
        other => rename(other, names),
    };
    let substituted = |text: &str| {
        let mut text = text.to_owned();
        for name in names {
            for end in ["}", "."] {
                text = text.replace(&format!("${{{name}{end}"), &format!("${{{name}Added{end}"));
            }
        }
        Json::from(text)
    };
    match json {
        Json::Array(items) => Json::Array(items.iter().map(|item| rename(item, names)).collect()),
        Json::Object(object) => object
            .iter()
            .map(|(key, value)| {
                let value = match key {
                    "Ref" | "Fn::GetAtt" | "Fn::If" | "Fn::FindInMap" | "Condition"
                        if !matches!(value, Json::Object(_)) =>
                    {
                        first(value, &other)
                    }
                    "DependsOn" => match value {
                        Json::Array(items) => Json::Array(
                            items
                                .iter()
                                .map(|item| other(item.as_str().unwrap_or_default()))
                                .collect(),
                        ),
                        value => first(value, &other),
                    },
                    "Fn::Sub" => first(value, &substituted),
                    _ => rename(value, names),
                };
                (key.to_owned(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn an_addition_changes_nothing_else() {
    let document = document(
        r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic"},
            "B": {"Type": "AWS::SNS::Topic", "DependsOn": "A", "Properties":
                {"DisplayName": {"Fn::Sub": "${A.TopicName}-${AWS::Region}"}, "TopicName": {"Fn::GetAtt": ["A", "TopicName"]}}}}}"#,
    );
    let other = renamed(&document);
    let text = sageform::template::json_text(&other);
    assert!(
        text.contains("${AAdded.TopicName}-${AWS::Region}"),
        "{text}"
    );
    assert!(text.contains(r#""DependsOn": "AAdded""#), "{text}");
    assert!(rules::check(&Template::from_document(other), 0).is_empty());
}
