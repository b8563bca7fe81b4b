//! `sageform schema`: what editors read to complete and explain a stage file.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use crate::config::files::FOLDER;
use crate::config::schema::stage_file_schema;
use crate::finding::Finding;

use super::super::output::{Change, Plan};
use super::super::project::{command, root};
use super::super::report;
use super::super::{Context, Exit, Failure, printer};

/// The file's name within `config/`.
pub(super) const FILE_NAME: &str = "stage-file.schema.json";

/// Print the JSON Schema of a stage file.
///
/// Editors complete, explain and check a stage file whose first line names the schema.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The line in a stage file, where the schema stands beside it:\n  \
    # yaml-language-server: $schema=stage-file.schema.json\n\n\
    Examples:\n  \
    sageform schema --write     write `config/stage-file.schema.json`, beside the stage files\n  \
    sageform schema --check     in CI: fail when that file is not up to date"
)]
pub(in super::super) struct SchemaArgs {
    /// Write it to `config/stage-file.schema.json` of the project.
    #[arg(long, conflicts_with = "check")]
    write: bool,

    /// Fail when `config/stage-file.schema.json` is missing or stale.
    #[arg(long)]
    check: bool,
}

pub(in super::super) fn run(args: &SchemaArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if !args.write && !args.check {
        printer::data(&text()).map_err(Failure::Output)?;
        return Ok(Exit::Done);
    }
    let root = root(context)?;
    let name = file();
    let plan = plan(&root)?;
    let change = plan.changes.get(&name).copied().unwrap_or(Change::Keep);
    if args.write {
        plan.apply()?;
    }
    let said = match (change, args.check) {
        (Change::Keep | Change::Remove, _) => format!("{name}: up to date\n"),
        (Change::Create, false) => format!("created {name}\n"),
        (Change::Update, false) => format!("updated {name}\n"),
        (change, true) => {
            let word = if change == Change::Create {
                "missing"
            } else {
                "stale"
            };
            let finding =
                Finding::error("stale-schema", format!("`{name}` is {word}")).hint(format!(
                    "run `{} schema --write` and commit the file",
                    command(&root)
                ));
            printer::say(&report::render(&[finding], None));
            return Ok(Exit::Findings);
        }
    };
    printer::say(&said);
    Ok(Exit::Done)
}

fn plan(root: &Path) -> Result<Plan<'_>, Finding> {
    Plan::new(root, BTreeMap::from([(file(), text())]))
}

fn file() -> String {
    format!("{FOLDER}/{FILE_NAME}")
}

/// The schema as it is written.
pub(super) fn text() -> String {
    let mut text = serde_json::to_string_pretty(&stage_file_schema())
        .expect("a schema is a tree with text keys and finite numbers");
    text.push('\n');
    text
}
