//! Endpoints and their updates.

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::found::Found;
use super::hosting::{ENDPOINT, config_of, targets_of, variants};
use super::{Check, Rule, declared};

pub(super) const RULES: &[Rule] = &[
    declared!("ep-policy-xor", Error, [ENDPOINT], policy_xor),
    declared!("ep-canary-50", Error, [ENDPOINT], canary_size),
    declared!("ep-retain", Warning, [ENDPOINT], retain),
];

fn policy_xor(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let deployment = endpoint.get("DeploymentConfig");
    let blue_green = deployment.get("BlueGreenUpdatePolicy");
    let rolling = deployment.get("RollingUpdatePolicy");
    if blue_green.is_present() && rolling.is_present() {
        found
            .at(
                rolling,
                "`RollingUpdatePolicy` excludes `BlueGreenUpdatePolicy`, which is there too",
            )
            .hint("keep the one by which updates are to be made");
    }
}

fn canary_size(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let routing = endpoint
        .get("DeploymentConfig")
        .at(["BlueGreenUpdatePolicy", "TrafficRoutingConfiguration"]);
    if routing.get("Type").text().as_deref() == Some("CANARY") {
        share(endpoint, routing.get("CanarySize"), 1, 50, found);
    }
}

/// A size is so many percent of each variant's instances, in whole instances.
fn share(endpoint: Resource<'_>, size: Node<'_>, least: i64, most: i64, found: &mut Found<'_>) {
    let value = size.get("Value");
    let Some(number) = value.integer() else {
        return;
    };
    match size.get("Type").text().as_deref() {
        Some("CAPACITY_PERCENT") if !(least..=most).contains(&number) => {
            found.expected(value, format_args!("{least} to {most} percent"));
        }
        Some("INSTANCE_COUNT") => {
            let Some(config) = config_of(endpoint) else {
                return;
            };
            for variant in variants(config) {
                let Some(count) = variant.get("InitialInstanceCount").integer() else {
                    continue;
                };
                if number * 100 > count * most {
                    let allowed = count * most / 100;
                    found
                        .at(
                            value,
                            format!(
                                "expected at most {most} percent of the {count} instances of a variant, got {number}"
                            ),
                        )
                        .got(number)
                        .allowed(format_args!("at most {allowed}"))
                        .hint("start with more instances, or shift less of them");
                }
            }
        }
        _ => {}
    }
}

fn retain(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let retained = endpoint.get("RetainAllVariantProperties");
    let reset = retained.is_absent() || retained.boolean() == Some(false);
    if reset && targets_of(endpoint).next().is_some() {
        found
            .at(
                retained,
                "each update sets the instances back to `InitialInstanceCount`, whatever scaling has made of them",
            )
            .allowed("`true` where a variant scales")
            .hint("set `RetainAllVariantProperties` to `true`")
            .set(true);
    }
}
