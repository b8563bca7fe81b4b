//! Values as text: one line, intrinsic functions in their short form, nothing that a terminal would
//! act upon.

use std::fmt::Write as _;

use crate::json::{Json, Object};
use crate::value::Function;

use super::reference::{attribute, call};
use super::{PropertyChange, SectionChange};

/// Most characters of a value in a line.
const WIDTH: usize = 160;

/// Characters that two long values are shown with before the first that differs.
const CONTEXT: usize = 24;

/// A value in one line, uncut: texts in quotes, functions as `!Ref X`.
pub(super) fn value(value: &Json) -> String {
    let mut out = String::new();
    write_value(value, &mut out);
    out
}

/// A value in one line, cut where it is long.
pub(super) fn short(json: &Json) -> String {
    cut(&value(json), 0)
}

/// The parts of a value that each fit into a line, with their paths: the value itself, where it does.
pub(super) fn leaves<'a>(path: &str, json: &'a Json, found: &mut Vec<(String, &'a Json)>) {
    let fits = value(json).chars().count() <= WIDTH;
    match json {
        Json::Object(object) if !fits && call(json).is_none() => {
            let mut entries: Vec<(&str, &'a Json)> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (key, value) in entries {
                let step = super::delta::key_step(key);
                leaves(&super::delta::join(&[path.to_owned(), step]), value, found);
            }
        }
        Json::Array(items) if !fits => {
            for (index, item) in items.iter().enumerate() {
                leaves(&format!("{path}[{index}]"), item, found);
            }
        }
        _ => found.push((path.to_owned(), json)),
    }
}

/// Two values, cut around the first place where they differ where they are long.
pub(super) fn pair(before: &Json, after: &Json) -> (String, String) {
    let (before, after) = (value(before), value(after));
    let common = before
        .chars()
        .zip(after.chars())
        .take_while(|(before, after)| before == after)
        .count();
    let long = before.chars().count().max(after.chars().count()) > WIDTH;
    let skip = if long {
        common.saturating_sub(CONTEXT)
    } else {
        0
    };
    (cut(&before, skip), cut(&after, skip))
}

fn cut(text: &str, skip: usize) -> String {
    let total = text.chars().count();
    let mut out = String::new();
    if skip > 0 {
        out.push('…');
    }
    out.extend(text.chars().skip(skip).take(WIDTH));
    let rest = total.saturating_sub(skip + WIDTH);
    if rest > 0 {
        let _ = write!(out, "… ({rest} more characters)");
    }
    out
}

/// What changes in a value, without its path: `"a" → "b"`.
pub(super) fn transition(change: &PropertyChange) -> String {
    let text = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let (before, after) = pair(before, after);
            format!("{before} → {after}")
        }
        (Some(value), None) | (None, Some(value)) => short(value),
        (None, None) => String::new(),
    };
    if change.reordered {
        return format!("order {text}");
    }
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if change.masked && before == after => {
            format!("{text} (they differ)")
        }
        _ => text,
    }
}

/// The sign of a change: `+`, `-` or `~`.
pub(super) fn sign(change: &PropertyChange) -> char {
    match (&change.before, &change.after) {
        (None, _) => '+',
        (_, None) => '-',
        _ => '~',
    }
}

/// A section's entry: `Parameters.Stage`.
pub(super) fn entry(change: &SectionChange) -> String {
    match &change.name {
        Some(name) => format!("{}.{}", change.section, line(name)),
        None => change.section.clone(),
    }
}

/// A text as it may stand in a line: what a terminal would act upon is escaped.
pub(super) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push_visible(character, &mut out);
    }
    out
}

fn push_visible(character: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        character if character.is_control() || acts(character) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        }
        character => out.push(character),
    }
}

/// Line separators, what cannot be seen, and what turns the direction of writing.
fn acts(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn write_value(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Json::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Json::String(text) if text == super::secret::MASK => out.push_str(text),
        Json::String(text) => write_text(text, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Json::Object(object) => match call(value) {
            Some((function, argument)) => write_call(function, argument, out),
            None => write_object(object, out),
        },
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            character => push_visible(character, out),
        }
    }
    out.push('"');
}

fn write_object(object: &Object, out: &mut String) {
    out.push('{');
    // By name: the order in which keys are written means nothing.
    let mut entries: Vec<(&str, &Json)> = object.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(&line(key));
        out.push_str(": ");
        write_value(value, out);
    }
    out.push('}');
}

fn write_call(function: Function, argument: &Json, out: &mut String) {
    let key = function.key();
    let name = key.strip_prefix("Fn::").unwrap_or(key);
    out.push('!');
    out.push_str(name);
    out.push(' ');
    match (function, argument) {
        (Function::Ref, Json::String(text)) => out.push_str(&line(text)),
        (Function::GetAtt, _) if attribute(argument).is_some() => {
            let (id, attribute) = attribute(argument).unwrap_or_default();
            let _ = write!(out, "{}.{}", line(id), line(attribute));
        }
        _ => write_value(argument, out),
    }
}

/// `1 resource`, `2 resources`.
pub(super) fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Names in backticks, joined by commas.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names
        .into_iter()
        .map(|name| format!("`{}`", line(name)))
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_around_the_first_difference() {
        let text = |end: &str| Json::from(format!("{}{end}{}", "a".repeat(500), "b".repeat(500)));
        let (before, after) = pair(&text("one"), &text("two"));
        assert!(
            before.starts_with('…') && before.contains("aone"),
            "{before}"
        );
        assert!(
            after.contains("atwo") && after.ends_with("more characters)"),
            "{after}"
        );
    }

    #[test]
    fn functions_are_short_and_control_characters_visible() {
        let json: Json = serde_json::from_str(
            r#"{"A": {"Fn::GetAtt": ["M", "ModelName"]}, "B": [{"Ref": "P"}, 1, "x\n\u001b[31m\u202e"],
                "C": {"Fn::Sub": "${A}/x"}}"#,
        )
        .unwrap();
        assert_eq!(
            value(&json),
            r#"{A: !GetAtt M.ModelName, B: [!Ref P, 1, "x\n\u{1b}[31m\u{202e}"], C: !Sub "${A}/x"}"#
        );
    }
}
