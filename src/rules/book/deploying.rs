//! What is replaced, and in which order things are made.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
