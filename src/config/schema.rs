//! The JSON Schema of stage files, for editors: the declarations in `keys`, and what `checks` tells
//! of keys that exclude each other.
//!
//! A stage inherits from `Defaults`, so a schema cannot ask it for anything; it can refuse what no
//! inheritance would make right.

use std::collections::BTreeMap;

use super::MAX_STAGES;
use super::checks::{
    ADAPTER, ADAPTER_LACKS, CAPACITIES, DATA, Excluded, NOT_WITH_ASYNC, NOT_WITH_COMPONENTS,
    NOT_WITH_SERVERLESS, NOT_WITH_VARIANTS, SIDES, SOURCES, STATISTICS, STRATEGIES, TARGETS,
};
use super::declare::NAME;
use super::keys::StageKeys;
use super::shape::{Bounds, Form, Shape};
use super::types::value_definitions;
use crate::json::{Json, Object};

/// What a stage may be called, as a regular expression.
pub(super) const STAGE_NAME: &str = "^[A-Za-z][A-Za-z0-9-]{0,62}$";

/// The JSON Schema (draft 2020-12) of a stage file.
pub fn stage_file_schema() -> Json {
    let mut shared = BTreeMap::new();
    let mut stage = StageKeys::schema(Bounds::NONE, Form::Merged);
    share(&mut stage, &mut shared);
    let mut definitions = value_definitions();
    let mut given = Object::new();
    given.insert("not", [("type", Json::from("null"))]);
    definitions.insert("Given", given);
    for (name, schema) in shared {
        definitions.insert(name, schema);
    }
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

/// Puts every map among the definitions, with the rules that hold between its keys, and refers to it.
fn share(schema: &mut Json, definitions: &mut BTreeMap<String, Json>) {
    match schema {
        Json::Array(items) => {
            for item in items {
                share(item, definitions);
            }
        }
        Json::Object(object) => {
            let keys: Vec<_> = object.keys().map(str::to_owned).collect();
            for key in keys {
                if let Some(value) = object.get_mut(&key) {
                    share(value, definitions);
                }
            }
            let declared = object.get(NAME).and_then(Json::as_str).map(str::to_owned);
            if let Some(declared) = declared {
                refer(object, &declared, definitions);
            }
        }
        _ => {}
    }
}

/// Leaves of a map's schema what is said of this place, and a reference to the rest.
fn refer(schema: &mut Object, declared: &str, definitions: &mut BTreeMap<String, Json>) {
    let mut here = Object::new();
    for key in ["description", "default"] {
        if let Some(value) = schema.remove(key) {
            here.insert(key, value);
        }
    }
    schema.remove(NAME);
    let merged = schema
        .get("type")
        .is_none_or(|kind| kind.as_str().is_none());
    let short = declared.trim_end_matches("Keys");
    let mut all = Vec::new();
    let rules = rules(declared);
    if !rules.is_empty() {
        let name = format!("{short}Rules");
        all.push([("$ref", Json::from(format!("#/$defs/{name}")))].into());
        definitions.insert(name, [("allOf", Json::Array(rules))].into());
    }
    // In a list a map stands as it is written; elsewhere it may leave to `Defaults` what it needs.
    let merged = declared == "StageKeys" || merged;
    let name = if merged {
        short.to_owned()
    } else {
        all.append(&mut needs(declared));
        format!("{short}Item")
    };
    if !all.is_empty() {
        schema.insert("allOf", Json::Array(all));
    }
    here.insert("$ref", format!("#/$defs/{name}"));
    let rest = std::mem::replace(schema, here);
    definitions.insert(name, rest.into());
}

/// Which keys of a map exclude each other.
fn rules(declared: &str) -> Vec<Json> {
    let paths = |excluded: Excluded| excluded.iter().map(|(path, _)| *path).collect::<Vec<_>>();
    let type_or_pools: &[&[&str]] = &[&["InstanceType"], &["InstancePools"]];
    let mut rules = Vec::new();
    match declared {
        "StageKeys" => {
            rules = groups(CAPACITIES);
            rules.extend(groups(type_or_pools));
            rules.push(not_both(CAPACITIES[1], &paths(NOT_WITH_SERVERLESS)));
            rules.push(not_both(&["Variants"], &paths(NOT_WITH_VARIANTS)));
            rules.push(not_both(&["Components"], &paths(NOT_WITH_COMPONENTS)));
            rules.push(not_both(&["Async"], &paths(NOT_WITH_ASYNC)));
        }
        "VariantKeys" | "ShadowKeys" => rules = groups(type_or_pools),
        "ModelKeys" => {
            rules = groups(SOURCES);
            rules.push(not_both(&["Containers"], &["Environment"]));
            rules.push(not_both(
                &["InferenceSpecificationName"],
                &["Image", "Containers"],
            ));
            rules.extend(groups(DATA));
        }
        "ContainerKeys" => rules = groups(DATA),
        "ComponentKeys" => rules.push(not_both(&[ADAPTER], ADAPTER_LACKS)),
        "ScalingKeys" => rules = groups(TARGETS),
        "DeploymentKeys" => {
            rules = groups(STRATEGIES);
            rules.push(not_both(&["Rolling"], &["TerminationWait"]));
        }
        "LatencyAlarm" => rules = groups(STATISTICS),
        "InvocationsAlarm" => rules = groups(SIDES),
        "ExplainerKeys" => rules = groups(&[&["ShapBaseline"], &["ShapBaselineUri"]]),
        _ => {}
    }
    rules
}

/// What a map needs: it can be asked for only where the map is whole.
fn needs(declared: &str) -> Vec<Json> {
    match declared {
        "VariantKeys" | "ShadowKeys" => vec![
            one_of(&["InstanceType", "InstancePools"]),
            one_of(&["InstanceCount"]),
        ],
        "ContainerKeys" => vec![one_of(&["Image"])],
        "ComponentKeys" => vec![one_of(&[ADAPTER, "MinMemoryInMB"])],
        "ScheduledActionKeys" => vec![one_of(&["MinCapacity", "MaxCapacity"])],
        _ => Vec::new(),
    }
}

/// One of the keys has to be there.
fn one_of(keys: &[&'static str]) -> Json {
    let required = |key: &&'static str| -> Json { [("required", Json::from(vec![*key]))].into() };
    match keys {
        [one] => required(one),
        several => [("anyOf", Json::Array(several.iter().map(required).collect()))].into(),
    }
}

/// Keys of different groups exclude each other.
fn groups(groups: &[&[&str]]) -> Vec<Json> {
    let mut rules = Vec::new();
    for (index, one) in groups.iter().enumerate() {
        let others: Vec<&str> = groups[index + 1..].concat();
        if !others.is_empty() {
            rules.push(not_both(one, &others));
        }
    }
    rules
}

/// Where one of these keys has a value, none of the others has; `null` takes a key away. The others
/// are what an editor marks.
fn not_both(one: &[&str], others: &[&str]) -> Json {
    let present = match one {
        [key] => present(&parts(key)),
        keys => {
            let keys = keys.iter().map(|key| present(&parts(key))).collect();
            [("anyOf", Json::Array(keys))].into()
        }
    };
    let mut absent = Json::Object(Object::new());
    for key in others {
        make_absent(&mut absent, &parts(key));
    }
    [("if", present), ("then", absent)].into()
}

/// The keys of a path.
fn parts(path: &str) -> Vec<&str> {
    // `P99.9` is one key.
    match path.split_once('.') {
        Some((_, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => vec![path],
        _ => path.split('.').collect(),
    }
}

fn present(path: &[&str]) -> Json {
    let Some((key, rest)) = path.split_first() else {
        return [("$ref", Json::from("#/$defs/Given"))].into();
    };
    let mut schema = Object::new();
    schema.insert("type", "object");
    schema.insert("required", vec![Json::from((*key).to_owned())]);
    schema.insert("properties", [((*key).to_owned(), present(rest))]);
    schema.into()
}

fn make_absent(schema: &mut Json, path: &[&str]) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    let Some((key, rest)) = path.split_first() else {
        object.insert("type", "null");
        return;
    };
    if !object.contains_key("properties") {
        object.insert("properties", Object::new());
    }
    let below = object
        .get_mut("properties")
        .and_then(Json::as_object_mut)
        .map(|below| {
            if !below.contains_key(key) {
                below.insert((*key).to_owned(), Object::new());
            }
            below.get_mut(key)
        });
    if let Some(Some(below)) = below {
        make_absent(below, rest);
    }
}
