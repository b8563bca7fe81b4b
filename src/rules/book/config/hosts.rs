//! Variants whose instances inference components share.

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{hosts_components, is_serverless, variants};
use super::all_variants;

pub(super) fn managed_scaling(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        let scaling = variant.get("ManagedInstanceScaling");
        let off = scaling.get("Status").text().as_deref() == Some("DISABLED");
        if variant.get("ModelName").is_present() && scaling.is_present() && !off {
            found
                .at(
                    scaling,
                    "`ManagedInstanceScaling` excludes `ModelName`, which the variant has too",
                )
                .hint("scale the instances of a model with a `ScalableTarget`");
        }
    }
}

pub(super) fn bounds(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in variants(config) {
        let scaling = variant.get("ManagedInstanceScaling");
        let least = scaling.get("MinInstanceCount");
        let Some(most) = scaling.get("MaxInstanceCount").integer() else {
            continue;
        };
        let first = variant.get("InitialInstanceCount");
        for node in [least, first] {
            if node.integer().is_some_and(|count| count > most) {
                found.expected(
                    node,
                    format_args!("at most `MaxInstanceCount`, which is {most}"),
                );
            }
        }
    }
}

/// Whether a variant shares its instances, for sure.
fn shares(variant: Node<'_>) -> bool {
    let pools = variant.get("InstancePools");
    let named = pools
        .items()
        .any(|pool| !pool.get("ModelNameOverride").is_absent());
    let decided = pools.is_absent() || pools.list().is_some();
    hosts_components(variant) && variant.get("ServerlessConfig").is_absent() && decided && !named
}

pub(super) fn whole(config: Resource<'_>, found: &mut Found<'_>) {
    let variants = variants(config);
    let with_model = variants
        .iter()
        .any(|variant| variant.get("ModelName").is_present() || is_serverless(*variant));
    let mut hosts = variants
        .iter()
        .filter(|variant| shares(**variant))
        .peekable();
    if hosts.peek().is_none() {
        return;
    }
    if with_model {
        for host in hosts {
            found
                .at(
                    host.get("ModelName"),
                    "missing `ModelName`, which another variant has: an endpoint is for models or for inference components",
                )
                .hint("name a model in each variant, or in none");
        }
        return;
    }
    let role = config.get("ExecutionRoleArn");
    if role.is_absent() {
        found
            .at(
                role,
                "missing `ExecutionRoleArn`, which variants without `ModelName` need",
            )
            .hint("name the role here, or a model in each variant");
    }
}
