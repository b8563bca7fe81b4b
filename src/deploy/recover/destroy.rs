//! Deletes a stack, after saying what that deletes.

use std::collections::BTreeSet;

use super::token;
use crate::deploy::aws::Aws;
use crate::deploy::cause::STACK;
use crate::deploy::change_set::ChangeSetSummary;
use crate::deploy::error::AwsError;
use crate::deploy::follow::{Before, Ended, Following, follow};
use crate::deploy::inputs::read_template;
use crate::deploy::progress::{Listener, Notice, Pace, Subject};
use crate::deploy::stack::{DeleteStack, StackDescription, StackResource};
use crate::deploy::state::Entry;
use crate::json::Json;
use crate::template::Template;

/// What deleting a stack needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestroyStep {
    /// There is no stack.
    Nothing,
    /// It is being deleted, so that there is only its end to wait for.
    Follow,
    /// An operation is under way.
    Busy,
    /// Its termination protection is on, and only a person switches that off.
    Protected,
    /// It is under review: it has no resources, but plans may be waiting in it.
    Shell,
    /// It is deleted.
    Delete,
    /// It could not be deleted: this is tried again, and only now may something of it be kept.
    Retry,
}

/// What deleting a stack needs; `None` where there is none.
pub fn destroy_step(stack: Option<&StackDescription>) -> DestroyStep {
    match Entry::of(stack.map(|stack| &stack.status)) {
        Entry::Create | Entry::Gone => DestroyStep::Nothing,
        Entry::Deleting => DestroyStep::Follow,
        _ if stack.is_some_and(|stack| stack.termination_protection) => DestroyStep::Protected,
        Entry::Busy => DestroyStep::Busy,
        Entry::UnderReview => DestroyStep::Shell,
        Entry::DeleteFailed => DestroyStep::Retry,
        Entry::Update
        | Entry::FirstCreateFailed
        | Entry::CreateFailedKept
        | Entry::UpdateFailed
        | Entry::RollbackFailed
        | Entry::Unknown => DestroyStep::Delete,
    }
}

/// What a stack holds.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// The stack.
    pub stack: StackDescription,
    /// What is there, of stacks nested in it too.
    pub resources: Vec<Owned>,
    /// The change sets that wait in it.
    pub change_sets: Vec<ChangeSetSummary>,
    /// The exports that other stacks import: each export's name and such a stack's.
    pub imported: Vec<(String, String)>,
    /// Whether every template could be read, so that what is kept is known.
    pub policies_known: bool,
}

/// A resource that a stack holds.
#[derive(Debug, Clone)]
pub struct Owned {
    /// Its logical id, after those of the stacks that it is nested in: `Nested.Model`.
    pub path: String,
    /// It.
    pub resource: StackResource,
    /// Whether its `DeletionPolicy` keeps it when the stack is deleted.
    pub kept: bool,
}

impl Inventory {
    /// The imports by stacks other than these: as long as there are any, the stack stays.
    pub fn imported_by_others(&self, destroyed: &[&str]) -> Vec<&(String, String)> {
        self.imported
            .iter()
            .filter(|(_, importer)| !destroyed.contains(&importer.as_str()))
            .collect()
    }

    /// The names that cannot be kept, because the stack holds nothing of that name whose deletion
    /// failed.
    pub fn unknown_retains<'a>(&self, retain: &'a [String]) -> Vec<&'a str> {
        let failed = |name: &str| {
            let mut owned = self.resources.iter();
            owned.any(|owned| owned.path == name && owned.resource.status == "DELETE_FAILED")
        };
        retain
            .iter()
            .map(String::as_str)
            .filter(|name| !failed(name))
            .collect()
    }
}

/// Looks at what a stack holds.
///
/// # Errors
///
/// What CloudFormation refuses. A template that cannot be read is no error.
pub async fn inventory(aws: &Aws, stack: StackDescription) -> Result<Inventory, AwsError> {
    let mut resources = Vec::new();
    let mut policies_known = true;
    // A stack under review has neither template nor resources.
    let review = stack.status.as_str() == "REVIEW_IN_PROGRESS";
    let mut todo = vec![(stack.id.clone(), String::new(), false)];
    while let Some((id, prefix, kept_above)) = todo.pop().filter(|_| !review) {
        let template = aws.stack_template(&id).await.ok();
        let template = template.and_then(|text| read_template(&text).ok());
        policies_known &= template.is_some();
        for resource in aws.stack_resources(&id).await? {
            let there = resource
                .physical_id
                .as_deref()
                .is_some_and(|id| !id.is_empty());
            if !there || resource.status == "DELETE_COMPLETE" {
                continue;
            }
            let kept = kept_above || is_kept(template.as_ref(), &resource.logical_id);
            let path = format!("{prefix}{}", resource.logical_id);
            if let (STACK, Some(child)) = (resource.resource_type.as_str(), &resource.physical_id) {
                todo.push((child.clone(), format!("{path}."), kept));
            }
            resources.push(Owned {
                path,
                resource,
                kept,
            });
        }
    }
    resources.sort_by(|one, other| one.path.cmp(&other.path));
    let mut imported = Vec::new();
    let exports = stack
        .outputs
        .iter()
        .filter_map(|output| output.export_name.as_ref());
    for export in exports {
        let importers = aws.imports(export).await?;
        imported.extend(importers.into_iter().map(|stack| (export.clone(), stack)));
    }
    let mut change_sets = aws.change_sets(&stack.id).await?;
    change_sets.retain(ChangeSetSummary::is_waiting);
    Ok(Inventory {
        stack,
        resources,
        change_sets,
        imported,
        policies_known,
    })
}

/// Whether a resource stays when its stack is deleted.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html>
fn is_kept(template: Option<&Template>, logical_id: &str) -> bool {
    let policy = template
        .and_then(|template| {
            template
                .section("Resources")?
                .get(logical_id)?
                .get("DeletionPolicy")
        })
        .and_then(Json::as_str);
    matches!(policy, Some("Retain" | "RetainExceptOnCreate"))
}

/// The order in which stacks are deleted: what imports from another before that other, and the last
/// given first otherwise. Each is its name and the names of the stacks that import from it.
pub fn destroy_order(stacks: &[(&str, BTreeSet<&str>)]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..stacks.len()).rev().collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free = left.iter().position(|at| {
            let (_, importers) = &stacks[*at];
            let mut others = left.iter().filter(|other| *other != at);
            !others.any(|other| importers.contains(stacks[*other].0))
        });
        // Stacks that import from each other cannot be made in CloudFormation.
        order.push(left.remove(free.unwrap_or(0)));
    }
    order
}

/// What a deletion may leave behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Logical ids that are kept; only for a stack whose deletion failed.
    pub retain: Vec<String>,
    /// Whether CloudFormation keeps whatever it cannot delete; only for a stack whose deletion failed.
    pub force: bool,
    /// The role that CloudFormation assumes; `None` for the one that it remembers.
    pub role_arn: Option<String>,
}

/// A stack that is to be deleted.
pub struct Destroy<'a> {
    /// The connection.
    pub aws: &'a Aws,
    /// The stack, as people call it.
    pub subject: &'a Subject,
    /// The stack.
    pub stack: &'a StackDescription,
    /// What may be left behind.
    pub options: &'a Options,
    /// How often AWS is asked.
    pub pace: Pace,
    /// Whoever listens.
    pub listener: &'a Listener,
}

/// Does a step and follows it to its end. `None` where the step does nothing.
///
/// # Errors
///
/// What CloudFormation refuses, and what [`follow`] has.
pub async fn destroy(destroy: &Destroy<'_>, step: DestroyStep) -> Result<Option<Ended>, AwsError> {
    let Destroy {
        aws,
        stack,
        options,
        ..
    } = destroy;
    let before = Before::look(aws, stack).await;
    let mut token_used = None;
    match step {
        DestroyStep::Nothing | DestroyStep::Busy | DestroyStep::Protected => return Ok(None),
        DestroyStep::Follow => {}
        DestroyStep::Shell | DestroyStep::Delete | DestroyStep::Retry => {
            // CloudFormation accepts these only after a deletion has failed.
            let retry = step == DestroyStep::Retry;
            let token = token("destroy", &stack.id, &before);
            (destroy.listener)(
                destroy.subject,
                Notice::Step("deleting the stack".to_owned()),
            );
            aws.delete_stack(&DeleteStack {
                stack_id: stack.id.clone(),
                token: token.clone(),
                retain_resources: if retry {
                    options.retain.clone()
                } else {
                    Vec::new()
                },
                force: retry && options.force,
                role_arn: options.role_arn.clone(),
            })
            .await?;
            token_used = Some(token);
        }
    }
    let before = Before {
        // What runs already began before the newest event.
        last_event: before.last_event.filter(|_| token_used.is_some()),
        ..before
    };
    follow(Following {
        aws,
        stack_id: &stack.id,
        token: token_used,
        subject: destroy.subject,
        pace: destroy.pace,
        listener: destroy.listener,
        before: Some(before),
    })
    .await
    .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::follow::description;

    fn step(status: &str, termination_protection: bool) -> DestroyStep {
        let stack = StackDescription {
            termination_protection,
            ..description(status, None)
        };
        destroy_step(Some(&stack))
    }

    #[test]
    fn every_status_says_how_the_stack_is_deleted() {
        for (names, expected) in [
            (
                &[
                    "CREATE_COMPLETE",
                    "CREATE_FAILED",
                    "ROLLBACK_COMPLETE",
                    "ROLLBACK_FAILED",
                    "UPDATE_COMPLETE",
                    "UPDATE_FAILED",
                    "UPDATE_ROLLBACK_COMPLETE",
                    "UPDATE_ROLLBACK_FAILED",
                    "IMPORT_COMPLETE",
                    "IMPORT_ROLLBACK_COMPLETE",
                    "IMPORT_ROLLBACK_FAILED",
                    "SUSPENDED",
                ][..],
                DestroyStep::Delete,
            ),
            (&["DELETE_FAILED"], DestroyStep::Retry),
            (&["REVIEW_IN_PROGRESS"], DestroyStep::Shell),
            (
                &[
                    "CREATE_IN_PROGRESS",
                    "ROLLBACK_IN_PROGRESS",
                    "UPDATE_IN_PROGRESS",
                    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
                    "UPDATE_ROLLBACK_IN_PROGRESS",
                    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
                    "IMPORT_IN_PROGRESS",
                    "IMPORT_ROLLBACK_IN_PROGRESS",
                ],
                DestroyStep::Busy,
            ),
        ] {
            for name in names {
                assert_eq!(step(name, false), expected, "{name}");
                assert_eq!(step(name, true), DestroyStep::Protected, "{name}");
            }
        }
        for protected in [false, true] {
            assert_eq!(step("DELETE_IN_PROGRESS", protected), DestroyStep::Follow);
            assert_eq!(step("DELETE_COMPLETE", protected), DestroyStep::Nothing);
        }
        assert_eq!(destroy_step(None), DestroyStep::Nothing);
    }

    #[test]
    fn what_imports_is_deleted_first() {
        let importers = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
        let none = importers(&[]);
        let order = |stacks: &[(&str, BTreeSet<&str>)]| -> Vec<String> {
            destroy_order(stacks)
                .into_iter()
                .map(|at| stacks[at].0.to_owned())
                .collect()
        };
        let unrelated = [
            ("a", none.clone()),
            ("b", none.clone()),
            ("c", none.clone()),
        ];
        assert_eq!(order(&unrelated), ["c", "b", "a"]);
        let chained = [
            ("a", none.clone()),
            ("b", importers(&["a", "elsewhere"])),
            ("c", importers(&["b"])),
        ];
        assert_eq!(order(&chained), ["a", "b", "c"]);
        let circle = [("a", importers(&["b"])), ("b", importers(&["a"]))];
        assert_eq!(order(&circle).len(), 2);
    }

    #[test]
    fn what_a_policy_keeps_is_told_from_what_is_deleted() {
        let template = read_template(
            r#"{"Resources": {"Kept": {"DeletionPolicy": "Retain"}, "Plain": {"Type": "AWS::IAM::Role"},
                "Later": {"DeletionPolicy": "RetainExceptOnCreate"}, "Copied": {"DeletionPolicy": "Snapshot"}}}"#,
        )
        .ok();
        let kept = |id: &str| is_kept(template.as_ref(), id);
        assert!(kept("Kept") && kept("Later"));
        assert!(!kept("Copied") && !kept("Plain") && !kept("Absent"));
        assert!(!is_kept(None, "Kept"));
    }

    #[test]
    fn only_what_could_not_be_deleted_can_be_kept() {
        let owned = |path: &str, status: &str| Owned {
            path: path.to_owned(),
            resource: StackResource {
                logical_id: path.to_owned(),
                physical_id: Some("id".to_owned()),
                resource_type: "AWS::S3::Bucket".to_owned(),
                status: status.to_owned(),
                status_reason: None,
            },
            kept: false,
        };
        let inventory = Inventory {
            stack: description("DELETE_FAILED", None),
            resources: vec![
                owned("Bucket", "DELETE_FAILED"),
                owned("Role", "CREATE_COMPLETE"),
            ],
            change_sets: Vec::new(),
            imported: vec![
                ("role".to_owned(), "ours".to_owned()),
                ("role".to_owned(), "theirs".to_owned()),
            ],
            policies_known: true,
        };
        let retain = ["Bucket", "Role", "Absent"].map(str::to_owned);
        assert_eq!(inventory.unknown_retains(&retain), ["Role", "Absent"]);
        assert_eq!(
            inventory.imported_by_others(&["ours"]),
            [&("role".to_owned(), "theirs".to_owned())]
        );
    }
}
