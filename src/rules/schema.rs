//! Properties are those of the pinned registry schemas, with their shapes and bounds.
//!
//! CloudFormation turns texts into numbers and booleans and back, so that those are accepted for each
//! other where the text reads as one. What a function yields is judged where it is decidable, in each
//! world in which it is asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::Regex;

use crate::cfn::{Constraint, ListSchema, ObjectSchema, Schema, StringSchema, schema_of};
use crate::finding::{Finding, Severity, closest};
use crate::json::{Json, Object};
use crate::template::Template;
use crate::template::reference::call;
use crate::value::{Function, Pseudo};

use super::node::Node;
use super::path::Path;
use super::world::World;

/// A set of more values than this is one that AWS extends all the time, such as instance types: a
/// value that the pinned schema lacks may be one of tomorrow.
const CLOSED_SET: usize = 16;

pub(super) fn check(template: &Template, worlds: &[World<'_>]) -> Vec<Finding> {
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
            worlds,
            branches: Vec::new(),
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
    worlds: &'a [World<'a>],
    /// The branches of `Fn::If` that lead to a value: their conditions, and whether these hold there.
    branches: Vec<(&'a str, bool)>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Check<'a> {
    fn value(&mut self, schema: &Schema, value: &'a Json, path: &Path<'_>) {
        match call(value) {
            None => self.literal(schema, value, path),
            Some((Function::If, Json::Array(parts))) => {
                let condition = parts.first().and_then(Json::as_str);
                for (branch, holds) in parts.iter().skip(1).zip([true, false]) {
                    self.branches.extend(condition.map(|name| (name, holds)));
                    self.value(schema, branch, path);
                    if condition.is_some() {
                        self.branches.pop();
                    }
                }
            }
            Some(_) => self.yielded(schema, value, path),
        }
    }

    /// What a function yields.
    fn yielded(&mut self, schema: &Schema, value: &'a Json, path: &Path<'_>) {
        let id = self.id;
        self.in_each_world(|world| {
            let mut findings = Vec::new();
            let node = Node::new(world, value);
            let text;
            let yielded = match node.known() {
                Some(known) if call(known).is_none() => known,
                _ => {
                    let Some(known) = node.text() else {
                        return findings;
                    };
                    text = Json::from(known.into_owned());
                    &text
                }
            };
            // Whoever deploys the stack is to say what an empty default stands for.
            if yielded.as_str() != Some("") {
                let mut check = Check {
                    id,
                    worlds: &[],
                    branches: Vec::new(),
                    findings: &mut findings,
                };
                check.literal(schema, yielded, path);
            }
            findings
        });
    }

    /// Adds what is found in the worlds that have the resource and take the branches to what is
    /// looked at.
    fn in_each_world(&mut self, find: impl Fn(&'a World<'a>) -> Vec<Finding>) {
        let start = self.findings.len();
        for world in self.worlds {
            let is_asked_for = self
                .branches
                .iter()
                .all(|(name, holds)| world.condition(name) == Some(*holds));
            if !is_asked_for || world.resource(self.id).is_none() {
                continue;
            }
            for mut finding in find(world) {
                let is_known = self.findings.iter().skip(start).any(|known| {
                    (known.rule, &known.place.path) == (finding.rule, &finding.place.path)
                });
                if !is_known {
                    world.qualify(&mut finding);
                    self.findings.push(finding);
                }
            }
        }
    }

    fn literal(&mut self, schema: &Schema, value: &'a Json, path: &Path<'_>) {
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
                            let allowed = format!("one of `{}`", known.join("`, `"));
                            let finding = expected("unknown-value", allowed, number.to_string());
                            self.push(finding, path);
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

    fn object(&mut self, schema: &ObjectSchema, object: &'a Object, path: &Path<'_>) {
        let (mut next, mut required) = (0, 0);
        for (key, value) in object.iter() {
            let property = schema.property_from(&mut next, key);
            required += usize::from(property.is_some_and(|property| property.required));
            match property {
                Some(property) if is_no_value(value) => {
                    if property.required {
                        self.findings.push(self.missing(schema, key, path));
                    }
                }
                Some(property) => {
                    if property.required && is_conditional(value) {
                        let finding = self.missing(schema, key, path);
                        self.in_each_world(|world| {
                            let is_absent = Node::new(world, value).is_absent();
                            is_absent.then(|| finding.clone()).into_iter().collect()
                        });
                    }
                    self.value(&property.schema, value, &path.key(key));
                }
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
                self.findings
                    .push(self.missing(schema, property.name, path));
            }
        }
        if !computed {
            self.constraints(schema, object, path);
        }
    }

    fn constraints(&mut self, schema: &ObjectSchema, object: &'a Object, path: &Path<'_>) {
        let id = self.id;
        let broken = |set: &dyn Fn(&str) -> bool| -> Vec<Finding> {
            let constraints = schema.constraints.iter();
            constraints
                .filter_map(|constraint| broken(schema.name, constraint, set))
                .map(|message| at(id, Finding::error("property-combination", message), path))
                .collect()
        };
        let is_conditional = object.iter().any(|(_, value)| is_conditional(value));
        if !is_conditional {
            let found = broken(&|name| object.get(name).is_some_and(|value| !is_no_value(value)));
            self.findings.extend(found);
        } else if !schema.constraints.is_empty() {
            self.in_each_world(|world| {
                let is_set = |value| !Node::new(world, value).is_absent();
                broken(&|name| object.get(name).is_some_and(is_set))
            });
        }
    }

    fn missing(&self, schema: &ObjectSchema, name: &str, path: &Path<'_>) -> Finding {
        let message = format!("required property `{name}` of `{}` is missing", schema.name);
        let finding = Finding::error("missing-property", message);
        at(self.id, finding, &path.key(name))
    }

    fn list(&mut self, schema: &ListSchema, value: &'a Json, path: &Path<'_>) {
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
        let id = self.id;
        let miscounted = |count: usize| {
            let few = schema.min_items.is_some_and(|least| count < least as usize);
            let many = schema.max_items.is_some_and(|most| count > most as usize);
            (few || many).then(|| {
                let allowed = range(schema.min_items, schema.max_items);
                let message = format!("expected {allowed} items, got {count}");
                let finding = Finding::error("item-count", message);
                let finding = finding.expecting(format!("{allowed} items"), count.to_string());
                at(id, finding, path)
            })
        };
        if computed {
            self.in_each_world(|world| {
                let count = Node::new(world, value).list().map(|items| items.len());
                count.and_then(miscounted).into_iter().collect()
            });
        } else {
            self.findings.extend(miscounted(items.len()));
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
            let allowed = format!("{allowed} characters");
            let message = format!("expected {allowed}, got {length}");
            let finding = Finding::error("text-length", message);
            self.push(finding.expecting(allowed, length.to_string()), path);
        } else if !schema.values.is_empty() {
            if !schema.values.contains(&text) {
                self.unknown_value(schema, text, path);
            }
        } else if let Some(pattern) = schema.pattern
            && !matches(pattern, text)
        {
            let allowed = format!("a text that matches `{pattern}`");
            self.push(expected("text-pattern", allowed, cut(text)), path);
        }
    }

    fn unknown_value(&mut self, schema: &StringSchema, text: &str, path: &Path<'_>) {
        let open = schema.values.len() > CLOSED_SET;
        let meant = closest(text, schema.values.iter().copied());
        let text = cut(text);
        let mut finding = if open {
            let message = format!(
                "`{text}` is not one of the {} values that are known",
                schema.values.len()
            );
            let finding = Finding::error("unknown-value", message);
            finding.expecting("one of the values that are known", text)
        } else {
            let allowed = format!("one of `{}`", schema.values.join("`, `"));
            expected("unknown-value", allowed, text)
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
            let allowed = range(minimum, maximum);
            self.push(expected("number-range", allowed, number.to_string()), path);
        }
    }

    fn wrong_type(&mut self, allowed: &str, value: &Json, path: &Path<'_>) {
        let finding = match value {
            Json::String(text) => expected("wrong-type", allowed, cut(text)),
            Json::Number(_) | Json::Bool(_) => {
                let got = serde_json::to_string(value).unwrap_or_default();
                expected("wrong-type", allowed, got)
            }
            _ => {
                let message = format!("expected {allowed}, got {}", value.kind());
                Finding::error("wrong-type", message).expecting(allowed, value.kind())
            }
        };
        self.push(finding, path);
    }

    fn push(&mut self, finding: Finding, path: &Path<'_>) {
        self.findings.push(at(self.id, finding, path));
    }
}

fn expected(rule: &'static str, allowed: impl Into<String>, got: String) -> Finding {
    let allowed = allowed.into();
    let message = format!("expected {allowed}, got `{got}`");
    Finding::error(rule, message).expecting(allowed, got)
}

fn at(id: &str, finding: Finding, path: &Path<'_>) -> Finding {
    let path = path.to_string();
    let finding = if path.is_empty() {
        finding
    } else {
        finding.path(path)
    };
    finding.on(id)
}

/// What is wrong where a constraint is broken by the properties that are set.
fn broken(name: &str, constraint: &Constraint, set: &dyn Fn(&str) -> bool) -> Option<String> {
    match constraint {
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
            (set(first) && !missing.is_empty())
                .then(|| format!("`{first}` of `{name}` needs {} beside it", quoted(&missing)))
        }
        Constraint::Excludes(first, others) => {
            let excluded: Vec<_> = others.iter().copied().filter(|other| set(other)).collect();
            (set(first) && !excluded.is_empty())
                .then(|| format!("`{first}` of `{name}` excludes {}", quoted(&excluded)))
        }
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
