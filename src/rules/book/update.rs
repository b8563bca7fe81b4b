//! What an update does to what is deployed.

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::super::world::World;
use super::found::Found;
use super::hosting::{
    COMPONENT, CONFIG, ENDPOINT, MODEL, Scaled, config_of, containers, is_serverless, scaled,
    targets_of, variants,
};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!(update "sl-one-way", Error, to_serverless),
    declared!(update "sl-no-return", Warning, from_serverless),
    declared!(update "ep-same-variants", Error, same_variants),
    declared!(update "upd-variant-scaled", Error, scaled_type),
    declared!(update "ep-new-variant-needs-exclude", Warning, swallowed),
    declared!(update "upd-ep-rename", Warning, renamed),
    declared!(update "ic-immutable", Warning, moved_component),
    declared!(update "cfg-orphan", Warning, orphaned),
    declared!(update "upd-same-url", Note, same_artifact),
];

/// The resources of a type that both templates have, by logical id.
fn both<'o, 'n>(
    old: &'o World<'o>,
    new: &'n World<'n>,
    kind: &'static str,
) -> impl Iterator<Item = (Resource<'o>, Resource<'n>)> {
    new.of_type(kind).filter_map(move |after| {
        let before = old.resource(after.id())?;
        (before.kind() == kind).then_some((before, after))
    })
}

/// The variants of an endpoint that both templates have, by name.
fn same_named<'o, 'n>(before: Resource<'o>, after: Resource<'n>) -> Vec<(Node<'o>, Node<'n>)> {
    let variants_of = |endpoint| config_of(endpoint).map(variants).unwrap_or_default();
    let old = config_of(before).map(variants).unwrap_or_default();
    let mut pairs = Vec::new();
    for variant in variants_of(after) {
        let Some(name) = variant.get("VariantName").text() else {
            continue;
        };
        let named = |node: &&Node<'o>| {
            node.get("VariantName")
                .text()
                .is_some_and(|old| old == name)
        };
        if let Some(earlier) = old.iter().find(named) {
            pairs.push((*earlier, variant));
        }
    }
    pairs
}

/// Whether all variants have instances, or none has: `None` where that is not known.
fn serverless(endpoint: Resource<'_>) -> Option<bool> {
    let variants = variants(config_of(endpoint)?);
    let first = variants.first()?;
    if is_serverless(*first) {
        return Some(true);
    }
    let has_instances =
        first.get("InstanceType").is_present() || first.get("InstancePools").is_present();
    has_instances.then_some(false)
}

fn to_serverless(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, ENDPOINT) {
        if (serverless(before), serverless(after)) == (Some(false), Some(true)) {
            found
                .at(
                    after.get("EndpointConfigName"),
                    "the endpoint has instances, and SageMaker does not make it serverless",
                )
                .hint(
                    "make a new endpoint under another name and logical id, and move its callers",
                );
        }
    }
}

fn from_serverless(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, ENDPOINT) {
        if (serverless(before), serverless(after)) == (Some(true), Some(false)) {
            found
                .at(
                    after.get("EndpointConfigName"),
                    "the serverless endpoint gets instances, and cannot become serverless again",
                )
                .hint("make a new endpoint beside it as long as that is not certain");
        }
    }
}

fn same_variants(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, ENDPOINT) {
        let deployment = after.get("DeploymentConfig");
        if !deployment.get("BlueGreenUpdatePolicy").is_present()
            && !deployment.get("RollingUpdatePolicy").is_present()
        {
            continue;
        }
        let names = |endpoint: Resource<'_>| -> Option<Vec<String>> {
            let list = config_of(endpoint)?.get("ProductionVariants").list()?;
            let names = list
                .iter()
                .map(|variant| Some(variant.get("VariantName").text()?.into_owned()));
            let mut names: Vec<_> = names.collect::<Option<_>>()?;
            names.sort();
            Some(names)
        };
        let (Some(earlier), Some(later)) = (names(before), names(after)) else {
            continue;
        };
        if earlier != later {
            let (earlier, later) = (earlier.join("`, `"), later.join("`, `"));
            found
                .at(
                    deployment,
                    format!("the variants were `{earlier}` and become `{later}`, but a deployment policy needs the same names"),
                )
                .got(format_args!("`{later}`"))
                .allowed(format_args!("`{earlier}`"))
                .hint("keep the names, or leave out `DeploymentConfig` for this one update");
        }
    }
}

fn scaled_type(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, ENDPOINT) {
        for (earlier, later) in same_named(before, after) {
            let name = later.get("VariantName").text().unwrap_or_default();
            let of_variant = |target: Resource<'_>| matches!(scaled(target), Some(Scaled::Variant { variant, .. }) if variant == name);
            if !targets_of(before).any(of_variant) {
                continue;
            }
            let (from, to) = (
                earlier.get("InstanceType").text(),
                later.get("InstanceType").text(),
            );
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                found
                    .at(
                        later.get("InstanceType"),
                        format!("the variant scales, and SageMaker does not change its instances from `{from}` to `{to}` meanwhile"),
                    )
                    .got(&to)
                    .allowed(format_args!("`{from}`"))
                    .hint("deploy once without its scalable target, then change the type and add the target again");
            }
        }
    }
}

fn swallowed(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, ENDPOINT) {
        if after.get("RetainAllVariantProperties").boolean() != Some(true) {
            continue;
        }
        let excluded = after.get("ExcludeRetainedVariantProperties");
        let is_excluded = |property: &str| {
            excluded.items().any(|one| {
                one.get("VariantPropertyType")
                    .text()
                    .is_none_or(|kind| kind == property)
            })
        };
        for (earlier, later) in same_named(before, after) {
            for (key, property) in [
                ("InitialInstanceCount", "DesiredInstanceCount"),
                ("InitialVariantWeight", "DesiredWeight"),
            ] {
                if let (Some(from), Some(to)) = (earlier.get(key).number(), later.get(key).number())
                    && (from - to).abs() > f64::EPSILON
                    && !is_excluded(property)
                {
                    found
                        .at(
                            later.get(key),
                            format!("the change from `{from}` to `{to}` has no effect: the endpoint retains what it has"),
                        )
                        .hint(format!("add `{property}` to `ExcludeRetainedVariantProperties` of the endpoint for this update"));
                }
            }
        }
    }
}

fn renamed(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, ENDPOINT) {
        let (was, is) = (before.get("EndpointName"), after.get("EndpointName"));
        if let (Some(from), Some(to)) = (was.text(), is.text())
            && from != to
        {
            found
                .at(
                    is,
                    format!("the endpoint `{from}` is deleted, and callers, alarms and scaling that know it by name lose it"),
                )
                .got(&to)
                .allowed(format_args!("`{from}`"))
                .hint("add the new endpoint beside the old one, move the callers, then remove the old one");
        }
    }
}

fn moved_component(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, COMPONENT) {
        for key in ["EndpointName", "VariantName", "InferenceComponentName"] {
            let (was, is) = (before.get(key), after.get(key));
            let differs = was.is_present() && is.is_present() && was.parts() != is.parts();
            if differs {
                found
                    .at(
                        is,
                        format!("UpdateInferenceComponent cannot change `{key}`, and CloudFormation does not replace the component for it"),
                    )
                    .hint("give the component another logical id and name, so that a new one is made");
            }
        }
    }
}

fn orphaned(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for endpoint in new.of_type(ENDPOINT) {
        let name = endpoint.get("EndpointConfigName");
        let Some(text) = name.text() else { continue };
        let had = |world: &World<'_>| {
            world.of_type(CONFIG).any(|config| {
                config
                    .get("EndpointConfigName")
                    .text()
                    .is_some_and(|known| known == text)
            })
        };
        if had(old) && !had(new) {
            found
                .at(
                    name,
                    format!("the configuration `{text}` is deleted, and the endpoint goes on with it: nobody sees its instances any more, which still cost"),
                )
                .hint("keep the configuration as long as an endpoint uses it");
        }
    }
}

fn same_artifact(old: &World<'_>, new: &World<'_>, found: &mut Found<'_>) {
    for (before, after) in both(old, new, MODEL) {
        let tags_differ = before.get("Tags").known() != after.get("Tags").known();
        let rest = |model: Resource<'_>| -> Vec<_> {
            let entries = model.properties().entries();
            entries
                .filter(|(key, _)| *key != "Tags")
                .map(|(key, node)| (key.to_owned(), node.known().cloned()))
                .collect()
        };
        if tags_differ && rest(before) == rest(after) {
            let at = containers(after)
                .first()
                .copied()
                .unwrap_or(after.properties());
            found
                .at(
                    at,
                    "only the tags of the model change: its image and data keep their address, so that nothing is deployed",
                )
                .hint("upload new model data under a new key, such as its digest, and name that");
        }
    }
}
