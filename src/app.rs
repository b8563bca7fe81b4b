//! F5: stacks x stages become templates and findings. Pure: bytes in, texts out.

use std::collections::BTreeMap;

use crate::config::{self, Stage};
use crate::finding::{Finding, Place};
use crate::rules;
use crate::standard::standard;
use crate::template::{Stack, json_text};

/// Adds a stack's resources for one stage.
pub type Build = fn(&mut Stack, &Stage);

/// A stack that is to be synthesized.
#[derive(Debug, Clone, Copy)]
pub struct StackInput<'a> {
    /// The stack's name, which is also its stage file's.
    pub name: &'a str,
    /// The Rust function that builds it; `None` builds the standard hosting stack.
    pub build: Option<Build>,
    /// `config/<name>.yaml`.
    pub stage_file: config::Text<'a>,
    /// `config/<name>.lock.yaml`, where there is one.
    pub lock_file: Option<config::Text<'a>>,
}

/// A stack's template for one stage.
#[derive(Debug, Clone)]
pub struct StageTemplate {
    /// The stage.
    pub stage: String,
    /// The stack.
    pub stack: String,
    /// The template's canonical text. The tree that it was made from is not kept: many stacks would
    /// hold far more memory than is ever read again.
    pub text: String,
}

/// What a synthesis yields. Templates with errors are there too, so that a caller can show them;
/// they may not be written.
#[derive(Debug, Default)]
pub struct Synthesis {
    /// One per stack and stage, in the order of the stacks and of their stage files.
    pub templates: Vec<StageTemplate>,
    /// Everything that is wrong, at once.
    pub findings: Vec<Finding>,
}

impl Synthesis {
    /// Whether anything keeps the templates from being written.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Synthesizes the stages for which `wanted` holds; every stage of a stack's file is read and checked
/// even so, because they share their defaults.
pub fn synthesize(stacks: &[StackInput<'_>], wanted: impl Fn(&str) -> bool) -> Synthesis {
    let mut synthesis = Synthesis::default();
    for input in stacks {
        let (stages, findings) = config::read(input.name, input.stage_file, input.lock_file);
        synthesis.findings.extend(
            findings
                .into_iter()
                .map(|finding| in_stack(finding, input.name)),
        );
        let mut merged = Merged::default();
        for stage in stages.iter().filter(|stage| wanted(&stage.name)) {
            let mut stack = Stack::new(input.name);
            match input.build {
                Some(build) => build(&mut stack, stage),
                None => {
                    standard(&mut stack, stage);
                }
            }
            for (key, value) in &stage.tags {
                stack.tag(key.clone(), value.clone());
            }
            for (id, properties) in &stage.overrides {
                let cause = stage.source(&format!("Overrides.{id}"));
                stack.override_properties(id, properties.clone().into(), Some(cause));
            }
            let (template, mut findings) = stack.finish();
            let text = json_text(&template.document);
            // Of a stack that stopped before its first resource, everything has been said.
            if template.resources().next().is_some() || !findings.iter().any(Finding::is_error) {
                findings.extend(rules::check(&template, text.len()));
            }
            for finding in findings {
                merged.push(in_stack(finding, input.name), &stage.name);
            }
            synthesis.templates.push(StageTemplate {
                stage: stage.name.clone(),
                stack: input.name.to_owned(),
                text,
            });
        }
        synthesis.findings.extend(merged.findings);
    }
    synthesis
}

fn in_stack(mut finding: Finding, stack: &str) -> Finding {
    finding.place.stack = Some(stack.to_owned());
    finding
}

/// Findings about a stack's templates, each said once with every stage in which it is wrong for the
/// same cause.
#[derive(Default)]
struct Merged {
    findings: Vec<Finding>,
    index: BTreeMap<(Place, &'static str, String), usize>,
}

impl Merged {
    fn push(&mut self, mut finding: Finding, stage: &str) {
        finding.place.stages.clear();
        let key = (finding.place.clone(), finding.rule, finding.message.clone());
        let at = *self.index.entry(key).or_insert(self.findings.len());
        if at == self.findings.len() {
            self.findings.push(finding);
        }
        self.findings[at].place.stages.push(stage.to_owned());
    }
}
