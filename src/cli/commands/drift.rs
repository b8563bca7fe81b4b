//! `sageform drift`: what was changed outside the stacks.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::deploy::drift::{Drift, detect, differs};
use crate::deploy::error::ErrorKind;
use crate::deploy::state;
use crate::deploy::stop::{Reason, Stop};
use crate::deploy::tasks::bounded;

use super::super::args::Selection;
use super::super::listen::{Ear, Form};
use super::super::report::visible;
use super::super::session::{AwsArgs, Session};
use super::super::show::serving_object;
use super::super::targets::{Found, conclude, look_up, looked, print_json, refused};
use super::super::{Context, Exit, Failure, printer};

/// Compare deployed stacks with what is really there.
///
/// CloudFormation compares the resources whose types it can read. Models, endpoint configurations and
/// endpoints are not among them. The first two cannot be changed once they are made, and the endpoint
/// is compared here, with what SageMaker says of it. What nobody has compared is listed.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform drift --stage Production\n  \
    sageform drift --detailed-exitcode    in a nightly job: 2 when something differs\n\n\
    Exit codes: 0 compared; 1 findings, or a stack that cannot be compared; 2 something differs (only \
    with `--detailed-exitcode`); 12 a stack is busy; 30 no contact.")]
pub(in super::super) struct DriftArgs {
    #[command(flatten)]
    selection: Selection,

    /// Exit with 2 when something differs.
    #[arg(long)]
    detailed_exitcode: bool,

    /// How to print what differs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    aws: AwsArgs,
}

/// How drift is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: an array with one object per stack.
    Json,
}

pub(in super::super) fn run(args: &DriftArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (_, session, found) = look_up(context, &args.selection, &args.aws)?;
    let ear = Ear::new(Form::Text);
    let listener = ear.listener();
    let work = async {
        let all = found
            .iter()
            .map(|found| {
                let (session, listener, ear) = (&session, &listener, &ear);
                async move {
                    let drift = one(found, session, listener).await;
                    ear.finish(&found.target.subject);
                    drift
                }
            })
            .collect();
        Ok(bounded(8, all).await)
    };
    let mut drifts = Vec::new();
    let mut stops = Vec::new();
    for (result, found) in looked(&session, work)?.into_iter().zip(&found) {
        match result {
            Ok(drift) => drifts.push((found, drift)),
            Err(stop) => stops.push(stop),
        }
    }
    match args.format {
        Format::Json => print_json(&drifts.iter().map(object).collect())?,
        Format::Text => {
            let text: String = drifts.iter().map(text).collect();
            printer::data(&text).map_err(Failure::Output)?;
        }
    }
    conclude(stops)?;
    let differs = drifts.iter().any(|(_, drift)| drift.has_drifted());
    Ok(if differs && args.detailed_exitcode {
        Exit::Changes
    } else {
        Exit::Done
    })
}

async fn one(
    found: &Found,
    session: &Session,
    listener: &crate::deploy::progress::Listener,
) -> Result<Drift, Stop> {
    let subject = &found.target.subject;
    let Some(stack) = &found.stack else {
        return Err(refused(
            Reason::Refused,
            "not-deployed",
            subject,
            format!("there is no stack `{}` to compare", found.target.stack_name),
            state::advice(None, subject),
        ));
    };
    let drift = detect(&found.aws, stack, subject, session.pace(), listener).await;
    drift.map_err(|error| {
        if error.kind != ErrorKind::InvalidState {
            return Stop::before(&error).about(subject);
        }
        let reason = if stack.status.as_str().ends_with("_IN_PROGRESS") {
            Reason::Busy
        } else {
            Reason::Refused
        };
        let hint = state::advice(Some(&stack.status), subject);
        refused(reason, "stack-state", subject, error.message, hint)
    })
}

fn text((found, drift): &(&Found, Drift)) -> String {
    let mut text = format!("{}  ", found.target.subject);
    let verdict = if drift.has_drifted() {
        "something differs"
    } else {
        "nothing differs of what was compared"
    };
    let _ = writeln!(text, "{verdict}; CloudFormation says {}", drift.status);
    let mut line = |words: String| {
        let _ = writeln!(text, "  {}", visible(&words));
    };
    if let Some(reason) = &drift.incomplete {
        line(format!(
            "the detection did not get through everything: {reason}"
        ));
    }
    for resource in drift.resources.iter().filter(|resource| differs(resource)) {
        line(format!(
            "{} {} ({})",
            resource.status, resource.logical_id, resource.resource_type
        ));
        for difference in &resource.differences {
            line(format!(
                "  {} {}: {} -> {}",
                difference.kind, difference.path, difference.expected, difference.actual
            ));
        }
    }
    for endpoint in &drift.endpoints {
        let as_it_should = endpoint.problems.is_empty().then_some("as the stack says");
        let problems = endpoint
            .problems
            .iter()
            .map(|problem| problem.message.as_str());
        for words in problems.chain(as_it_should) {
            line(format!("endpoint {}: {words}", endpoint.name));
        }
    }
    for unchecked in &drift.unchecked {
        line(format!(
            "not compared: {} ({})",
            unchecked.logical_id, unchecked.resource_type
        ));
    }
    text
}

fn object((found, drift): &(&Found, Drift)) -> Value {
    json!({
        "Stage": found.target.subject.stage,
        "Stack": found.target.subject.stack,
        "Drifted": drift.has_drifted(),
        "StackDriftStatus": drift.status,
        "Incomplete": drift.incomplete,
        "Resources": drift.resources,
        "NotCompared": drift.unchecked,
        "Endpoints": drift.endpoints.iter().map(serving_object).collect::<Vec<_>>(),
    })
}
