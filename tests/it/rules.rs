//! Findings over templates: `tests/cases/rules/<case>.json` and what is wrong with it in `.txt`; in
//! `good/` and wherever else a template is expected output, nothing is.
//!
//! `SNAPSHOTS=overwrite cargo test --test it rules` accepts what is found now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sageform::cfn::sagemaker::Endpoint;
use sageform::cfn::{SCHEMAS, Schema};
use sageform::finding::Finding;
use sageform::json::{Json, Object};
use sageform::rules::{self, book};
use sageform::template::{Stack, Template};

use crate::support::{document, entries, folder, golden, render};

fn check(document: Object) -> Vec<Finding> {
    let bytes = sageform::template::json_text(&document).len();
    rules::check(&Template::from_document(document), bytes)
}

fn read(path: &Path) -> Object {
    document(&std::fs::read_to_string(path).unwrap())
}

#[test]
fn each_bad_template_has_the_expected_findings() {
    let mut cases = entries(&folder("rules"));
    cases.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    assert!(cases.len() > 10, "the cases are gone");
    for case in cases {
        let findings = check(read(&case));
        assert!(!findings.is_empty(), "{}", case.display());
        golden(&case.with_extension("txt"), render(&findings));
    }
}

#[test]
fn good_templates_have_no_findings() {
    let cases = good();
    assert!(cases.len() > 50, "the cases are gone");
    for case in cases {
        let findings = render(&check(read(&case)));
        assert!(findings.is_empty(), "{}\n{findings}", case.display());
    }
}

/// These are pieces: what they refer to is not all there, and `Tomorrow` has what no schema knows.
#[test]
fn properties_as_people_write_them_have_no_findings() {
    let mut all = String::new();
    for case in entries(&folder("l1")) {
        let mut findings = check(read(&case));
        findings.retain(|finding| {
            let of_hosting = book::families()
                .filter(|(family, _)| *family != "Any template")
                .any(|(_, rules)| rules.iter().any(|rule| rule.id == finding.rule));
            !of_hosting
                && finding.rule != "dangling-reference"
                && finding.place.logical_id.as_deref() != Some("Tomorrow")
        });
        all += &render(&findings);
    }
    assert!(all.is_empty(), "{all}");
}

/// Every template that is expected output of something.
fn good() -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for path in entries(folder) {
            if path.is_dir() {
                // `in` holds what a test starts from.
                if path.file_name().is_some_and(|name| name != "in") {
                    below(&path, found);
                }
            } else if path.to_string_lossy().ends_with(".template.json") {
                found.push(path);
            }
        }
    }
    let mut found = entries(&folder("rules/good"));
    below(&folder(""), &mut found);
    below(&folder("../../templates"), &mut found);
    found
}

fn topic() -> Json {
    [("Type", Json::from("AWS::SNS::Topic"))].into()
}

fn topics(count: usize) -> Object {
    (0..count)
        .map(|index| (format!("T{index}"), topic()))
        .collect()
}

/// A template of one topic with another section.
fn with(section: &'static str, content: impl Into<Json>) -> Object {
    [("Resources", topics(1).into()), (section, content.into())]
        .into_iter()
        .collect()
}

fn only(resources: Object) -> Object {
    [("Resources", resources)].into_iter().collect()
}

/// What is wrong with a template that is one step beyond a limit, and nothing on the limit.
fn beyond(limit: usize, template: impl Fn(usize) -> Object) -> String {
    let findings = render(&check(template(limit)));
    assert!(
        findings.is_empty(),
        "{limit} is within the limit\n{findings}"
    );
    render(&check(template(limit + 1)))
}

#[test]
fn sections_have_a_greatest_number_of_entries() {
    let parameter = || Json::from([("Type", Json::from("String"))]);
    let output = || Json::from([("Value", Json::from("x"))]);
    let mapping = || Json::from([("A", Json::from([("B", Json::from("c"))]))]);
    let entries = |count: usize, of: &dyn Fn() -> Json| -> Object {
        (0..count)
            .map(|index| (format!("N{index}"), of()))
            .collect()
    };
    assert_eq!(
        beyond(500, |count| only(topics(count))),
        "error[too-many-entries] Resources\n  `Resources` has at most 500 entries, got 501\n  \
         hint: split the stack; up to 25 services of a stage fit well into one\n\n"
    );
    for (section, of) in [
        ("Parameters", &parameter as &dyn Fn() -> Json),
        ("Outputs", &output),
        ("Mappings", &mapping),
    ] {
        let found = beyond(200, |count| with(section, entries(count, of)));
        let message = format!("`{section}` has at most 200 entries, got 201");
        assert!(found.contains(&message), "{found}");
    }
    let found = beyond(200, |count| {
        let attributes = entries(count, &|| "x".into());
        with("Mappings", [("M", [("A", attributes.into())].into())])
    });
    assert!(
        found.starts_with("error[too-many-entries] M A\n"),
        "{found}"
    );
}

#[test]
fn names_and_texts_have_a_greatest_length() {
    let found = beyond(255, |length| {
        only([("N".repeat(length), topic())].into_iter().collect())
    });
    assert!(
        found.contains("names in `Resources` are 1 to 255 letters and digits"),
        "{found}"
    );
    // Bytes, not characters: two for each of these.
    let found = beyond(512, |length| with("Description", "é".repeat(length)));
    assert!(
        found.contains("a description has at most 1024 bytes, got 1026"),
        "{found}"
    );
    let found = beyond(1024, |length| {
        let output = [
            ("Value", "x".into()),
            ("Description", "d".repeat(length).into()),
        ];
        with("Outputs", [("Name", output.into())])
    });
    assert!(
        found.starts_with("error[too-long] Name Description\n"),
        "{found}"
    );
    let found = beyond(4096, |length| {
        let parameter = [
            ("Type", "String".into()),
            ("Default", "d".repeat(length).into()),
        ];
        with("Parameters", [("Name", parameter.into())])
    });
    assert!(
        found.contains("a parameter's value has at most 4096 bytes, got 4097"),
        "{found}"
    );
}

/// A template whose canonical text has just so many bytes.
fn of_bytes(bytes: usize) -> Object {
    let of = |text: usize| with("Metadata", [("Text", "x".repeat(text).into())]);
    let empty = sageform::template::json_text(&of(0)).len();
    let document = of(bytes - empty);
    assert_eq!(sageform::template::json_text(&document).len(), bytes);
    document
}

#[test]
fn the_text_has_a_greatest_size() {
    assert_eq!(
        beyond(51_200, of_bytes),
        "note[template-through-s3] \n  the template has 51201 bytes; from 51200 on it is deployed \
         through an S3 bucket\n\n"
    );
    assert!(render(&check(of_bytes(1_000_000))).starts_with("note[template-through-s3]"));
    assert_eq!(
        render(&check(of_bytes(1_000_001))),
        "error[too-long] \n  a template has at most 1000000 bytes, got 1000001\n  hint: split the \
         stack\n\n"
    );
}

/// What a finding is about stands in the stage file or in the stack's code, where that is known.
#[test]
fn a_finding_names_the_cause_that_the_template_knows() {
    let mut stack = Stack::new("churn");
    let (line, endpoint) = (line!() + 1, Endpoint::new(""));
    stack.add("Endpoint", endpoint);
    let (template, findings) = stack.finish();
    assert!(findings.is_empty());
    let bytes = sageform::template::json_text(&template.document).len();
    let findings = rules::check(&template, bytes);
    let source = findings[0].place.source.as_ref().unwrap();
    assert_eq!(
        (source.file.as_str(), source.line),
        ("tests/it/rules.rs", line as usize)
    );
}

/// Patterns in ECMA-262 syntax that the `regex` crate does not read, which the rules pass over: most
/// look around; one repeats large classes beyond its size limit, one holds a bracket that it takes
/// for a class, and two are of other dialects (`\Z`, `\p{Print}`).
const NOT_JUDGED: &[&str] = &[
    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)$",
    r"[\p{L}\p{M}\p{Z}\p{N}\p{P}]{0,1024}",
    r"^(?!\s*$).+",
    r"^(?!\s*$).+$",
    r"^(?=.{2,256}$)([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)$",
    r"^(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$",
    r"^([a-z,A-Z,0-9,. _\-:/()#,@[\]+=&;\{\}!$*])*$",
    r"^(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\/[0-9]{1,9})?$",
    r"^/(?!.*\.\.)[a-zA-Z0-9/_.\-]+$",
    r"^[.\-_/#A-Za-z0-9]{1,512}\Z",
    r"^[0-9A-Za-z\.\-_]*(?<!\.)$",
    r"^\p{Print}+$",
    r"^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+\Z",
];

#[test]
fn the_patterns_that_are_not_judged_are_known() {
    let mut patterns = BTreeSet::new();
    for schema in SCHEMAS {
        for property in schema.properties.properties {
            collect(&property.schema, &mut patterns);
        }
    }
    assert!(patterns.len() > 100, "{}", patterns.len());
    let refused: Vec<_> = patterns
        .into_iter()
        .filter(|pattern| regex::Regex::new(pattern).is_err())
        .collect();
    assert_eq!(refused, NOT_JUDGED);
}

fn collect(schema: &Schema, patterns: &mut BTreeSet<&'static str>) {
    match schema {
        Schema::String(text) => patterns.extend(text.pattern),
        Schema::List(list) => collect(&list.items, patterns),
        Schema::Map(items) => collect(items, patterns),
        Schema::Object(object) => {
            for property in object.properties {
                collect(&property.schema, patterns);
            }
        }
        Schema::Integer { .. } | Schema::Number { .. } | Schema::Boolean | Schema::Json => {}
    }
}
