//! How a stage file reaches each property of the types that make up an endpoint.

use std::fmt::Write as _;

use super::reference::{KeyReference, keys};
use crate::cfn::{ObjectSchema, Schema, schema_of};

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

/// Each property of the covered types that holds no other, with how a stage file reaches it. What
/// CloudFormation returns only is left out.
pub fn coverage() -> Vec<(String, Reached)> {
    let mut keys = keys();
    for property in keys.iter_mut().flat_map(|key| &mut key.properties) {
        *property = property.replace("[]", "");
    }
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
        key.properties.iter().any(exactly) || !key.has_keys && key.properties.iter().any(within)
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

/// The end of the page of keys: the properties that have none.
pub(super) fn write(page: &mut String) {
    page.push_str(
        "\n## Properties without a key\n\n\
         Every other property of the types that make up an endpoint has a key above.\n",
    );
    let all = coverage();
    let mut derived = String::new();
    let mut overrides: Vec<&str> = Vec::new();
    for (property, reached) in &all {
        match reached {
            Reached::Keys(_) => {}
            Reached::Derived(from) => {
                let _ = writeln!(derived, "- `{property}`: {from}");
            }
            Reached::Overrides => {
                let whole = without_key(property, &all);
                if overrides.last() != Some(&whole) {
                    overrides.push(whole);
                }
            }
        }
    }
    let overrides = overrides.iter().fold(String::new(), |list, property| {
        list + "- `" + property + "`\n"
    });
    let _ = write!(
        page,
        "\nThese follow from the rest of the file:\n\n{derived}\n\
         These are written below `Overrides`, by the logical id of their resource:\n\n{overrides}"
    );
}

/// The widest property around this one of which no part has a key.
fn without_key<'a>(property: &'a str, all: &[(String, Reached)]) -> &'a str {
    property
        .match_indices('.')
        .skip(1)
        .map(|(end, _)| property.get(..end).unwrap_or(property))
        .find(|around| {
            all.iter()
                .filter(|(other, _)| is_below(other, around))
                .all(|(_, reached)| *reached == Reached::Overrides)
        })
        .unwrap_or(property)
}
