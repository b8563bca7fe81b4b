//! Findings as commands of a GitHub workflow, which shows them beside the lines of a pull request.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write as _;

use crate::config::files;
use crate::finding::{Finding, Severity};

use super::report::visible;

/// A command per finding, each in its own line.
pub(super) fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let _ = writeln!(
            text,
            "::{command} {}::{}",
            properties(finding),
            escaped(&message(finding))
        );
    }
    text
}

fn properties(finding: &Finding) -> String {
    let place = &finding.place;
    let mut text = String::new();
    if let Some(source) = &place.source {
        let _ = write!(
            text,
            "file={},line={},col={},endColumn={},",
            property(&source.file),
            source.line,
            source.column,
            source.column + source.length
        );
    } else if let Some(stack) = &place.stack {
        let _ = write!(text, "file={},", property(&files::stage_file(stack)));
    }
    let _ = write!(text, "title={}", property(finding.rule));
    text
}

/// What is wrong, where a line of a file does not say it, and what to do.
fn message(finding: &Finding) -> String {
    let place = &finding.place;
    let mut text = visible(&finding.message);
    let parts = [&place.logical_id, &place.path];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .map(|part| visible(part))
        .collect();
    if !parts.is_empty() {
        let _ = write!(text, "\n{}", parts.join(" "));
    }
    if !place.stages.is_empty() {
        let _ = write!(text, "\nstage {}", visible(&place.stages.join(", ")));
    }
    if let Some(hint) = &finding.hint {
        let _ = write!(text, "\nhelp: {}", visible(hint));
    }
    text
}

/// A text that ends with the line.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A text that ends with `,` or `::`.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Source;

    #[test]
    fn what_ends_a_command_is_escaped() {
        let mut finding = Finding::warning("some-rule", "50%\r\n::error::no")
            .hint("a, b: c")
            .at(Source {
                file: "a,b:c%\n.yaml".to_owned(),
                line: 3,
                column: 5,
                length: 2,
                text: None,
            })
            .on("Endpoint")
            .path("Tags[0]");
        finding.place.stages = vec!["Staging".to_owned()];
        assert_eq!(
            text(&[finding, Finding::note("other", "fine")]),
            "::warning file=a%2Cb%3Ac%25%0A.yaml,line=3,col=5,endColumn=7,title=some-rule::\
             50%25\u{240d}\u{240a}::error::no%0AEndpoint Tags[0]%0Astage Staging%0Ahelp: a, b: c\n\
             ::notice title=other::fine\n"
        );
    }
}
