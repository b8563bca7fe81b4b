//! What follows from what: a resource that refers to a replaced one changes too, and is itself
//! replaced where the property that refers cannot change in place.

use std::collections::{BTreeMap, BTreeSet};

use crate::cfn::schema_of;
use crate::json::{Json, Object};
use crate::template::{ResourceView, Template};

use super::delta::{Rules, join, key_step};
use super::reference::{Target, each_reference, targets};
use super::{Action, Cause, Reason, ResourceChange};

/// What changes beside the resources and reaches them by name: parameters, conditions, mappings.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) parameters: BTreeSet<String>,
    pub(super) conditions: BTreeSet<String>,
    pub(super) mappings: BTreeSet<String>,
}

impl Changed {
    /// Compares the sections of two templates. A condition that depends on something that changes
    /// changes too.
    pub(super) fn between(base: &Template, new: &Template) -> Self {
        let edited = |section: &str| -> BTreeSet<String> {
            let (Some(old), Some(new)) = (base.section(section), new.section(section)) else {
                return BTreeSet::new();
            };
            new.iter()
                .filter(|(name, value)| {
                    old.get(name).is_some_and(|old| {
                        !super::reference::same(&effect(section, old), &effect(section, value))
                    })
                })
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        let mut changed = Self {
            parameters: edited("Parameters"),
            conditions: edited("Conditions"),
            mappings: edited("Mappings"),
        };
        let conditions: Vec<(&str, BTreeSet<Target>)> = new
            .section("Conditions")
            .into_iter()
            .flat_map(Object::iter)
            .map(|(name, expression)| (name, targets(expression)))
            .collect();
        loop {
            let before = changed.conditions.len();
            for (name, targets) in &conditions {
                if targets.iter().any(|target| changed.cause(target).is_some()) {
                    changed.conditions.insert((*name).to_owned());
                }
            }
            if changed.conditions.len() == before {
                return changed;
            }
        }
    }

    /// What of this a reference reaches.
    fn cause(&self, target: &Target) -> Option<(&str, Cause)> {
        let (set, name, cause) = match target {
            Target::Name(name, _) => (&self.parameters, name, Cause::Parameter),
            Target::Condition(name) => (&self.conditions, name, Cause::Condition),
            Target::Mapping(name) => (&self.mappings, name, Cause::Mapping),
        };
        set.get(name).map(|name| (name.as_str(), cause))
    }
}

/// What of a section's entry reaches those who refer to it: of a parameter, not its description.
fn effect(section: &str, entry: &Json) -> Json {
    match entry {
        Json::Object(object) if section == "Parameters" => object
            .iter()
            .filter(|(key, _)| matches!(*key, "Type" | "Default"))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect(),
        other => other.clone(),
    }
}

/// One place in a resource that refers to something.
struct Reference {
    /// Where, in words for people.
    path: String,
    /// Whether it cannot change in place; `None` where that is not known.
    create_only: Option<bool>,
    targets: BTreeSet<Target>,
}

/// A resource that is there before and after, and what it refers to.
struct Node<'a> {
    view: ResourceView<'a>,
    references: Vec<Reference>,
}

/// Adds what follows, until nothing more does. `changes` holds the resources with edits of their own.
pub(super) fn follow(
    base: &Template,
    new: &Template,
    beside: &Changed,
    changes: &mut BTreeMap<String, ResourceChange>,
) {
    let old: BTreeMap<&str, &str> = base
        .resources()
        .map(|resource| (resource.id, resource.type_name))
        .collect();
    let nodes: Vec<Node<'_>> = new
        .resources()
        .filter(|resource| old.get(resource.id) == Some(&resource.type_name))
        .map(|view| Node {
            references: references(view),
            view,
        })
        .collect();
    for node in &nodes {
        conditions(node.view, beside, changes);
    }
    loop {
        let mut more = false;
        for node in &nodes {
            more |= step(node, beside, changes);
        }
        if !more {
            return;
        }
    }
}

fn references(view: ResourceView<'_>) -> Vec<Reference> {
    let rules = schema_of(view.type_name).map_or(Rules::Unknown, Rules::Schema);
    let mut found: BTreeMap<String, Reference> = BTreeMap::new();
    let Some(properties) = view.properties() else {
        return Vec::new();
    };
    each_reference(properties, &mut Vec::new(), &mut |path, targets| {
        let steps: Vec<String> = path
            .iter()
            .map(|step| match *step {
                "*" => "[*]".to_owned(),
                key => key_step(key),
            })
            .collect();
        let path_text = join(&steps);
        found
            .entry(path_text.clone())
            .or_insert_with(|| Reference {
                path: path_text,
                create_only: rules.create_only(path),
                targets: BTreeSet::new(),
            })
            .targets
            .extend(targets);
    });
    found.into_values().collect()
}

/// A resource exists or does not by its condition.
fn conditions(
    view: ResourceView<'_>,
    beside: &Changed,
    changes: &mut BTreeMap<String, ResourceChange>,
) {
    let Some(name) = view.entry.get("Condition").and_then(Json::as_str) else {
        return;
    };
    if beside.conditions.contains(name) {
        let reason = Reason::Condition {
            condition: name.to_owned(),
        };
        add(view, Action::MayReplace, reason, changes);
    }
}

/// Adds what follows from what is known now; says whether that was anything.
fn step(node: &Node<'_>, beside: &Changed, changes: &mut BTreeMap<String, ResourceChange>) -> bool {
    let mut more = false;
    for reference in &node.references {
        for target in &reference.targets {
            let replaced = match target {
                Target::Name(name, _) if name != node.view.id => {
                    changes.get(name).and_then(|change| match change.action {
                        Action::Replace => Some((name.as_str(), Cause::Resource, true)),
                        Action::MayReplace => Some((name.as_str(), Cause::Resource, false)),
                        _ => None,
                    })
                }
                _ => None,
            };
            let cause = replaced.or_else(|| {
                let (name, cause) = beside.cause(target)?;
                Some((name, cause, false))
            });
            let Some((name, of, certain)) = cause else {
                continue;
            };
            let action = match (reference.create_only, certain) {
                (Some(true), true) => Action::Replace,
                (Some(true), false) | (None, _) => Action::MayReplace,
                (Some(false), _) => Action::Update,
            };
            let reason = Reason::Follows {
                path: reference.path.clone(),
                cause: name.to_owned(),
                of,
                certain,
                create_only: reference.create_only == Some(true),
            };
            more |= add(node.view, action, reason, changes);
        }
    }
    more
}

/// Adds a reason; says whether it was new.
fn add(
    view: ResourceView<'_>,
    action: Action,
    reason: Reason,
    changes: &mut BTreeMap<String, ResourceChange>,
) -> bool {
    let change = changes
        .entry(view.id.to_owned())
        .or_insert_with(|| super::compare::unchanged(view));
    // What may be becomes certain in a later round: only the stronger reason stays.
    let same_place = |other: &Reason| match (other, &reason) {
        (
            Reason::Follows {
                path: ours,
                cause: from,
                ..
            },
            Reason::Follows { path, cause, .. },
        ) => ours == path && from == cause,
        (other, reason) => other == reason,
    };
    let before = change.reasons.len();
    let known = change.reasons.iter().position(same_place);
    match known {
        Some(index) if change.reasons[index] == reason => return false,
        Some(index) => change.reasons[index] = reason,
        None => change.reasons.insert(before, reason),
    }
    change.action = stronger(change.action, action);
    true
}

/// Of two actions on a resource that is there before and after, the one that does more.
pub(super) fn stronger(left: Action, right: Action) -> Action {
    let rank = |action| match action {
        Action::Attributes => 0,
        Action::Update => 1,
        Action::MayReplace => 2,
        _ => 3,
    };
    if rank(right) > rank(left) {
        right
    } else {
        left
    }
}
