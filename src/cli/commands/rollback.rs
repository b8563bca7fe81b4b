//! `sageform rollback`: stuck stacks are taken back to their last stable state.

use std::fmt::Write as _;

use clap::Args;

use crate::deploy::follow::Ended;
use crate::deploy::progress::{Listener, Subject};
use crate::deploy::recover::{
    Rollback, RollbackStep, failed_resources, roll_back, rollback_step, unknown_skips,
};
use crate::deploy::stack::{StackDescription, StackStatus};
use crate::deploy::state::{self, Terminal};
use crate::deploy::stop::{Reason, Stop};
use crate::finding::Finding;

use super::super::args::Selection;
use super::super::deployment::stopped;
use super::super::listen::{Ear, Form};
use super::super::report::visible;
use super::super::session::{AwsArgs, Session};
use super::super::targets::{
    Begun, Found, conclude, during, failed, look_up, looked, refused, tell_orphans,
};
use super::super::{Context, Exit, Failure, printer};
use super::apply::{confirm, nobody_to_ask};

/// Take stuck stacks back to their last stable state.
///
/// What that needs depends on the stack: an update that stopped half way is taken back; a rollback that
/// failed goes on, once SageMaker has finished with the endpoint; one that runs is followed. A stack
/// that is stable is left alone. A running update is only cancelled with `--cancel`. A stack that could
/// not be made has nothing to go back to: `destroy` it and deploy again.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform rollback --stage Staging --stack inference                   show, ask, take back\n  \
    sageform rollback --stage Staging --stack inference --skip Endpoint   leave the endpoint as it is\n  \
    sageform rollback --stage Staging --stack inference --cancel --yes    stop an update, in CI\n\n\
    Exit codes: 0 stable, or nothing to do; 1 findings, or only `destroy` helps; 12 an operation runs; 13 \
    not confirmed; 21 it failed again, and a person is needed; 30 lost contact; 130, 143 stopped by a \
    signal.")]
pub(in super::super) struct RollbackArgs {
    #[command(flatten)]
    selection: Selection,

    /// Leave this resource as it is when a failed rollback goes on, by its logical id. May be repeated.
    ///
    /// CloudFormation marks it as taken back, whatever it is: it may differ from the template
    /// afterwards, and the next update may fail on it. In a nested stack, write
    /// `NESTED_STACK_NAME.LOGICAL_ID`.
    #[arg(long, value_name = "LOGICAL_ID")]
    skip: Vec<String>,

    /// Cancel an update that is running.
    ///
    /// An endpoint that is moving to a new fleet then moves back: that takes as long again, and both
    /// fleets are paid for meanwhile. Waiting for the update may be faster.
    #[arg(long)]
    cancel: bool,

    /// Go ahead without asking.
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(in super::super) fn run(args: &RollbackArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if args.selection.stage.is_empty() {
        return Err(Finding::error(
            "no-stage",
            "expected the stage whose stacks are taken back, got none",
        )
        .hint("name it with `--stage`")
        .into());
    }
    let (project, session, found) = look_up(context, &args.selection, &args.aws)?;

    let mut stops = Vec::new();
    let mut todo = Vec::new();
    for found in &found {
        let status = found.stack.as_ref().map(|stack| &stack.status);
        let step = rollback_step(status, args.cancel);
        match (intent(step, status, found), &found.stack) {
            (Ok(Some(words)), Some(stack)) => {
                printer::say(&format!("{}  {words}\n", found.target.subject));
                todo.push((found, stack, step));
            }
            (Ok(_), _) => printer::say(&format!(
                "{}  nothing to take back: {}\n",
                found.target.subject,
                state::advice(status, &found.target.subject)
            )),
            (Err(refusal), _) => stops.push(refusal),
        }
    }
    if !stops.is_empty() {
        return Err(stopped(stops));
    }
    looked(&session, skips(args, &todo))?;
    // Following changes nothing.
    let changes = todo
        .iter()
        .any(|(_, _, step)| *step != RollbackStep::Follow);
    if changes && !args.yes {
        if !printer::can_ask() {
            return Err(nobody_to_ask());
        }
        confirm(&session, "Go ahead?")?;
    }

    let ear = Ear::new(Form::Text);
    let begun = Begun::default();
    let work = async {
        let mut stops = Vec::new();
        for (found, stack, step) in todo {
            let subject = &found.target.subject;
            begun.set(subject);
            let rolled = one(args, &session, found, stack, step, &ear.listener()).await;
            ear.finish(subject);
            begun.clear();
            stops.extend(rolled.err());
        }
        stops
    };
    let stops = session
        .run(work)
        .map_err(|signal| begun.interrupted(signal, project.command()))?;
    conclude(stops)
}

/// What a step is going to do, in words; `None` where it does nothing.
fn intent(
    step: RollbackStep,
    status: Option<&StackStatus>,
    found: &Found,
) -> Result<Option<String>, Stop> {
    let subject = &found.target.subject;
    let name = status.map_or("", StackStatus::as_str);
    let advice = state::advice(status, subject);
    let refuse = |reason, hint: String| {
        let message = format!("stack `{}` is {name}", found.target.stack_name);
        Err(refused(reason, "stack-state", subject, message, hint))
    };
    match step {
        RollbackStep::NoStack | RollbackStep::Nothing => Ok(None),
        RollbackStep::RollBack if name == "CREATE_FAILED" => Ok(Some(format!(
            "{name}: what was made of the stack is deleted"
        ))),
        RollbackStep::RollBack => Ok(Some(format!(
            "{name}: the stack is taken back to its last stable state"
        ))),
        RollbackStep::Continue => Ok(Some(format!("{name}: the rollback goes on"))),
        RollbackStep::Follow => Ok(Some(format!("{name}: it is being taken back already"))),
        RollbackStep::Cancel => Ok(Some(format!(
            "{name}: the update is cancelled and taken back; an endpoint that is moving to a new fleet \
             moves back, which takes as long again"
        ))),
        RollbackStep::CancelOnly => refuse(
            Reason::Busy,
            format!(
                "{advice}; `--cancel` cancels it, and an endpoint that is moving to a new fleet then \
                 moves back, which takes as long again"
            ),
        ),
        RollbackStep::Busy => refuse(Reason::Busy, advice),
        RollbackStep::DestroyOnly => refuse(Reason::Refused, advice),
        RollbackStep::Person => refuse(Reason::Stuck, advice),
    }
}

/// What is to be skipped is what failed, and a rollback goes on.
async fn skips(
    args: &RollbackArgs,
    todo: &[(&Found, &StackDescription, RollbackStep)],
) -> Result<(), Vec<Stop>> {
    let mut stops = Vec::new();
    let continued = |step: &RollbackStep| *step == RollbackStep::Continue;
    if !args.skip.is_empty() && !todo.iter().any(|(_, _, step)| continued(step)) {
        let finding = Finding::error(
            "nothing-to-skip",
            "`--skip` is for a rollback that failed, and none of the stacks is UPDATE_ROLLBACK_FAILED",
        );
        stops.push(Stop::new(
            Reason::Refused,
            finding.hint("nothing was begun; leave `--skip` out"),
        ));
    }
    for (found, stack, _) in todo.iter().filter(|(_, _, step)| continued(step)) {
        let subject = &found.target.subject;
        let resources = found
            .aws
            .stack_resources(&stack.id)
            .await
            .map_err(|error| vec![Stop::before(&error).about(subject)])?;
        let in_the_way = failed_resources(&resources);
        for resource in &in_the_way {
            let reason = resource
                .status_reason
                .as_deref()
                .unwrap_or("no reason is given");
            let fate = if args.skip.contains(&resource.logical_id) {
                "is left as it is"
            } else {
                "is tried again"
            };
            printer::say(&format!(
                "{subject}  {} ({}) {fate}: {}\n",
                visible(&resource.logical_id),
                visible(&resource.resource_type),
                visible(reason)
            ));
        }
        let names: Vec<String> = in_the_way
            .iter()
            .map(|resource| format!("`{}`", resource.logical_id))
            .collect();
        for name in unknown_skips(&args.skip, &resources) {
            stops.push(refused(
                Reason::Refused,
                "unknown-skip",
                subject,
                format!("`{name}` cannot be skipped: its rollback has not failed"),
                format!("nothing was begun; what has failed: {}", names.join(", ")),
            ));
        }
    }
    if stops.is_empty() { Ok(()) } else { Err(stops) }
}

async fn one(
    args: &RollbackArgs,
    session: &Session,
    found: &Found,
    stack: &StackDescription,
    step: RollbackStep,
    listener: &Listener,
) -> Result<(), Stop> {
    let subject = &found.target.subject;
    let rollback = Rollback {
        aws: &found.aws,
        subject,
        stack,
        skip: &args.skip,
        role_arn: found.target.deployment.role_arn.as_deref(),
        pace: session.pace(),
        listener,
    };
    let ended = roll_back(&rollback, step)
        .await
        .map_err(|error| during(&error, subject))?;
    let Some(ended) = ended else { return Ok(()) };
    if ended.outcome == Terminal::Failed {
        return Err(failed(&ended, Reason::Stuck, subject));
    }
    tell_orphans(&ended, subject, listener);
    printer::say(&outcome(args, subject, step, &ended));
    Ok(())
}

/// What has come of it, and what is left to do.
fn outcome(args: &RollbackArgs, subject: &Subject, step: RollbackStep, ended: &Ended) -> String {
    let mut text = format!("{subject}  {}", ended.status);
    if ended.outcome == Terminal::Succeeded && step == RollbackStep::Cancel {
        text.push_str(": the update had ended before it could be cancelled");
    }
    if ended.status.as_str() == "ROLLBACK_COMPLETE" {
        text.push_str(": ");
        text.push_str(&state::advice(Some(&ended.status), subject));
    }
    text.push('\n');
    if step == RollbackStep::Continue && !args.skip.is_empty() {
        let _ = writeln!(
            text,
            "{subject}  what was skipped may differ from the template: look with `sageform drift --stage {} --stack {}` before the next deployment",
            subject.stage, subject.stack
        );
    }
    text
}
