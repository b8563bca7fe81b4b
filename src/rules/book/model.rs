//! Models: how their containers belong together, and what a model as a whole needs.

mod environment;
mod network;
mod source;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::finding::Severity;

use super::super::node::{Node, Part, Resource};
use super::found::Found;
use super::hosting::{CONFIG, MODEL, is_multi_model};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!("model-container-xor", Error, [MODEL], one_kind),
    declared!("model-role-required", Warning, [MODEL], role),
    declared!("model-iec-needs-multi", Warning, [MODEL], execution_alone),
    declared!("model-direct-hostnames", Error, [MODEL], direct_hostnames),
    declared!(
        "model-hostname-all-or-none",
        Error,
        [MODEL],
        pipeline_hostnames
    ),
    declared!("model-hostname-ignored", Warning, [MODEL], lone_hostname),
    declared!("model-one-mme-in-pipeline", Error, [MODEL], one_multi_model),
    declared!("model-url-single-tar", Warning, [MODEL], source::archive),
    declared!("model-url-xor-source", Warning, [MODEL], source::one_source),
    declared!(
        "model-source-prefix-slash",
        Warning,
        [MODEL],
        source::prefix_or_object
    ),
    declared!(
        "model-source-gzip-object",
        Error,
        [MODEL],
        source::gzip_object
    ),
    declared!(
        "model-source-excluded",
        Error,
        [MODEL, CONFIG],
        source::excluded
    ),
    declared!("model-eula", Warning, [MODEL], source::eula),
    declared!("model-package-vs-image", Warning, [MODEL], source::package),
    declared!(
        "model-mme-prefix",
        Warning,
        [MODEL],
        source::multi_model_prefix
    ),
    declared!(
        "model-mmconfig-needs-mme",
        Warning,
        [MODEL],
        source::multi_model_config
    ),
    declared!("model-env-entries", Error, [MODEL], environment::entries),
    declared!("model-env-total", Error, [MODEL], environment::total),
    declared!("model-env-secret", Warning, [MODEL], environment::secrets),
    declared!(
        "model-isolation-no-creds",
        Warning,
        [MODEL],
        environment::isolated
    ),
    declared!(
        "model-vpcrepo-needs-vpc",
        Warning,
        [MODEL],
        network::registry
    ),
    declared!(
        "model-auth-needs-vpcmode",
        Error,
        [MODEL],
        network::credentials
    ),
    declared!("model-vpc-two-az", Note, [MODEL], network::two_zones),
    declared!("model-vpc-egress", Warning, [MODEL], network::egress),
    declared!("model-tags", Error, [MODEL], tags),
];

/// Rules of the book that the registry's schema states, and the rule that finds them.
pub(super) const COVERED: &[(&str, &str)] = &[
    ("model-vpc-bounds", "item-count"),
    ("model-containers-max", "item-count"),
    ("model-iec-enum", "unknown-value"),
    ("model-name", "text-pattern"),
    ("model-api-only", "unknown-property"),
];

/// The last piece of a text, where that is known: how the whole of it ends.
fn ending(node: Node<'_>) -> Option<Cow<'_, str>> {
    match node.parts().pop() {
        Some(Part::Text(text)) => Some(text),
        _ => None,
    }
}

/// Whether each container of a model is invoked by its name; `None` where that is not known.
fn is_direct(model: Resource<'_>) -> Option<bool> {
    let mode = model.get("InferenceExecutionConfig").get("Mode");
    if mode.is_absent() {
        return Some(false);
    }
    mode.text().map(|mode| mode == "Direct")
}

fn one_kind(model: Resource<'_>, found: &mut Found<'_>) {
    let (primary, several) = (model.get("PrimaryContainer"), model.get("Containers"));
    let none = several.list().is_some_and(|list| list.is_empty());
    if primary.is_present() && several.is_present() && !none {
        found
            .at(
                several,
                "`Containers` excludes `PrimaryContainer`, which is there too",
            )
            .hint("write one container as `PrimaryContainer`, or all of them in `Containers`");
    } else if primary.is_absent() && (several.is_absent() || none) {
        found
            .at(
                primary,
                "expected `PrimaryContainer` or `Containers`, got neither",
            )
            .hint("add `PrimaryContainer` with an `Image`");
    }
}

fn role(model: Resource<'_>, found: &mut Found<'_>) {
    let role = model.get("ExecutionRoleArn");
    if role.is_absent() {
        found
            .at(
                role,
                "a model without `ExecutionRoleArn` has no permission to read its image and data",
            )
            .hint("add the ARN of a role that `sagemaker.amazonaws.com` may assume");
    }
}

fn execution_alone(model: Resource<'_>, found: &mut Found<'_>) {
    let config = model.get("InferenceExecutionConfig");
    let several = model.get("Containers");
    let alone = several.is_absent() || several.list().is_some_and(|list| list.len() < 2);
    if config.is_present() && alone {
        found
            .at(
                config,
                "`InferenceExecutionConfig` says how several containers are called, and there are no two",
            )
            .hint("remove it, or list the containers in `Containers`")
            .remove();
    }
}

fn direct_hostnames(model: Resource<'_>, found: &mut Found<'_>) {
    if is_direct(model) != Some(true) {
        return;
    }
    for container in model.get("Containers").items() {
        let hostname = container.get("ContainerHostname");
        if hostname.is_absent() {
            found
                .at(
                    hostname,
                    "missing `ContainerHostname`, by which a request names the container when `Mode` is `Direct`",
                )
                .hint("give each container a name of its own");
        }
    }
}

fn pipeline_hostnames(model: Resource<'_>, found: &mut Found<'_>) {
    let Some(containers) = model.get("Containers").list() else {
        return;
    };
    let hostnames: Vec<_> = containers
        .iter()
        .map(|container| container.get("ContainerHostname"))
        .collect();
    let some = hostnames.iter().any(|hostname| hostname.is_present());
    // Where `Mode` is `Direct`, another rule says it.
    if some && is_direct(model) == Some(false) {
        for hostname in hostnames.iter().filter(|hostname| hostname.is_absent()) {
            found
                .at(
                    *hostname,
                    "missing `ContainerHostname`, which another container of the model has",
                )
                .hint("give each container a name of its own, or none of them");
        }
    }
    let mut known = BTreeSet::new();
    for hostname in hostnames {
        if let Some(name) = hostname.text()
            && !known.insert(name.clone())
        {
            found
                .at(
                    hostname,
                    format!("a second container of the model is named `{name}`"),
                )
                .got(name)
                .hint("give each container a name of its own");
        }
    }
}

fn lone_hostname(model: Resource<'_>, found: &mut Found<'_>) {
    let hostname = model.get("PrimaryContainer").get("ContainerHostname");
    if hostname.is_present() && model.get("Containers").is_absent() {
        found
            .at(
                hostname,
                "`ContainerHostname` tells containers apart, and is ignored where there is one",
            )
            .hint("remove it")
            .remove();
    }
}

fn one_multi_model(model: Resource<'_>, found: &mut Found<'_>) {
    if is_direct(model) != Some(false) {
        return;
    }
    let containers = model.get("Containers").items();
    let many = containers.filter(|container| is_multi_model(*container) == Some(true));
    for container in many.skip(1) {
        found
            .at(
                container.get("Mode"),
                "expected at most one container with `Mode: MultiModel`, and this is another",
            )
            .hint("keep `MultiModel` in one of the containers");
    }
}

fn tags(model: Resource<'_>, found: &mut Found<'_>) {
    let mut known = BTreeSet::new();
    for tag in model.get("Tags").items() {
        let key = tag.get("Key");
        if let Some(text) = key.text()
            && !known.insert(text.clone())
        {
            found
                .at(key, format!("a second tag has the key `{text}`"))
                .got(text)
                .hint("keep one of them");
        }
    }
}

#[cfg(test)]
mod tests;
