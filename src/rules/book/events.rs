//! Events of SageMaker.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
