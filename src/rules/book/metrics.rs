//! Alarms, metrics and logs.

mod logs;
mod published;
mod watched;

use std::borrow::Cow;

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::found::Found;
use super::hosting::{
    ALARM, COMPONENT, ENDPOINT, config_of, is_async, is_serverless, rollback_alarms, variants,
};
use super::{Check, Rule};

use published::{COMPONENTS, ENDPOINTS, Of, SAGEMAKER, closest_metric, homes, metric};
use watched::{Watched, watched};

pub(super) const RULES: &[Rule] = &[
    declared!("cw-namespace", Warning, [ALARM], namespace),
    declared!("cw-unknown", Warning, [ALARM], unknown),
    declared!("cw-dims", Warning, [ALARM], dimensions),
    declared!("cw-latency-us", Warning, [ALARM], microseconds),
    declared!("cw-stat", Warning, [ALARM], statistic),
    declared!("cw-missing-data", Note, [ENDPOINT], missing_data),
    declared!("log-group", Warning, [logs::GROUP], logs::order),
    declared!("log-retention", Note, [logs::GROUP], logs::retention),
];

fn namespace(alarm: Resource<'_>, found: &mut Found<'_>) {
    for watched in watched(alarm) {
        let (Some(namespace), Some(name)) = (watched.namespace.text(), watched.name.text()) else {
            continue;
        };
        let Some(candidates) = candidates(&namespace) else {
            continue;
        };
        if metric(&namespace, &name).is_some() {
            continue;
        }
        let dimensions = watched.dimension_names().unwrap_or_default();
        let has = |dimension: &str| dimensions.iter().any(|name| name == dimension);
        let fits = |home: &&str| match *home {
            ENDPOINTS => has("EndpointName") || has("VariantName"),
            COMPONENTS => has("InferenceComponentName"),
            _ => true,
        };
        let homes: Vec<&str> = homes(&name)
            .filter(|home| candidates.contains(home))
            .filter(fits)
            .collect();
        if let [home] = homes.as_slice() {
            found
                .at(
                    watched.namespace,
                    format!("`{name}` is published in `{home}`, got `{namespace}`"),
                )
                .got(&namespace)
                .allowed(format_args!("`{home}`"))
                .hint(format!("set `Namespace` to `{home}`"))
                .set((*home).to_owned());
        }
    }
}

/// Where a metric can be meant to be that is looked for in a namespace; `None` where that is no
/// namespace of endpoints.
fn candidates(namespace: &str) -> Option<&'static [&'static str]> {
    let plain = namespace.to_lowercase();
    match plain.trim_matches('/') {
        "aws/sagemaker"
        | "aws/sagemaker/endpoint"
        | "aws/sagemaker/endpoints"
        | "aws/sagemaker/inferencecomponent"
        | "aws/sagemaker/inferencecomponents" => Some(&[SAGEMAKER, ENDPOINTS, COMPONENTS]),
        _ => None,
    }
}

fn unknown(alarm: Resource<'_>, found: &mut Found<'_>) {
    for watched in watched(alarm) {
        let (Some(namespace), Some(name)) = (watched.namespace.text(), watched.name.text()) else {
            continue;
        };
        if ![SAGEMAKER, ENDPOINTS, COMPONENTS].contains(&namespace.as_ref()) {
            continue;
        }
        if homes(&name).next().is_none() {
            if let Some(meant) = closest_metric(&name) {
                found
                    .at(watched.name, format!("SageMaker publishes no `{name}`"))
                    .hint(format!("did you mean `{meant}`?"));
            }
        } else if let Some(why) = unpublished(&watched, &name) {
            found
                .at(watched.name, format!("`{name}` is not published for {why}"))
                .hint("watch a metric that this kind of endpoint has");
        }
    }
}

/// For what kind of endpoint, which the watched one is, a metric has no data.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html>
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html>
fn unpublished(watched: &Watched<'_>, name: &str) -> Option<&'static str> {
    let endpoint = watched
        .dimension("EndpointName")?
        .named(ENDPOINT, "EndpointName")?;
    let config = config_of(endpoint)?;
    let listed = |names: &[&str]| names.contains(&name);
    if is_async(config) && listed(published::NOT_OF_QUEUES) {
        return Some("an endpoint with `AsyncInferenceConfig`");
    }
    if config.get("AsyncInferenceConfig").is_absent() && listed(published::ONLY_OF_QUEUES) {
        return Some("an endpoint without `AsyncInferenceConfig`");
    }
    let variants = variants(config);
    if !variants.is_empty()
        && variants.iter().all(|variant| is_serverless(*variant))
        && listed(published::NOT_OF_SERVERLESS)
    {
        return Some("an endpoint with `ServerlessConfig`");
    }
    None
}

fn dimensions(alarm: Resource<'_>, found: &mut Found<'_>) {
    for watched in watched(alarm) {
        let (Some(namespace), Some(name)) = (watched.namespace.text(), watched.name.text()) else {
            continue;
        };
        let Some(of) = metric(&namespace, &name) else {
            continue;
        };
        by_arn(&watched, found);
        variant_exists(&watched, found);
        let Some(names) = watched.dimension_names() else {
            continue;
        };
        let has = |dimension: &str| names.iter().any(|name| name == dimension);
        let variant = has("EndpointName") && has("VariantName");
        let (is_complete, expected) = match of {
            Of::Variant => (variant, "`EndpointName` and `VariantName`"),
            Of::Component => (has("InferenceComponentName"), "`InferenceComponentName`"),
            Of::Either => (
                variant || has("InferenceComponentName"),
                "`EndpointName` and `VariantName`, or `InferenceComponentName`",
            ),
            Of::Endpoint => (
                has("EndpointName") && !has("VariantName"),
                "`EndpointName` alone",
            ),
        };
        if !is_complete {
            let got = if names.is_empty() {
                "none".to_owned()
            } else {
                format!("`{}`", names.join("`, `"))
            };
            found
                .at(
                    watched.dimensions,
                    format!("`{name}` is published with {expected}, got {got}"),
                )
                .hint(
                    "name the dimensions with which it is published: with others there is no data",
                );
        }
    }
}

/// A name is a name: what `Ref` gives is the ARN.
fn by_arn(watched: &Watched<'_>, found: &mut Found<'_>) {
    for (dimension, kind) in [
        ("EndpointName", ENDPOINT),
        ("InferenceComponentName", COMPONENT),
    ] {
        let Some(value) = watched.dimension(dimension) else {
            continue;
        };
        if let Some((resource, None)) = value.target()
            && resource.kind() == kind
        {
            let id = resource.id();
            found
                .at(
                    value,
                    format!("expected the name of `{id}`, got its ARN, which `Ref` gives"),
                )
                .hint(format!("write `!GetAtt {id}.{dimension}`"));
        }
    }
}

fn variant_exists(watched: &Watched<'_>, found: &mut Found<'_>) {
    let variant = watched.dimension("VariantName");
    let endpoint = watched
        .dimension("EndpointName")
        .and_then(|endpoint| endpoint.named(ENDPOINT, "EndpointName"));
    let (Some(variant), Some(endpoint)) = (variant, endpoint) else {
        return;
    };
    let (Some(name), Some(config)) = (variant.text(), config_of(endpoint)) else {
        return;
    };
    let mut known: Vec<Cow<'_, str>> = Vec::new();
    for property in ["ProductionVariants", "ShadowProductionVariants"] {
        let list = config.get(property);
        if list.is_absent() {
            continue;
        }
        let Some(items) = list.list() else { return };
        for item in items {
            let Some(name) = item.get("VariantName").text() else {
                return;
            };
            known.push(name);
        }
    }
    if !known.is_empty() && !known.contains(&name) {
        let known = known.join("`, `");
        found
            .at(
                variant,
                format!("`{}` has no variant `{name}`, but `{known}`", endpoint.id()),
            )
            .hint("name a variant of its endpoint configuration");
    }
}

/// Up to here, a threshold in microseconds is less than any model or container takes.
const SHORTEST: f64 = 1000.0;

fn microseconds(alarm: Resource<'_>, found: &mut Found<'_>) {
    for watched in watched(alarm) {
        let (Some(SAGEMAKER), Some(name)) =
            (watched.namespace.text().as_deref(), watched.name.text())
        else {
            continue;
        };
        let counts = watched.statistic.text().is_none_or(|statistic| {
            statistic == "SampleCount" || statistic == "Sum" || statistic.starts_with("PR(")
        });
        if counts || !published::MICROSECONDS.contains(&name.as_ref()) || !watched.is_above() {
            continue;
        }
        if let Some(threshold) = watched.threshold
            && let Some(number) = threshold.number()
            && number > 0.0
            && number <= SHORTEST
        {
            found
                .at(
                    threshold,
                    format!(
                        "`{name}` is in microseconds: a threshold of {number} is {} ms",
                        number / 1000.0
                    ),
                )
                .got(number)
                .hint("multiply milliseconds by 1,000, and seconds by 1,000,000");
        }
    }
}

fn statistic(alarm: Resource<'_>, found: &mut Found<'_>) {
    for watched in watched(alarm) {
        let (Some(SAGEMAKER), Some(name), Some(statistic)) = (
            watched.namespace.text().as_deref(),
            watched.name.text(),
            watched.statistic.text(),
        ) else {
            continue;
        };
        let is_sum = statistic == "Sum" || statistic == "SampleCount";
        if published::SUMS.contains(&name.as_ref()) && !is_sum {
            found
                .at(
                    watched.statistic,
                    format!("`{name}` counts by `Sum`, got `{statistic}`, which is the value of one request"),
                )
                .got(&statistic)
                .allowed("`Sum`")
                .hint("watch the `Sum`");
        } else if published::RATES.contains(&name.as_ref()) && !is_sum {
            out_of_reach(&watched, &name, &statistic, found);
        }
    }
}

/// Each request counts as 0 or 1: nothing but their sum is ever more than 1.
fn out_of_reach(watched: &Watched<'_>, name: &str, statistic: &str, found: &mut Found<'_>) {
    let (Some(threshold), Some(comparison)) = (watched.threshold, watched.comparison.text()) else {
        return;
    };
    let Some(number) = threshold.number() else {
        return;
    };
    let never = match comparison.as_ref() {
        "GreaterThanThreshold" => number >= 1.0,
        "GreaterThanOrEqualToThreshold" => number > 1.0,
        _ => false,
    };
    if never && !statistic.starts_with("PR(") {
        found
            .at(
                threshold,
                format!(
                    "`{statistic}` of `{name}` is at most 1: the alarm cannot go off at {number}"
                ),
            )
            .got(number)
            .hint("give a part of 1, such as 0.05 for 5 percent, or watch the `Sum`");
    }
}

fn missing_data(endpoint: Resource<'_>, found: &mut Found<'_>) {
    for item in rollback_alarms(endpoint).items() {
        let Some(alarm) = item.get("AlarmName").named(ALARM, "AlarmName") else {
            continue;
        };
        let missing: Node<'_> = alarm.get("TreatMissingData");
        let is_ours = |watched: &Watched<'_>| {
            let namespace = watched.namespace.text();
            namespace.is_some_and(|name| candidates(&name).is_some()) && watched.is_above()
        };
        if missing.is_absent() && watched(alarm).iter().any(is_ours) {
            found
                .at(
                    missing,
                    "without requests, the alarm that takes updates back has no state",
                )
                .allowed("`notBreaching`")
                .hint("set `TreatMissingData` to `notBreaching`")
                .set("notBreaching");
        }
    }
}

#[cfg(test)]
mod tests;
