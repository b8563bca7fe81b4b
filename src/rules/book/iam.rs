//! The permissions of hosting.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
