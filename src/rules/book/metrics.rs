//! Alarms, metrics and logs.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
