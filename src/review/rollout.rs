//! What an update of an endpoint does to traffic, fleet and time.
//!
//! An endpoint whose configuration is another one afterwards moves to new instances, in the way that
//! its `DeploymentConfig` says. What led there, a new model or an edited variant, is folded into it.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html>

mod fleet;
mod hazards;
mod steps;
mod strategy;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::json::Json;
use crate::template::{ResourceView, Template};

use super::compare::{ENDPOINT, ENDPOINT_CONFIG, MODEL};
use super::reference::{Target, targets};
use super::secret;
use super::{Action, Cause, Reason, ResourceChange, Review};

pub use fleet::{Capacity, FleetChange};
pub use steps::{Estimate, Step};
pub use strategy::{Size, Strategy};

const SCALABLE_TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";

/// An update of an endpoint that moves its traffic to other instances.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RolloutChange {
    /// The endpoint's logical id.
    pub endpoint: String,
    /// Its name, where the template states one.
    pub endpoint_name: Option<String>,
    /// Whether it is certain to happen; otherwise it depends on values that are known only when it
    /// is deployed.
    pub certain: bool,
    /// What leads to it, such as `Model: PrimaryContainer.ModelDataUrl`.
    pub causes: Vec<String>,
    /// The logical ids of the changes that are folded into it: models, endpoint configurations, the
    /// endpoint.
    pub parts: Vec<String>,
    /// How traffic moves.
    pub strategy: Strategy,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// How long it will take, by the steps.
    pub estimate: Estimate,
    /// What each variant runs on, before and after.
    pub fleet: Vec<FleetChange>,
    /// Instances that run beside the old fleet at the peak, by type. Counts are the template's: where
    /// the live count is retained, it may be another.
    pub extra_instances: BTreeMap<String, u64>,
    /// Whether it is not known what else runs, because a count or type is not in the template.
    pub extra_unknown: bool,
    /// Whether the new fleet starts with the live count of instances, whatever the template states.
    pub count_retained: bool,
    /// What becomes of the capacity that scaling has reached.
    pub scaling: ScalingState,
    /// The alarms that take it back.
    pub alarms: Vec<String>,
    /// What becomes of the old model and configuration.
    pub old: Vec<String>,
    /// What may go wrong.
    pub warnings: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// What becomes of the capacity that scaling has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScalingState {
    /// Nothing scales it.
    NotScaled,
    /// It stays (`RetainAllVariantProperties`).
    Kept,
    /// It returns to what the endpoint configuration states.
    Lost,
}

/// What is looked at for one rollout.
struct Scene<'a> {
    base: &'a Template,
    new: &'a Template,
    /// The endpoint before and after.
    before: ResourceView<'a>,
    after: ResourceView<'a>,
    /// Its configuration before and after, where it is in the template.
    old_config: Option<ResourceView<'a>>,
    new_config: Option<ResourceView<'a>>,
}

impl<'a> Scene<'a> {
    fn property(&self, name: &str) -> Option<&'a Json> {
        self.after.properties()?.get(name)
    }
}

/// Finds the rollouts and folds the changes that lead to them.
pub(super) fn find(base: &Template, new: &Template, review: &mut Review) {
    let old = by_id(base);
    let fresh = by_id(new);
    let mut rollouts = Vec::new();
    for change in &review.changes {
        // An endpoint that is replaced has no rollout: callers lose it.
        if change.resource_type != ENDPOINT || change.action != Action::Update {
            continue;
        }
        let (Some(before), Some(after)) = (
            old.get(change.logical_id.as_str()),
            fresh.get(change.logical_id.as_str()),
        ) else {
            continue;
        };
        let Some(certain) = moves(change) else {
            continue;
        };
        let scene = Scene {
            base,
            new,
            before: *before,
            after: *after,
            old_config: config_of(*before, &old),
            new_config: config_of(*after, &fresh),
        };
        rollouts.push(rollout(&scene, change, certain, review));
    }
    rollouts.sort_by(|left, right| left.endpoint.cmp(&right.endpoint));
    for (index, rollout) in rollouts.iter().enumerate() {
        for change in &mut review.changes {
            if change.rollout.is_none() && rollout.parts.contains(&change.logical_id) {
                change.rollout = Some(index);
            }
        }
    }
    review.rollouts = rollouts;
}

fn by_id(template: &Template) -> BTreeMap<&str, ResourceView<'_>> {
    template.resources().map(|view| (view.id, view)).collect()
}

/// Whether the endpoint gets another configuration, and whether that is certain.
fn moves(change: &ResourceChange) -> Option<bool> {
    const PROPERTY: &str = "EndpointConfigName";
    if change
        .properties
        .iter()
        .any(|property| property.path == PROPERTY)
    {
        return Some(true);
    }
    change
        .reasons
        .iter()
        .filter_map(|reason| match reason {
            Reason::Follows { path, certain, .. } if path == PROPERTY => Some(*certain),
            _ => None,
        })
        .max()
}

/// The endpoint's configuration, where it is a resource of the template.
fn config_of<'a>(
    endpoint: ResourceView<'a>,
    resources: &BTreeMap<&'a str, ResourceView<'a>>,
) -> Option<ResourceView<'a>> {
    let name = endpoint.properties()?.get("EndpointConfigName")?;
    targets(name)
        .iter()
        .filter_map(|target| match target {
            Target::Name(name, _) => resources.get(name.as_str()).copied(),
            Target::Condition(_) | Target::Mapping(_) => None,
        })
        .find(|view| view.type_name == ENDPOINT_CONFIG)
}

fn rollout(
    scene: &Scene<'_>,
    change: &ResourceChange,
    certain: bool,
    review: &Review,
) -> RolloutChange {
    let mut trail = Trail::default();
    trail.walk(change, review);
    // A configuration that takes the place of another one leads here too, and so does its model.
    for config in [scene.old_config, scene.new_config].into_iter().flatten() {
        trail.beside(config, review);
    }
    let fleet = fleet::changes(scene);
    let strategy = Strategy::of(scene);
    let plan = steps::plan(&strategy, &fleet);
    let scaling = scaling(scene, &fleet);
    let mut rollout = RolloutChange {
        endpoint: change.logical_id.clone(),
        endpoint_name: scene
            .property("EndpointName")
            .and_then(Json::as_str)
            .map(|name| secret::text(name).into_owned()),
        certain,
        causes: trail.causes.into_iter().collect(),
        parts: trail.parts.into_iter().collect(),
        strategy,
        steps: plan.steps,
        estimate: plan.estimate,
        fleet,
        extra_instances: plan.extra,
        extra_unknown: plan.unknown,
        count_retained: retains(scene, "DesiredInstanceCount"),
        scaling,
        alarms: hazards::alarms(scene),
        old: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    };
    rollout.old = old(&rollout.parts, review);
    hazards::find(scene, &mut rollout);
    rollout
}

/// What leads to a rollout, found by walking its reasons backwards.
#[derive(Default)]
struct Trail {
    causes: BTreeSet<String>,
    parts: BTreeSet<String>,
}

impl Trail {
    fn walk(&mut self, change: &ResourceChange, review: &Review) {
        if !self.parts.insert(change.logical_id.clone()) {
            return;
        }
        let id = &change.logical_id;
        if change.resource_type == ENDPOINT {
            let direct = change
                .properties
                .iter()
                .any(|property| property.path == "EndpointConfigName");
            if direct {
                self.causes.insert(format!("{id}: EndpointConfigName"));
            }
        }
        for reason in &change.reasons {
            match reason {
                Reason::CreateOnly { path, .. } => {
                    self.causes.insert(format!("{id}: {path}"));
                }
                Reason::Follows {
                    path, cause, of, ..
                } => {
                    if change.resource_type == ENDPOINT && path != "EndpointConfigName" {
                        continue;
                    }
                    match (of, review.change(cause)) {
                        (Cause::Resource, Some(other)) if is_part(other) => {
                            self.walk(other, review);
                        }
                        (Cause::Resource, _) => {
                            self.causes.insert(format!("{cause} is replaced"));
                        }
                        (Cause::Parameter, _) => {
                            self.causes.insert(format!("parameter {cause}"));
                        }
                        (Cause::Condition, _) => {
                            self.causes.insert(format!("condition {cause}"));
                        }
                        (Cause::Mapping, _) => {
                            self.causes.insert(format!("mapping {cause}"));
                        }
                    }
                }
                Reason::TypeChange { .. } | Reason::UnknownType | Reason::Condition { .. } => {}
            }
        }
    }

    /// A configuration that is made or removed by the change, with its models.
    fn beside(&mut self, config: ResourceView<'_>, review: &Review) {
        let Some(change) = review.change(config.id) else {
            return;
        };
        if !matches!(change.action, Action::Add | Action::Remove | Action::Retain) {
            return;
        }
        self.parts.insert(change.logical_id.clone());
        for target in config.properties().map(targets).unwrap_or_default() {
            if let Target::Name(name, _) = target
                && let Some(model) = review.change(&name)
                && model.resource_type == MODEL
            {
                self.parts.insert(name);
            }
        }
    }
}

/// Whether a replacement is what every edit does and harms nobody.
fn is_part(change: &ResourceChange) -> bool {
    matches!(change.resource_type.as_str(), MODEL | ENDPOINT_CONFIG)
}

/// What becomes of the old models and configurations.
fn old(parts: &[String], review: &Review) -> Vec<String> {
    use super::OldResource;
    parts
        .iter()
        .filter_map(|id| review.change(id))
        .filter_map(|change| {
            let what = match change.old? {
                OldResource::Kept => "is kept outside of the stack",
                OldResource::Deleted => "is deleted after the update",
                OldResource::Snapshot => "is deleted after a snapshot",
            };
            Some(format!("the old `{}` {what}", change.logical_id))
        })
        .collect()
}

/// The scaling targets of the endpoint in a template.
fn scaling_targets<'a>(template: &'a Template, endpoint: ResourceView<'a>) -> Vec<&'a Json> {
    let name = endpoint
        .properties()
        .and_then(|properties| properties.get("EndpointName"))
        .and_then(Json::as_str);
    template
        .resources()
        .filter(|resource| resource.type_name == SCALABLE_TARGET)
        .filter_map(|resource| resource.properties()?.get("ResourceId"))
        .filter(|id| {
            let refers = targets(id)
                .iter()
                .any(|target| matches!(target, Target::Name(name, _) if name == endpoint.id));
            let named = match (id.as_str(), name) {
                (Some(id), Some(name)) => id.starts_with(&format!("endpoint/{name}/")),
                _ => false,
            };
            refers || named
        })
        .collect()
}

/// The variant that a scaling target scales, where it is stated.
fn scaled_variant(resource_id: &Json) -> Option<&str> {
    let text = resource_id
        .as_str()
        .or_else(|| resource_id.get("Fn::Sub")?.as_str())?;
    let (_, variant) = text.rsplit_once("/variant/")?;
    (!variant.contains("${")).then_some(variant)
}

fn scaling(scene: &Scene<'_>, fleet: &[FleetChange]) -> ScalingState {
    let managed = fleet.iter().any(|variant| variant.managed_scaling);
    if scaling_targets(scene.new, scene.after).is_empty() && !managed {
        return ScalingState::NotScaled;
    }
    // Only counts of instances are among the properties that are retained.
    let on_instances = fleet
        .iter()
        .any(|variant| matches!(variant.after, Some(Capacity::Instances { .. })));
    if retains(scene, "DesiredInstanceCount") && on_instances {
        ScalingState::Kept
    } else {
        ScalingState::Lost
    }
}

/// Whether an update keeps this property of the variants as it is at the time.
fn retains(scene: &Scene<'_>, property: &str) -> bool {
    let all = match scene.property("RetainAllVariantProperties") {
        Some(Json::Bool(value)) => *value,
        Some(Json::String(text)) => text == "true",
        _ => false,
    };
    let excluded = scene
        .property("ExcludeRetainedVariantProperties")
        .and_then(Json::as_array)
        .unwrap_or_default()
        .iter()
        .any(|item| item.get("VariantPropertyType").and_then(Json::as_str) == Some(property));
    all && !excluded
}
