//! `sageform schema`: what editors and people read of the keys of a stage file.

use clap::{Args, ValueEnum};

use crate::config::files::FOLDER;
use crate::config::reference;
use crate::config::schema::stage_file_schema;

use super::super::generated::Generated;
use super::super::{Context, Exit, Failure, printer};

/// The schema's file name within `config/`.
pub(super) const FILE_NAME: &str = "stage-file.schema.json";

/// Print the keys of a stage file: a JSON Schema for editors, or a page for people.
///
/// Editors complete, explain and check a stage file whose first line names the schema. The page has
/// every key with its type, its unit, what it means to leave it out, and the property that it becomes.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The line in a stage file, where the schema stands beside it:\n  \
    # yaml-language-server: $schema=stage-file.schema.json\n\n\
    Examples:\n  \
    sageform schema --write     write `config/stage-file.schema.json`, beside the stage files\n  \
    sageform schema --check     in CI: fail when that file is not up to date\n  \
    sageform schema --format markdown --write     write the page, `config/stage-file.md`"
)]
pub(in super::super) struct SchemaArgs {
    /// Write it to the project: `config/stage-file.schema.json`, or `config/stage-file.md`.
    #[arg(long, conflicts_with = "check")]
    write: bool,

    /// Fail when that file is missing or stale.
    #[arg(long)]
    check: bool,

    /// What to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Json)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A JSON Schema, for editors.
    Json,
    /// A page in Markdown, for people.
    Markdown,
}

pub(in super::super) fn run(args: &SchemaArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let format = args.format;
    if !args.write && !args.check {
        printer::data(&format.text()).map_err(Failure::Output)?;
        return Ok(Exit::Done);
    }
    let file = Generated {
        name: format.file(),
        text: format.text(),
        rule: "stale-schema",
        verb: format!("schema {}--write", format.option()),
    };
    if args.write {
        file.write(context)
    } else {
        file.check(context)
    }
}

impl Format {
    fn file(self) -> String {
        match self {
            Self::Json => format!("{FOLDER}/{FILE_NAME}"),
            Self::Markdown => format!("{FOLDER}/stage-file.md"),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Json => text(),
            Self::Markdown => reference::markdown(),
        }
    }

    /// How it is asked for.
    const fn option(self) -> &'static str {
        match self {
            Self::Json => "",
            Self::Markdown => "--format markdown ",
        }
    }
}

/// The schema as it is written.
pub(super) fn text() -> String {
    let mut text = serde_json::to_string_pretty(&stage_file_schema())
        .expect("a schema is a tree with text keys and finite numbers");
    text.push('\n');
    text
}
