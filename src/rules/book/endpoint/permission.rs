//! What the role of an endpoint needs for its deployments.

use super::super::super::node::Resource;
use super::super::access::{Grant, ROLE, SEPARATE, grant};
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
            .filter(|role| role.kind() == ROLE);
        if let Some(role) = role
            && may_not_describe(role)
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

/// Whether a role has inline policies only, which are known, and none of which lets it read alarms.
fn may_not_describe(role: Resource<'_>) -> bool {
    // Policies of another template would be of a role with a name.
    let alone = role.get("ManagedPolicyArns").is_absent()
        && role.get("RoleName").is_absent()
        && SEPARATE
            .iter()
            .all(|kind| role.world().of_type(kind).next().is_none());
    let inline = role.get("Policies").list().is_some();
    alone && inline && matches!(grant(role, "cloudwatch:DescribeAlarms"), Grant::Nowhere)
}
