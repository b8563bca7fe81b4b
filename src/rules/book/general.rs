//! What holds for any template: CloudFormation's limits, references, and the registry's schemas.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
