//! The references in a value, and values in the form in which they are compared.

use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::value::Function;

use crate::template::reference::placeholders;
pub(super) use crate::template::reference::{Target, attribute, call, targets};

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
