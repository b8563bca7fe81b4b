//! What the keys of a model decide together.

use std::collections::BTreeMap;

use super::super::document::{Kind, Scalar};
use super::super::shape::Cx;
use super::super::subject::{Subject, last};
use super::{ModelPlace, instance_types, models, one_group};
use crate::finding::Finding;

/// The kinds of source: the keys that make a model one, the first of each being the telling one.
pub(in crate::config) const SOURCES: &[&[&str]] = &[
    &["PackageGroup", "Version"],
    &["ModelPackageArn", "ModelDataUrls", "Images"],
    &[
        "Image",
        "ModelDataUrl",
        "ModelDataPrefix",
        "ModelDataObject",
        "AcceptEula",
        "HubContentArn",
        "Mode",
        "ModelCacheSetting",
        "ContainerHostname",
        "RepositoryAccessMode",
        "RepositoryCredentialsProviderArn",
    ],
    &["Containers", "ExecutionMode"],
];

/// The ways to name the model data.
pub(in crate::config) const DATA: &[&[&str]] = &[
    &["ModelDataUrl"],
    &["ModelDataPrefix"],
    &["ModelDataObject"],
];

/// The greatest size of all environment variables of a model, in bytes.
const ENVIRONMENT_BYTES: usize = 32 * 1024;

/// Checks every model of a stage.
pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for ModelPlace { path: model, .. } in models(stage) {
        if !stage.has(&model) {
            continue;
        }
        let prefix = format!("{model}.");
        let why = "a model has one source";
        one_group(stage, &prefix, SOURCES, why, cx);
        telling_key(stage, &model, cx);
        environment_excludes_containers(stage, &model, cx);
        specification_of_a_package(stage, &model, cx);
        container(stage, &model, cx);
        hostname_alone(stage, &model, cx);
        containers(stage, &model, cx);
        environment_size(stage, &model, cx);
    }
    shadow(stage, cx);
}

/// What a shadow and the model beside it cannot be.
fn shadow(stage: Subject<'_>, cx: &mut Cx<'_>) {
    if !stage.has("ShadowVariant") || stage.has("Components") {
        return;
    }
    for model in ["Model", "ShadowVariant.Model"] {
        let (containers, mode) = (format!("{model}.Containers"), format!("{model}.Mode"));
        if stage.has(&containers) {
            let why = "endpoints with a shadow host single containers, not pipelines";
            stage.exclude(cx, &containers, "ShadowVariant", why);
        }
        if stage.text(&mode) == Some("MultiModel") {
            let why = "endpoints with a shadow host one model, not many";
            stage.exclude(cx, &mode, "ShadowVariant", why);
        }
    }
    for fleet in ["", "ShadowVariant."] {
        for (path, kind) in instance_types(stage, fleet) {
            if kind.family() == "inf1" {
                let message = format!("`InstanceType`: `{kind}` does not support shadow variants");
                let finding = Finding::error("excluded-key", message)
                    .hint("choose another family, such as `ml.inf2`, or remove `ShadowVariant`");
                stage.at_value(cx, &path, finding);
            }
        }
    }
}

/// Only packages have several specifications to choose from.
fn specification_of_a_package(stage: Subject<'_>, model: &str, cx: &mut Cx<'_>) {
    let path = format!("{model}.InferenceSpecificationName");
    if !stage.has(&path) {
        return;
    }
    for other in ["Image", "Containers"] {
        let other = format!("{model}.{other}");
        if stage.has(&other) {
            let why = "it chooses from the specifications of a model package";
            stage.exclude(cx, &path, &other, why);
        }
    }
}

/// `Images` alone names no package, `Mode` alone no container, `ExecutionMode` alone no pipeline.
fn telling_key(stage: Subject<'_>, model: &str, cx: &mut Cx<'_>) {
    for keys in &SOURCES[1..] {
        let has = |key: &&&str| stage.has(&format!("{model}.{key}"));
        if keys.iter().take(1).any(|key| has(&key)) {
            continue;
        }
        if let Some(because) = keys.iter().find(has) {
            let message = format!("missing key `{}`, which `{because}` needs", keys[0]);
            stage.at_key(
                cx,
                &format!("{model}.{because}"),
                Finding::error("missing-key", message),
            );
        }
    }
}

fn environment_excludes_containers(stage: Subject<'_>, model: &str, cx: &mut Cx<'_>) {
    let (containers, environment) = (
        format!("{model}.Containers"),
        format!("{model}.Environment"),
    );
    if stage.has(&containers) && stage.has(&environment) {
        let why = "each container has an environment of its own";
        stage.exclude(cx, &containers, &environment, why);
    }
}

/// The model data of one container.
fn container(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    one_group(
        stage,
        &format!("{path}."),
        DATA,
        "a container has one model",
        cx,
    );
    let url = format!("{path}.ModelDataUrl");
    let multi = stage.text(&format!("{path}.Mode")) == Some("MultiModel");
    let literal = stage.text(&url).filter(|text| !text.contains("{{resolve:"));
    match literal {
        Some(text) if multi && !text.ends_with('/') => {
            let message = format!(
                "`ModelDataUrl`: expected a prefix that ends with `/`, below which many models \
                 are, got `{text}`"
            );
            let finding = Finding::error("invalid-value", message)
                .hint("end it with `/`, or remove `Mode: MultiModel`");
            stage.at_value(cx, &url, finding);
        }
        Some(text) if !multi && text.ends_with('/') => {
            let message =
                format!("`ModelDataUrl`: expected one `.tar.gz`, got the prefix `{text}`");
            let finding = Finding::error("invalid-value", message).hint(
                "for uncompressed files write `ModelDataPrefix`, for many models `Mode: MultiModel`",
            );
            stage.at_value(cx, &url, finding);
        }
        Some(text) if !multi && ![".tar.gz", ".tgz"].iter().any(|end| text.ends_with(end)) => {
            let message = format!("`ModelDataUrl`: expected one `.tar.gz`, got `{text}`");
            let finding = Finding::warning("model-archive", message)
                .hint("for a file that is not compressed write `ModelDataObject`");
            stage.at_value(cx, &url, finding);
        }
        _ => {}
    }
    if multi && !stage.has(&url) && stage.has(&format!("{path}.Image")) {
        let message = "missing key `ModelDataUrl`, which `Mode: MultiModel` needs";
        stage.at_key(
            cx,
            &format!("{path}.Mode"),
            Finding::error("missing-key", message),
        );
    }
    let object = format!("{path}.ModelDataObject");
    if let Some(text) = stage.text(&object).filter(|text| text.ends_with('/')) {
        let message = format!("`ModelDataObject`: expected one file, got the prefix `{text}`");
        let finding = Finding::error("invalid-value", message).hint("write `ModelDataPrefix`");
        stage.at_value(cx, &object, finding);
    }
    access(stage, path, multi, cx);
    registry(stage, path, cx);
    for entry in stage.pairs(&format!("{path}.Environment")) {
        if let Some(Scalar::Text(text)) = entry.value.scalar()
            && text.chars().count() > 1024
        {
            let length = text.chars().count();
            let message = format!(
                "`{}`: expected a text of at most 1024 characters, got {length}",
                entry.key
            );
            let path = format!("{path}.Environment.{}", entry.key);
            cx.report(
                Finding::error("out-of-range", message),
                entry.value.span,
                &path,
            );
        }
    }
}

/// What opens gated model data, and how models are kept.
fn access(stage: Subject<'_>, path: &str, multi: bool, cx: &mut Cx<'_>) {
    let has = |key: &str| stage.has(&format!("{path}.{key}"));
    for key in ["AcceptEula", "HubContentArn"] {
        let key = format!("{path}.{key}");
        if !stage.has(&key) {
            continue;
        }
        if multi {
            let mode = format!("{path}.Mode");
            let why = "gated model data is served by a container of its own";
            stage.exclude(cx, &key, &mode, why);
        } else if !DATA.iter().flat_map(|keys| keys.iter()).any(|key| has(key)) {
            stage.missing(cx, "ModelDataUrl", &key);
        }
    }
    let cache = format!("{path}.ModelCacheSetting");
    if stage.has(&cache) && !multi {
        let message = "`ModelCacheSetting` is for `Mode: MultiModel`, which is missing";
        let finding = Finding::error("missing-key", message)
            .hint("write `Mode: MultiModel`, or remove `ModelCacheSetting`");
        stage.at_key(cx, &cache, finding);
    }
}

/// An image in a private registry is pulled through the stage's VPC.
fn registry(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let (mode, credentials) = (
        format!("{path}.RepositoryAccessMode"),
        format!("{path}.RepositoryCredentialsProviderArn"),
    );
    let vpc = stage.text(&mode) == Some("Vpc");
    if stage.has(&credentials) && !vpc {
        let message = "`RepositoryCredentialsProviderArn` is for `RepositoryAccessMode: Vpc`, \
                       which is missing";
        let finding = Finding::error("missing-key", message).hint(
            "write `RepositoryAccessMode: Vpc`, or remove it: images in ECR are pulled with the role",
        );
        stage.at_key(cx, &credentials, finding);
    }
    if vpc && !stage.has("Network.Subnets") {
        let message = "missing key `Network` with `Subnets`, which `RepositoryAccessMode: Vpc` \
                       needs to reach the registry";
        stage.at_key(cx, &mode, Finding::error("missing-key", message));
    }
}

fn hostname_alone(stage: Subject<'_>, model: &str, cx: &mut Cx<'_>) {
    let hostname = format!("{model}.ContainerHostname");
    if stage.has(&hostname) {
        let message = "`ContainerHostname` means nothing with one container: SageMaker ignores it";
        let finding = Finding::warning("ignored-key", message).hint("remove it");
        stage.at_key(cx, &hostname, finding);
    }
}

/// The containers of a pipeline, and how they are told apart.
fn containers(stage: Subject<'_>, model: &str, cx: &mut Cx<'_>) {
    let list = format!("{model}.Containers");
    let direct = stage.text(&format!("{model}.ExecutionMode")) == Some("Direct");
    let items = stage.items(&list);
    let (mut hostnames, mut multi) = (BTreeMap::new(), Vec::new());
    for (path, item) in &items {
        if item.entries().is_some() && !stage.has(&format!("{path}.Image")) {
            stage.missing_in(cx, "Image", path);
        }
        container(stage, path, cx);
        let hostname = format!("{path}.ContainerHostname");
        if let Some(text) = stage.text(&hostname)
            && let Some(first) = hostnames.insert(text, path.clone())
        {
            let message = format!("a second container is named `{text}`: `{first}` is too");
            stage.at_value(cx, &hostname, Finding::error("duplicate-name", message));
        }
        if stage.text(&format!("{path}.Mode")) == Some("MultiModel") {
            multi.push(format!("{path}.Mode"));
        }
    }
    if let [_, second, ..] = multi.as_slice() {
        let message = "a second container is `MultiModel`: expected at most one in a pipeline";
        stage.at_value(cx, second, Finding::error("excluded-key", message));
    }
    let named = |path: &str| stage.has(&format!("{path}.ContainerHostname"));
    if direct || items.iter().any(|(path, _)| named(path)) {
        let why = if direct {
            "with `ExecutionMode: Direct`"
        } else {
            "when one container has one"
        };
        for (path, item) in items.iter().filter(|(path, _)| !named(path)) {
            let message = format!(
                "missing key `ContainerHostname` in `{}`: expected {why}",
                last(path)
            );
            cx.report(Finding::error("missing-key", message), item.span, path);
        }
    }
}

fn environment_size(stage: Subject<'_>, model: &str, cx: &mut Cx<'_>) {
    let containers = stage.items(&format!("{model}.Containers"));
    let paths =
        std::iter::once(model.to_owned()).chain(containers.into_iter().map(|(path, _)| path));
    let mut bytes = 0;
    for path in paths {
        let path = format!("{path}.Environment");
        for entry in stage.pairs(&path) {
            bytes += entry.key.len();
            if let Kind::Scalar { text, .. } = &entry.value.kind {
                bytes += text.len();
            }
        }
        if bytes > ENVIRONMENT_BYTES {
            let message = format!(
                "the environment variables of a model have at most {ENVIRONMENT_BYTES} bytes \
                 together, got more"
            );
            stage.at_key(cx, &path, Finding::error("out-of-range", message));
            return;
        }
    }
}
