//! What caused each part of a template, kept without copying text until a finding asks for it.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::Arc;

use crate::finding::Source;

use super::handle::LogicalId;

/// What caused one part.
#[derive(Debug, Clone)]
pub(super) enum Cause {
    /// A line of a stage file.
    File(Arc<Source>),
    /// The line of Rust that added it.
    Rust(&'static Location<'static>),
}

impl Cause {
    pub(super) fn source(&self) -> Source {
        match self {
            Self::File(source) => source.as_ref().clone(),
            Self::Rust(location) => Source {
                file: location.file().replace('\\', "/"),
                line: location.line() as usize,
                column: location.column() as usize,
                length: 1,
                text: None,
            },
        }
    }
}

/// The causes of a template's parts.
#[derive(Debug, Clone, Default)]
pub(super) struct Causes {
    parts: BTreeMap<LogicalId, Cause>,
    /// Properties that were overridden, by logical id and name.
    overrides: BTreeMap<(String, String), Cause>,
}

impl Causes {
    /// States what caused a resource, parameter, output or the like. The first one of a name stays.
    pub(super) fn add(&mut self, id: LogicalId, cause: Cause) {
        self.parts.entry(id).or_insert(cause);
    }

    pub(super) fn add_override(&mut self, id: &str, property: &str, cause: Cause) {
        self.overrides
            .insert((id.to_owned(), property.to_owned()), cause);
    }

    /// What caused the part, or the override of the property that the path begins with.
    pub(super) fn source(&self, id: &str, path: Option<&str>) -> Option<Source> {
        let overridden = path.and_then(|path| {
            let property = path.split(['.', '[']).next()?;
            self.overrides.get(&(id.to_owned(), property.to_owned()))
        });
        overridden.or_else(|| self.parts.get(id)).map(Cause::source)
    }
}
