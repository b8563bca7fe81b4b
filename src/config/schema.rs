//! The JSON Schema of stage files, for editors: the declarations in `keys`, and what `checks` tells
//! of keys that exclude each other.
//!
//! A stage inherits from `Defaults`, so a schema cannot ask it for anything; it can refuse what no
//! inheritance would make right.

use super::MAX_STAGES;
use super::checks::{CAPACITIES, DATA, NOT_WITH_SERVERLESS, NOT_WITH_VARIANTS, SOURCES, TARGETS};
use super::keys::StageKeys;
use super::shape::{Bounds, Form, Shape};
use super::types::value_definitions;
use crate::json::{Json, Object};

/// What a stage may be called, as a regular expression.
pub(super) const STAGE_NAME: &str = "^[A-Za-z][A-Za-z0-9-]{0,62}$";

/// The JSON Schema (draft 2020-12) of a stage file.
pub fn stage_file_schema() -> Json {
    let mut definitions = value_definitions();
    definitions.insert("Stage", stage());
    let stage = |description: &'static str| -> Json {
        let mut reference = Object::new();
        reference.insert("description", description);
        reference.insert(
            "anyOf",
            Json::Array(vec![
                [("$ref", Json::from("#/$defs/Stage"))].into(),
                [("type", Json::from("null"))].into(),
            ]),
        );
        reference.into()
    };
    let mut schema = Object::new();
    schema.insert("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.insert("title", "sageform stage file");
    schema.insert(
        "description",
        "The stages of one stack, in the order of promotion. `Defaults` is merged under every stage.",
    );
    schema.insert("type", "object");
    schema.insert("properties", [("Defaults", stage("What all stages share: maps merge, lists and single values replace, and `null` in a stage removes."))]);
    schema.insert("propertyNames", [("pattern", Json::from(STAGE_NAME))]);
    schema.insert(
        "additionalProperties",
        stage("A stage, by the name of its key."),
    );
    // One stage besides `Defaults`.
    schema.insert("minProperties", 1_u32);
    // As many stages as are read, and `Defaults`.
    schema.insert(
        "maxProperties",
        u32::try_from(MAX_STAGES + 1).unwrap_or(u32::MAX),
    );
    schema.insert("not", defaults_only());
    schema.insert("$defs", definitions);
    schema.into()
}

fn defaults_only() -> Json {
    let mut only = Object::new();
    only.insert("required", vec!["Defaults"]);
    only.insert("maxProperties", 1_u32);
    only.into()
}

fn stage() -> Json {
    let mut schema = StageKeys::schema(Bounds::NONE, Form::Merged);
    let mut rules = groups(CAPACITIES);
    rules.push(not_both(&["Variants"], NOT_WITH_VARIANTS));
    let excluded: Vec<_> = NOT_WITH_SERVERLESS.iter().map(|(path, _)| *path).collect();
    rules.push(not_both(CAPACITIES[1], &excluded));
    let mut model = groups(SOURCES);
    model.push(not_both(&["Containers"], &["Environment"]));
    model.extend(groups(DATA));
    for (key, rules) in [("Model", model), ("AutoScaling", groups(TARGETS))] {
        let in_variants = ["properties", "Variants", "items", "properties", key];
        for place in [&["properties", key][..], &in_variants] {
            if let Some(Json::Object(target)) = dig(&mut schema, place) {
                target.insert("allOf", Json::Array(rules.clone()));
            }
        }
    }
    if let Json::Object(schema) = &mut schema {
        schema.insert("allOf", Json::Array(rules));
    }
    schema
}

/// Keys of different groups exclude each other.
fn groups(groups: &[&[&str]]) -> Vec<Json> {
    let pairs = groups.iter().enumerate().flat_map(|(index, one)| {
        groups[index + 1..]
            .iter()
            .map(move |other| not_both(one, other))
    });
    pairs.collect()
}

/// No key of the one is there with a value together with a key of the other; `null` takes a key
/// away.
fn not_both(one: &[&str], other: &[&str]) -> Json {
    let any = |keys: &[&str]| -> Json {
        let keys = keys
            .iter()
            .map(|path| present(&path.split('.').collect::<Vec<_>>()))
            .collect();
        [("anyOf", Json::Array(keys))].into()
    };
    [(
        "not",
        [("allOf", Json::Array(vec![any(one), any(other)]))].into(),
    )]
    .into()
}

fn present(path: &[&str]) -> Json {
    let Some((key, rest)) = path.split_first() else {
        return [("not", [("type", Json::from("null"))].into())].into();
    };
    let inner = present(rest);
    let mut schema = Object::new();
    schema.insert("type", "object");
    schema.insert("required", vec![Json::from((*key).to_owned())]);
    schema.insert("properties", [((*key).to_owned(), inner)]);
    schema.into()
}

fn dig<'a>(schema: &'a mut Json, path: &[&str]) -> Option<&'a mut Json> {
    path.iter()
        .try_fold(schema, |schema, key| schema.as_object_mut()?.get_mut(key))
}
