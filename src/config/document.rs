//! A YAML document as a small tree whose every node knows where it stands.

use serde_json::Number;

use crate::finding::{Finding, Source};
use crate::json::{Json, Object};
use crate::value::Function;

/// Longest line that is shown whole, in characters. Longer ones are cut at their end, so that a
/// column always means what it says; nothing is shown when the marked place is beyond the cut.
const SHOWN: usize = 200;

/// A range of bytes in the document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// A parsed file.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file as it is printed.
    pub file: String,
    /// The topmost node; a plain scalar without text when the file is empty.
    pub root: Node,
    text: String,
    lines: Vec<usize>,
}

/// One node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands, its tag included.
    pub span: Span,
    /// `CloudFormation`'s function that its tag calls (`!Ref`, `!Sub`, …).
    pub function: Option<Function>,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Anything without parts. What it means is in [`Node::scalar`].
    Scalar {
        /// The text, escapes resolved.
        text: String,
        /// Whether it stands without quotes, so that it may be a number, a boolean or null.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, without duplicate keys, in file order.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// The value.
    pub value: Node,
}

/// Where the end of a path is: within the list or map that holds it.
#[derive(Debug, Clone, Copy)]
pub enum Holder<'a, 'p> {
    /// An item of a list.
    Item {
        /// The list.
        list: &'a Node,
        /// Which of its items.
        index: usize,
    },
    /// An entry of a map.
    Entry {
        /// The map.
        map: &'a Node,
        /// Which of its entries.
        index: usize,
    },
    /// A key that a map lacks.
    Missing {
        /// The map.
        map: &'a Node,
        /// The key.
        key: &'p str,
    },
}

/// What a scalar means by the core schema of YAML 1.2.
///
/// Two departures, so that nothing changes by being read: digits with a leading zero and numbers
/// that no machine type holds stay text when they are copied, and `0x1f` or `0o17` are text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing was written.
    Empty,
    /// `null` or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Digits that a machine type holds and that do not begin with a needless zero.
    Integer(i64),
    /// A number with a fraction or exponent.
    Float(f64),
    /// Digits such as `012345678901`, whose value is not what is meant.
    Digits(&'a str),
    /// Everything else.
    Text(&'a str),
}

impl Document {
    pub(super) fn new(file: &str, text: &str, lines: Vec<usize>, root: Node) -> Self {
        Self {
            file: file.to_owned(),
            root,
            text: text.to_owned(),
            lines,
        }
    }

    /// The position of a range of bytes, as findings carry it.
    pub fn source(&self, span: Span) -> Source {
        source(&self.file, &self.text, &self.lines, span)
    }

    /// The document as JSON, with `CloudFormation`'s short tags in their long form.
    pub fn to_json(&self) -> Json {
        self.root.to_json()
    }

    /// Where the value at a path such as `Resources.Endpoint.Properties.Tags[0].Key` stands, or the
    /// nearest of its ancestors that is there.
    pub fn locate(&self, path: &str) -> Source {
        self.source(self.root.locate(path).unwrap_or(self.root.span))
    }
}

/// The bytes at which lines begin. Line feed, carriage return, and both together end a line.
pub(super) fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            starts.push(at + 1);
        }
    }
    starts
}

pub(super) fn source(file: &str, text: &str, lines: &[usize], span: Span) -> Source {
    let start = span.start.min(text.len());
    let line = lines.partition_point(|first| *first <= start).max(1);
    let first = lines[line - 1];
    let next = lines.get(line).copied().unwrap_or(text.len());
    let shown = text[first..next].trim_end_matches(['\n', '\r']);
    let before = start.min(first + shown.len());
    let column = text[first..before].chars().count() + 1;
    let marked = text
        .get(before..span.end.clamp(before, first + shown.len()))
        .unwrap_or_default();
    let length = marked.trim_end().chars().count().max(1);
    let text = match shown.char_indices().nth(SHOWN) {
        None => Some(shown.to_owned()),
        Some((cut, _)) if column < SHOWN => Some(format!("{}…", &shown[..cut])),
        Some(_) => None,
    };
    let length = length
        .min(if column < SHOWN { SHOWN - column } else { 1 })
        .max(1);
    Source {
        file: file.to_owned(),
        line,
        column,
        length,
        text,
    }
}

impl Node {
    /// A node without a position: what stands where nothing is written.
    pub(super) fn empty() -> Self {
        Self {
            span: Span::default(),
            function: None,
            kind: Kind::Scalar {
                text: String::new(),
                plain: true,
            },
        }
    }

    /// The meaning of a scalar without a tag.
    pub fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.kind {
            Kind::Scalar { text, plain } if self.function.is_none() => Some(if *plain {
                Scalar::of(text)
            } else {
                Scalar::Text(text)
            }),
            _ => None,
        }
    }

    /// The entries of a map that calls no function.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) if !self.is_call() => Some(entries),
            _ => None,
        }
    }

    /// The value at a key of a map.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// Whether it calls one of `CloudFormation`'s functions, by a tag or in the long form.
    pub fn is_call(&self) -> bool {
        self.call().is_some()
    }

    /// The function that it calls and the argument, still as written.
    pub fn call(&self) -> Option<(Function, &Node)> {
        match (&self.function, &self.kind) {
            (Some(function), _) => Some((*function, self)),
            (None, Kind::Map(entries)) => match entries.as_slice() {
                [entry] if entry.key == "Ref" || entry.key.starts_with("Fn::") => {
                    Some((Function::from_key(&entry.key)?, &entry.value))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is `null`, or nothing was written.
    pub fn is_null(&self) -> bool {
        matches!(self.scalar(), Some(Scalar::Empty | Scalar::Null))
    }

    /// The node as JSON, with `CloudFormation`'s short tags in their long form.
    pub fn to_json(&self) -> Json {
        let Some(function) = self.function else {
            return self.kind.to_json();
        };
        let argument = match (function, &self.kind) {
            // `!GetAtt Resource.Attribute.Part` is short for a list of two.
            (Function::GetAtt, Kind::Scalar { text, .. }) => match text.split_once('.') {
                Some((resource, attribute)) => vec![
                    Json::from(resource.to_owned()),
                    Json::from(attribute.to_owned()),
                ]
                .into(),
                None => self.kind.to_json(),
            },
            // The name of a parameter or resource is a name, even when it is all digits.
            (_, Kind::Scalar { text, .. }) => Json::from(text.clone()),
            (_, kind) => kind.to_json(),
        };
        [(function.key(), argument)].into()
    }

    /// The span of the value at a path, or of the nearest ancestor's key.
    pub fn locate(&self, path: &str) -> Option<Span> {
        self.follow(path).0
    }

    /// The node at exactly this path, if it is there.
    pub fn at<'a>(&'a self, path: &str) -> Option<&'a Node> {
        let (_, node, rest) = self.follow(path);
        rest.is_empty().then_some(node)
    }

    /// What holds the value at a path, which may lack its last key. `None` where the path leads to
    /// nothing, or to what does not stand in the file as the path has it.
    pub fn holder<'a, 'p>(&'a self, path: &'p str) -> Option<Holder<'a, 'p>> {
        let (mut node, mut rest) = (self, path);
        loop {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            if let Some(after) = node.after_tag(rest) {
                rest = after.strip_prefix('.').unwrap_or(after);
            }
            let (holder, next, after) = match &node.kind {
                Kind::List(items) => {
                    let (index, after) = item_of(items, rest)?;
                    (Holder::Item { list: node, index }, &items[index], after)
                }
                Kind::Map(entries) => {
                    let Some((index, after)) = entry_of(entries, rest) else {
                        let is_key = !rest.is_empty() && !rest.contains(['.', '[']);
                        return is_key.then_some(Holder::Missing {
                            map: node,
                            key: rest,
                        });
                    };
                    let value = &entries[index].value;
                    (Holder::Entry { map: node, index }, value, after)
                }
                Kind::Scalar { .. } => return None,
            };
            if after.is_empty() {
                return Some(holder);
            }
            (node, rest) = (next, after);
        }
    }

    /// What follows, in a path, the function that this node's tag calls.
    fn after_tag<'p>(&self, rest: &'p str) -> Option<&'p str> {
        let after = rest.strip_prefix(self.function?.key())?;
        (after.is_empty() || after.starts_with(['.', '['])).then_some(after)
    }

    /// Walks as far as the path leads: the position of what was reached, the node, the rest.
    fn follow<'a, 'p>(&'a self, path: &'p str) -> (Option<Span>, &'a Node, &'p str) {
        let (mut node, mut rest, mut span) = (self, path, None);
        loop {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            if rest.is_empty() {
                return (span, node, rest);
            }
            if let Some(after) = node.after_tag(rest) {
                // The long form's key does not stand in the file.
                (rest, span) = (after, Some(node.span));
                if matches!(node.kind, Kind::Scalar { .. }) {
                    return (span, node, "");
                }
                if rest.is_empty() {
                    return (span, node, rest);
                }
                rest = rest.strip_prefix('.').unwrap_or(rest);
            }
            match &node.kind {
                Kind::List(items) => {
                    let Some((index, after)) = item_of(items, rest) else {
                        return (span, node, rest);
                    };
                    let item = &items[index];
                    (node, rest, span) = (item, after, Some(item.span));
                }
                Kind::Map(entries) => {
                    let Some((index, after)) = entry_of(entries, rest) else {
                        return (span, node, rest);
                    };
                    let entry = &entries[index];
                    let of_value = matches!(entry.value.kind, Kind::Scalar { .. })
                        && entry.value.scalar() != Some(Scalar::Empty)
                        && after.is_empty();
                    span = Some(if of_value {
                        entry.value.span
                    } else {
                        entry.span
                    });
                    (node, rest) = (&entry.value, after);
                }
                Kind::Scalar { .. } => return (span, node, rest),
            }
        }
    }
}

/// The item that a path begins with, such as `[0]`, and the rest of it.
fn item_of<'p>(items: &[Node], rest: &'p str) -> Option<(usize, &'p str)> {
    let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
    let index = index.parse().ok().filter(|index| *index < items.len())?;
    Some((index, after))
}

/// The entry that a path begins with, and the rest of it. Keys may hold dots: the longest that fits
/// is meant.
fn entry_of<'p>(entries: &[Entry], rest: &'p str) -> Option<(usize, &'p str)> {
    entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((index, rest.strip_prefix(entry.key.as_str())?)))
        .filter(|(_, after)| after.is_empty() || after.starts_with(['.', '[']))
        .max_by_key(|(index, _)| entries[*index].key.len())
}

impl Kind {
    fn to_json(&self) -> Json {
        match self {
            Self::Scalar { text, plain: false } => Json::from(text.clone()),
            Self::Scalar { text, plain: true } => match Scalar::of(text) {
                Scalar::Empty | Scalar::Null => Json::Null,
                Scalar::Bool(value) => Json::Bool(value),
                Scalar::Integer(value) => Json::Number(value.into()),
                Scalar::Float(value) => {
                    Number::from_f64(value).map_or_else(|| Json::from(text.clone()), Json::Number)
                }
                Scalar::Digits(_) | Scalar::Text(_) => Json::from(text.clone()),
            },
            Self::List(items) => items.iter().map(Node::to_json).collect::<Vec<_>>().into(),
            Self::Map(entries) => {
                let mut object = Object::with_capacity(entries.len());
                for entry in entries {
                    object.push(entry.key.clone().into(), entry.value.to_json());
                }
                object.into()
            }
        }
    }
}

impl<'a> Scalar<'a> {
    fn of(text: &'a str) -> Self {
        match text {
            "" => return Self::Empty,
            "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            _ => {}
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return Self::Text(text);
        }
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse() {
                Ok(number) if digits.len() == 1 || !digits.starts_with('0') => {
                    Self::Integer(number)
                }
                _ => Self::Digits(text),
            };
        }
        // `inf` and `nan` were excluded above, and Rust's grammar for the rest is YAML's.
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Float(number),
            _ => Self::Text(text),
        }
    }
}

/// A finding that stands at a range of bytes.
pub(super) trait AtSpan {
    /// Sets the position.
    fn at_span(self, document: &Document, span: Span) -> Self;
}

impl AtSpan for Finding {
    fn at_span(self, document: &Document, span: Span) -> Self {
        self.at(document.source(span))
    }
}
