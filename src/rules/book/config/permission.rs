//! What the roles of a configuration need.

use super::super::super::node::{Node, Resource};
use super::super::access::{Policies, Token, roles};
use super::super::found::Found;

/// The roles of a configuration have to be allowed to write to a place in S3.
pub(super) fn writes(config: Resource<'_>, place: Node<'_>, what: &str, found: &mut Found<'_>) {
    if !place.is_present() {
        return;
    }
    for role in roles(config) {
        if Policies::of(role).refuse("s3:PutObject", &[Token::UNKNOWN]) {
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
