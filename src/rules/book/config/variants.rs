//! What a variant is, and how many instances it has.

use crate::cfn::sagemaker::endpoint_config::InstanceType as Listed;
use crate::json::Json;
use crate::literal::InstanceType;

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{
    endpoints_of, hosts_components, is_async, is_serverless, shadows, targets_of, variants,
};
use super::{all_variants, type_places};

/// Whether it is written as it stands, so that the registry's schema has been asked about it.
fn is_literal(node: Node<'_>) -> bool {
    matches!(node.written, Json::String(_) | Json::Number(_))
}

pub(super) fn names(config: Resource<'_>, found: &mut Found<'_>) {
    for list in [variants(config), shadows(config)] {
        let mut seen = Vec::new();
        for name in list.iter().map(|variant| variant.get("VariantName")) {
            let Some(text) = name.text() else { continue };
            if seen.contains(&text) {
                found
                    .at(name, format!("a second variant is named `{text}`"))
                    .got(&text)
                    .allowed("a name of its own for each variant")
                    .hint("give each variant a name of its own");
            }
            seen.push(text);
        }
    }
}

pub(super) fn weights(config: Resource<'_>, found: &mut Found<'_>) {
    let weights: Vec<_> = variants(config)
        .into_iter()
        .map(|variant| variant.get("InitialVariantWeight"))
        .collect();
    let all_zero = weights.iter().all(|weight| weight.number() == Some(0.0));
    if let (Some(first), true) = (weights.first(), all_zero) {
        found
            .at(
                *first,
                "the weights of all variants are 0, so that no variant has a share of the requests",
            )
            .got(0)
            .allowed("more than 0 for at least one variant")
            .hint("give at least one variant a weight above 0");
    }
}

pub(super) fn kind(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        if is_serverless(variant) {
            for key in ["InstanceType", "InstancePools", "InitialInstanceCount"] {
                let instances = variant.get(key);
                if instances.is_present() {
                    found
                        .at(
                            instances,
                            format!(
                                "`{key}` excludes `ServerlessConfig`, which the variant has too"
                            ),
                        )
                        .hint("keep what says how the model is to run, and remove the other");
                }
            }
            continue;
        }
        let pools = variant.get("InstancePools");
        if pools.is_present() && variant.get("InstanceType").is_present() {
            found
                .at(
                    pools,
                    "`InstancePools` excludes `InstanceType`, which the variant has too",
                )
                .hint("write the instance type as one of the pools");
        }
    }
}

/// Families of other parts of SageMaker, such as training and notebooks, of which no size hosts
/// models
/// ([`InstanceType`](https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html)).
const NOT_FOR_HOSTING: &[&str] = &[
    "c5n",
    "c6id",
    "geospatial",
    "gr6",
    "i3en",
    "m6id",
    "p3dn",
    "r6id",
    "t3",
];

pub(super) fn hosting(config: Resource<'_>, found: &mut Found<'_>) {
    let places = all_variants(config).into_iter().flat_map(type_places);
    for place in places.filter(|place| !is_literal(*place)) {
        let Some(text) = place.text() else { continue };
        let known = Listed::VALUES.contains(&text.as_ref());
        match InstanceType::parse(text.as_ref()) {
            Err(_) => {
                found.expected(place, "an instance type for hosting, such as `ml.m5.large`");
            }
            Ok(kind) if !known && NOT_FOR_HOSTING.contains(&kind.family()) => {
                found
                    .expected(place, "an instance type for hosting, such as `ml.m5.large`")
                    .hint(format!("no `{}` hosts a model", kind.family()));
            }
            Ok(_) => {}
        }
    }
}

/// Families of which AWS has newer ones for the same purpose.
const RETIRED: &[(&str, &str)] = &[("c4", "c7i"), ("m4", "m7i"), ("p2", "g5"), ("p3", "p4d")];

pub(super) fn retired(config: Resource<'_>, found: &mut Found<'_>) {
    for place in all_variants(config).into_iter().flat_map(type_places) {
        let Some(kind) = place.text().and_then(|text| InstanceType::parse(text).ok()) else {
            continue;
        };
        if let Some((old, new)) = RETIRED.iter().find(|(old, _)| *old == kind.family()) {
            found
                .at(
                    place,
                    format!("`{old}` is an old family, of which instances may be hard to get"),
                )
                .got(&kind)
                .hint(format!("choose a newer family, such as `{new}`"));
        }
    }
}

pub(super) fn count(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        let count = variant.get("InitialInstanceCount");
        if !is_literal(count) && count.integer().is_some_and(|count| count < 1) {
            found.expected(count, "at least 1 instance");
        }
        // What is scaled by SageMaker begins with the least number, what has pools with their own.
        let simple = [
            "ServerlessConfig",
            "InstancePools",
            "ManagedInstanceScaling",
        ]
        .iter()
        .all(|key| variant.get(key).is_absent());
        if !simple {
            continue;
        }
        let kind = variant.get("InstanceType");
        for (node, key) in [(kind, "InstanceType"), (count, "InitialInstanceCount")] {
            if node.is_absent() {
                found
                    .at(
                        node,
                        format!("missing `{key}`, which a variant with instances needs"),
                    )
                    .hint(format!("write `{key}`, or `ServerlessConfig`"));
            }
        }
    }
}

pub(super) fn spare(config: Resource<'_>, found: &mut Found<'_>) {
    let variants = variants(config);
    let [variant] = variants.as_slice() else {
        return;
    };
    let other = is_serverless(*variant) || hosts_components(*variant) || is_async(config);
    let count = variant.get("InitialInstanceCount");
    if other || count.integer() != Some(1) {
        return;
    }
    let scaled = endpoints_of(config)
        .flat_map(targets_of)
        .any(|target| target.get("MinCapacity").integer() != Some(1));
    if !scaled {
        found
            .at(
                count,
                "one instance is in one zone only: nothing answers when it, or its zone, fails",
            )
            .got(1)
            .allowed("at least 2 where requests have to be answered")
            .hint("start with 2 instances in production");
    }
}
