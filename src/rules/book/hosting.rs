//! How the resources of hosting belong together: what more than one family of rules asks.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::node::{Node, Part, Resource};

pub(super) const MODEL: &str = "AWS::SageMaker::Model";
pub(super) const CONFIG: &str = "AWS::SageMaker::EndpointConfig";
pub(super) const ENDPOINT: &str = "AWS::SageMaker::Endpoint";
pub(super) const COMPONENT: &str = "AWS::SageMaker::InferenceComponent";
pub(super) const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
pub(super) const POLICY: &str = "AWS::ApplicationAutoScaling::ScalingPolicy";
pub(super) const ALARM: &str = "AWS::CloudWatch::Alarm";

/// The configuration of an endpoint, where it is in the template.
pub(super) fn config_of(endpoint: Resource<'_>) -> Option<Resource<'_>> {
    endpoint
        .get("EndpointConfigName")
        .named(CONFIG, "EndpointConfigName")
}

/// The endpoints that a configuration is of.
pub(super) fn endpoints_of(config: Resource<'_>) -> impl Iterator<Item = Resource<'_>> {
    config
        .world()
        .of_type(ENDPOINT)
        .filter(move |endpoint| config_of(*endpoint).is_some_and(|known| known.is(config)))
}

/// The production variants of a configuration; none where they are not known.
pub(super) fn variants(config: Resource<'_>) -> Vec<Node<'_>> {
    config.get("ProductionVariants").list().unwrap_or_default()
}

/// The shadow variants of a configuration.
pub(super) fn shadows(config: Resource<'_>) -> Vec<Node<'_>> {
    config
        .get("ShadowProductionVariants")
        .list()
        .unwrap_or_default()
}

/// The model of a variant or component, where it is in the template.
pub(super) fn model_of(variant: Node<'_>) -> Option<Resource<'_>> {
    variant.get("ModelName").named(MODEL, "ModelName")
}

/// The containers of a model.
pub(super) fn containers(model: Resource<'_>) -> Vec<Node<'_>> {
    let primary = model.get("PrimaryContainer");
    let mut containers: Vec<_> = Some(primary)
        .filter(|primary| primary.is_present())
        .into_iter()
        .collect();
    containers.extend(model.get("Containers").items());
    containers
}

/// Whether a container keeps many models and loads them as they are asked for; `None` where that is
/// not known.
pub(super) fn is_multi_model(container: Node<'_>) -> Option<bool> {
    let mode = container.get("Mode");
    if mode.is_absent() {
        return Some(false);
    }
    mode.text().map(|mode| mode == "MultiModel")
}

/// Whether a variant has no instances.
pub(super) fn is_serverless(variant: Node<'_>) -> bool {
    variant.get("ServerlessConfig").is_present()
}

/// The alarms that take an endpoint's updates back.
pub(super) fn rollback_alarms(endpoint: Resource<'_>) -> Node<'_> {
    endpoint
        .get("DeploymentConfig")
        .at(["AutoRollbackConfiguration", "Alarms"])
}

/// Whether a configuration answers from a queue.
pub(super) fn is_async(config: Resource<'_>) -> bool {
    config.get("AsyncInferenceConfig").is_present()
}

/// Whether a variant is one that inference components share: it runs no model of its own.
pub(super) fn hosts_components(variant: Node<'_>) -> bool {
    variant.get("ModelName").is_absent()
}

/// What a scalable target scales, as far as it is known.
#[derive(Clone)]
pub(super) enum Scaled<'w> {
    /// The instances, or the provisioned concurrency, of a variant.
    Variant {
        /// The endpoint, where it is in the template.
        endpoint: Option<Resource<'w>>,
        /// The variant's name.
        variant: Cow<'w, str>,
    },
    /// The copies of an inference component, where it is in the template.
    Component(Option<Resource<'w>>),
}

/// What a scalable target, or a policy with a `ResourceId` of its own, scales: `None` where its
/// `ResourceId` is not known well enough, or names nothing of SageMaker.
pub(super) fn scaled(target: Resource<'_>) -> Option<Scaled<'_>> {
    let parts = target.get("ResourceId").parts();
    if let Some(text) = target.get("ResourceId").text() {
        return scaled_by_name(target, &text);
    }
    match parts.as_slice() {
        [Part::Text(kind), Part::Reference(id, _), Part::Text(rest)] if kind == "endpoint/" => {
            Some(Scaled::Variant {
                endpoint: target
                    .world()
                    .resource(id)
                    .filter(|found| found.kind() == ENDPOINT),
                variant: Cow::Owned(rest.strip_prefix("/variant/")?.to_owned()),
            })
        }
        [Part::Text(kind), Part::Reference(id, _)] if kind == "inference-component/" => {
            let component = target.world().resource(id);
            Some(Scaled::Component(
                component.filter(|found| found.kind() == COMPONENT),
            ))
        }
        _ => None,
    }
}

fn scaled_by_name<'w>(target: Resource<'w>, text: &str) -> Option<Scaled<'w>> {
    let mut steps = text.split('/');
    let world = target.world();
    match (
        steps.next()?,
        steps.next()?,
        steps.next(),
        steps.next(),
        steps.next(),
    ) {
        ("endpoint", name, Some("variant"), Some(variant), None) => Some(Scaled::Variant {
            endpoint: world.named(ENDPOINT, "EndpointName", name),
            variant: Cow::Owned(variant.to_owned()),
        }),
        ("inference-component", name, None, None, None) => Some(Scaled::Component(world.named(
            COMPONENT,
            "InferenceComponentName",
            name,
        ))),
        _ => None,
    }
}

/// The scalable targets of an endpoint's variants.
pub(super) fn targets_of(endpoint: Resource<'_>) -> impl Iterator<Item = Resource<'_>> {
    endpoint.world().of_type(TARGET).filter(move |target| {
        matches!(
            scaled(*target),
            Some(Scaled::Variant { endpoint: Some(known), .. }) if known.is(endpoint)
        )
    })
}

/// The variant of an endpoint by its name.
pub(super) fn variant_named<'w>(endpoint: Resource<'w>, name: &str) -> Option<Node<'w>> {
    variants(config_of(endpoint)?).into_iter().find(|variant| {
        variant
            .get("VariantName")
            .text()
            .is_some_and(|text| text == name)
    })
}

/// Whether a resource is created after another one, directly or by way of others.
pub(super) fn comes_after(later: Resource<'_>, earlier: Resource<'_>) -> bool {
    let mut reached = BTreeSet::new();
    let mut next = vec![later];
    while let Some(resource) = next.pop() {
        for id in resource.created_after() {
            if id == earlier.id() {
                return true;
            }
            if let Some(other) = later.world().resource(&id)
                && reached.insert(id)
            {
                next.push(other);
            }
        }
    }
    false
}
