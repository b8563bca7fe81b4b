//! Endpoint configurations.

mod asynchronous;
mod capture;
mod explainer;
mod fleet;
mod hosts;
mod permission;
mod serverless;
mod shadow;
mod variants;

use crate::finding::Severity;
use crate::literal::InstanceType;

use super::super::node::{Node, Resource};
use super::hosting::{
    CONFIG, containers, is_multi_model, model_of, shadows, variants as production,
};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!("cfg-variant-names", Error, [CONFIG], variants::names),
    declared!("cfg-weight", Warning, [CONFIG], variants::weights),
    declared!("cfg-exclusive-kind", Error, [CONFIG], variants::kind),
    declared!("cfg-instance-retired", Note, [CONFIG], variants::retired),
    declared!("cfg-instance-count", Error, [CONFIG], variants::count),
    declared!("cfg-ha-count", Note, [CONFIG], variants::spare),
    declared!("sl-memory", Error, [CONFIG], serverless::memory),
    declared!("sl-concurrency", Error, [CONFIG], serverless::concurrency),
    declared!("sl-single-variant", Error, [CONFIG], serverless::single),
    declared!("sl-no-vpc-isolation", Error, [CONFIG], serverless::network),
    declared!("sl-no-mme-pipeline", Error, [CONFIG], serverless::one_model),
    declared!("sl-no-gpu-image", Warning, [CONFIG], serverless::no_gpu),
    declared!(
        "sl-no-capture-async-shadow",
        Error,
        [CONFIG],
        serverless::alone
    ),
    declared!(
        "sl-no-private-registry",
        Error,
        [CONFIG],
        serverless::registry
    ),
    declared!("as-single-variant", Error, [CONFIG], asynchronous::single),
    declared!("as-notify-enum", Warning, [CONFIG], asynchronous::topics),
    declared!("as-sns-perm", Warning, [CONFIG], asynchronous::publish),
    declared!("as-s3-perm", Warning, [CONFIG], asynchronous::results),
    declared!(
        "as-no-marketplace",
        Error,
        [CONFIG],
        asynchronous::no_product
    ),
    declared!("dc-base64", Note, [CONFIG], capture::encoded),
    declared!("dc-role-put", Warning, [CONFIG], capture::allowed),
    declared!("sh-one-one", Error, [CONFIG], shadow::one_each),
    declared!("sh-excluded", Error, [CONFIG], shadow::excluded),
    declared!("vol-nvme", Error, [CONFIG], fleet::volume),
    declared!("kms-nvme", Error, [CONFIG], fleet::volume_key),
    declared!("ami-enum", Error, [CONFIG], fleet::machine_image),
    declared!("ami-cuda", Warning, [CONFIG], fleet::cuda),
    declared!("mis-only-ic", Error, [CONFIG], hosts::managed_scaling),
    declared!("mis-bounds", Warning, [CONFIG], hosts::bounds),
    declared!("ic-config", Error, [CONFIG], hosts::whole),
    declared!("explainer", Note, [CONFIG], explainer::baseline),
    declared!("as-explainer", Note, [CONFIG], explainer::queue),
    declared!("timeout-large", Note, [CONFIG], fleet::download),
];

/// Rules of the book that the registry's schema states, each with the rule that reports them.
pub(super) const COVERED: &[(&str, &str)] = &[
    ("cfg-instance-type", "unknown-value"),
    ("cfg-variants-count", "item-count"),
    ("as-output", "missing-property"),
    ("as-client", "number-range"),
    ("dc-bounds", "number-range"),
    ("timeouts", "number-range"),
    ("routing", "unknown-value"),
    ("reserved-capacity", "text-pattern"),
    ("cfg-api-only", "unknown-property"),
];

/// Production and shadow variants.
fn all_variants(config: Resource<'_>) -> Vec<Node<'_>> {
    production(config)
        .into_iter()
        .chain(shadows(config))
        .collect()
}

/// The models of the variants, each once.
fn models(config: Resource<'_>) -> Vec<Resource<'_>> {
    let mut models: Vec<Resource<'_>> = Vec::new();
    for model in all_variants(config).into_iter().filter_map(model_of) {
        if !models.iter().any(|known| known.is(model)) {
            models.push(model);
        }
    }
    models
}

/// Where the instance types of a variant are written, its pools included.
fn type_places(variant: Node<'_>) -> Vec<Node<'_>> {
    let pools = variant.get("InstancePools").items();
    Some(variant.get("InstanceType"))
        .into_iter()
        .chain(pools.map(|pool| pool.get("InstanceType")))
        .filter(|place| place.is_present())
        .collect()
}

/// The instance types of a variant that are known.
pub(super) fn instance_types(variant: Node<'_>) -> Vec<InstanceType> {
    type_places(variant)
        .into_iter()
        .filter_map(|place| InstanceType::parse(place.text()?).ok())
        .collect()
}

/// Accounts of AWS Marketplace, one in each region, to which the packages of its products belong:
/// they are in the ARNs that sellers publish with their products.
const MARKETPLACE: &[&str] = &[
    "057799348421",
    "077584701553",
    "136758871317",
    "192199979996",
    "270155090741",
    "382657785993",
    "446921602837",
    "470592106596",
    "594846645681",
    "666831318237",
    "745090734665",
    "843114510376",
    "856760150666",
    "865070037744",
    "977537786026",
    "985815980388",
];

/// Where a model names a package of AWS Marketplace.
fn product(model: Resource<'_>) -> Option<Node<'_>> {
    containers(model)
        .into_iter()
        .map(|container| container.get("ModelPackageName"))
        .find(|package| {
            package
                .text()
                .and_then(|arn| arn.split(':').nth(4).map(|id| MARKETPLACE.contains(&id)))
                .unwrap_or_default()
        })
}

/// Where a model says that it is of many archives.
fn multi_model(model: Resource<'_>) -> Option<Node<'_>> {
    containers(model)
        .into_iter()
        .find(|container| is_multi_model(*container) == Some(true))
        .map(|container| container.get("Mode"))
}

/// The containers of a model that has several of them.
fn pipeline(model: Resource<'_>) -> Option<Node<'_>> {
    let list = model.get("Containers");
    list.list().filter(|items| items.len() > 1).map(|_| list)
}
