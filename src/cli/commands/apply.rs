//! `sageform apply`: exactly the change sets of a plan are executed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::deploy::plan::Plan;
use crate::deploy::stop::{Reason, Stop};
use crate::finding::Finding;

use super::super::args::Selection;
use super::super::deployment::{ApplyOptions, Parallel, apply_all, interrupted, stopped};
use super::super::listen::{Ear, Form};
use super::super::project;
use super::super::session::{AwsArgs, Session};
use super::super::show;
use super::super::{Context, Exit, Failure, printer};
use super::plan;

/// Execute exactly the change sets of a plan, follow them, and see that the endpoints serve.
///
/// Refuses when anything has moved since the plan was made: the templates, the stacks, the change
/// sets, or the endpoints themselves. Stages are applied in order, and the first wave with a failure
/// ends it. What is under way on a signal goes on; running `apply` again picks it up.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform apply plan.json                                   show the plan, ask, apply\n  \
    sageform apply plan.json --stage Staging --yes             one stage of it, in CI\n  \
    sageform apply plan.json --approve 1a2b3c4d5e6f --yes      only if it is the plan that was approved\n\n\
    Exit codes: 0 it serves; 1 findings; 3 a replacement is not acknowledged; 11 the plan is stale; 12 a \
    stack or endpoint is busy; 13 not approved; 20 failed and rolled back; 21 failed, and a person is \
    needed; 22 the stack is fine, but the endpoint does not serve it; 30 lost contact; 130, 143 stopped \
    by a signal.")]
pub(in super::super) struct ApplyArgs {
    /// The plan file.
    plan: PathBuf,

    #[command(flatten)]
    selection: Selection,

    /// Only apply the plan with this digest, as `plan` printed it: at least its first 12 digits.
    #[arg(long, value_name = "DIGEST")]
    approve: Option<String>,

    /// How events and results are shown.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ApplyFormat,

    #[command(flatten)]
    options: ApplyOptions,

    #[command(flatten)]
    parallel: Parallel,

    #[command(flatten)]
    aws: AwsArgs,
}

/// How events and results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum ApplyFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line on standard output.
    Json,
}

impl ApplyFormat {
    pub(in super::super) fn form(self) -> Form {
        match self {
            Self::Text => Form::Text,
            Self::Json => Form::JsonLines,
        }
    }
}

pub(in super::super) fn run(args: &ApplyArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let root = project::root(context)?;
    let plan = plan::read(&args.plan)?;
    approved(args, &plan)?;
    let plan = plan.only(|stack| {
        args.selection.has_stage(&stack.stage) && args.selection.has_stack(&stack.stack)
    });
    if plan.stacks.is_empty() {
        let message = format!("`{}` has none of the stacks", args.plan.display());
        return Err(Finding::error("nothing-planned", message)
            .hint("leave out `--stage` and `--stack` to apply all of it")
            .into());
    }
    let unacknowledged = args.options.unacknowledged(&plan.stacks);
    if !unacknowledged.is_empty() {
        return Err(stopped(unacknowledged));
    }
    let session = Session::new(&args.aws)?;
    if plan.has_changes() && !args.options.yes {
        printer::say(&show::stacks(&plan));
        confirm(&session, "Apply this plan?")?;
    }
    let ear = Ear::new(args.format.form());
    let command = project::command(&root);
    let work = apply_all(
        &session,
        &args.options,
        args.parallel,
        &root,
        &plan.stacks,
        &ear,
    );
    let outcomes = session
        .run(work)
        .map_err(|signal| interrupted(&session, &ear, signal, command))?
        .map_err(stopped)?;
    show::outcomes(&plan, outcomes, args.format.form())
}

fn approved(args: &ApplyArgs, plan: &Plan) -> Result<(), Failure> {
    let Some(approved) = &args.approve else {
        return Ok(());
    };
    let digest = plan.digest();
    if approved.len() >= 12 && digest.starts_with(&approved.to_ascii_lowercase()) {
        return Ok(());
    }
    let finding = Finding::error(
        "other-plan",
        format!("expected the plan with the digest `{approved}`, which was approved, got {digest}"),
    )
    .hint("nothing was executed; apply the very file that was approved");
    Err(stopped(vec![Stop::new(Reason::Unapproved, finding)]))
}

/// Asks on the terminal.
///
/// # Errors
///
/// Where nobody can be asked, or whoever was asked did not say yes.
pub(in super::super) fn confirm(session: &Session, question: &str) -> Result<(), Failure> {
    let answer = session
        .ask(&format!("{question} [y/N] "))
        .map_err(|signal| Failure::Interrupted(signal.exit_code))?;
    match answer {
        Some(answer) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        Some(_) => Err(unapproved("the answer was not `y`", "nothing was executed")),
        None => Err(nobody_to_ask()),
    }
}

/// There is no terminal, and no `--yes` either.
pub(in super::super) fn nobody_to_ask() -> Failure {
    unapproved(
        "there is no terminal to ask on",
        "nothing was executed; add `--yes` where nobody can be asked",
    )
}

fn unapproved(message: &str, hint: &str) -> Failure {
    let finding = Finding::error("not-approved", message).hint(hint);
    stopped(vec![Stop::new(Reason::Unapproved, finding)])
}
