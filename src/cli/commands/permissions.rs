//! `sageform permissions`: the least IAM policies that a stage's deployment needs.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use crate::app::{StageTemplate, stack_name};
use crate::finding::Finding;
use crate::json::{Json, Object};
use crate::permissions::{self, MANAGED_POLICY_SIZE, Policy, Subject, Verb};
use crate::template::Template;

use super::super::args::Selection;
use super::super::project::Project;
use super::super::report::{self, plural};
use super::super::{Context, Exit, Failure, printer};

/// Print the least IAM policies that a stage's deployment needs.
///
/// Per stage, over all its stacks: `Plan` for whoever plans and changes nothing that serves; `Apply` for whoever applies plans and gets wedged stacks back;
/// `CloudFormation` for the role that CloudFormation assumes, `CloudFormationRoleArn`; and `Trust`,
/// which lets CloudFormation assume it. They are derived from the resources in the templates and from
/// what each verb calls, and every statement says why it is there. What a template stops using is
/// taken away with the permissions of before: give the role both, then the new ones.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform permissions --stage Production                             what, on what, and why\n  \
    sageform permissions --stage Production --policy plan > plan.json   for `aws iam create-policy`\n  \
    sageform permissions --stage Staging --for destroy --for discard    for just these verbs\n  \
    sageform permissions --format json | jq '.Production.CloudFormation'")]
pub(in super::super) struct PermissionsArgs {
    #[command(flatten)]
    selection: Selection,

    /// Print this policy of one stage as a document, and nothing else.
    #[arg(long, value_name = "POLICY", conflicts_with = "format")]
    policy: Option<Kind>,

    /// Of a policy that is too large for one document, print this part; the first is 1.
    #[arg(long, value_name = "N", requires = "policy")]
    part: Option<usize>,

    /// A policy for just this verb, in place of the others; may be repeated. It is called `Deployer`.
    #[arg(long = "for", value_name = "VERB", value_parser = verb())]
    verbs: Vec<Verb>,

    /// The bucket through which templates over 51,200 bytes are handed over.
    #[arg(long, value_name = "NAME")]
    template_bucket: Option<String>,

    /// How to print the policies.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Whose policy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Whoever plans.
    Plan,
    /// Whoever applies.
    Apply,
    /// The role that CloudFormation assumes.
    #[value(name = "cloudformation")]
    CloudFormation,
    /// Who may assume that role.
    Trust,
    /// Whoever runs the verbs of `--for`.
    Deployer,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::Plan => "Plan",
            Self::Apply => "Apply",
            Self::CloudFormation => "CloudFormation",
            Self::Trust => "Trust",
            Self::Deployer => "Deployer",
        }
    }
}

/// How policies are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: with the reasons.
    Text,
    /// For programs: `{stage: {policy: document}}`.
    Json,
}

fn verb() -> impl clap::builder::TypedValueParser<Value = Verb> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    let names = Verb::ALL.iter().map(|verb| verb.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Verb>())
}

pub(in super::super) fn run(
    args: &PermissionsArgs,
    context: &Context<'_>,
) -> Result<Exit, Failure> {
    if (args.policy == Some(Kind::Deployer)) == args.verbs.is_empty() && args.policy.is_some() {
        return Err(Finding::error(
            "policy-and-verbs",
            "`--policy deployer` goes with `--for`, and the other policies go without",
        )
        .hint("name the verbs with `--for VERB`, or leave `--for` out")
        .into());
    }
    let project = Project::open(context, &args.selection)?;
    let synthesis = project.synthesize(&args.selection);
    printer::say(&report::render(&synthesis.findings, Some(&project.root)));
    if synthesis.has_errors() {
        let summary = report::summary(&synthesis.findings, "nothing was printed");
        printer::say(&summary);
        return Ok(Exit::Findings);
    }
    let stages = stages(args, &synthesis.templates);
    let text = match (args.policy, args.format) {
        (Some(kind), _) => {
            let (policy, document) = one(args, kind, &stages)?;
            for note in policy.iter().flat_map(|policy| &policy.notes) {
                printer::say(&format!("note: {note}\n"));
            }
            pretty(&document)
        }
        (None, Format::Json) => pretty(&all(&stages)),
        (None, Format::Text) => {
            let stages: Vec<String> = stages.iter().map(explain).collect();
            stages.join("\n")
        }
    };
    printer::data(&text).map_err(Failure::Output)?;
    Ok(Exit::Done)
}

/// A stage, and what its deployment needs.
struct Stage {
    name: String,
    /// Each stack's name in CloudFormation, with its region and account.
    stacks: Vec<String>,
    policies: Vec<(Kind, Policy)>,
}

/// The stages, in the order of the stacks and of their files.
fn stages(args: &PermissionsArgs, templates: &[StageTemplate]) -> Vec<Stage> {
    let mut names: Vec<&str> = Vec::new();
    for template in templates {
        if !names.contains(&template.stage.as_str()) {
            names.push(&template.stage);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let templates = templates.iter().filter(|template| template.stage == name);
            stage(args, name, templates)
        })
        .collect()
}

fn stage<'a>(
    args: &PermissionsArgs,
    name: &str,
    templates: impl Iterator<Item = &'a StageTemplate>,
) -> Stage {
    let read: Vec<(String, Template, &StageTemplate)> = templates
        .map(|template| {
            let document: Object =
                serde_json::from_str(&template.text).expect("synthesis writes JSON objects");
            (
                stack_name(&template.stack, name),
                Template::from_document(document),
                template,
            )
        })
        .collect();
    let subjects: Vec<Subject<'_>> = read
        .iter()
        .map(|(stack, template, of)| Subject {
            stack,
            template,
            size: of.text.len(),
            account: of.deployment.account.as_deref(),
            region: of.deployment.region.as_deref(),
            role_arn: of.deployment.role_arn.as_deref(),
            termination_protection: of.deployment.termination_protection,
        })
        .collect();
    let bucket = args.template_bucket.as_deref();
    let deployer = |verbs: &[Verb]| permissions::deployer(&subjects, verbs, bucket);
    let policies = if args.verbs.is_empty() {
        vec![
            (Kind::Plan, deployer(Verb::PLANNING)),
            (Kind::Apply, deployer(Verb::APPLYING)),
            (
                Kind::CloudFormation,
                permissions::cloudformation_role(&subjects),
            ),
        ]
    } else {
        vec![(Kind::Deployer, deployer(&args.verbs))]
    };
    let stacks = subjects.iter().map(|subject| {
        let region = subject.region.unwrap_or("any region");
        let account = subject.account.unwrap_or("any account");
        format!("{} in {region}, {account}", subject.stack)
    });
    Stage {
        name: name.to_owned(),
        stacks: stacks.collect(),
        policies,
    }
}

/// One document of one stage.
fn one<'a>(
    args: &PermissionsArgs,
    kind: Kind,
    stages: &'a [Stage],
) -> Result<(Option<&'a Policy>, Json), Failure> {
    let [stage] = stages else {
        let mut finding = Finding::error(
            "one-stage",
            format!(
                "`--policy` prints a policy of one stage, and {} are selected",
                stages.len()
            ),
        );
        if !stages.is_empty() {
            let names: Vec<String> = stages
                .iter()
                .map(|stage| format!("`--stage {}`", stage.name))
                .collect();
            finding = finding.hint(format!("select one: {}", names.join(", ")));
        }
        return Err(finding.into());
    };
    if kind == Kind::Trust {
        return Ok((None, permissions::trust()));
    }
    let found = stage.policies.iter().find(|(other, _)| *other == kind);
    let policy = found.map(|(_, policy)| policy);
    let mut documents = policy.map(Policy::documents).unwrap_or_default();
    let count = documents.len();
    match args.part {
        None if count == 1 => Ok((policy, documents.remove(0))),
        Some(part) if (1..=count).contains(&part) => Ok((policy, documents.remove(part - 1))),
        _ if count == 0 => Err(Finding::error(
            "nothing-to-allow",
            format!("stage `{}` needs no such policy", stage.name),
        )
        .into()),
        part => {
            let got = part.map_or_else(
                || format!("the policy is too large for one document of {MANAGED_POLICY_SIZE} characters"),
                |part| format!("there is no part {part}"),
            );
            Err(Finding::error(
                "policy-part",
                format!("{got}: it has {}", plural(count, "part")),
            )
            .hint(format!("parts are numbered from 1 to {count}; attach each"))
            .into())
        }
    }
}

/// All documents, by stage and policy; the parts of a policy are numbered.
fn all(stages: &[Stage]) -> Json {
    let of = |stage: &Stage| {
        let mut documents = Object::new();
        for (kind, policy) in &stage.policies {
            for (index, document) in policy.documents().into_iter().enumerate() {
                let number = if index == 0 {
                    String::new()
                } else {
                    (index + 1).to_string()
                };
                documents.insert(format!("{}{number}", kind.title()), document);
            }
            if *kind == Kind::CloudFormation {
                documents.insert(Kind::Trust.title(), permissions::trust());
            }
        }
        Json::Object(documents)
    };
    stages
        .iter()
        .map(|stage| (stage.name.clone(), of(stage)))
        .collect()
}

fn pretty(document: &Json) -> String {
    let text = serde_json::to_string_pretty(document).expect("a document is a tree of texts");
    format!("{}\n", report::escaped_json(&text))
}

fn explain(stage: &Stage) -> String {
    let mut text = format!("stage {}\n", stage.name);
    for stack in &stage.stacks {
        let _ = writeln!(text, "  {stack}");
    }
    for (kind, policy) in &stage.policies {
        let sizes: Vec<String> = policy
            .documents()
            .iter()
            .map(|document| permissions::size(document).to_string())
            .collect();
        let _ = writeln!(
            text,
            "\n  {}: {} of {MANAGED_POLICY_SIZE} characters{}",
            kind.title(),
            sizes.join(" + "),
            if sizes.len() > 1 {
                ", a managed policy each"
            } else {
                ""
            }
        );
        for note in &policy.notes {
            let _ = writeln!(text, "    note: {note}");
        }
        for statement in &policy.statements {
            let _ = writeln!(text, "    {}: {}", statement.sid, statement.reason);
            let actions = statement.actions.iter().map(String::as_str);
            lines(&mut text, "allow", actions);
            lines(
                &mut text,
                "on",
                statement.resources.iter().map(String::as_str),
            );
            if let Some(condition) = &statement.condition {
                let condition =
                    serde_json::to_string(condition).expect("a condition is a tree of texts");
                lines(&mut text, "if", [condition.as_str()].into_iter());
            }
        }
    }
    if stage
        .policies
        .iter()
        .any(|(kind, _)| *kind == Kind::CloudFormation)
    {
        text.push_str(
            "\n  Trust: `cloudformation.amazonaws.com` may assume the role that has the policy \
             `CloudFormation`\n",
        );
    }
    text
}

fn lines<'a>(text: &mut String, word: &str, lines: impl Iterator<Item = &'a str>) {
    for (index, line) in lines.enumerate() {
        let word = if index == 0 { word } else { "" };
        let _ = writeln!(text, "      {word:<5} {line}");
    }
}
