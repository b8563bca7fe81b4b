//! Edits of texts in every style, and repairs of made-up faults.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::json::Object;
use crate::template::yaml_text;

const BLOCK: &str = "\
# A template.
Resources:
  Endpoint:   # the endpoint
    Type: AWS::SageMaker::Endpoint
    # What it is called.
    Properties:
      'EndpointName': churn # a name
      Text: |
        one
        two

      Folded: >-
        three
      Tags:
        - Key: team # the team
          Value: \"ml\"
        - Value: b

          Key: stage
      Names:
      - one
      - two # the second
      Choice: !If
        - IsProduction
        - {A: 1, B: [x, y]}
        - A: 2
          B: [z]
      Sole:
        Key: value
      Flow: {
        A: 1, # first
        B: 2
      }

# After it.
Outputs:
  Name: {Value: !Ref Endpoint}
";

const JSON: &str = "\
{
  \"Resources\": {
    \"Endpoint\": {
      \"Type\": \"AWS::SageMaker::Endpoint\",
      \"Properties\": {
        \"EndpointName\": \"churn\",
        \"Tags\": [
          {\"Key\": \"a\", \"Value\": \"b\"},
          {
            \"Key\": \"c\",
            \"Value\": 3
          }
        ]
      },
      \"DependsOn\": [ \"A\" , \"B\" ]
    }
  }
}
";

#[expect(
    clippy::needless_pass_by_value,
    reason = "a call reads better without `&`"
)]
fn edit(text: &str, path: &str, value: Option<Json>) -> Result<String, &'static str> {
    let document = read("file.yaml", text).unwrap();
    edited("file.yaml", text, &document, path, value.as_ref())
}

/// Every path in a tree.
fn paths(json: &Json, path: &str, all: &mut Vec<String>) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                paths(item, &path, all);
                all.push(path);
            }
        }
        Json::Object(object) => {
            for (key, value) in object.iter() {
                let path = if path.is_empty() {
                    key.to_owned()
                } else {
                    format!("{path}.{key}")
                };
                paths(value, &path, all);
                all.push(path);
            }
        }
        _ => {}
    }
}

fn comments(text: &str) -> usize {
    text.matches('#').count()
}

#[test]
fn every_value_can_be_removed_and_set() {
    for text in [BLOCK, JSON] {
        let windows = text.replace('\n', "\r\n");
        for text in [text, &windows] {
            let document = read("file.yaml", text).unwrap();
            let mut all = Vec::new();
            paths(&document.to_json(), "", &mut all);
            assert!(all.len() > 10);
            let mut refused = Vec::new();
            for path in &all {
                if let Err(reason) = edit(text, path, None) {
                    refused.push(format!("remove {path}: {reason}"));
                }
                match edit(text, path, Some(300_i64.into())) {
                    Ok(edited) if matches!(document.root.at(path), Some(node) if node.scalar().is_some()) =>
                    {
                        assert_eq!(comments(&edited), comments(text), "{path}\n{edited}");
                    }
                    Ok(_) => {}
                    Err(reason) => refused.push(format!("set {path}: {reason}")),
                }
            }
            // A block would have to be replaced by a line, and the argument of a tag has no key.
            refused.retain(|one| {
                let (path, _) = one.rsplit_once(": ").unwrap();
                !one.ends_with("a block is there")
                    && !path.ends_with("Choice.Fn::If")
                    && !path.ends_with("Value.Ref")
            });
            assert!(refused.is_empty(), "{text}\n{refused:#?}");
        }
    }
}

#[test]
fn a_key_is_added_after_its_siblings() {
    let base = "Resources.Endpoint";
    for (path, before, after) in [
        (
            "Properties.New",
            "        B: 2\n      }\n",
            "        B: 2\n      }\n      New: true\n",
        ),
        (
            "Properties.Tags[0].New",
            "          Value: \"ml\"\n",
            "          Value: \"ml\"\n          New: true\n",
        ),
        (
            "Properties.Flow.New",
            "        B: 2\n",
            "        B: 2,\n        New: true\n",
        ),
        (
            "Properties.Choice.Fn::If[1].New",
            "{A: 1, B: [x, y]}",
            "{A: 1, B: [x, y], New: true}",
        ),
        (
            "Properties.Choice.Fn::If[2].New",
            "          B: [z]\n",
            "          B: [z]\n          New: true\n",
        ),
        (
            "DeletionPolicy",
            "        B: 2\n      }\n",
            "        B: 2\n      }\n    DeletionPolicy: true\n",
        ),
    ] {
        let edited = edit(BLOCK, &format!("{base}.{path}"), Some(true.into())).unwrap();
        assert_eq!(edited, BLOCK.replacen(before, after, 1), "{path}");
    }
    for (path, before, after) in [
        (
            "Properties.Tags[0].New",
            "\"Value\": \"b\"}",
            "\"Value\": \"b\", \"New\": \"a: b\"}",
        ),
        (
            "Properties.Tags[1].New",
            "            \"Value\": 3\n",
            "            \"Value\": 3,\n            \"New\": \"a: b\"\n",
        ),
    ] {
        let edited = edit(JSON, &format!("{base}.{path}"), Some("a: b".into())).unwrap();
        assert_eq!(edited, JSON.replacen(before, after, 1), "{path}");
    }
}

#[test]
fn what_is_removed_takes_its_line_or_its_comma() {
    let base = "Resources.Endpoint";
    for (path, before, after) in [
        (
            "Properties.EndpointName",
            "      'EndpointName': churn # a name\n",
            "",
        ),
        (
            "Properties.Text",
            "      Text: |\n        one\n        two\n",
            "",
        ),
        (
            "Properties.Tags[0].Key",
            "- Key: team # the team\n          Value",
            "- Value",
        ),
        ("Properties.Tags[1].Key", "          Key: stage\n", ""),
        ("Properties.Names[1]", "      - two # the second\n", ""),
        (
            "Properties.Sole.Key",
            "        Key: value\n",
            "        {}\n",
        ),
        (
            "Properties.Flow.A",
            "        A: 1, # first\n        B: 2\n",
            "        B: 2\n",
        ),
        (
            "Properties.Flow.B",
            "        A: 1, # first\n        B: 2\n",
            "        A: 1 # first\n",
        ),
        (
            "Properties.Choice.Fn::If[1].B",
            "{A: 1, B: [x, y]}",
            "{A: 1}",
        ),
        ("Properties.Choice.Fn::If[1].B[0]", "[x, y]", "[y]"),
        ("Properties.Choice.Fn::If[2].B[0]", "[z]", "[]"),
    ] {
        let edited = edit(BLOCK, &format!("{base}.{path}"), None).unwrap();
        assert_eq!(edited, BLOCK.replacen(before, after, 1), "{path}");
    }
    for (path, before, after) in [
        (
            "Properties.EndpointName",
            "\"EndpointName\": \"churn\",\n        ",
            "",
        ),
        ("DependsOn[0]", "\"A\" , \"B\"", "\"B\""),
        ("DependsOn[1]", "\"A\" , \"B\"", "\"A\""),
        ("DependsOn", ",\n      \"DependsOn\": [ \"A\" , \"B\" ]", ""),
    ] {
        let edited = edit(JSON, &format!("{base}.{path}"), None).unwrap();
        assert_eq!(edited, JSON.replacen(before, after, 1), "{path}");
    }
}

#[test]
fn the_last_item_leaves_an_empty_list() {
    for (before, after) in [
        ("A:\n- x\nB: 1\n", "A:\n  []\nB: 1\n"),
        ("A:\n  # one\n  - x\nB: 1\n", "A:\n  # one\n  []\nB: 1\n"),
    ] {
        assert_eq!(edit(before, "A[0]", None).unwrap(), after);
    }
    let within = "- B: 1\n  A:\n  - x # it\n";
    let left = "- B: 1\n  A:\n    [] # it\n";
    assert_eq!(edit(within, "[0].A[0]", None).unwrap(), left);
}

#[test]
fn what_an_alias_repeats_is_left_alone() {
    let text = "Resources:\n  A: {P: &x {K: 1}}\n  B: {P: *x}\n";
    assert_eq!(
        edit(text, "Resources.A.P.K", Some(2_i64.into())),
        Err("something else would change with it")
    );
}

#[test]
fn a_text_is_written_so_that_it_stays_one() {
    for text in [
        "yes",
        "300",
        "a b",
        "",
        "null",
        "arn:aws:s3:::x",
        "#",
        "ü",
        "- a",
        "1e3",
    ] {
        for (file, path) in [
            (BLOCK, "Resources.Endpoint.Type"),
            (JSON, "Resources.Endpoint.Type"),
        ] {
            edit(file, path, Some(text.to_owned().into())).unwrap();
        }
    }
}

/// A tree whose keys `Gone`, items `gone` and texts `bad` are to be repaired.
fn trees() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "bad",
            "gone",
            "kept",
            "yes",
            "a: b # c",
            "",
            "two\nlines\n"
        ])
        .prop_map(Json::from),
        (-5_i64..400).prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
    ];
    let key = prop::sample::select(vec!["Key", "Gone", "Other", "a b", "on", "Value"]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(key.clone(), inner, 0..4).prop_map(|map| {
                let entries: Vec<(&str, Json)> = map.into_iter().collect();
                let mut object = Object::new();
                for (key, value) in entries {
                    object.insert(key, value);
                }
                Json::from(object)
            }),
        ]
    })
}

fn repaired(json: &Json) -> Json {
    match json {
        Json::Array(items) => items
            .iter()
            .filter(|item| item.as_str() != Some("gone"))
            .map(repaired)
            .collect::<Vec<_>>()
            .into(),
        Json::Object(object) => {
            let mut kept = Object::new();
            for (key, value) in object.iter().filter(|(key, _)| *key != "Gone") {
                kept.insert(key.to_owned(), repaired(value));
            }
            kept.into()
        }
        json if json.as_str() == Some("bad") => "good".into(),
        json => json.clone(),
    }
}

fn faults(json: &Json, path: &str, found: &mut Vec<Finding>) {
    let fault = |path: &str, fix: Fix| {
        let mut finding = Finding::error("fault", "a fault").on("R").path(path);
        finding.fix = Some(fix);
        finding
    };
    let remove = |path: &str| Fix::Remove {
        path: path.to_owned(),
    };
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if item.as_str() == Some("gone") {
                    found.push(fault(&path, remove(&path)));
                }
            }
            for (index, item) in items.iter().enumerate() {
                faults(item, &format!("{path}[{index}]"), found);
            }
        }
        Json::Object(object) => {
            for (key, value) in object.iter() {
                let path = format!("{path}.{key}");
                if key == "Gone" {
                    found.push(fault(&path, remove(&path)));
                }
                faults(value, &path, found);
            }
        }
        json if json.as_str() == Some("bad") => found.push(fault(
            path,
            Fix::Set {
                path: path.to_owned(),
                value: "good".into(),
            },
        )),
        _ => {}
    }
}

fn properties(text: &[u8]) -> Json {
    let document = read("file", std::str::from_utf8(text).unwrap()).unwrap();
    let root = document.root.at("Resources.R.Properties.Root").unwrap();
    root.to_json()
}

proptest! {
    /// Whatever is repaired, in whatever style, is repaired once and for all.
    #[test]
    fn a_repair_is_complete_and_its_own_repair(tree in trees()) {
        let object: Object = {
            let wrap = |key: &'static str, json: Json| Json::from([(key, json)]);
            let json = wrap("Resources", wrap("R", wrap("Properties", wrap("Root", tree.clone()))));
            match json {
                Json::Object(object) => object,
                _ => unreachable!(),
            }
        };
        let check = |text: &[u8]| {
            let mut found = Vec::new();
            faults(&properties(text), "Root", &mut found);
            found
        };
        let texts = BTreeMap::from([
            ("compact", serde_json::to_string(&object).unwrap()),
            ("pretty", serde_json::to_string_pretty(&object).unwrap()),
            ("block", yaml_text(&object)),
        ]);
        for (style, text) in texts {
            let once = repair("file", text.clone().into_bytes(), &check);
            let left: Vec<_> = once.left.iter().map(|(finding, reason)| (&finding.fix, reason)).collect();
            prop_assert!(left.is_empty(), "{style}: {left:?}\n{text}");
            prop_assert!(!once.more);
            prop_assert_eq!(properties(once.text.as_bytes()), repaired(&tree));
            let twice = repair("file", once.text.clone().into_bytes(), &check);
            prop_assert_eq!(twice.done, 0);
            prop_assert_eq!(twice.text, once.text);
        }
    }
}
