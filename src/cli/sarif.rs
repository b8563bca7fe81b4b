//! Findings in SARIF 2.1.0, which code scanning and editors read.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::config::files;
use crate::finding::{Finding, Severity, Source};
use crate::rules::book;

use super::commands::explain::one_line;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Reported>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    rules: Vec<Described>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'static str>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reported {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Extra::is_empty")]
    properties: Extra,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

/// What a finding knows for which SARIF has no word.
#[derive(Serialize)]
struct Extra {
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stages: Vec<String>,
}

impl Extra {
    fn is_empty(&self) -> bool {
        self.stack.is_none() && self.stages.is_empty()
    }
}

/// The findings as a log of one run.
pub(super) fn text(findings: &[Finding]) -> String {
    let mut rules = Vec::new();
    let mut index = BTreeMap::new();
    let mut results = Vec::new();
    for finding in findings {
        let rule_index = *index.entry(finding.rule).or_insert_with(|| {
            rules.push(described(finding));
            rules.len() - 1
        });
        results.push(reported(finding, rule_index));
    }
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "sageform",
                    version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules,
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    let mut text = serde_json::to_string_pretty(&log).expect("a log is texts, numbers and lists");
    text.push('\n');
    text
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The rule of a finding. One that has no page is described by its name.
fn described(finding: &Finding) -> Described {
    let plain = |text: String| Message {
        text,
        markdown: None,
    };
    let Some(rule) = book::rule(finding.rule) else {
        let words = finding.rule.replace('-', " ");
        return Described {
            id: finding.rule,
            short_description: plain(words.clone()),
            full_description: plain(words.clone()),
            help: plain(words),
            help_uri: None,
            default_configuration: Configuration {
                level: level(finding.severity),
            },
        };
    };
    let (reason, sources) = (rule.reason(), rule.sources());
    let mut markdown = format!("{reason}\n\n```diff\n{}```\n\n", rule.example().difference);
    for source in &sources {
        let _ = writeln!(markdown, "- <{source}>");
    }
    Described {
        id: rule.id,
        short_description: plain(one_line(rule.sentence())),
        full_description: plain(one_line(reason)),
        help: Message {
            text: format!("{reason}\n\n{}", sources.join("\n")),
            markdown: Some(markdown),
        },
        help_uri: sources.first().copied(),
        default_configuration: Configuration {
            level: level(rule.severity),
        },
    }
}

fn reported(finding: &Finding, rule_index: usize) -> Reported {
    let place = &finding.place;
    let mut text = finding.message.clone();
    if let Some(hint) = &finding.hint {
        let _ = write!(text, "\nhelp: {hint}");
    }
    let mut logical = Vec::new();
    if let Some(id) = &place.logical_id {
        logical.push(Logical {
            name: id.clone(),
            fully_qualified_name: id.clone(),
            kind: "resource",
        });
        if let Some(path) = place.path.as_ref().filter(|path| !path.is_empty()) {
            logical.push(Logical {
                name: path.clone(),
                fully_qualified_name: format!("{id}.{path}"),
                kind: "property",
            });
        }
    } else if let Some(path) = place.path.as_ref().filter(|path| !path.is_empty()) {
        logical.push(Logical {
            name: path.clone(),
            fully_qualified_name: path.clone(),
            kind: "property",
        });
    }
    let location = Location {
        physical_location: physical(finding),
        logical_locations: logical,
    };
    let known = location.physical_location.is_some() || !location.logical_locations.is_empty();
    Reported {
        rule_id: finding.rule,
        rule_index,
        level: level(finding.severity),
        message: Message {
            text,
            markdown: None,
        },
        locations: known.then_some(location).into_iter().collect(),
        properties: Extra {
            stack: place.stack.clone(),
            stages: place.stages.clone(),
        },
    }
}

/// The position in a file; without one, the stage file of the stack that it is about.
fn physical(finding: &Finding) -> Option<Physical> {
    let place = &finding.place;
    let (file, region) = match (&place.source, &place.stack) {
        (Some(source), _) => (source.file.clone(), Some(region(source))),
        (None, Some(stack)) => (files::stage_file(stack), None),
        (None, None) => return None,
    };
    Some(Physical {
        artifact_location: Artifact { uri: uri(&file) },
        region,
    })
}

fn region(source: &Source) -> Region {
    Region {
        start_line: source.line,
        start_column: source.column,
        end_column: source.column + source.length,
    }
}

/// A file's name as an address: relative as it is, absolute with its scheme.
fn uri(file: &str) -> String {
    let is_drive = file.as_bytes().get(1) == Some(&b':');
    let mut uri = String::with_capacity(file.len());
    if file.starts_with('/') {
        uri.push_str("file://");
    } else if is_drive {
        uri.push_str("file:///");
    }
    for (at, byte) in file.bytes().enumerate() {
        let kept = byte.is_ascii_alphanumeric()
            || b"-._~/".contains(&byte)
            || (is_drive && at == 1 && byte == b':');
        if kept {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_address() {
        assert_eq!(uri("config/churn.yaml"), "config/churn.yaml");
        assert_eq!(uri("../a b/ü:%.yaml"), "../a%20b/%C3%BC%3A%25.yaml");
        assert_eq!(uri("/tmp/a.yaml"), "file:///tmp/a.yaml");
        assert_eq!(uri("C:/a.yaml"), "file:///C:/a.yaml");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
