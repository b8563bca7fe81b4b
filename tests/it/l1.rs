//! The generated types against the schemas that they come from, and against templates as people
//! write them.

use std::fs;
use std::path::Path;

use sageform::cfn::sagemaker::endpoint_config::{self, InstanceType, ProductionVariant};
use sageform::cfn::sagemaker::{Endpoint, EndpointConfig, Model, model};
use sageform::cfn::{Constraint, Resource, SCHEMAS, Schema, schema_of};
use sageform::json::{Json, to_json};
use sageform::value::Value;
use serde_json::json;

/// A resource's properties, read and written: the result, and its `Debug` text.
fn read_and_write<R: Resource + std::fmt::Debug>(
    properties: &serde_json::Value,
) -> (serde_json::Value, String) {
    let typed: R = serde_json::from_value(properties.clone()).unwrap();
    let written = to_json(&typed).unwrap();
    (
        serde_json::to_value(&written).unwrap(),
        format!("{typed:?}"),
    )
}

macro_rules! dispatch {
    ($(($name:literal, $kind:ty),)*) => {
        fn round_trip(
            type_name: &str,
            properties: &serde_json::Value,
        ) -> (serde_json::Value, String) {
            match type_name {
                $($name => read_and_write::<$kind>(properties),)*
                _ if type_name.starts_with("Custom::") => {
                    round_trip("AWS::CloudFormation::CustomResource", properties)
                }
                _ => panic!("no type for `{type_name}`"),
            }
        }

        /// The type that carries each name, by the schema that it states.
        const STATED: &[(&str, &str)] = &[$(($name, <$kind>::SCHEMA.type_name),)*];
    };
}

sageform::for_each_resource!(dispatch);

/// The committed schema, as the registry states it: without the generator's fix-ups.
fn committed(type_name: &str) -> serde_json::Value {
    let schemas = Path::new("src/cfn/schema");
    let folders = fs::read_dir(schemas)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for file in folders
        .filter(|path| path.is_dir())
        .flat_map(|path| fs::read_dir(path).unwrap())
    {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        if schema["typeName"] == type_name {
            return schema;
        }
    }
    panic!("no schema of `{type_name}`");
}

/// Every property set, except those that only the service sets.
struct Maximal {
    document: serde_json::Value,
    read_only: Vec<String>,
}

impl Maximal {
    fn of(type_name: &str) -> serde_json::Value {
        let document = committed(type_name);
        let mut read_only: Vec<String> = document["readOnlyProperties"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|path| {
                path.as_str()
                    .unwrap()
                    .trim_start_matches("/properties")
                    .to_owned()
            })
            .collect();
        if type_name == "AWS::SageMaker::InferenceComponent" {
            // The schema names it below `Specification` only; the two share their property types.
            read_only.push("/Specifications/*/Container/DeployedImage".to_owned());
        }
        let maximal = Self {
            document,
            read_only,
        };
        maximal.value(&maximal.document, "").unwrap()
    }

    fn value(&self, schema: &serde_json::Value, path: &str) -> Option<serde_json::Value> {
        if self.read_only.iter().any(|read_only| read_only == path) {
            return None;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self
                .document
                .pointer(reference.trim_start_matches('#'))
                .unwrap();
            return self.value(target, path);
        }
        let alternatives = || {
            let one_of = schema["oneOf"].as_array().into_iter().flatten();
            one_of.filter_map(|alternative| alternative["properties"].as_object())
        };
        if schema["properties"].is_object() || alternatives().next().is_some() {
            let declared = schema["properties"]
                .as_object()
                .into_iter()
                .chain(alternatives());
            let properties: serde_json::Map<_, _> = declared
                .flatten()
                .filter_map(|(name, schema)| {
                    Some((name.clone(), self.value(schema, &format!("{path}/{name}"))?))
                })
                .collect();
            return (!properties.is_empty()).then(|| properties.into());
        }
        if let Some(patterns) = schema["patternProperties"].as_object() {
            let values = patterns.values().next().unwrap();
            return Some(json!({ "Key": self.value(values, &format!("{path}/*"))? }));
        }
        if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
            return Some(value.clone());
        }
        if schema.get("type").is_none() {
            return match schema["anyOf"].get(0) {
                Some(alternative) => self.value(alternative, path),
                None => Some(json!({ "Version": "2012-10-17" })),
            };
        }
        let kind = match &schema["type"] {
            serde_json::Value::Array(kinds) if kinds.contains(&json!("object")) => "object",
            serde_json::Value::String(kind) => kind,
            other => panic!("{path}: {other}"),
        };
        Some(match kind {
            "string" => {
                let length = schema["minLength"].as_u64().unwrap_or(0).max(1);
                "a".repeat(usize::try_from(length).unwrap()).into()
            }
            "integer" => schema["minimum"].as_i64().unwrap_or(1).into(),
            "number" => schema["minimum"]
                .as_f64()
                .map_or(json!(0.5), |minimum| json!(minimum + 0.5)),
            "boolean" => true.into(),
            "object" if schema["additionalProperties"] == false => json!({}),
            "object" => json!({ "Version": "2012-10-17" }),
            "array" => match schema.get("items") {
                Some(items) => json!([self.value(items, &format!("{path}/*"))?]),
                None => json!([]),
            },
            kind => panic!("{path}: {kind}"),
        })
    }
}

#[test]
fn every_property_of_every_schema_is_typed_and_survives_a_round_trip() {
    assert_eq!(SCHEMAS.len(), 48);
    for schema in SCHEMAS {
        let maximal = Maximal::of(schema.type_name);
        let (written, debug) = round_trip(schema.type_name, &maximal);
        assert_eq!(written, maximal, "{}", schema.type_name);
        assert!(!debug.contains("Raw("), "{}: {debug}", schema.type_name);
    }
}

#[test]
fn every_property_that_the_tables_list_is_in_the_committed_schema() {
    for schema in SCHEMAS {
        let maximal = Maximal::of(schema.type_name);
        let listed: Vec<&str> = schema
            .properties
            .properties
            .iter()
            .map(|property| property.name)
            .collect();
        let mut expected: Vec<&str> = maximal
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{}", schema.type_name);
    }
}

#[test]
fn templates_are_written_as_they_were_read() {
    let mut covered = Vec::new();
    let mut cases: Vec<_> = fs::read_dir("tests/cases/l1")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 10);
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let template: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (logical_id, resource) in template["Resources"].as_object().unwrap() {
            let type_name = resource["Type"].as_str().unwrap();
            let properties = resource
                .get("Properties")
                .cloned()
                .unwrap_or_else(|| json!({}));
            let (written, _) = round_trip(type_name, &properties);
            assert_eq!(written, properties, "{}: {logical_id}", case.display());
            covered.push(type_name.to_owned());
        }
    }
    covered.sort();
    covered.dedup();
    let missing: Vec<&str> = SCHEMAS
        .iter()
        .map(|schema| schema.type_name)
        .filter(|name| !covered.iter().any(|covered| covered == name))
        .collect();
    assert!(missing.is_empty(), "no case has {missing:?}");
}

#[test]
fn a_value_of_another_type_and_an_unknown_property_stay_raw() {
    let properties = json!({
        "ProductionVariants": [{
            "InitialInstanceCount": "2",
            "InitialVariantWeight": { "Ref": "Weight" },
            "ServerlessConfig": { "MaxConcurrency": 5, "MemorySizeInMB": 2048, "Tomorrow": true },
            "VariantName": "primary",
        }],
    });
    let config: EndpointConfig = serde_json::from_value(properties.clone()).unwrap();
    let variant = config.production_variants.literal().unwrap()[0]
        .literal()
        .unwrap();
    assert!(matches!(
        variant.initial_instance_count,
        Some(Value::Raw(_))
    ));
    assert!(matches!(
        variant.initial_variant_weight,
        Some(Value::Intrinsic(_))
    ));
    assert!(matches!(variant.serverless_config, Some(Value::Raw(_))));
    assert_eq!(serde_json::to_value(&config).unwrap(), properties);
}

#[test]
fn whole_numbers_stay_whole_where_fractions_are_allowed() {
    let variant = ProductionVariant {
        initial_variant_weight: Some(1.0.into()),
        ..ProductionVariant::new("primary")
    };
    let json = Value::from(variant).into_json();
    assert_eq!(
        serde_json::to_string(&json).unwrap(),
        r#"{"InitialVariantWeight":1,"VariantName":"primary"}"#
    );
}

#[test]
fn properties_are_written_in_the_order_of_their_names() {
    let config = EndpointConfig {
        endpoint_config_name: Some("name".into()),
        ..EndpointConfig::new([ProductionVariant {
            instance_type: Some(InstanceType::ML_M5_LARGE.into()),
            initial_instance_count: Some(1.into()),
            ..ProductionVariant::new("primary")
        }])
    };
    assert_eq!(
        serde_json::to_string(&config).unwrap(),
        concat!(
            r#"{"EndpointConfigName":"name","ProductionVariants":[{"InitialInstanceCount":1,"#,
            r#""InstanceType":"ml.m5.large","VariantName":"primary"}]}"#
        )
    );
}

#[test]
fn a_set_takes_a_value_that_aws_ships_tomorrow() {
    let tomorrow = InstanceType::custom("ml.p99.48xlarge");
    assert_eq!(tomorrow.as_str(), "ml.p99.48xlarge");
    assert!(!InstanceType::VALUES.contains(&tomorrow.as_str()));
    assert!(InstanceType::VALUES.contains(&InstanceType::ML_M5_LARGE.as_str()));
    let read: Value<InstanceType> = serde_json::from_str(r#""ml.p99.48xlarge""#).unwrap();
    assert_eq!(read, tomorrow.into());
}

#[test]
fn a_variable_of_a_models_environment_may_be_a_reference() {
    let properties = json!({
        "PrimaryContainer": { "Environment": { "BUCKET": { "Ref": "Bucket" }, "MODE": "fast" } },
    });
    let model: Model = serde_json::from_value(properties).unwrap();
    let container: &model::ContainerDefinition =
        model.primary_container.as_ref().unwrap().literal().unwrap();
    let environment = container.environment.as_ref().unwrap().literal().unwrap();
    assert!(matches!(environment["BUCKET"], Value::Intrinsic(_)));
}

#[test]
fn a_custom_resource_keeps_its_free_keys() {
    let properties = json!({ "ServiceToken": "arn", "Depth": { "Of": [1, { "Ref": "X" }] } });
    let (written, debug) = round_trip("Custom::Anything", &properties);
    assert_eq!(written, properties);
    assert!(!debug.contains("Raw("), "{debug}");
    assert!(schema_of("Custom::Anything").unwrap().open_attributes);
}

#[test]
fn each_schema_is_found_by_its_name_and_no_other() {
    for (name, stated) in STATED {
        assert_eq!(name, stated);
        assert_eq!(schema_of(name).unwrap().type_name, *name);
    }
    assert_eq!(STATED.len(), SCHEMAS.len());
    assert!(schema_of("AWS::SageMaker::Nothing").is_none());
}

#[test]
fn properties_and_types_are_sorted_so_that_they_can_be_searched() {
    assert!(SCHEMAS.is_sorted_by_key(|schema| schema.type_name));
    for schema in SCHEMAS {
        let properties = schema.properties.properties;
        assert!(
            properties.is_sorted_by_key(|property| property.name),
            "{}",
            schema.type_name
        );
        for property in properties {
            assert!(schema.properties.property(property.name).is_some());
        }
    }
}

#[test]
fn an_endpoint_config_is_replaced_by_every_change_but_its_tags() {
    let schema = EndpointConfig::SCHEMA;
    for property in schema.properties.properties {
        let path = format!("/{}", property.name);
        let replaces = schema.create_only.contains(&path.as_str());
        assert_eq!(replaces, property.name != "Tags", "{path}");
    }
    assert_eq!(schema.tag_property, Some("/Tags"));
}

#[test]
fn an_endpoint_may_take_hours_and_has_one_portable_attribute() {
    let schema = Endpoint::SCHEMA;
    let minutes =
        |handler: &Option<sageform::cfn::Handler>| handler.as_ref().unwrap().timeout_minutes;
    assert_eq!(minutes(&schema.handlers.create), Some(160));
    assert_eq!(minutes(&schema.handlers.update), Some(970));
    assert_eq!(schema.attributes, ["EndpointName"]);
    assert_eq!(Endpoint::ENDPOINT_NAME.name(), "EndpointName");
}

#[test]
fn a_models_creation_needs_these_permissions() {
    let create = Model::SCHEMA.handlers.create.as_ref().unwrap();
    assert_eq!(
        create.permissions,
        ["iam:PassRole", "sagemaker:AddTags", "sagemaker:CreateModel"]
    );
    assert_eq!(create.timeout_minutes, None);
}

#[test]
fn names_that_only_cfn_lint_knows_to_be_attributes_are_listed() {
    for (type_name, attribute) in [
        ("AWS::SageMaker::Model", "ModelName"),
        ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"),
        (
            "AWS::SageMaker::InferenceComponent",
            "RuntimeConfig.CurrentCopyCount",
        ),
        ("AWS::SQS::Queue", "QueueName"),
    ] {
        assert!(
            schema_of(type_name)
                .unwrap()
                .attributes
                .contains(&attribute),
            "{type_name}"
        );
    }
}

#[test]
fn tables_hold_bounds_values_and_constraints() {
    let variant = EndpointConfig::SCHEMA
        .properties
        .property("ProductionVariants")
        .unwrap();
    let Schema::List(list) = &variant.schema else {
        panic!("{variant:?}")
    };
    let Schema::Object(object) = &list.items else {
        panic!("{variant:?}")
    };
    let timeout = object
        .property("ModelDataDownloadTimeoutInSeconds")
        .unwrap();
    assert!(
        matches!(
            timeout.schema,
            Schema::Integer {
                minimum: Some(60),
                maximum: Some(3600),
                ..
            }
        ),
        "{timeout:?}"
    );
    let instance_type = object.property("InstanceType").unwrap();
    let Schema::String(text) = &instance_type.schema else {
        panic!("{instance_type:?}")
    };
    assert_eq!(text.values, endpoint_config::InstanceType::VALUES);
    let alarm = schema_of("AWS::CloudWatch::Alarm").unwrap().properties;
    assert!(alarm.constraints.iter().any(|constraint| matches!(
        constraint,
        Constraint::ExactlyOne(["Metrics", "MetricName", "EvaluationCriteria"])
    )));
}

#[test]
fn a_document_takes_any_json() {
    let policy: Value<Json> = serde_json::from_value(json!("not an object")).unwrap();
    assert!(policy.literal().is_some());
}
