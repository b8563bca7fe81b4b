//! The requests that schedules and state machines make of SageMaker.

use crate::json::{Json, Object};

use super::super::super::node::{Node, Resource};
use super::request::{Value, is_known, marked, open, parsed, plain};

pub(in super::super) const MACHINE: &str = "AWS::StepFunctions::StateMachine";
pub(super) const SCHEDULE: &str = "AWS::Scheduler::Schedule";

pub(super) const ACTION_STYLE: &str =
    "begin the action with a small letter, as in `createTransformJob`";

/// A request of SageMaker.
pub(in super::super) struct Job<'w> {
    /// Where it is written.
    pub(super) node: Node<'w>,
    /// The state that makes it, or `Input`.
    pub(in super::super) place: String,
    /// Such as `createTransformJob`.
    pub(in super::super) action: String,
    /// What follows the action's point, such as `sync`.
    pub(super) suffix: String,
    /// Whether it is made by an integration with the SDK.
    pub(super) by_sdk: bool,
    pub(super) request: Json,
}

impl Job<'_> {
    pub(super) fn request(&self) -> Value<'_> {
        Value::new(&self.request)
    }

    /// Whether the request may name a role.
    pub(in super::super) fn passes_role(&self) -> bool {
        ["ExecutionRoleArn", "RoleArn"]
            .iter()
            .any(|key| !self.request().get(key).is_absent())
    }
}

/// Whether an action is spelled as integrations do.
pub(super) fn is_lower_camel(action: &str) -> bool {
    action.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// The requests of a schedule or a state machine.
pub(super) fn jobs(resource: Resource<'_>) -> Vec<Job<'_>> {
    if resource.kind() == MACHINE {
        tasks(resource)
    } else {
        scheduled(resource).into_iter().collect()
    }
}

/// The request of a schedule.
pub(super) fn scheduled(schedule: Resource<'_>) -> Option<Job<'_>> {
    let target = schedule.get("Target");
    let arn = marked(target.get("Arn"));
    let (_, action) = arn.split_once(":scheduler:::aws-sdk:sagemaker:")?;
    let input = target.get("Input");
    let request = match parsed(schedule.world(), input) {
        Ok(Some(json)) if !input.is_absent() => json,
        _ => open(),
    };
    is_known(action).then(|| Job {
        node: input,
        place: "Input".to_owned(),
        action: action.to_owned(),
        suffix: String::new(),
        by_sdk: true,
        request,
    })
}

/// The tasks of a state machine that call SageMaker.
pub(in super::super) fn tasks(machine: Resource<'_>) -> Vec<Job<'_>> {
    let mut found = Vec::new();
    let text = machine.get("DefinitionString");
    let object = machine.get("Definition");
    if object.is_present() {
        if machine.world().work(0) {
            let json = plain(object);
            machine.world().work(effort(&json));
            collect(&json, object, &mut found);
        }
    } else if let Ok(Some(json)) = parsed(machine.world(), text) {
        collect(&json, text, &mut found);
    }
    found
}

/// About how long it takes to copy a value: as to read so many characters.
fn effort(json: &Json) -> usize {
    const VALUE: usize = 16;
    VALUE
        + match json {
            Json::Array(items) => items.iter().map(effort).sum(),
            Json::Object(object) => {
                // Each key is looked for among those before it.
                let keys = object.len() * object.len() / 2;
                keys + object.iter().map(|(_, value)| effort(value)).sum::<usize>()
            }
            _ => 0,
        }
}

/// The tasks of a machine, or of what is one within a state.
fn collect<'w>(machine: &Json, node: Node<'w>, found: &mut Vec<Job<'w>>) {
    let states = machine.get("States").and_then(Json::as_object);
    for (name, state) in states.into_iter().flat_map(Object::iter) {
        if let Some(task) = task(name, state, node) {
            found.push(task);
        }
        let branches = state.get("Branches").and_then(Json::as_array);
        for branch in branches.into_iter().flatten() {
            collect(branch, node, found);
        }
        for inner in ["Iterator", "ItemProcessor"] {
            if let Some(inner) = state.get(inner) {
                collect(inner, node, found);
            }
        }
    }
}

fn task<'w>(name: &str, state: &Json, node: Node<'w>) -> Option<Job<'w>> {
    let (_, called) = state.get("Resource")?.as_str()?.split_once(":states:::")?;
    let (by_sdk, called) = match called.strip_prefix("aws-sdk:sagemaker:") {
        Some(called) => (true, called),
        None => (false, called.strip_prefix("sagemaker:")?),
    };
    // A substitution is not known either.
    if !is_known(called) || called.contains("${") {
        return None;
    }
    let (action, suffix) = called.split_once('.').unwrap_or((called, ""));
    let request = state
        .get("Parameters")
        .or_else(|| state.get("Arguments"))
        .cloned();
    Some(Job {
        node,
        place: name.to_owned(),
        action: action.to_owned(),
        suffix: suffix.to_owned(),
        by_sdk,
        request: request.unwrap_or_else(open),
    })
}
