//! Variants that get copies of the requests.

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{is_async, shadows};
use super::{all_variants, models, multi_model, pipeline, product, type_places};

pub(super) fn one_each(config: Resource<'_>, found: &mut Found<'_>) {
    if shadows(config).is_empty() {
        return;
    }
    for key in ["ProductionVariants", "ShadowProductionVariants"] {
        let list = config.get(key);
        let count = list.list().map_or(1, |variants| variants.len());
        if count > 1 {
            found
                .at(
                    list,
                    format!("expected one variant where there is a shadow, got {count}"),
                )
                .got(count)
                .allowed("1 production and 1 shadow variant")
                .hint("try one shadow after the other");
        }
    }
}

pub(super) fn excluded(config: Resource<'_>, found: &mut Found<'_>) {
    if shadows(config).is_empty() {
        return;
    }
    let mut report = |node: Node<'_>, what: &str| {
        let id = config.id();
        found
            .at(
                node,
                format!("{what} excludes `ShadowProductionVariants`, which `{id}` has"),
            )
            .hint("remove the shadow, and try the new model on an endpoint of its own");
    };
    if is_async(config) {
        report(config.get("AsyncInferenceConfig"), "`AsyncInferenceConfig`");
    }
    for place in all_variants(config).into_iter().flat_map(type_places) {
        if place
            .text()
            .is_some_and(|text| text.starts_with("ml.inf1."))
        {
            report(place, "an Inf1 instance");
        }
    }
    for model in models(config) {
        if let Some(list) = pipeline(model) {
            report(list, "a model of several containers");
        } else if let Some(mode) = multi_model(model) {
            report(mode, "`Mode: MultiModel`");
        } else if let Some(package) = product(model) {
            report(package, "a product of AWS Marketplace");
        }
    }
}
