//! F3: findings over any finished template, one file per family.
//!
//! The rules see the document only, so that a template that nobody here wrote is judged like our own.
//! What AWS decides when the stack is deployed (parameters, conditions, other stacks) is not guessed.

pub mod book;
mod limits;
mod node;
mod path;
mod references;
mod schema;
mod structure;
mod world;

use crate::finding::Finding;
use crate::template::Template;

use book::Wanted;

/// Everything that is wrong with a template whose text has `bytes` bytes: errors and warnings, and
/// what CloudFormation's limits make worth knowing.
pub fn check(template: &Template, bytes: usize) -> Vec<Finding> {
    let mut findings = structure::check(template);
    findings.extend(limits::check(template, bytes));
    findings.extend(references::check(template));
    findings.extend(schema::check(template));
    findings.extend(book::check(template, Wanted::Faults));
    placed(template, findings)
}

/// What is worth knowing of a template, and no fault: notes.
pub fn hints(template: &Template) -> Vec<Finding> {
    placed(template, book::check(template, Wanted::Hints))
}

/// What is wrong with an update from a deployed template to a new one, or worth knowing of it. Places
/// are in the new template.
pub fn check_update(old: &Template, new: &Template) -> Vec<Finding> {
    placed(new, book::check_update(old, new))
}

fn placed(template: &Template, mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut findings {
        if finding.place.source.is_none()
            && let Some(id) = &finding.place.logical_id
        {
            finding.place.source = template.source(id, finding.place.path.as_deref());
        }
    }
    findings
}
