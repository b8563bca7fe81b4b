//! Makes the change set of one stack, and says what it would do. Nothing is executed.
//!
//! The change set's name is the digest of everything that it is made from, the stack's state and
//! the caller included. Whoever repeats a plan that was cut short finds what is there already, and
//! never two change sets for one plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tokio::time::{Duration, Instant, sleep};

use crate::finding::Finding;
use crate::json::Json;
use crate::review;
use crate::template::Template;

use super::apply::name_of;
use super::aws::Aws;
use super::change_set::{
    Change, ChangeSet, ChangeSetSummary, ChangeSetType, NewChangeSet, ParameterValue,
    RollbackConfiguration, TemplateSource,
};
use super::diagnosis::{Diagnosis, diagnose};
use super::digest::{sha256, sha256_of};
use super::error::{AwsError, ErrorKind};
use super::inputs;
use super::plan::{Base, PlannedChangeSet, PlannedStack, PlannedTemplate};
use super::progress::{Listener, Notice, Pace, Subject};
use super::recover;
use super::stack::StackDescription;
use super::state::{self, Entry};
use super::stop::{Reason, Stop};
use super::{validation, verify};

/// What the names of this program's change sets begin with, for policies to refer to.
pub const PREFIX: &str = "sageform-";

/// For how long CloudFormation may work on a change set.
const LONGEST_CREATION: Duration = Duration::from_mins(30);

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
            let nested = self.nested(&change_set.changes).await?;
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

    /// The alarms of the stack that guard its endpoints.
    async fn rollback(
        &self,
        stack: &StackDescription,
        base: &Template,
        new: &Template,
    ) -> Result<Option<RollbackConfiguration>, Stop> {
        let alarms = inputs::guarding_alarms(new, base);
        if alarms.is_empty() {
            return Ok(None);
        }
        let resources = self
            .aws
            .stack_resources(&stack.id)
            .await
            .map_err(|error| Stop::before(&error))?;
        let identity = self.aws.identity();
        let alarm_arns = resources
            .iter()
            .filter(|resource| alarms.contains(&resource.logical_id))
            .filter_map(|resource| resource.physical_id.as_deref())
            .map(|name| {
                format!(
                    "arn:{}:cloudwatch:{}:{}:alarm:{name}",
                    identity.partition,
                    self.aws.region(),
                    identity.account
                )
            })
            .collect();
        Ok(Some(RollbackConfiguration {
            alarm_arns,
            monitoring_minutes: self.wanted.monitoring_minutes,
        }))
    }

    /// Puts a template that is too large for a request where CloudFormation can read it.
    async fn upload(&self) -> Result<Option<String>, Stop> {
        let size = self.wanted.text.len();
        if size <= inputs::LARGEST_BODY {
            return Ok(None);
        }
        let Some(bucket) = &self.wanted.template_bucket else {
            let finding = Finding::error(
                "template-bucket",
                format!(
                    "the template has {size} bytes, and a request holds {} at most",
                    inputs::LARGEST_BODY
                ),
            )
            .hint("name a bucket that it may be put into with `--template-bucket NAME`");
            return Err(Stop::new(Reason::Refused, finding));
        };
        let bucket = bucket
            .replace("{account}", &self.aws.identity().account)
            .replace("{region}", self.aws.region());
        // Content-addressed, so that it is uploaded once and never replaced.
        let key = format!(
            "sageform/{}.template.json",
            sha256(self.wanted.text.as_bytes())
        );
        let url = self
            .aws
            .upload_template(&bucket, &key, &self.wanted.text)
            .await
            .map_err(|error| Stop::before(&error))?;
        Ok(Some(url))
    }

    fn request(
        &self,
        base: Option<&Base>,
        url: Option<&str>,
        parameters: BTreeMap<String, ParameterValue>,
        capabilities: Vec<String>,
        rollback: Option<RollbackConfiguration>,
    ) -> NewChangeSet {
        let wanted = self.wanted;
        let identity = self.aws.identity();
        let digest = {
            let base = base.map(|base| format!("{base:?}")).unwrap_or_default();
            sha256_of(&[
                &wanted.stack_name,
                &identity.account,
                &identity.arn,
                self.aws.region(),
                &base,
                &wanted.text,
                &format!("{parameters:?}"),
                &format!("{:?}", wanted.tags),
                &format!("{:?}", wanted.role_arn),
                &format!("{rollback:?}"),
                &capabilities.join(","),
            ])
        };
        let short = digest.get(..20).unwrap_or(&digest);
        let name = format!("{PREFIX}{}-{short}", name_part(&wanted.subject.stage));
        NewChangeSet {
            stack: base.map_or_else(|| wanted.stack_name.clone(), |base| base.stack_id.clone()),
            description: format!(
                "{} of {}, template sha256 {}",
                wanted.subject.stack,
                wanted.subject.stage,
                sha256(wanted.text.as_bytes())
            ),
            kind: if base.is_some() {
                ChangeSetType::Update
            } else {
                ChangeSetType::Create
            },
            template: match url {
                Some(url) => TemplateSource::Url(url.to_owned()),
                None => TemplateSource::Body(wanted.text.clone()),
            },
            parameters,
            tags: wanted.tags.clone(),
            capabilities,
            role_arn: wanted.role_arn.clone(),
            rollback,
            on_stack_failure: None,
            token: name.clone(),
            name,
        }
    }

    /// Makes the change set, or finds it; `None` where there is nothing to change.
    async fn create(
        &self,
        mut request: NewChangeSet,
        listener: &Listener,
    ) -> Result<(Option<ChangeSet>, bool), Stop> {
        for attempt in 1..=3 {
            let (id, found) = match self.aws.create_change_set(&request).await {
                Ok(created) => {
                    let made = Notice::Made {
                        change_set: created.id.clone(),
                        stack_id: created.stack_id,
                    };
                    listener(&self.wanted.subject, made);
                    (created.id, false)
                }
                Err(error) if error.kind == ErrorKind::AlreadyExists => {
                    let existing = self
                        .aws
                        .change_set_named(&request.stack, &request.name)
                        .await
                        .map_err(|error| Stop::before(&error))?;
                    match existing {
                        Some(existing) => (existing.id, true),
                        // It was deleted in between, or the token outlives it.
                        None => (String::new(), true),
                    }
                }
                Err(error) => {
                    self.remove_shell(&request).await;
                    return Err(Self::not_made(&error));
                }
            };
            let made = if id.is_empty() {
                None
            } else {
                self.finished(&id).await?
            };
            match made.as_ref().map(diagnose) {
                Some(Diagnosis::Ready) => return Ok((made, found)),
                Some(Diagnosis::Empty) => {
                    self.remove(&id, &request).await?;
                    return Ok((None, found));
                }
                // Left by an earlier try: this one is to speak for itself.
                _ if found => {
                    if !id.is_empty() {
                        self.aws
                            .delete_change_set(&id)
                            .await
                            .map_err(|error| Stop::before(&error))?;
                    }
                    request.token = format!("{}-{}", request.name, attempt + 1);
                }
                _ => {
                    let stop = match &made {
                        Some(made) => validation::explain(self.aws, made).await,
                        None => Stop::new(
                            Reason::ChangeSetFailed,
                            Finding::error(
                                "change-set-gone",
                                format!(
                                    "the change set `{}` was deleted by somebody else while it was made",
                                    request.name
                                ),
                            )
                            .hint("nothing was executed; see who else plans for this stack, then plan again"),
                        ),
                    };
                    self.remove(&id, &request).await?;
                    return Err(stop);
                }
            }
        }
        Err(Stop::new(
            Reason::ChangeSetFailed,
            Finding::error(
                "change-set-name",
                format!(
                    "the change set `{}` is there, and not as it should be",
                    request.name
                ),
            )
            .hint("delete it, then plan again"),
        ))
    }

    fn not_made(error: &AwsError) -> Stop {
        let mut stop = Stop::before(error);
        if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Limit) {
            stop.reason = Reason::ChangeSetFailed;
        }
        let hint = match error.kind {
            ErrorKind::Invalid if error.message.contains("No export named") => {
                "nothing was executed; deploy the stack that exports it first, as `deploy` does where it is one of this project's"
            }
            ErrorKind::Limit => {
                "nothing was executed; `sageform discard` throws away plans that nobody needs, with their change sets"
            }
            ErrorKind::Invalid => "nothing was executed; the stack is as it was",
            _ => return stop,
        };
        stop.findings = stop
            .findings
            .into_iter()
            .map(|finding| finding.hint(hint))
            .collect();
        stop
    }

    /// The change set, once CloudFormation has made up its mind.
    async fn finished(&self, id: &str) -> Result<Option<ChangeSet>, Stop> {
        let begun = Instant::now();
        let mut wait = Duration::from_millis(500).min(self.pace.poll);
        loop {
            let described = match describe(self.aws, id).await {
                Ok(described) => described,
                Err(error) if error.is_transient() && begun.elapsed() < LONGEST_CREATION => {
                    sleep(self.pace.poll).await;
                    continue;
                }
                Err(error) => return Err(Stop::before(&error)),
            };
            match described.as_ref().map(diagnose) {
                Some(Diagnosis::Pending) if begun.elapsed() < LONGEST_CREATION => {
                    sleep(wait).await;
                    wait = (wait * 2).min(self.pace.poll);
                }
                _ => return Ok(described),
            }
        }
    }

    /// Deletes a change set that is of no use, and the stack under review that was only made for it.
    async fn remove(&self, id: &str, request: &NewChangeSet) -> Result<(), Stop> {
        if !id.is_empty() {
            self.aws
                .delete_change_set(id)
                .await
                .map_err(|error| Stop::before(&error))?;
        }
        self.remove_shell(request).await;
        Ok(())
    }

    /// What goes wrong here is no reason to hide what went wrong before: the next plan meets the shell
    /// again.
    async fn remove_shell(&self, request: &NewChangeSet) {
        if request.kind == ChangeSetType::Create {
            let shell = recover::Planned {
                change_set: String::new(),
                stack_id: self.wanted.stack_name.clone(),
            };
            let _ = recover::remove_shell(self.aws, &shell).await;
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

    /// The changes of nested stacks, by the ARN of their change sets.
    async fn nested(&self, changes: &[Change]) -> Result<BTreeMap<String, Vec<Change>>, Stop> {
        let mut found = BTreeMap::new();
        let mut waiting: Vec<String> = nested_sets(changes).collect();
        while let Some(id) = waiting.pop() {
            if found.contains_key(&id) {
                continue;
            }
            let described = describe(self.aws, &id)
                .await
                .map_err(|error| Stop::before(&error))?;
            let changes = described.map(|set| set.changes).unwrap_or_default();
            waiting.extend(nested_sets(&changes));
            found.insert(id, changes);
        }
        Ok(found)
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

/// A change set with its property values, as complete as CloudFormation lets it be, and without
/// secrets.
///
/// Asked for values, CloudFormation drops whole resources whose values it cannot work out, and says
/// so in the status reason; the plain answer has them.
pub(super) async fn describe(aws: &Aws, id: &str) -> Result<Option<ChangeSet>, AwsError> {
    let Some(mut with_values) = aws.change_set(id, true).await? else {
        return Ok(None);
    };
    hide_secrets(&mut with_values.changes);
    let incomplete = with_values
        .status_reason
        .as_deref()
        .is_some_and(|reason| reason.contains("can return incomplete ChangeSet data"));
    if !incomplete {
        return Ok(Some(with_values));
    }
    let Some(plain) = aws.change_set(id, false).await? else {
        return Ok(None);
    };
    let mut changes = plain.changes;
    for change in &mut changes {
        let valued = with_values
            .changes
            .iter_mut()
            .find(|valued| valued.logical_id == change.logical_id);
        if let Some(valued) = valued {
            std::mem::swap(change, valued);
        }
    }
    with_values.changes = changes;
    with_values.status_reason = plain.status_reason;
    Ok(Some(with_values))
}

/// A plan goes into files, logs and pull requests.
fn hide_secrets(changes: &mut [Change]) {
    for detail in changes.iter_mut().flat_map(|change| &mut change.details) {
        let place = detail.path.as_deref().or(detail.name.as_deref());
        let place = place.unwrap_or_default();
        for value in [&mut detail.before, &mut detail.after]
            .into_iter()
            .flatten()
        {
            *value = review::without_secrets(place, value);
        }
    }
}

fn nested_sets(changes: &[Change]) -> impl Iterator<Item = String> {
    changes
        .iter()
        .filter_map(|change| change.change_set_id.clone())
}

/// Reads a template that this program or another submitted.
///
/// # Errors
///
/// What is wrong with a text that is not a JSON object.
pub fn read_template(text: &str) -> Result<Template, String> {
    match serde_json::from_str(text) {
        Ok(Json::Object(document)) => Ok(Template::from_document(document)),
        Ok(other) => Err(format!("expected an object, got {}", other.kind())),
        Err(error) => Err(error.to_string()),
    }
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

/// An idempotency token that belongs to one thing that is to be done once.
pub(super) fn token(what: &str, about: &str) -> String {
    let digest = sha256(about.as_bytes());
    format!("sageform-{what}-{}", digest.get(..32).unwrap_or(&digest))
}

/// A stage's name as part of a change set's.
fn name_part(stage: &str) -> String {
    stage
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .take(64)
        .collect()
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
