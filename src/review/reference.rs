//! What a value refers to, and values in the form in which they are compared.

use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::value::Function;

/// Something that a value refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A resource or parameter, by `Ref`, `Fn::GetAtt` or `Fn::Sub`; with the attribute.
    Name(String, Option<String>),
    /// A condition, by `Fn::If`.
    Condition(String),
    /// A mapping, by `Fn::FindInMap`.
    Mapping(String),
}

/// The function that an object calls, with its argument.
pub(super) fn call(value: &Json) -> Option<(Function, &Json)> {
    let (key, argument) = value.as_object()?.single()?;
    Function::from_key(key).map(|function| (function, argument))
}

/// Whether this stands for "not there".
pub(super) fn is_no_value(value: &Json) -> bool {
    matches!(call(value), Some((Function::Ref, Json::String(name))) if name == "AWS::NoValue")
}

/// Whether a value is known only when the stack is deployed, in any part.
pub(super) fn is_dynamic(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().any(is_dynamic),
        Json::Object(object) => {
            call(value).is_some() || object.iter().any(|(_, value)| is_dynamic(value))
        }
        Json::String(text) => text.contains("{{resolve:"),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Everything that a value refers to.
pub(super) fn targets(value: &Json) -> BTreeSet<Target> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

/// Calls `visit` for each part of a value that refers to something, with the path to it; a call of a
/// function is one part.
pub(super) fn each_reference<'a>(
    value: &'a Json,
    path: &mut Vec<&'a str>,
    visit: &mut impl FnMut(&[&'a str], BTreeSet<Target>),
) {
    match value {
        Json::Array(items) => {
            path.push("*");
            for item in items {
                each_reference(item, path, visit);
            }
            path.pop();
        }
        Json::Object(_) if call(value).is_some() => {
            let found = targets(value);
            if !found.is_empty() {
                visit(path, found);
            }
        }
        Json::Object(object) => {
            for (key, value) in object.iter() {
                path.push(key);
                each_reference(value, path, visit);
                path.pop();
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn collect(value: &Json, found: &mut BTreeSet<Target>) {
    match value {
        Json::Array(items) => {
            for item in items {
                collect(item, found);
            }
        }
        Json::Object(object) => {
            if let Some((function, argument)) = call(value) {
                collect_call(function, argument, found);
            }
            for (key, value) in object.iter() {
                // A condition's expression names others like this.
                if let ("Condition", Json::String(name)) = (key, value) {
                    found.insert(Target::Condition(name.to_string()));
                }
                collect(value, found);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn collect_call(function: Function, argument: &Json, found: &mut BTreeSet<Target>) {
    let first = |argument: &Json| {
        let first = argument.as_array()?.first()?.as_str()?;
        Some(first.to_owned())
    };
    match (function, argument) {
        (Function::Ref, Json::String(name)) => {
            found.insert(Target::Name(name.to_string(), None));
        }
        (Function::GetAtt, _) => {
            if let Some((id, attribute)) = attribute(argument) {
                found.insert(Target::Name(id, Some(attribute)));
            }
        }
        (Function::Sub, Json::String(text)) => substitution(text, None, found),
        (Function::Sub, Json::Array(parts)) => {
            if let Some(Json::String(text)) = parts.first() {
                substitution(text, parts.get(1).and_then(Json::as_object), found);
            }
        }
        (Function::If, _) => found.extend(first(argument).map(Target::Condition)),
        (Function::FindInMap, _) => found.extend(first(argument).map(Target::Mapping)),
        _ => {}
    }
}

/// The resource and attribute of `Fn::GetAtt`, in both forms.
pub(super) fn attribute(argument: &Json) -> Option<(String, String)> {
    match argument {
        Json::String(text) => text
            .split_once('.')
            .map(|(id, attribute)| (id.to_owned(), attribute.to_owned())),
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(id), Json::String(attribute)] => {
                Some((id.to_string(), attribute.to_string()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn substitution(text: &str, variables: Option<&Object>, found: &mut BTreeSet<Target>) {
    for name in placeholders(text) {
        if variables.is_some_and(|known| known.contains_key(name)) {
            continue;
        }
        found.insert(match name.split_once('.') {
            Some((id, attribute)) => Target::Name(id.to_owned(), Some(attribute.to_owned())),
            None => Target::Name(name.to_owned(), None),
        });
    }
}

/// The names in the `${…}` of a text, in order.
pub(super) fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        rest = after;
        let name = name.trim();
        if !name.starts_with('!') {
            names.push(name);
        }
    }
    names
}

/// Whether CloudFormation takes two values for the same: `1` and `"1"`, `true` and `"true"`, both
/// forms of `Fn::GetAtt`, objects in any order of their keys.
pub(super) fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Json::Object(ours), Json::Object(theirs)) => {
            if let (Some((Function::GetAtt, ours)), Some((Function::GetAtt, theirs))) =
                (call(left), call(right))
                && let (Some(ours), Some(theirs)) = (attribute(ours), attribute(theirs))
            {
                return ours == theirs;
            }
            let present = |object: &Object| {
                object
                    .iter()
                    .filter(|(_, value)| !is_no_value(value))
                    .count()
            };
            present(ours) == present(theirs)
                && ours
                    .iter()
                    .filter(|(_, value)| !is_no_value(value))
                    .all(|(key, value)| {
                        theirs
                            .get(key)
                            .is_some_and(|other| !is_no_value(other) && same(value, other))
                    })
        }
        _ => match (scalar(left), scalar(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

/// A scalar as the text that CloudFormation makes of it.
fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number_text(number)),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// `2.0` is `2`.
fn number_text(number: &crate::json::Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// Whether two unequal values are certain to be different when the stack is deployed. Two literals
/// are; two calls are where they differ in literal parts only, or name different resources.
pub(super) fn certainly_differ(before: Option<&Json>, after: Option<&Json>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        // What is added or removed may still be the default, which counts as a change.
        return true;
    };
    if same(before, after) {
        return false;
    }
    if !is_dynamic(before) && !is_dynamic(after) {
        return true;
    }
    match (call(before), call(after)) {
        (Some((Function::Ref, before)), Some((Function::Ref, after))) => {
            // Parameters may have the same value; a pseudo parameter is unlike any other.
            let is_pseudo = |name: &Json| name.as_str().is_some_and(|name| name.contains("::"));
            before != after && is_pseudo(before) && is_pseudo(after)
        }
        (
            Some((Function::Sub, Json::String(before))),
            Some((Function::Sub, Json::String(after))),
        ) => placeholders(before) == placeholders(after),
        (Some((before, left)), Some((after, right))) => {
            before == after && !is_dynamic(left) && !is_dynamic(right) && before == Function::GetAtt
        }
        (None, None) => match (before, after) {
            (Json::Object(before), Json::Object(after)) => before
                .keys()
                .chain(after.keys())
                .any(|key| certainly_differ_within(before.get(key), after.get(key))),
            (Json::Array(before), Json::Array(after)) => {
                before.len() != after.len()
                    || before
                        .iter()
                        .zip(after)
                        .any(|(before, after)| certainly_differ(Some(before), Some(after)))
            }
            _ => false,
        },
        _ => false,
    }
}

fn certainly_differ_within(before: Option<&Json>, after: Option<&Json>) -> bool {
    match (before, after) {
        (Some(_), Some(_)) => certainly_differ(before, after),
        (None, None) => false,
        (Some(value), None) | (None, Some(value)) => !is_no_value(value),
    }
}
