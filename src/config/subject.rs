//! A stage as the checks see it: the merged tree, whether or not every value in it can be read.
//!
//! Checks look at the tree instead of the typed keys, so that a slip in one key does not hide what
//! is wrong with another.

use super::document::{Entry, Kind, Node, Scalar, Span};
use super::shape::Cx;
use crate::finding::Finding;
use crate::literal::{Duration, InstanceType};

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

    /// Whether something is there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.stage.at(path).is_some()
    }

    /// Whether one of the keys is below a prefix such as `Variants[0].`.
    pub(super) fn has_any(&self, prefix: &str, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.has(&format!("{prefix}{key}")))
    }

    /// A whole number, if one stands there.
    pub(super) fn integer(&self, path: &str) -> Option<i64> {
        match self.stage.at(path)?.scalar()? {
            Scalar::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// A number, if one stands there.
    pub(super) fn number(&self, path: &str) -> Option<f64> {
        match self.stage.at(path)?.scalar()? {
            #[expect(
                clippy::cast_precision_loss,
                reason = "only compared with small bounds"
            )]
            Scalar::Integer(number) => Some(number as f64),
            Scalar::Float(number) => Some(number),
            _ => None,
        }
    }

    /// A text, if one stands there.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        match self.stage.at(path)?.scalar()? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that a template would carry as it is: no dynamic reference.
    pub(super) fn literal(&self, path: &str) -> Option<&'a str> {
        self.text(path).filter(|text| !text.contains("{{resolve:"))
    }

    /// A duration, if one stands there.
    pub(super) fn duration(&self, path: &str) -> Option<Duration> {
        Duration::parse(self.text(path)?).ok()
    }

    /// An instance type, if one stands there.
    pub(super) fn instance_type(&self, path: &str) -> Option<InstanceType> {
        InstanceType::parse(self.literal(path)?).ok()
    }

    /// The items of a list, each with its path.
    pub(super) fn items(&self, path: &str) -> Vec<(String, &'a Node)> {
        let Some(Node {
            kind: Kind::List(items),
            ..
        }) = self.stage.at(path)
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
        self.stage
            .at(path)
            .and_then(Node::entries)
            .unwrap_or_default()
    }

    /// Whether a position is in `Defaults`.
    pub(super) fn inherited(&self, span: Span) -> bool {
        self.defaults
            .is_some_and(|range| range.start <= span.start && span.end <= range.end)
    }

    /// Reports at a key.
    pub(super) fn at_key(&self, cx: &mut Cx<'_>, path: &str, finding: Finding) {
        let span = match self.entry(path) {
            Some(entry) => entry.span,
            None => self.stage.locate(path).unwrap_or(self.key),
        };
        cx.report(finding, span, path);
    }

    /// Reports at a value, or at its key when the value has parts.
    pub(super) fn at_value(&self, cx: &mut Cx<'_>, path: &str, finding: Finding) {
        cx.report(finding, self.stage.locate(path).unwrap_or(self.key), path);
    }

    /// Reports that a key is missing which another one needs.
    pub(super) fn missing(&self, cx: &mut Cx<'_>, key: &str, because: &str) {
        let message = format!("missing key `{key}`, which `{}` needs", last(because));
        self.at_key(cx, because, Finding::error("missing-key", message));
    }

    /// Reports that a key is missing in an item of a list or in a block.
    pub(super) fn missing_in(&self, cx: &mut Cx<'_>, key: &str, place: &str) {
        let message = format!("missing key `{key}` in `{}`", last(place));
        self.at_key(cx, place, Finding::error("missing-key", message));
    }

    /// Reports a number that is above that of another key. Whether it is.
    pub(super) fn above(&self, cx: &mut Cx<'_>, path: &str, limit_path: &str) -> bool {
        let (Some(number), Some(limit)) = (self.integer(path), self.integer(limit_path)) else {
            return false;
        };
        if number > limit {
            let message = format!(
                "`{}`: expected at most `{}`, which is `{limit}`, got `{number}`",
                last(path),
                last(limit_path)
            );
            self.at_value(cx, path, Finding::error("out-of-range", message));
        }
        number > limit
    }

    /// Reports a key that has no effect.
    pub(super) fn ignored(&self, cx: &mut Cx<'_>, path: &str, why: &str) {
        let message = format!("`{}` has no effect: {why}", last(path));
        let finding = Finding::warning("ignored-key", message).hint("remove it");
        self.at_key(cx, path, finding);
    }

    /// Reports two keys that exclude each other, each at its place. What stands in the stage is
    /// taken as what is meant, so inherited keys are told how to be removed.
    pub(super) fn exclude(&self, cx: &mut Cx<'_>, one: &str, other: &str, why: &str) {
        self.exclude_each(cx, &[vec![one.to_owned()], vec![other.to_owned()]], why);
    }

    /// The same for groups of keys, of which the first that is there speaks for the others. Each of
    /// several is reported once.
    pub(super) fn exclude_each(&self, cx: &mut Cx<'_>, groups: &[Vec<String>], why: &str) {
        let [first, second, rest @ ..] = groups else {
            return;
        };
        self.excludes(cx, first, second, why);
        for other in std::iter::once(second).chain(rest) {
            self.excludes(cx, other, first, why);
        }
    }

    /// Reports a group at its place.
    fn excludes(&self, cx: &mut Cx<'_>, group: &[String], against: &[String], why: &str) {
        let Some((path, entry)) = self.first(group) else {
            return;
        };
        let Some((against_path, against_entry)) = self.first(against) else {
            return;
        };
        let (name, against_name) = (last(path), last(against_path));
        let inherited = (
            self.inherited(entry.span),
            self.inherited(against_entry.span),
        );
        let message = match inherited {
            (true, false) => {
                format!("`{name}` of `Defaults` excludes the stage's `{against_name}`: {why}")
            }
            (false, true) => format!("`{name}` excludes `{against_name}` of `Defaults`: {why}"),
            _ => format!("`{name}` excludes `{against_name}`: {why}"),
        };
        let hint = match inherited {
            (true, false) => self.removal(group),
            (false, true) => self.removal(against),
            _ => format!("keep `{name}` or `{against_name}`"),
        };
        cx.report(
            Finding::error("excluded-key", message).hint(hint),
            entry.span,
            path,
        );
    }

    fn first<'p>(&self, group: &'p [String]) -> Option<(&'p str, &'a Entry)> {
        group
            .iter()
            .find_map(|path| Some((path.as_str(), self.entry(path)?)))
    }

    /// How a stage does without inherited keys.
    fn removal(&self, group: &[String]) -> String {
        let present = |path: &&String| self.entry(path).is_some_and(|e| self.inherited(e.span));
        let nulls: Vec<_> = group
            .iter()
            .filter(present)
            .map(|path| format!("`{}: null`", last(path)))
            .collect();
        let place = match group.first().and_then(|path| path.rsplit_once('.')) {
            Some((parent, _)) => format!(" below its `{}`", last(parent)),
            None => String::new(),
        };
        format!(
            "to remove what is inherited, write {} in the stage{place}",
            nulls.join(" and ")
        )
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
