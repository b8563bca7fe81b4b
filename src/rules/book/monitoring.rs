//! Monitoring schedules and inference experiments.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
