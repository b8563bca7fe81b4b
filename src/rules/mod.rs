//! F3: findings over any finished template, one file per family.
//!
//! The rules see the document only, so that a template that nobody here wrote is judged like our own.
//! Parameters, conditions and functions are followed as far as they are decidable; what is decided when
//! the stack is deployed, by whoever deploys it or in other stacks, is not guessed.

pub mod book;
mod circles;
mod limits;
mod node;
mod path;
mod references;
mod schema;
pub mod silence;
pub(crate) mod structure;
mod world;

use crate::finding::{Finding, Severity};
use crate::template::Template;

use world::{Index, Values, World};

/// Everything that is wrong with a template whose text has `bytes` bytes: errors and warnings, and
/// what CloudFormation's limits make worth knowing. What its resources [silence] is left out.
///
/// [silence]: mod@silence
pub fn check(template: &Template, bytes: usize) -> Vec<Finding> {
    Checked::new(template, bytes).faults
}

/// What the rules find in a template.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What [`check`] yields.
    pub faults: Vec<Finding>,
    /// What is worth knowing, and no fault: notes.
    pub hints: Vec<Finding>,
}

impl Checked {
    /// Checks a template whose text has `bytes` bytes.
    pub fn new(template: &Template, bytes: usize) -> Self {
        let mut faults = structure::check(template);
        faults.extend(limits::check(template, bytes));
        faults.extend(references::check(template));
        let index = Index::of(template);
        let values = Values::of(template, &index);
        let worlds = World::all(&index, &values);
        faults.extend(schema::check(template, &worlds));
        let (hints, found): (Vec<_>, Vec<_>) = book::check(template, &worlds)
            .into_iter()
            .partition(|finding| finding.severity == Severity::Note);
        faults.extend(found);
        let mut hints = hints;
        if worlds.first().is_some_and(World::gave_up) {
            let message = "the template's functions, conditions or policies are too many or too long \
                           to be followed to their end: not all rules have seen all of it";
            hints.push(
                Finding::note("not-followed", message)
                    .hint("split the stack, or write out what functions put together"),
            );
        }
        let mut silencers = silence::Silencers::of(template);
        faults.retain(|finding| !silencers.take(finding));
        hints.retain(|finding| !silencers.take(finding));
        faults.extend(silencers.faults());
        Self {
            faults: placed(template, faults),
            hints: placed(template, hints),
        }
    }
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
