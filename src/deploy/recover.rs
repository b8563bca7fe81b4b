//! Gets a stack back from where it is stuck, or gets rid of it.
//!
//! What may be done follows from the stack's status alone, in one pure function per verb. What each
//! does can be done again: a request is sent with a token that is the same as long as the stack is.

mod destroy;
mod discard;
mod rollback;

use super::digest::sha256_of;
use super::follow::Before;

pub use destroy::{
    Destroy, DestroyStep, Inventory, Options, Owned, destroy, destroy_order, destroy_step,
    inventory,
};
pub use discard::{Discarded, Planned, discard, is_abandoned, remove_shell};
pub use rollback::{
    Rollback, RollbackStep, failed_resources, roll_back, rollback_step, unknown_skips,
};

/// A token for a request, the same as long as the stack is as it was: what is begun twice happens
/// once, and what failed can be tried again.
///
/// CloudFormation accepts a letter or digit, then those and `-`, up to 128 characters.
pub fn token(verb: &str, stack_id: &str, before: &Before) -> String {
    let parts = [
        Some(stack_id),
        Some(before.status.as_str()),
        before.last_updated_time.as_deref(),
        before.last_event.as_deref(),
    ];
    let digest = sha256_of(&parts.map(Option::unwrap_or_default));
    format!("sageform-{verb}-{}", digest.get(..32).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::stack::StackStatus;

    #[test]
    fn a_token_is_the_same_until_something_happens_to_the_stack() {
        let before = |event: &str| Before {
            status: StackStatus("UPDATE_ROLLBACK_FAILED".to_owned()),
            last_updated_time: None,
            change_set_id: None,
            last_event: Some(event.to_owned()),
        };
        let one = token("rollback", "arn", &before("1"));
        assert_eq!(one, token("rollback", "arn", &before("1")));
        assert_ne!(one, token("rollback", "arn", &before("2")));
        assert_ne!(one, token("rollback", "other", &before("1")));
        assert!(one.len() <= 128);
        assert!(one.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}
