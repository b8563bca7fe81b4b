//! `sageform diff`: what changes, and what that does to endpoints.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use crate::app::{StageTemplate, Synthesis};
use crate::review::{self, MARKDOWN_LIMIT, StageReview, compare, contrast};

use super::super::args::Selection;
use super::super::base::{Base, Key, Templates, synthesized};
#[cfg(feature = "deploy")]
use super::super::deployed;
use super::super::project::{Project, unknown_name};
use super::super::report;
#[cfg(feature = "deploy")]
use super::super::session::AwsArgs;
use super::super::{Context, Exit, Failure, printer};

/// Show what changes, and what that does to endpoints.
///
/// What the stage files and stacks say now is compared with the templates in `templates/`, with those
/// of a git revision, with another stage, or with what is deployed. Nothing is written, and only the
/// last needs an account.
///
/// Replaced models and endpoint configurations are part of the rollout that they lead to: its steps,
/// how long it takes, what runs beside the old fleet, and whether scaled capacity stays. Secrets are
/// masked in every format.
#[derive(Debug, Args)]
#[command(
    after_long_help = "With `--format json`, an object with `schema_version` (1), `changed`, and `reviews`, one per stage\n\
    and stack: `stage`, `stack`, `base`, `new`, `changed`, `counts`, `needs_acknowledgement`, `notes`,\n\
    and `review`:\n  \
    changes     resources: `logical_id`, `resource_type`, `action`, `reasons`, `properties` (`path`,\n              \
    `before`, `after`, `requires_recreation`, `masked`), `attributes`, `protected`\n  \
    rollouts    endpoints that move: `strategy`, `steps`, `estimate`, `fleet`, `scaling` ...\n  \
    attention   what a reviewer should not miss: `level`, `logical_id`, `message`\n  \
    parameters, outputs, other, unchanged, side_by_side\n\n\
    Examples:\n  \
    sageform diff                                        against the files in `templates/`\n  \
    sageform diff --base origin/main --format markdown   for a comment on a pull request\n  \
    sageform diff --stage Production --against Staging   how the stages differ\n  \
    sageform diff --deployed                             against what is deployed\n  \
    sageform diff --detailed-exitcode                    2 when anything changes"
)]
pub(in super::super) struct DiffArgs {
    #[command(flatten)]
    selection: Selection,

    /// Compare with `templates/` of this git revision: a branch, a tag, a commit.
    #[arg(long, value_name = "REF", conflicts_with = "against")]
    base: Option<String>,

    /// Compare with this stage of the same stack, side by side.
    #[arg(long, value_name = "STAGE")]
    against: Option<String>,

    /// Compare with the templates of the stacks as they are deployed.
    #[cfg(feature = "deploy")]
    #[arg(long, conflicts_with_all = ["base", "against"])]
    deployed: bool,

    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Exit with 2 when anything changes.
    #[arg(long)]
    detailed_exitcode: bool,

    #[cfg(feature = "deploy")]
    #[command(flatten)]
    aws: AwsArgs,
}

/// How changes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a comment on a pull request, within GitHub's size.
    Markdown,
}

pub(in super::super) fn run(args: &DiffArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let project = Project::open(context, &args.selection)?;
    let mut selection = args.selection.clone();
    if let (Some(other), false) = (&args.against, selection.stage.is_empty()) {
        selection.stage.push(other.clone());
    }
    let mut synthesis = project.synthesize(&selection);
    if let Some(other) = &args.against
        && !synthesis.has_errors()
    {
        let known: BTreeSet<&String> = synthesis.templates.iter().map(|one| &one.stage).collect();
        if !known.contains(other) {
            let known: Vec<String> = known.into_iter().cloned().collect();
            let finding = unknown_name("stage", other, &known);
            synthesis.findings.push(finding);
        }
    }
    printer::say(&report::render(&synthesis.findings, Some(&project.root)));
    if synthesis.has_errors() {
        let summary = report::summary(&synthesis.findings, "nothing was compared");
        printer::say(&summary);
        return Ok(Exit::Findings);
    }
    let compared: Vec<&StageTemplate> = synthesis
        .templates
        .iter()
        .filter(|one| args.selection.has_stage(&one.stage))
        .filter(|one| args.against.as_ref() != Some(&one.stage))
        .collect();
    let base = load(args, &project, &synthesis, &compared)?;
    let now: Vec<(Key, &str)> = compared
        .into_iter()
        .map(|one| ((one.stage.clone(), one.stack.clone()), one.text.as_str()))
        .collect();
    let reviews = reviews(&now, &base, args.against.is_some());
    print(&reviews, args.format)?;
    let changed = reviews.iter().any(|stage| !stage.review.is_empty());
    Ok(if args.detailed_exitcode && changed {
        Exit::Changes
    } else {
        Exit::Done
    })
}

/// What the project is compared with.
fn load(
    args: &DiffArgs,
    project: &Project,
    synthesis: &Synthesis,
    compared: &[&StageTemplate],
) -> Result<Templates, Failure> {
    #[cfg(feature = "deploy")]
    if args.deployed {
        return deployed::templates(&args.aws, compared);
    }
    #[cfg(not(feature = "deploy"))]
    let _ = compared;
    let base = match (&args.base, &args.against) {
        (Some(revision), _) => Base::Revision(revision.clone()),
        (None, Some(stage)) => Base::Stage(stage.clone()),
        (None, None) => Base::Written,
    };
    Ok(base.load(&project.root, &args.selection, synthesis)?)
}

/// A review per stage and stack: those of the project in its order, then those that only the base
/// has.
fn reviews(now: &[(Key, &str)], base: &Templates, between_stages: bool) -> Vec<StageReview> {
    let mut reviews: Vec<StageReview> = now
        .iter()
        .map(|(key, text)| {
            let before = base.by_key.get(key);
            let after = synthesized(text);
            let mut review = match before {
                Some(before) if between_stages => stage(key, base, contrast(before, &after)),
                _ => stage(key, base, compare(before, Some(&after))),
            };
            if between_stages {
                review.new.clone_from(&key.0);
            }
            if before.is_none() {
                review.notes.push(if base.complete {
                    format!("{} has no such template: all of it is new", base.label)
                } else {
                    format!(
                        "`{}` is no stage of `{}`: all of it is new",
                        base.label, key.1
                    )
                });
            }
            review
        })
        .collect();
    if base.complete {
        let known: BTreeSet<&Key> = now.iter().map(|(key, _)| key).collect();
        for (key, before) in &base.by_key {
            if !known.contains(key) {
                let mut review = stage(key, base, compare(Some(before), None));
                review.notes.push(
                    "no stage file has it any more; its stack stays until somebody deletes it"
                        .to_owned(),
                );
                reviews.push(review);
            }
        }
    }
    reviews
}

fn stage(key: &Key, base: &Templates, review: review::Review) -> StageReview {
    StageReview {
        stage: key.0.clone(),
        stack: key.1.clone(),
        region: None,
        account: None,
        base: base.label.clone(),
        new: "stage files".to_owned(),
        review,
        notes: Vec::new(),
    }
}

fn print(reviews: &[StageReview], format: Format) -> Result<(), Failure> {
    match format {
        Format::Text if reviews.is_empty() => {
            printer::say("nothing to compare\n");
            return Ok(());
        }
        Format::Text => printer::report(&review::text(reviews)),
        Format::Markdown => printer::data(&review::markdown(reviews, MARKDOWN_LIMIT)),
        Format::Json => printer::data(&report::escaped_json(&review::json(reviews))),
    }
    .map_err(Failure::Output)
}
