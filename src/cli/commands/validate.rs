//! `sageform validate`: findings, for the project or for any template.

use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::config::document::Document;
use crate::config::files;
use crate::config::yaml::{Limits, parse};
use crate::finding::{Finding, Source};
use crate::json::Json;
use crate::rules;
use crate::template::Template;

use super::super::args::Selection;
use super::super::project::{Project, root, start};
use super::super::report::{self, plural};
use super::super::silence::Silenced;
use super::super::{Context, Exit, Failure, fix, github, output, printer, sarif};

/// How standard input is named in findings.
const STDIN: &str = "<stdin>";

/// The sections in which a logical id may be declared, and what a finding's path may start at.
const SECTIONS: [&str; 6] = [
    "Resources",
    "Parameters",
    "Outputs",
    "Conditions",
    "Mappings",
    "Rules",
];

/// Report what is wrong with the project, or with any CloudFormation template.
///
/// Without files, the project is checked as `synth` does, and nothing is written. With files, each
/// is a CloudFormation template in JSON or YAML, whoever wrote it; `-` is standard input. Both show
/// notes too: what is no fault, and could be better. `sageform explain RULE` tells more of a rule.
///
/// The findings are printed to standard output. The exit code is 1 when one of them is an error.
#[derive(Debug, Args)]
#[command(
    after_long_help = "With `--format json`, the findings are an array of objects:\n  \
    rule      id of the rule, such as `unknown-key`\n  \
    severity  `error`, `warning` or `note`\n  \
    message   what is wrong\n  \
    hint      what to do about it, or null\n  \
    got       what was found: the value alone, or null\n  \
    allowed   what is allowed instead, as the end of \"expected ...\", or null\n  \
    fix       the edit that repairs it, or null: `set` (path, value) or `remove` (path)\n  \
    place     where: `source` (file, line, column, length, text), `stack`, `stages`,\n            \
    `logical_id`, `path`; null where they do not apply\n\n\
    Examples:\n  \
    sageform validate                                  the project\n  \
    sageform validate old/endpoint.yaml                a template from elsewhere\n  \
    sageform validate --against old.yaml new.yaml      the update from one to the other too\n  \
    sageform validate --fix old/endpoint.yaml          repair what can be, and report the rest\n  \
    sageform validate --format json | jq '.[].rule'    for other programs\n  \
    sageform validate --format sarif > findings.sarif  for code scanning"
)]
pub(in super::super) struct ValidateArgs {
    /// CloudFormation templates, JSON or YAML. Without any, the project.
    #[arg(value_name = "FILE", conflicts_with_all = ["stage", "stack"])]
    files: Vec<PathBuf>,

    #[command(flatten)]
    selection: Selection,

    /// Judge the update from this template to FILE as well.
    ///
    /// Some things are right in both templates and refused from one to the other: another instance
    /// type of a variant that scales, a variant that is renamed under a deployment policy.
    #[arg(long, value_name = "OLD", requires = "files", conflicts_with = "fix")]
    against: Option<PathBuf>,

    /// How to print the findings.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Repair the files where a finding leaves nothing to decide.
    ///
    /// The text is kept as it is but for the repaired places. What cannot be repaired is reported.
    #[arg(long)]
    fix: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning and editors: SARIF 2.1.0.
    Sarif,
    /// For the log of a GitHub workflow: each finding beside its line in a pull request.
    Github,
}

/// What was checked, and what was found.
struct Checked {
    findings: Vec<Finding>,
    templates: usize,
    root: Option<PathBuf>,
    /// How many findings `--fix` would try to repair.
    repairable: usize,
}

pub(in super::super) fn run(args: &ValidateArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let checked = if args.files.is_empty() {
        if args.fix {
            let message = "`--fix` repairs files that are named, and the project's templates are \
                           made from its stage files";
            let hint = "change the stage file, or name the templates of somebody else: \
                        `sageform validate --fix FILE`";
            return Err(Finding::error("usage", message).hint(hint).into());
        }
        project(args, context)?
    } else {
        named(args, context)?
    };
    let findings = &checked.findings;
    match args.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(findings)
                .expect("findings are texts, numbers and lists");
            let json = report::escaped_json(&json);
            printer::data(&format!("{json}\n"))
        }
        Format::Sarif => printer::data(&report::escaped_json(&sarif::text(findings))),
        Format::Github => printer::data(&github::text(findings)),
        Format::Text => printer::report(&report::render(findings, checked.root.as_deref())),
    }
    .map_err(Failure::Output)?;
    if args.format == Format::Text {
        summarize(&checked);
    }
    if findings.iter().any(Finding::is_error) {
        return Ok(Exit::Findings);
    }
    Ok(Exit::Done)
}

fn summarize(checked: &Checked) {
    let templates = plural(checked.templates, "template");
    if checked.findings.is_empty() {
        printer::say(&format!("{templates}: no findings\n"));
        return;
    }
    let mut consequence = format!("{templates} checked");
    if checked.repairable > 0 {
        let _ = write!(
            consequence,
            ", {} can be repaired with `--fix`",
            checked.repairable
        );
    }
    printer::say(&report::summary(&checked.findings, &consequence));
}

/// The project, as `synth` checks it, with hints.
fn project(args: &ValidateArgs, context: &Context<'_>) -> Result<Checked, Failure> {
    let (findings, templates, root) = match Project::open(context, &args.selection) {
        Ok(project) => {
            let synthesis = project.synthesize_with_hints(&args.selection);
            let templates = synthesis.templates.len();
            (synthesis.findings, templates, Some(project.root))
        }
        Err(Failure::Findings(findings)) => (findings, 0, None),
        Err(failure) => return Err(failure),
    };
    Ok(Checked {
        findings,
        templates,
        root,
        repairable: 0,
    })
}

/// The files that are named, repaired where that is asked for.
fn named(args: &ValidateArgs, context: &Context<'_>) -> Result<Checked, Failure> {
    let folder = &start(context)?;
    // Silencers are the project's, where the folder is in one.
    let (mut silenced, mut findings) = root(context)
        .map(|root| Silenced::read(&root))
        .unwrap_or_default();
    let old = match &args.against {
        Some(file) => Some(template(
            folder,
            &file.to_string_lossy().replace('\\', "/"),
        )?),
        None => None,
    };
    for file in &args.files {
        let shown = if file.as_os_str() == "-" {
            STDIN.to_owned()
        } else {
            file.to_string_lossy().replace('\\', "/")
        };
        if args.fix && shown == STDIN {
            let message = "`--fix` repairs files, and standard input is none";
            let hint = "name the file instead of `-`";
            return Err(Finding::error("usage", message).hint(hint).into());
        }
        if args.fix && is_generated(&folder.join(&shown), context) {
            let message = format!(
                "`{}` is made from a stage file, and would be made the same again",
                report::visible(&shown)
            );
            let hint = "change the stage file, then run `sageform synth`";
            return Err(Finding::error("usage", message).hint(hint).into());
        }
        match read(folder, &shown) {
            Ok(bytes) if args.fix => findings.extend(repair(folder, &shown, bytes)?),
            Ok(bytes) => findings.extend(check(&shown, &bytes, old.as_ref())),
            Err(finding) => findings.push(finding),
        }
    }
    silenced.apply(&mut findings);
    let repairable = findings.iter().filter(|finding| finding.fix.is_some());
    Ok(Checked {
        repairable: if args.fix { 0 } else { repairable.count() },
        findings,
        templates: args.files.len(),
        root: None,
    })
}

/// The template in a file that is only compared with.
fn template(folder: &Path, shown: &str) -> Result<Template, Failure> {
    let bytes = read(folder, shown)?;
    let (document, findings) = parse(shown, &bytes, &Limits::TEMPLATE);
    if !findings.is_empty() {
        return Err(Failure::Findings(findings));
    }
    if let Some(Json::Object(object)) = document.map(|document| document.to_json()) {
        return Ok(Template::from_document(object));
    }
    let message = format!("`{}` is no template", report::visible(shown));
    Err(Finding::error("template-shape", message).into())
}

/// Whether a file is one of the project's own templates.
fn is_generated(file: &Path, context: &Context<'_>) -> bool {
    let templates = root(context).map(|root| root.join(output::TEMPLATES).canonicalize());
    match (templates, file.canonicalize()) {
        (Ok(Ok(templates)), Ok(file)) => file.starts_with(templates),
        _ => false,
    }
}

/// Repairs a file and says so; what is left is returned.
fn repair(folder: &Path, shown: &str, bytes: Vec<u8>) -> Result<Vec<Finding>, Failure> {
    let check = |bytes: &[u8]| check(shown, bytes, None);
    let repaired = fix::repair(shown, bytes, &check);
    let mut said = String::new();
    if repaired.done > 0 {
        let path = folder.join(shown);
        // What a link leads to is replaced, and not the link.
        let path = path.canonicalize().unwrap_or(path);
        output::write_file(&path, &repaired.text)?;
        let places = plural(repaired.done, "place");
        let _ = writeln!(said, "{}: {places} repaired", report::visible(shown));
    }
    for (finding, reason) in &repaired.left {
        let id = finding.place.logical_id.as_deref().unwrap_or_default();
        let _ = writeln!(
            said,
            "{}: {} of `{}` is not repaired: {reason}",
            report::visible(shown),
            finding.rule,
            report::visible(id)
        );
    }
    if repaired.more {
        let _ = writeln!(
            said,
            "{}: there is more to repair; run it again",
            report::visible(shown)
        );
    }
    printer::say(&said);
    Ok(repaired.findings)
}

/// Everything that is wrong with one template, and what could be better; with the deployed one also
/// what is wrong with the update.
fn check(shown: &str, bytes: &[u8], old: Option<&Template>) -> Vec<Finding> {
    let (document, mut findings) = parse(shown, bytes, &Limits::TEMPLATE);
    let Some(document) = document.filter(|_| findings.is_empty()) else {
        return findings;
    };
    let Json::Object(object) = document.to_json() else {
        let message = "expected a template, which is an object with `Resources`";
        return vec![
            Finding::error("template-shape", message).at(document.source(document.root.span)),
        ];
    };
    let template = Template::from_document(object);
    let checked = rules::Checked::new(&template, bytes.len());
    findings.extend(checked.faults);
    findings.extend(checked.hints);
    if let Some(old) = old {
        findings.extend(rules::check_update(old, &template));
    }
    for finding in &mut findings {
        if let Some(source) = locate(&document, finding) {
            finding.place.source = Some(source);
        }
    }
    hide_secrets(&mut findings);
    findings
}

/// Findings show their line. A secret in it is not spread any further.
fn hide_secrets(findings: &mut [Finding]) {
    let secrets: Vec<Source> = findings
        .iter()
        .filter(|finding| finding.rule == "model-env-secret")
        .filter_map(|finding| finding.place.source.clone())
        .collect();
    for finding in findings {
        if let Some(source) = &mut finding.place.source {
            for secret in &secrets {
                source.hide(secret);
            }
        }
    }
}

fn read(folder: &Path, shown: &str) -> Result<Vec<u8>, Finding> {
    if shown == STDIN {
        let mut bytes = Vec::new();
        // One byte more than is accepted, so that the reader sees that it is too much.
        let limit = Limits::TEMPLATE.bytes as u64 + 1;
        io::stdin()
            .lock()
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                Finding::error(
                    "unreadable-file",
                    format!("standard input cannot be read: {error}"),
                )
            })?;
        return Ok(bytes);
    }
    files::read(folder, shown, &Limits::TEMPLATE)?
        .ok_or_else(|| Finding::error("missing-file", format!("`{shown}` is not there")))
}

/// Where in the file a finding applies.
fn locate(document: &Document, finding: &Finding) -> Option<Source> {
    let path = finding.place.path.as_deref().unwrap_or_default();
    let Some(id) = &finding.place.logical_id else {
        return Some(document.locate(path));
    };
    let entries = SECTIONS.map(|section| format!("{section}.{id}"));
    // A path starts below `Properties`, or names an attribute of the resource itself.
    let exact = entries
        .iter()
        .flat_map(|entry| [format!("{entry}.Properties"), entry.clone()])
        .map(|base| {
            if path.is_empty() {
                base
            } else {
                join(&base, path)
            }
        })
        .find(|path| document.root.at(path).is_some());
    let entry = entries
        .iter()
        .find(|entry| document.root.at(entry).is_some());
    let nearest = entry.map(|entry| {
        let properties = format!("{entry}.Properties");
        if path.is_empty() || document.root.at(&properties).is_none() {
            join(entry, path)
        } else {
            join(&properties, path)
        }
    });
    let path = if path.is_empty() {
        entry.cloned()
    } else {
        exact.or(nearest)
    };
    Some(document.locate(&path?))
}

fn join(base: &str, path: &str) -> String {
    if path.is_empty() || path.starts_with('[') {
        format!("{base}{path}")
    } else {
        format!("{base}.{path}")
    }
}
