//! `sageform completions`: what a shell completes after `sageform`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::super::args::Cli;
use super::super::{Context, Exit, Failure, printer};

/// Print a script that makes a shell complete verbs and options.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    source <(sageform completions bash)                                  this shell only\n  \
    sageform completions fish > ~/.config/fish/completions/sageform.fish\n  \
    sageform completions zsh > \"${fpath[1]}/_sageform\"")]
pub(in super::super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

pub(in super::super) fn run(args: &CompletionsArgs, _: &Context<'_>) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sageform", &mut script);
    let script = String::from_utf8(script).expect("a completion script is text");
    printer::data(&script).map_err(Failure::Output)?;
    Ok(Exit::Done)
}
