//! Edits of a text by the spans of its document.

use std::ops::Range;

use crate::config::document::{Entry, Holder, Kind, Node, Scalar};
use crate::json::Json;

/// A text that is edited.
pub(super) struct Text<'t> {
    whole: &'t str,
    /// Whether keys and texts stand in quotes, as in JSON.
    quoted: bool,
    /// What ends a line.
    newline: &'static str,
}

/// Why an edit is not made.
type Refusal = &'static str;

const BLOCK: Refusal = "a block is there";
const COMMENT: Refusal = "a comment stands there";
const LAYOUT: Refusal = "its layout is too unusual";

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            whole: text,
            quoted: text.trim_start().starts_with('{'),
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
        }
    }

    fn replaced(&self, range: Range<usize>, with: &str) -> String {
        let mut text = self.whole.to_owned();
        text.replace_range(range, with);
        text
    }

    /// The first byte of the line.
    fn line_start(&self, at: usize) -> usize {
        self.whole[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// The byte after the line's last one, before what ends it.
    fn line_end(&self, at: usize) -> usize {
        let end = self.whole[at..]
            .find('\n')
            .map_or(self.whole.len(), |end| at + end);
        if self.whole[at..end].ends_with('\r') {
            end - 1
        } else {
            end
        }
    }

    /// The first byte of the next line.
    fn next_line(&self, at: usize) -> usize {
        self.whole[at..]
            .find('\n')
            .map_or(self.whole.len(), |end| at + end + 1)
    }

    /// What stands before a byte in its line.
    fn before(&self, at: usize) -> &'t str {
        &self.whole[self.line_start(at)..at]
    }

    /// As many blanks as there are characters before a byte in its line.
    fn indentation(&self, at: usize) -> String {
        let before = self.before(at);
        before
            .chars()
            .map(|character| if character == '\t' { '\t' } else { ' ' })
            .collect()
    }

    /// Whether a list begins right below its key, where nothing but dashes may stand.
    fn is_below_its_key(&self, dash: usize) -> bool {
        let mut above = self.whole[..self.line_start(dash)].lines().rev();
        let is_content = |line: &&str| {
            let rest = line.trim_start();
            !(rest.is_empty() || rest.starts_with('#'))
        };
        above.find(is_content).is_some_and(|line| {
            let key = line.trim_start_matches([' ', '-']);
            line.len() - key.len() == self.before(dash).len()
        })
    }

    /// The text of a node without its tag.
    fn bare(&self, node: &Node) -> &'t str {
        let text = self
            .whole
            .get(node.span.start..node.span.end)
            .unwrap_or_default();
        if node.function.is_some() || text.starts_with('!') {
            text.split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest.trim_start())
        } else {
            text
        }
    }

    /// Whether a list or map stands in brackets.
    fn is_flow(&self, node: &Node) -> bool {
        match node.kind {
            Kind::List(_) => self.bare(node).starts_with('['),
            Kind::Map(_) => self.bare(node).starts_with('{'),
            Kind::Scalar { .. } => false,
        }
    }

    /// The first byte of a node. The span of a block of text begins after its `|` or `>`.
    fn start(&self, node: &Node) -> usize {
        let start = node.span.start;
        let is_block = matches!(node.kind, Kind::Scalar { plain: false, .. })
            && !self.whole[start..].starts_with(['"', '\'', '!']);
        let mark = self.whole[..start].rfind(['|', '>']);
        mark.filter(|_| is_block).unwrap_or(start)
    }

    /// The byte after the last one of a node, without the lines that follow a block.
    fn end(&self, node: &Node) -> usize {
        let last = match &node.kind {
            _ if self.is_flow(node) => None,
            Kind::List(items) => items.last().map(|item| self.end(item)),
            Kind::Map(entries) => entries.last().map(|entry| self.entry_end(entry)),
            Kind::Scalar { .. } => None,
        };
        last.unwrap_or_else(|| {
            let end = node.span.end.min(self.whole.len());
            node.span
                .start
                .max(self.whole[..end].trim_end().len())
                .min(end)
        })
    }

    fn entry_end(&self, entry: &Entry) -> usize {
        if entry.value.scalar() == Some(Scalar::Empty) {
            return self.after_colon(entry).unwrap_or(entry.span.end);
        }
        self.end(&entry.value)
    }

    /// The byte after the colon of an entry.
    fn after_colon(&self, entry: &Entry) -> Option<usize> {
        let between = &self.whole[entry.span.end..];
        let colon = between.find(|character: char| !character.is_whitespace())?;
        between[colon..]
            .starts_with(':')
            .then_some(entry.span.end + colon + 1)
    }

    /// The spans of the parts of a list or map, each from its first byte to the byte after its last.
    fn parts(&self, node: &Node) -> Vec<Range<usize>> {
        match &node.kind {
            Kind::List(items) => items
                .iter()
                .map(|item| self.start(item)..self.end(item))
                .collect(),
            Kind::Map(entries) => entries
                .iter()
                .map(|entry| entry.span.start..self.entry_end(entry))
                .collect(),
            Kind::Scalar { .. } => Vec::new(),
        }
    }

    /// A key or text as it is written here.
    fn string(&self, text: &str) -> String {
        let quoted = || serde_json::to_string(text).unwrap_or_default();
        // YAML 1.1, which AWS reads, has more words that are no texts than 1.2.
        let word = matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
        );
        let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte));
        if self.quoted || word || !plain {
            quoted()
        } else {
            text.to_owned()
        }
    }

    /// A value in one line.
    fn value(&self, value: &Json) -> String {
        match value {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => value.to_string(),
            Json::Number(value) => value.to_string(),
            Json::String(text) => self.string(text),
            Json::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Json::Object(object) => {
                let entries: Vec<_> = object
                    .iter()
                    .map(|(key, value)| {
                        // `Fn::If` needs no quotes before its colon.
                        let key = match key.strip_prefix("Fn::") {
                            Some(_) if !self.quoted => key.to_owned(),
                            _ => self.string(key),
                        };
                        format!("{key}: {}", self.value(value))
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}

/// The text with a value in place of what is there, or added.
pub(super) fn set(
    text: &Text<'_>,
    holder: Holder<'_, '_>,
    value: &Json,
) -> Result<String, Refusal> {
    let value = text.value(value);
    let node = match holder {
        Holder::Missing { map, key } => {
            let added = format!("{}: {value}", text.string(key));
            return added_to(text, map, &added);
        }
        Holder::Entry { map, index } => {
            let Kind::Map(entries) = &map.kind else {
                return Err(LAYOUT);
            };
            let entry = &entries[index];
            if entry.value.scalar() == Some(Scalar::Empty) {
                let at = text.after_colon(entry).ok_or(LAYOUT)?;
                return Ok(text.replaced(at..at, &format!(" {value}")));
            }
            &entry.value
        }
        Holder::Item { list, index } => {
            let Kind::List(items) = &list.kind else {
                return Err(LAYOUT);
            };
            &items[index]
        }
    };
    let in_place = match node.kind {
        Kind::Scalar { plain, .. } => plain || text.bare(node).starts_with(['"', '\'']),
        _ => text.is_flow(node),
    };
    if !in_place {
        return Err(BLOCK);
    }
    Ok(text.replaced(node.span.start..text.end(node), &value))
}

/// The text with an entry added at the end of a map.
fn added_to(text: &Text<'_>, map: &Node, added: &str) -> Result<String, Refusal> {
    let Kind::Map(entries) = &map.kind else {
        return Err(LAYOUT);
    };
    let Some(last) = entries.last() else {
        // Within the brackets of `{}`.
        let at = text.end(map).checked_sub(1).ok_or(LAYOUT)?;
        return Ok(text.replaced(at..at, added));
    };
    let end = text.entry_end(last);
    let own_line = text.before(last.span.start).trim().is_empty();
    let indentation = text.indentation(last.span.start);
    let newline = text.newline;
    if !text.is_flow(map) {
        let at = text.line_end(end);
        return Ok(text.replaced(at..at, &format!("{newline}{indentation}{added}")));
    }
    if !own_line {
        return Ok(text.replaced(end..end, &format!(", {added}")));
    }
    // A remark at the end of the line stays with what it is about.
    let at = text.line_end(end);
    let rest = &text.whole[end..at];
    let after_comma = rest.trim_start().strip_prefix(',');
    let remark = after_comma.unwrap_or(rest).trim_start();
    if !(remark.is_empty() || remark.starts_with('#')) {
        return Ok(text.replaced(end..end, &format!(", {added}")));
    }
    let comma = if after_comma.is_some() { "" } else { "," };
    Ok(text.replaced(
        end..at,
        &format!("{comma}{rest}{newline}{indentation}{added}"),
    ))
}

/// The text without an entry or an item.
pub(super) fn removed(text: &Text<'_>, holder: Holder<'_, '_>) -> Result<String, Refusal> {
    let (node, index) = match holder {
        Holder::Entry { map, index } => (map, index),
        Holder::Item { list, index } => (list, index),
        Holder::Missing { .. } => return Err("it is not there"),
    };
    let parts = text.parts(node);
    let part = parts[index].clone();
    let is_list = matches!(node.kind, Kind::List(_));
    if text.is_flow(node) {
        return removed_from_brackets(text, &parts, index);
    }
    let before = text.before(part.start);
    let start = if is_list {
        // The dash of an item.
        let dash = before.trim_end();
        if !dash.ends_with('-') {
            return Err(LAYOUT);
        }
        text.line_start(part.start) + dash.len() - 1
    } else {
        part.start
    };
    if parts.len() == 1 {
        let nothing = if !is_list {
            "{}"
        } else if text.is_below_its_key(start) {
            "  []"
        } else {
            "[]"
        };
        return Ok(text.replaced(start..part.end, nothing));
    }
    if text.before(start).trim().is_empty() {
        let range = text.line_start(start)..text.next_line(part.end);
        return Ok(text.replaced(range, ""));
    }
    // The first of them, in the line of what it is within.
    let next = parts.get(index + 1).ok_or(LAYOUT)?;
    let next = if is_list {
        let dash = text.before(next.start).trim_end();
        text.line_start(next.start) + dash.len().checked_sub(1).ok_or(LAYOUT)?
    } else {
        next.start
    };
    let lines = text
        .whole
        .get(text.line_end(part.end)..next)
        .ok_or(LAYOUT)?;
    if lines.contains('#') {
        return Err(COMMENT);
    }
    Ok(text.replaced(start..next, ""))
}

/// The text without one of the parts that stand in brackets, and without its comma.
fn removed_from_brackets(
    text: &Text<'_>,
    parts: &[Range<usize>],
    index: usize,
) -> Result<String, Refusal> {
    let part = parts[index].clone();
    if let Some(next) = parts.get(index + 1) {
        // A remark in its line is about it; another one is not.
        let own = text.line_end(part.end).min(next.start);
        if text.whole[own..next.start].contains('#') {
            return Err(COMMENT);
        }
        return Ok(text.replaced(part.start..next.start, ""));
    }
    let Some(before) = index.checked_sub(1).map(|before| &parts[before]) else {
        return Ok(text.replaced(part, ""));
    };
    if !text.whole[before.end..part.start].contains('#') {
        return Ok(text.replaced(before.end..part.end, ""));
    }
    // The remark is about the one before: only the comma goes, and the lines of this one.
    let comma = text.whole[before.end..].starts_with(',');
    let rest = text.whole[part.end..text.line_end(part.end)].trim_start();
    let alone = text.before(part.start).trim().is_empty();
    if !comma || !alone || !(rest.is_empty() || rest.starts_with('#')) {
        return Err(COMMENT);
    }
    let mut edited = text.replaced(text.line_start(part.start)..text.next_line(part.end), "");
    edited.replace_range(before.end..=before.end, "");
    Ok(edited)
}
