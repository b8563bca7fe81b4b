//! `sageform status`: what is deployed, and whether it serves.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::deploy::change_set::ChangeSetSummary;
use crate::deploy::error::AwsError;
use crate::deploy::inputs::read_template;
use crate::deploy::stack::StackDescription;
use crate::deploy::state::{self, Entry};
use crate::deploy::stop::Stop;
use crate::deploy::tasks::bounded;
use crate::deploy::verify::{self, Serving};

use super::super::args::Selection;
use super::super::report::visible;
use super::super::session::AwsArgs;
use super::super::show::{serving_line, serving_object};
use super::super::targets::{Found, is_committed, look_up, looked, print_json};
use super::super::{Context, Exit, Failure, printer};

/// Show what is deployed: stacks, endpoints, and whether they are what was reviewed.
///
/// Of each stack: its status and what that means, when it was last updated, whether its template is the
/// committed one, the change sets that wait, and of each endpoint its status, configuration, variants
/// and counts, as SageMaker says. Nothing is changed.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform status                      everything\n  \
    sageform status --stage Production   one stage\n  \
    sageform status --format json | jq '.[] | select(.TemplateIsCommitted == false) | .StackName'\n\n\
    Exit codes: 0 shown, whatever the status; 1 findings; 30 no contact.")]
pub(in super::super) struct StatusArgs {
    #[command(flatten)]
    selection: Selection,

    /// How to print the status.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    aws: AwsArgs,
}

/// How the status is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: an array with one object per stack.
    Json,
}

/// What is known of a stack.
struct Status<'a> {
    found: &'a Found,
    /// Whether the deployed template is the committed one; `None` where one of the two is not there.
    committed: Option<bool>,
    waiting: Vec<ChangeSetSummary>,
    endpoints: Vec<Serving>,
    /// Whether the template could be read for its endpoints.
    readable: bool,
}

pub(in super::super) fn run(args: &StatusArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (project, session, found) = look_up(context, &args.selection, &args.aws)?;
    let work = async {
        let all = found
            .iter()
            .map(|found| look(&project.root, found))
            .collect();
        let mut statuses = Vec::new();
        let mut stops = Vec::new();
        for (result, found) in bounded(8, all).await.into_iter().zip(&found) {
            match result {
                Ok(status) => statuses.push(status),
                Err(error) => stops.push(Stop::before(&error).about(&found.target.subject)),
            }
        }
        if stops.is_empty() {
            Ok(statuses)
        } else {
            Err(stops)
        }
    };
    let statuses = looked(&session, work)?;
    match args.format {
        Format::Json => print_json(&statuses.iter().map(object).collect())?,
        Format::Text => {
            let text: String = statuses.iter().map(text).collect();
            printer::data(&text).map_err(Failure::Output)?;
        }
    }
    Ok(Exit::Done)
}

async fn look<'a>(root: &Path, found: &'a Found) -> Result<Status<'a>, AwsError> {
    let Found { target, aws, stack } = found;
    let mut status = Status {
        found,
        committed: None,
        waiting: Vec::new(),
        endpoints: Vec::new(),
        readable: true,
    };
    let Some(stack) = stack else {
        return Ok(status);
    };
    status.waiting = aws.change_sets(&stack.id).await?;
    status.waiting.retain(ChangeSetSummary::is_waiting);
    // It has no template yet.
    if Entry::of(Some(&stack.status)) == Entry::UnderReview {
        return Ok(status);
    }
    let deployed = aws.stack_template(&stack.id).await?;
    status.committed = is_committed(root, target, &deployed);
    match read_template(&deployed) {
        Ok(template) => status.endpoints = verify::look(aws, &stack.id, &template).await?,
        Err(_) => status.readable = false,
    }
    Ok(status)
}

fn since(stack: &StackDescription) -> Option<&str> {
    stack
        .last_updated_time
        .as_deref()
        .or(stack.creation_time.as_deref())
}

fn text(status: &Status<'_>) -> String {
    let Found { target, aws, stack } = status.found;
    let mut text = format!("{}  ", target.subject);
    let Some(stack) = stack else {
        let _ = writeln!(
            text,
            "not deployed: no stack {} in {} {}",
            target.stack_name,
            aws.identity().account,
            aws.region()
        );
        return text;
    };
    let _ = write!(text, "{}", stack.status);
    if let Some(since) = since(stack) {
        let _ = write!(text, " since {since}");
    }
    let _ = writeln!(
        text,
        ", stack {} in {} {}",
        stack.name,
        aws.identity().account,
        aws.region()
    );
    let mut line = |words: String| {
        let _ = writeln!(text, "  {}", visible(&words));
    };
    if Entry::of(Some(&stack.status)) != Entry::Update || stack.status.as_str().contains("ROLLBACK")
    {
        line(state::advice(Some(&stack.status), &target.subject));
    }
    if let Some(reason) = stack.status_reason.as_ref().filter(|text| !text.is_empty()) {
        line(format!("reason: {reason}"));
    }
    match status.committed {
        Some(true) => line(format!("template: {}", target.path)),
        Some(false) => line(format!("template: other than {}", target.path)),
        None => {}
    }
    for serving in &status.endpoints {
        line(serving_line(serving));
        for problem in &serving.problems {
            line(format!("  {}", problem.message));
        }
    }
    if !status.readable {
        line("endpoints: not known, because the deployed template is not JSON".to_owned());
    }
    for set in &status.waiting {
        let description = set.description.as_deref().unwrap_or("no description");
        line(format!(
            "waiting: change set {} ({}, {}): {description}",
            set.name, set.status, set.execution_status
        ));
    }
    text
}

fn object(status: &Status<'_>) -> Value {
    let Found { target, aws, stack } = status.found;
    let stack = stack.as_ref();
    let waiting: Vec<Value> = status
        .waiting
        .iter()
        .map(|set| {
            json!({
                "ChangeSetName": set.name,
                "Status": set.status,
                "ExecutionStatus": set.execution_status,
                "Description": set.description,
            })
        })
        .collect();
    json!({
        "Stage": target.subject.stage,
        "Stack": target.subject.stack,
        "StackName": target.stack_name,
        "StackId": stack.map(|stack| &stack.id),
        "Account": aws.identity().account,
        "Region": aws.region(),
        "StackStatus": stack.map(|stack| stack.status.as_str()),
        "StackStatusReason": stack.and_then(|stack| stack.status_reason.as_ref()),
        "LastUpdatedTime": stack.and_then(since),
        "TemplateIsCommitted": status.committed,
        "TerminationProtection": stack.map(|stack| stack.termination_protection),
        "ChangeSets": waiting,
        "Endpoints": status.endpoints.iter().map(serving_object).collect::<Vec<_>>(),
    })
}
