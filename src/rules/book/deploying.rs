//! What is replaced, and in which order things are made.

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::access::{Answer, SEPARATE, is_of, role_of};
use super::found::Found;
use super::hosting::{CONFIG, ENDPOINT, MODEL, comes_after, targets_of, variants};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!(
        "upd-custom-config-name",
        Warning,
        [MODEL, CONFIG],
        fixed_name
    ),
    declared!(
        "upd-literal-chain",
        Warning,
        [ENDPOINT, CONFIG],
        literal_chain
    ),
    declared!("upd-role-order", Warning, [MODEL], role_order),
    declared!("upd-scaling-paused", Note, [ENDPOINT], scaling_paused),
];

fn fixed_name(resource: Resource<'_>, found: &mut Found<'_>) {
    let property = if resource.kind() == MODEL {
        "ModelName"
    } else {
        "EndpointConfigName"
    };
    let name = resource.get(property);
    if name.text().is_some() {
        found
            .at(
                name,
                "every edit makes a new one before the old one goes, which fails while that bears the name",
            )
            .hint(format!("remove `{property}`: CloudFormation finds a name that is free"))
            .allowed("no fixed name");
    }
}

fn literal_chain(resource: Resource<'_>, found: &mut Found<'_>) {
    let mut name = |node: Node<'_>, kind: &'static str, property: &'static str| {
        if node.text().is_some()
            && let Some(made) = node.named(kind, property)
            && !resource.created_after().contains(made.id())
        {
            let id = made.id();
            found
                .at(
                    node,
                    format!("`{id}` is named by its text, so that nothing is updated when it is replaced"),
                )
                .hint(format!("write `!GetAtt {id}.{property}`"));
        }
    };
    if resource.kind() == ENDPOINT {
        name(
            resource.get("EndpointConfigName"),
            CONFIG,
            "EndpointConfigName",
        );
        return;
    }
    for variant in variants(resource) {
        name(variant.get("ModelName"), MODEL, "ModelName");
    }
}

/// Policies that are resources of their own are attached to a role whenever CloudFormation gets
/// there.
fn role_order(model: Resource<'_>, found: &mut Found<'_>) {
    let Some(role) = role_of(model.get("ExecutionRoleArn")) else {
        return;
    };
    for kind in SEPARATE {
        for policy in model.world().of_type(kind) {
            if is_of(policy, role) == Answer::Yes
                && concerns_models(policy)
                && !comes_after(model, policy)
            {
                let id = policy.id();
                found
                    .at(
                        model.entry().get("DependsOn"),
                        format!("the model may be made, and its endpoint start, before `{id}` allows its role anything"),
                    )
                    .hint(format!("add `DependsOn: {id}`, or put the policy into `Policies` of the role"));
            }
        }
    }
}

/// Whether a policy may be about what a model reads: its image, its data, and their keys.
fn concerns_models(policy: Resource<'_>) -> bool {
    let statements = policy.get("PolicyDocument").get("Statement");
    let Some(statements) = statements.list() else {
        return true;
    };
    statements.iter().any(|statement| {
        let actions = statement.get("Action");
        let actions = actions.list().unwrap_or_else(|| vec![actions]);
        actions.iter().any(|action| {
            action.text().is_none_or(|name| {
                let services = ["*", "s3:", "ecr:", "kms:"];
                services.iter().any(|service| name.starts_with(service))
            })
        })
    })
}

fn scaling_paused(endpoint: Resource<'_>, found: &mut Found<'_>) {
    const HOUR: i64 = 3600;
    let policy = endpoint
        .get("DeploymentConfig")
        .get("BlueGreenUpdatePolicy");
    let routing = policy.get("TrafficRoutingConfiguration");
    let is_linear = routing.get("Type").text().as_deref() == Some("LINEAR");
    let size = routing.get("LinearStepSize");
    let percent = size.get("Value").integer().filter(|percent| *percent > 0);
    let in_percent = size.get("Type").text().as_deref() == Some("CAPACITY_PERCENT");
    let (Some(wait), Some(percent)) = (routing.get("WaitIntervalInSeconds").integer(), percent)
    else {
        return;
    };
    let seconds = wait.saturating_mul((100 + percent - 1) / percent);
    if is_linear && in_percent && seconds > HOUR && targets_of(endpoint).next().is_some() {
        found
            .at(
                routing,
                format!(
                    "nothing scales during an update, and this one takes {seconds} seconds or more"
                ),
            )
            .hint("shift more at once, or keep enough instances for the load of that time");
    }
}
