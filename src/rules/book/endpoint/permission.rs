//! What the role of an endpoint needs for its deployments.

use super::super::super::node::Resource;
use super::super::access::{Policies, Token, role_of};
use super::super::found::Found;
use super::super::hosting::{config_of, model_of, rollback_alarms, variants};

pub(super) fn alarms(endpoint: Resource<'_>, found: &mut Found<'_>) {
    if rollback_alarms(endpoint).items().next().is_none() {
        return;
    }
    let Some(config) = config_of(endpoint) else {
        return;
    };
    for variant in variants(config) {
        let role = model_of(variant).and_then(|model| role_of(model.get("ExecutionRoleArn")));
        if let Some(role) = role
            && Policies::of(role).refuse("cloudwatch:DescribeAlarms", &[Token::UNKNOWN])
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
