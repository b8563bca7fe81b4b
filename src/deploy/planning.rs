//! Makes the change set of one stack, and says what it would do. Nothing is executed.
//!
//! The change set's name is the digest of everything that it is made from, the stack's state and
//! the caller included. Whoever repeats a plan that was cut short finds what is there already, and
//! never two change sets for one plan.

mod describe;
mod make;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::Finding;
use crate::review;
use crate::template::Template;

use super::apply::name_of;
use super::aws::Aws;
use super::change_set::{Change, ChangeSet, ChangeSetSummary, ChangeSetType, ParameterValue};
use super::digest::sha256;
use super::error::ErrorKind;
use super::inputs::{self, read_template};
use super::plan::{Base, PlannedChangeSet, PlannedStack, PlannedTemplate};
use super::progress::{Listener, Notice, Pace, Subject};
use super::stack::StackDescription;
use super::state::{self, Entry};
use super::stop::{Reason, Stop};
use super::{validation, verify};
pub(super) use describe::describe;
use describe::nested;

/// What the names of this program's change sets begin with, for policies to refer to.
pub const PREFIX: &str = "sageform-";

/// What a stack is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The stack.
    pub subject: Subject,
    /// CloudFormation's name for it.
    pub stack_name: String,
    /// Its place among the stacks of its stage.
    pub order: usize,
    /// The path of the reviewed template below the project.
    pub path: String,
    /// The reviewed template, byte for byte.
    pub text: String,
    /// Values of parameters that were given.
    pub parameters: BTreeMap<String, String>,
    /// Every tag of the stack.
    pub tags: BTreeMap<String, String>,
    /// The role that CloudFormation is to assume.
    pub role_arn: Option<String>,
    /// Whether the stack is to be protected from deletion.
    pub termination_protection: bool,
    /// Where templates that are too large for a request go: the name of a bucket, in which
    /// `{account}` and `{region}` stand for the stage's.
    pub template_bucket: Option<String>,
    /// Minutes for which alarms are watched after the update.
    pub monitoring_minutes: u16,
    /// Whether a deployment of the very same template that is under way is taken up, instead of being
    /// in the way.
    pub attach: bool,
}

/// A planned stack with what is only needed to show it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What goes into the plan file.
    pub stack: PlannedStack,
    /// The template that the stack has now.
    pub base: Option<Template>,
    /// The template that it is to have.
    pub new: Template,
    /// Other change sets of the stack, which go once this one is executed.
    pub others: Vec<ChangeSetSummary>,
    /// Whether the change set was there already.
    pub found: bool,
    /// Whether it is being executed already.
    pub running: bool,
}

/// A stack as it is when it is planned for.
enum Current {
    /// It is to be made.
    Absent,
    /// It can be updated.
    Stable(StackDescription),
    /// What is wanted is being deployed, by the change set with this ARN.
    Deploying(StackDescription, String),
}

/// One planning.
#[derive(Debug, Clone, Copy)]
struct Planning<'a> {
    aws: &'a Aws,
    wanted: &'a Wanted,
    pace: Pace,
}

/// Makes the change set of a stack.
///
/// # Errors
///
/// A stop whose reason says what is in the way. What this call made is removed then, unless contact
/// was lost; repeating it finds and removes what is left.
pub async fn plan(
    aws: &Aws,
    wanted: &Wanted,
    pace: Pace,
    listener: &Listener,
) -> Result<Planned, Stop> {
    let planning = Planning { aws, wanted, pace };
    planning
        .run(listener)
        .await
        .map_err(|stop| stop.about(&wanted.subject))
}

impl Planning<'_> {
    async fn run(&self, listener: &Listener) -> Result<Planned, Stop> {
        let wanted = self.wanted;
        let say = |text: String| listener(&wanted.subject, Notice::Step(text));
        let new = read_template(&wanted.text)
            .map_err(|message| Stop::new(Reason::Refused, unreadable(&wanted.path, &message)))?;
        let current = match self.current().await? {
            Current::Absent => None,
            Current::Stable(stack) => Some(stack),
            Current::Deploying(stack, change_set) => {
                return Ok(self.attached(&stack, change_set, new));
            }
        };
        let (base, base_text) = match &current {
            Some(stack) => {
                let text = self
                    .aws
                    .stack_template(&stack.id)
                    .await
                    .map_err(|error| Stop::before(&error))?;
                (Some(base(stack, &text)), Some(text))
            }
            None => (None, None),
        };
        let base_template = base_text
            .as_deref()
            .and_then(|text| read_template(text).ok());
        let previous = current.as_ref().map(|stack| stack.parameters.clone());
        let parameters =
            inputs::parameters(&new, &wanted.parameters, &previous.unwrap_or_default()).map_err(
                |findings| Stop {
                    reason: Reason::Refused,
                    findings,
                },
            )?;
        let capabilities = inputs::capabilities(&new);
        let rollback = match (&current, &base_template) {
            (Some(stack), Some(base)) => self.rollback(stack, base, &new).await?,
            _ => None,
        };
        let url = self.upload().await?;
        let request = self.request(
            base.as_ref(),
            url.as_deref(),
            parameters,
            capabilities,
            rollback,
        );

        say(format!("making the change set {}", request.name));
        let (change_set, found) = self.create(request.clone(), listener).await?;
        let mut planned = PlannedStack {
            parameters: without_secrets(request.parameters, &new),
            tags: request.tags,
            capabilities: request.capabilities,
            role_arn: request.role_arn,
            rollback: request.rollback,
            base,
            warnings: self.warnings(current.as_ref()),
            ..self.planned(url)
        };
        let mut others = Vec::new();
        if let Some(change_set) = change_set {
            self.prove(&change_set).await?;
            let nested = nested(self.aws, &change_set.changes)
                .await
                .map_err(|error| Stop::before(&error))?;
            let warnings = validation::warnings(self.aws, &change_set).await;
            planned.warnings.extend(warnings);
            if let (Some(stack), Some(base)) = (&current, &base_template) {
                let serving = verify::look(self.aws, &stack.id, base)
                    .await
                    .map_err(|error| Stop::before(&error))?;
                planned.warnings.extend(verify::counts(&serving, &new));
            }
            others = self.others(&change_set).await;
            planned.protected = protected(base_template.as_ref(), &new, &change_set.changes);
            planned.change_set = Some(PlannedChangeSet {
                arn: change_set.id,
                stack_id: change_set.stack_id,
                kind: request.kind,
                changes: change_set.changes,
                nested,
            });
        }
        Ok(Planned {
            stack: planned,
            base: base_template,
            new,
            others,
            found,
            running: false,
        })
    }

    /// The stack as it is.
    async fn current(&self) -> Result<Current, Stop> {
        let stack = self
            .aws
            .stack(&self.wanted.stack_name)
            .await
            .map_err(|error| Stop::before(&error))?;
        let Some(stack) = stack else {
            return Ok(Current::Absent);
        };
        let reason = match Entry::of(Some(&stack.status)) {
            Entry::Update => return Ok(Current::Stable(stack)),
            Entry::Create | Entry::UnderReview | Entry::Gone => return Ok(Current::Absent),
            Entry::Busy => {
                if let Some(change_set) = self.own_deployment(&stack).await? {
                    return Ok(Current::Deploying(stack, change_set));
                }
                Reason::Busy
            }
            Entry::Deleting => Reason::Busy,
            _ => Reason::Stuck,
        };
        let mut message = format!("stack `{}` is {}", stack.name, stack.status);
        if let Some(set) = stack
            .change_set_id
            .as_deref()
            .filter(|_| reason == Reason::Busy)
        {
            let _ = write!(message, ", by change set `{}`", name_of(set));
        }
        if let Some(why) = stack.status_reason.as_deref().map(str::trim)
            && !why.is_empty()
        {
            let _ = write!(message, ": {why}");
        }
        let finding = Finding::error("stack-state", message)
            .hint(state::advice(Some(&stack.status), &self.wanted.subject));
        Err(Stop::new(reason, finding))
    }

    /// The change set that the stack is being made or updated by, if it is one of this program's and
    /// holds the template that is wanted.
    async fn own_deployment(&self, stack: &StackDescription) -> Result<Option<String>, Stop> {
        let forward = matches!(
            stack.status.as_str(),
            "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        );
        let Some(id) = stack
            .change_set_id
            .as_deref()
            .filter(|id| self.wanted.attach && forward && name_of(id).starts_with(PREFIX))
        else {
            return Ok(None);
        };
        let text = match self.aws.change_set_template(id).await {
            // Executing a change set may remove it.
            Err(error) if error.kind == ErrorKind::NotFound => {
                self.aws.stack_template(&stack.id).await
            }
            text => text,
        };
        let text = text.map_err(|error| Stop::before(&error))?;
        Ok((text == self.wanted.text).then(|| id.to_owned()))
    }

    /// The plan that is being carried out already.
    fn attached(&self, stack: &StackDescription, change_set: String, new: Template) -> Planned {
        let kind = if stack.status.as_str() == "CREATE_IN_PROGRESS" {
            ChangeSetType::Create
        } else {
            ChangeSetType::Update
        };
        let stack = PlannedStack {
            change_set: Some(PlannedChangeSet {
                arn: change_set,
                stack_id: stack.id.clone(),
                kind,
                changes: Vec::new(),
                nested: BTreeMap::new(),
            }),
            tags: stack.tags.clone(),
            capabilities: stack.capabilities.clone(),
            role_arn: stack.role_arn.clone(),
            ..self.planned(None)
        };
        Planned {
            stack,
            base: None,
            new,
            others: Vec::new(),
            found: true,
            running: true,
        }
    }

    /// A plan without anything in it yet.
    fn planned(&self, url: Option<String>) -> PlannedStack {
        let wanted = self.wanted;
        PlannedStack {
            stage: wanted.subject.stage.clone(),
            stack: wanted.subject.stack.clone(),
            stack_name: wanted.stack_name.clone(),
            order: wanted.order,
            account: self.aws.identity().account.clone(),
            region: self.aws.region().to_owned(),
            template: PlannedTemplate {
                path: wanted.path.clone(),
                sha256: sha256(wanted.text.as_bytes()),
                url,
            },
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            capabilities: Vec::new(),
            role_arn: None,
            rollback: None,
            termination_protection: wanted.termination_protection,
            base: None,
            change_set: None,
            protected: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The template in the change set is the reviewed file, byte for byte.
    async fn prove(&self, change_set: &ChangeSet) -> Result<(), Stop> {
        let text = self
            .aws
            .change_set_template(&change_set.id)
            .await
            .map_err(|error| Stop::before(&error))?;
        if text == self.wanted.text {
            return Ok(());
        }
        Err(Stop::new(
            Reason::ChangeSetFailed,
            other_template(&self.wanted.path, &self.wanted.text, &text),
        ))
    }

    /// The other change sets of the stack. Only for telling: without the permission nobody is told.
    async fn others(&self, own: &ChangeSet) -> Vec<ChangeSetSummary> {
        let all = self.aws.change_sets(&own.stack_id).await;
        let mut others = all.unwrap_or_default();
        others.retain(|other| other.id != own.id && other.execution_status == "AVAILABLE");
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others
    }

    fn warnings(&self, current: Option<&StackDescription>) -> Vec<String> {
        let mut warnings = Vec::new();
        match (&self.wanted.role_arn, current.and_then(|stack| stack.role_arn.as_ref())) {
            (None, Some(role)) => warnings.push(format!(
                "the stage names no `CloudFormationRoleArn`, and CloudFormation keeps on using `{role}`, which it remembers"
            )),
            (None, None) => warnings.push(
                "the stage names no `CloudFormationRoleArn`: CloudFormation works with the permissions of whoever deploys, and stops when that session ends".to_owned(),
            ),
            (Some(new), Some(old)) if new != old => warnings.push(format!(
                "the stack's role changes from `{old}` to `{new}`, also for every later operation"
            )),
            _ => {}
        }
        match (
            current.is_some_and(|stack| stack.termination_protection),
            self.wanted.termination_protection,
        ) {
            (false, true) => warnings.push(
                "termination protection is switched on once the endpoint serves".to_owned(),
            ),
            (true, false) => warnings.push(
                "the stack is protected from deletion, though its stage does not ask for it; it stays so".to_owned(),
            ),
            _ => {}
        }
        warnings
    }
}

/// What has to be acknowledged by name: what the templates say is lost, and every endpoint that
/// CloudFormation says is, sorted.
fn protected(base: Option<&Template>, new: &Template, changes: &[Change]) -> Vec<String> {
    let review = review::compare(base, Some(new));
    let mut ids: BTreeSet<String> = review
        .needs_acknowledgement()
        .into_iter()
        .map(|change| change.logical_id.clone())
        .collect();
    let lost = changes.iter().filter(|change| {
        change.resource_type == "AWS::SageMaker::Endpoint"
            && (change.action == "Remove"
                || change.replacement.as_deref() == Some("True")
                || is_replacing(change.policy_action.as_deref()))
    });
    ids.extend(lost.map(|change| change.logical_id.clone()));
    ids.into_iter().collect()
}

fn is_replacing(policy_action: Option<&str>) -> bool {
    policy_action.is_some_and(|action| action.starts_with("Replace"))
}

fn unreadable(path: &str, message: &str) -> Finding {
    Finding::error(
        "template-shape",
        format!("`{path}` is no template: {message}"),
    )
    .hint("write it again with `sageform synth`")
}

pub(super) fn other_template(path: &str, reviewed: &str, got: &str) -> Finding {
    Finding::error(
        "other-template",
        format!(
            "expected the change set to hold `{path}` (sha256 {}), got another template (sha256 {})",
            sha256(reviewed.as_bytes()),
            sha256(got.as_bytes())
        ),
    )
    .hint("nothing was executed; plan again")
}

/// A stack as it is, as far as a plan depends on it.
pub(super) fn base(stack: &StackDescription, template: &str) -> Base {
    Base {
        stack_id: stack.id.clone(),
        status: stack.status.to_string(),
        creation_time: stack.creation_time.clone(),
        last_updated_time: stack.last_updated_time.clone(),
        template_sha256: sha256(template.as_bytes()),
    }
}

fn without_secrets(
    mut parameters: BTreeMap<String, ParameterValue>,
    template: &Template,
) -> BTreeMap<String, ParameterValue> {
    for name in inputs::secret_parameters(template) {
        if let Some(value @ ParameterValue::Value(_)) = parameters.get_mut(name) {
            *value = ParameterValue::Value(inputs::MASK.to_owned());
        }
    }
    parameters
}
