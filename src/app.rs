//! F5: stacks x stages become templates and findings. Pure: bytes in, texts out.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{self, Stage};
use crate::finding::{Finding, Place};
use crate::rules;
use crate::standard::standard;
use crate::template::{Stack, Template, json_text};

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
    /// What the stage says about how it is deployed.
    pub deployment: Deployment,
}

/// What a stage says that is for its deployment, and not in its template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deployment {
    /// The account, 12 digits; `None` allows any.
    pub account: Option<String>,
    /// The region, such as `eu-west-1`; `None` leaves it to whoever deploys.
    pub region: Option<String>,
    /// The role that CloudFormation assumes; `None` for the permissions of whoever deploys.
    pub role_arn: Option<String>,
    /// Whether CloudFormation refuses to delete the stack.
    pub termination_protection: bool,
    /// The stage's tags that are texts. Only these can be tags of the stack itself: a request holds no
    /// functions.
    pub tags: BTreeMap<String, String>,
}

impl Deployment {
    fn of(stage: &Stage) -> Self {
        let tags = stage.tags.iter().filter_map(|(key, value)| {
            let value = value.literal()?;
            Some((key.clone(), value.clone()))
        });
        Self {
            account: stage
                .account
                .as_ref()
                .map(|account| account.as_str().to_owned()),
            region: stage
                .region
                .as_ref()
                .map(|region| region.as_str().to_owned()),
            role_arn: stage
                .cloud_formation_role_arn
                .as_ref()
                .map(|role| role.as_str().to_owned()),
            termination_protection: stage.termination_protection,
            tags: tags.collect(),
        }
    }
}

/// The name that a stack of a stage has in CloudFormation: `<stack>-<Stage>`, with `-` for `_`.
///
/// CloudFormation accepts a letter, then letters, digits and `-`, up to 128 characters; case counts.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html>
pub fn stack_name(stack: &str, stage: &str) -> String {
    format!("{stack}-{stage}").replace('_', "-")
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
    synthesis(stacks, wanted, rules::check)
}

/// As [`synthesize`] does, and its findings also say what is worth knowing of the templates and no
/// fault of theirs.
pub fn synthesize_with_hints(
    stacks: &[StackInput<'_>],
    wanted: impl Fn(&str) -> bool,
) -> Synthesis {
    synthesis(stacks, wanted, |template, bytes| {
        let mut findings = rules::check(template, bytes);
        findings.extend(rules::hints(template));
        findings
    })
}

fn synthesis(
    stacks: &[StackInput<'_>],
    wanted: impl Fn(&str) -> bool,
    check: impl Fn(&Template, usize) -> Vec<Finding>,
) -> Synthesis {
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
                findings.extend(check(&template, text.len()));
            }
            for finding in findings {
                merged.push(in_stack(finding, input.name), &stage.name);
            }
            synthesis.templates.push(StageTemplate {
                stage: stage.name.clone(),
                stack: input.name.to_owned(),
                text,
                deployment: Deployment::of(stage),
            });
        }
        synthesis.findings.extend(merged.findings);
    }
    hide_secrets(&mut synthesis.findings);
    synthesis
}

/// A finding shows the line of the stage file that caused it; one about a secret must not, and neither
/// must any other of that line.
fn hide_secrets(findings: &mut [Finding]) {
    let line = |finding: &Finding| {
        let source = finding.place.source.as_ref()?;
        Some((source.file.clone(), source.line))
    };
    let secret: BTreeSet<_> = findings
        .iter()
        .filter(|finding| finding.rule == "model-env-secret")
        .filter_map(line)
        .collect();
    for finding in findings {
        if line(finding).is_some_and(|line| secret.contains(&line))
            && let Some(source) = &mut finding.place.source
        {
            source.text = None;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_named_after_itself_and_its_stage() {
        assert_eq!(stack_name("fraud", "Production"), "fraud-Production");
        assert_eq!(stack_name("single_cell", "EU_1"), "single-cell-EU-1");
    }

    #[test]
    fn what_is_for_the_deployment_comes_with_the_template() {
        let file = "Staging:\n  Account: \"123456789012\"\n  Region: eu-west-1\n  \
                    CloudFormationRoleArn: arn:aws:iam::123456789012:role/cloudformation\n  \
                    TerminationProtection: true\n  \
                    Tags: {team: ml, account: !Ref AWS::AccountId}\n  \
                    PackageGroups: [{Name: churn}]\nPlain:\n  PackageGroups: [{Name: churn}]\n";
        let input = StackInput {
            name: "churn",
            build: None,
            stage_file: config::Text {
                file: "config/churn.yaml",
                bytes: file.as_bytes(),
            },
            lock_file: None,
        };
        let synthesis = synthesize(&[input], |_| true);
        assert!(!synthesis.has_errors(), "{:?}", synthesis.findings);
        let deployments: Vec<&Deployment> = synthesis
            .templates
            .iter()
            .map(|template| &template.deployment)
            .collect();
        let staging = Deployment {
            account: Some("123456789012".to_owned()),
            region: Some("eu-west-1".to_owned()),
            role_arn: Some("arn:aws:iam::123456789012:role/cloudformation".to_owned()),
            termination_protection: true,
            tags: BTreeMap::from([("team".to_owned(), "ml".to_owned())]),
        };
        assert_eq!(deployments, [&staging, &Deployment::default()]);
    }
}
