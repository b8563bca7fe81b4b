//! Scaling policies.

use std::borrow::Cow;

use crate::catalog::instances;
use crate::literal::InstanceType;

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{Scaled, TARGET, config_of, is_async, scaled};
use super::{CONCURRENCY, COPIES, INSTANCES, is_ours, of_variant};

/// The predefined metrics of SageMaker, each with the dimension that it is for.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html>
const PREDEFINED: &[(&str, &str)] = &[
    ("SageMakerVariantInvocationsPerInstance", INSTANCES),
    (
        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        INSTANCES,
    ),
    (
        "SageMakerVariantProvisionedConcurrencyUtilization",
        CONCURRENCY,
    ),
    ("SageMakerInferenceComponentInvocationsPerCopy", COPIES),
    (
        "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
        COPIES,
    ),
];

/// The target of a policy, where it is in the template.
fn target_of(policy: Resource<'_>) -> Option<Resource<'_>> {
    let (target, _) = policy.get("ScalingTargetId").target()?;
    (target.kind() == TARGET).then_some(target)
}

fn tracking(policy: Resource<'_>) -> Node<'_> {
    policy.get("TargetTrackingScalingPolicyConfiguration")
}

fn predefined(policy: Resource<'_>) -> Node<'_> {
    tracking(policy).at(["PredefinedMetricSpecification", "PredefinedMetricType"])
}

/// The dimension of a policy: its own, or its target's.
fn dimension(policy: Resource<'_>) -> Option<String> {
    let own = policy.get("ScalableDimension").text();
    let dimension = own.or_else(|| target_of(policy)?.get("ScalableDimension").text());
    dimension.map(Cow::into_owned)
}

pub(super) fn metric_fits(policy: Resource<'_>, found: &mut Found<'_>) {
    let node = predefined(policy);
    let (Some(metric), Some(dimension)) = (node.text(), dimension(policy)) else {
        return;
    };
    let known = PREDEFINED.iter().find(|(name, _)| *name == metric);
    let fits: Vec<_> = PREDEFINED
        .iter()
        .filter(|(_, of)| *of == dimension)
        .map(|(name, _)| *name)
        .collect();
    let wrong = match known {
        Some((_, of)) => *of != dimension,
        // SageMaker may have got another one.
        None => !fits.is_empty() && !metric.starts_with("SageMaker"),
    };
    if wrong && !fits.is_empty() {
        found
            .at(node, format!("`{metric}` is no metric of `{dimension}`"))
            .got(&metric)
            .allowed(format_args!("`{}`", fits.join("` or `")))
            .hint(format!("that has `{}`", fits.join("` and `")));
    } else if wrong {
        found.at(node, format!("`{metric}` is no metric of `{dimension}`"));
    }
}

pub(super) fn fraction(policy: Resource<'_>, found: &mut Found<'_>) {
    let target = tracking(policy).get("TargetValue");
    let is_share = predefined(policy).text().as_deref()
        == Some("SageMakerVariantProvisionedConcurrencyUtilization");
    if let Some(value) = target.number().filter(|value| is_share && *value > 1.0) {
        let share = value / 100.0;
        found
            .at(
                target,
                format!("expected a share from 0 to 1, got `{value}`, which is never reached"),
            )
            .got(value)
            .allowed("more than 0, at most 1")
            .hint(format!("did you mean `{share}`?"));
    }
}

/// What CPUs and GPUs are used is measured to 100 percent for each.
pub(super) fn utilization(policy: Resource<'_>, found: &mut Found<'_>) {
    let custom = tracking(policy).get("CustomizedMetricSpecification");
    let (Some(metric), Some(value)) = (
        custom.get("MetricName").text(),
        tracking(policy).get("TargetValue").number(),
    ) else {
        return;
    };
    if custom.get("Namespace").text().as_deref() != Some("/aws/sagemaker/Endpoints") {
        return;
    }
    let variant = target_of(policy)
        .and_then(of_variant)
        .map(|(_, variant)| variant);
    let Some(name) = variant.and_then(|variant| variant.get("InstanceType").text()) else {
        return;
    };
    let Some(facts) = InstanceType::parse(name.as_ref())
        .ok()
        .and_then(|one| instances::facts(&one))
    else {
        return;
    };
    let (count, what) = match metric.as_ref() {
        "CPUUtilization" => (facts.vcpus, "vCPUs"),
        "GPUUtilization" => (facts.accelerator.and_then(|one| one.count), "GPUs"),
        _ => return,
    };
    if let Some(count) = count.filter(|count| *count > 1 && value <= 100.0) {
        let all = count * 100;
        found
            .at(
                tracking(policy).get("TargetValue"),
                format!("`{metric}` of `{name}` goes up to {all}, 100 for each of its {count} {what}: `{value}` is little"),
            )
            .got(value)
            .hint(format!("70 percent of the instance are {}", f64::from(all) * 0.7));
    }
}

pub(super) fn of_queue(policy: Resource<'_>, found: &mut Found<'_>) {
    let node = predefined(policy);
    let endpoint = target_of(policy).and_then(|target| match scaled(target) {
        Some(Scaled::Variant { endpoint, .. }) => endpoint,
        _ => None,
    });
    if let Some(metric) = node.text()
        && PREDEFINED
            .iter()
            .any(|(name, of)| *name == metric && *of == INSTANCES)
        && endpoint.and_then(config_of).is_some_and(is_async)
    {
        found
            .at(node, format!("an asynchronous endpoint publishes nothing for `{metric}`, so that it never scales"))
            .got(&metric)
            .allowed("`ApproximateBacklogSizePerInstance` as a customized metric")
            .hint("follow `ApproximateBacklogSizePerInstance` of `AWS/SageMaker`, with the dimension `EndpointName` alone");
    }
}

pub(super) fn kind(policy: Resource<'_>, found: &mut Found<'_>) {
    let node = policy.get("PolicyType");
    let (track, step) = (
        tracking(policy),
        policy.get("StepScalingPolicyConfiguration"),
    );
    let wrong = match node.text().as_deref() {
        Some("TargetTrackingScaling") if track.is_absent() || step.is_present() => {
            "TargetTrackingScalingPolicyConfiguration"
        }
        Some("StepScaling") if step.is_absent() || track.is_present() => {
            "StepScalingPolicyConfiguration"
        }
        _ => {
            if track.is_present() {
                one_metric(track, found);
            }
            return;
        }
    };
    found
        .at(
            node,
            format!("`{}` has `{wrong}`, and nothing else", node.shown()),
        )
        .got(node.shown())
        .allowed(format_args!("`{wrong}`"));
}

fn one_metric(track: Node<'_>, found: &mut Found<'_>) {
    let predefined = track.get("PredefinedMetricSpecification");
    let custom = track.get("CustomizedMetricSpecification");
    if predefined.is_present() && custom.is_present()
        || predefined.is_absent() && custom.is_absent()
    {
        found.at(
            track,
            "expected one of `PredefinedMetricSpecification` and `CustomizedMetricSpecification`",
        );
    }
}

pub(super) fn steps(policy: Resource<'_>, found: &mut Found<'_>) {
    let configuration = policy.get("StepScalingPolicyConfiguration");
    let Some(steps) = configuration.get("StepAdjustments").list() else {
        return;
    };
    let bound = |step: Node<'_>, key, otherwise: f64| {
        let node = step.get(key);
        if node.is_absent() {
            Some(otherwise)
        } else {
            node.number()
        }
    };
    let mut ranges = Vec::new();
    for step in &steps {
        let lower = bound(*step, "MetricIntervalLowerBound", f64::NEG_INFINITY);
        let upper = bound(*step, "MetricIntervalUpperBound", f64::INFINITY);
        let (Some(lower), Some(upper)) = (lower, upper) else {
            return;
        };
        if lower >= upper {
            found
                .at(
                    *step,
                    format!(
                        "expected an upper bound above the lower one, got `{lower}` to `{upper}`"
                    ),
                )
                .got(format_args!("{lower} to {upper}"));
            return;
        }
        ranges.push((lower, upper, *step));
    }
    let exact = configuration.get("AdjustmentType").text().as_deref() == Some("ExactCapacity");
    for step in steps {
        let adjustment = step.get("ScalingAdjustment");
        if exact && adjustment.integer().is_some_and(|capacity| capacity < 0) {
            found.expected(
                adjustment,
                "0 or more, because `ExactCapacity` is a capacity",
            );
        }
    }
    ranges.sort_by(|one, other| one.0.total_cmp(&other.0));
    if let (Some((start, _, first)), Some((_, end, last))) = (ranges.first(), ranges.last()) {
        if start.is_finite() && *start < 0.0 {
            found
                .at(
                    *first,
                    format!("nothing is said of what is below `{start}`"),
                )
                .hint("leave `MetricIntervalLowerBound` out of the lowest step");
        }
        if end.is_finite() && *end > 0.0 {
            found
                .at(*last, format!("nothing is said of what is above `{end}`"))
                .hint("leave `MetricIntervalUpperBound` out of the highest step");
        }
    }
    for pair in ranges.windows(2) {
        let ((_, end, _), (start, _, step)) = (pair[0], pair[1]);
        if end > start {
            found.at(
                step,
                format!("the steps overlap: one goes on to `{end}`, this one begins at `{start}`"),
            );
        } else if end < start {
            found
                .at(step, format!("nothing is said of `{end}` to `{start}`"))
                .hint("let each step begin where the one before ends");
        }
    }
}

pub(super) fn dimensions(policy: Resource<'_>, found: &mut Found<'_>) {
    let custom = tracking(policy).get("CustomizedMetricSpecification");
    let ours = is_ours(policy) || target_of(policy).is_some_and(is_ours);
    if !ours || custom.get("Namespace").text().as_deref() != Some("/aws/sagemaker/Endpoints") {
        return;
    }
    let dimensions = custom.get("Dimensions");
    let list = if dimensions.is_absent() {
        Vec::new()
    } else {
        match dimensions.list() {
            Some(list) => list,
            None => return,
        }
    };
    let names: Option<Vec<_>> = list.iter().map(|one| one.get("Name").text()).collect();
    let Some(names) = names else { return };
    for name in ["EndpointName", "VariantName"] {
        if !names.iter().any(|known| known == name) {
            found
                .at(dimensions, format!("`/aws/sagemaker/Endpoints` has the dimension `{name}`, without which nothing is found"))
                .allowed("`EndpointName` and `VariantName`")
                .hint(format!("add the dimension `{name}`"));
        }
    }
}
