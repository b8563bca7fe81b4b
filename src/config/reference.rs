//! The keys of a stage file as people are told of them: a list, and the page that is made of it.

mod examples;
mod page;

use std::sync::LazyLock;

use super::declare::{Described, Keys as _, Parts, paragraphs};
use super::keys::StageKeys;
use crate::json::Json;

pub use examples::{Example, examples};
pub use page::markdown;

/// One key of a stage file.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyReference {
    /// Its path below the stage, with `[]` for the items of a list: `Variants[].InstanceType`.
    pub path: String,
    /// Another name for it.
    pub alias: Option<&'static str>,
    /// What its value is, with its bounds and units: "a whole number from 1 to 512".
    pub value: String,
    /// Whether it has to be there.
    pub required: bool,
    /// What holds when it is absent, where that is a value.
    pub default: Option<Json>,
    /// What it is, one line per paragraph.
    pub doc: String,
    /// The properties that it becomes, such as
    /// `AWS::SageMaker::EndpointConfig.ProductionVariants[].InstanceType`, or a resource type alone.
    pub properties: Vec<String>,
    /// What it does, where it becomes no property.
    pub effect: Option<&'static str>,
    /// Whether it is a map, or a list of maps, whose keys follow.
    pub has_keys: bool,
}

/// Every key of a stage, in the order of their declaration, each block before its keys.
///
/// ```
/// let keys = sageform::config::reference::keys();
/// let key = keys.iter().find(|key| key.path == "Variants[].VolumeSizeInGB").unwrap();
/// assert_eq!(key.value, "a whole number from 1 to 512");
/// assert_eq!(
///     key.properties,
///     ["AWS::SageMaker::EndpointConfig.ProductionVariants[].VolumeSizeInGB"]
/// );
/// ```
pub fn keys() -> Vec<KeyReference> {
    let mut keys = Vec::new();
    collect("", &[], StageKeys::described(), &mut keys);
    keys
}

/// The map that a key belongs into, for somebody who has written it at another path: where several
/// have it, the one that shares most of the path, and then the first. Empty for the stage itself.
pub(super) fn map_of(key: &str, path: &str) -> Option<&'static str> {
    static KEYS: LazyLock<Vec<KeyReference>> = LazyLock::new(keys);
    let shared = |map: &str| {
        let (map, path) = (map.split('.'), path.split('.'));
        map.zip(path)
            .take_while(|(map, path)| name(map) == name(path))
            .count()
    };
    let maps = KEYS.iter().filter_map(|known| {
        let (map, last) = known.path.rsplit_once('.').unwrap_or(("", &known.path));
        (last == key).then_some(map)
    });
    // Of equals, this takes the last one.
    maps.rev().max_by_key(|map| shared(map))
}

/// A part of a path without its index.
fn name(part: &str) -> &str {
    part.split('[').next().unwrap_or(part)
}

fn collect(path: &str, bases: &[String], described: Vec<Described>, keys: &mut Vec<KeyReference>) {
    for key in described {
        let path = if path.is_empty() {
            key.key.name.to_owned()
        } else {
            format!("{path}.{}", key.key.name)
        };
        let properties = absolute(bases, &key.properties);
        let (inner, listed) = match key.parts {
            Parts::None => (None, false),
            Parts::Map(block) => (Some(block.keys), false),
            Parts::Items(block) => (Some(block.keys), true),
        };
        keys.push(KeyReference {
            path: path.clone(),
            alias: key.key.alias,
            value: key.value,
            required: key.required,
            default: key.default,
            doc: paragraphs(key.doc),
            properties: properties.clone(),
            effect: key.effect,
            has_keys: inner.is_some(),
        });
        let Some(inner) = inner else { continue };
        let (path, bases) = if listed {
            (
                format!("{path}[]"),
                properties.iter().map(|one| items_of(one)).collect(),
            )
        } else {
            (path, properties)
        };
        collect(&path, &bases, inner, keys);
    }
}

/// Properties below those of the map that holds the key.
fn absolute(bases: &[String], properties: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for property in properties {
        if property.starts_with('.') {
            all.extend(bases.iter().map(|base| format!("{base}{property}")));
        } else {
            all.push(property.clone());
        }
    }
    all
}

/// The items of a list; each item of a list of resources is a resource.
fn items_of(property: &str) -> String {
    if property.contains('.') && !property.ends_with("[]") {
        format!("{property}[]")
    } else {
        property.to_owned()
    }
}
