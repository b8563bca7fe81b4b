//! What a variant is, and how many instances it has.

use crate::literal::InstanceType;

use super::super::super::node::Resource;
use super::super::found::Found;
use super::super::hosting::{
    endpoints_of, hosts_components, is_async, is_serverless, shadows, targets_of, variants,
};
use super::{all_variants, type_places};

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
