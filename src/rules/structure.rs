//! The document's sections and its resources' entries are of the shape that CloudFormation reads.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>

use crate::finding::{Finding, closest};
use crate::json::Json;
use crate::template::Template;

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

const OBJECT_SECTIONS: &[&str] = &[
    "Conditions",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
];

const RESOURCE_KEYS: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    // Known to macros and transforms.
    "Connectors",
];

pub(super) fn check(template: &Template) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A macro may have sections of its own, such as `Globals` of the Serverless Application Model.
    let transformed = template.document.contains_key("Transform");
    for (name, section) in template.document.iter() {
        if !SECTIONS.contains(&name) {
            if transformed || name.starts_with("Fn::") {
                continue;
            }
            let finding = Finding::error(
                "unknown-section",
                format!("a template has no section `{name}`"),
            );
            findings.push(finding.path(name).hint(did_you_mean(name, SECTIONS)));
        } else if OBJECT_SECTIONS.contains(&name) && section.as_object().is_none() {
            let message = format!(
                "`{name}` is expected to be an object, got {}",
                section.kind()
            );
            findings.push(Finding::error("section-shape", message).path(name));
        }
    }
    if template
        .section("Resources")
        .is_none_or(crate::json::Object::is_empty)
    {
        findings.push(
            Finding::error(
                "no-resources",
                "a template needs at least one resource, got none",
            )
            .path("Resources"),
        );
    }
    for resource in template.resources() {
        if resource.id.starts_with("Fn::ForEach") {
            continue;
        }
        let Some(entry) = resource.entry.as_object() else {
            let message = format!(
                "a resource is expected to be an object, got {}",
                resource.entry.kind()
            );
            findings.push(Finding::error("resource-shape", message).on(resource.id));
            continue;
        };
        if entry.get("Type").and_then(Json::as_str).is_none() {
            let message = "required key `Type` is missing or not a text";
            findings.push(
                Finding::error("resource-type", message)
                    .on(resource.id)
                    .path("Type"),
            );
        }
        for (key, value) in entry.iter() {
            if !RESOURCE_KEYS.contains(&key) {
                let message = format!("a resource has no key `{key}`");
                findings.push(
                    Finding::error("resource-key", message)
                        .on(resource.id)
                        .path(key)
                        .hint(did_you_mean(key, RESOURCE_KEYS)),
                );
            } else if key == "Properties" && value.as_object().is_none() {
                let message = format!(
                    "`Properties` is expected to be an object, got {}",
                    value.kind()
                );
                findings.push(
                    Finding::error("resource-shape", message)
                        .on(resource.id)
                        .path(key),
                );
            }
        }
    }
    findings
}

fn did_you_mean(word: &str, known: &[&'static str]) -> String {
    match closest(word, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("expected one of `{}`", known.join("`, `")),
    }
}
