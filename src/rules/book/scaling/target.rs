//! Scalable targets.

use super::super::super::node::{Node, Part, Resource};
use super::super::found::Found;
use super::super::hosting::{
    COMPONENT, ENDPOINT, Scaled, comes_after, config_of, is_async, is_serverless, policies_of,
    scaled, scaled_variant, shadows, variants,
};
use crate::catalog::instances::facts;
use crate::literal::InstanceType;

pub(super) const INSTANCES: &str = "sagemaker:variant:DesiredInstanceCount";
pub(super) const CONCURRENCY: &str = "sagemaker:variant:DesiredProvisionedConcurrency";
pub(super) const COPIES: &str = "sagemaker:inference-component:DesiredCopyCount";

fn of_sagemaker(resource: Resource<'_>) -> bool {
    let is = |property, wanted: fn(&str) -> bool| {
        resource
            .get(property)
            .text()
            .is_some_and(|text| wanted(&text))
    };
    is("ServiceNamespace", |text| text == "sagemaker")
        || is("ScalableDimension", |text| text.starts_with("sagemaker:"))
}

pub(super) fn resource_id(target: Resource<'_>, found: &mut Found<'_>) {
    let id = target.get("ResourceId");
    if !of_sagemaker(target) || !id.is_present() {
        return;
    }
    let mut whole = String::new();
    for part in id.parts() {
        match part {
            Part::Text(text) => whole.push_str(&text),
            Part::Unknown => return,
            Part::Reference(name, attribute) => {
                let Some(resource) = target.world().resource(&name) else {
                    // `AWS::StackName` and the like have no slash.
                    if name.starts_with("AWS::") {
                        whole.push('x');
                        continue;
                    }
                    return;
                };
                let right = match resource.kind() {
                    ENDPOINT => "EndpointName",
                    COMPONENT => "InferenceComponentName",
                    _ => return,
                };
                if attribute.as_deref() != Some(right) {
                    found
                        .at(id, format!("expected the name of `{name}`, got its ARN"))
                        .hint(format!("write `${{{name}.{right}}}`"));
                    return;
                }
                whole.push('x');
            }
        }
    }
    let steps: Vec<&str> = whole.split('/').collect();
    let right = match steps.as_slice() {
        ["endpoint", name, "variant", variant] => !name.is_empty() && !variant.is_empty(),
        ["inference-component", name] => !name.is_empty(),
        _ => false,
    };
    if !right {
        found.expected(
            id,
            "`endpoint/<EndpointName>/variant/<VariantName>` or `inference-component/<Name>`",
        );
    }
}

pub(super) fn variant_exists(target: Resource<'_>, found: &mut Found<'_>) {
    let Some(Scaled::Variant {
        endpoint: Some(endpoint),
        variant,
    }) = scaled(target)
    else {
        return;
    };
    let Some(config) = config_of(endpoint) else {
        return;
    };
    let mut all = variants(config);
    if all.is_empty() {
        return;
    }
    all.extend(shadows(config));
    let names: Option<Vec<_>> = all
        .iter()
        .map(|variant| variant.get("VariantName").text())
        .collect();
    let Some(names) = names else { return };
    if !names.contains(&variant) {
        found
            .at(
                target.get("ResourceId"),
                format!(
                    "expected a variant of `{}` ({}), got `{variant}`",
                    config.id(),
                    names.join(", ")
                ),
            )
            .got(&variant)
            .allowed(names.join(", "));
    }
}

pub(super) fn namespace(target: Resource<'_>, found: &mut Found<'_>) {
    let (namespace, dimension) = (
        target.get("ServiceNamespace"),
        target.get("ScalableDimension"),
    );
    let (Some(service), Some(text)) = (namespace.text(), dimension.text()) else {
        return;
    };
    let known = [INSTANCES, CONCURRENCY, COPIES].contains(&text.as_ref());
    if known && service != "sagemaker" {
        found.expected(namespace, format_args!("`sagemaker`, to go with `{text}`"));
    } else if service == "sagemaker" && !text.starts_with("sagemaker:") {
        found.expected(dimension, "a dimension of `sagemaker`");
    }
}

pub(super) fn dimension(target: Resource<'_>, found: &mut Found<'_>) {
    let node = target.get("ScalableDimension");
    let Some(text) = node.text() else { return };
    let of = scaled(target);
    match &of {
        Some(Scaled::Component(_)) if text != COPIES && text.starts_with("sagemaker:") => {
            found.expected(node, format_args!("`{COPIES}` for an inference component"));
            return;
        }
        Some(Scaled::Variant { .. }) if text == COPIES => {
            found.expected(node, format_args!("`{INSTANCES}` for a variant"));
            return;
        }
        _ => {}
    }
    let Some((_, variant)) = scaled_variant(of) else {
        return;
    };
    let serverless = variant.get("ServerlessConfig");
    if text == INSTANCES && is_serverless(variant) {
        found.expected(
            node,
            format_args!("`{CONCURRENCY}` for a serverless variant"),
        );
    } else if text == CONCURRENCY && serverless.is_absent() {
        found.expected(
            node,
            format_args!("`{INSTANCES}` for a variant of instances"),
        );
    } else if text == CONCURRENCY && serverless.get("ProvisionedConcurrency").is_absent() {
        found
            .at(
                node,
                "expected a variant with `ProvisionedConcurrency`, which its `ServerlessConfig` lacks",
            )
            .hint("give the variant a `ProvisionedConcurrency` to begin with");
    }
}

pub(super) fn bounds(target: Resource<'_>, found: &mut Found<'_>) {
    let (min, max) = (target.get("MinCapacity"), target.get("MaxCapacity"));
    if let (Some(least), Some(most)) = (min.integer(), max.integer())
        && least > most
    {
        found.expected(min, format_args!("at most `MaxCapacity`, {most}"));
    }
    for action in target.get("ScheduledActions").items() {
        let action = action.get("ScalableTargetAction");
        let min = action.get("MinCapacity");
        if let (Some(least), Some(most)) = (min.integer(), action.get("MaxCapacity").integer())
            && least > most
        {
            found.expected(min, format_args!("at most `MaxCapacity`, {most}"));
        }
    }
}

/// The least capacity, where it is none.
fn zero(target: Resource<'_>) -> Option<Node<'_>> {
    let min = target.get("MinCapacity");
    (min.integer() == Some(0)).then_some(min)
}

pub(super) fn min_zero(target: Resource<'_>, found: &mut Found<'_>) {
    let Some(min) = zero(target) else { return };
    let Some((config, variant)) = scaled_variant(scaled(target)) else {
        return;
    };
    let instances = target.get("ScalableDimension").text().as_deref() == Some(INSTANCES);
    let real_time = config.get("AsyncInferenceConfig").is_absent()
        && variant.get("ModelName").is_present()
        && variant.get("ServerlessConfig").is_absent();
    if instances && real_time {
        found
            .expected(min, "at least 1 instance of a variant that answers at once")
            .hint("keep one instance, or answer from a queue with `AsyncInferenceConfig`");
    }
}

/// Whether policies are known, of which none can wake what has no capacity.
fn never_wakes(target: Resource<'_>) -> bool {
    let policies = policies_of(target);
    !policies.is_empty()
        && policies.iter().all(|policy| {
            policy.get("PolicyType").text().as_deref() == Some("TargetTrackingScaling")
        })
}

pub(super) fn async_zero(target: Resource<'_>, found: &mut Found<'_>) {
    let Some(min) = zero(target) else { return };
    let Some((config, _)) = scaled_variant(scaled(target)) else {
        return;
    };
    if is_async(config) && never_wakes(target) {
        found
            .at(
                min,
                "expected a `StepScaling` policy too: without it, a few requests in the queue of no instances wait",
            )
            .hint("add one that an alarm on `HasBacklogWithoutCapacity` triggers");
    }
}

pub(super) fn component_zero(target: Resource<'_>, found: &mut Found<'_>) {
    let Some(min) = zero(target) else { return };
    if matches!(scaled(target), Some(Scaled::Component(_))) && never_wakes(target) {
        found
            .at(
                min,
                "expected a `StepScaling` policy too: without it, no copy ever comes back",
            )
            .hint("add one that an alarm on `NoCapacityInvocationFailures` triggers");
    }
}

pub(super) fn burstable(target: Resource<'_>, found: &mut Found<'_>) {
    let Some((_, variant)) = scaled_variant(scaled(target)) else {
        return;
    };
    let node = variant.get("InstanceType");
    let facts = node
        .text()
        .and_then(|text| InstanceType::parse(text.as_ref()).ok())
        .and_then(|instance| facts(&instance));
    if facts.is_some_and(|facts| facts.burstable) {
        found.expected(
            node,
            "an instance type that can scale, which burstable ones cannot",
        );
    }
}

pub(super) fn order(target: Resource<'_>, found: &mut Found<'_>) {
    let id = target.get("ResourceId");
    if id.text().is_none() {
        return;
    }
    if let Some(Scaled::Variant {
        endpoint: Some(endpoint),
        ..
    }) = scaled(target)
        && !comes_after(target, endpoint)
    {
        found
            .at(
                id,
                format!(
                    "the target is made before `{}`, which it scales",
                    endpoint.id()
                ),
            )
            .hint(format!("write `${{{}.EndpointName}}`", endpoint.id()));
    }
}

pub(super) fn role(target: Resource<'_>, found: &mut Found<'_>) {
    let role = target.get("RoleARN");
    let linked = role.parts().iter().any(|part| match part {
        Part::Text(text) => text.contains("role/aws-service-role/"),
        Part::Unknown => true,
        Part::Reference(..) => false,
    });
    if of_sagemaker(target) && role.is_present() && !linked {
        found
            .at(
                role,
                "expected the service-linked role, which is used when `RoleARN` is left out",
            )
            .remove();
    }
}
