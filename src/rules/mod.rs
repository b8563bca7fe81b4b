//! F3: findings over any finished template, one file per family.
//!
//! The rules see the document only, so that a template that nobody here wrote is judged like our own.
//! What AWS decides when the stack is deployed (parameters, conditions, other stacks) is not guessed.

mod limits;
mod path;
mod references;
mod schema;
mod structure;

use crate::finding::Finding;
use crate::template::Template;

/// Everything that is wrong with a template whose text has `bytes` bytes, in the order of the rule
/// families.
pub fn check(template: &Template, bytes: usize) -> Vec<Finding> {
    let mut findings = structure::check(template);
    findings.extend(limits::check(template, bytes));
    findings.extend(references::check(template));
    findings.extend(schema::check(template));
    for finding in &mut findings {
        if finding.place.source.is_none()
            && let Some(id) = &finding.place.logical_id
        {
            finding.place.source = template.source(id, finding.place.path.as_deref());
        }
    }
    findings
}
