//! What the variants of an endpoint run on, before and after.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::json::Json;
use crate::template::ResourceView;

use super::super::{secret, show};
use super::Scene;

/// What a variant runs on before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FleetChange {
    /// The variant's name.
    pub variant: String,
    /// Whether it gets a copy of the traffic only.
    pub shadow: bool,
    /// Before; `None` for a variant that is new.
    pub before: Option<Capacity>,
    /// After; `None` for a variant that goes.
    pub after: Option<Capacity>,
    /// The weight before, where it is stated.
    pub weight_before: Option<String>,
    /// The weight after, where it is stated.
    pub weight_after: Option<String>,
    /// Whether SageMaker itself scales its instances.
    pub managed_scaling: bool,
}

/// What a variant runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Capacity {
    /// Instances.
    Instances {
        /// The type; `None` where it is not stated as a literal.
        instance_type: Option<String>,
        /// How many at first; `None` where it is not stated as a literal.
        count: Option<u64>,
    },
    /// No instances of its own.
    Serverless {
        /// Concurrent invocations at most.
        max_concurrency: Option<u64>,
        /// Invocations that are kept warm.
        provisioned_concurrency: Option<u64>,
    },
}

impl Capacity {
    /// In words: `2× ml.c6i.xlarge`.
    pub fn words(&self) -> String {
        match self {
            Self::Instances {
                instance_type,
                count,
            } => {
                let count = count.map_or("?".to_owned(), |count| count.to_string());
                let kind = instance_type.as_deref().unwrap_or("?");
                format!("{count}× {}", show::line(kind))
            }
            Self::Serverless {
                max_concurrency,
                provisioned_concurrency,
            } => {
                let mut text = "serverless".to_owned();
                if let Some(max) = max_concurrency {
                    let _ = write!(text, ", up to {max} at a time");
                }
                if let Some(warm) = provisioned_concurrency {
                    let _ = write!(text, ", {warm} kept warm");
                }
                text
            }
        }
    }
}

/// A number, also where it is written as text.
pub(super) fn number(value: Option<&Json>) -> Option<u64> {
    match value? {
        Json::Number(number) => number.as_u64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[derive(Clone)]
struct Variant {
    shadow: bool,
    capacity: Capacity,
    weight: Option<String>,
    managed: bool,
}

/// The variants of both configurations, by name.
pub(super) fn changes(scene: &Scene<'_>) -> Vec<FleetChange> {
    let old = variants(scene.old_config);
    let new = variants(scene.new_config);
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let (before, after) = (old.get(name), new.get(name));
            let any = after.or(before);
            FleetChange {
                variant: name.clone(),
                shadow: any.is_some_and(|variant| variant.shadow),
                before: before.map(|variant| variant.capacity.clone()),
                after: after.map(|variant| variant.capacity.clone()),
                weight_before: before.and_then(|variant| variant.weight.clone()),
                weight_after: after.and_then(|variant| variant.weight.clone()),
                managed_scaling: after.is_some_and(|variant| variant.managed),
            }
        })
        .collect()
}

fn variants(config: Option<ResourceView<'_>>) -> BTreeMap<String, Variant> {
    let mut found = BTreeMap::new();
    let Some(properties) = config.and_then(|config| config.properties()) else {
        return found;
    };
    for (section, shadow) in [
        ("ProductionVariants", false),
        ("ShadowProductionVariants", true),
    ] {
        let items = properties.get(section).and_then(Json::as_array);
        for item in items.unwrap_or_default() {
            let name = match item.get("VariantName") {
                Some(Json::String(name)) => secret::text(name).into_owned(),
                Some(other) => show::short(&secret::masked(other, secret::Place::Plain).0),
                None => continue,
            };
            found.insert(name, variant(item, shadow));
        }
    }
    found
}

fn variant(item: &Json, shadow: bool) -> Variant {
    let literal = |name: &str| {
        let text = item.get(name)?.as_str()?;
        Some(secret::text(text).into_owned())
    };
    let capacity = match item.get("ServerlessConfig") {
        Some(config) => Capacity::Serverless {
            max_concurrency: number(config.get("MaxConcurrency")),
            provisioned_concurrency: number(config.get("ProvisionedConcurrency")),
        },
        None => Capacity::Instances {
            instance_type: literal("InstanceType"),
            count: number(item.get("InitialInstanceCount")),
        },
    };
    Variant {
        shadow,
        capacity,
        weight: item
            .get("InitialVariantWeight")
            .map(|weight| show::short(&secret::masked(weight, secret::Place::Plain).0)),
        managed: item.get("ManagedInstanceScaling").is_some_and(|scaling| {
            scaling.get("Status").and_then(Json::as_str) != Some("DISABLED")
        }),
    }
}
