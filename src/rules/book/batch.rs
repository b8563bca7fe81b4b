//! Batch transform, by a schedule or a state machine.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
