//! What the parser and the tree have to say against a file, in words.

use std::collections::BTreeMap;
use std::path::Path;

use granit_parser::{ErrorKind, ScanError};

use super::super::document::{Kind, Node, Scalar, Span, line_starts, source};
use super::{Builder, Limits, offset, span_of};
use crate::finding::Finding;

/// The finding about a file that is larger than the limit.
pub(in crate::config) fn too_large(file: &str, bytes: u64, limits: &Limits) -> Finding {
    Finding::error(
        "file-too-large",
        format!(
            "`{file}` has {bytes} bytes, expected at most {}",
            limits.bytes
        ),
    )
    .hint("is it the right file?")
}

pub(super) fn not_utf8(file: &str, bytes: &[u8], at: usize) -> Finding {
    let lossy = String::from_utf8_lossy(&bytes[..at]);
    let line_start = lossy.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let rest = &bytes[at..];
    let line_end = rest
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r'))
        .unwrap_or(rest.len());
    let line = format!(
        "{}{}",
        &lossy[line_start..],
        String::from_utf8_lossy(&rest[..line_end])
    );
    // Positions are computed in the line as it is shown; only its number comes from the file.
    let span = Span {
        start: at - line_start,
        end: at - line_start + '\u{FFFD}'.len_utf8(),
    };
    let mut place = source(file, &line, &[0], span);
    place.line = line_starts(&bytes[..at]).len();
    let hint = if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        "this is UTF-16: save the file as UTF-8"
    } else {
        "save the file as UTF-8"
    };
    let byte = bytes[at];
    Finding::error(
        "not-utf-8",
        format!("expected UTF-8, got byte `0x{byte:02X}` at offset {at}"),
    )
    .at(place)
    .hint(hint)
}

/// Why a key is none.
pub(super) enum BadKey {
    Duplicate(String, Span),
    Merge,
    Reference,
    Collection,
    Call,
    Scalar(String),
}

/// The text of a key that is one.
pub(super) fn key_of(
    node: &Node,
    text: &str,
    limits: &Limits,
    seen: &BTreeMap<String, Span>,
) -> Result<String, BadKey> {
    let Kind::Scalar { text: key, plain } = &node.kind else {
        let written = text.get(node.span.start..).unwrap_or_default();
        let reference = written
            .trim_start_matches(['{', ' '])
            .starts_with("resolve:");
        return Err(if reference {
            BadKey::Reference
        } else {
            BadKey::Collection
        });
    };
    if node.function.is_some() {
        return Err(BadKey::Call);
    }
    if *plain && key == "<<" {
        return Err(BadKey::Merge);
    }
    let nothing = matches!(node.scalar(), Some(Scalar::Empty | Scalar::Null));
    if nothing || (limits.quoted_keys && !matches!(node.scalar(), Some(Scalar::Text(_)))) {
        return Err(BadKey::Scalar(key.clone()));
    }
    match seen.get(key) {
        Some(first) => Err(BadKey::Duplicate(key.clone(), *first)),
        None => Ok(key.clone()),
    }
}

impl Builder<'_> {
    pub(super) fn bad_key(&self, problem: BadKey, span: Span) -> Finding {
        match problem {
            BadKey::Duplicate(key, first) => {
                let first = source(self.file, self.text, self.lines, first);
                let message = format!(
                    "duplicate key `{key}`: it stands in line {}, column {} already",
                    first.line, first.column
                );
                self.error("duplicate-key", span, message)
                    .hint("keep one of the two")
            }
            BadKey::Merge => self
                .error("merge-key", span, "merge keys (`<<`) are not supported")
                .hint("write the keys out, or put what all stages share under `Defaults`"),
            BadKey::Reference => self
                .error(
                    "key-not-text",
                    span,
                    "expected a text, got a dynamic reference without quotes",
                )
                .hint("put it in quotes: `\"{{resolve:…}}\"`"),
            BadKey::Collection => self.error(
                "key-not-text",
                span,
                "expected a text as the key, got a list or map",
            ),
            BadKey::Call => self.error(
                "key-not-text",
                span,
                "expected a text as the key, got a function",
            ),
            BadKey::Scalar(text) if text.is_empty() => self.error(
                "key-not-text",
                span,
                "expected a text as the key, got nothing",
            ),
            BadKey::Scalar(text) => self
                .error(
                    "key-not-text",
                    span,
                    format!("expected a text as the key, got `{text}`"),
                )
                .hint(format!("put it in quotes: `\"{text}\"`")),
        }
    }

    pub(super) fn inside_itself(&self, span: Span) -> Finding {
        self.error(
            "yaml-alias",
            span,
            "an alias stands inside of what it names",
        )
        .hint("write the value out")
    }

    pub(super) fn too_many(&self, span: Span) -> Finding {
        let message = format!(
            "more than {} values, with aliases unfolded",
            self.limits.nodes
        );
        self.error("yaml-too-large", span, message)
            .hint("write less, or use fewer aliases")
    }

    pub(super) fn too_deep(&self, span: Span) -> Finding {
        let message = format!(
            "lists and maps nest deeper than {} levels",
            self.limits.depth
        );
        let span = Span {
            start: span.start,
            end: span.start + 1,
        };
        self.error("yaml-too-deep", span, message)
    }

    pub(super) fn second_document(&self, at: &granit_parser::Span) -> Finding {
        self.error(
            "several-documents",
            span_of(at),
            "expected one document, got a second one",
        )
        .hint("remove the `---`, or move what follows it into a file of its own")
    }

    pub(super) fn syntax(&self, error: &ScanError) -> Finding {
        let start = offset(error.marker());
        let span = Span {
            start,
            end: start + 1,
        };
        match error.kind() {
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar => {
                // The parser stops behind the tab, or on it.
                let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
                let end = self.text[start..]
                    .find('\n')
                    .map_or(self.text.len(), |at| start + at);
                let start = self.text[line..end]
                    .find('\t')
                    .map_or(start, |at| line + at);
                let span = Span {
                    start,
                    end: start + 1,
                };
                self.error("tab", span, "expected spaces, got a tab")
                    .hint("indent with spaces: YAML allows no tabs there")
            }
            ErrorKind::RecursionLimitExceeded => self.too_deep(span),
            ErrorKind::UnknownAnchor => self
                .error(
                    "yaml-alias",
                    span,
                    "an alias names an anchor that is not there",
                )
                .hint("put a text that begins with `*` in quotes"),
            ErrorKind::UnexpectedCharacter { character } => self
                .error(
                    "yaml-syntax",
                    span,
                    format!("a value cannot begin with `{character}`"),
                )
                .hint("put the text in quotes"),
            ErrorKind::DirectiveDisallowed => self
                .error("yaml-syntax", span, "expected a key, got a directive")
                .hint("remove the line that begins with `%`"),
            kind => {
                // JSON is read as YAML, of which it is a part.
                let extension = Path::new(self.file).extension();
                let is_json = extension.is_some_and(|name| name.eq_ignore_ascii_case("json"));
                let language = if is_json { "JSON" } else { "YAML" };
                self.error("yaml-syntax", span, format!("not valid {language}: {kind}"))
            }
        }
    }
}
