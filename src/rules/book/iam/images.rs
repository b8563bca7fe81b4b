//! What a role needs for images.

use crate::catalog::execution_role::PULL;

use super::super::super::node::Resource;
use super::super::access::{Policies, Token, literal, role_of, split_once, tokens};
use super::super::found::Found;
use super::super::hosting::containers;
use super::{named, refused};

pub(super) fn pull(model: Resource<'_>, found: &mut Found<'_>) {
    let Some(role) = role_of(model.get("ExecutionRoleArn")) else {
        return;
    };
    let policies = Policies::of(role);
    // One that says nothing of images may use what the repository itself allows.
    if !policies.name("ecr:") {
        return;
    }
    for container in containers(model) {
        let image = container.get("Image");
        let Some(repository) = repository(&tokens(model.world(), image)) else {
            continue;
        };
        let mut missing = refused(&policies, &["ecr:GetAuthorizationToken"], &literal("*"));
        missing.extend(refused(&policies, PULL, &repository));
        if !missing.is_empty() {
            found
                .at(
                    image,
                    format!(
                        "the role `{}` does not allow {} for this image",
                        role.id(),
                        named(&missing)
                    ),
                )
                .hint("allow `ecr:GetAuthorizationToken` on `*`, and the others on the repository");
        }
    }
}

/// The ARN of an image's repository.
fn repository(image: &[Token]) -> Option<Vec<Token>> {
    let (account, rest) = split_once(image, ".dkr.ecr.")?;
    let (host, path) = split_once(rest, "/")?;
    let (region, _) = split_once(host, ".")?;
    let (name, _) = split_once(path, "@").unwrap_or((path, &[]));
    let (name, _) = split_once(name, ":").unwrap_or((name, &[]));
    let mut arn = literal("arn:");
    arn.push(Token::NAME);
    arn.extend(literal(":ecr:"));
    arn.extend_from_slice(region);
    arn.push(Token::Char(':'));
    arn.extend_from_slice(account);
    arn.extend(literal(":repository/"));
    arn.extend_from_slice(name);
    Some(arn)
}
