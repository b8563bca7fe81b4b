//! The templates that were reviewed: the committed files, which have to be what the stage files say.

use std::collections::BTreeMap;
use std::fs;

use crate::app::{Deployment, stack_name};
use crate::deploy::inputs::{exports_and_imports, read_template};
use crate::deploy::progress::Subject;
use crate::deploy::waves::{Member, waves};
use crate::finding::Finding;

use super::args::Selection;
use super::output::TEMPLATES;
use super::project::Project;
use super::{Context, Failure, printer, report};

/// A stack of a stage with its committed template.
#[derive(Debug, Clone)]
pub(super) struct Reviewed {
    /// The stack.
    pub(super) subject: Subject,
    /// CloudFormation's name for it.
    pub(super) stack_name: String,
    /// The template's path below the project.
    pub(super) path: String,
    /// The template, byte for byte.
    pub(super) text: String,
    /// What the stage says about its deployment.
    pub(super) deployment: Deployment,
}

impl Reviewed {
    /// Whether its template has a parameter of this name.
    pub(super) fn declares_parameter(&self, name: &str) -> bool {
        read_template(&self.text).is_ok_and(|template| {
            template
                .section("Parameters")
                .is_some_and(|section| section.contains_key(name))
        })
    }
}

/// The path of a template below the project.
pub(super) fn template_path(stage: &str, stack: &str) -> String {
    format!("{TEMPLATES}/{stage}/{stack}.template.json")
}

/// What is selected, in waves: each is deployed when the one before it serves.
///
/// # Errors
///
/// What is wrong with the project, and templates that are not what its stage files say: these were
/// never reviewed.
pub(super) fn waves_of(
    context: &Context<'_>,
    selection: &Selection,
) -> Result<(Project, Vec<Vec<Reviewed>>), Failure> {
    let project = Project::open(context, selection)?;
    let synthesis = project.synthesize(selection);
    if synthesis.has_errors() {
        return Err(synthesis.findings.into());
    }
    printer::say(&report::render(&synthesis.findings, Some(&project.root)));
    let mut stale = Vec::new();
    let mut all = Vec::new();
    for template in synthesis.templates {
        let path = template_path(&template.stage, &template.stack);
        match fs::read(project.root.join(&path)) {
            Ok(bytes) if bytes == template.text.as_bytes() => {}
            Ok(_) => stale.push(format!("`{path}` is stale")),
            Err(error) => stale.push(format!("`{path}` cannot be read: {error}")),
        }
        all.push(Reviewed {
            stack_name: stack_name(&template.stack, &template.stage),
            subject: Subject {
                stage: template.stage,
                stack: template.stack,
            },
            path,
            text: template.text,
            deployment: template.deployment,
        });
    }
    if !stale.is_empty() {
        let hint = format!(
            "run `{} synth`, have the change reviewed, and commit it",
            project.command()
        );
        let findings: Vec<Finding> = stale
            .into_iter()
            .map(|message| Finding::error("unreviewed", message).hint(hint.clone()))
            .collect();
        return Err(findings.into());
    }
    let members: Vec<Member> = all.iter().map(member).collect();
    let order = waves(&members).map_err(|error| Finding::error("no-order", error.to_string()))?;
    let mut by_index: BTreeMap<usize, Reviewed> = all.into_iter().enumerate().collect();
    let waves = order
        .into_iter()
        .map(|wave| {
            wave.into_iter()
                .filter_map(|index| by_index.remove(&index))
                .collect()
        })
        .collect();
    Ok((project, waves))
}

fn member(reviewed: &Reviewed) -> Member {
    // Synthesis has just written it.
    let template = read_template(&reviewed.text).unwrap_or_default();
    let (exports, imports) = exports_and_imports(&template);
    Member {
        stage: reviewed.subject.stage.clone(),
        stack: reviewed.subject.stack.clone(),
        exports,
        imports,
    }
}
