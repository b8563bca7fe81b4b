//! `sageform synth`: stage files become templates.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;

use crate::app::{StageTemplate, Synthesis};
use crate::finding::Finding;
use crate::template::yaml_text;

use super::super::args::Selection;
use super::super::output::{Change, Plan, TEMPLATES};
use super::super::project::{Project, is_name};
use super::super::report::{self, plural};
use super::super::{Context, Exit, Failure, printer};

/// Write the CloudFormation templates: `templates/<Stage>/<stack>.template.json`.
///
/// Everything is read and checked first. When anything is wrong, all of it is reported and nothing
/// is written. A file that already holds its template is not touched, and a template whose stage or
/// stack is gone is removed. The same stage files always yield the same bytes.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform synth                              write every stage of every stack\n  \
    sageform synth --check                      in CI: fail when `templates/` is not up to date\n  \
    sageform synth --stage Staging --stdout     look at one template")]
pub(in super::super) struct SynthArgs {
    #[command(flatten)]
    selection: Selection,

    /// Write nothing; fail when a template is missing, stale or orphaned.
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Print the one template that is selected instead of writing files.
    #[arg(long)]
    stdout: bool,

    /// YAML instead of JSON: `templates/<Stage>/<stack>.template.yaml`.
    ///
    /// `templates/` holds one of the two: each removes what the other wrote.
    #[arg(long)]
    yaml: bool,
}

pub(in super::super) fn run(args: &SynthArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let project = Project::open(context, &args.selection)?;
    let mut synthesis = project.synthesize(&args.selection);
    let unsafe_names = unsafe_names(&synthesis.templates);
    synthesis.findings.extend(unsafe_names);
    let said = report::render(&synthesis.findings, Some(&project.root));
    printer::say(&said);
    if synthesis.has_errors() {
        let consequence = match (args.check, args.stdout) {
            (true, _) => "nothing was compared",
            (_, true) => "nothing was printed",
            _ => "nothing was written",
        };
        let summary = report::summary(&synthesis.findings, consequence);
        printer::say(&summary);
        return Ok(Exit::Findings);
    }
    if args.stdout {
        return print(args, &synthesis);
    }
    let texts = synthesis
        .templates
        .iter()
        .map(|template| (file_name(template, args.yaml), text(template, args.yaml)))
        .collect::<BTreeMap<_, _>>();
    let mut plan = Plan::new(&project.root, texts)?;
    // The other stages' and stacks' templates are not known, so that none can be called orphaned.
    if args.selection.is_everything() {
        plan.remove_orphans()?;
    }
    if args.check {
        return Ok(check(args, &plan, project.command()));
    }
    plan.apply()?;
    say_changes(&plan);
    Ok(Exit::Done)
}

fn file_name(template: &StageTemplate, yaml: bool) -> String {
    let ending = if yaml { "yaml" } else { "json" };
    let StageTemplate { stage, stack, .. } = template;
    format!("{TEMPLATES}/{stage}/{stack}.template.{ending}")
}

fn text(template: &StageTemplate, yaml: bool) -> String {
    if yaml {
        let document = serde_json::from_str(&template.text).expect("synthesis writes JSON objects");
        yaml_text(&document)
    } else {
        template.text.clone()
    }
}

/// The stage file's reader refuses these names; that a name from a file never leads out of the
/// folder is worth a second look.
fn unsafe_names(templates: &[StageTemplate]) -> Vec<Finding> {
    templates
        .iter()
        .filter(|template| !is_name(&template.stage))
        .map(|template| {
            Finding::error(
                "stage-name",
                format!(
                    "a stage's name becomes a folder and holds letters, digits, `-` and `_`, got `{}`",
                    template.stage
                ),
            )
        })
        .collect()
}

fn print(args: &SynthArgs, synthesis: &Synthesis) -> Result<Exit, Failure> {
    if let [template] = synthesis.templates.as_slice() {
        let text = text(template, args.yaml);
        printer::data(&text).map_err(Failure::Output)?;
        return Ok(Exit::Done);
    }
    let mut finding = Finding::error(
        "one-template",
        format!(
            "`--stdout` prints one template, and {} are selected",
            synthesis.templates.len()
        ),
    );
    if !synthesis.templates.is_empty() {
        let choices: Vec<String> = synthesis
            .templates
            .iter()
            .map(|template| format!("`--stack {} --stage {}`", template.stack, template.stage))
            .collect();
        finding = finding.hint(format!("select one: {}", choices.join(", ")));
    }
    Err(finding.into())
}

fn check(args: &SynthArgs, plan: &Plan<'_>, command: &str) -> Exit {
    let mut lines = String::new();
    for (name, change) in &plan.changes {
        let word = match change {
            Change::Create => "missing ",
            Change::Update => "stale   ",
            Change::Remove => "orphaned",
            Change::Keep => continue,
        };
        let _ = writeln!(lines, "{word} {name}");
    }
    if lines.is_empty() {
        printer::say(&format!(
            "{}: up to date\n",
            plural(plan.changes.len(), "template")
        ));
        return Exit::Done;
    }
    printer::say(&lines);
    printer::say("\n");
    let different = plan.changes.len() - plan.count(Change::Keep);
    let finding = Finding::error(
        "stale-templates",
        format!(
            "{} in `{TEMPLATES}/` {} not what the stage files say",
            plural(different, "file"),
            if different == 1 { "is" } else { "are" }
        ),
    )
    .hint(format!(
        "run `{}` and commit what it writes",
        synth_command(args, command)
    ));
    printer::say(&report::render(&[finding], None));
    Exit::Findings
}

/// The command that writes what `--check` has compared.
fn synth_command(args: &SynthArgs, command: &str) -> String {
    let mut words = vec![command.to_owned(), "synth".to_owned()];
    for stage in &args.selection.stage {
        words.push(format!("--stage {stage}"));
    }
    for stack in &args.selection.stack {
        words.push(format!("--stack {stack}"));
    }
    if args.yaml {
        words.push("--yaml".to_owned());
    }
    words.join(" ")
}

fn say_changes(plan: &Plan<'_>) {
    let mut text = String::new();
    for (name, change) in &plan.changes {
        let word = match change {
            Change::Create => "created",
            Change::Update => "updated",
            Change::Remove => "removed",
            Change::Keep => continue,
        };
        let _ = writeln!(text, "{word} {name}");
    }
    let parts: Vec<String> = [
        (Change::Create, "created"),
        (Change::Update, "updated"),
        (Change::Keep, "unchanged"),
        (Change::Remove, "removed"),
    ]
    .into_iter()
    .filter(|(change, _)| plan.count(*change) > 0)
    .map(|(change, word)| format!("{} {word}", plan.count(change)))
    .collect();
    let written = plan.changes.len() - plan.count(Change::Remove);
    let _ = writeln!(
        text,
        "{}: {}",
        plural(written, "template"),
        parts.join(", ")
    );
    printer::say(&text);
}
