//! The rule book: every rule flags its bad example and leaves the good one alone.

use std::fmt::Write as _;

use sageform::config::yaml::{Limits, parse};
use sageform::finding::{Finding, Severity};
use sageform::json::{Json, Object};
use sageform::rules::{self, book};
use sageform::template::Template;

use crate::support::render;

pub(crate) fn template(id: &str, yaml: &str) -> Object {
    let (document, findings) = parse(&format!("{id}.yaml"), yaml.as_bytes(), &Limits::TEMPLATE);
    assert!(findings.is_empty(), "{}", render(&findings));
    match document.unwrap().to_json() {
        Json::Object(object) => object,
        other => panic!("{id}: an example is a template, not {}", other.kind()),
    }
}

/// Everything that is found in it, hints included.
fn all(template: &Template, bytes: usize) -> Vec<Finding> {
    let mut checked = rules::Checked::new(template, bytes);
    checked.faults.append(&mut checked.hints);
    checked.faults
}

fn findings(id: &str, yaml: &str) -> Vec<Finding> {
    all(&Template::from_document(template(id, yaml)), yaml.len())
}

#[test]
fn each_rule_alone_flags_its_bad_example_and_leaves_the_good_one_alone() {
    let mut wrong = String::new();
    for rule in book::rules() {
        let example = rule.example();
        if example.deployed.is_some() {
            continue;
        }
        let bad = findings(rule.id, &example.bad);
        let good = findings(rule.id, &example.good);
        let own = |finding: &Finding| finding.rule == rule.id && finding.severity == rule.severity;
        if bad.is_empty() {
            let _ = writeln!(wrong, "{}: the bad example has no finding", rule.id);
        }
        if !bad.iter().all(own) {
            let _ = writeln!(
                wrong,
                "{}: the bad example has others\n{}",
                rule.id,
                render(&bad)
            );
        }
        if !good.is_empty() {
            let _ = writeln!(
                wrong,
                "{}: the good example has\n{}",
                rule.id,
                render(&good)
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_rule_on_updates_flags_the_bad_update_and_leaves_the_good_one_alone() {
    let mut wrong = String::new();
    for rule in book::rules() {
        let example = rule.example();
        let Some(deployed) = &example.deployed else {
            continue;
        };
        let old = Template::from_document(template(rule.id, deployed));
        let update = |yaml: &str| {
            let new = Template::from_document(template(rule.id, yaml));
            rules::check_update(&old, &new)
        };
        let (bad, good) = (update(&example.bad), update(&example.good));
        let own = |finding: &Finding| finding.rule == rule.id && finding.severity == rule.severity;
        if bad.is_empty() || !bad.iter().all(own) {
            let _ = writeln!(wrong, "{}: the bad update has\n{}", rule.id, render(&bad));
        }
        if !good.is_empty() {
            let _ = writeln!(wrong, "{}: the good update has\n{}", rule.id, render(&good));
        }
        if !update(deployed).is_empty() {
            let _ = writeln!(wrong, "{}: no update has a finding", rule.id);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_page_is_complete() {
    let mut ids: Vec<&str> = Vec::new();
    for rule in book::rules() {
        let (id, example) = (rule.id, rule.example());
        assert!(!ids.contains(&id), "{id} is there twice");
        ids.push(id);
        assert_eq!(rule.title(), id);
        let sentence = rule.sentence();
        assert!(
            sentence.ends_with('.') && !sentence.contains(". "),
            "{id}: {sentence}"
        );
        assert!(rule.reason().len() > 40, "{id}: {}", rule.reason());
        assert_ne!(example.bad, example.good, "{id}");
        assert!(!rule.sources().is_empty(), "{id} has no source");
        for source in rule.sources() {
            assert!(source.starts_with("https://"), "{id}: {source}");
        }
        for line in example.difference.lines() {
            assert!(
                line.is_empty() || line.starts_with([' ', '-', '+']),
                "{id}: {line}"
            );
        }
    }
    let pages = crate::support::entries(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/book/pages"),
    );
    assert_eq!(pages.len(), ids.len(), "a page without a rule");
    assert!(book::rules().any(|rule| rule.severity == Severity::Error));
}

/// What a text is put together from may multiply; nothing waits for the end of it.
#[test]
fn a_text_that_multiplies_is_not_followed_to_its_end() {
    let mut name = r#"{"Ref": "Name"}"#.to_owned();
    for _ in 0..40 {
        name = format!(r#"{{"Fn::Sub": ["${{a}}${{a}}", {{"a": {name}}}]}}"#);
    }
    let long = "x".repeat(4000);
    let many = "${Name}".repeat(50_000);
    for (default, name) in [
        ("", name.clone()),
        ("x", name),
        (long.as_str(), format!(r#"{{"Fn::Sub": "{many}"}}"#)),
    ] {
        let text = format!(
            r#"{{"Parameters": {{"Name": {{"Type": "String", "Default": "{default}"}}}},
                "Resources": {{"Model": {{"Type": "AWS::SageMaker::Model", "Properties": {{"ModelName": {name}}}}},
                "Endpoint": {{"Type": "AWS::SageMaker::Endpoint", "Properties": {{"EndpointConfigName": {name}}}}}}}}}"#
        );
        let template = Template::from_document(template("multiplies", &text));
        all(&template, text.len());
        assert!(rules::check_update(&template, &template).is_empty());
    }
}

/// Many patterns, each long and full of wildcards, and many names: all of them are not compared.
#[test]
fn patterns_that_are_long_are_not_compared_to_their_end() {
    let pattern = "*a".repeat(450);
    let statement = format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "{pattern}b"}}"#);
    let statements = vec![statement; 300].join(",");
    let data = "a".repeat(900);
    let mut resources = format!(
        r#""Role": {{"Type": "AWS::IAM::Role", "Properties": {{
            "AssumeRolePolicyDocument": {{"Statement": []}},
            "Policies": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": [{statements}]}}}}]}}}}"#
    );
    for index in 0..30 {
        let _ = write!(
            resources,
            r#", "Model{index}": {{"Type": "AWS::SageMaker::Model", "Properties": {{
                "ExecutionRoleArn": {{"Fn::GetAtt": ["Role", "Arn"]}},
                "PrimaryContainer": {{"Image": "churn", "ModelDataUrl": "s3://churn/{data}"}}}}}}"#
        );
    }
    let text = format!(r#"{{"Resources": {{{resources}}}}}"#);
    let template = Template::from_document(template("long", &text));
    let findings = all(&template, text.len());
    // And this is not kept to itself.
    let gave_up = |finding: &Finding| finding.rule == "not-followed";
    assert!(findings.iter().any(gave_up), "{}", render(&findings));
}
