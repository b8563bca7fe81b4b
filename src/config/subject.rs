//! A stage as the checks see it: the merged tree, whether or not every value in it can be read.
//!
//! Checks look at the tree instead of the typed keys, so that a slip in one key does not hide what
//! is wrong with another.

use super::document::{Entry, Kind, Node, Scalar, Span};
use super::shape::Cx;
use crate::finding::Finding;

/// A stage, or a part of one, while it is checked.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// The merged stage.
    pub(super) stage: &'a Node,
    /// Where the stage's name stands.
    pub(super) key: Span,
    /// The bytes of `Defaults`.
    pub(super) defaults: Option<Span>,
}

impl<'a> Subject<'a> {
    /// The entry at a path of keys.
    pub(super) fn entry(&self, path: &str) -> Option<&'a Entry> {
        match path.rsplit_once('.') {
            Some((parent, key)) => self.stage.at(parent)?.get(key),
            None => self.stage.get(path),
        }
    }

    /// Whether a key is there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// A whole number, if one stands there.
    pub(super) fn integer(&self, path: &str) -> Option<i64> {
        match self.entry(path)?.value.scalar()? {
            Scalar::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// A text, if one stands there.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        match self.entry(path)?.value.scalar()? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list, each with its path.
    pub(super) fn items(&self, path: &str) -> Vec<(String, &'a Node)> {
        let Some(Entry {
            value: Node {
                kind: Kind::List(items),
                ..
            },
            ..
        }) = self.entry(path)
        else {
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| (format!("{path}[{index}]"), item))
            .collect()
    }

    /// The keys of a map with their values.
    pub(super) fn pairs(&self, path: &str) -> &'a [Entry] {
        self.entry(path)
            .and_then(|entry| entry.value.entries())
            .unwrap_or_default()
    }

    /// Whether a position is in `Defaults`.
    pub(super) fn inherited(&self, span: Span) -> bool {
        self.defaults
            .is_some_and(|range| range.start <= span.start && span.end <= range.end)
    }

    /// Reports at a key.
    pub(super) fn at_key(&self, cx: &mut Cx<'_>, path: &str, finding: Finding) {
        let span = self.entry(path).map_or(self.key, |entry| entry.span);
        cx.report(finding, span, path);
    }

    /// Reports at a value, or at its key when the value has parts.
    pub(super) fn at_value(&self, cx: &mut Cx<'_>, path: &str, finding: Finding) {
        cx.report(finding, self.stage.locate(path).unwrap_or(self.key), path);
    }

    /// Reports two keys that exclude each other, each at its place. What stands in the stage is
    /// taken as what is meant, so an inherited key is told how to be removed.
    pub(super) fn exclude(&self, cx: &mut Cx<'_>, one: &str, other: &str, why: &str) {
        for (path, against) in [(one, other), (other, one)] {
            let Some(entry) = self.entry(path) else {
                continue;
            };
            let inherited = self.inherited(entry.span);
            let against_inherited = self
                .entry(against)
                .is_some_and(|entry| self.inherited(entry.span));
            let (name, against) = (last(path), last(against));
            let message = if inherited && !against_inherited {
                format!("`{name}` of `Defaults` excludes the stage's `{against}`: {why}")
            } else {
                format!("`{name}` excludes `{against}`: {why}")
            };
            let hint = match (inherited, against_inherited) {
                (true, false) => {
                    format!("to take it from this stage, write `{name}: null` in the stage")
                }
                (false, true) => {
                    format!("to take the other from this stage, write `{against}: null` in it")
                }
                _ => format!("keep `{name}` or `{against}`"),
            };
            cx.report(
                Finding::error("excluded-key", message).hint(hint),
                entry.span,
                path,
            );
        }
    }
}

/// The last key of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// A list of keys in the words of a message.
pub(super) fn listed(keys: &[&str]) -> String {
    keys.iter()
        .map(|key| format!("`{key}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
