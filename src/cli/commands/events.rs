//! `sageform events`: what happened to a stack, or happens now.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use crate::deploy::follow::{Following, follow, last_operation};
use crate::deploy::inputs::read_template;
use crate::deploy::progress::Subject;
use crate::deploy::state::{Entry, Terminal};
use crate::deploy::stop::{Reason, Stop};
use crate::deploy::tasks::bounded;
use crate::deploy::verify;

use super::super::args::Selection;
use super::super::listen::{Ear, Form, event_line, event_object};
use super::super::session::{AwsArgs, Session};
use super::super::show::serving_line;
use super::super::targets::{Found, conclude, during, failed, look_up, looked, tell_orphans};
use super::super::{Context, Exit, Failure, printer, report};

/// Show the events of each stack's last operation, or follow the one that runs to its end.
///
/// The last operation is told from its beginning, with the rollback that followed it and with the
/// stacks nested in it. With `--follow`, new events are shown as they happen, until the stack is done
/// and its endpoints serve; the exit code is then that of `apply`. Ending this program never ends an
/// operation: it can be followed again, from anywhere.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform events --stage Staging --stack inference             what happened last\n  \
    sageform events --stage Staging --stack inference --follow    until it is done\n  \
    sageform events --format json | jq 'select(.ResourceStatus | endswith(\"_FAILED\"))'\n\n\
    Exit codes: 0 shown, or followed to a success or a deletion; 1 findings; with `--follow` also 20 \
    failed and rolled back; 21 failed, and a person is needed; 22 the stack is fine, but the endpoint \
    does not serve what it says; 30 lost contact.")]
pub(in super::super) struct EventsArgs {
    #[command(flatten)]
    selection: Selection,

    /// Show new events until the operation has ended.
    #[arg(long)]
    follow: bool,

    /// How to print events.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    aws: AwsArgs,
}

/// How events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line per event.
    Text,
    /// One JSON object a line.
    Json,
}

pub(in super::super) fn run(args: &EventsArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (_, session, found) = look_up(context, &args.selection, &args.aws)?;
    for found in &found {
        let empty = match &found.stack {
            None => "not deployed: there are no events",
            Some(stack) if Entry::of(Some(&stack.status)) == Entry::UnderReview => {
                "under review: nothing has been executed"
            }
            Some(_) => continue,
        };
        printer::say(&format!("{}: {empty}\n", found.target.subject));
    }
    if !args.follow {
        return show(args, &session, &found);
    }
    let ear = Ear::new(match args.format {
        Format::Text => Form::Text,
        Format::Json => Form::JsonLines,
    });
    let listener = ear.listener();
    let work = async {
        let all = running(&found)
            .map(|(found, id)| {
                let (session, listener, ear) = (&session, &listener, &ear);
                async move {
                    let followed = one(found, id, session, listener).await;
                    ear.finish(&found.target.subject);
                    followed
                }
            })
            .collect();
        Ok(bounded(usize::MAX >> 1, all).await)
    };
    let results = looked(&session, work)?;
    let mut stops = Vec::new();
    for result in results {
        match result {
            Ok(words) => printer::say(&words),
            Err(stop) => stops.push(stop),
        }
    }
    conclude(stops)
}

/// The stacks of which something was ever executed, with their ARNs.
fn running(found: &[Found]) -> impl Iterator<Item = (&Found, &str)> {
    found.iter().filter_map(|found| {
        let stack = found.stack.as_ref()?;
        let begun = Entry::of(Some(&stack.status)) != Entry::UnderReview;
        begun.then_some((found, stack.id.as_str()))
    })
}

fn show(args: &EventsArgs, session: &Session, found: &[Found]) -> Result<Exit, Failure> {
    let work = async {
        let mut all = Vec::new();
        for (found, id) in running(found) {
            let events = last_operation(&found.aws, id)
                .await
                .map_err(|error| vec![Stop::before(&error).about(&found.target.subject)])?;
            all.push((&found.target.subject, events));
        }
        Ok(all)
    };
    let mut text = String::new();
    for (subject, events) in looked(session, work)? {
        for event in events {
            let _ = match args.format {
                Format::Text => writeln!(text, "{subject}  {}", event_line(&event)),
                Format::Json => {
                    let mut object = event_object(&event);
                    object["Stage"] = subject.stage.clone().into();
                    object["Stack"] = subject.stack.clone().into();
                    writeln!(text, "{}", report::escaped_json(&object.to_string()))
                }
            };
        }
    }
    printer::data(&text).map_err(Failure::Output)?;
    Ok(Exit::Done)
}

/// Follows one stack to its end, and sees that its endpoints serve.
async fn one(
    found: &Found,
    stack_id: &str,
    session: &Session,
    listener: &crate::deploy::progress::Listener,
) -> Result<String, Stop> {
    let subject: &Subject = &found.target.subject;
    let ended = follow(Following {
        aws: &found.aws,
        stack_id,
        token: None,
        subject,
        pace: session.pace(),
        listener,
        before: None,
    })
    .await
    .map_err(|error| during(&error, subject))?;
    match ended.outcome {
        Terminal::Succeeded => tell_orphans(&ended, subject, listener),
        // It was to be deleted, or could not be made and was to be deleted then.
        Terminal::Deleted if ended.cause.is_none() => {
            return Ok(format!("{subject}  {}\n", ended.status));
        }
        Terminal::Deleted | Terminal::RolledBack => {
            return Err(failed(&ended, Reason::RolledBack, subject));
        }
        Terminal::Failed => return Err(failed(&ended, Reason::Stuck, subject)),
    }
    let deployed = found
        .aws
        .stack_template(stack_id)
        .await
        .map_err(|error| during(&error, subject))?;
    let mut words = format!("{subject}  {}\n", ended.status);
    if let Ok(template) = read_template(&deployed) {
        let pace = session.pace();
        let serving =
            verify::verify(&found.aws, stack_id, &template, subject, pace, listener).await?;
        for serving in &serving {
            let _ = writeln!(
                words,
                "{subject}  {}",
                report::visible(&serving_line(serving))
            );
        }
    }
    Ok(words)
}
