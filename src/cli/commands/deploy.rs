//! `sageform deploy`: plan, show, ask, apply; wave by wave.

use std::sync::Arc;

use clap::Args;

use crate::deploy::plan::Plan;
use crate::deploy::progress::Subject;

use super::super::args::Selection;
use super::super::deployment::{
    ApplyOptions, Outcome, Parallel, PlanOptions, apply_all, connect_all, discard_made,
    interrupted, plan_all, stopped,
};
use super::super::git::Repository;
use super::super::listen::{Ear, Form};
use super::super::project::Project;
use super::super::reviewed::{Reviewed, waves_of};
use super::super::session::{AwsArgs, Session};
use super::super::show::{self, PlanFormat};
use super::super::{Context, Exit, Failure, printer};
use super::apply::{ApplyFormat, confirm, nobody_to_ask};

/// Deploy what was reviewed, and see that it serves.
///
/// Stages are deployed in the order of their files, and the stacks of a stage at the same time,
/// unless one imports what another exports. For each, the change set is made and shown, and executed
/// once that is confirmed. The next begins when every endpoint serves what was deployed. The first
/// failure ends it. What is under way on a signal goes on; running `deploy` again picks it up.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform deploy --stage Staging               show what changes, ask, deploy\n  \
    sageform deploy --stage Staging --yes         without asking, in CI\n  \
    sageform deploy --yes --format json           all stages; one JSON object a line\n\n\
    Exit codes: those of `plan` and `apply`.")]
pub(in super::super) struct DeployArgs {
    #[command(flatten)]
    selection: Selection,

    /// How events and results are shown.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ApplyFormat,

    #[command(flatten)]
    plan: PlanOptions,

    #[command(flatten)]
    apply: ApplyOptions,

    #[command(flatten)]
    parallel: Parallel,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(in super::super) fn run(args: &DeployArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (project, waves) = waves_of(context, &args.selection)?;
    let unknown = args
        .plan
        .unknown(&waves.iter().flatten().collect::<Vec<&Reviewed>>());
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    if !args.apply.yes && !printer::can_ask() {
        // Before anything is made that would have to be removed again.
        return Err(nobody_to_ask());
    }
    let session = Session::new(&args.aws)?;
    let ear = Ear::new(args.format.form());
    let facts = waves
        .iter()
        .flatten()
        .map(|reviewed| (reviewed.subject.clone(), reviewed.deployment.clone()));
    // Of every stage, before the first: a promotion is not to end half way for its credentials.
    session
        .run(connect_all(&session, facts))
        .map_err(|signal| interrupted(&session, &ear, signal, project.command()))?
        .map_err(stopped)?;
    let subjects: Vec<Subject> = waves
        .iter()
        .flatten()
        .map(|reviewed| reviewed.subject.clone())
        .collect();
    let count = subjects.len();
    let mut all: Vec<Outcome> = Vec::new();
    let mut plans = Vec::new();
    for (order, wave) in waves.into_iter().enumerate() {
        let stacks: Vec<(Reviewed, usize)> =
            wave.into_iter().map(|reviewed| (reviewed, order)).collect();
        let (plan, outcomes) = match deploy(args, &project, &session, &stacks, &ear) {
            Ok(done) => done,
            Err(failure) => {
                show::unfinished(&all, count, args.format.form())?;
                return Err(failure);
            }
        };
        let failed = outcomes.iter().any(|(_, result)| result.is_err());
        plans.extend(plan.stacks);
        all.extend(outcomes);
        if failed {
            break;
        }
    }
    let begun = plans.len();
    let exit = show::outcomes(&Plan::new(plans, None), all, args.format.form());
    let left: Vec<String> = subjects
        .iter()
        .skip(begun)
        .map(Subject::to_string)
        .collect();
    show::not_begun(&left);
    exit
}

/// One wave: plan, show, ask, apply.
fn deploy(
    args: &DeployArgs,
    project: &Project,
    session: &Session,
    stacks: &[(Reviewed, usize)],
    ear: &Arc<Ear>,
) -> Result<(Plan, Vec<Outcome>), Failure> {
    let command = project.command();
    let on_signal = |signal| interrupted(session, ear, signal, command);
    let work = plan_all(session, &args.plan, args.parallel, stacks, true, ear);
    let planned = session.run(work).map_err(on_signal)?.map_err(stopped)?;
    let plan = Plan::new(
        planned
            .iter()
            .map(|planned| planned.stack.clone())
            .collect(),
        Repository::head(&project.root),
    );
    if args.format.form() == Form::Text {
        printer::say(&show::show(&planned, &plan, PlanFormat::Text));
    }
    let running = planned.iter().all(|planned| planned.running);
    let approval = match args.apply.unacknowledged(&plan.stacks) {
        stops if !stops.is_empty() => Err(stopped(stops)),
        _ if args.apply.yes || running || !plan.has_changes() => Ok(()),
        _ => confirm(session, "Execute this?"),
    };
    if let Err(failure) = approval {
        session.run(discard_made(session, ear)).map_err(on_signal)?;
        return Err(failure);
    }
    let work = apply_all(
        session,
        &args.apply,
        args.parallel,
        &project.root,
        &plan.stacks,
        ear,
    );
    let outcomes = session.run(work).map_err(on_signal)?.map_err(stopped)?;
    if outcomes.iter().any(|(_, result)| result.is_err()) {
        // Stacks whose execution was refused leave their change set behind.
        session.run(discard_made(session, ear)).map_err(on_signal)?;
    }
    Ok((plan, outcomes))
}
