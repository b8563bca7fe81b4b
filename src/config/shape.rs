//! How a file's keys are declared, once each.
//!
//! `shape!` (in `declare`) takes a struct whose fields name their key, type, bounds and default; their doc
//! comments are what users read. From that one declaration come the struct, the decoder, which
//! reports everything that is wrong instead of the first thing, and the JSON Schema for editors.
//! What more than one key decides is left to `checks`.

use crate::finding::{Finding, closest};
use crate::json::{Json, Object};

use super::declare::Parts;
use super::document::{AtSpan, Document, Entry, Kind, Node, Scalar, Span};
use super::reference;

/// A type that a key's value can have.
pub(crate) trait Shape: Sized {
    /// What is accepted, as the end of "expected …".
    fn expected(bounds: Bounds) -> String;
    /// The same with all that there is to say of it.
    fn told(bounds: Bounds) -> String {
        Self::expected(bounds)
    }
    /// Reads a value, reporting all that is wrong with it.
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self>;
    /// The JSON Schema of what is accepted.
    fn schema(bounds: Bounds, form: Form) -> Json;
    /// The keys inside of it.
    fn parts() -> Parts {
        Parts::None
    }
}

/// A way to write a `T` in a file, where the type alone does not say it.
pub(crate) trait Codec<T> {
    /// What is accepted, as the end of "expected …".
    fn expected(bounds: Bounds) -> String;
    /// The same with all that there is to say of it.
    fn told(bounds: Bounds) -> String {
        Self::expected(bounds)
    }
    /// Reads a value, reporting all that is wrong with it.
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<T>;
    /// The JSON Schema of what is accepted.
    fn schema(bounds: Bounds, form: Form) -> Json;
    /// The keys inside of it.
    fn parts() -> Parts {
        Parts::None
    }
}

/// The way that the type itself says.
pub(crate) struct Plain;

impl<T: Shape> Codec<T> for Plain {
    fn expected(bounds: Bounds) -> String {
        T::expected(bounds)
    }

    fn told(bounds: Bounds) -> String {
        T::told(bounds)
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<T> {
        T::decode(at, bounds, cx)
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        T::schema(bounds, form)
    }

    fn parts() -> Parts {
        T::parts()
    }
}

/// Whether a map may leave to `Defaults` what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// It is merged with the map of the same path: keys may be absent, and `null` removes one.
    Merged,
    /// It stands as it is written, as the items of lists do.
    Whole,
}

/// Limits of a number, a text's length in characters, a duration in seconds, or a count of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) step: Option<i64>,
}

impl Bounds {
    pub(crate) const NONE: Self = Self {
        min: None,
        max: None,
        step: None,
    };

    pub(crate) const fn from(min: i64) -> Self {
        Self {
            min: Some(min),
            ..Self::NONE
        }
    }

    pub(crate) const fn to(max: i64) -> Self {
        Self {
            max: Some(max),
            ..Self::NONE
        }
    }

    pub(crate) const fn of(min: i64, max: i64) -> Self {
        Self {
            min: Some(min),
            max: Some(max),
            step: None,
        }
    }

    pub(crate) const fn in_steps_of(self, step: i64) -> Self {
        Self {
            step: Some(step),
            ..self
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
    pub(crate) fn hold(self, number: f64) -> bool {
        self.min.is_none_or(|min| number >= min as f64)
            && self.max.is_none_or(|max| number <= max as f64)
            && self.step.is_none_or(|step| number % step as f64 == 0.0)
    }

    /// `from 1 to 200`, or nothing.
    pub(crate) fn words(self, unit: &str) -> String {
        // `60s to 3600s`, but `1 to 16 items`.
        let first = if unit.starts_with(' ') { "" } else { unit };
        let range = match (self.min, self.max) {
            (Some(min), Some(max)) => format!(" from {min}{first} to {max}{unit}"),
            (Some(min), None) => format!(" of at least {min}{unit}"),
            (None, Some(max)) => format!(" of at most {max}{unit}"),
            (None, None) => String::new(),
        };
        match self.step {
            Some(step) => format!("{range} in steps of {step}"),
            None => range,
        }
    }

    /// Writes the bounds into a schema under these keywords.
    pub(crate) fn write(self, schema: &mut Object, min: &'static str, max: &'static str) {
        for (keyword, bound) in [(min, self.min), (max, self.max), ("multipleOf", self.step)] {
            if let Some(bound) = bound {
                schema.insert(keyword, bound);
            }
        }
    }
}

/// A value to be read: the node, the key it stands at, and its path.
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    pub(crate) node: &'a Node,
    /// Where a finding about the whole of it points: its key, or itself in a list.
    pub(crate) key: Span,
    /// Its key, as messages name it.
    pub(crate) name: String,
    /// Its path below the stage.
    pub(crate) path: String,
}

impl<'a> At<'a> {
    /// The value of an entry.
    pub(crate) fn entry(&self, entry: &'a Entry) -> At<'a> {
        let path = if self.path.is_empty() {
            entry.key.clone()
        } else {
            format!("{}.{}", self.path, entry.key)
        };
        At {
            node: &entry.value,
            key: entry.span,
            name: entry.key.clone(),
            path,
        }
    }

    /// An item of a list.
    pub(crate) fn item(&self, index: usize, node: &'a Node) -> At<'a> {
        At {
            node,
            key: node.span,
            name: format!("{}[{index}]", self.name),
            path: format!("{}[{index}]", self.path),
        }
    }

    /// The finding that the value is another one than expected.
    pub(crate) fn expected(&self, rule: &'static str, expected: &str, got: &str) -> Finding {
        let message = format!("`{}`: expected {expected}, got `{got}`", self.name);
        Finding::error(rule, message).expecting(expected, got)
    }

    /// Where a finding about the value points.
    fn mark(&self) -> Span {
        match self.node.kind {
            Kind::Scalar { .. } if self.node.scalar() != Some(Scalar::Empty) => self.node.span,
            _ => self.key,
        }
    }
}

/// What reading collects.
pub(crate) struct Cx<'a> {
    pub(crate) document: &'a Document,
    pub(crate) stack: &'a str,
    /// The stage, unless `Defaults` or the file as such is being read.
    pub(crate) stage: Option<&'a str>,
    /// Whether what is read may lack keys, because it is only one half of a merge.
    pub(crate) half: bool,
    pub(crate) findings: Vec<Finding>,
    /// What no finding may show, although it stands in its line.
    pub(crate) hidden: Vec<Span>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(document: &'a Document, stack: &'a str, stage: Option<&'a str>) -> Self {
        Self {
            document,
            stack,
            stage,
            half: false,
            findings: Vec::new(),
            hidden: Vec::new(),
        }
    }

    /// Adds a finding at a position.
    pub(crate) fn report(&mut self, finding: Finding, span: Span, path: &str) {
        let mut finding = finding.at_span(self.document, span);
        finding.place.stack = Some(self.stack.to_owned());
        finding.place.stages = self.stage.iter().map(|&stage| stage.to_owned()).collect();
        if !path.is_empty() {
            finding.place.path = Some(path.to_owned());
        }
        self.findings.push(finding);
    }

    /// Adds a finding about a value.
    pub(crate) fn refuse(&mut self, at: &At<'_>, finding: Finding) {
        self.report(finding, at.mark(), &at.path);
    }

    /// The text is not what is expected.
    pub(crate) fn invalid(&mut self, at: &At<'_>, expected: &str, text: &str) {
        let shown: String = text.chars().take(80).collect();
        self.refuse(at, at.expected("invalid-value", expected, &shown));
    }

    /// The value is of another type than expected.
    pub(crate) fn wrong_type(&mut self, at: &At<'_>, expected: &str) {
        let got = describe(at.node);
        let message = format!("`{}`: expected {expected}, got {got}", at.name);
        let (rule, hint) = match (at.node.scalar(), at.node.call()) {
            (Some(Scalar::Empty), _) => (
                "no-value",
                Some("write a value, or `null` to remove an inherited one".to_owned()),
            ),
            (_, Some(_)) if expected.starts_with("a map") || expected.starts_with("a list") => (
                "no-intrinsic",
                Some("write it out: a function may stand for the values in it".to_owned()),
            ),
            (_, Some(_)) => (
                "no-intrinsic",
                Some("this value is needed before the stack is deployed: write it out".to_owned()),
            ),
            (
                Some(Scalar::Integer(_) | Scalar::Float(_) | Scalar::Digits(_) | Scalar::Bool(_)),
                _,
            ) if takes_text(expected) => (
                "wrong-type",
                Some(format!("put it in quotes: `\"{}\"`", text_of(at.node))),
            ),
            (Some(Scalar::Text(text)), _) => ("wrong-type", unquoted(at.node, text, expected)),
            _ => ("wrong-type", None),
        };
        let value = at.node.scalar().map_or(got, |_| text_of(at.node));
        let mut finding = Finding::error(rule, message).expecting(expected, value);
        finding.hint = hint;
        self.refuse(at, finding);
    }

    /// The entries of a map, unknown keys reported.
    pub(crate) fn fields<'n>(&mut self, at: &At<'n>, keys: &[Key]) -> Option<Fields<'n>> {
        let Some(entries) = at.node.entries() else {
            self.wrong_type(at, "a map");
            return None;
        };
        for entry in entries {
            if keys
                .iter()
                .all(|key| key.name != entry.key && key.alias != Some(&entry.key))
            {
                let finding = unknown_key(&entry.key, &at.path, keys.iter().map(|key| key.name));
                self.report(finding, entry.span, &at.entry(entry).path);
            }
        }
        Some(Fields {
            at: at.clone(),
            entries,
        })
    }
}

/// More keys than anybody reads in a message.
const LISTED: usize = 20;

/// The finding about a key that is unknown in the map at this path.
fn unknown_key<'k>(key: &str, path: &str, keys: impl Iterator<Item = &'k str> + Clone) -> Finding {
    let shown: String = key.chars().take(80).collect();
    let elsewhere = match reference::map_of(key, path) {
        None => String::new(),
        Some("") => "it is a key of the stage; ".to_owned(),
        Some(map) => format!("it is a key of `{map}`; "),
    };
    let hint = if let Some(close) = closest(key, keys.clone()) {
        format!("did you mean `{close}`?")
    } else if keys.clone().count() > LISTED {
        format!("{elsewhere}`sageform schema --format markdown` lists the keys")
    } else {
        let keys: Vec<_> = keys.map(|key| format!("`{key}`")).collect();
        format!("{elsewhere}the keys here are {}", keys.join(", "))
    };
    Finding::error("unknown-key", format!("unknown key `{shown}`")).hint(hint)
}

/// A node in the words of a message.
pub(crate) fn describe(node: &Node) -> String {
    if let Some((function, _)) = node.call() {
        return format!("the function `{}`", function.key());
    }
    match node.scalar() {
        Some(Scalar::Empty) => "nothing".to_owned(),
        Some(Scalar::Null) => "`null`".to_owned(),
        Some(Scalar::Bool(_)) => format!("the boolean `{}`", text_of(node)),
        Some(Scalar::Integer(_) | Scalar::Float(_) | Scalar::Digits(_)) => {
            format!("the number `{}`", text_of(node))
        }
        Some(Scalar::Text(_)) => format!("the text `{}`", text_of(node)),
        None if matches!(node.kind, Kind::List(_)) => "a list".to_owned(),
        None => "a map".to_owned(),
    }
}

/// A scalar's text, cut when it is absurdly long.
pub(crate) fn text_of(node: &Node) -> String {
    let Kind::Scalar { text, .. } = &node.kind else {
        return String::new();
    };
    match text.char_indices().nth(80) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.clone(),
    }
}

fn takes_text(expected: &str) -> bool {
    ![
        "a whole number",
        "a number",
        "`true`",
        "a list",
        "a map",
        "a duration",
    ]
    .iter()
    .any(|other| expected.starts_with(other))
}

/// What to write instead of a text that only looks like the right thing.
fn unquoted(node: &Node, text: &str, expected: &str) -> Option<String> {
    let quoted = matches!(node.kind, Kind::Scalar { plain: false, .. });
    if expected.starts_with("`true`") {
        return match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" | "true" => Some("write `true`".to_owned()),
            "no" | "off" | "n" | "false" => Some("write `false`".to_owned()),
            _ => None,
        };
    }
    let number = expected.starts_with("a whole number") && text.parse::<i64>().is_ok()
        || expected.starts_with("a number") && text.parse::<f64>().is_ok();
    (quoted && number).then(|| format!("remove the quotes: `{text}`"))
}

/// A key as it is declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// Another name for it.
    pub(crate) alias: Option<&'static str>,
}

/// The entries of a map while its fields are read.
pub(crate) struct Fields<'n> {
    at: At<'n>,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    fn find(&self, key: Key, cx: &mut Cx<'_>) -> Option<At<'n>> {
        let named = |name| self.entries.iter().find(|entry| entry.key == name);
        let (by_name, by_alias) = (named(key.name), key.alias.and_then(named));
        if let (Some(_), Some(alias)) = (by_name, by_alias) {
            let message = format!("`{}` is another name of `{}`", alias.key, key.name);
            let finding = Finding::error("excluded-key", message)
                .hint(format!("keep `{}`, remove `{}`", key.name, alias.key));
            cx.report(finding, alias.span, &self.at.entry(alias).path);
        }
        let entry = by_name.or(by_alias)?;
        // One half of a merge may take away what the other half has.
        let removes = cx.half && entry.value.scalar() == Some(Scalar::Null);
        (!removes).then(|| self.at.entry(entry))
    }

    /// A key that must be there.
    pub(crate) fn required<T, C: Codec<T>>(
        &self,
        cx: &mut Cx<'_>,
        key: Key,
        bounds: Bounds,
    ) -> Option<T> {
        if let Some(at) = self.find(key, cx) {
            return C::decode(&at, bounds, cx);
        }
        if !cx.half {
            let path = &self.at.path;
            let message = if path.is_empty() {
                format!("missing key `{}`", key.name)
            } else {
                format!("missing key `{}` in `{}`", key.name, self.at.name)
            };
            cx.report(Finding::error("missing-key", message), self.at.key, path);
        }
        None
    }

    /// A key that may be absent; the outer option is `None` when what is there is wrong.
    #[expect(
        clippy::option_option,
        reason = "absent and wrong are different things"
    )]
    pub(crate) fn optional<T, C: Codec<T>>(
        &self,
        cx: &mut Cx<'_>,
        key: Key,
        bounds: Bounds,
    ) -> Option<Option<T>> {
        match self.find(key, cx) {
            Some(at) => C::decode(&at, bounds, cx).map(Some),
            None => Some(None),
        }
    }

    /// A key with a value of its own when it is absent.
    pub(crate) fn default<T, C: Codec<T>>(
        &self,
        cx: &mut Cx<'_>,
        key: Key,
        bounds: Bounds,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        match self.find(key, cx) {
            Some(at) => C::decode(&at, bounds, cx),
            None => Some(default()),
        }
    }
}
