//! Experiments, which try a model in the shadow of another one.

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{
    ENDPOINT, config_of, containers, is_async, is_multi_model, is_serverless, model_of, variants,
};

pub(super) fn shape(experiment: Resource<'_>, found: &mut Found<'_>) {
    let mode = experiment.get("ShadowModeConfig");
    if mode.is_absent() {
        found
            .at(mode, "a shadow test needs `ShadowModeConfig`")
            .hint("say which variant answers, and which one is in its shadow");
        return;
    }
    let source = mode.get("SourceModelVariantName");
    let shadows: Vec<Node<'_>> = mode
        .get("ShadowModelVariants")
        .items()
        .map(|shadow| shadow.get("ShadowModelVariantName"))
        .collect();
    for shadow in &shadows {
        if let (Some(one), Some(two)) = (source.text(), shadow.text())
            && one == two
        {
            found
                .at(
                    *shadow,
                    format!("expected another variant than the one that answers, got `{two}`"),
                )
                .got(two)
                .hint("a model is not in its own shadow");
        }
    }
    let Some(listed) = experiment.get("ModelVariants").list() else {
        return;
    };
    let names: Option<Vec<_>> = listed
        .iter()
        .map(|variant| variant.get("VariantName").text())
        .collect();
    let Some(names) = names else { return };
    for node in shadows.into_iter().chain(Some(source)) {
        if let Some(name) = node.text()
            && !names.contains(&name)
        {
            found
                .expected(node, format_args!("one of `{}`", names.join("`, `")))
                .hint("name a variant of `ModelVariants`");
        }
    }
}

pub(super) fn excluded(experiment: Resource<'_>, found: &mut Found<'_>) {
    let mut report = |node: Node<'_>, what: &str| {
        found
            .at(node, format!("a shadow test excludes {what}"))
            .hint("try the new model on an endpoint of its own");
    };
    for variant in experiment.get("ModelVariants").items() {
        if let Some(model) = model_of(variant) {
            let all = containers(model);
            let multi = all
                .iter()
                .any(|container| is_multi_model(*container) == Some(true));
            if multi {
                report(
                    variant.get("ModelName"),
                    "a model of many (`Mode: MultiModel`)",
                );
            } else if all.len() > 1 {
                report(variant.get("ModelName"), "a model of several containers");
            }
        }
        let kind = variant
            .get("InfrastructureConfig")
            .at(["RealTimeInferenceConfig", "InstanceType"]);
        if kind.text().is_some_and(|text| text.starts_with("ml.inf1.")) {
            report(kind, "an Inf1 instance");
        }
    }
    let name = experiment.get("EndpointName");
    let config = name.named(ENDPOINT, "EndpointName").and_then(config_of);
    if let Some(config) = config {
        if is_async(config) {
            report(name, "an endpoint that answers from a queue");
        }
        if variants(config).into_iter().any(is_serverless) {
            report(name, "a serverless endpoint");
        }
    }
}

pub(super) fn drift(experiment: Resource<'_>, found: &mut Found<'_>) {
    let name = experiment.get("EndpointName");
    if let Some(endpoint) = name.named(ENDPOINT, "EndpointName") {
        found
            .at(
                name,
                format!(
                    "the experiment gives `{}` configurations of its own, of which the template knows nothing",
                    endpoint.id()
                ),
            )
            .hint("do not update the stack's endpoint while the experiment runs");
    }
}
