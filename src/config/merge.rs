//! `Defaults` under a stage, as trees: every node keeps the position at which it stands.
//!
//! Maps merge, everything else replaces, and `null` removes what was inherited. A function in its
//! long form is a map with one key that must not merge with another, so it counts as a scalar.

use std::collections::BTreeMap;

use super::document::{Entry, Kind, Node, Scalar};

/// Where in a stage a node is, as far as merging cares.
#[derive(Clone, Copy)]
enum Region {
    /// The stage's own keys.
    Stage,
    /// Below them.
    Block,
    /// The logical ids of `Overrides`.
    Overrides,
    /// A resource's raw properties: there `null` is for the resource, so it stays.
    Raw,
}

impl Region {
    fn below(self, key: &str) -> Self {
        match self {
            Self::Stage if key == "Overrides" => Self::Overrides,
            Self::Stage | Self::Block => Self::Block,
            Self::Overrides | Self::Raw => Self::Raw,
        }
    }
}

/// A stage with what it inherits.
pub(super) fn merge(defaults: Option<&Node>, stage: &Node) -> Node {
    match defaults {
        Some(defaults) => over(defaults, stage, Region::Stage),
        None => without_nulls(stage, Region::Stage),
    }
}

/// How many nodes a tree has.
pub(super) fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Scalar { .. } => 0,
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(entries) => entries
            .iter()
            .map(|entry| size(&entry.value))
            .sum::<usize>(),
    }
}

fn over(base: &Node, top: &Node, region: Region) -> Node {
    let (Some(below), Some(above)) = (base.entries(), top.entries()) else {
        return without_nulls(top, region);
    };
    let by_key = |entries: &'_ [Entry]| -> BTreeMap<String, usize> {
        entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.key.clone(), at))
            .collect()
    };
    let (keys_below, keys_above) = (by_key(below), by_key(above));
    let mut entries = Vec::with_capacity(below.len() + above.len());
    for entry in below {
        let inner = region.below(&entry.key);
        match keys_above.get(&entry.key).map(|at| &above[*at]) {
            Some(other) if removes(&other.value, region) => {}
            Some(other) => entries.push(Entry {
                key: other.key.clone(),
                span: other.span,
                value: over(&entry.value, &other.value, inner),
            }),
            None if removes(&entry.value, region) => {}
            None => entries.push(Entry {
                key: entry.key.clone(),
                span: entry.span,
                value: without_nulls(&entry.value, inner),
            }),
        }
    }
    for entry in above {
        if !keys_below.contains_key(&entry.key) && !removes(&entry.value, region) {
            entries.push(Entry {
                key: entry.key.clone(),
                span: entry.span,
                value: without_nulls(&entry.value, region.below(&entry.key)),
            });
        }
    }
    Node {
        span: top.span,
        function: None,
        kind: Kind::Map(entries),
    }
}

fn without_nulls(node: &Node, region: Region) -> Node {
    let Some(entries) = node.entries() else {
        return node.clone();
    };
    let entries = entries
        .iter()
        .filter(|entry| !removes(&entry.value, region))
        .map(|entry| Entry {
            key: entry.key.clone(),
            span: entry.span,
            value: without_nulls(&entry.value, region.below(&entry.key)),
        })
        .collect();
    Node {
        span: node.span,
        function: None,
        kind: Kind::Map(entries),
    }
}

/// Whether it is an explicit `null` that takes its key away. An empty value is a slip, not a null.
fn removes(node: &Node, region: Region) -> bool {
    !matches!(region, Region::Raw) && node.scalar() == Some(Scalar::Null)
}
