//! What was called, as `calls.txt` says it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::play::Record;
use super::script::{Listing, Script};

/// A list of calls. What only reads is one line, once per stretch between two calls that change
/// something; what changes something is in full.
pub(crate) fn list(records: &[Record], script: &Script) -> String {
    let mut out = String::new();
    let mut stretch: Vec<String> = Vec::new();
    for record in records {
        if record.call.is_read() {
            let line = read(record, script);
            if !stretch.contains(&line) && script.listing != Listing::Writes {
                stretch.push(line);
            }
        } else {
            flush(&mut out, &mut stretch, script);
            write(&mut out, record, script);
        }
    }
    flush(&mut out, &mut stretch, script);
    Normal::new(&script.text).apply(&out)
}

fn flush(out: &mut String, stretch: &mut Vec<String>, script: &Script) {
    if script.listing == Listing::Sorted {
        stretch.sort();
    }
    for line in stretch.drain(..) {
        out.push_str(&line);
    }
}

fn read(record: &Record, script: &Script) -> String {
    let mut line = record.call.api.clone();
    for (name, value) in shown(record, script) {
        write!(line, " {name}={value}").unwrap();
    }
    line + &outcome(record) + "\n"
}

fn write(out: &mut String, record: &Record, script: &Script) {
    writeln!(out, "{}{}", record.call.api, outcome(record)).unwrap();
    for (name, value) in shown(record, script) {
        writeln!(out, "  {name}: {value}").unwrap();
    }
}

fn outcome(record: &Record) -> String {
    match record.outcome.as_str() {
        "ok" => String::new(),
        other => format!(" -> {other}"),
    }
}

/// The parameters, with the script's names for what they are. What a template says is its own
/// business.
fn shown(record: &Record, script: &Script) -> Vec<(String, String)> {
    let parameters = record.call.parameters.iter();
    parameters
        .map(|(name, value)| {
            let value = match name.as_str() {
                "TemplateBody" => "[template]".to_owned(),
                "x-amz-checksum-sha256" => "[checksum]".to_owned(),
                _ => named(value, script).replace('\n', "\\n"),
            };
            (name.clone(), value)
        })
        .collect()
}

/// A value, by the name of the constant that it is.
fn named(value: &str, script: &Script) -> String {
    let constant = script
        .lets
        .iter()
        .find(|(_, constant)| matches!(constant, Value::String(text) if text == value));
    match constant {
        // Short texts say more than their names.
        Some((name, _)) if value.starts_with("arn:") => format!("${{{name}}}"),
        _ => value.to_owned(),
    }
}

/// Makes text the same on every run: ports, times, durations and digests.
#[derive(Debug)]
pub(crate) struct Normal<'a> {
    /// What is in the script is the same on every run anyway.
    known: &'a str,
}

impl<'a> Normal<'a> {
    pub(crate) fn new(known: &'a str) -> Self {
        Self { known }
    }

    /// Digests are numbered in the order in which they come, so that two that are equal stay equal.
    pub(crate) fn apply(&self, text: &str) -> String {
        static VOLATILE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(concat!(
                r"(?P<port>127\.0\.0\.1:[0-9]+)",
                r"|(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?(Z| UTC)?)",
                r"|(?P<duration>\b([0-9]+h ?)?([0-9]+m ?)?[0-9]+(\.[0-9]+)?m?s\b)",
                r"|(?P<digest>\b[0-9a-f]{8,}\b)",
            ))
            .unwrap()
        });
        let mut digests: BTreeMap<String, usize> = BTreeMap::new();
        VOLATILE
            .replace_all(text, |found: &regex::Captures<'_>| {
                let all = &found[0];
                let digits = all.bytes().filter(u8::is_ascii_digit).count();
                if found.name("port").is_some() {
                    "127.0.0.1:[PORT]".to_owned()
                } else if self.known.contains(all) {
                    all.to_owned()
                } else if found.name("time").is_some() {
                    "[TIME]".to_owned()
                } else if found.name("duration").is_some() {
                    "[DURATION]".to_owned()
                } else if digits == 0 || digits == all.len() {
                    // A word, or an account.
                    all.to_owned()
                } else {
                    let next = digests.len() + 1;
                    let number = digests.entry(all.to_owned()).or_insert(next);
                    format!("[#{number}]")
                }
            })
            .into_owned()
    }
}
