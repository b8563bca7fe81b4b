//! Every property of the types that make up an endpoint is reachable from a stage file, as
//! `config/stage-file.md` says.

use std::collections::BTreeSet;
use std::fs;

use sageform::cfn::{Schema, schema_of};
use sageform::config::coverage::{COVERED, DERIVED, Reached, coverage};
use sageform::json::Json;
use sageform::template::Template;
use serde_json::{Map, Value, json};

use crate::support::{document, entries, folder, render, stem, synthesize};

/// Every property of every template that a stage file of a case becomes. Lists are not told from what they hold.
fn written() -> BTreeSet<String> {
    let mut written = BTreeSet::new();
    for case in entries(&folder("hosting")) {
        // These would show nothing of a stage file's own keys.
        if stem(&case).starts_with("overrides") {
            continue;
        }
        for stage in synthesize(&case).templates {
            let template = Template::from_document(document(&stage.text));
            for resource in template.resources() {
                let properties = resource.entry.get("Properties");
                collect(resource.type_name, properties, &mut written);
            }
        }
    }
    written
}

fn collect(path: &str, value: Option<&Json>, written: &mut BTreeSet<String>) {
    match value {
        Some(Json::Array(items)) => {
            for item in items {
                collect(path, Some(item), written);
            }
        }
        Some(Json::Object(object)) => {
            for (key, value) in object.iter() {
                let path = format!("{path}.{key}");
                collect(&path, Some(value), written);
                written.insert(path);
            }
        }
        _ => {}
    }
}

/// What has a key and is in no template, and why.
const IGNORED: &[(&str, &str)] = &[(
    "AWS::SageMaker::Model.PrimaryContainer.ContainerHostname",
    "SageMaker ignores it where there is one container, and the reader says so",
)];

#[test]
fn what_a_key_becomes_is_in_a_template() {
    let written = written();
    let mut wrong = Vec::new();
    for (property, reached) in coverage() {
        let ignored = IGNORED.iter().any(|(known, _)| *known == property);
        if written.contains(&property) != (reached != Reached::Overrides && !ignored) {
            wrong.push((property, reached));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let all = coverage();
    for (property, _) in DERIVED {
        assert!(
            all.iter().any(|(known, reached)| known == property
                && matches!(reached, Reached::Derived(_))),
            "{property} is none, or has a key"
        );
    }
}

/// The resource of each type in the stage below.
const IDS: [(&str, &str); 6] = [
    ("AWS::SageMaker::Model", "LlamaModel"),
    ("AWS::SageMaker::EndpointConfig", "EndpointConfig"),
    ("AWS::SageMaker::Endpoint", "Endpoint"),
    ("AWS::SageMaker::InferenceComponent", "Llama"),
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "LlamaScalingTarget",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "LlamaScalingPolicy",
    ),
];

/// What a property of this shape may be.
fn sample(schema: &Schema) -> Value {
    match schema {
        Schema::String(text) => match text.values.first() {
            Some(value) => json!(value),
            // A reference is checked against no pattern.
            None => json!({"Ref": "AWS::StackName"}),
        },
        Schema::Integer {
            minimum, values, ..
        } => json!(values.first().copied().or(*minimum).unwrap_or(1)),
        Schema::Number { minimum, .. } => json!(minimum.unwrap_or(1.0)),
        Schema::Boolean => json!(true),
        Schema::Json => json!({}),
        Schema::List(list) => {
            let fewest = list.min_items.unwrap_or(1).max(1);
            (0..fewest).map(|_| sample(&list.items)).collect()
        }
        Schema::Map(values) => json!({"key": sample(values)}),
        Schema::Object(object) => {
            let required = object.properties.iter().filter(|one| one.required);
            let fields = required.map(|one| (one.name.to_owned(), sample(&one.schema)));
            Value::Object(fields.collect())
        }
    }
}

/// The properties that have this one and what its neighbours need.
fn around(path: &str) -> Value {
    fn inside(schema: &Schema, names: &[&str]) -> Value {
        match schema {
            Schema::List(list) if !names.is_empty() => {
                let Value::Array(mut items) = sample(schema) else {
                    unreachable!()
                };
                items[0] = inside(&list.items, names);
                items.into()
            }
            Schema::Object(object) => {
                let Value::Object(mut fields) = sample(schema) else {
                    unreachable!()
                };
                if let [name, rest @ ..] = names {
                    let property = object.property(name).unwrap();
                    fields.insert((*name).to_owned(), inside(&property.schema, rest));
                }
                Value::Object(fields)
            }
            schema => sample(schema),
        }
    }
    let names: Vec<_> = path.split('.').collect();
    let [type_name, name, rest @ ..] = names.as_slice() else {
        panic!("{path}")
    };
    let property = schema_of(type_name)
        .unwrap()
        .properties
        .property(name)
        .unwrap();
    Value::Object(Map::from_iter([(
        (*name).to_owned(),
        inside(&property.schema, rest),
    )]))
}

#[test]
fn every_other_property_is_reached_by_overrides() {
    let covered: BTreeSet<_> = COVERED.iter().copied().collect();
    assert_eq!(covered, IDS.iter().map(|(name, _)| *name).collect());
    let mut count = 0;
    for (property, reached) in coverage() {
        if reached != Reached::Overrides {
            continue;
        }
        let (type_name, path) = property.split_once('.').unwrap();
        let (_, id) = IDS.iter().find(|(name, _)| *name == type_name).unwrap();
        let mut overrides = around(&property);
        // What excludes the one that the tool writes, and what needs another one beside it.
        if path.starts_with("Specifications.") {
            overrides["Specification"] = Value::Null;
        }
        let target = ["ResourceId", "ScalableDimension", "ServiceNamespace"];
        if type_name.ends_with("::ScalingPolicy") && target.contains(&path) {
            overrides = json!({
                "ResourceId": "inference-component/churn-Stage-llama",
                "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
                "ServiceNamespace": "sagemaker",
                "ScalingTargetId": null,
            });
        }
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("config")).unwrap();
        let stage = format!(
            "Stage:
  InstanceType: ml.g5.12xlarge
  InstanceCount: 1
  Components:
    - Name: llama
      Model: {{Image: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/llm:1}}
      MinMemoryInMB: 16384
      AutoScaling: {{MinCapacity: 1, MaxCapacity: 8, InvocationsPerCopy: 10}}
  Overrides: {{{id}: {overrides}}}
"
        );
        fs::write(folder.path().join("config/churn.yaml"), stage).unwrap();
        let mut synthesis = synthesize(folder.path());
        // The override need not make sense: it has to be written.
        synthesis
            .findings
            .retain(|finding| !finding.rule.starts_with("model-"));
        assert!(
            !synthesis.has_errors(),
            "{property}: {overrides}\n{}",
            render(&synthesis.findings)
        );
        let template = Template::from_document(document(&synthesis.templates[0].text));
        let mut written = BTreeSet::new();
        let resource = template.resources().find(|one| one.id == *id).unwrap();
        collect(type_name, resource.entry.get("Properties"), &mut written);
        assert!(written.contains(&property), "{property}: {overrides}");
        count += 1;
    }
    assert!(count > 0, "nothing was checked");
}
