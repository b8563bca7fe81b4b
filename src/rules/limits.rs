//! CloudFormation's limits on a template.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>

use crate::finding::{Finding, Severity};
use crate::json::{Json, Object};
use crate::template::Template;

/// How many entries a section may have.
const ENTRIES: &[(&str, usize)] = &[
    ("Mappings", 200),
    ("Outputs", 200),
    ("Parameters", 200),
    ("Resources", 500),
];

const NAME_CHARACTERS: usize = 255;
const DESCRIPTION_BYTES: usize = 1024;
const MAPPING_ATTRIBUTES: usize = 200;
const PARAMETER_VALUE_BYTES: usize = 4096;

/// A template that goes with the request itself.
const INLINE_BYTES: usize = 51_200;
/// A template that is read from S3.
const TEMPLATE_BYTES: usize = 1_000_000;

pub(super) fn check(template: &Template, bytes: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (section, most) in ENTRIES {
        let count = template.section(section).map_or(0, Object::len);
        if count > *most {
            let message = format!("`{section}` has at most {most} entries, got {count}");
            findings.push(
                Finding::error("too-many-entries", message)
                    .path(*section)
                    .hint("split the stack; up to 25 services of a stage fit well into one"),
            );
        }
    }
    names(template, &mut findings);
    description(template.document.get("Description"), None, &mut findings);
    for (id, output) in entries(template, "Outputs") {
        description(output.get("Description"), Some(id), &mut findings);
    }
    for (id, mapping) in entries(template, "Mappings") {
        for (key, attributes) in mapping.as_object().into_iter().flat_map(Object::iter) {
            let count = attributes.as_object().map_or(0, Object::len);
            if count > MAPPING_ATTRIBUTES {
                let message =
                    format!("a mapping has at most {MAPPING_ATTRIBUTES} attributes, got {count}");
                findings.push(Finding::error("too-many-entries", message).on(id).path(key));
            }
        }
    }
    for (id, parameter) in entries(template, "Parameters") {
        let bytes = parameter
            .get("Default")
            .and_then(Json::as_str)
            .map_or(0, str::len);
        if bytes > PARAMETER_VALUE_BYTES {
            let message = format!(
                "a parameter's value has at most {PARAMETER_VALUE_BYTES} bytes, got {bytes}"
            );
            findings.push(Finding::error("too-long", message).on(id).path("Default"));
        }
    }
    size(bytes, &mut findings);
    findings
}

fn entries<'a>(template: &'a Template, section: &str) -> impl Iterator<Item = (&'a str, &'a Json)> {
    template.section(section).into_iter().flat_map(Object::iter)
}

fn names(template: &Template, findings: &mut Vec<Finding>) {
    for section in [
        "Parameters",
        "Mappings",
        "Conditions",
        "Resources",
        "Outputs",
    ] {
        for (name, _) in entries(template, section) {
            if name.starts_with("Fn::") {
                continue;
            }
            let alphanumeric = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if name.is_empty() || !alphanumeric || name.len() > NAME_CHARACTERS {
                let message = format!(
                    "names in `{section}` are 1 to {NAME_CHARACTERS} letters and digits, got `{}`",
                    name.chars().take(NAME_CHARACTERS + 1).collect::<String>()
                );
                findings.push(Finding::error("logical-id", message).on(name));
            }
        }
    }
}

fn description(description: Option<&Json>, on: Option<&str>, findings: &mut Vec<Finding>) {
    let bytes = description.and_then(Json::as_str).map_or(0, str::len);
    if bytes > DESCRIPTION_BYTES {
        let message = format!("a description has at most {DESCRIPTION_BYTES} bytes, got {bytes}");
        let mut finding = Finding::error("too-long", message).path("Description");
        finding.place.logical_id = on.map(str::to_owned);
        findings.push(finding);
    }
}

fn size(bytes: usize, findings: &mut Vec<Finding>) {
    if bytes > TEMPLATE_BYTES {
        let message = format!("a template has at most {TEMPLATE_BYTES} bytes, got {bytes}");
        findings.push(Finding::error("too-long", message).hint("split the stack"));
    } else if bytes > INLINE_BYTES {
        let message = format!(
            "the template has {bytes} bytes; from {INLINE_BYTES} on it is deployed through an S3 bucket"
        );
        let mut finding = Finding::error("template-through-s3", message);
        finding.severity = Severity::Note;
        findings.push(finding);
    }
}
