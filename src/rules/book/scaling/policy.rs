//! Scaling policies and their metrics.

use std::borrow::Cow;

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{is_async, scaled_by_policy, scaled_variant, target_of_policy};
use super::target::{CONCURRENCY, COPIES, INSTANCES};
use crate::catalog::instances::facts;
use crate::literal::InstanceType;

/// The metrics that each dimension can follow, by
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html>.
const METRICS: &[(&str, &[&str])] = &[
    (
        INSTANCES,
        &[
            "SageMakerVariantInvocationsPerInstance",
            "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        ],
    ),
    (
        CONCURRENCY,
        &["SageMakerVariantProvisionedConcurrencyUtilization"],
    ),
    (
        COPIES,
        &[
            "SageMakerInferenceComponentInvocationsPerCopy",
            "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
        ],
    ),
];

/// What an endpoint with a queue does not publish.
const NOT_ASYNC: &[&str] = &["Invocations", "InvocationsPerInstance", "OverheadLatency"];

fn tracking(policy: Resource<'_>) -> Node<'_> {
    policy.get("TargetTrackingScalingPolicyConfiguration")
}

fn predefined(policy: Resource<'_>) -> Node<'_> {
    tracking(policy).at(["PredefinedMetricSpecification", "PredefinedMetricType"])
}

fn customized(policy: Resource<'_>) -> Node<'_> {
    tracking(policy).get("CustomizedMetricSpecification")
}

fn dimension(policy: Resource<'_>) -> Option<Cow<'_, str>> {
    match target_of_policy(policy) {
        Some(target) => target.get("ScalableDimension").text(),
        None => policy.get("ScalableDimension").text(),
    }
}

pub(super) fn kind(policy: Resource<'_>, found: &mut Found<'_>) {
    const TRACKING: &str = "TargetTrackingScalingPolicyConfiguration";
    const STEPS: &str = "StepScalingPolicyConfiguration";
    let kind = policy.get("PolicyType");
    let (wanted, other) = match kind.text().as_deref() {
        Some("TargetTrackingScaling") => (TRACKING, STEPS),
        Some("StepScaling") => (STEPS, TRACKING),
        _ => return,
    };
    if policy.get(other).is_present() {
        let message = format!(
            "`{other}` does not go with the `PolicyType` `{}`",
            kind.shown()
        );
        found
            .at(policy.get(other), message)
            .hint(format!("write `{wanted}`, or another `PolicyType`"));
        return;
    }
    if policy.get(wanted).is_absent() {
        found.at(
            policy.get(wanted),
            format!(
                "expected `{wanted}`, which the `PolicyType` `{}` needs",
                kind.shown()
            ),
        );
    }
    let block = tracking(policy);
    let (one, own) = (
        block.get("PredefinedMetricSpecification"),
        block.get("CustomizedMetricSpecification"),
    );
    if wanted == TRACKING && one.is_present() && own.is_present() {
        found.at(
            own,
            "`CustomizedMetricSpecification` excludes `PredefinedMetricSpecification`, which is there too",
        );
    }
    if wanted == TRACKING && block.is_present() && one.is_absent() && own.is_absent() {
        found.at(
            block,
            "expected one of `PredefinedMetricSpecification`, `CustomizedMetricSpecification`",
        );
    }
}

pub(super) fn metric(policy: Resource<'_>, found: &mut Found<'_>) {
    let node = predefined(policy);
    let (Some(metric), Some(dimension)) = (node.text(), dimension(policy)) else {
        return;
    };
    let Some((_, fitting)) = METRICS.iter().find(|(name, _)| *name == dimension) else {
        return;
    };
    let known = METRICS
        .iter()
        .any(|(_, all)| all.contains(&metric.as_ref()));
    let foreign = known || !metric.starts_with("SageMaker");
    if foreign && !fitting.contains(&metric.as_ref()) {
        let names: Vec<String> = fitting.iter().map(|name| format!("`{name}`")).collect();
        found.expected(
            node,
            format_args!("{} for `{dimension}`", names.join(" or ")),
        );
    }
}

pub(super) fn async_metric(policy: Resource<'_>, found: &mut Found<'_>) {
    let (given, own) = (predefined(policy), customized(policy));
    let name = own.get("MetricName");
    let node = if given.text().as_deref() == Some("SageMakerVariantInvocationsPerInstance") {
        given
    } else if own.get("Namespace").text().as_deref() == Some("AWS/SageMaker")
        && name
            .text()
            .is_some_and(|text| NOT_ASYNC.contains(&text.as_ref()))
    {
        name
    } else {
        return;
    };
    let Some((config, _)) = scaled_variant(scaled_by_policy(policy)) else {
        return;
    };
    if is_async(config) {
        found
            .expected(node, "a metric that an endpoint with a queue has")
            .hint(
                "follow `ApproximateBacklogSizePerInstance` with a `CustomizedMetricSpecification`",
            );
    }
}

pub(super) fn fraction(policy: Resource<'_>, found: &mut Found<'_>) {
    let value = tracking(policy).get("TargetValue");
    if predefined(policy).text().as_deref()
        == Some("SageMakerVariantProvisionedConcurrencyUtilization")
        && value.number().is_some_and(|number| number > 1.0)
    {
        found
            .expected(value, "a fraction of at most 1")
            .hint("write 0.7 for 70 percent");
    }
}

pub(super) fn cores(policy: Resource<'_>, found: &mut Found<'_>) {
    /// With fewer, a low target may be meant.
    const MANY: u32 = 4;
    let (own, value) = (customized(policy), tracking(policy).get("TargetValue"));
    if own.get("Namespace").text().as_deref() != Some("/aws/sagemaker/Endpoints")
        || value.number().is_none_or(|number| number > 100.0)
    {
        return;
    }
    let Some((_, variant)) = scaled_variant(scaled_by_policy(policy)) else {
        return;
    };
    let Some(facts) = variant
        .get("InstanceType")
        .text()
        .and_then(|text| InstanceType::parse(text.as_ref()).ok())
        .and_then(|instance| facts(&instance))
    else {
        return;
    };
    let (count, what) = match own.get("MetricName").text().as_deref() {
        Some("CPUUtilization") => (facts.vcpus, "vCPUs"),
        Some("GPUUtilization") => (facts.accelerator.and_then(|gpu| gpu.count), "GPUs"),
        _ => return,
    };
    if let Some(count) = count
        && count >= MANY
    {
        let full = count * 100;
        found
            .at(
                value,
                format!(
                    "`{}` of {full}, which {count} {what} have when they are busy, is next to nothing",
                    value.shown()
                ),
            )
            .hint(format!("give the target as a part of {full}"));
    }
}

pub(super) fn dimensions(policy: Resource<'_>, found: &mut Found<'_>) {
    let own = customized(policy);
    if own.get("Namespace").text().as_deref() != Some("/aws/sagemaker/Endpoints") {
        return;
    }
    let node = own.get("Dimensions");
    let names: Option<Vec<_>> = if node.is_absent() {
        Some(Vec::new())
    } else {
        node.list()
            .and_then(|items| items.iter().map(|item| item.get("Name").text()).collect())
    };
    let Some(names) = names else { return };
    let missing: Vec<_> = ["EndpointName", "VariantName"]
        .into_iter()
        .filter(|wanted| names.iter().all(|name| name != wanted))
        .collect();
    if !missing.is_empty() {
        found.at(
            node,
            format!(
                "expected the dimensions `EndpointName` and `VariantName`, {} missing",
                missing.join(" and ")
            ),
        );
    }
}
