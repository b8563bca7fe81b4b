//! Where a container's model comes from.

use crate::json::Json;

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{
    CONFIG, containers, is_multi_model, is_serverless, model_of, shadows, variants,
};
use super::ending;

/// What packed models end with.
const ARCHIVES: [&str; 2] = [".tar.gz", ".tgz"];

fn s3(container: Node<'_>) -> Node<'_> {
    container.at(["ModelDataSource", "S3DataSource"])
}

fn is_archive(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ARCHIVES.iter().any(|end| text.ends_with(end))
}

pub(super) fn archive(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let url = container.get("ModelDataUrl");
        let Some(end) = ending(url).filter(|_| is_multi_model(container) == Some(false)) else {
            continue;
        };
        if end.ends_with('/') {
            found
                .at(url, "expected one `.tar.gz`, got a prefix that ends with `/`")
                .allowed("a `.tar.gz`")
                .hint(
                    "for files that are not packed write `ModelDataSource`, for many models `Mode: MultiModel`",
                );
            continue;
        }
        let name = end.rsplit('/').next().unwrap_or_default();
        // Of `${Archive}.gz` nobody knows what comes before.
        let cut = !end.contains('/');
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        let other = extension.is_some_and(|extension| {
            extension.starts_with(|first: char| first.is_ascii_alphabetic())
                && !(cut && extension.eq_ignore_ascii_case("gz"))
        });
        if other && !is_archive(name) {
            found
                .at(url, format!("expected one `.tar.gz`, got `{name}`"))
                .got(name)
                .allowed("a `.tar.gz`")
                .hint("pack the model, or write `ModelDataSource` for a file as it is");
        }
    }
}

pub(super) fn one_source(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let (url, source) = (
            container.get("ModelDataUrl"),
            container.get("ModelDataSource"),
        );
        if url.is_present() && source.is_present() {
            found
                .at(
                    source,
                    "`ModelDataSource` excludes `ModelDataUrl`, which is there too",
                )
                .hint("keep the one that says where the model is");
        }
    }
}

pub(super) fn prefix_or_object(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let source = s3(container);
        let uri = source.get("S3Uri");
        let (Some(kind), Some(end)) = (source.get("S3DataType").text(), ending(uri)) else {
            continue;
        };
        let is_prefix = end.ends_with('/');
        let name = end.rsplit('/').next().unwrap_or_default();
        if kind == "S3Prefix" && !is_prefix {
            let report = found
                .at(
                    uri,
                    format!("expected a prefix that ends with `/`, got `{name}` at the end"),
                )
                .got(name)
                .allowed("a prefix that ends with `/`");
            let looks_like_file = name.contains('.');
            match uri.written {
                Json::String(text) if !looks_like_file => {
                    report.hint("end it with `/`").set(format!("{text}/"));
                }
                _ => {
                    report.hint("end it with `/`, or write `S3DataType: S3Object` for one file");
                }
            }
        } else if kind == "S3Object" && is_prefix {
            found
                .at(uri, "expected one object, got a prefix that ends with `/`")
                .allowed("one object")
                .hint("write `S3DataType: S3Prefix`, or name the file");
        }
    }
}

pub(super) fn gzip_object(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let source = s3(container);
        let compression = source.get("CompressionType");
        if compression.text().as_deref() == Some("Gzip")
            && source.get("S3DataType").text().as_deref() == Some("S3Prefix")
        {
            found
                .expected(compression, "`None` beside `S3DataType: S3Prefix`")
                .hint("write `None` for files that are not packed, or `S3DataType: S3Object` for one `.tar.gz`");
        }
    }
}

pub(super) fn excluded(resource: Resource<'_>, found: &mut Found<'_>) {
    if resource.kind() != CONFIG {
        for container in containers(resource) {
            let source = container.get("ModelDataSource");
            if is_multi_model(container) == Some(true) && source.is_present() {
                found
                    .at(source, "`ModelDataSource` excludes `Mode: MultiModel`")
                    .hint("write the prefix of the archives as `ModelDataUrl`");
            }
        }
        return;
    }
    let serverless = variants(resource).into_iter().chain(shadows(resource));
    for variant in serverless.filter(|variant| is_serverless(*variant)) {
        let Some(model) = model_of(variant) else {
            continue;
        };
        for container in containers(model) {
            let source = container.get("ModelDataSource");
            if source.is_present() {
                found
                    .at(
                        source,
                        format!(
                            "`ModelDataSource` excludes `ServerlessConfig`, which a variant of `{}` has",
                            resource.id()
                        ),
                    )
                    .hint("pack the model as one `.tar.gz`, and write `ModelDataUrl`");
            }
        }
    }
}

pub(super) fn eula(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let accepted = s3(container).get("ModelAccessConfig").get("AcceptEula");
        // A parameter is how whoever deploys the template is asked.
        let literal = matches!(accepted.written, Json::Bool(_) | Json::String(_));
        if literal && accepted.boolean() == Some(false) {
            found.expected(accepted, "`true`").hint(
                "write `true` once the licence has been read, or remove `ModelAccessConfig` \
                 where the model has none",
            );
        }
    }
}

pub(super) fn package(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        if !container.get("ModelPackageName").is_present() {
            continue;
        }
        for key in ["Image", "ModelDataUrl", "ModelDataSource"] {
            let other = container.get(key);
            if other.is_present() {
                found
                    .at(
                        other,
                        format!("`{key}` excludes `ModelPackageName`, which says what it is"),
                    )
                    .hint(format!("remove `{key}`, or `ModelPackageName`"));
            }
        }
    }
}

pub(super) fn multi_model_prefix(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        if is_multi_model(container) != Some(true) {
            continue;
        }
        let url = container.get("ModelDataUrl");
        let others = ["ModelDataSource", "ModelPackageName"];
        if url.is_absent() && others.iter().all(|key| container.get(key).is_absent()) {
            found
                .at(
                    url,
                    "missing `ModelDataUrl`, the prefix from which `Mode: MultiModel` loads models",
                )
                .hint("add the prefix, such as `s3://churn-models/churn/`");
        } else if let Some(end) = ending(url).filter(|end| is_archive(end)) {
            let name = end.rsplit('/').next().unwrap_or_default();
            found
                .at(
                    url,
                    format!("expected a prefix with many archives, got the archive `{name}`"),
                )
                .got(name)
                .allowed("a prefix that ends with `/`")
                .hint("name the prefix of the archives, or remove `Mode: MultiModel`");
        }
    }
}

pub(super) fn multi_model_config(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let config = container.get("MultiModelConfig");
        if config.is_present() && is_multi_model(container) == Some(false) {
            found
                .at(
                    config,
                    "`MultiModelConfig` is for `Mode: MultiModel`, and the container has one model",
                )
                .hint("write `Mode: MultiModel`, or remove `MultiModelConfig`");
        }
    }
}
