//! A file of a project that a verb generates: it is written, or compared with what is there.

use std::collections::BTreeMap;

use crate::finding::Finding;

use super::output::{Change, Plan};
use super::project::{command, root};
use super::{Context, Exit, Failure, printer, report};

/// A generated file.
pub(super) struct Generated {
    /// Its name relative to the project's root, with `/`.
    pub(super) name: String,
    pub(super) text: String,
    /// The rule of a finding about a file that is missing or stale.
    pub(super) rule: &'static str,
    /// The verb and the options that write it.
    pub(super) verb: String,
}

impl Generated {
    /// Writes it where it differs.
    pub(super) fn write(self, context: &Context<'_>) -> Result<Exit, Failure> {
        let root = root(context)?;
        let plan = Plan::new(&root, BTreeMap::from([(self.name.clone(), self.text)]))?;
        plan.apply()?;
        let name = self.name;
        printer::say(&match plan.changes.get(&name) {
            Some(Change::Create) => format!("created {name}\n"),
            Some(Change::Update) => format!("updated {name}\n"),
            _ => format!("{name}: up to date\n"),
        });
        Ok(Exit::Done)
    }

    /// Fails where it is missing or differs.
    pub(super) fn check(self, context: &Context<'_>) -> Result<Exit, Failure> {
        let root = root(context)?;
        let plan = Plan::new(&root, BTreeMap::from([(self.name.clone(), self.text)]))?;
        let name = self.name;
        let wrong = match plan.changes.get(&name) {
            Some(Change::Create) => "missing",
            Some(Change::Update) => "stale",
            _ => {
                printer::say(&format!("{name}: up to date\n"));
                return Ok(Exit::Done);
            }
        };
        let finding = Finding::error(self.rule, format!("`{name}` is {wrong}")).hint(format!(
            "run `{} {}` and commit the file",
            command(&root),
            self.verb
        ));
        printer::say(&report::render(&[finding], None));
        Ok(Exit::Findings)
    }
}
