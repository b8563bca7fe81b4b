//! What more than one key of a stage decides, one function per rule.

mod model;
mod scaling;

use std::collections::BTreeMap;

use super::document::{Node, Scalar};
use super::keys::is_tag_text;
use super::shape::Cx;
use super::subject::Subject;
use crate::finding::Finding;

pub(super) use model::{DATA, SOURCES};
pub(super) use scaling::TARGETS;

/// The kinds of capacity: the keys that make a stage one, the first of each being the telling one.
pub(super) const CAPACITIES: &[&[&str]] = &[
    &[
        "InstanceType",
        "InstanceCount",
        "VolumeSizeInGB",
        "ModelDataDownloadTimeout",
        "ContainerStartupHealthCheckTimeout",
    ],
    &[
        "ServerlessMaxConcurrency",
        "ServerlessMemorySizeInMB",
        "ServerlessSizeInMB",
        "ServerlessProvisionedConcurrency",
    ],
    &["Variants"],
];

/// What each variant says for itself when there are several.
pub(super) const NOT_WITH_VARIANTS: &[&str] = &["VariantName", "Model", "AutoScaling", "Async"];

/// What serverless endpoints lack, each with AWS's rule.
pub(super) const NOT_WITH_SERVERLESS: &[(&str, &str)] = &[
    (
        "Network",
        "serverless endpoints support neither a VPC nor network isolation",
    ),
    (
        "DataCapture",
        "serverless endpoints do not support data capture",
    ),
    (
        "Async",
        "serverless endpoints do not support asynchronous inference",
    ),
    (
        "Model.Containers",
        "serverless endpoints host one container, not a pipeline",
    ),
    (
        "Model.ModelDataPrefix",
        "serverless endpoints take the model as one `.tar.gz` only",
    ),
    (
        "Model.ModelDataObject",
        "serverless endpoints take the model as one `.tar.gz` only",
    ),
];

/// Keys that mean an endpoint, whatever its capacity.
const ENDPOINT: &[&str] = &[
    "EndpointName",
    "ExecutionRoleArn",
    "KmsKeyId",
    "Model",
    "VariantName",
    "Network",
    "DataCapture",
    "Async",
    "AutoScaling",
];

/// Runs every check.
pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for rule in [
        one_capacity,
        whole_capacity,
        serverless_excludes,
        provisioned_within_concurrency,
        variants_stand_alone,
        variant_names_are_unique,
        some_weight,
        async_has_topics,
        capture_once,
        tag_values,
        package_groups_are_unique,
        model::check,
        scaling::check,
    ] {
        rule(stage, cx);
    }
}

/// Whether the stage has an endpoint: it may consist of package groups only.
pub(super) fn has_endpoint(stage: Subject<'_>) -> bool {
    CAPACITIES
        .iter()
        .copied()
        .flatten()
        .chain(ENDPOINT)
        .any(|key| stage.has(key))
}

/// Reports keys of more than one group, pair by pair.
fn one_group(stage: Subject<'_>, prefix: &str, groups: &[&[&str]], why: &str, cx: &mut Cx<'_>) {
    let present: Vec<Vec<String>> = groups
        .iter()
        .map(|keys| {
            let paths = keys.iter().map(|key| format!("{prefix}{key}"));
            paths.filter(|path| stage.has(path)).collect()
        })
        .filter(|paths: &Vec<_>| !paths.is_empty())
        .collect();
    for (index, one) in present.iter().enumerate() {
        for other in &present[index + 1..] {
            stage.exclude_groups(cx, one, other, why);
        }
    }
}

fn one_capacity(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let why = "a stage has instances, or is serverless, or lists `Variants`";
    one_group(stage, "", CAPACITIES, why, cx);
}

fn whole_capacity(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let [instance, serverless, _] = CAPACITIES else {
        return;
    };
    let any = |keys: &[&str]| keys.iter().any(|key| stage.has(key));
    let missing = |cx: &mut Cx<'_>, key: &str, keys: &[&str]| {
        let because = keys
            .iter()
            .find(|key| stage.has(key))
            .copied()
            .unwrap_or_default();
        let message = format!("missing key `{key}`, which `{because}` needs");
        stage.at_key(cx, because, Finding::error("missing-key", message));
    };
    if stage.has("Variants") {
        return;
    }
    if any(serverless) {
        if !stage.has("ServerlessMaxConcurrency") && !any(&instance[..2]) {
            missing(cx, "ServerlessMaxConcurrency", serverless);
        }
    } else if any(instance) {
        for key in &instance[..2] {
            if !stage.has(key) {
                missing(cx, key, instance);
            }
        }
    } else if !stage.has("PackageGroups") || has_endpoint(stage) {
        let message = "the stage says nothing of its capacity: expected `InstanceType` and \
                       `InstanceCount`, or `ServerlessMaxConcurrency`, or `Variants`";
        cx.report(Finding::error("missing-key", message), stage.key, "");
    }
}

fn serverless_excludes(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let Some(telling) = CAPACITIES[1].iter().find(|key| stage.has(key)) else {
        return;
    };
    for (path, why) in NOT_WITH_SERVERLESS {
        if stage.has(path) {
            stage.exclude(cx, path, telling, why);
        }
    }
    if stage.text("Model.Mode") == Some("MultiModel") {
        let why = "serverless endpoints host one model, not many";
        stage.exclude(cx, "Model.Mode", telling, why);
    }
}

fn provisioned_within_concurrency(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let provisioned = stage.integer("ServerlessProvisionedConcurrency");
    let max = stage.integer("ServerlessMaxConcurrency");
    if let (Some(provisioned), Some(max)) = (provisioned, max)
        && provisioned > max
    {
        let message = format!(
            "`ServerlessProvisionedConcurrency`: expected at most `ServerlessMaxConcurrency`, \
             which is `{max}`, got `{provisioned}`"
        );
        let finding = Finding::error("out-of-range", message);
        stage.at_value(cx, "ServerlessProvisionedConcurrency", finding);
    }
}

fn variants_stand_alone(stage: Subject<'_>, cx: &mut Cx<'_>) {
    if !stage.has("Variants") {
        return;
    }
    for key in NOT_WITH_VARIANTS {
        if stage.has(key) {
            let why = match *key {
                "Async" => "asynchronous inference needs the stage's only variant",
                _ => "each variant says this for itself",
            };
            stage.exclude(cx, key, "Variants", why);
        }
    }
}

fn variant_names_are_unique(stage: Subject<'_>, cx: &mut Cx<'_>) {
    unique(stage, "Variants", ".Name", "variant", cx);
}

fn package_groups_are_unique(stage: Subject<'_>, cx: &mut Cx<'_>) {
    unique(stage, "PackageGroups", ".Name", "model package group", cx);
}

/// Reports each name of a list that an item before has already.
fn unique(stage: Subject<'_>, list: &str, name: &str, what: &str, cx: &mut Cx<'_>) {
    let mut seen = BTreeMap::new();
    for (path, item) in stage.items(list) {
        let (path, text) = if let Some(Scalar::Text(text)) = item.scalar() {
            (path, Some(text))
        } else {
            let path = format!("{path}{name}");
            let text = stage.text(&path);
            (path, text)
        };
        let Some(text) = text else { continue };
        if let Some(first) = seen.insert(text.to_owned(), path.clone()) {
            let message = format!("a second {what} is named `{text}`: `{first}` is too");
            stage.at_value(cx, &path, Finding::error("duplicate-name", message));
        }
    }
}

fn some_weight(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let variants = stage.items("Variants");
    let zero = |variant: &Node| match variant.get("Weight").map(|entry| entry.value.scalar()) {
        Some(Some(Scalar::Integer(0))) => true,
        Some(Some(Scalar::Float(weight))) => weight == 0.0,
        _ => false,
    };
    if !variants.is_empty() && variants.iter().all(|(_, variant)| zero(variant)) {
        let message = "every variant has the weight `0`: none would get any traffic";
        stage.at_key(cx, "Variants", Finding::error("no-traffic", message));
    }
}

fn async_has_topics(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for (path, item) in stage.items("Async.IncludeInferenceResponseIn") {
        let (word, topic) = match item.scalar() {
            Some(Scalar::Text("Success")) => ("Success", "SuccessTopic"),
            Some(Scalar::Text("Error")) => ("Error", "ErrorTopic"),
            _ => continue,
        };
        if !stage.has(&format!("Async.{topic}")) {
            let message = format!("`{word}` needs `{topic}`, which is missing");
            stage.at_value(cx, &path, Finding::error("missing-key", message));
        }
    }
}

fn capture_once(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let mut seen = Vec::new();
    for (path, item) in stage.items("DataCapture.Capture") {
        let Some(Scalar::Text(text)) = item.scalar() else {
            continue;
        };
        if seen.contains(&text) {
            let message = format!("`{text}` is captured already");
            stage.at_value(cx, &path, Finding::error("duplicate-name", message));
        }
        seen.push(text);
    }
}

fn tag_values(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for entry in stage.pairs("Tags") {
        let Some(Scalar::Text(text)) = entry.value.scalar() else {
            continue;
        };
        let dynamic = text.contains("{{resolve:");
        if !dynamic && (text.chars().count() > 256 || !is_tag_text(text)) {
            let message = format!(
                "`{}`: expected at most 256 letters, digits, spaces and `_.:/=+-@`",
                entry.key
            );
            let path = format!("Tags.{}", entry.key);
            cx.report(
                Finding::error("invalid-value", message),
                entry.value.span,
                &path,
            );
        }
    }
}
