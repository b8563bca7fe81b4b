//! `sageform schema`: what editors read to complete and explain a stage file, and what people read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use crate::config::files::FOLDER;
use crate::config::reference;
use crate::config::schema::stage_file_schema;
use crate::finding::Finding;

use super::super::output::{Change, Plan};
use super::super::project::{command, root};
use super::super::report;
use super::super::{Context, Exit, Failure, printer};

/// Print the JSON Schema of a stage file, or the page that lists its keys.
///
/// Editors complete, explain and check a stage file whose first line names the schema. The page says
/// of each key what it takes and which property it becomes.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The line in a stage file, where the schema stands beside it:\n  \
    # yaml-language-server: $schema=stage-file.schema.json\n\n\
    Examples:\n  \
    sageform schema --write               write `config/stage-file.schema.json` and `config/stage-file.md`\n  \
    sageform schema --check               in CI: fail when they are not up to date\n  \
    sageform schema --format markdown     print the page"
)]
pub(in super::super) struct SchemaArgs {
    /// How the keys are described.
    #[arg(long, value_enum, default_value_t = Format::Json, conflicts_with_all = ["write", "check"])]
    format: Format,

    /// Write both to the project's `config/`, as `stage-file.schema.json` and `stage-file.md`.
    #[arg(long, conflicts_with = "check")]
    write: bool,

    /// Fail when one of these files is missing or stale.
    #[arg(long)]
    check: bool,
}

/// How keys are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For editors: a JSON Schema.
    Json,
    /// For people: a page.
    Markdown,
}

pub(in super::super) fn run(args: &SchemaArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if !args.write && !args.check {
        let text = match args.format {
            Format::Json => schema(),
            Format::Markdown => reference::page(),
        };
        printer::data(&text).map_err(Failure::Output)?;
        return Ok(Exit::Done);
    }
    let root = root(context)?;
    let plan = Plan::new(&root, files())?;
    let changes = plan.changes.clone();
    if args.write {
        plan.apply()?;
    }
    let mut said = String::new();
    let mut findings = Vec::new();
    for (name, change) in changes {
        let _ = match (change, args.check) {
            (Change::Keep | Change::Remove, _) => writeln!(said, "{name}: up to date"),
            (Change::Create, false) => writeln!(said, "created {name}"),
            (Change::Update, false) => writeln!(said, "updated {name}"),
            (change, true) => {
                let word = if change == Change::Create {
                    "missing"
                } else {
                    "stale"
                };
                let hint = format!("run `{} schema --write` and commit the file", command(&root));
                let message = format!("`{name}` is {word}");
                findings.push(Finding::error("stale-schema", message).hint(hint));
                Ok(())
            }
        };
    }
    if findings.is_empty() {
        printer::say(&said);
        return Ok(Exit::Done);
    }
    printer::say(&report::render(&findings, None));
    Ok(Exit::Findings)
}

/// The files that describe stage files, by their names in a project.
pub(super) fn files() -> BTreeMap<String, String> {
    BTreeMap::from([
        (format!("{FOLDER}/stage-file.schema.json"), schema()),
        (format!("{FOLDER}/stage-file.md"), reference::page()),
    ])
}

fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&stage_file_schema())
        .expect("a schema is a tree with text keys and finite numbers");
    text.push('\n');
    text
}
