//! `sageform validate`: its formats, its places, and its repairs.
//!
//! A case of `tests/cases/fix/` is a template, `in.yaml` or `in.json`, what `--fix` makes of it, and
//! what it says: `said.txt`. `SNAPSHOTS=overwrite` accepts what came out.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{entries, folder, golden};
use crate::transcript::sageform;

fn validate(folder: &Path, arguments: &[&str]) -> Output {
    sageform(folder)
        .arg("validate")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A folder with one file.
fn with(name: &str, bytes: impl AsRef<[u8]>) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

const BAD: &str = "\
Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - VariantName: primary
          ModelName: !Ref Modle
          InitialInstanceCount: none
          InstanceType: ml.m5.large
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: ärger
      DeploymentConfig:
        RollingUpdatePolicy:
          MaximumBatchSize: {Type: CAPACITY_PERCENT, Value: 25}
          WaitIntervalInSeconds: 300
        BlueGreenUpdatePolicy:
          TrafficRoutingConfiguration: {Type: ALL_AT_ONCE, WaitIntervalInSeconds: 300}
";

#[test]
fn sarif_is_what_its_schema_says() {
    let schema =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sarif/sarif-schema-2.1.0.json"))
            .unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    // Their brackets do not match, which makes them no patterns to anybody who looks closely.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        let pattern = language.as_object_mut().unwrap().remove("pattern");
        assert_eq!(pattern.unwrap(), "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = with("a b.yaml", BAD);
    fs::write(
        folder.path().join("good.yaml"),
        "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n",
    )
    .unwrap();
    fs::write(folder.path().join("list.yaml"), "- 1\n").unwrap();
    for files in [
        &["a b.yaml", "list.yaml", "nowhere.yaml"][..],
        &["good.yaml"],
    ] {
        let output = validate(folder.path(), &[&["--format", "sarif"], files].concat());
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}\n{log:#}", wrong.join("\n"));

        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let results = run["results"].as_array().unwrap();
        let json = validate(folder.path(), &[&["--format", "json"], files].concat());
        let findings: Vec<Value> = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(results.len(), findings.len());
        for (result, finding) in results.iter().zip(&findings) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(result["ruleId"], finding["rule"]);
            assert_eq!(rule["id"], finding["rule"]);
            assert_eq!(result["level"], finding["severity"]);
            let place = &result["locations"][0]["physicalLocation"];
            let source = &finding["place"]["source"];
            if source.is_null() {
                assert!(place.is_null(), "{place}");
                continue;
            }
            let file = source["file"].as_str().unwrap().replace(' ', "%20");
            assert_eq!(place["artifactLocation"]["uri"], file);
            assert_eq!(place["region"]["startLine"], source["line"]);
            assert_eq!(place["region"]["startColumn"], source["column"]);
            let end = source["column"].as_u64().unwrap() + source["length"].as_u64().unwrap();
            assert_eq!(place["region"]["endColumn"], end);
        }
    }
    let output = validate(folder.path(), &["--format", "sarif", "a b.yaml"]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let driver = &log["runs"][0]["tool"]["driver"];
    let rule = driver["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["id"] == "ep-policy-xor")
        .unwrap();
    assert_eq!(
        rule["helpUri"],
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html"
    );
    assert!(
        rule["help"]["markdown"]
            .as_str()
            .unwrap()
            .contains("```diff")
    );
}

/// A finding of a rule that stands in a branch is shown in that branch.
#[test]
fn a_branch_of_a_condition_has_its_own_place() {
    let head = "\
Conditions:
  Blue: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: churn
      DeploymentConfig:
        AutoRollbackConfiguration:
          Alarms: [{AlarmName: churn-errors}]
        BlueGreenUpdatePolicy:
";
    let branch = |size: &str, indentation: &str| {
        format!(
            "TrafficRoutingConfiguration:\n\
             {indentation}  Type: CANARY\n\
             {indentation}  WaitIntervalInSeconds: 300\n\
             {indentation}  CanarySize: {{Type: CAPACITY_PERCENT, Value: {size}}}\n"
        )
    };
    let indentation = " ".repeat(12);
    let short = format!(
        "{}          !If\n          - Blue\n          - {}          - {}",
        head,
        branch("20", &indentation),
        branch("80", &indentation)
    )
    .replace(
        "BlueGreenUpdatePolicy:\n          !If",
        "BlueGreenUpdatePolicy: !If",
    );
    let indentation = " ".repeat(14);
    let long = format!(
        "{}          Fn::If:\n            - Blue\n            - {}            - {}",
        head,
        branch("20", &indentation),
        branch("80", &indentation)
    );
    // Below several branches, one of them within the other.
    let value = |value: &str| {
        short
            .replace("Value: 80", value)
            .replace("Value: 20", value)
    };
    let nested = value("Value: !If [Blue, 30, !If [Blue, 40, 90]]");
    let line =
        |text: &str, found: &str| text.lines().position(|line| line.contains(found)).unwrap() + 1;
    for (text, marked, found) in [
        (&short, "80", "Value: 80"),
        (&long, "80", "Value: 80"),
        (&nested, "90", "90]]"),
    ] {
        let folder = with("in.yaml", text);
        let output = validate(folder.path(), &["in.yaml", "--format", "json"]);
        let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let finding = findings
            .iter()
            .find(|finding| finding["rule"] == "ep-canary-50")
            .unwrap_or_else(|| panic!("{text}\n{findings:#?}"));
        let path = finding["place"]["path"].as_str().unwrap();
        assert!(
            path.starts_with("DeploymentConfig.BlueGreenUpdatePolicy.Fn::If[2]"),
            "{path}"
        );
        let source = &finding["place"]["source"];
        let shown = source["text"].as_str().unwrap();
        let column = usize::try_from(source["column"].as_u64().unwrap()).unwrap() - 1;
        assert_eq!(&shown[column..column + marked.len()], marked, "{source}");
        if text != &nested {
            assert_eq!(source["line"], line(text, found), "{source}");
        }
    }
}

#[test]
fn every_case_is_repaired_as_expected_and_once() {
    for case in entries(&folder("fix")) {
        let (name, bytes) = ["in.yaml", "in.json"]
            .into_iter()
            .find_map(|name| Some((name, fs::read(case.join(name)).ok()?)))
            .unwrap();
        let folder = with(name, &bytes);
        let path = folder.path().join(name);
        let before = validate(folder.path(), &[name]);
        assert_eq!(
            fs::read(&path).unwrap(),
            bytes,
            "nothing is repaired unasked"
        );

        let output = validate(folder.path(), &["--fix", name]);
        let once = fs::read_to_string(&path).unwrap();
        golden(&case.join(name.replace("in.", "out.")), once.clone());
        let said = format!(
            "$ sageform validate {name}\n{}$ sageform validate --fix {name}\n{}{}",
            text(before.stderr),
            text(output.stdout),
            text(output.stderr)
        );
        golden(&case.join("said.txt"), said);

        validate(folder.path(), &["--fix", name]);
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            once,
            "{}",
            case.display()
        );
        assert_eq!(entries(folder.path()).len(), 1, "{}", case.display());
    }
}

#[test]
fn a_repair_needs_a_file_of_somebody_else() {
    let folder = TempDir::new().unwrap();
    let template = folder.path().join("templates/Staging/churn.template.json");
    for file in [&folder.path().join("config/churn.yaml"), &template] {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "{}\n").unwrap();
    }
    for (arguments, told) in [
        (&["--fix"][..], "change the stage file"),
        (&["--fix", "-"], "name the file instead of `-`"),
        (
            &["--fix", template.to_str().unwrap()],
            "is made from a stage file",
        ),
    ] {
        let output = validate(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        let said = text(output.stderr);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn a_repaired_file_ends_its_lines_as_it_did() {
    for case in ["block/in.yaml", "flow/in.yaml", "json/in.json"] {
        let case = folder("fix").join(case);
        let repaired = fs::read_to_string(case.to_str().unwrap().replace("in.", "out.")).unwrap();
        let windows = fs::read_to_string(case).unwrap().replace('\n', "\r\n");
        let folder = with("file", windows);
        validate(folder.path(), &["--fix", "file"]);
        let text = fs::read_to_string(folder.path().join("file")).unwrap();
        assert_eq!(text, repaired.replace('\n', "\r\n"));
    }
}

/// The mark at its beginning stays, and a link still leads to the file.
#[test]
fn a_repaired_file_is_the_file_that_it_was() {
    let case = folder("fix").join("block/in.yaml");
    let marked = format!("\u{feff}{}", fs::read_to_string(case).unwrap());
    let folder = with("in.yaml", &marked);
    let path = folder.path().join("in.yaml");
    let link = folder.path().join("link.yaml");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&path, &link).unwrap();
    #[cfg(not(unix))]
    fs::copy(&path, &link).unwrap();
    validate(folder.path(), &["--fix", "link.yaml"]);
    let repaired = fs::read_to_string(&link).unwrap();
    assert!(repaired.starts_with("\u{feff}# The endpoint"));
    assert!(repaired.contains("RetainAllVariantProperties: true"));
    #[cfg(unix)]
    {
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), repaired);
    }
}

#[test]
fn github_shows_each_finding_beside_its_line() {
    let folder = with("bad.yaml", BAD);
    let output = validate(folder.path(), &["--format", "github", "bad.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let commands = text(output.stdout);
    assert!(
        commands.contains(
            "::error file=bad.yaml,line=7,col=22,endColumn=32,title=dangling-reference::no parameter or \
             resource has the name `Modle`%0AConfig ProductionVariants[0].ModelName"
        ),
        "{commands}"
    );
    assert!(
        commands.lines().all(|line| line.starts_with("::")),
        "{commands}"
    );
}
