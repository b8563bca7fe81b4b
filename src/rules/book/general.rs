//! What holds for any template: CloudFormation's limits, references, and the registry's schemas.
//!
//! Other parts of [`rules`](crate::rules) report these. `template-through-s3` has no page: its
//! example would be a template of more than 51,200 bytes.

use crate::finding::Severity;

use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!("unknown-section", Error),
    declared!("section-shape", Error),
    declared!("no-resources", Error),
    declared!("resource-shape", Error),
    declared!("resource-type", Error),
    declared!("resource-key", Error),
    declared!("too-many-entries", Error),
    declared!("too-long", Error),
    declared!("logical-id", Error),
    declared!("dangling-reference", Error),
    declared!("unknown-attribute", Error),
    declared!("dependency-cycle", Error),
    declared!("unknown-property", Error),
    declared!("missing-property", Error),
    declared!("property-combination", Error),
    declared!("wrong-type", Error),
    declared!("number-range", Error),
    declared!("unknown-value", Error),
    declared!("item-count", Error),
    declared!("duplicate-item", Error),
    declared!("text-length", Error),
    declared!("text-pattern", Error),
];
