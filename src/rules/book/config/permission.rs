//! What the roles of a configuration need.

use super::super::super::node::{Node, Resource};
use super::super::access::{Grant, ROLE, grant};
use super::super::found::Found;
use super::models;

/// The roles in the template with which a configuration's models run.
pub(super) fn roles(config: Resource<'_>) -> Vec<Resource<'_>> {
    let mut roles: Vec<Resource<'_>> = Vec::new();
    let own = config.get("ExecutionRoleArn");
    let of_models = models(config)
        .into_iter()
        .map(|model| model.get("ExecutionRoleArn"));
    for arn in Some(own).into_iter().chain(of_models) {
        if let Some((role, _)) = arn.target()
            && role.kind() == ROLE
            && !roles.iter().any(|known| known.is(role))
        {
            roles.push(role);
        }
    }
    roles
}

/// The roles of a configuration have to be allowed to write to a place in S3.
pub(super) fn writes(config: Resource<'_>, place: Node<'_>, what: &str, found: &mut Found<'_>) {
    if !place.is_present() {
        return;
    }
    for role in roles(config) {
        if matches!(grant(role, "s3:PutObject"), Grant::Nowhere) {
            found
                .at(
                    place,
                    format!(
                        "the role `{}` does not allow `s3:PutObject`, so that {what} cannot be written",
                        role.id()
                    ),
                )
                .hint("allow `s3:PutObject` on the objects there in an inline policy of the role");
        }
    }
}
