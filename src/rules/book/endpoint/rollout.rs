//! Blue/green and rolling updates.

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{config_of, is_serverless, model_of, variants};

fn blue_green(endpoint: Resource<'_>) -> Node<'_> {
    endpoint
        .get("DeploymentConfig")
        .get("BlueGreenUpdatePolicy")
}

fn routing(endpoint: Resource<'_>) -> Node<'_> {
    blue_green(endpoint).get("TrafficRoutingConfiguration")
}

fn rolling_of(endpoint: Resource<'_>) -> Node<'_> {
    endpoint.get("DeploymentConfig").get("RollingUpdatePolicy")
}

/// Whether an update goes in steps between which it is looked at.
fn in_steps(endpoint: Resource<'_>) -> bool {
    let kind = routing(endpoint).get("Type").text();
    rolling_of(endpoint).is_present() || matches!(kind.as_deref(), Some("CANARY" | "LINEAR"))
}

pub(super) fn shape(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let routing = routing(endpoint);
    let Some(kind) = routing.get("Type").text() else {
        return;
    };
    for (size, of) in [("CanarySize", "CANARY"), ("LinearStepSize", "LINEAR")] {
        let node = routing.get(size);
        if kind == of && node.is_absent() {
            found.at(
                node,
                format!("expected `{size}`, which the type `{of}` needs"),
            );
        } else if kind != of && node.is_present() {
            found
                .at(node, format!("`{size}` does not go with the type `{kind}`"))
                .hint(format!("leave it out, or write the type `{of}`"));
        }
    }
}

/// The seconds that an update waits at least.
pub(in super::super) fn waits(endpoint: Resource<'_>) -> Option<i64> {
    let percent = |size: Node<'_>| {
        let known = size.get("Type").text().as_deref() == Some("CAPACITY_PERCENT");
        size.get("Value")
            .integer()
            .filter(|value| known && *value > 0)
    };
    let steps = |percent: i64| (100 + percent - 1) / percent;
    let rolling = rolling_of(endpoint);
    if rolling.is_present() {
        let wait = rolling.get("WaitIntervalInSeconds").integer()?;
        return Some(steps(percent(rolling.get("MaximumBatchSize"))?) * wait);
    }
    let routing = routing(endpoint);
    let wait = routing.get("WaitIntervalInSeconds").integer()?;
    let times = match routing.get("Type").text()?.as_ref() {
        "LINEAR" => steps(percent(routing.get("LinearStepSize"))?),
        "CANARY" => 2,
        _ => 1,
    };
    let end = blue_green(endpoint).get("TerminationWaitInSeconds");
    let end = if end.is_absent() { 0 } else { end.integer()? };
    Some(times * wait + end)
}

pub(super) fn timeout(endpoint: Resource<'_>, found: &mut Found<'_>) {
    for policy in [blue_green(endpoint), rolling_of(endpoint)] {
        let timeout = policy.get("MaximumExecutionTimeoutInSeconds");
        if let (Some(most), Some(waits)) = (timeout.integer(), waits(endpoint))
            && most <= waits
        {
            found
                .expected(
                    timeout,
                    format_args!("more than the {waits} s that the update waits"),
                )
                .hint("give the update more time, or shorter waits");
        }
    }
}

pub(super) fn alarms(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let rollback = endpoint
        .get("DeploymentConfig")
        .get("AutoRollbackConfiguration");
    let alarms = rollback.get("Alarms");
    let none = alarms.is_absent()
        || alarms
            .known()
            .is_some_and(|json| json.as_array().is_some_and(<[_]>::is_empty));
    if in_steps(endpoint) && none {
        let node = if rollback.is_absent() {
            rollback
        } else {
            alarms
        };
        found
            .at(
                node,
                "expected alarms: without one, the update waits and goes on, whatever happens",
            )
            .hint("name the alarms that are to undo the update");
    }
}

pub(super) fn permission(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let alarms = endpoint
        .get("DeploymentConfig")
        .at(["AutoRollbackConfiguration", "Alarms"]);
    if alarms.items().next().is_none() {
        return;
    }
    let Some(config) = config_of(endpoint) else {
        return;
    };
    for variant in variants(config) {
        let role = model_of(variant)
            .and_then(|model| model.get("ExecutionRoleArn").target())
            .map(|(role, _)| role)
            .filter(|role| role.kind() == "AWS::IAM::Role");
        if let Some(role) = role
            && may_describe(role) == Some(false)
        {
            found
                .at(
                    role.get("Policies"),
                    format!(
                        "expected `cloudwatch:DescribeAlarms`, by which `{}` looks at its alarms",
                        endpoint.id()
                    ),
                )
                .hint("allow the execution role to describe the alarms of the update");
            return;
        }
    }
}

/// Whether a role may read alarms; `None` where it has policies that are not known.
fn may_describe(role: Resource<'_>) -> Option<bool> {
    if !role.get("ManagedPolicyArns").is_absent() {
        return None;
    }
    let others = [
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::ManagedPolicy",
    ];
    // Policies of another template would be of a role with a name.
    if !role.get("RoleName").is_absent()
        || others
            .iter()
            .any(|kind| role.world().of_type(kind).next().is_some())
    {
        return None;
    }
    for policy in role.get("Policies").list()? {
        let statements = policy.at(["PolicyDocument", "Statement"]);
        let statements = match statements.list() {
            Some(items) => items,
            None => vec![statements],
        };
        for statement in statements {
            if statement.get("Effect").text()? != "Allow" {
                continue;
            }
            let action = statement.get("Action");
            let actions = match action.list() {
                Some(items) => items,
                None => vec![action],
            };
            for action in actions {
                if covers(&action.text()?.to_ascii_lowercase()) {
                    return Some(true);
                }
            }
        }
    }
    Some(false)
}

/// Whether an action, or a pattern of actions, includes that of reading alarms.
fn covers(pattern: &str) -> bool {
    const ACTION: &str = "cloudwatch:describealarms";
    match pattern.split_once(['*', '?']) {
        // What comes after a wildcard may match in many ways: that it does is taken for granted.
        Some((start, _)) => ACTION.starts_with(start),
        None => pattern == ACTION,
    }
}

pub(super) fn fallback(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let Some(config) = config_of(endpoint).filter(|_| in_steps(endpoint)) else {
        return;
    };
    for variant in variants(config) {
        let instance = variant.get("InstanceType");
        if instance
            .text()
            .is_some_and(|text| text.starts_with("ml.inf1."))
        {
            found
                .expected(
                    instance,
                    format_args!(
                        "an instance type that `{}` can update in steps",
                        endpoint.id()
                    ),
                )
                .hint("endpoints of `ml.inf1` are updated all at once");
        }
    }
}

pub(super) fn rolling(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let rolling = rolling_of(endpoint);
    let Some(config) = config_of(endpoint).filter(|_| rolling.is_present()) else {
        return;
    };
    let variants = variants(config);
    let what = if variants.len() > 1 {
        "of several variants"
    } else if variants.iter().any(|variant| is_serverless(*variant)) {
        "without instances"
    } else {
        return;
    };
    found
        .at(
            rolling,
            format!("`RollingUpdatePolicy` does not go with an endpoint {what}"),
        )
        .hint("update it by `BlueGreenUpdatePolicy`");
}
