//! `sageform discard`: a plan is thrown away.

use std::path::PathBuf;

use clap::Args;

use crate::app::Deployment;
use crate::deploy::plan::PlannedStack;
use crate::deploy::recover::{Discarded, Planned, discard};
use crate::deploy::stop::Stop;
use crate::finding::Finding;

use super::super::args::Selection;
use super::super::deployment::connect_all;
use super::super::session::{AwsArgs, Session};
use super::super::targets::looked;
use super::super::{Context, Exit, Failure, printer};
use super::apply::{confirm, nobody_to_ask};
use super::plan;

/// Throw a plan away: its change sets, and the stacks that were only to be made by it.
///
/// Only what the plan file names is deleted. A stack under review that another plan waits in stays, and
/// so does a change set that has been executed. Doing it again does no harm.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform discard plan.json          show the change sets, ask, delete them\n  \
    sageform discard plan.json --yes    when a pull request is closed\n\n\
    Exit codes: 0 gone; 1 findings; 13 not confirmed; 30 no contact.")]
pub(in super::super) struct DiscardArgs {
    /// The plan file.
    plan: PathBuf,

    #[command(flatten)]
    selection: Selection,

    /// Go ahead without asking.
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(in super::super) fn run(args: &DiscardArgs, _: &Context<'_>) -> Result<Exit, Failure> {
    let plan = plan::read(&args.plan)?;
    let stacks: Vec<(&PlannedStack, Planned)> = plan
        .stacks
        .iter()
        .filter(|stack| {
            args.selection.has_stage(&stack.stage) && args.selection.has_stack(&stack.stack)
        })
        .filter_map(|stack| {
            let set = stack.change_set.as_ref()?;
            let planned = Planned {
                change_set: set.arn.clone(),
                stack_id: set.stack_id.clone(),
            };
            Some((stack, planned))
        })
        .collect();
    if stacks.is_empty() {
        if !args.selection.is_everything() && plan.has_changes() {
            let message = format!("`{}` has none of the stacks", args.plan.display());
            return Err(Finding::error("nothing-planned", message)
                .hint("leave out `--stage` and `--stack` to throw all of it away")
                .into());
        }
        printer::say("the plan has no change set: there is nothing to throw away\n");
        return Ok(Exit::Done);
    }
    for (stack, planned) in &stacks {
        printer::say(&format!("{}  {}\n", stack.subject(), planned.change_set));
    }
    let session = Session::new(&args.aws)?;
    if !args.yes {
        if !printer::can_ask() {
            return Err(nobody_to_ask());
        }
        confirm(&session, "Delete these change sets?")?;
    }
    let work = async {
        let facts = stacks.iter().map(|(stack, _)| {
            let deployment = Deployment {
                account: Some(stack.account.clone()),
                region: Some(stack.region.clone()),
                ..Deployment::default()
            };
            (stack.subject(), deployment)
        });
        let connections = connect_all(&session, facts).await?;
        let mut stops = Vec::new();
        for ((stack, planned), aws) in stacks.iter().zip(&connections) {
            let subject = stack.subject();
            match discard(aws, std::slice::from_ref(planned)).await {
                Ok(fates) => {
                    for fate in fates {
                        printer::say(&format!("{subject}  {}\n", words(&fate)));
                    }
                }
                Err(error) => stops.push(Stop::before(&error).about(&subject)),
            }
        }
        if stops.is_empty() { Ok(()) } else { Err(stops) }
    };
    looked(&session, work)?;
    Ok(Exit::Done)
}

fn words(fate: &Discarded) -> &'static str {
    match fate {
        Discarded::Deleted { shell: false } => "deleted",
        Discarded::Deleted { shell: true } => {
            "deleted, and the stack under review that it was to make"
        }
        Discarded::Gone { shell: false } => "was gone already",
        Discarded::Gone { shell: true } => {
            "was gone already; the stack under review that it was to make is deleted"
        }
        Discarded::Executed => "has been executed: nothing is left to throw away",
    }
}
