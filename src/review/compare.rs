//! Two templates become a review.

use std::collections::BTreeMap;

use crate::cfn::schema_of;
use crate::json::{Json, Object};
use crate::template::{ResourceView, Template};

use super::cascade::{self, Changed};
use super::delta::{self, Rules};
use super::secret::Place;
use super::{
    Action, OldResource, PropertyChange, Reason, Recreation, ResourceChange, Review, attention,
    rollout, sections,
};

/// Types whose loss breaks callers or loses data.
const PROTECTED: &[&str] = &[
    "AWS::CloudFormation::Stack",
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Logs::LogGroup",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::FeatureGroup",
    "AWS::SageMaker::InferenceComponent",
    "AWS::SageMaker::ModelPackageGroup",
    "AWS::SecretsManager::Secret",
];

/// The endpoint's type.
pub(super) const ENDPOINT: &str = "AWS::SageMaker::Endpoint";
/// The model's type.
pub(super) const MODEL: &str = "AWS::SageMaker::Model";
/// The endpoint configuration's type.
pub(super) const ENDPOINT_CONFIG: &str = "AWS::SageMaker::EndpointConfig";

/// Compares two templates; `None` where there is none: a new stack, or one that goes.
pub fn compare(base: Option<&Template>, new: Option<&Template>) -> Review {
    let empty = Template::default();
    let (old, fresh) = (base.unwrap_or(&empty), new.unwrap_or(&empty));
    let before: BTreeMap<&str, ResourceView<'_>> =
        old.resources().map(|view| (view.id, view)).collect();
    let after: BTreeMap<&str, ResourceView<'_>> =
        fresh.resources().map(|view| (view.id, view)).collect();
    let mut changes = BTreeMap::new();
    for (id, view) in &before {
        let change = match after.get(id) {
            None => Some(removed(*view)),
            Some(other) => edited(*view, *other),
        };
        changes.extend(change.map(|change| ((*id).to_owned(), change)));
    }
    for (id, view) in &after {
        if !before.contains_key(id) {
            changes.insert((*id).to_owned(), added(*view));
        }
    }
    let beside = Changed::between(old, fresh);
    cascade::follow(old, fresh, &beside, &mut changes);
    for (id, view) in &after {
        if let Some(change) = changes.get_mut(*id)
            && matches!(change.action, Action::Replace | Action::MayReplace)
        {
            change.old = Some(old_resource(*view, "UpdateReplacePolicy"));
        }
    }
    let stays = after.len()
        - changes
            .keys()
            .filter(|id| after.contains_key(id.as_str()))
            .count();
    let sections = sections::compare(old, fresh, base.is_some() && new.is_some());
    let mut review = Review {
        changes: changes.into_values().collect(),
        parameters: sections.parameters,
        outputs: sections.outputs,
        other: sections.other,
        unchanged: stays,
        ..Review::default()
    };
    for change in &mut review.changes {
        change.reasons.sort();
    }
    review
        .changes
        .sort_by(|left, right| risk(left).cmp(&risk(right)));
    rollout::find(old, fresh, &mut review);
    attention::find(old, fresh, &mut review);
    review
}

/// Puts two templates side by side of which none becomes the other, such as those of two stages: what
/// differs, without what an update would do.
pub fn contrast(base: &Template, new: &Template) -> Review {
    let mut review = compare(Some(base), Some(new));
    review.side_by_side = true;
    review.rollouts = Vec::new();
    review.attention = Vec::new();
    // What only follows from something else is the same on both sides.
    let all = review.changes.len();
    review.changes.retain(|change| {
        !change.properties.is_empty()
            || !change.attributes.is_empty()
            || matches!(
                change.action,
                Action::Add | Action::Remove | Action::Retain | Action::Replace
            ) && change.reasons.iter().all(is_edit)
    });
    review.unchanged += all - review.changes.len();
    for change in &mut review.changes {
        change.action = match change.action {
            Action::Add => Action::Add,
            Action::Remove | Action::Retain => Action::Remove,
            _ => Action::Update,
        };
        change
            .reasons
            .retain(|reason| matches!(reason, Reason::TypeChange { .. }));
        for property in &mut change.properties {
            property.requires_recreation = Recreation::Never;
        }
        change.protected = false;
        change.old = None;
        change.rollout = None;
    }
    for change in review.parameters.iter_mut().chain(&mut review.outputs) {
        change.note = None;
    }
    review
        .changes
        .sort_by(|left, right| risk(left).cmp(&risk(right)));
    review
}

/// Whether a reason is an edit of the resource itself.
fn is_edit(reason: &Reason) -> bool {
    !matches!(reason, Reason::Follows { .. })
}

/// The order of the changes: endpoints that go or are replaced, then by action, then by name.
fn risk(change: &ResourceChange) -> (bool, Action, &str) {
    let breaks_callers =
        change.resource_type == ENDPOINT && change.protected && change.loses_the_old();
    (!breaks_callers, change.action, &change.logical_id)
}

/// A change in which nothing has changed yet.
pub(super) fn unchanged(view: ResourceView<'_>) -> ResourceChange {
    ResourceChange {
        logical_id: view.id.to_owned(),
        resource_type: view.type_name.to_owned(),
        action: Action::Attributes,
        reasons: Vec::new(),
        properties: Vec::new(),
        attributes: Vec::new(),
        protected: PROTECTED.contains(&view.type_name),
        old: None,
        rollout: None,
    }
}

fn added(view: ResourceView<'_>) -> ResourceChange {
    ResourceChange {
        action: Action::Add,
        properties: delta::objects(Rules::Nothing, Place::Plain, None, view.properties()),
        ..unchanged(view)
    }
}

/// What is removed goes by the policy that is deployed, not by one that leaves with it.
fn removed(view: ResourceView<'_>) -> ResourceChange {
    let old = old_resource(view, "DeletionPolicy");
    ResourceChange {
        action: match old {
            OldResource::Kept => Action::Retain,
            OldResource::Deleted | OldResource::Snapshot => Action::Remove,
        },
        old: Some(old),
        ..unchanged(view)
    }
}

/// What becomes of a resource by this attribute of it.
fn old_resource(view: ResourceView<'_>, attribute: &str) -> OldResource {
    match view.entry.get(attribute).and_then(Json::as_str) {
        Some("Retain" | "RetainExceptOnCreate") => OldResource::Kept,
        Some("Snapshot") => OldResource::Snapshot,
        _ => OldResource::Deleted,
    }
}

fn edited(before: ResourceView<'_>, after: ResourceView<'_>) -> Option<ResourceChange> {
    let mut change = unchanged(after);
    if before.type_name != after.type_name {
        change.action = Action::Replace;
        change.protected |= PROTECTED.contains(&before.type_name);
        change.reasons.push(Reason::TypeChange {
            before: before.type_name.to_owned(),
        });
        return Some(change);
    }
    let rules = schema_of(after.type_name).map_or(Rules::Unknown, Rules::Schema);
    change.properties =
        delta::objects(rules, Place::Plain, before.properties(), after.properties());
    change.attributes = attributes(before, after);
    if change.properties.is_empty() && change.attributes.is_empty() {
        return None;
    }
    for property in &change.properties {
        let action = match property.requires_recreation {
            Recreation::Never => Action::Update,
            Recreation::Conditionally => Action::MayReplace,
            Recreation::Always => Action::Replace,
        };
        change.action = cascade::stronger(change.action, action);
        if matches!(rules, Rules::Schema(_)) && action != Action::Update {
            change.reasons.push(Reason::CreateOnly {
                path: property.path.clone(),
                certain: action == Action::Replace,
            });
        }
    }
    if matches!(rules, Rules::Unknown) && !change.properties.is_empty() {
        change.reasons.push(Reason::UnknownType);
    }
    if change
        .attributes
        .iter()
        .any(|change| change.path == "Condition")
    {
        change.action = cascade::stronger(change.action, Action::MayReplace);
        let condition = [after, before]
            .iter()
            .find_map(|view| view.entry.get("Condition")?.as_str());
        change.reasons.push(Reason::Condition {
            condition: condition.unwrap_or_default().to_owned(),
        });
    }
    Some(change)
}

/// What differs beside the properties.
fn attributes(before: ResourceView<'_>, after: ResourceView<'_>) -> Vec<PropertyChange> {
    let mut keys: Vec<&str> = [before, after]
        .iter()
        .filter_map(|view| view.entry.as_object())
        .flat_map(Object::keys)
        .filter(|key| !matches!(*key, "Type" | "Properties"))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let value = |view: ResourceView<'_>, key: &str| {
        let value = view.entry.get(key)?;
        Some(if key == "DependsOn" {
            names(value)
        } else {
            value.clone()
        })
    };
    keys.into_iter()
        .flat_map(|key| {
            let (old, new) = (value(before, key), value(after, key));
            delta::values(key, Place::Environment, old.as_ref(), new.as_ref())
        })
        .collect()
}

/// `DependsOn` is a set, which may be written as one text.
fn names(value: &Json) -> Json {
    let one = std::slice::from_ref(value);
    let mut names: Vec<&str> = value
        .as_array()
        .unwrap_or(one)
        .iter()
        .filter_map(Json::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    Json::from(names.into_iter().map(str::to_owned).collect::<Vec<_>>())
}
