//! What a value refers to: the functions that name something else of the template.

use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::value::Function;

/// Something that a value refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A resource or parameter, by `Ref`, `Fn::GetAtt` or `Fn::Sub`; with the attribute.
    Name(String, Option<String>),
    /// A condition, by `Fn::If`.
    Condition(String),
    /// A mapping, by `Fn::FindInMap`.
    Mapping(String),
}

/// The function that an object calls, with its argument.
pub(crate) fn call(value: &Json) -> Option<(Function, &Json)> {
    let (key, argument) = value.as_object()?.single()?;
    Function::from_key(key).map(|function| (function, argument))
}

/// Everything that a value refers to.
pub(crate) fn targets(value: &Json) -> BTreeSet<Target> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
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
        (Function::GetAtt, _) => match attribute(argument) {
            Some((id, attribute)) => {
                found.insert(Target::Name(id.to_owned(), Some(attribute.to_owned())));
            }
            // The attribute's name may be a function too.
            None => found.extend(first(argument).map(|id| Target::Name(id, None))),
        },
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
pub(crate) fn attribute(argument: &Json) -> Option<(&str, &str)> {
    match argument {
        Json::String(text) => text.split_once('.'),
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(id), Json::String(attribute)] => Some((id, attribute)),
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
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
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
