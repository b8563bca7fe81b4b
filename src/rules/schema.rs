//! Properties are those of the pinned registry schemas, with their shapes and bounds.
//!
//! CloudFormation turns texts into numbers and booleans and back, so that those are accepted for each
//! other where the text reads as one. What a function yields is not known here.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::Regex;

use crate::cfn::{Constraint, ListSchema, ObjectSchema, Schema, StringSchema, schema_of};
use crate::finding::{Finding, Severity, closest};
use crate::json::{Json, Object};
use crate::template::Template;
use crate::value::{Function, Pseudo};

use super::path::Path;

/// A set of more values than this is one that AWS extends all the time, such as instance types: a
/// value that the pinned schema lacks may be one of tomorrow.
const CLOSED_SET: usize = 16;

pub(super) fn check(template: &Template) -> Vec<Finding> {
    let mut findings = Vec::new();
    let nothing = Json::Object(Object::new());
    for resource in template.resources() {
        // A type that is not pinned is not judged.
        let Some(schema) = schema_of(resource.type_name) else {
            continue;
        };
        let properties = resource.properties().unwrap_or(&nothing);
        let mut check = Check {
            id: resource.id,
            findings: &mut findings,
        };
        if let Json::Object(properties) = properties {
            check.object(schema.properties, properties, &Path::Root);
        }
    }
    findings
}

struct Check<'a> {
    id: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Schema, value: &Json, path: &Path<'_>) {
        if let Some((key, argument)) = value.as_object().and_then(Object::single)
            && let Some(function) = Function::from_key(key)
        {
            if let (Function::If, Json::Array(parts)) = (function, argument) {
                for branch in parts.iter().skip(1) {
                    self.value(schema, branch, path);
                }
            }
            return;
        }
        if value
            .as_str()
            .is_some_and(|text| text.contains("{{resolve:"))
        {
            return;
        }
        match schema {
            Schema::String(bounds) => self.text(bounds, value, path),
            Schema::Integer {
                minimum,
                maximum,
                values,
            } => {
                let number = match value {
                    Json::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
                    Json::String(text) => text.trim().parse().ok(),
                    _ => None,
                };
                match number {
                    None => self.wrong_type("a whole number", value, path),
                    Some(number) => {
                        self.number_bounds(number, *minimum, *maximum, path);
                        if !values.is_empty() && !values.contains(&number) {
                            let known: Vec<_> = values.iter().map(i64::to_string).collect();
                            let message =
                                format!("expected one of `{}`, got `{number}`", known.join("`, `"));
                            self.push(Finding::error("unknown-value", message), path);
                        }
                    }
                }
            }
            Schema::Number { minimum, maximum } => {
                let number = match value {
                    Json::Number(number) => number.as_f64(),
                    Json::String(text) => text.trim().parse().ok(),
                    _ => None,
                };
                match number {
                    None => self.wrong_type("a number", value, path),
                    Some(number) => self.number_bounds(number, *minimum, *maximum, path),
                }
            }
            Schema::Boolean => match value {
                Json::Bool(_) => {}
                Json::String(text)
                    if matches!(text.as_ref(), "true" | "false" | "True" | "False") => {}
                _ => self.wrong_type("`true` or `false`", value, path),
            },
            Schema::Json => {
                // Also where the registry allows several types, so that a number may be right.
                if *value == Json::Null {
                    self.wrong_type("a JSON document", value, path);
                }
            }
            Schema::List(list) => self.list(list, value, path),
            Schema::Map(items) => match value {
                Json::Object(object) => {
                    for (key, value) in object.iter() {
                        self.value(items, value, &path.key(key));
                    }
                }
                _ => self.wrong_type("an object", value, path),
            },
            Schema::Object(schema) => match value {
                Json::Object(object) => self.object(schema, object, path),
                _ => self.wrong_type("an object", value, path),
            },
        }
    }

    fn object(&mut self, schema: &ObjectSchema, object: &Object, path: &Path<'_>) {
        let (mut next, mut required) = (0, 0);
        for (key, value) in object.iter() {
            let property = schema.property_from(&mut next, key);
            required += usize::from(property.is_some_and(|property| property.required));
            match property {
                Some(property) if is_no_value(value) => {
                    if property.required {
                        self.missing(schema, key, path);
                    }
                }
                Some(property) => self.value(&property.schema, value, &path.key(key)),
                None if schema.open || key.starts_with("Fn::") => {}
                None => {
                    let known = || schema.properties.iter().map(|property| property.name);
                    let message = format!("`{}` has no property `{key}`", schema.name);
                    let hint = match closest(key, known()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("it has `{}`", known().collect::<Vec<_>>().join("`, `")),
                    };
                    self.push(
                        Finding::error("unknown-property", message).hint(hint),
                        &path.key(key),
                    );
                }
            }
        }
        // A function beside properties may yield any of them.
        let computed = object.keys().any(|key| key.starts_with("Fn::"));
        let all = schema
            .properties
            .iter()
            .filter(|property| property.required);
        if !computed && required < all.clone().count() {
            for property in all.filter(|property| !object.contains_key(property.name)) {
                self.missing(schema, property.name, path);
            }
        }
        if !computed {
            for constraint in schema.constraints {
                self.constraint(schema, constraint, object, path);
            }
        }
    }

    fn constraint(
        &mut self,
        schema: &ObjectSchema,
        constraint: &Constraint,
        object: &Object,
        path: &Path<'_>,
    ) {
        // What may or may not be there is decided when the stack is deployed.
        let undecided = |name: &str| object.get(name).is_some_and(is_conditional);
        let set = |name: &str| object.get(name).is_some_and(|value| !is_no_value(value));
        let name = schema.name;
        let message = match constraint {
            Constraint::ExactlyOne(names) | Constraint::AtLeastOne(names)
                if names.iter().any(|name| undecided(name)) =>
            {
                None
            }
            Constraint::ExactlyOne(names) => {
                let got: Vec<_> = names.iter().copied().filter(|name| set(name)).collect();
                (got.len() != 1).then(|| {
                    let got = if got.is_empty() {
                        "none".to_owned()
                    } else {
                        quoted(&got)
                    };
                    format!("`{name}` has exactly one of {}, got {got}", quoted(names))
                })
            }
            Constraint::AtLeastOne(names) => (!names.iter().any(|name| set(name)))
                .then(|| format!("`{name}` has at least one of {}, got none", quoted(names))),
            Constraint::Requires(first, others) => {
                let missing: Vec<_> = others.iter().copied().filter(|other| !set(other)).collect();
                (set(first) && !undecided(first) && !missing.is_empty())
                    .then(|| format!("`{first}` of `{name}` needs {} beside it", quoted(&missing)))
            }
            Constraint::Excludes(first, others) => {
                let excluded: Vec<_> = others
                    .iter()
                    .copied()
                    .filter(|other| set(other) && !undecided(other))
                    .collect();
                (set(first) && !undecided(first) && !excluded.is_empty())
                    .then(|| format!("`{first}` of `{name}` excludes {}", quoted(&excluded)))
            }
        };
        if let Some(message) = message {
            self.push(Finding::error("property-combination", message), path);
        }
    }

    fn missing(&mut self, schema: &ObjectSchema, name: &str, path: &Path<'_>) {
        let message = format!("required property `{name}` of `{}` is missing", schema.name);
        self.push(Finding::error("missing-property", message), &path.key(name));
    }

    fn list(&mut self, schema: &ListSchema, value: &Json, path: &Path<'_>) {
        let Json::Array(items) = value else {
            self.wrong_type("a list", value, path);
            return;
        };
        // An item may be computed away (`Fn::If`) or be computed to be several.
        let computed = items.iter().any(|item| {
            item.as_object()
                .and_then(Object::single)
                .is_some_and(|(key, _)| key.starts_with("Fn::If"))
        });
        if !computed {
            let count = items.len();
            let few = schema.min_items.is_some_and(|least| count < least as usize);
            let many = schema.max_items.is_some_and(|most| count > most as usize);
            if few || many {
                let allowed = range(schema.min_items, schema.max_items);
                let message = format!("expected {allowed} items, got {count}");
                self.push(Finding::error("item-count", message), path);
            }
        }
        for (index, item) in items.iter().enumerate() {
            if schema.unique_items && !computed && items[..index].contains(item) {
                let message = "this item is in the list already";
                self.push(
                    Finding::error("duplicate-item", message),
                    &path.index(index),
                );
            }
            self.value(&schema.items, item, &path.index(index));
        }
    }

    fn text(&mut self, schema: &StringSchema, value: &Json, path: &Path<'_>) {
        let owned;
        let text = match value {
            Json::String(text) => text.as_ref(),
            Json::Number(number) => {
                owned = number.to_string();
                &owned
            }
            Json::Bool(value) => {
                if *value {
                    "true"
                } else {
                    "false"
                }
            }
            _ => return self.wrong_type("a text", value, path),
        };
        let length = text.chars().count();
        let short = schema
            .min_length
            .is_some_and(|least| length < least as usize);
        let long = schema.max_length.is_some_and(|most| length > most as usize);
        if short || long {
            let allowed = range(schema.min_length, schema.max_length);
            let message = format!("expected {allowed} characters, got {length}");
            self.push(Finding::error("text-length", message), path);
        } else if !schema.values.is_empty() {
            if !schema.values.contains(&text) {
                self.unknown_value(schema, text, path);
            }
        } else if let Some(pattern) = schema.pattern
            && !matches(pattern, text)
        {
            let message = format!(
                "expected a text that matches `{pattern}`, got `{}`",
                cut(text)
            );
            self.push(Finding::error("text-pattern", message), path);
        }
    }

    fn unknown_value(&mut self, schema: &StringSchema, text: &str, path: &Path<'_>) {
        let open = schema.values.len() > CLOSED_SET;
        let meant = closest(text, schema.values.iter().copied());
        let text = cut(text);
        let mut finding = if open {
            Finding::error(
                "unknown-value",
                format!(
                    "`{text}` is not one of the {} values that are known",
                    schema.values.len()
                ),
            )
        } else {
            Finding::error(
                "unknown-value",
                format!(
                    "expected one of `{}`, got `{text}`",
                    schema.values.join("`, `")
                ),
            )
        };
        if open {
            finding.severity = Severity::Warning;
        }
        if let Some(meant) = meant {
            finding = finding.hint(format!("did you mean `{meant}`?"));
        }
        self.push(finding, path);
    }

    fn number_bounds<N: Copy + PartialOrd + ToString>(
        &mut self,
        number: N,
        minimum: Option<N>,
        maximum: Option<N>,
        path: &Path<'_>,
    ) {
        let fits = minimum.as_ref().is_none_or(|least| number >= *least)
            && maximum.as_ref().is_none_or(|most| number <= *most);
        if !fits {
            let got = number.to_string();
            let message = format!("expected {}, got `{got}`", range(minimum, maximum));
            self.push(Finding::error("number-range", message), path);
        }
    }

    fn wrong_type(&mut self, expected: &str, value: &Json, path: &Path<'_>) {
        let message = match value {
            Json::String(text) => format!("expected {expected}, got `{}`", cut(text)),
            Json::Number(_) | Json::Bool(_) => {
                let got = serde_json::to_string(value).unwrap_or_default();
                format!("expected {expected}, got `{got}`")
            }
            _ => format!("expected {expected}, got {}", value.kind()),
        };
        self.push(Finding::error("wrong-type", message), path);
    }

    fn push(&mut self, finding: Finding, path: &Path<'_>) {
        let path = path.to_string();
        let finding = if path.is_empty() {
            finding
        } else {
            finding.path(path)
        };
        self.findings.push(finding.on(self.id));
    }
}

fn is_conditional(value: &Json) -> bool {
    value
        .as_object()
        .and_then(Object::single)
        .is_some_and(|(key, _)| key == Function::If.key())
}

fn quoted(names: &[&str]) -> String {
    format!("`{}`", names.join("`, `"))
}

fn is_no_value(value: &Json) -> bool {
    value
        .as_object()
        .and_then(Object::single)
        .is_some_and(|(key, argument)| {
            key == Function::Ref.key() && argument.as_str() == Some(Pseudo::NoValue.name())
        })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "whole and within the bounds of an i64"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64)
}

fn range<T: ToString>(least: Option<T>, most: Option<T>) -> String {
    match (least.map(|n| n.to_string()), most.map(|n| n.to_string())) {
        (Some(least), Some(most)) if least == most => least,
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "any number of".to_owned(),
    }
}

fn cut(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

thread_local! {
    /// Compiled once per pattern; `None` for a pattern that needs look-around, which is not judged.
    /// The key is the pattern's address: comparing long patterns would take longer than matching.
    static PATTERNS: RefCell<BTreeMap<*const str, Option<Regex>>> = const { RefCell::new(BTreeMap::new()) };
}

fn matches(pattern: &'static str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|patterns| {
        let regex = patterns
            .entry(std::ptr::from_ref(pattern))
            .or_insert_with(|| Regex::new(pattern).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    })
}
