//! Endpoint configurations.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
