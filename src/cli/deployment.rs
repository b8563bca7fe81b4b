//! Planning and applying many stacks: what `plan`, `apply` and `deploy` share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use clap::Args;

use crate::app::Deployment;
use crate::deploy::apply::{Applied, Applying, apply};
use crate::deploy::aws::Aws;
use crate::deploy::plan::PlannedStack;
use crate::deploy::planning::{Planned, Wanted, plan};
use crate::deploy::progress::Subject;
use crate::deploy::recover;
use crate::deploy::stop::{Reason, Stop};
use crate::deploy::tasks::bounded;
use crate::finding::Finding;

use super::listen::Ear;
use super::reviewed::Reviewed;
use super::session::{Interrupted, Session};
use super::{Failure, printer};

/// How many stacks are worked on at the same time.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Parallel {
    /// How many stacks are worked on at the same time.
    ///
    /// However many, requests to one API of one account and region keep below its limit.
    #[arg(long, value_name = "NUMBER", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=64))]
    max_parallel: u16,
}

/// What a change set is given beside its template.
#[derive(Debug, Clone, Args)]
pub(super) struct PlanOptions {
    /// A parameter's value; `STACK.NAME=VALUE` for one stack. May be repeated.
    ///
    /// Without it, a parameter keeps the value that the stack has, or gets the template's default.
    #[arg(long, value_name = "[STACK.]NAME=VALUE", value_parser = parameter)]
    parameter: Vec<(String, String)>,

    /// The bucket for templates of more than 51,200 bytes.
    ///
    /// `{account}` and `{region}` stand for the stage's. A template is stored under its digest, and
    /// only once.
    #[arg(long, value_name = "BUCKET")]
    template_bucket: Option<String>,

    /// Minutes for which the alarms that guard an endpoint are watched after the update.
    ///
    /// When one of them goes off, CloudFormation takes the update back.
    #[arg(long, value_name = "MINUTES", default_value = "0", value_parser = clap::value_parser!(u16).range(0..=180))]
    monitoring_minutes: u16,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| "expected `NAME=VALUE`".to_owned())
}

impl PlanOptions {
    /// The parameters of one stack: a value for it alone comes before one for all. A name without a
    /// stack is for those stacks that have the parameter.
    fn parameters_of(&self, reviewed: &Reviewed) -> BTreeMap<String, String> {
        let prefix = format!("{}.", reviewed.subject.stack);
        let declared = |name: &str| reviewed.declares_parameter(name);
        let mut parameters = BTreeMap::new();
        for (name, value) in &self.parameter {
            if !name.contains('.') && declared(name) {
                parameters.insert(name.clone(), value.clone());
            }
        }
        for (name, value) in &self.parameter {
            if let Some(name) = name.strip_prefix(&prefix) {
                parameters.insert(name.to_owned(), value.clone());
            }
        }
        parameters
    }

    /// Names that none of the stacks has.
    pub(super) fn unknown(&self, all: &[&Reviewed]) -> Vec<Finding> {
        self.parameter
            .iter()
            .filter(|(name, _)| match name.split_once('.') {
                Some((stack, _)) => !all.iter().any(|one| one.subject.stack == stack),
                None => !all.iter().any(|one| one.declares_parameter(name)),
            })
            .map(|(name, _)| {
                Finding::error(
                    "unknown-parameter",
                    format!("none of the stacks has the parameter `{name}`"),
                )
            })
            .collect()
    }

    fn wanted(&self, reviewed: &Reviewed, order: usize, attach: bool) -> Wanted {
        Wanted {
            subject: reviewed.subject.clone(),
            stack_name: reviewed.stack_name.clone(),
            order,
            path: reviewed.path.clone(),
            text: reviewed.text.clone(),
            parameters: self.parameters_of(reviewed),
            tags: reviewed.deployment.tags.clone(),
            role_arn: reviewed.deployment.role_arn.clone(),
            termination_protection: reviewed.deployment.termination_protection,
            template_bucket: self.template_bucket.clone(),
            monitoring_minutes: self.monitoring_minutes,
            attach,
        }
    }
}

/// What may be done to endpoints and to what holds data.
#[derive(Debug, Clone, Args)]
pub(super) struct ApplyOptions {
    /// Go ahead without asking.
    #[arg(long, short)]
    pub(super) yes: bool,

    /// Replace or remove this resource, as `STACK/LOGICAL_ID`. May be repeated.
    ///
    /// Needed for endpoints, and for what holds data or is used from outside: without it, a plan that
    /// replaces or removes one of them is not applied.
    #[arg(long, value_name = "STACK/LOGICAL_ID")]
    allow_replacement: Vec<String>,

    /// Update an endpoint that is not as its stack left it.
    ///
    /// Without it, an endpoint that runs another configuration than its stack made is not touched,
    /// because somebody else, or SageMaker, has changed it since.
    #[arg(long)]
    accept_endpoint: bool,
}

impl ApplyOptions {
    /// What still has to be acknowledged by name.
    pub(super) fn unacknowledged(&self, stacks: &[PlannedStack]) -> Vec<Stop> {
        let mut stops = Vec::new();
        for stack in stacks {
            for id in &stack.protected {
                let name = format!("{}/{id}", stack.stack);
                if !self.allow_replacement.contains(&name) {
                    let finding = Finding::error(
                        "unacknowledged",
                        format!("`{id}` would be replaced or removed, which breaks its callers or loses its data"),
                    )
                    .on(id.clone())
                    .hint(format!("nothing was executed; if it is meant, add `--allow-replacement {name}`"));
                    stops.push(Stop::new(Reason::Unacknowledged, finding).about(&stack.subject()));
                }
            }
        }
        stops
    }
}

/// Connects to the account and region of each stack. Nothing is made anywhere while one of them is
/// somebody else's.
pub(super) async fn connect_all(
    session: &Session,
    stacks: impl Iterator<Item = (Subject, Deployment)>,
) -> Result<Vec<Aws>, Vec<Stop>> {
    let mut connections = Vec::new();
    let mut stops: Vec<Stop> = Vec::new();
    for (subject, deployment) in stacks {
        match session.connect(&subject, &deployment).await {
            Ok(aws) => connections.push(aws),
            Err(stop) => stops.push(stop),
        }
    }
    if stops.is_empty() {
        Ok(connections)
    } else {
        Err(stops)
    }
}

/// Makes the change sets of some stacks at the same time.
///
/// # Errors
///
/// Every stack that could not be planned. What was made for the others is removed then.
pub(super) async fn plan_all(
    session: &Session,
    options: &PlanOptions,
    parallel: Parallel,
    stacks: &[(Reviewed, usize)],
    attach: bool,
    ear: &Arc<Ear>,
) -> Result<Vec<Planned>, Vec<Stop>> {
    let facts = stacks
        .iter()
        .map(|(reviewed, _)| (reviewed.subject.clone(), reviewed.deployment.clone()));
    let connections = connect_all(session, facts).await?;
    let work = connections
        .iter()
        .zip(stacks)
        .map(|(aws, (reviewed, order))| {
            let (aws, pace, ear) = (aws.clone(), session.pace(), Arc::clone(ear));
            let wanted = options.wanted(reviewed, *order, attach);
            async move {
                let planned = plan(&aws, &wanted, pace, &ear.listener()).await;
                ear.finish(&wanted.subject);
                planned
            }
        })
        .collect();
    let results = bounded(usize::from(parallel.max_parallel), work).await;
    let (planned, stops): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    if stops.is_empty() {
        return Ok(planned.into_iter().flatten().collect());
    }
    discard_made(session, ear).await;
    Err(stops.into_iter().filter_map(Result::err).collect())
}

/// Removes what was made and not executed. What cannot be removed is told: the next plan of the same
/// finds it again.
pub(super) async fn discard_made(session: &Session, ear: &Arc<Ear>) {
    for (change_set, stack_id) in ear.made() {
        let Some(aws) = session.connection_of(&change_set).await else {
            continue;
        };
        let planned = recover::Planned {
            change_set,
            stack_id,
        };
        if let Err(error) = recover::discard(&aws, std::slice::from_ref(&planned)).await {
            printer::say(&format!(
                "warning: the change set `{}` could not be deleted: {error}\n",
                planned.change_set
            ));
        }
    }
}

/// How a stack of a plan ended: what it was, or why not.
pub(super) type Outcome = (Subject, Result<Applied, Stop>);

/// Applies the stacks of a plan, wave by wave, and stops after the first wave in which one fails.
/// What was not begun is not in the answer.
pub(super) async fn apply_all(
    session: &Session,
    options: &ApplyOptions,
    parallel: Parallel,
    root: &Path,
    stacks: &[PlannedStack],
    ear: &Arc<Ear>,
) -> Result<Vec<Outcome>, Vec<Stop>> {
    let facts = stacks.iter().map(|stack| {
        let deployment = Deployment {
            account: Some(stack.account.clone()),
            region: Some(stack.region.clone()),
            ..Deployment::default()
        };
        (stack.subject(), deployment)
    });
    let connections = connect_all(session, facts).await?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut from = 0;
    while let Some(first) = stacks.get(from) {
        let wave: Vec<(&PlannedStack, &Aws)> = stacks
            .iter()
            .zip(&connections)
            .skip(from)
            .take_while(|(stack, _)| stack.stage == first.stage && stack.order == first.order)
            .collect();
        from += wave.len();
        let work = wave
            .into_iter()
            .map(|(planned, aws)| {
                let (planned, aws) = (planned.clone(), aws.clone());
                let (pace, ear) = (session.pace(), Arc::clone(ear));
                let accept_endpoint = options.accept_endpoint;
                let text = read(root, &planned);
                async move {
                    let subject = planned.subject();
                    let result = match text {
                        Ok(text) => {
                            let applying = Applying {
                                aws: &aws,
                                planned: &planned,
                                text: &text,
                                pace,
                                accept_endpoint,
                            };
                            apply(applying, &ear.listener()).await
                        }
                        Err(stop) => Err(stop),
                    };
                    ear.finish(&subject);
                    (subject, result)
                }
            })
            .collect();
        outcomes.extend(bounded(usize::from(parallel.max_parallel), work).await);
        if outcomes.iter().any(|(_, result)| result.is_err()) {
            break;
        }
    }
    Ok(outcomes)
}

fn read(root: &Path, planned: &PlannedStack) -> Result<String, Stop> {
    let path = &planned.template.path;
    fs::read_to_string(root.join(path)).map_err(|error| {
        let finding = Finding::error("stale-plan", format!("`{path}` cannot be read: {error}"))
            .hint("nothing was executed; the plan and the templates have to be of one revision");
        Stop::new(Reason::Stale, finding).about(&planned.subject())
    })
}

/// Prints every stop, and fails with what is worst about them.
pub(super) fn stopped(stops: Vec<Stop>) -> Failure {
    let reason = stops.iter().map(|stop| stop.reason).max();
    let findings = stops.into_iter().flat_map(|stop| stop.findings).collect();
    match reason {
        Some(reason) => Failure::Stopped(reason, findings),
        None => Failure::Findings(findings),
    }
}

/// What is to be told after a signal: nothing of what runs is stopped by it.
pub(super) fn interrupted(
    session: &Session,
    ear: &Arc<Ear>,
    interrupted: Interrupted,
    command: &str,
) -> Failure {
    let executing = ear.executing();
    for subject in &executing {
        printer::say(&format!(
            "{subject}: the deployment goes on; follow it with `{command} events --follow --stage {} --stack {}`, or repeat this command\n",
            subject.stage, subject.stack
        ));
        ear.finish(subject);
    }
    if executing.is_empty() && !ear.made().is_empty() {
        printer::say(
            "stopped before anything was executed; deleting the change sets that were made\n",
        );
        // A second signal ends this too; then the next plan finds them.
        let _ = session.run(discard_made(session, ear));
    }
    Failure::Interrupted(interrupted.exit_code)
}
