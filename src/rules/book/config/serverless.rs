//! Serverless variants, and what they cannot be combined with.

use std::ops::RangeInclusive;

use super::super::super::node::{Node, Part, Resource};
use super::super::found::Found;
use super::super::hosting::{containers, is_serverless, model_of, variants};
use super::{multi_model, pipeline, product};

/// What the registry's schema takes for the memory: it finds what is outside.
const MEMORY: RangeInclusive<i64> = 1024..=6144;

fn serverless(config: Resource<'_>) -> Vec<Node<'_>> {
    let mut variants = variants(config);
    variants.retain(|variant| is_serverless(*variant));
    variants
}

/// The models of serverless variants.
fn models(config: Resource<'_>) -> Vec<Resource<'_>> {
    serverless(config)
        .into_iter()
        .filter_map(model_of)
        .collect()
}

pub(super) fn memory(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in serverless(config) {
        let memory = variant.at(["ServerlessConfig", "MemorySizeInMB"]);
        let Some(size) = memory.integer() else {
            continue;
        };
        if MEMORY.contains(&size) && size % 1024 != 0 {
            found.expected(memory, "1024, 2048, 3072, 4096, 5120 or 6144");
        }
    }
}

pub(super) fn concurrency(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in serverless(config) {
        let settings = variant.get("ServerlessConfig");
        let most = settings.get("MaxConcurrency").integer();
        let provisioned = settings.get("ProvisionedConcurrency");
        if let (Some(most), Some(number)) = (most, provisioned.integer())
            && number > most
        {
            found.expected(
                provisioned,
                format_args!("at most `MaxConcurrency`, which is {most}"),
            );
        }
    }
}

pub(super) fn single(config: Resource<'_>, found: &mut Found<'_>) {
    let list = config.get("ProductionVariants");
    let count = list.list().map_or(0, |variants| variants.len());
    if count > 1 && !serverless(config).is_empty() {
        found
            .at(
                list,
                format!("expected one variant where one is serverless, got {count}"),
            )
            .got(count)
            .allowed("1 variant")
            .hint("make an endpoint for each, or give both of them instances");
    }
}

pub(super) fn network(config: Resource<'_>, found: &mut Found<'_>) {
    for model in models(config) {
        let vpc = model.get("VpcConfig");
        if vpc.is_present() {
            excluded(vpc, "VpcConfig", config, found);
        }
        let isolation = model.get("EnableNetworkIsolation");
        if isolation.boolean() == Some(true) {
            excluded(isolation, "EnableNetworkIsolation", config, found);
        }
    }
}

fn excluded(node: Node<'_>, what: &str, config: Resource<'_>, found: &mut Found<'_>) {
    found
        .at(
            node,
            format!(
                "`{what}` excludes `ServerlessConfig`, with which `{}` deploys the model",
                config.id()
            ),
        )
        .hint(format!("remove `{what}`, or give the variant instances"));
}

pub(super) fn one_model(config: Resource<'_>, found: &mut Found<'_>) {
    for model in models(config) {
        if let Some(list) = pipeline(model) {
            excluded(list, "Containers", config, found);
        } else if let Some(mode) = multi_model(model) {
            excluded(mode, "Mode: MultiModel", config, found);
        }
    }
}

pub(super) fn no_gpu(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in serverless(config) {
        let machine = variant.get("InferenceAmiVersion");
        if machine.is_present() {
            found
                .at(
                    machine,
                    "`InferenceAmiVersion` is for instances, which a serverless variant has not",
                )
                .hint("remove `InferenceAmiVersion`")
                .remove();
        }
        for container in model_of(variant).map_or_else(Vec::new, containers) {
            let image = container.get("Image");
            if tag(image).is_some_and(|tag| tag.split('-').any(|word| word == "gpu")) {
                found
                    .at(
                        image,
                        format!(
                            "the image is for GPUs, and `{}` deploys it without one",
                            config.id()
                        ),
                    )
                    .allowed("an image for CPUs")
                    .hint("choose the image for CPUs, or give the variant instances with GPUs");
            }
        }
    }
}

/// The tag of an image, also where the rest of it is not known.
pub(super) fn tag(image: Node<'_>) -> Option<String> {
    let Some(Part::Text(end)) = image.parts().pop() else {
        return None;
    };
    let (_, tag) = end.rsplit('/').next()?.split_once(':')?;
    Some(tag.to_owned())
}

pub(super) fn alone(config: Resource<'_>, found: &mut Found<'_>) {
    if serverless(config).is_empty() {
        return;
    }
    let capture = config.get("DataCaptureConfig");
    let enabled = capture.get("EnableCapture");
    let captures = capture.is_present() && (enabled.is_absent() || enabled.boolean() == Some(true));
    let excluded = [
        ("DataCaptureConfig", captures),
        ("AsyncInferenceConfig", true),
        ("ShadowProductionVariants", true),
    ];
    for (key, counts) in excluded {
        let node = config.get(key);
        if counts && node.is_present() {
            found
                .at(
                    node,
                    format!("`{key}` excludes `ServerlessConfig`, which a variant has"),
                )
                .hint(format!("remove `{key}`, or give the variant instances"));
        }
    }
}

pub(super) fn registry(config: Resource<'_>, found: &mut Found<'_>) {
    for model in models(config) {
        for container in containers(model) {
            let mode = container.at(["ImageConfig", "RepositoryAccessMode"]);
            if mode.text().as_deref() == Some("Vpc") {
                excluded(mode, "RepositoryAccessMode: Vpc", config, found);
            }
        }
        if let Some(package) = product(model) {
            found
                .at(
                    package,
                    format!(
                        "a product of AWS Marketplace needs instances, and `{}` deploys it with `ServerlessConfig`",
                        config.id()
                    ),
                )
                .hint("give the variant instances");
        }
    }
}
