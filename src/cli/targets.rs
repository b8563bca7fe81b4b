//! The stacks of a selection, as verbs see them that look at what is deployed or get it back: what is
//! written about them, whether or not it was deployed like that.

use std::cell::RefCell;
use std::path::Path;

use crate::app::{Deployment, stack_name};
use crate::deploy::aws::Aws;
use crate::deploy::error::AwsError;
use crate::deploy::follow::Ended;
use crate::deploy::progress::{Listener, Notice, Subject};
use crate::deploy::stack::StackDescription;
use crate::deploy::stop::{Reason, Stop};
use crate::finding::Finding;

use super::args::Selection;
use super::deployment::{connect_all, stopped};
use super::project::Project;
use super::reviewed::template_path;
use super::session::{AwsArgs, Interrupted, Session};
use super::{Context, Failure, printer, report};

/// A stack of a stage.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The stack.
    pub(super) subject: Subject,
    /// CloudFormation's name for it.
    pub(super) stack_name: String,
    /// The path of its template below the project.
    pub(super) path: String,
    /// What the stage says about its deployment.
    pub(super) deployment: Deployment,
}

/// A target that was looked up.
#[derive(Debug)]
pub(super) struct Found {
    /// The target.
    pub(super) target: Target,
    /// The connection to its account and region.
    pub(super) aws: Aws,
    /// The stack; `None` where there is none.
    pub(super) stack: Option<StackDescription>,
}

/// What is selected, in the order of the stacks and of their stage files. Templates need not be
/// written: what is deployed is another matter.
///
/// # Errors
///
/// What is wrong with the project: an account that cannot be read must not be taken for none.
fn targets(
    context: &Context<'_>,
    selection: &Selection,
) -> Result<(Project, Vec<Target>), Failure> {
    let project = Project::open(context, selection)?;
    let synthesis = project.synthesize(selection);
    if synthesis.has_errors() {
        return Err(synthesis.findings.into());
    }
    let targets = synthesis
        .templates
        .into_iter()
        .map(|template| Target {
            stack_name: stack_name(&template.stack, &template.stage),
            path: template_path(&template.stage, &template.stack),
            subject: Subject {
                stage: template.stage,
                stack: template.stack,
            },
            deployment: template.deployment,
        })
        .collect();
    Ok((project, targets))
}

/// Connects, and looks every stack up.
///
/// # Errors
///
/// Every stack that cannot be looked up.
async fn find(session: &Session, targets: Vec<Target>) -> Result<Vec<Found>, Vec<Stop>> {
    let facts = targets
        .iter()
        .map(|target| (target.subject.clone(), target.deployment.clone()));
    let connections = connect_all(session, facts).await?;
    let mut found = Vec::new();
    for (target, aws) in targets.into_iter().zip(connections) {
        let stack = aws
            .stack(&target.stack_name)
            .await
            .map_err(|error| vec![Stop::before(&error).about(&target.subject)])?;
        found.push(Found { target, aws, stack });
    }
    Ok(found)
}

/// What is selected, each connected to and looked up.
///
/// # Errors
///
/// What is wrong with the project, and every stack that cannot be looked up.
pub(super) fn look_up(
    context: &Context<'_>,
    selection: &Selection,
    args: &AwsArgs,
) -> Result<(Project, Session, Vec<Found>), Failure> {
    let (project, targets) = targets(context, selection)?;
    let session = Session::new(args)?;
    let found = looked(&session, find(&session, targets))?;
    Ok((project, session, found))
}

/// Runs work that only looks, so that a signal needs no words.
pub(super) fn looked<T>(
    session: &Session,
    work: impl Future<Output = Result<T, Vec<Stop>>>,
) -> Result<T, Failure> {
    session
        .run(work)
        .map_err(|signal| Failure::Interrupted(signal.exit_code))?
        .map_err(stopped)
}

/// Work on one stack after the other, of which a signal only ends the watching.
#[derive(Debug, Default)]
pub(super) struct Begun(RefCell<Option<Subject>>);

impl Begun {
    /// From here on, CloudFormation goes on by itself.
    pub(super) fn set(&self, subject: &Subject) {
        *self.0.borrow_mut() = Some(subject.clone());
    }

    /// The stack is done with.
    pub(super) fn clear(&self) {
        *self.0.borrow_mut() = None;
    }

    /// Says after a signal what goes on.
    pub(super) fn interrupted(&self, signal: Interrupted, command: &str) -> Failure {
        if let Some(subject) = &*self.0.borrow() {
            printer::say(&format!(
                "{subject}: what was begun goes on; follow it with `{command} events --follow --stage {} --stack {}`\n",
                subject.stage, subject.stack
            ));
        }
        Failure::Interrupted(signal.exit_code)
    }
}

/// Shows what went wrong with an operation and what to do.
pub(super) fn failed(ended: &Ended, reason: Reason, subject: &Subject) -> Stop {
    let mut findings = ended.findings();
    if let Some(first) = findings.first_mut().filter(|first| first.hint.is_none()) {
        let advice = crate::deploy::state::advice(Some(&ended.status), subject);
        first.hint = Some(advice);
    }
    Stop { reason, findings }.about(subject)
}

/// Tells of what a success has left behind.
pub(super) fn tell_orphans(ended: &Ended, subject: &Subject, listener: &Listener) {
    for orphan in &ended.orphans {
        let id = orphan.physical_id.as_deref().unwrap_or_default();
        let words = format!(
            "{} `{id}` could not be deleted and may still cost",
            orphan.logical_id
        );
        listener(subject, Notice::Warning(words));
    }
}

/// A stop that leaves everything as it was.
pub(super) fn refused(
    reason: Reason,
    rule: &'static str,
    subject: &Subject,
    message: String,
    hint: String,
) -> Stop {
    Stop::new(reason, Finding::error(rule, message).hint(hint)).about(subject)
}

/// A call failed while an operation was under way.
pub(super) fn during(error: &AwsError, subject: &Subject) -> Stop {
    Stop::during(error).about(subject)
}

/// Prints every stop; the exit code is that of the worst.
pub(super) fn conclude(stops: Vec<Stop>) -> Result<super::Exit, Failure> {
    if stops.is_empty() {
        return Ok(super::Exit::Done);
    }
    Err(stopped(stops))
}

/// Whether the deployed template is the committed one; `None` where there is no committed one.
pub(super) fn is_committed(root: &Path, target: &Target, deployed: &str) -> Option<bool> {
    let committed = std::fs::read(root.join(&target.path)).ok()?;
    Some(committed == deployed.as_bytes())
}

/// A value as JSON on standard output.
pub(super) fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    let text = report::escaped_json(&format!("{value:#}"));
    printer::data(&format!("{text}\n")).map_err(Failure::Output)
}
