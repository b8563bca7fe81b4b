//! What the project's `sageform.yaml` does not want to see again.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::files;
use crate::config::project::{self, PROJECT_FILE, ProjectFile};
use crate::config::yaml::Limits;
use crate::finding::Finding;
use crate::rules::book;
use crate::rules::silence::{self, Silence};

/// The silencers of a project while findings pass by.
#[derive(Debug, Clone, Default)]
pub(super) struct Silenced {
    file: ProjectFile,
    silence: Silence,
}

impl Silenced {
    /// Reads the project's file, where there is one, and reports what is wrong with it.
    pub(super) fn read(root: &Path) -> (Self, Vec<Finding>) {
        let (file, mut findings) = match files::read(root, PROJECT_FILE, &Limits::STAGE_FILE) {
            Ok(Some(bytes)) => project::read(&bytes),
            Ok(None) => return (Self::default(), Vec::new()),
            Err(finding) => return (Self::default(), vec![finding]),
        };
        let mut reasons = BTreeMap::new();
        for (rule, (reason, source)) in &file.silence {
            if book::rule(rule).is_some() {
                reasons.insert(rule.clone(), reason.clone());
            } else {
                findings.push(silence::unknown(rule).at(source.clone()));
            }
        }
        let silence = Silence::new(reasons);
        (Self { file, silence }, findings)
    }

    /// Takes out what is silenced.
    pub(super) fn apply(&mut self, findings: &mut Vec<Finding>) {
        findings.retain(|finding| !self.silence.take(finding));
    }

    /// The silencers that silenced nothing in all that has passed by.
    pub(super) fn unused(&self) -> Vec<Finding> {
        self.silence
            .unused()
            .filter_map(|rule| {
                let (_, source) = self.file.silence.get(rule)?;
                Some(silence::unused(rule).at(source.clone()))
            })
            .collect()
    }
}
