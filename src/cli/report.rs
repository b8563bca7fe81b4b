//! Findings as text for people: what, where, the line itself, and what to do.
//!
//! The texts may come from files that nobody here wrote. Whatever a terminal would act upon is
//! replaced by a visible character before it is shown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::finding::{Finding, Severity, Source};

/// Columns of a shown line; a longer one is cut around what is marked.
const WIDTH: usize = 120;

/// Most characters that are marked; a longer mark would push its own beginning out of sight.
const MARKED: usize = 80;

/// Longest Rust file whose lines are shown.
const RUST_FILE_LIMIT: u64 = 4 << 20;

/// All findings, one below the other, each followed by an empty line.
///
/// The line of a finding that is in the project's Rust code is read from below `root`.
pub(super) fn render(findings: &[Finding], root: Option<&Path>) -> String {
    let renderer = Renderer::styled().term_width(WIDTH);
    let mut text = String::new();
    for finding in findings {
        text.push_str(&renderer.render(&[group(finding, root)]));
        text.push_str("\n\n");
    }
    text
}

/// The line that closes a report: how many findings there are, and what became of the work.
pub(super) fn summary(findings: &[Finding], consequence: &str) -> String {
    let level = findings
        .iter()
        .map(|finding| finding.severity)
        .min()
        .unwrap_or(Severity::Note);
    let title = format!("{}; {consequence}", count(findings));
    let group = Group::with_title(self::level(level).primary_title(title));
    let mut text = Renderer::styled().render(&[group]);
    text.push('\n');
    text
}

/// `3 findings`, or `3 findings (1 error, 2 warnings)` where they are not all errors.
fn count(findings: &[Finding]) -> String {
    let mut text = plural(findings.len(), "finding");
    let of = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    if of(Severity::Error) == findings.len() {
        return text;
    }
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| plural(of(severity), &severity.to_string()))
        .collect();
    let _ = write!(text, " ({})", parts.join(", "));
    text
}

/// `1 file`, `2 files`.
pub(super) fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

fn group<'a>(finding: &Finding, root: Option<&Path>) -> Group<'a> {
    let title = level(finding.severity)
        .primary_title(visible(&finding.message))
        .id(finding.rule);
    let mut group = Group::with_title(title);
    if let Some(source) = &finding.place.source {
        group = with_source(group, source, root);
    }
    for note in notes(finding) {
        group = group.element(Level::NOTE.no_name().message(note));
    }
    if let Some(hint) = &finding.hint {
        group = group.element(Level::HELP.message(visible(hint)));
    }
    group
}

fn with_source<'a>(group: Group<'a>, source: &Source, root: Option<&Path>) -> Group<'a> {
    let file = visible(&source.file);
    let text = source.text.clone().or_else(|| rust_line(source, root?));
    let origin = Origin::path(file.clone())
        .line(source.line)
        .char_column(source.column);
    let Some(text) = text.map(|text| visible(&text)) else {
        return group.element(origin);
    };
    let span = span(&text, source);
    // The library derives the column from the text, which may have been cut.
    group.element(
        Snippet::source(text)
            .line_start(source.line)
            .path(file)
            .annotation(AnnotationKind::Primary.span(span)),
    )
}

/// The bytes of a line that are marked.
fn span(text: &str, source: &Source) -> std::ops::Range<usize> {
    let offset = |characters: usize| {
        text.char_indices()
            .nth(characters)
            .map_or(text.len(), |(offset, _)| offset)
    };
    let start = source.column.saturating_sub(1);
    offset(start)..offset(start.saturating_add(source.length.clamp(1, MARKED)))
}

/// The line of a Rust file of the project.
fn rust_line(source: &Source, root: &Path) -> Option<String> {
    let relative = Path::new(&source.file);
    let inside = relative
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    if !inside || relative.extension()? != "rs" {
        return None;
    }
    let path = root.join(relative);
    let metadata = fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > RUST_FILE_LIMIT {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    text.lines()
        .nth(source.line.checked_sub(1)?)
        .map(str::to_owned)
}

/// Where it applies, in one or two lines.
fn notes(finding: &Finding) -> Vec<String> {
    let place = &finding.place;
    let mut first = Vec::new();
    if !place.stages.is_empty() {
        let names: Vec<String> = place.stages.iter().map(|name| quoted(name)).collect();
        let noun = if names.len() == 1 { "stage" } else { "stages" };
        first.push(format!("{noun} {}", names.join(", ")));
    }
    for (noun, name) in [("stack", &place.stack), ("logical id", &place.logical_id)] {
        if let Some(name) = name {
            first.push(format!("{noun} {}", quoted(name)));
        }
    }
    let mut notes = Vec::new();
    if !first.is_empty() {
        notes.push(first.join(", "));
    }
    if let Some(path) = place.path.as_ref().filter(|path| !path.is_empty()) {
        notes.push(format!("property {}", quoted(path)));
    }
    notes
}

fn quoted(name: &str) -> String {
    format!("`{}`", visible(name))
}

/// Replaces each character that a terminal would act upon, or that would make a line read other
/// than it is, by one that shows it. The number of characters stays the same.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => character,
            '\0'..='\u{1f}' => {
                char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            '\u{7f}' => '\u{2421}',
            character if acts(character) => char::REPLACEMENT_CHARACTER,
            character => character,
        })
        .collect()
}

/// Replaces the same characters in JSON text, where they can only stand within texts, by their
/// escapes.
pub(super) fn escaped_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\u{7f}' || acts(character) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// The second block of control characters, line separators, and what turns the direction of
/// writing.
fn acts(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_rust_code_is_read_from_the_project_only() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join("stacks")).unwrap();
        fs::write(
            folder.path().join("stacks/fraud.rs"),
            "//! Fraud.\nfn fraud() {}\n",
        )
        .unwrap();
        fs::write(folder.path().join("secret.txt"), "secret\n").unwrap();
        let source = |file: &str, line| Source {
            file: file.to_owned(),
            line,
            column: 4,
            length: 5,
            text: None,
        };
        let root = folder.path().join("stacks");
        let shown = |file: &str, line| {
            let finding = Finding::error("rule", "message").at(source(file, line));
            anstream::adapter::strip_str(&render(&[finding], Some(folder.path()))).to_string()
        };
        assert!(shown("stacks/fraud.rs", 2).contains("2 | fn fraud() {}\n  |    ^^^^^"));
        assert!(shown("stacks/fraud.rs", 9).contains("--> stacks/fraud.rs:9:4"));
        assert!(!shown("secret.txt", 1).contains("1 | secret"));
        assert_eq!(rust_line(&source("../stacks/fraud.rs", 1), &root), None);
    }

    #[test]
    fn no_character_that_a_terminal_acts_upon_is_left() {
        let hostile: String = (0..0x300u32)
            .chain(0x2000..0x2070)
            .chain([0xfeff])
            .filter_map(char::from_u32)
            .collect();
        let shown = visible(&hostile);
        assert_eq!(shown.chars().count(), hostile.chars().count());
        assert!(shown.chars().all(|character| {
            character == '\t' || !(character.is_control() || acts(character))
        }));
        let json = escaped_json(&serde_json::to_string(&hostile).unwrap());
        assert!(!json.contains(|character: char| character.is_control() || acts(character)));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
