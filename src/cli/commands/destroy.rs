//! `sageform destroy`: the stacks of a stage are deleted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::Args;

use crate::deploy::progress::{Listener, Subject};
use crate::deploy::recover::{
    Destroy, DestroyStep, Inventory, Options, destroy, destroy_order, destroy_step, inventory,
};
use crate::deploy::state::{self, Terminal};
use crate::deploy::stop::{Reason, Stop};
use crate::finding::Finding;

use super::super::args::Selection;
use super::super::deployment::stopped;
use super::super::listen::{Ear, Form};
use super::super::report::{plural, visible};
use super::super::session::{AwsArgs, Session};
use super::super::targets::{Begun, Found, conclude, during, failed, look_up, looked, refused};
use super::super::{Context, Exit, Failure, printer};
use super::apply::nobody_to_ask;

/// Delete the stacks of a stage, after naming everything that goes.
///
/// Every resource is listed with what becomes of it, and the stage's name has to be typed. A stack whose
/// termination protection is on is refused, and so is one whose exports other stacks import. Stacks that
/// import from another are deleted before it. A deletion that runs already is followed, and what is gone
/// already is as good as deleted.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform destroy --stage Review                              list, ask for the stage's name, delete\n  \
    sageform destroy --stage Review --stack inference --yes      without asking, in CI\n  \
    sageform destroy --stage Review --stack inference --retain Bucket\n                                             \
    after a failed deletion: keep what is in the way\n\n\
    Exit codes: 0 gone; 1 findings, or a stack that is protected or used by others; 12 an operation runs; \
    13 not confirmed; 21 it could not be deleted, and a person is needed; 30 lost contact; 130, 143 stopped \
    by a signal.")]
pub(in super::super) struct DestroyArgs {
    #[command(flatten)]
    selection: Selection,

    /// Keep this resource, by its logical id. May be repeated.
    ///
    /// Only for a stack whose deletion has failed, and for what it failed on. The resource stays, and is
    /// no stack's any more.
    #[arg(long, value_name = "LOGICAL_ID")]
    retain: Vec<String>,

    /// Keep whatever cannot be deleted.
    ///
    /// Only for a stack whose deletion has failed.
    #[arg(long, conflicts_with = "retain")]
    force: bool,

    /// Delete this change set of a stack under review too, by its name. May be repeated.
    ///
    /// With `--yes`, a stack under review is only deleted when each change set that waits in it is named:
    /// it may be somebody's plan.
    #[arg(long, value_name = "NAME")]
    change_set: Vec<String>,

    /// Go ahead without asking. The stages have to be named with `--stage` then.
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    aws: AwsArgs,
}

/// A stack that is there, and what deleting it needs.
struct Doomed<'a> {
    found: &'a Found,
    step: DestroyStep,
    inventory: Inventory,
}

impl Doomed<'_> {
    fn subject(&self) -> &Subject {
        &self.found.target.subject
    }
}

pub(in super::super) fn run(args: &DestroyArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if args.yes && args.selection.stage.is_empty() {
        let finding = Finding::error(
            "no-stage",
            "`--yes` deletes without asking, so that the stages have to be named",
        )
        .hint("name them with `--stage`, or leave `--yes` out to be asked for each");
        return Err(stopped(vec![Stop::new(Reason::Unapproved, finding)]));
    }
    let (project, session, found) = look_up(context, &args.selection, &args.aws)?;
    let doomed = looked(&session, look(args, &found))?;
    if doomed.is_empty() {
        return Ok(Exit::Done);
    }
    let doomed = ordered(doomed);
    printer::say(
        &doomed
            .iter()
            .map(|one| listed(one, &args.retain))
            .collect::<String>(),
    );
    if !args.yes {
        approve(&session, &doomed)?;
    }

    let ear = Ear::new(Form::Text);
    let begun = Begun::default();
    let work = async {
        for (at, one) in doomed.iter().enumerate() {
            let subject = one.subject();
            begun.set(subject);
            let destroyed = delete(args, &session, one, &ear.listener()).await;
            ear.finish(subject);
            begun.clear();
            // What comes after it may be what it still needs.
            if let Err(stop) = destroyed {
                return (vec![stop], doomed.get(at + 1..).unwrap_or_default());
            }
        }
        (Vec::new(), &[][..])
    };
    let (stops, left) = session
        .run(work)
        .map_err(|signal| begun.interrupted(signal, project.command()))?;
    if !left.is_empty() {
        let names: Vec<String> = left.iter().map(|one| one.subject().to_string()).collect();
        printer::say(&format!("not begun: {}\n", names.join(", ")));
    }
    conclude(stops)
}

/// What each stack holds. Nothing is deleted while one of them may not be.
async fn look<'a>(args: &DestroyArgs, found: &'a [Found]) -> Result<Vec<Doomed<'a>>, Vec<Stop>> {
    let mut doomed = Vec::new();
    let mut stops = Vec::new();
    for found in found {
        let subject = &found.target.subject;
        let step = destroy_step(found.stack.as_ref());
        let Some(stack) = found.stack.clone().filter(|_| step != DestroyStep::Nothing) else {
            printer::say(&format!("{subject}  there is no stack\n"));
            continue;
        };
        match inventory(&found.aws, stack).await {
            Ok(inventory) => doomed.push(Doomed {
                found,
                step,
                inventory,
            }),
            Err(error) => stops.push(Stop::before(&error).about(subject)),
        }
    }
    for one in &doomed {
        stops.extend(in_the_way(args, one, &doomed));
    }
    if stops.is_empty() {
        Ok(doomed)
    } else {
        Err(stops)
    }
}

/// Why a stack may not be deleted.
fn in_the_way(args: &DestroyArgs, one: &Doomed<'_>, all: &[Doomed<'_>]) -> Vec<Stop> {
    const NOTHING: &str = "nothing was deleted";
    let subject = one.subject();
    let stack = &one.inventory.stack;
    let mut stops = Vec::new();
    let mut refuse = |reason, rule, message: String, hint: String| {
        stops.push(refused(reason, rule, subject, message, hint));
    };
    match one.step {
        DestroyStep::Protected => refuse(
            Reason::Refused,
            "protected",
            format!("the termination protection of stack `{}` is on", stack.name),
            format!(
                "{NOTHING}; where it is meant, a person switches it off: `aws cloudformation \
                 update-termination-protection --no-enable-termination-protection --stack-name {}`",
                stack.name
            ),
        ),
        DestroyStep::Busy => refuse(
            Reason::Busy,
            "stack-state",
            format!("stack `{}` is {}", stack.name, stack.status),
            state::advice(Some(&stack.status), subject),
        ),
        _ => {}
    }
    // Within one account and region; a stack of that name elsewhere imports nothing from here.
    let names: Vec<&str> = all
        .iter()
        .filter(|other| account(other) == account(one))
        .map(|other| other.inventory.stack.name.as_str())
        .collect();
    for (export, importer) in one.inventory.imported_by_others(&names) {
        refuse(
            Reason::Refused,
            "imported",
            format!("stack `{importer}` imports the export `{export}`"),
            format!("{NOTHING}; change or destroy `{importer}` first"),
        );
    }
    if one.step == DestroyStep::Retry {
        for name in one.inventory.unknown_retains(&args.retain) {
            refuse(
                Reason::Refused,
                "unknown-resource",
                format!("`{name}` cannot be kept: its deletion has not failed"),
                format!("{NOTHING}; what has failed: {}", failures(&one.inventory)),
            );
        }
    } else if !args.retain.is_empty() || args.force {
        refuse(
            Reason::Refused,
            "not-failed",
            format!(
                "`--retain` and `--force` are for a stack whose deletion has failed, and `{}` is {}",
                stack.name, stack.status
            ),
            format!("{NOTHING}; leave them out, or set `DeletionPolicy: Retain` in the template"),
        );
    }
    let unnamed = one
        .inventory
        .change_sets
        .iter()
        .filter(|set| args.yes && !args.change_set.contains(&set.name));
    if one.step == DestroyStep::Shell {
        for set in unnamed {
            refuse(
                Reason::Unapproved,
                "waiting-plan",
                format!(
                    "the change set `{}` ({}) waits in the stack under review",
                    set.name,
                    set.description.as_deref().unwrap_or("no description")
                ),
                format!(
                    "{NOTHING}; it may be somebody's plan: if it is not needed, add `--change-set {}`",
                    set.name
                ),
            );
        }
    }
    stops
}

fn account<'a>(one: &'a Doomed<'_>) -> (&'a str, &'a str) {
    let aws = &one.found.aws;
    (&aws.identity().account, aws.region())
}

/// The names of what could not be deleted.
fn failures(inventory: &Inventory) -> String {
    let names: Vec<String> = inventory
        .resources
        .iter()
        .filter(|owned| owned.resource.status == "DELETE_FAILED")
        .map(|owned| format!("`{}`", owned.path))
        .collect();
    names.join(", ")
}

/// In the order of their deletion: what imports from another before that other, otherwise the last first.
fn ordered(doomed: Vec<Doomed<'_>>) -> Vec<Doomed<'_>> {
    let facts: Vec<(&str, BTreeSet<&str>)> = doomed
        .iter()
        .map(|one| {
            let importers = one.inventory.imported.iter();
            (
                one.inventory.stack.name.as_str(),
                importers.map(|(_, stack)| stack.as_str()).collect(),
            )
        })
        .collect();
    let order = destroy_order(&facts);
    let mut left: Vec<Option<Doomed<'_>>> = doomed.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|at| left.get_mut(at)?.take())
        .collect()
}

/// What goes, and what stays: by its policy, or because it is to be kept.
fn listed(one: &Doomed<'_>, retain: &[String]) -> String {
    let Inventory {
        stack,
        resources,
        change_sets,
        policies_known,
        ..
    } = &one.inventory;
    let (account, region) = account(one);
    let mut text = format!(
        "{}: stack {} in {account} {region} is {}\n",
        one.subject(),
        stack.name,
        stack.status
    );
    let mut line = |words: &str| {
        let _ = writeln!(text, "  {}", visible(words));
    };
    if one.step == DestroyStep::Follow {
        line("it is being deleted already");
        return text;
    }
    let mut kept = 0;
    for owned in resources {
        let resource = &owned.resource;
        let stays = owned.kept || retain.contains(&owned.path);
        kept += usize::from(stays);
        let fate = if stays { "keeps  " } else { "deletes" };
        line(&format!(
            "{fate} {} ({}) {}",
            owned.path,
            resource.resource_type,
            resource.physical_id.as_deref().unwrap_or_default()
        ));
        if resource.status == "DELETE_FAILED" {
            let reason = resource
                .status_reason
                .as_deref()
                .unwrap_or("no reason is given");
            line(&format!("        could not be deleted: {reason}"));
        }
    }
    for set in change_sets {
        line(&format!(
            "deletes change set {} ({})",
            set.name,
            set.description.as_deref().unwrap_or("no description")
        ));
    }
    if !policies_known {
        line("a template could not be read: what its `DeletionPolicy` keeps is not known");
    }
    let _ = writeln!(
        text,
        "  deletes {}, keeps {kept}",
        plural(resources.len() - kept, "resource")
    );
    text
}

/// Asks for the name of each stage.
fn approve(session: &Session, doomed: &[Doomed<'_>]) -> Result<(), Failure> {
    // Following a deletion changes nothing.
    let changing = doomed.iter().filter(|one| one.step != DestroyStep::Follow);
    let mut stages: Vec<&str> = changing.map(|one| one.subject().stage.as_str()).collect();
    stages.sort_unstable();
    stages.dedup();
    if !stages.is_empty() && !printer::can_ask() {
        return Err(nobody_to_ask());
    }
    for stage in stages {
        let question = format!("To delete what is listed of {stage}, type the stage's name: ");
        let answer = session
            .ask(&question)
            .map_err(|signal| Failure::Interrupted(signal.exit_code))?;
        let Some(answer) = answer else {
            return Err(nobody_to_ask());
        };
        if answer.trim() != stage {
            let finding = Finding::error(
                "not-approved",
                format!("expected `{stage}`, got `{}`", answer.trim()),
            )
            .hint("nothing was deleted");
            return Err(stopped(vec![Stop::new(Reason::Unapproved, finding)]));
        }
    }
    Ok(())
}

async fn delete(
    args: &DestroyArgs,
    session: &Session,
    one: &Doomed<'_>,
    listener: &Listener,
) -> Result<(), Stop> {
    let subject = one.subject();
    let aws = &one.found.aws;
    let options = Options {
        retain: args.retain.clone(),
        force: args.force,
        role_arn: one.found.target.deployment.role_arn.clone(),
    };
    let stack = &one.inventory.stack;
    let ended = destroy(
        &Destroy {
            aws,
            subject,
            stack,
            options: &options,
            pace: session.pace(),
            listener,
        },
        one.step,
    )
    .await
    .map_err(|error| during(&error, subject))?;
    let Some(ended) = ended else { return Ok(()) };
    if ended.outcome == Terminal::Deleted {
        printer::say(&format!("{subject}  deleted\n"));
        return Ok(());
    }
    let mut stop = failed(&ended, Reason::Stuck, subject);
    // Where it cannot be listed, the events have said it.
    if let Ok(resources) = aws.stack_resources(&stack.id).await {
        for resource in resources.iter().filter(|one| one.status == "DELETE_FAILED") {
            let id = &resource.logical_id;
            let physical = resource.physical_id.as_deref().unwrap_or_default();
            let message = format!(
                "`{id}` ({}) is still there: {physical}",
                resource.resource_type
            );
            let hint = format!(
                "delete it by hand and destroy again, or destroy again with `--retain {id}` to keep it"
            );
            stop.findings
                .push(Finding::error("not-deleted", message).hint(hint));
        }
    }
    Err(stop.about(subject))
}
