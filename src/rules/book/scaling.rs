//! Application Auto Scaling: what scales, and by what.

mod policies;

use crate::finding::Severity;
use crate::literal::ScheduleExpression;

use super::super::node::{Node, Part, Resource};
use super::found::Found;
use super::hosting::{
    COMPONENT, ENDPOINT, POLICY, Scaled, TARGET, comes_after, config_of, hosts_components,
    is_async, is_serverless, scaled, shadows, variant_named, variants,
};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!("aas-resource-id", Error, [TARGET], resource_id),
    declared!("aas-ns-dim", Error, [TARGET], dimension),
    declared!("aas-variant-exists", Error, [TARGET], variant_exists),
    declared!("aas-dim-kind", Error, [TARGET], dimension_fits),
    declared!("aas-min-max", Error, [TARGET], min_max),
    declared!("aas-min-zero", Warning, [TARGET], min_zero),
    declared!("aas-async-zero-out", Warning, [TARGET], queue_wakes),
    declared!("aas-ic-zero-out", Warning, [TARGET], component_wakes),
    declared!("aas-burstable", Error, [TARGET], burstable),
    declared!("aas-order", Warning, [TARGET], order),
    declared!("aas-schedule", Error, [TARGET], schedule),
    declared!("aas-slr", Note, [TARGET], own_role),
    declared!("aas-metric-dim", Error, [POLICY], policies::metric_fits),
    declared!("aas-pc-fraction", Warning, [POLICY], policies::fraction),
    declared!("aas-cpu-scale", Note, [POLICY], policies::utilization),
    declared!("aas-async-metric", Warning, [POLICY], policies::of_queue),
    declared!("aas-policy-type", Error, [POLICY], policies::kind),
    declared!("aas-steps", Error, [POLICY], policies::steps),
    declared!("aas-custom-dims", Warning, [POLICY], policies::dimensions),
];

/// Rules of the book that the registry's schema states.
#[allow(dead_code, reason = "wired up by the page of rules")]
pub(super) const COVERED: &[(&str, &str)] = &[("aas-policy-ref", "property-combination")];

const INSTANCES: &str = "sagemaker:variant:DesiredInstanceCount";
const CONCURRENCY: &str = "sagemaker:variant:DesiredProvisionedConcurrency";
const COPIES: &str = "sagemaker:inference-component:DesiredCopyCount";

/// Whether a target, or a policy without one, is one of SageMaker.
fn is_ours(resource: Resource<'_>) -> bool {
    let dimension = resource.get("ScalableDimension").text();
    resource.get("ServiceNamespace").text().as_deref() == Some("sagemaker")
        || dimension.is_some_and(|name| name.starts_with("sagemaker:"))
}

fn resource_id(target: Resource<'_>, found: &mut Found<'_>) {
    if !is_ours(target) {
        return;
    }
    let node = target.get("ResourceId");
    let parts = node.parts();
    for part in &parts {
        if let Part::Reference(id, None) = part
            && let Some(resource) = target.world().resource(id)
            && resource.kind().starts_with("AWS::SageMaker::")
        {
            let attribute = if resource.kind() == COMPONENT {
                "the name as you gave it".to_owned()
            } else {
                format!("`${{{id}.EndpointName}}`")
            };
            found
                .at(node, format!("expected names, but `Ref` of `{id}` is its ARN"))
                .allowed("`endpoint/<EndpointName>/variant/<VariantName>` or `inference-component/<InferenceComponentName>`")
                .hint(format!("write {attribute}"));
            return;
        }
    }
    if let Some(text) = node.text() {
        let steps: Vec<_> = text.split('/').collect();
        let fits = match steps.as_slice() {
            ["endpoint", name, "variant", variant] => !name.is_empty() && !variant.is_empty(),
            ["inference-component", name] => !name.is_empty(),
            _ => false,
        };
        if !fits || text.contains("arn:") {
            found.expected(
                node,
                "`endpoint/<EndpointName>/variant/<VariantName>` or `inference-component/<InferenceComponentName>`",
            );
        }
    }
}

fn dimension(target: Resource<'_>, found: &mut Found<'_>) {
    let (namespace, dimension) = (
        target.get("ServiceNamespace"),
        target.get("ScalableDimension"),
    );
    let (Some(service), Some(name)) = (namespace.text(), dimension.text()) else {
        return;
    };
    let ours = name.starts_with("sagemaker:");
    if (service == "sagemaker") != ours {
        found
            .at(
                namespace,
                format!("`{name}` is no dimension of the namespace `{service}`"),
            )
            .got(&service)
            .hint("a dimension begins with the name of its namespace");
    } else if ours && ![INSTANCES, CONCURRENCY, COPIES].contains(&name.as_ref()) {
        found.expected(
            dimension,
            format_args!("`{INSTANCES}`, `{CONCURRENCY}` or `{COPIES}`"),
        );
    }
}

/// The endpoint and the variant that a target scales.
fn of_variant(target: Resource<'_>) -> Option<(Resource<'_>, Node<'_>)> {
    let Some(Scaled::Variant {
        endpoint: Some(endpoint),
        variant,
    }) = scaled(target)
    else {
        return None;
    };
    Some((endpoint, variant_named(endpoint, &variant)?))
}

fn variant_exists(target: Resource<'_>, found: &mut Found<'_>) {
    let Some(Scaled::Variant {
        endpoint: Some(endpoint),
        variant,
    }) = scaled(target)
    else {
        return;
    };
    let Some(list) = config_of(endpoint).and_then(|config| config.get("ProductionVariants").list())
    else {
        return;
    };
    let config = config_of(endpoint);
    let all = list
        .into_iter()
        .chain(config.map(shadows).unwrap_or_default());
    let names: Option<Vec<_>> = all.map(|one| one.get("VariantName").text()).collect();
    let Some(names) = names.filter(|names| !names.contains(&variant)) else {
        return;
    };
    let known = names.join("`, `");
    found
        .at(
            target.get("ResourceId"),
            format!("`{}` has no variant `{variant}`", endpoint.id()),
        )
        .got(&variant)
        .allowed(format_args!("`{known}`"))
        .hint(format!("it has `{known}`"));
}

fn dimension_fits(target: Resource<'_>, found: &mut Found<'_>) {
    let node = target.get("ScalableDimension");
    let Some(name) = node.text() else { return };
    let (allowed, why) = match scaled(target) {
        Some(Scaled::Component(_)) => (COPIES, "an inference component has copies".to_owned()),
        Some(Scaled::Variant { .. }) => {
            let variant = of_variant(target).map(|(_, variant)| variant);
            match variant {
                Some(variant) if is_serverless(variant) => (
                    CONCURRENCY,
                    "a serverless variant has no instances".to_owned(),
                ),
                Some(variant) if variant.get("InstanceType").is_present() => {
                    (INSTANCES, "the variant has instances".to_owned())
                }
                _ if name == COPIES => (INSTANCES, "a variant has no copies".to_owned()),
                _ => return,
            }
        }
        None => return,
    };
    if name != allowed {
        found.expected(node, format_args!("`{allowed}`")).hint(why);
        return;
    }
    if let Some((_, variant)) = of_variant(target)
        && name == CONCURRENCY
        && variant
            .get("ServerlessConfig")
            .get("ProvisionedConcurrency")
            .is_absent()
    {
        found
            .at(
                node,
                "the variant has no `ProvisionedConcurrency` that could scale",
            )
            .hint("give its `ServerlessConfig` a `ProvisionedConcurrency` to start with");
    }
}

fn min_max(target: Resource<'_>, found: &mut Found<'_>) {
    ordered(target.properties(), found);
    for action in target.get("ScheduledActions").items() {
        ordered(action.get("ScalableTargetAction"), found);
    }
}

fn ordered(bounds: Node<'_>, found: &mut Found<'_>) {
    let (least, most) = (bounds.get("MinCapacity"), bounds.get("MaxCapacity"));
    if let (Some(min), Some(max)) = (least.integer(), most.integer())
        && min > max
    {
        found
            .at(
                least,
                format!("expected at most `MaxCapacity`, which is `{max}`, got `{min}`"),
            )
            .got(min)
            .allowed(format_args!("at most {max}"));
    }
}

/// Whether the least capacity is none.
fn from_zero(target: Resource<'_>) -> bool {
    target.get("MinCapacity").integer() == Some(0)
}

fn min_zero(target: Resource<'_>, found: &mut Found<'_>) {
    let Some((endpoint, variant)) = of_variant(target).filter(|_| from_zero(target)) else {
        return;
    };
    let Some(config) = config_of(endpoint) else {
        return;
    };
    if config.get("AsyncInferenceConfig").is_absent()
        && !is_serverless(variant)
        && !hosts_components(variant)
        && variant.get("InstanceType").is_present()
    {
        found
            .at(
                target.get("MinCapacity"),
                "expected at least 1: without an instance, a real-time variant answers nobody, and nothing wakes it",
            )
            .got(0)
            .allowed("at least 1")
            .set(1_i64);
    }
}

/// The policies of a target.
fn policies_of(target: Resource<'_>) -> impl Iterator<Item = Resource<'_>> {
    target.world().of_type(POLICY).filter(move |policy| {
        let by_id = policy.get("ScalingTargetId").target();
        by_id.is_some_and(|(known, _)| known.is(target))
            || (policy.get("ResourceId").is_present()
                && policy.get("ResourceId").parts() == target.get("ResourceId").parts())
    })
}

/// Whether a policy in steps, which could be the one that wakes it, is there.
fn has_steps(target: Resource<'_>) -> bool {
    policies_of(target).any(|policy| {
        // What is not known may be one.
        policy
            .get("PolicyType")
            .text()
            .is_none_or(|kind| kind == "StepScaling")
    })
}

/// Whether a policy may be of this target without that being known.
fn has_unknown_policies(target: Resource<'_>) -> bool {
    target.world().of_type(POLICY).any(|policy| {
        policy.get("ScalingTargetId").target().is_none()
            && policy.get("ResourceId").text().is_none()
            && !policies_of(target).any(|known| known.is(policy))
    })
}

fn queue_wakes(target: Resource<'_>, found: &mut Found<'_>) {
    let Some((endpoint, _)) = of_variant(target).filter(|_| from_zero(target)) else {
        return;
    };
    if config_of(endpoint).is_some_and(is_async)
        && policies_of(target).next().is_some()
        && !has_steps(target)
        && !has_unknown_policies(target)
    {
        found
            .at(
                target.get("MinCapacity"),
                "nothing wakes it from none: without instances there is no backlog per instance to follow",
            )
            .hint("add a policy in steps on an alarm on `HasBacklogWithoutCapacity`");
    }
}

fn component_wakes(target: Resource<'_>, found: &mut Found<'_>) {
    let Some(Scaled::Component(component)) = scaled(target).filter(|_| from_zero(target)) else {
        return;
    };
    let node = target.get("MinCapacity");
    if policies_of(target).next().is_some() && !has_steps(target) && !has_unknown_policies(target) {
        found
            .at(
                node,
                "nothing wakes it from none: without copies there is no load per copy to follow",
            )
            .hint("add a policy in steps on an alarm on `NoCapacityInvocationFailures`");
        return;
    }
    let host = component
        .and_then(|component| {
            component
                .get("EndpointName")
                .named(ENDPOINT, "EndpointName")
        })
        .and_then(config_of);
    for variant in host.map(variants).unwrap_or_default() {
        let managed = variant.get("ManagedInstanceScaling");
        let least = managed.get("MinInstanceCount");
        if managed.is_absent() || least.integer().is_some_and(|least| least > 0) {
            found
                .at(
                    node,
                    "the copies go, but the instances stay and cost as before",
                )
                .hint("let the variant's `ManagedInstanceScaling` have `MinInstanceCount: 0`");
        }
    }
}

fn burstable(target: Resource<'_>, found: &mut Found<'_>) {
    if let Some((_, variant)) = of_variant(target) {
        let node = variant.get("InstanceType");
        if node.text().is_some_and(|name| name.starts_with("ml.t2.")) {
            found
                .at(
                    node,
                    format!("instances of the type `{}` do not scale", node.shown()),
                )
                .hint("take another instance type, or leave the scalable target out");
        }
    }
}

fn order(target: Resource<'_>, found: &mut Found<'_>) {
    let node = target.get("ResourceId");
    let made = match scaled(target) {
        Some(Scaled::Variant { endpoint, .. }) => endpoint,
        Some(Scaled::Component(component)) => component,
        None => None,
    };
    if let Some(made) = made.filter(|made| !comes_after(target, *made)) {
        let id = made.id();
        found
            .at(
                node,
                format!("`{id}` is named by its text, so that the target may be made before it"),
            )
            .hint(format!("refer to `{id}`, or add `DependsOn: {id}`"));
    }
}

fn schedule(target: Resource<'_>, found: &mut Found<'_>) {
    let mut names = Vec::new();
    for action in target.get("ScheduledActions").items() {
        let at = action.get("Schedule");
        if let Some(text) = at.text()
            && ScheduleExpression::parse(text.as_ref()).is_err()
        {
            found.expected(
                at,
                "`at(2026-12-01T08:00:00)`, `rate(1 day)` or a cron expression with six fields such as `cron(0 8 ? * MON-FRI *)`",
            );
        }
        let name = action.get("ScheduledActionName");
        if let Some(text) = name.text() {
            if names.contains(&text) {
                found.at(
                    name,
                    format!("another action of the target is called `{text}`"),
                );
            }
            names.push(text);
        }
    }
}

fn own_role(target: Resource<'_>, found: &mut Found<'_>) {
    let role = target.get("RoleARN");
    let is_linked = role.parts().iter().any(|part| match part {
        Part::Text(text) => text.contains("aws-service-role/"),
        _ => false,
    });
    if is_ours(target) && role.is_present() && !is_linked {
        found
            .at(
                role,
                "SageMaker scales with the service-linked role, which is made when it is needed",
            )
            .hint("remove `RoleARN`")
            .remove();
    }
}
