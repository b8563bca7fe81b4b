//! The registry's schemas, reduced to facts: types, bounds, required and immutable properties, what
//! the handlers call. AWS's prose stays where it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::types::{self, Type};
use super::{Files, Result, read};

/// Of the document itself; what is an object of schemas or a schema is listed below.
const TOP_FACTS: &[&str] = &[
    "additionalIdentifiers",
    "conditionalCreateOnlyProperties",
    "createOnlyProperties",
    "primaryIdentifier",
    "readOnlyProperties",
    "typeName",
    "writeOnlyProperties",
];

/// Prose, provenance, and what only the registry's own tests or cfn-lint's graph use.
const TOP_NOISE: &[&str] = &[
    "$comment",
    "$schema",
    "description",
    "propertyTransform",
    "sourceUrl",
    "taggable",
];

const FACTS: &[&str] = &[
    "$ref",
    "const",
    "default",
    "dependentExcluded",
    "dependentRequired",
    "enum",
    "format",
    "insertionOrder",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maxUniqueItems",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
    "required",
    "requiredOr",
    "requiredXor",
    "type",
    "uniqueItems",
    "uniqueKeys",
];

const NOISE: &[&str] = &[
    "$comment",
    "description",
    "examples",
    "relationshipRef",
    "title",
];

/// Reads `cfnlint/data/schemas` and returns the files of `src/cfn/schema`.
pub(super) fn strip(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let package = text_between(
        &read(&folder.join("../../version.py"))?,
        "__version__ = \"",
        "\"",
    )?;
    let date = text_between(
        &read(&folder.join("version.json"))?,
        "\"schema_date\": \"",
        "\"",
    )?;
    let mut version = format!("cfn-lint {package}, schemas of {date}\n\n");
    let regions = regions(folder)?;
    for kind in types::all() {
        let hash = only_hash(kind, &regions)?;
        let path = folder.join(format!("resources/{hash}.json"));
        let schema: Value = json(&path)?;
        let stripped =
            document(&schema).map_err(|message| format!("{}: {message}", kind.name()))?;
        let mut text =
            serde_json::to_string_pretty(&stripped).map_err(|error| error.to_string())?;
        text.push('\n');
        files.insert(kind.schema_path().into(), text);
        let _ = writeln!(version, "{hash} {}", kind.name());
    }
    files.insert("VERSION".into(), version);
    Ok(files)
}

/// Each region's types and hashes.
fn regions(folder: &Path) -> Result<Vec<Value>> {
    let providers = folder.join("providers");
    let entries =
        fs::read_dir(&providers).map_err(|error| format!("{}: {error}", providers.display()))?;
    let mut regions = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            regions.push(json(&path)?);
        }
    }
    Ok(regions)
}

/// One set of Rust types serves every region only while the regions agree.
fn only_hash(kind: Type, regions: &[Value]) -> Result<String> {
    let name = kind.name();
    let hashes: BTreeSet<&str> = regions
        .iter()
        .filter_map(|region| region.get(&name)?.as_str())
        .collect();
    match hashes.iter().collect::<Vec<_>>().as_slice() {
        [hash] => Ok((**hash).to_owned()),
        [] => Err(format!("{name}: no region has it")),
        _ => Err(format!("{name}: the regions' schemas differ: {hashes:?}")),
    }
}

fn json(path: &Path) -> Result<Value> {
    serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn text_between(text: &str, before: &str, after: &str) -> Result<String> {
    text.split_once(before)
        .and_then(|(_, rest)| rest.split_once(after))
        .map(|(found, _)| found.to_owned())
        .ok_or_else(|| format!("expected `{before}…{after}`"))
}

fn document(schema: &Value) -> Result<Value> {
    let mut stripped = Map::new();
    for (key, value) in object(schema)? {
        match key.as_str() {
            "handlers" => {
                stripped.insert(key.clone(), handlers(value)?);
            }
            "tagging" | "definitions" if value.as_object().is_some_and(Map::is_empty) => {}
            "tagging" => {
                stripped.insert(key.clone(), canonical(value));
            }
            "definitions" => {
                stripped.insert(key.clone(), each(value)?);
            }
            key if TOP_FACTS.contains(&key) => {
                stripped.insert(key.to_owned(), canonical(value));
            }
            key if TOP_NOISE.contains(&key) => {}
            key => keyword(key, value, &mut stripped)?,
        }
    }
    Ok(canonical(&Value::Object(stripped)))
}

fn handlers(value: &Value) -> Result<Value> {
    let mut stripped = Map::new();
    for (name, handler) in object(value)? {
        let mut facts = Map::new();
        for key in ["permissions", "timeoutInMinutes"] {
            if let Some(fact) = handler.get(key) {
                facts.insert(key.to_owned(), fact.clone());
            }
        }
        // The registry's order says nothing, and a moved line is noise in a diff.
        if let Some(Value::Array(permissions)) = facts.get_mut("permissions") {
            permissions.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
            permissions.dedup();
        }
        stripped.insert(name.clone(), Value::Object(facts));
    }
    Ok(Value::Object(stripped))
}

fn schema(value: &Value) -> Result<Value> {
    if value.is_boolean() {
        return Ok(value.clone());
    }
    let mut stripped = Map::new();
    for (key, value) in object(value)? {
        keyword(key, value, &mut stripped)?;
    }
    Ok(Value::Object(stripped))
}

/// A keyword that nobody has judged stops the generator: it may be a fact.
fn keyword(key: &str, value: &Value, stripped: &mut Map<String, Value>) -> Result<()> {
    let kept = match key {
        "properties" | "patternProperties" => each(value)?,
        "items" | "additionalProperties" => schema(value)?,
        "anyOf" | "oneOf" => {
            let alternatives = value
                .as_array()
                .ok_or_else(|| format!("`{key}` is no list"))?;
            let mut kept: Vec<Value> = Vec::new();
            for alternative in alternatives {
                let alternative = schema(alternative)?;
                if alternative
                    .as_object()
                    .is_none_or(|object| !object.is_empty())
                {
                    kept.push(alternative);
                }
            }
            if kept.is_empty() {
                return Ok(());
            }
            Value::Array(kept)
        }
        key if FACTS.contains(&key) => canonical(value),
        key if NOISE.contains(&key) => return Ok(()),
        key => return Err(format!("the keyword `{key}` is new")),
    };
    stripped.insert(key.to_owned(), kept);
    Ok(())
}

fn each(value: &Value) -> Result<Value> {
    let mut stripped = Map::new();
    for (name, value) in object(value)? {
        let value = schema(value).map_err(|message| format!("{name}: {message}"))?;
        stripped.insert(name.clone(), value);
    }
    Ok(Value::Object(stripped))
}

/// Sorted keys, whichever map `serde_json` was built with.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Value::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.clone(), canonical(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        scalar => scalar.clone(),
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| format!("expected an object, got `{value}`"))
}
