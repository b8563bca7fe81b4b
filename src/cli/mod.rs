//! F7: the command line: arguments in, exit code out.
//!
//! This floor alone prints, exits, and knows folders. A verb is one file in `commands/`, which
//! reads the project, calls one function of a lower floor, and hands what it got to the printer.
//! What is wrong is a [`Finding`] here too, so that a mistyped option and
//! a mistyped key read alike.

mod args;
mod base;
mod commands;
#[cfg(feature = "deploy")]
mod deployed;
#[cfg(feature = "deploy")]
mod deployment;
mod fix;
mod git;
mod github;
#[cfg(feature = "deploy")]
mod listen;
mod output;
mod printer;
mod project;
mod report;
#[cfg(feature = "deploy")]
mod reviewed;
mod sarif;
#[cfg(feature = "deploy")]
mod session;
#[cfg(feature = "deploy")]
mod show;
mod silence;
#[cfg(feature = "deploy")]
mod targets;

use std::process::ExitCode;

use clap::Parser as _;

use crate::app::Build;
#[cfg(feature = "deploy")]
use crate::deploy::stop::Reason;
use crate::finding::Finding;
use args::{Cli, Command, Global};

/// Runs the command line with the stacks that the program was compiled with, by name.
///
/// A stack is used where the project has a `stacks/<name>.rs`; every other stage file is built by
/// the standard hosting stack.
///
/// ```no_run
/// use sageform::config::Stage;
/// use sageform::template::Stack;
///
/// fn inference(stack: &mut Stack, stage: &Stage) {
///     sageform::standard::standard(stack, stage);
/// }
///
/// fn main() -> std::process::ExitCode {
///     sageform::cli::main(&[("inference", inference)])
/// }
/// ```
pub fn main(stacks: &[(&str, Build)]) -> ExitCode {
    let cli = match Cli::try_parse_from(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error),
    };
    cli.global.color.write_global();
    let context = Context {
        stacks,
        global: &cli.global,
    };
    let outcome = match &cli.command {
        Command::Synth(args) => commands::synth::run(args, &context),
        Command::Validate(args) => commands::validate::run(args, &context),
        Command::Explain(args) => commands::explain::run(args, &context),
        Command::Permissions(args) => commands::permissions::run(args, &context),
        Command::Diff(args) => commands::diff::run(args, &context),
        Command::Schema(args) => commands::schema::run(args, &context),
        Command::Init(args) => commands::init::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Plan(args) => commands::plan::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Apply(args) => commands::apply::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Deploy(args) => commands::deploy::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Status(args) => commands::status::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Events(args) => commands::events::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Outputs(args) => commands::outputs::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Drift(args) => commands::drift::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Rollback(args) => commands::rollback::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Destroy(args) => commands::destroy::run(args, &context),
        #[cfg(feature = "deploy")]
        Command::Discard(args) => commands::discard::run(args, &context),
        Command::Completions(args) => commands::completions::run(args, &context),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(Failure::Findings(findings)) => {
            printer::say(&report::render(&findings, None));
            Exit::Findings.into()
        }
        #[cfg(feature = "deploy")]
        Err(Failure::Stopped(reason, findings)) => {
            printer::say(&report::render(&findings, None));
            Exit::Stopped(reason).into()
        }
        #[cfg(feature = "deploy")]
        Err(Failure::Interrupted(code)) => ExitCode::from(code),
        // Whoever reads our output has seen enough, as `head` does.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Exit::Done.into()
        }
        Err(Failure::Output(error)) => {
            let finding = Finding::error(
                "output",
                format!("standard output could not be written: {error}"),
            );
            printer::say(&report::render(&[finding], None));
            Exit::Findings.into()
        }
    }
}

/// Help and version are what was asked for; everything else that clap stops at is a usage error.
fn unparsed(error: &clap::Error) -> ExitCode {
    let mut text = error.render().ansi().to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if error.use_stderr() {
        printer::say(&text);
        return Exit::Findings.into();
    }
    match printer::report(&text) {
        Err(failed) if failed.kind() != std::io::ErrorKind::BrokenPipe => Exit::Findings.into(),
        _ => Exit::Done.into(),
    }
}

/// What every verb is given.
struct Context<'a> {
    /// The stacks that the program was compiled with.
    stacks: &'a [(&'a str, Build)],
    /// The options that every verb has.
    global: &'a Global,
}

/// How a verb that ran to its end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Done, or nothing to do.
    Done,
    /// There are findings or stale files, which have been printed.
    Findings,
    /// There are changes, and whoever called wants to know by the exit code.
    Changes,
    /// A deployment stopped, for a reason that has been printed.
    #[cfg(feature = "deploy")]
    Stopped(Reason),
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Changes => 2,
            #[cfg(feature = "deploy")]
            Self::Stopped(reason) => match reason {
                Reason::Refused => 1,
                Reason::Unacknowledged => 3,
                Reason::ChangeSetFailed => 10,
                Reason::Stale => 11,
                Reason::Busy => 12,
                Reason::Unapproved => 13,
                Reason::RolledBack => 20,
                Reason::Stuck => 21,
                Reason::NotServing => 22,
                Reason::LostContact => 30,
            },
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a verb did not run to its end.
#[derive(Debug)]
enum Failure {
    /// Findings that are still to be printed.
    Findings(Vec<Finding>),
    /// A deployment stopped; what is wrong is still to be printed.
    #[cfg(feature = "deploy")]
    Stopped(Reason, Vec<Finding>),
    /// A signal stopped the program, with this exit code.
    #[cfg(feature = "deploy")]
    Interrupted(u8),
    /// Standard output is gone.
    Output(std::io::Error),
}

impl From<Finding> for Failure {
    fn from(finding: Finding) -> Self {
        Self::Findings(vec![finding])
    }
}

impl From<Vec<Finding>> for Failure {
    fn from(findings: Vec<Finding>) -> Self {
        Self::Findings(findings)
    }
}
