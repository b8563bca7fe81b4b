//! The images of containers.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
