//! What the role of an endpoint needs for its deployments.

use super::super::super::node::Resource;
use super::super::found::Found;
use super::super::hosting::{config_of, model_of, variants};

pub(super) fn alarms(endpoint: Resource<'_>, found: &mut Found<'_>) {
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
