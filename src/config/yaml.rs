//! YAML text to [`Document`]: the only file that knows the parser.
//!
//! What YAML allows and a file of ours should not hold is refused here, at its position: duplicate
//! keys, several documents, directives, merge keys, tags that nobody knows. Size, depth and the
//! number of nodes that aliases unfold to are bounded by [`Limits`], so that a hostile file costs
//! milliseconds.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag};

use super::document::{Document, Entry, Kind, Node, Scalar, Span, line_starts, source};
use crate::finding::{Finding, closest};
use crate::value::Function;

/// How much of a file is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The greatest size in bytes.
    pub bytes: usize,
    /// The greatest number of nodes, after aliases are unfolded.
    pub nodes: usize,
    /// How deep lists and maps may nest.
    pub depth: usize,
    /// Whether a key that looks like a number or boolean must stand in quotes.
    pub quoted_keys: bool,
}

impl Limits {
    /// For files that people write: a stage file, a lock file.
    pub const STAGE_FILE: Self = Self {
        bytes: 1 << 20,
        nodes: 50_000,
        depth: 64,
        quoted_keys: true,
    };
    /// For templates, which programs write and which `CloudFormation` itself limits to 1 MB.
    pub const TEMPLATE: Self = Self {
        bytes: 8 << 20,
        nodes: 1_000_000,
        depth: 200,
        quoted_keys: false,
    };
}

/// Reads a file. The document is there unless its syntax is broken; it is usable only when there are
/// no findings, and otherwise good for finding more of them.
pub fn parse(file: &str, bytes: &[u8], limits: &Limits) -> (Option<Document>, Vec<Finding>) {
    if bytes.len() > limits.bytes {
        return (None, vec![too_large(file, bytes.len() as u64, limits)]);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let lines = line_starts(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return (None, vec![not_utf8(file, bytes, error.valid_up_to())]),
    };
    let mut builder = Builder {
        file,
        text,
        lines: &lines,
        limits,
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
        nodes: 0,
        findings: Vec::new(),
    };
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    };
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Err(error) => Err(builder.syntax(&error)),
            Ok((Event::DocumentStart(..), span)) => {
                documents += 1;
                if documents > 1 {
                    Err(builder.second_document(&span))
                } else {
                    Ok(())
                }
            }
            Ok((event, span)) => builder.event(event, &span),
        };
        if let Err(finding) = step {
            builder.findings.push(finding);
            return (None, builder.findings);
        }
    }
    let (root, findings) = (builder.root, builder.findings);
    let root = root.map_or_else(Node::empty, |built| built.node);
    (Some(Document::new(file, text, lines, root)), findings)
}

/// The finding about a file that is larger than the limit.
pub(super) fn too_large(file: &str, bytes: u64, limits: &Limits) -> Finding {
    Finding::error(
        "file-too-large",
        format!(
            "`{file}` has {bytes} bytes, expected at most {}",
            limits.bytes
        ),
    )
    .hint("is it the right file?")
}

fn not_utf8(file: &str, bytes: &[u8], at: usize) -> Finding {
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

/// A finished node, and what unfolding it again would cost.
#[derive(Clone)]
struct Built {
    node: Node,
    nodes: usize,
    height: usize,
}

/// A list or map whose end has not come yet.
struct Frame {
    span: Span,
    function: Option<Function>,
    anchor: usize,
    nodes: usize,
    height: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: BTreeMap<String, Span>,
        /// The key whose value comes next; `Some(None)` when it was refused.
        key: Option<Option<(String, Span)>>,
    },
}

struct Builder<'a> {
    file: &'a str,
    text: &'a str,
    lines: &'a [usize],
    limits: &'a Limits,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Built>,
    root: Option<Built>,
    nodes: usize,
    findings: Vec<Finding>,
}

impl Builder<'_> {
    fn error(&self, rule: &'static str, span: Span, message: impl Into<String>) -> Finding {
        Finding::error(rule, message).at(source(self.file, self.text, self.lines, span))
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Result<(), Finding> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let (plain, function) = self.meaning(tag.as_deref(), style, at);
                let kind = Kind::Scalar {
                    text: text.into_owned(),
                    plain,
                };
                let node = Node {
                    span: span_of(at),
                    function,
                    kind,
                };
                self.add(
                    Built {
                        node,
                        nodes: 1,
                        height: 1,
                    },
                    anchor,
                    1,
                )
            }
            Event::SequenceStart(_, anchor, tag) => {
                let (_, function) = self.meaning(tag.as_deref(), ScalarStyle::Plain, at);
                self.open(function, anchor, at, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let (_, function) = self.meaning(tag.as_deref(), ScalarStyle::Plain, at);
                let (entries, seen) = (Vec::new(), BTreeMap::new());
                self.open(
                    function,
                    anchor,
                    at,
                    Content::Map {
                        entries,
                        seen,
                        key: None,
                    },
                )
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(built) if self.nodes + built.nodes <= self.limits.nodes => {
                    let built = built.clone();
                    let cost = built.nodes;
                    self.add(built, 0, cost)
                }
                Some(_) => Err(self.too_many(span_of(at))),
                None => Err(self
                    .error(
                        "yaml-alias",
                        span_of(at),
                        "an alias stands inside of what it names",
                    )
                    .hint("write the value out")),
            },
            _ => Ok(()),
        }
    }

    /// Whether a scalar may be a number or boolean, and the function that its tag calls.
    fn meaning(
        &mut self,
        tag: Option<&Tag>,
        style: ScalarStyle,
        at: &granit_parser::Span,
    ) -> (bool, Option<Function>) {
        let plain = style == ScalarStyle::Plain;
        let Some(tag) = tag else { return (plain, None) };
        match tag.core_suffix() {
            Some("str") => return (false, None),
            Some("int" | "float" | "bool" | "null") => return (true, None),
            Some(_) => return (plain, None),
            None => {}
        }
        let written = tag.original();
        let name = written.trim_start_matches('!');
        if name.is_empty() {
            return (false, None);
        }
        let function = match name {
            "Ref" | "Condition" => Function::from_key(name),
            _ => Function::from_key(&format!("Fn::{name}")),
        };
        if function.is_none() || written.starts_with("!!") {
            let known: Vec<_> = Function::ALL
                .iter()
                .map(|function| function.key().trim_start_matches("Fn::"))
                .collect();
            let start = at
                .tag_start()
                .map_or(span_of(at).start, |mark| offset(&mark));
            let span = Span {
                start,
                end: start + written.len(),
            };
            let message = format!("unknown tag `{written}`");
            let finding = self.error("unknown-tag", span, message).hint(
                match closest(name, known.iter().copied()) {
                    Some(close) => format!("did you mean `!{close}`?"),
                    None => "the tags are those of CloudFormation's functions, such as `!Ref`"
                        .to_owned(),
                },
            );
            self.findings.push(finding);
            return (plain, None);
        }
        (plain, function)
    }

    fn open(
        &mut self,
        function: Option<Function>,
        anchor: usize,
        at: &granit_parser::Span,
        content: Content,
    ) -> Result<(), Finding> {
        let span = span_of(at);
        if self.stack.len() >= self.limits.depth {
            return Err(self.too_deep(span));
        }
        self.stack.push(Frame {
            span,
            function,
            anchor,
            nodes: 1,
            height: 1,
            content,
        });
        Ok(())
    }

    fn close(&mut self, at: &granit_parser::Span) -> Result<(), Finding> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let kind = match frame.content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, .. } => Kind::Map(entries),
        };
        let span = Span {
            start: frame.span.start,
            end: span_of(at).end.max(frame.span.end),
        };
        let node = Node {
            span,
            function: frame.function,
            kind,
        };
        // Its parts were counted when they were added.
        self.add(
            Built {
                node,
                nodes: frame.nodes,
                height: frame.height,
            },
            frame.anchor,
            1,
        )
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, built: Built, anchor: usize, cost: usize) -> Result<(), Finding> {
        let span = built.node.span;
        // What bears an anchor is kept a second time.
        self.nodes += cost + if anchor == 0 { 0 } else { built.nodes };
        if self.nodes > self.limits.nodes {
            return Err(self.too_many(span));
        }
        if self.stack.len() + built.height > self.limits.depth + 1 {
            return Err(self.too_deep(span));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(built);
            return Ok(());
        };
        frame.nodes += built.nodes;
        frame.height = frame.height.max(built.height + 1);
        match &mut frame.content {
            Content::List(items) => items.push(built.node),
            Content::Map {
                key: next @ None,
                seen,
                ..
            } => match key_of(&built.node, self.text, self.limits, seen) {
                Ok(key) => {
                    seen.insert(key.clone(), span);
                    *next = Some(Some((key, span)));
                }
                Err(problem) => {
                    *next = Some(None);
                    let finding = self.bad_key(problem, span);
                    self.findings.push(finding);
                }
            },
            Content::Map { key, entries, .. } => {
                if let Some(Some((key, span))) = key.take() {
                    entries.push(Entry {
                        key,
                        span,
                        value: built.node,
                    });
                }
            }
        }
        Ok(())
    }

    fn bad_key(&self, problem: BadKey, span: Span) -> Finding {
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

    fn too_many(&self, span: Span) -> Finding {
        let message = format!(
            "more than {} values, with aliases unfolded",
            self.limits.nodes
        );
        self.error("yaml-too-large", span, message)
            .hint("write less, or use fewer aliases")
    }

    fn too_deep(&self, span: Span) -> Finding {
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

    fn second_document(&self, at: &granit_parser::Span) -> Finding {
        self.error(
            "several-documents",
            span_of(at),
            "expected one document, got a second one",
        )
        .hint("remove the `---`, or move what follows it into a file of its own")
    }

    fn syntax(&self, error: &ScanError) -> Finding {
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
            kind => self.error("yaml-syntax", span, format!("not valid YAML: {kind}")),
        }
    }
}

enum BadKey {
    Duplicate(String, Span),
    Merge,
    Reference,
    Collection,
    Call,
    Scalar(String),
}

fn key_of(
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

fn offset(mark: &granit_parser::Marker) -> usize {
    mark.byte_offset().unwrap_or_default()
}

fn span_of(at: &granit_parser::Span) -> Span {
    let start = offset(&at.start);
    Span {
        start: at.tag_start().map_or(start, |tag| offset(&tag).min(start)),
        end: offset(&at.end),
    }
}
