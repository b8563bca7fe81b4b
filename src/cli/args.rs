//! What may be written on the command line, and what `--help` says about it.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::builder::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "deploy")]
use super::commands::{
    apply, deploy, destroy, discard, drift, events, outputs, plan, rollback, status,
};
use super::commands::{completions, diff, explain, init, permissions, schema, synth, validate};

const STYLES: Styles = Styles::styled()
    .header(anstyle::AnsiColor::Green.on_default().bold())
    .usage(anstyle::AnsiColor::Green.on_default().bold())
    .literal(anstyle::AnsiColor::Cyan.on_default().bold())
    .placeholder(anstyle::AnsiColor::Cyan.on_default());

/// CloudFormation templates for SageMaker endpoints, from a few lines of YAML per stage.
///
/// A stage file, `config/<stack>.yaml`, says what each stage of an endpoint looks like. `synth`
/// turns it into one CloudFormation template per stage. A stack that needs more than a stage file
/// can say is a Rust function in `stacks/<stack>.rs`.
#[derive(Debug, Parser)]
#[command(
    name = "sageform",
    version,
    styles = STYLES,
    max_term_width = 100,
    after_help = "Start with `sageform init my-endpoint`, or write this into `config/inference.yaml` \
                  and run `sageform synth`:\n\n  \
                  Staging:\n    InstanceCount: 1\n    InstanceType: ml.m5.large\n  \
                  Production:\n    ServerlessMaxConcurrency: 2\n\n\
                  Exit codes: 0 done; 1 findings, stale files, or a mistake on the command line; 2 changes, \
                  with `--detailed-exitcode`. `plan`, `apply` and `deploy` have more: see their help."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Synth(synth::SynthArgs),
    Validate(validate::ValidateArgs),
    Explain(explain::ExplainArgs),
    Diff(diff::DiffArgs),
    Permissions(permissions::PermissionsArgs),
    #[cfg(feature = "deploy")]
    Plan(plan::PlanArgs),
    #[cfg(feature = "deploy")]
    Apply(apply::ApplyArgs),
    #[cfg(feature = "deploy")]
    Deploy(deploy::DeployArgs),
    #[cfg(feature = "deploy")]
    Status(status::StatusArgs),
    #[cfg(feature = "deploy")]
    Events(events::EventsArgs),
    #[cfg(feature = "deploy")]
    Outputs(outputs::OutputsArgs),
    #[cfg(feature = "deploy")]
    Drift(drift::DriftArgs),
    #[cfg(feature = "deploy")]
    Rollback(rollback::RollbackArgs),
    #[cfg(feature = "deploy")]
    Destroy(destroy::DestroyArgs),
    #[cfg(feature = "deploy")]
    Discard(discard::DiscardArgs),
    Schema(schema::SchemaArgs),
    Init(init::InitArgs),
    Completions(completions::CompletionsArgs),
}

/// The options that every verb has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Work as if started in DIR.
    ///
    /// The project is the nearest folder, from there upwards, that holds `config/` with a stage
    /// file.
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub(super) project: Option<PathBuf>,

    /// When to use colours.
    ///
    /// `auto` uses them on a terminal, unless `NO_COLOR` is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(super) color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes every stream follow it.
    pub(super) fn write_global(self) {
        match self {
            // The streams decide each for itself.
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// Which stages of which stacks a verb is about.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Selection {
    /// Only this stage; may be repeated. Without it, every stage.
    #[arg(long, value_name = "STAGE")]
    pub(super) stage: Vec<String>,

    /// Only this stack; may be repeated. Without it, every stack.
    #[arg(long, value_name = "STACK")]
    pub(super) stack: Vec<String>,
}

impl Selection {
    /// Whether it is about everything.
    pub(super) fn is_everything(&self) -> bool {
        self.stage.is_empty() && self.stack.is_empty()
    }

    /// Whether it is about this stage, of the stacks that it is about.
    pub(super) fn has_stage(&self, stage: &str) -> bool {
        self.stage.is_empty() || self.stage.iter().any(|name| name == stage)
    }

    /// Whether it is about this stack.
    pub(super) fn has_stack(&self, stack: &str) -> bool {
        self.stack.is_empty() || self.stack.iter().any(|name| name == stack)
    }
}
