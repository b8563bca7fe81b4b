//! `sageform validate`: findings, for the project or for any template.

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
use super::super::project::{Project, start};
use super::super::report::{self, plural};
use super::super::{Context, Exit, Failure, printer};

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
/// is a CloudFormation template in JSON or YAML, whoever wrote it; `-` is standard input.
///
/// The findings are printed to standard output. The exit code is 1 when one of them is an error.
#[derive(Debug, Args)]
#[command(
    after_long_help = "With `--format json`, the findings are an array of objects:\n  \
    rule      id of the rule, such as `unknown-key`\n  \
    severity  `error`, `warning` or `note`\n  \
    message   what is wrong\n  \
    hint      what to do about it, or null\n  \
    place     where: `source` (file, line, column, length, text), `stack`, `stages`,\n            \
    `logical_id`, `path`; null where they do not apply\n\n\
    Examples:\n  \
    sageform validate                                  the project\n  \
    sageform validate old/endpoint.yaml                a template from elsewhere\n  \
    sageform validate --format json | jq '.[].rule'    for other programs"
)]
pub(in super::super) struct ValidateArgs {
    /// CloudFormation templates, JSON or YAML. Without any, the project.
    #[arg(value_name = "FILE", conflicts_with_all = ["stage", "stack"])]
    files: Vec<PathBuf>,

    #[command(flatten)]
    selection: Selection,

    /// How to print the findings.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(in super::super) fn run(args: &ValidateArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (findings, checked, root) = if args.files.is_empty() {
        match Project::open(context, &args.selection) {
            Ok(project) => {
                let synthesis = project.synthesize(&args.selection);
                let checked = synthesis.templates.len();
                (synthesis.findings, checked, Some(project.root))
            }
            Err(Failure::Findings(findings)) => (findings, 0, None),
            Err(failure) => return Err(failure),
        }
    } else {
        let folder = start(context)?;
        let findings = args
            .files
            .iter()
            .flat_map(|file| check_file(&folder, file))
            .collect();
        (findings, args.files.len(), None)
    };
    match args.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&findings)
                .expect("findings are texts, numbers and lists");
            let json = report::escaped_json(&json);
            printer::data(&format!("{json}\n")).map_err(Failure::Output)?;
        }
        Format::Text => {
            let text = report::render(&findings, root.as_deref());
            printer::report(&text).map_err(Failure::Output)?;
            let checked = plural(checked, "template");
            if findings.is_empty() {
                printer::say(&format!("{checked}: no findings\n"));
            } else {
                let consequence = format!("{checked} checked");
                printer::say(&report::summary(&findings, &consequence));
            }
        }
    }
    if findings.iter().any(Finding::is_error) {
        return Ok(Exit::Findings);
    }
    Ok(Exit::Done)
}

/// Everything that is wrong with one template.
fn check_file(folder: &Path, file: &Path) -> Vec<Finding> {
    let shown = if file.as_os_str() == "-" {
        "<stdin>".to_owned()
    } else {
        file.to_string_lossy().replace('\\', "/")
    };
    let bytes = match read(folder, &shown) {
        Ok(bytes) => bytes,
        Err(finding) => return vec![finding],
    };
    let (document, mut findings) = parse(&shown, &bytes, &Limits::TEMPLATE);
    let Some(document) = document.filter(|_| findings.is_empty()) else {
        return findings;
    };
    let Json::Object(object) = document.to_json() else {
        let message = "expected a template, which is an object with `Resources`";
        return vec![
            Finding::error("template-shape", message).at(document.source(document.root.span)),
        ];
    };
    findings.extend(rules::check(&Template::from_document(object), bytes.len()));
    for finding in &mut findings {
        if let Some(source) = locate(&document, finding) {
            finding.place.source = Some(source);
        }
    }
    findings
}

fn read(folder: &Path, shown: &str) -> Result<Vec<u8>, Finding> {
    if shown == "<stdin>" {
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
