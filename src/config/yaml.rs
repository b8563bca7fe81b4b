//! YAML text to [`Document`]: the only file that knows the parser.
//!
//! What YAML allows and a file of ours should not hold is refused here, at its position: duplicate
//! keys, several documents, directives, merge keys, tags that nobody knows. Size, depth and the
//! number of nodes that aliases unfold to are bounded by [`Limits`], so that a hostile file costs
//! milliseconds.

mod findings;

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use findings::{key_of, not_utf8};

pub(super) use findings::too_large;

use super::document::{Document, Entry, Kind, Node, Span, line_starts, source};
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

/// What a map expects.
enum Next {
    Key,
    /// The value of this key.
    Value(String, Span),
    /// The value of a key that was refused.
    Refused,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: BTreeMap<String, Span>,
        key: Next,
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
                // The parser writes `~` where nothing is written.
                let nothing = plain && at.is_empty();
                let text = if nothing {
                    String::new()
                } else {
                    text.into_owned()
                };
                let kind = Kind::Scalar { text, plain };
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
                        key: Next::Key,
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
                None => Err(self.inside_itself(span_of(at))),
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
                key: next @ Next::Key,
                seen,
                ..
            } => match key_of(&built.node, self.text, self.limits, seen) {
                Ok(key) => {
                    seen.insert(key.clone(), span);
                    *next = Next::Value(key, span);
                }
                Err(problem) => {
                    *next = Next::Refused;
                    let finding = self.bad_key(problem, span);
                    self.findings.push(finding);
                }
            },
            Content::Map { key, entries, .. } => {
                if let Next::Value(key, span) = std::mem::replace(key, Next::Key) {
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
