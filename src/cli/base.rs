//! What a project is compared with: templates that were written, committed, or are another stage's.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::app::Synthesis;
use crate::config::files;
use crate::config::yaml::{Limits, parse};
use crate::finding::Finding;
use crate::json::Json;
use crate::template::Template;

use super::args::Selection;
use super::git::Repository;
use super::output::TEMPLATES;
use super::project::is_name;

const ENDINGS: [&str; 2] = [".template.json", ".template.yaml"];

/// Where the templates come from that a project is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    /// The files in `templates/`, as they are on the disk.
    Written,
    /// The files in `templates/` of a git revision.
    Revision(String),
    /// The same stack's template for another stage, synthesized now.
    Stage(String),
}

/// A stage and a stack.
pub(super) type Key = (String, String);

/// The templates of a base.
#[derive(Debug, Default)]
pub(super) struct Templates {
    /// What they are called.
    pub(super) label: String,
    /// The templates, by stage and stack.
    pub(super) by_key: BTreeMap<Key, Template>,
    /// Whether the base should have every stage and stack that the project has, and no other: what is
    /// missing on one side is new or removed.
    pub(super) complete: bool,
}

impl Base {
    /// Reads the templates of the stages and stacks that are selected.
    pub(super) fn load(
        &self,
        root: &Path,
        selection: &Selection,
        synthesis: &Synthesis,
    ) -> Result<Templates, Vec<Finding>> {
        match self {
            Self::Written => written(root, selection),
            Self::Revision(name) => revision(root, name, selection),
            Self::Stage(name) => Ok(stage(name, synthesis)),
        }
    }
}

/// Files by the stage and stack that they are the template of. A JSON file goes before a YAML file.
struct Files {
    found: BTreeMap<Key, String>,
}

impl Files {
    fn new() -> Self {
        Self {
            found: BTreeMap::new(),
        }
    }

    /// Takes a file in `templates/`, by its folder and its name, where it bears the name of a
    /// template that is selected.
    fn take(&mut self, stage: &str, file: &str, selection: &Selection) {
        for ending in ENDINGS {
            let Some(stack) = file.strip_suffix(ending) else {
                continue;
            };
            let named = is_name(stage) && is_name(stack);
            if named && selection.has_stage(stage) && selection.has_stack(stack) {
                let path = format!("{TEMPLATES}/{stage}/{file}");
                let key = (stage.to_owned(), stack.to_owned());
                let known = self.found.entry(key).or_insert_with(|| path.clone());
                if path < *known {
                    *known = path;
                }
            }
        }
    }

    /// Reads the files; all that is wrong with them is reported at once.
    fn read(
        self,
        label: String,
        read: impl Fn(&str) -> Result<Option<Vec<u8>>, Finding>,
    ) -> Result<Templates, Vec<Finding>> {
        let mut templates = BTreeMap::new();
        let mut findings = Vec::new();
        for (key, file) in self.found {
            let bytes = match read(&file) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(finding) => {
                    findings.push(finding);
                    continue;
                }
            };
            match template(&file, &bytes) {
                Ok(template) => {
                    templates.insert(key, template);
                }
                Err(wrong) => findings.extend(wrong),
            }
        }
        if findings.is_empty() {
            Ok(Templates {
                label,
                by_key: templates,
                complete: true,
            })
        } else {
            Err(findings)
        }
    }
}

/// Reads a template, JSON or YAML, whoever wrote it.
pub(super) fn template(file: &str, bytes: &[u8]) -> Result<Template, Vec<Finding>> {
    let (document, findings) = parse(file, bytes, &Limits::TEMPLATE);
    let Some(document) = document.filter(|_| findings.is_empty()) else {
        return Err(findings);
    };
    match document.to_json() {
        Json::Object(object) => Ok(Template::from_document(object)),
        _ => Err(vec![
            Finding::error(
                "template-shape",
                "expected a template, which is an object with `Resources`",
            )
            .at(document.source(document.root.span)),
        ]),
    }
}

fn written(root: &Path, selection: &Selection) -> Result<Templates, Vec<Finding>> {
    let mut files = Files::new();
    let folder = root.join(TEMPLATES);
    for stage in names(&folder, TEMPLATES)? {
        // Anything else that lies there is no stage.
        if is_name(&stage) && folder.join(&stage).is_dir() {
            for file in names(&folder.join(&stage), &format!("{TEMPLATES}/{stage}"))? {
                files.take(&stage, &file, selection);
            }
        }
    }
    files.read(format!("{TEMPLATES}/"), |file| {
        files::read(root, file, &Limits::TEMPLATE)
    })
}

/// The names in a folder, sorted; none where it does not exist.
fn names(folder: &Path, shown: &str) -> Result<Vec<String>, Vec<Finding>> {
    let failed = |error: io::Error| {
        vec![Finding::error(
            "disk",
            format!("cannot list `{shown}`: {error}"),
        )]
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

fn revision(root: &Path, name: &str, selection: &Selection) -> Result<Templates, Vec<Finding>> {
    let one = |finding: Finding| vec![finding];
    let repository = Repository::open(root).map_err(one)?;
    let commit = repository.commit(name).map_err(one)?;
    let mut files = Files::new();
    for path in repository.files(&commit, TEMPLATES).map_err(one)? {
        let parts: Vec<&str> = path.split('/').collect();
        if let [TEMPLATES, stage, file] = parts.as_slice() {
            files.take(stage, file, selection);
        }
    }
    let short: String = commit.chars().take(10).collect();
    let label = if name == commit || name == short {
        short
    } else {
        format!("{name} ({short})")
    };
    files.read(label, |file| repository.read(&commit, file).map(Some))
}

/// Each stack's template for one stage stands for the base of all of its other stages.
fn stage(name: &str, synthesis: &Synthesis) -> Templates {
    let others = synthesis.templates.iter().filter(|one| one.stage != name);
    let templates = others
        .filter_map(|one| {
            let base = synthesis
                .templates
                .iter()
                .find(|other| other.stage == name && other.stack == one.stack)?;
            let key = (one.stage.clone(), one.stack.clone());
            Some((key, synthesized(&base.text)))
        })
        .collect();
    Templates {
        label: name.to_owned(),
        by_key: templates,
        complete: false,
    }
}

/// A template from the text that synthesis made.
pub(super) fn synthesized(text: &str) -> Template {
    Template::from_document(serde_json::from_str(text).expect("synthesis writes JSON objects"))
}
