//! Stage files, a folder per case in `tests/cases/stage_files/`: `config/<stack>.yaml`, perhaps a
//! lock file, and what comes of them: `expected.txt` with the findings, `stages.json` with the
//! stages when there are any.
//!
//! `SNAPSHOTS=overwrite cargo test --test it stage_files` writes what came instead of comparing.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sageform::cfn;
use sageform::config::yaml::{self, Limits};
use sageform::config::{self, Stage, Text, files, reference, schema};
use sageform::finding::Finding;
use snapbox::data::Data;

use crate::support::only_stack;

/// Cases whose fault no schema can express: it is in the text, in the lock file, in what `Defaults`
/// does to a stage, or in the comparison of two values.
const BEYOND_A_SCHEMA: &[&str] = &[
    "account-leading-zero",
    "account-region-for-version",
    "alarms-of-modes",
    "alarms-timing",
    "components",
    "deployment-alarms",
    "deployment-sizes",
    "deployment-waits",
    "excluded-via-defaults",
    "excluded-via-defaults-model",
    "explainer",
    "images",
    "incomplete-capacity",
    "instances-disks",
    "lock-bad",
    "lock-mismatch",
    "missing-inherited",
    "missing-required",
    "models",
    "names-derived",
    "no-value",
    "registries",
    "scaling",
    "schedules",
    "secrets",
    "stage-names-case",
    "steps",
    "values-compared",
];

/// Keys of which one is given, and keys that other keys ask for.
const ONE_OF_SEVERAL: &[&str] = &[
    // The capacity of a stage.
    "InstanceType",
    "ServerlessMaxConcurrency",
    // The source of a model.
    "ModelPackageArn",
    "Image",
    "ModelDataPrefix",
    "ModelDataObject",
    // A component with a model needs it, an adapter has none.
    "MinMemoryInMB",
    // Together with `Subnets`.
    "SecurityGroupIds",
    // The baseline of explanations.
    "ShapBaseline",
    "ShapBaselineUri",
    // Steps.
    "From",
    // The way in which a new version takes over.
    "Canary",
    "Linear",
    "Rolling",
    "AllAtOnce",
    // Alarms, whose block says it of all.
    "Errors",
    "ClientErrors",
    "ModelErrors",
    "Latency",
    "OverheadLatency",
    "CPU",
    "Memory",
    "Disk",
    "GPU",
    "GPUMemory",
    "Invocations",
    "P50",
    "P90",
    "P95",
    "P99",
    "Average",
    "Above",
    "Below",
];

/// Cases whose input is too large to commit.
fn generated(case: &str) -> Option<Vec<u8>> {
    Some(
        match case {
            "deep-nesting-block" => (0..100_000).fold(String::new(), |mut text, depth| {
                // Indentation alone would make this five gigabytes.
                if depth < 1000 {
                    let _ = writeln!(text, "{}a:", " ".repeat(depth));
                }
                text
            }),
            "deep-nesting-flow" => format!("Staging: {}", "[".repeat(100_000)),
            "deep-nesting-sequence" => format!("Staging:\n  {}x", "- ".repeat(100_000)),
            "deep-nesting-key" => format!("Staging:\n  {}x", "? ".repeat(100_000)),
            "file-too-large" => "# a comment\n".repeat(50 * 1024 * 1024 / 12),
            "many-stages" => (0..2000).fold(String::new(), |mut text, stage| {
                let _ = writeln!(text, "Stage{stage}: {{ServerlessMaxConcurrency: 1}}");
                text
            }),
            "long-line" => {
                format!(
                    "Staging: {{EndpointName: {}, InstanceTyp: ml.m5.large}}",
                    "a".repeat(100_000)
                )
            }
            _ => return None,
        }
        .into_bytes(),
    )
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/stage_files");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|case| case.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() > 40, "the cases are gone");
    cases
}

fn name(case: &Path) -> &str {
    case.file_name().unwrap().to_str().unwrap()
}

struct Input {
    stack: String,
    stage_file: Result<Vec<u8>, Finding>,
    lock_file: Option<Vec<u8>>,
}

fn input(case: &Path) -> Input {
    if let Some(bytes) = generated(name(case)) {
        return Input {
            stack: "churn".to_owned(),
            stage_file: Ok(bytes),
            lock_file: None,
        };
    }
    let stack = only_stack(case);
    let read = |file: &str| files::read(case, file, &Limits::STAGE_FILE);
    Input {
        stage_file: read(&files::stage_file(&stack))
            .and_then(|bytes| bytes.ok_or_else(|| files::missing(&stack))),
        lock_file: read(&files::lock_file(&stack)).unwrap(),
        stack,
    }
}

fn read(input: &Input) -> (Vec<Stage>, Vec<Finding>) {
    let (stage_file, lock_file) = (
        files::stage_file(&input.stack),
        files::lock_file(&input.stack),
    );
    match &input.stage_file {
        Err(finding) => (Vec::new(), vec![finding.clone()]),
        Ok(bytes) => config::read(
            &input.stack,
            Text {
                file: &stage_file,
                bytes,
            },
            input.lock_file.as_ref().map(|bytes| Text {
                file: &lock_file,
                bytes,
            }),
        ),
    }
}

fn render(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let Finding {
            rule,
            severity,
            place,
            message,
            hint,
            ..
        } = finding;
        let _ = writeln!(out, "{severity}[{rule}]: {message}");
        if let Some(source) = &place.source {
            let _ = writeln!(
                out,
                "  --> {}:{}:{}",
                source.file, source.line, source.column
            );
            if let Some(text) = &source.text {
                let (before, marks) = (" ".repeat(source.column - 1), "^".repeat(source.length));
                let _ = writeln!(out, "   | {text}");
                let _ = writeln!(out, "   | {before}{marks}");
            }
        }
        if !place.stages.is_empty() {
            let _ = writeln!(out, "   = stage {}", place.stages.join(", "));
        }
        if let Some(path) = &place.path {
            let _ = writeln!(out, "   = path {path}");
        }
        if let Some(hint) = hint {
            let _ = writeln!(out, "hint: {hint}");
        }
        out.push('\n');
    }
    out
}

fn golden(path: &Path, actual: String) {
    let expected = Data::read_from(path, None).raw();
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(Data::text(actual).raw(), expected);
}

#[test]
fn each_case_comes_out_as_expected() {
    for case in cases() {
        let input = input(&case);
        let (stages, findings) = read(&input);
        golden(&case.join("expected.txt"), render(&findings));
        assert_eq!(
            findings.iter().any(Finding::is_error),
            stages.is_empty(),
            "{}",
            name(&case)
        );
        let path = case.join("stages.json");
        if stages.is_empty() {
            assert!(!path.exists(), "{} exists without stages", path.display());
        } else {
            golden(&path, serde_json::to_string_pretty(&stages).unwrap() + "\n");
        }
    }
}

fn validator() -> jsonschema::Validator {
    let schema = serde_json::to_value(schema::stage_file_schema()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

/// The file as JSON, when its syntax lets it be read at all.
pub(crate) fn as_json(bytes: &[u8]) -> Option<serde_json::Value> {
    let (document, findings) = yaml::parse("config/x.yaml", bytes, &Limits::STAGE_FILE);
    document
        .filter(|_| findings.is_empty())
        .map(|document| serde_json::to_value(document.to_json()).unwrap())
}

#[test]
fn the_schema_and_the_reader_agree() {
    let validator = validator();
    for case in cases() {
        let input = input(&case);
        let Ok(bytes) = &input.stage_file else {
            continue;
        };
        let Some(json) = as_json(bytes) else { continue };
        let (stages, _) = read(&input);
        let errors: Vec<_> = validator
            .iter_errors(&json)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        let beyond = BEYOND_A_SCHEMA.contains(&name(&case));
        if !stages.is_empty() {
            assert!(
                errors.is_empty(),
                "{} is right, but: {errors:#?}",
                name(&case)
            );
            assert!(!beyond, "{} is right", name(&case));
        } else if beyond {
            assert!(
                errors.is_empty(),
                "{}: a schema can tell: {errors:#?}",
                name(&case)
            );
        } else {
            assert!(!errors.is_empty(), "{}: the schema accepts it", name(&case));
        }
    }
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/stage-file.schema.json");
    let schema = serde_json::to_string_pretty(&schema::stage_file_schema()).unwrap() + "\n";
    golden(&path, schema);
}

#[test]
fn the_committed_page_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/stage-file.md");
    golden(&path, reference::markdown());
}

/// Every example of the page is a stage, and has the key that it is of.
#[test]
fn each_example_is_accepted() {
    for example in reference::examples() {
        let keys = format!("{}{}", example.yaml, example.beside);
        let text = format!("Production:\n  {}\n", keys.trim_end().replace('\n', "\n  "));
        let text = Text {
            file: "config/churn.yaml",
            bytes: text.as_bytes(),
        };
        let (stages, findings) = config::read("churn", text, None);
        assert!(findings.is_empty(), "{}: {findings:#?}", example.of);
        let general = ["Stage", "Instances", "Serverless"].contains(&example.of);
        assert!(general || stages[0].has(example.of), "{}", example.of);
        let found = reference::markdown().contains(example.yaml) || example.of == "Overrides";
        assert!(found, "the page does not show `{}`", example.of);
    }
}

/// Each key says what becomes of it, and each property that it names is one.
#[test]
fn each_key_becomes_properties_that_exist() {
    let keys = reference::keys();
    assert!(keys.len() > 300, "only {} keys", keys.len());
    for key in &keys {
        assert_ne!(
            key.properties.is_empty(),
            key.effect.is_none(),
            "`{}` says neither or both what it becomes and what it does",
            key.path
        );
        for property in &key.properties {
            assert!(exists(property), "`{}`: there is no `{property}`", key.path);
        }
        assert!(key.doc.ends_with('.'), "`{}`: {}", key.path, key.doc);
        let optional = !key.required && key.default.is_none();
        assert!(
            !optional || tells_of_absence(key),
            "`{}` does not say what leaving it out means: {}",
            key.path,
            key.doc
        );
    }
}

/// Whether a path such as `AWS::SageMaker::Model.Containers[].Image` leads to a property.
fn exists(path: &str) -> bool {
    let (type_name, rest) = match path.split_once('.') {
        Some((type_name, rest)) => (type_name, Some(rest)),
        None => (path, None),
    };
    let Some(resource) = cfn::schema_of(type_name) else {
        return false;
    };
    let Some(rest) = rest else { return true };
    let mut schema = &cfn::Schema::Object(resource.properties);
    for step in rest.split('.') {
        let (name, items) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        let cfn::Schema::Object(object) = schema else {
            return false;
        };
        let Some(property) = object.property(name) else {
            return false;
        };
        schema = match (&property.schema, items) {
            (cfn::Schema::List(list), true) => &list.items,
            (_, true) => return false,
            (schema, false) => schema,
        };
    }
    true
}

/// What is one of several, of which a check asks for one, need not say so of each.
fn tells_of_absence(key: &reference::KeyReference) -> bool {
    let name = key
        .path
        .trim_end_matches(".9")
        .rsplit('.')
        .next()
        .unwrap_or_default();
    key.doc.contains("eft out")
        || ["With `", "Target: ", "Target of ", "Target with "]
            .iter()
            .any(|start| key.doc.starts_with(start))
        || ONE_OF_SEVERAL.contains(&name)
}

#[test]
fn hostile_files_cost_little() {
    for case in [
        "deep-nesting-flow",
        "deep-nesting-sequence",
        "deep-nesting-key",
        "file-too-large",
    ] {
        let bytes = generated(case).unwrap();
        let text = Text {
            file: "config/churn.yaml",
            bytes: &bytes,
        };
        #[expect(clippy::disallowed_methods, reason = "a test may look at the clock")]
        let start = std::time::Instant::now();
        config::read("churn", text, None);
        assert!(
            start.elapsed().as_millis() < 500,
            "{case} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn what_is_not_a_regular_file_is_not_read() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("config/churn.yaml")).unwrap();
    let finding = files::read(root.path(), "config/churn.yaml", &Limits::STAGE_FILE).unwrap_err();
    assert_eq!(
        finding.message,
        "`config/churn.yaml`: expected a file, got a folder"
    );
    assert!(
        files::read(root.path(), "config/x.yaml", &Limits::STAGE_FILE)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_stage_knows_where_its_values_stand() {
    let text = "Defaults:\n  AutoScaling:\n    MinCapacity: 1\nStaging:\n  InstanceType: ml.m5.large\n  InstanceCount: 1\n  AutoScaling:\n    MaxCapacity: 4\n    InvocationsPerInstance: 70\n";
    let text = Text {
        file: "config/churn.yaml",
        bytes: text.as_bytes(),
    };
    let (stages, findings) = config::read("churn", text, None);
    assert!(findings.is_empty(), "{findings:#?}");
    let at = |path: &str| {
        let source = stages[0].source(path);
        (source.line, source.column, source.length)
    };
    assert_eq!(at("AutoScaling.MinCapacity"), (3, 18, 1), "in Defaults");
    assert_eq!(at("AutoScaling.MaxCapacity"), (8, 18, 1), "in the stage");
    assert_eq!(
        at("AutoScaling.ScaleInCooldown"),
        (7, 3, 11),
        "the nearest ancestor"
    );
    assert_eq!(at("DataCapture.KmsKeyId"), (4, 1, 7), "the stage");
}

#[test]
fn a_template_in_yaml_is_read_with_its_short_tags() {
    let text = r#"Resources:
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: !GetAtt Config.EndpointConfigName
      EndpointName: !Sub "${AWS::StackName}-x"
      Tags:
        - {Key: a.b, Value: !If [Prod, !Ref A, 012]}
Outputs:
  111111111111: {Value: !Join ["", [a, !Ref "B"]]}
"#;
    let (document, findings) = yaml::parse("t.yaml", text.as_bytes(), &Limits::TEMPLATE);
    let document = document.unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
    let expected = serde_json::json!({
        "Resources": {"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {
            "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            "EndpointName": {"Fn::Sub": "${AWS::StackName}-x"},
            "Tags": [{"Key": "a.b", "Value": {"Fn::If": ["Prod", {"Ref": "A"}, "012"]}}],
        }}},
        "Outputs": {"111111111111": {"Value": {"Fn::Join": ["", ["a", {"Ref": "B"}]]}}},
    });
    assert_eq!(serde_json::to_value(document.to_json()).unwrap(), expected);
    let at = |path: &str| {
        let source = document.locate(path);
        (source.line, source.column)
    };
    assert_eq!(
        at("Resources.Endpoint.Properties.EndpointConfigName"),
        (5, 27)
    );
    assert_eq!(
        at("Resources.Endpoint.Properties.EndpointConfigName.Fn::GetAtt"),
        (5, 27)
    );
    assert_eq!(
        at("Resources.Endpoint.Properties.Tags[0].Value.Fn::If[1]"),
        (8, 40)
    );
    assert_eq!(at("Resources.Endpoint.Properties.Tags[0].Key"), (8, 17));
    assert_eq!(at("Resources.Endpoint.Properties.Nothing"), (4, 5));
}

/// One way to spoil a file.
#[derive(Debug, Clone)]
enum Mutation {
    Delete(usize),
    Duplicate(usize),
    Swap(usize, usize),
    Byte(usize, u8),
    Truncate(usize),
    Key(usize, String),
    Insert(usize, &'static str),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = prop::sample::select(vec![
        "&a",
        "*a",
        "<<: *a",
        "!Ref X",
        "- ",
        "? ",
        ": ",
        "[",
        "}",
        "|",
        "\t",
        "null",
        "{{resolve:ssm:x}}",
        "---",
        "\u{FEFF}",
        "\r",
        "~",
        "  Unknown: 1",
        "!!binary x",
        "\"",
        "'",
        "#",
        "%TAG ! x",
    ]);
    prop_oneof![
        any::<usize>().prop_map(Mutation::Delete),
        any::<usize>().prop_map(Mutation::Duplicate),
        (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        any::<usize>().prop_map(Mutation::Truncate),
        (any::<usize>(), "[A-Za-z]{1,6}").prop_map(|(at, key)| Mutation::Key(at, key)),
        (any::<usize>(), piece).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
    ]
}

fn mutated(bytes: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for mutation in mutations {
        if bytes.is_empty() {
            return bytes;
        }
        let mut lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let (length, count) = (bytes.len(), lines.len());
        match mutation {
            Mutation::Delete(at) => drop(lines.remove(at % count)),
            Mutation::Duplicate(at) => lines.insert(at % count, lines[at % count].clone()),
            Mutation::Swap(one, other) => lines.swap(one % count, other % count),
            Mutation::Key(at, key) => {
                let line = String::from_utf8_lossy(&lines[at % count]).into_owned();
                if let Some((before, after)) = line.split_once(':') {
                    let indent = before.len() - before.trim_start().len();
                    lines[at % count] = format!("{}{key}:{after}", &before[..indent]).into_bytes();
                }
            }
            Mutation::Byte(at, byte) => {
                bytes[at % length] = *byte;
                continue;
            }
            Mutation::Truncate(at) => {
                bytes.truncate(at % length);
                continue;
            }
            Mutation::Insert(at, piece) => {
                let at = at % length;
                bytes.splice(at..at, piece.bytes());
                continue;
            }
        }
        bytes = lines.concat();
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A spoiled file never panics, and what is accepted holds no key that the schema does not know.
    #[test]
    fn a_spoiled_file_is_refused_or_understood(
        seed in any::<usize>(),
        mutations in prop::collection::vec(mutation(), 1..5),
    ) {
        thread_local! {
            static SETUP: (jsonschema::Validator, Vec<Vec<u8>>) = (
                validator(),
                cases()
                    .iter()
                    .filter(|case| case.join("stages.json").exists())
                    .filter_map(|case| input(case).stage_file.ok())
                    .collect(),
            );
        }
        SETUP.with(|(validator, files)| {
            let bytes = mutated(&files[seed % files.len()], &mutations);
            let text = Text { file: "config/churn.yaml", bytes: &bytes };
            let (stages, findings) = config::read("churn", text, None);
            render(&findings);
            if !stages.is_empty() {
                let json = as_json(&bytes).unwrap();
                let errors: Vec<_> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
                prop_assert!(errors.is_empty(), "{}: {errors:#?}", String::from_utf8_lossy(&bytes));
            }
            Ok(())
        })?;
    }
}
