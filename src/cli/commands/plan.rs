//! `sageform plan`: change sets are made, and nothing is executed.

use std::path::PathBuf;

use clap::Args;

use crate::deploy::plan::Plan;
use crate::deploy::stop::Reason;
use crate::finding::Finding;

use super::super::args::Selection;
use super::super::deployment::{
    Parallel, PlanOptions, discard_made, interrupted, plan_all, stopped,
};
use super::super::git::Repository;
use super::super::listen::{Ear, Form};
use super::super::output::write_file;
use super::super::reviewed::{Reviewed, waves_of};
use super::super::session::{AwsArgs, Session};
use super::super::show::{PlanFormat, show};
use super::super::{Context, Exit, Failure, printer};

/// Make the change sets of a deployment and show what they would do.
///
/// What is planned is what was reviewed: the files in `templates/`, which have to be what the stage
/// files say. CloudFormation works out each change; nothing is executed. The plan file binds the
/// change sets to the templates' digests, the account, the region and the state of the stacks.
/// `apply` executes exactly that, or refuses.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform plan --stage Staging                       plan one stage of every stack\n  \
    sageform plan --stage Production --out prod.json    name the plan file\n  \
    sageform plan --detailed-exitcode                   2 when there is something to deploy\n\n\
    Exit codes: 0 planned; 1 findings, or a mistake on the command line; 2 there are changes, and 3 one \
    of them needs `--allow-replacement` (both only with `--detailed-exitcode`); 10 a change set could \
    not be made; 12 a stack is busy; 21 a stack needs a person; 30 no contact.")]
pub(in super::super) struct PlanArgs {
    #[command(flatten)]
    selection: Selection,

    /// Where the plan is written.
    #[arg(long, value_name = "FILE", default_value = "plan.json")]
    out: PathBuf,

    /// How the plan is shown.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: PlanFormat,

    /// Exit with 2 when there are changes, and with 3 when one of them has to be acknowledged.
    #[arg(long)]
    detailed_exitcode: bool,

    #[command(flatten)]
    options: PlanOptions,

    #[command(flatten)]
    parallel: Parallel,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(in super::super) fn run(args: &PlanArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (project, waves) = waves_of(context, &args.selection)?;
    let stacks = ordered(waves);
    let all: Vec<&Reviewed> = stacks.iter().map(|(reviewed, _)| reviewed).collect();
    let unknown = args.options.unknown(&all);
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    let session = Session::new(&args.aws)?;
    let ear = Ear::new(Form::Text);
    let work = plan_all(&session, &args.options, args.parallel, &stacks, false, &ear);
    let planned = session
        .run(work)
        .map_err(|signal| interrupted(&session, &ear, signal, project.command()))?
        .map_err(stopped)?;

    let plan = Plan::new(
        planned
            .iter()
            .map(|planned| planned.stack.clone())
            .collect(),
        Repository::head(&project.root),
    );
    // The file first: what was made must not be lost to a closed pipe.
    if let Err(failure) = write_file(&args.out, &plan.text()) {
        // Nobody can apply it. A second signal leaves it to the next plan.
        let _ = session.run(discard_made(&session, &ear));
        return Err(failure.into());
    }
    let shown = show(&planned, &plan, args.format);
    // Only a text for people may carry colours.
    match args.format {
        PlanFormat::Text => printer::report(&shown),
        PlanFormat::Json | PlanFormat::Markdown => printer::data(&shown),
    }
    .map_err(Failure::Output)?;
    printer::say(&next_step(args, &plan, project.command()));
    Ok(match () {
        () if !args.detailed_exitcode || !plan.has_changes() => Exit::Done,
        () if plan.stacks.iter().any(|stack| !stack.protected.is_empty()) => {
            Exit::Stopped(Reason::Unacknowledged)
        }
        () => Exit::Changes,
    })
}

/// The stacks with the place of each among those of its stage.
pub(in super::super) fn ordered(waves: Vec<Vec<Reviewed>>) -> Vec<(Reviewed, usize)> {
    waves
        .into_iter()
        .enumerate()
        .flat_map(|(order, wave)| wave.into_iter().map(move |reviewed| (reviewed, order)))
        .collect()
}

fn next_step(args: &PlanArgs, plan: &Plan, command: &str) -> String {
    let file = args.out.display();
    if plan.has_changes() {
        let digest = plan.digest();
        let approval = digest.get(..12).unwrap_or(&digest);
        format!(
            "wrote {file}; apply it with `{command} apply {file}`, or where nobody can be asked, `{command} apply {file} --approve {approval} --yes`\n"
        )
    } else {
        format!("wrote {file}; there is nothing to deploy\n")
    }
}

/// Reads a plan file.
pub(in super::super) fn read(file: &std::path::Path) -> Result<Plan, Finding> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Finding::error("missing-plan", format!("`{shown}` cannot be read: {error}"))
            .hint("make a plan with `sageform plan --out FILE`")
    })?;
    Plan::read(&text).map_err(|message| {
        Finding::error("bad-plan", format!("`{shown}` is no plan file: {message}"))
            .hint("plan again with this version of the program")
    })
}
