//! The model registry.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
