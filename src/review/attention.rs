//! What a reviewer should not miss, collected over all changes.

use std::collections::BTreeMap;

use crate::cfn::schema_of;
use crate::finding::Severity;
use crate::rules;
use crate::template::{ResourceView, Template};

use super::access;
use super::compare::ENDPOINT;
use super::reference::{Target, targets};
use super::show;
use super::{
    Action, Attention, Level, OldResource, Reason, Recreation, ResourceChange, Review,
    SectionAction,
};

type Views<'a> = BTreeMap<&'a str, ResourceView<'a>>;

/// Collects what has to be pointed out, and sorts it.
pub(super) fn find(base: &Template, new: &Template, review: &mut Review) {
    let old: Views<'_> = base.resources().map(|view| (view.id, view)).collect();
    let fresh: Views<'_> = new.resources().map(|view| (view.id, view)).collect();
    let mut found = Vec::new();
    let mut roles = Vec::new();
    for change in &review.changes {
        let before = old.get(change.logical_id.as_str()).copied();
        let after = fresh.get(change.logical_id.as_str()).copied();
        loss(change, after.is_some(), &mut found);
        refusals(change, before, after, &mut found);
        let access = access::compare(before, after);
        let is_new = change.action == Action::Add;
        for gain in access.gained {
            // All that a new resource may do is new; its policy is in front of the reader.
            if !is_new {
                found.push(attention(
                    Level::Warning,
                    change,
                    format!("allows more: {gain}"),
                ));
            }
        }
        for moved in access.moved {
            found.push(attention(
                Level::Note,
                change,
                format!("reads something else: {moved}"),
            ));
        }
        if !access.lost.is_empty() && after.is_some() {
            roles.push(change.logical_id.clone());
            for loss in access.lost {
                found.push(attention(
                    Level::Note,
                    change,
                    format!("allows less: {loss}"),
                ));
            }
        }
    }
    for output in &review.outputs {
        if let (Some(name), Some(note)) = (&output.name, &output.note)
            && output.action != SectionAction::Add
        {
            found.push(Attention {
                level: Level::Warning,
                logical_id: None,
                message: format!("output `{}`: {note}", show::line(name)),
            });
        }
    }
    for rollout in &mut review.rollouts {
        for role in &roles {
            if uses(&rollout.parts, role, &old) {
                rollout.notes.push(format!(
                    "`{role}` loses permissions in place, before the rollout ends: the old \
                     instances lose them while they still serve"
                ));
            }
        }
        for warning in &rollout.warnings {
            found.push(Attention {
                level: Level::Warning,
                logical_id: Some(rollout.endpoint.clone()),
                message: warning.clone(),
            });
        }
    }
    for finding in rules::check_update(base, new) {
        // Of the other rules on updates, the rollout tells with its own figures.
        if ["ic-immutable", "cfg-orphan", "upd-same-url"].contains(&finding.rule) {
            found.push(Attention {
                level: match finding.severity {
                    Severity::Error | Severity::Warning => Level::Warning,
                    Severity::Note => Level::Note,
                },
                logical_id: finding.place.logical_id,
                message: finding.message,
            });
        }
    }
    found.sort();
    found.dedup();
    review.attention = found;
}

/// Whether one of these resources, as it is now, refers to a resource.
fn uses(parts: &[String], id: &str, old: &Views<'_>) -> bool {
    parts
        .iter()
        .filter_map(|part| old.get(part.as_str())?.properties())
        .flat_map(targets)
        .any(|target| matches!(target, Target::Name(name, _) if name == id))
}

fn attention(level: Level, change: &ResourceChange, message: String) -> Attention {
    Attention {
        level,
        logical_id: Some(change.logical_id.clone()),
        message,
    }
}

/// Resources whose loss breaks callers or loses data.
fn loss(change: &ResourceChange, stays: bool, found: &mut Vec<Attention>) {
    if !change.protected {
        return;
    }
    let is_endpoint = change.resource_type == ENDPOINT;
    let kind = show::line(&change.resource_type);
    let message = match (change.action, is_endpoint) {
        (Action::Replace, true) => {
            let old = match change.old {
                Some(OldResource::Kept) => "stays outside of the stack",
                _ => "is deleted",
            };
            format!(
                "the endpoint is replaced: a new one is made and the old one {old}, so that every \
                 caller, alarm and scaling target of the old one breaks"
            )
        }
        (Action::MayReplace, true) => {
            "the endpoint may be replaced: where it is, every caller of the old one breaks"
                .to_owned()
        }
        (Action::Remove, true) => "the endpoint is deleted: every caller breaks".to_owned(),
        (Action::Retain, true) => {
            "the endpoint leaves the stack and keeps running: it costs money until somebody \
             deletes it"
                .to_owned()
        }
        (Action::Remove, false) => format!("this {kind} is deleted"),
        (Action::Retain, false) => format!("this {kind} leaves the stack and stays"),
        (Action::Replace | Action::MayReplace, false) if stays => {
            let may = if change.action == Action::Replace {
                "is"
            } else {
                "may be"
            };
            let old = match change.old {
                Some(OldResource::Kept) => "the old one stays outside of the stack",
                Some(OldResource::Snapshot) => "the old one is deleted after a snapshot",
                _ => "the old one is deleted",
            };
            format!("this {kind} {may} replaced by an empty one, and {old}")
        }
        _ => return,
    };
    let level = match (change.action, is_endpoint) {
        (Action::Replace | Action::Remove | Action::MayReplace, true) => Level::Danger,
        (Action::Retain, false) => Level::Note,
        _ => Level::Warning,
    };
    found.push(attention(level, change, message));
}

/// What CloudFormation refuses.
fn refusals(
    change: &ResourceChange,
    before: Option<ResourceView<'_>>,
    after: Option<ResourceView<'_>>,
    found: &mut Vec<Attention>,
) {
    for reason in &change.reasons {
        if let Reason::TypeChange { .. } = reason {
            let message = "CloudFormation refuses to change the type of a resource: give the new \
                           one another logical id";
            found.push(attention(Level::Warning, change, message.to_owned()));
        }
    }
    if change.action != Action::Replace {
        return;
    }
    let (Some(before), Some(after)) = (before, after) else {
        return;
    };
    let Some(name) = name_property(after.type_name) else {
        return;
    };
    let value = |view: ResourceView<'_>| {
        let value = view.properties()?.get(name)?;
        value.as_str().map(str::to_owned)
    };
    let renamed = change.properties.iter().any(|property| {
        property.path == name && property.requires_recreation == Recreation::Always
    });
    if !renamed && value(after).is_some() && value(before) == value(after) {
        found.push(attention(
            Level::Warning,
            change,
            format!(
                "it has a fixed name, and CloudFormation makes the new one first: that fails while \
                 the old one bears the name; change or drop `{name}`"
            ),
        ));
    }
}

/// The property that names resources of a type, where a resource cannot be renamed: `ModelName`.
fn name_property(type_name: &str) -> Option<&'static str> {
    let schema = schema_of(type_name)?;
    let last = type_name.rsplit("::").next()?;
    let own = format!("/{last}Name");
    schema
        .create_only
        .iter()
        .find(|pointer| **pointer == own || **pointer == "/Name")
        .and_then(|pointer| pointer.strip_prefix('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_property_that_names_a_resource_is_in_its_schema() {
        assert_eq!(name_property("AWS::SageMaker::Model"), Some("ModelName"));
        assert_eq!(name_property("AWS::S3::Bucket"), Some("BucketName"));
        assert_eq!(name_property("AWS::Events::Rule"), Some("Name"));
        assert_eq!(
            name_property("AWS::ApplicationAutoScaling::ScalingPolicy"),
            None
        );
        assert_eq!(name_property("Custom::Thing"), None);
    }
}
