//! Endpoints and their updates.

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::found::Found;
use super::hosting::{ENDPOINT, comes_after, config_of, targets_of, variants};

mod rollout;

use super::{Check, Rule, declared};
pub(super) use rollout::waits;

pub(super) const RULES: &[Rule] = &[
    declared!("ep-policy-xor", Error, [ENDPOINT], policy_xor),
    declared!("ep-canary-50", Error, [ENDPOINT], canary_size),
    declared!("ep-retain", Warning, [ENDPOINT], retain),
    declared!("ep-bg-shape", Error, [ENDPOINT], rollout::shape),
    declared!("ep-linear-10-50", Error, [ENDPOINT], step_size),
    declared!("ep-rolling-5-50", Error, [ENDPOINT], batch_size),
    declared!("ep-timeout-sum", Warning, [ENDPOINT], rollout::timeout),
    declared!("ep-alarms", Warning, [ENDPOINT], rollout::alarms),
    declared!("ep-alarm-perm", Warning, [ENDPOINT], rollout::permission),
    declared!("ep-gr-fallback", Warning, [ENDPOINT], rollout::fallback),
    declared!("ep-rolling-excl", Error, [ENDPOINT], rollout::rolling),
    declared!("ep-exclude-enum", Warning, [ENDPOINT], excluded),
    declared!("ep-eventual", Warning, [ENDPOINT], eventual),
];

/// Rules of the book that the registry's schema, or a rule for any template, states.
#[allow(dead_code, reason = "wired up by the page of rules")]
pub(super) const COVERED: &[(&str, &str)] = &[
    ("ep-waits", "number-range"),
    ("ep-alarm-cycle", "dependency-cycle"),
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

fn step_size(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let routing = endpoint
        .get("DeploymentConfig")
        .at(["BlueGreenUpdatePolicy", "TrafficRoutingConfiguration"]);
    if routing.get("Type").text().as_deref() == Some("LINEAR") {
        share(endpoint, routing.get("LinearStepSize"), 10, 50, found);
    }
}

fn batch_size(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let rolling = endpoint.get("DeploymentConfig").get("RollingUpdatePolicy");
    share(endpoint, rolling.get("MaximumBatchSize"), 5, 50, found);
}

fn excluded(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let excluded = endpoint.get("ExcludeRetainedVariantProperties");
    let retained = endpoint.get("RetainAllVariantProperties");
    let reset = retained.is_absent() || retained.boolean() == Some(false);
    if reset && excluded.list().is_some_and(|items| !items.is_empty()) {
        found
            .at(
                excluded,
                "nothing is retained, so nothing is excluded from it: `RetainAllVariantProperties` is not `true`",
            )
            .hint("set `RetainAllVariantProperties` to `true`, or leave this out");
    }
}

fn eventual(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let name = endpoint.get("EndpointConfigName");
    if name.text().is_none() {
        return;
    }
    if let Some(config) = config_of(endpoint)
        && !comes_after(endpoint, config)
    {
        found
            .at(
                name,
                format!(
                    "the endpoint may be made before `{}`, which it names without a reference",
                    config.id()
                ),
            )
            .hint(format!(
                "write `!GetAtt {}.EndpointConfigName`",
                config.id()
            ));
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
