//! What people are told of a stage file: each key with what it takes and what it becomes, from the
//! same declarations as the parser and the schema.

use std::fmt::Write as _;

use super::declare::{Described, Keys as _, Parts};
use super::keys::StageKeys;
use crate::cfn::{ObjectSchema, Schema, schema_of};
use crate::json::Json;

/// The resource types whose properties all have to be reachable from a stage file.
pub const COVERED: &[&str] = &[
    "AWS::SageMaker::Model",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::InferenceComponent",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
];

/// Properties that no key becomes, because what they are follows from the rest, and what it follows
/// from.
pub const DERIVED: &[(&str, &str)] = &[
    (
        "AWS::SageMaker::Endpoint.EndpointConfigName",
        "the stack's own configuration",
    ),
    (
        "AWS::SageMaker::Endpoint.RetainAllVariantProperties",
        "an update keeps the counts that scaling has set",
    ),
    (
        "AWS::SageMaker::Endpoint.ExcludeRetainedVariantProperties.VariantPropertyType",
        "of what an update keeps, weights are the file's",
    ),
    (
        "AWS::SageMaker::EndpointConfig.DataCaptureConfig.EnableCapture",
        "`true` where `DataCapture` is there",
    ),
    (
        "AWS::SageMaker::EndpointConfig.ProductionVariants.ManagedInstanceScaling.Status",
        "`ENABLED` where `ManagedInstanceScaling` is there",
    ),
    (
        "AWS::SageMaker::InferenceComponent.EndpointName",
        "the stack's own endpoint",
    ),
    (
        "AWS::SageMaker::InferenceComponent.VariantName",
        "the endpoint's variant",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalableTarget.ResourceId",
        "the variant or the component",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalableTarget.ScalableDimension",
        "what the stage scales",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalableTarget.ServiceNamespace",
        "`sagemaker`",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy.PolicyType",
        "the kind of policy",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy.ScalingTargetId",
        "the stack's own target",
    ),
];

/// A key of the stage file.
#[derive(Debug, Clone)]
pub struct KeyReference {
    /// Its name, behind those of the keys around it: `Variants.Model.Image`.
    pub path: String,
    /// The properties that it becomes, such as `AWS::SageMaker::Endpoint.EndpointName`, or resource
    /// types; lists are not told from what they hold.
    pub properties: Vec<String>,
    /// Whether it holds other keys.
    pub is_map: bool,
}

/// How a stage file reaches a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// Keys of its own, by their paths.
    Keys(Vec<String>),
    /// It follows from the rest of the file.
    Derived(&'static str),
    /// Only CloudFormation's own words, under `Overrides`.
    Overrides,
}

/// All keys, in the order of their declarations.
pub fn keys() -> Vec<KeyReference> {
    let mut all = Vec::new();
    collect(&StageKeys::described(), "", &[], &mut all);
    all
}

fn collect(keys: &[Described], path: &str, base: &[String], all: &mut Vec<KeyReference>) {
    for key in keys {
        let path = match path {
            "" => key.key.name.to_owned(),
            path => format!("{path}.{}", key.key.name),
        };
        let properties = properties(key, base);
        let inner = inner(key);
        all.push(KeyReference {
            path: path.clone(),
            properties: properties.clone(),
            is_map: inner.is_some(),
        });
        if let Some(inner) = inner {
            collect(inner, &path, &properties, all);
        }
    }
}

/// The properties of a key in a map that becomes `base`.
fn properties(key: &Described, base: &[String]) -> Vec<String> {
    let mut properties = Vec::new();
    for property in &key.properties {
        let property = property.replace("[]", "");
        if property.starts_with('.') {
            properties.extend(base.iter().map(|base| format!("{base}{property}")));
        } else {
            properties.push(property);
        }
    }
    properties
}

fn inner(key: &Described) -> Option<&[Described]> {
    match &key.parts {
        Parts::None => None,
        Parts::Map(keys) | Parts::Items(keys) => Some(keys),
    }
}

/// Each property of the covered types that holds no other, with how a stage file reaches it. What
/// CloudFormation returns only is left out.
pub fn coverage() -> Vec<(String, Reached)> {
    let keys = keys();
    let mut all = Vec::new();
    for type_name in COVERED {
        let mut leaves = Vec::new();
        let Some(schema) = schema_of(type_name) else {
            continue;
        };
        walk(type_name, schema.properties, &mut leaves);
        let path = |path: &str| format!("{type_name}{}", path.replace("/*", "").replace('/', "."));
        let returned: Vec<_> = schema.read_only.iter().map(|one| path(one)).collect();
        leaves.retain(|leaf| !returned.iter().any(|returned| is_below(leaf, returned)));
        let tags = schema.tag_property.map(path);
        for leaf in leaves {
            let reached = match &tags {
                Some(tags) if is_below(&leaf, tags) => Reached::Keys(vec!["Tags".to_owned()]),
                _ => reached(&leaf, &keys),
            };
            all.push((leaf, reached));
        }
    }
    all
}

fn walk(path: &str, object: &ObjectSchema, leaves: &mut Vec<String>) {
    for property in object.properties {
        let path = format!("{path}.{}", property.name);
        let mut schema = &property.schema;
        while let Schema::List(list) = schema {
            schema = &list.items;
        }
        match schema {
            Schema::Object(object) if !object.properties.is_empty() => walk(&path, object, leaves),
            _ => leaves.push(path),
        }
    }
}

fn is_below(leaf: &str, property: &str) -> bool {
    leaf.strip_prefix(property)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn reached(leaf: &str, keys: &[KeyReference]) -> Reached {
    // A key without keys of its own is all that is below its property.
    let becomes = |key: &&KeyReference| {
        let exactly = |property: &String| leaf == property;
        let within = |property: &String| property.contains('.') && is_below(leaf, property);
        key.properties.iter().any(exactly) || !key.is_map && key.properties.iter().any(within)
    };
    let found: Vec<_> = keys
        .iter()
        .filter(becomes)
        .map(|key| key.path.clone())
        .collect();
    if !found.is_empty() {
        return Reached::Keys(found);
    }
    match DERIVED.iter().find(|(property, _)| *property == leaf) {
        Some((_, from)) => Reached::Derived(from),
        None => Reached::Overrides,
    }
}

/// The page that lists all keys, in Markdown.
pub fn page() -> String {
    let mut sections: Vec<Section> = Vec::new();
    gather(&StageKeys::described(), "", &[], &mut sections);
    let mut page = String::from(PREAMBLE);
    for section in &sections {
        section.write(&mut page);
    }
    write_coverage(&mut page);
    page
}

const PREAMBLE: &str = "\
<!-- Generated by `sageform schema --write`. -->

# The stage file

Every key of `config/<stack>.yaml`, what it takes, and the CloudFormation property that it becomes.
A stage's keys stand below its name; `Defaults` holds what stages have in common.

- Durations are written with a unit: `90s`, `10m`, `2h`. Latencies may have milliseconds: `250ms`.
- Parts of a whole are written in percent, `70%`, or as a fraction, `0.7`.
- Where a property takes them, functions (`!Ref`, `!Sub`, `!GetAtt`, `!ImportValue`, `Fn::…`) and dynamic references (`{{resolve:…}}`) may stand for a value.
- A key in **bold** is required where its map is there.
- Properties are those of `AWS::SageMaker` where no service is named.
";

/// The keys of one map, wherever it may stand.
struct Section {
    paths: Vec<String>,
    keys: Vec<Described>,
    base: Vec<String>,
}

fn gather(keys: &[Described], path: &str, base: &[String], sections: &mut Vec<Section>) {
    let names = |keys: &[Described]| -> Vec<_> {
        keys.iter().map(|key| (key.key.name, key.doc)).collect()
    };
    let known = sections
        .iter_mut()
        .find(|section| names(&section.keys) == names(keys));
    if let Some(known) = known {
        known.paths.push(path.to_owned());
        return;
    }
    sections.push(Section {
        paths: vec![path.to_owned()],
        keys: keys.to_vec(),
        base: base.to_vec(),
    });
    for key in keys {
        if let Some(inner) = inner(key) {
            let path = match path {
                "" => key.key.name.to_owned(),
                path => format!("{path}.{}", key.key.name),
            };
            gather(inner, &path, &properties(key, base), sections);
        }
    }
}

impl Section {
    fn write(&self, page: &mut String) {
        let [path, others @ ..] = self.paths.as_slice() else {
            return;
        };
        match path.as_str() {
            "" => page.push_str("\n## A stage\n\n"),
            path => {
                let _ = write!(page, "\n## `{path}`\n\n");
            }
        }
        if !others.is_empty() {
            let others: Vec<_> = others.iter().map(|path| format!("`{path}`")).collect();
            let _ = write!(page, "The same keys: {}.\n\n", others.join(", "));
        }
        page.push_str("| key | takes | what it is | becomes |\n|---|---|---|---|\n");
        for key in &self.keys {
            let name = key.key.name;
            let mark = if key.required { "**" } else { "" };
            let alias = key.key.alias.map(|alias| format!(", or `{alias}`"));
            let becomes = match key.effect {
                Some(effect) => effect.to_owned(),
                None => properties(key, &self.base)
                    .iter()
                    .map(|property| format!("`{}`", property.trim_start_matches("AWS::SageMaker::")))
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            let _ = writeln!(
                page,
                "| {mark}`{name}`{mark}{} | {} | {}{} | {becomes} |",
                alias.unwrap_or_default(),
                cell(&key.expected),
                cell(key.doc),
                key.default.as_ref().map(default).unwrap_or_default(),
            );
        }
    }
}

/// Text within a table.
fn cell(text: &str) -> String {
    let line: Vec<_> = text.split_whitespace().collect();
    line.join(" ").replace('|', "\\|")
}

fn default(value: &Json) -> String {
    match value {
        // The text says so where there is nothing.
        Json::Array(items) if items.is_empty() => String::new(),
        Json::Object(object) if object.is_empty() => String::new(),
        Json::String(text) => format!(" Left out, `{text}`."),
        value => {
            let text = serde_json::to_string(value).unwrap_or_default();
            format!(" Left out, `{text}`.")
        }
    }
}

fn write_coverage(page: &mut String) {
    page.push_str(
        "\n## Properties without a key\n\n\
         Every other property of the types that make up an endpoint has a key above.\n",
    );
    let mut derived = String::new();
    let mut overrides = String::new();
    for (property, reached) in coverage() {
        let _ = match reached {
            Reached::Keys(_) => Ok(()),
            Reached::Derived(from) => writeln!(derived, "- `{property}`: {from}"),
            Reached::Overrides => writeln!(overrides, "- `{property}`"),
        };
    }
    let _ = write!(
        page,
        "\nThese follow from the rest of the file:\n\n{derived}\n\
         These are written below `Overrides`, by the logical id of their resource:\n\n{overrides}"
    );
}
