//! What AWS offers: the facts cover what the pinned schemas list, and the images are those that the
//! `SageMaker` Python SDK names.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use sageform::catalog::images::{Hardware, ImageError, Request, frameworks, image_uri};
use sageform::catalog::instances::facts;
use sageform::cfn::sagemaker::EndpointConfig;
use sageform::cfn::{ObjectSchema, Resource, Schema};
use sageform::literal::{ImageUri, InstanceType, Region};
use serde::Deserialize;

use crate::support::{entries, folder};

/// The instance types that the schema of an endpoint configuration lists.
fn hosted() -> &'static [&'static str] {
    fn object(schema: &Schema) -> &'static ObjectSchema {
        match schema {
            Schema::List(list) => object(&list.items),
            Schema::Object(object) => object,
            other => panic!("expected objects, got {other:?}"),
        }
    }
    let properties = EndpointConfig::SCHEMA.properties;
    let variants = properties.property("ProductionVariants").unwrap();
    let instance_type = object(&variants.schema).property("InstanceType").unwrap();
    match &instance_type.schema {
        Schema::String(text) => text.values,
        other => panic!("expected a text, got {other:?}"),
    }
}

/// A type that a new schema brings has to be described: this names those that are not.
#[test]
fn every_hosted_instance_type_is_known_in_full() {
    assert!(hosted().len() > 270, "{}", hosted().len());
    let lacking: Vec<_> = hosted()
        .iter()
        .filter(|name| {
            let facts = facts(&InstanceType::parse(**name).unwrap());
            !facts.is_some_and(|facts| {
                let devices = facts.accelerator.map(|accelerator| accelerator.count);
                facts.vcpus.is_some() && facts.memory_mib.is_some() && devices != Some(None)
            })
        })
        .collect();
    assert!(lacking.is_empty(), "not known in full: {lacking:?}");
}

/// A request, and the answer of the SDK: one of the two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    framework: String,
    version: Option<String>,
    base: Option<String>,
    python: Option<String>,
    region: String,
    instance: Option<String>,
    uri: Option<String>,
    refused: Option<String>,
}

impl Vector {
    fn ask(&self) -> Result<ImageUri, ImageError> {
        let region = Region::parse(&*self.region).unwrap();
        let instance_type = self
            .instance
            .as_deref()
            .filter(|instance| *instance != "serverless")
            .map(|instance| InstanceType::parse(instance).unwrap());
        let hardware = match &instance_type {
            Some(instance_type) => Some(Hardware::Instance(instance_type)),
            None => self.instance.as_ref().map(|_| Hardware::Serverless),
        };
        image_uri(&Request {
            version: self.version.as_deref(),
            base_framework: self.base.as_deref(),
            py_version: self.python.as_deref(),
            hardware,
            ..Request::new(&self.framework, &region)
        })
    }
}

fn vectors() -> Vec<Vector> {
    entries(&folder("images"))
        .iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let lines: Vec<Vector> = text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            lines
        })
        .collect()
}

#[test]
fn images_are_those_of_the_sdk() {
    let vectors = vectors();
    assert!(vectors.len() > 600, "{}", vectors.len());
    let mut wrong = Vec::new();
    for vector in &vectors {
        let as_expected = match (vector.ask(), &vector.uri, &vector.refused) {
            (Ok(found), Some(expected), None) => found.as_str() == expected,
            (Err(error), None, Some(part)) => format!("{:?}", error.part) == *part,
            _ => false,
        };
        if !as_expected {
            wrong.push(format!("{vector:?}\n    {:?}", vector.ask()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An image that nobody has asked the SDK for is one that only the generator believes in.
#[test]
fn the_sdk_was_asked_for_every_row() {
    let vectors = vectors();
    let mut missing = Vec::new();
    for (framework, image, _) in rows() {
        let asked = vectors.iter().any(|vector| {
            let one_of = |names: &serde_json::Value, name: &Option<String>| {
                let mut names = names.as_array().into_iter().flatten();
                name.is_none() || names.any(|known| known.as_str() == name.as_deref())
            };
            vector.framework == framework
                && one_of(&image["names"], &vector.version)
                && one_of(&image["bases"], &vector.base)
                && (vector.python.is_none() || image["python"].as_str() == vector.python.as_deref())
                && vector.uri.as_ref().is_some_and(|uri| {
                    let repository = image["repository"].as_str().unwrap();
                    uri.contains(&format!("/{repository}:")) || uri.ends_with(repository)
                })
        });
        if !asked {
            missing.push(format!("{framework} {image}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The rows of the pinned table, with every name of their versions, and the accounts by region.
fn rows() -> Vec<(String, serde_json::Value, serde_json::Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/images/facts/images.json");
    let facts: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut rows = Vec::new();
    for (framework, scopes) in facts["frameworks"].as_object().unwrap() {
        for (architecture, scope) in scopes.as_object().unwrap() {
            for image in scope["images"].as_array().unwrap() {
                let accounts = &facts["accounts"][image["accounts"].as_str().unwrap()];
                let mut image = image.clone();
                image["architecture"] = architecture.as_str().into();
                image["names"] = scope["aliases"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|alias| alias[1] == image["version"])
                    .map(|alias| alias[0].clone())
                    .chain([image["version"].clone()])
                    .collect();
                rows.push((framework.clone(), image, accounts.clone()));
            }
        }
    }
    rows
}

/// Every processor of every row, in every region, is an image in ECR that a role can name.
#[test]
fn every_row_is_an_image_in_ecr() {
    let rows = rows();
    assert!(rows.len() > 390, "{}", rows.len());
    for (framework, image, accounts) in &rows {
        let arm64 = image["architecture"] == "arm64";
        let graviton = InstanceType::new("ml.c7g.xlarge");
        let hardware: Vec<Option<Hardware<'_>>> = match image["tags"].as_object() {
            _ if arm64 => vec![Some(Hardware::Instance(&graviton))],
            None => vec![None],
            Some(tags) => tags
                .keys()
                .map(|processor| Some(Hardware::Processor(processor)))
                .collect(),
        };
        for hardware in hardware {
            for (region, account) in accounts.as_object().unwrap() {
                let region = Region::parse(region).unwrap();
                let uri = image_uri(&Request {
                    version: image["version"]
                        .as_str()
                        .filter(|version| !version.is_empty()),
                    base_framework: image["bases"][0].as_str(),
                    py_version: image["python"].as_str(),
                    hardware,
                    ..Request::new(framework, &region)
                })
                .unwrap_or_else(|error| panic!("{framework} {image}: {error}"));
                let repository = uri.ecr_repository().unwrap();
                assert_eq!(repository.account, account.as_str().unwrap());
                assert_eq!(repository.region, region.as_str());
                assert_eq!(repository.name, image["repository"].as_str().unwrap());
                assert!(!uri.as_str().contains('{'), "{uri}");
                // Only what monitors data has no tag.
                assert_eq!(uri.tag().is_none(), framework == "model-monitor", "{uri}");
            }
        }
    }
}

/// Words that requests are made of, and others.
fn word() -> impl Strategy<Value = Option<String>> {
    let known: Vec<String> = vectors()
        .into_iter()
        .flat_map(|vector| [vector.version, vector.base, vector.python])
        .flatten()
        .collect();
    prop_oneof![
        Just(None),
        prop::sample::select(known).prop_map(Some),
        any::<String>().prop_map(Some),
    ]
}

proptest! {
    /// A refusal names what it refuses, and a proposal is one of the known values.
    #[test]
    fn no_request_panics(
        framework in prop_oneof![
            prop::sample::select(frameworks().collect::<Vec<_>>()).prop_map(str::to_owned),
            any::<String>(),
        ],
        version in word(),
        base in word(),
        python in word(),
        region in prop::sample::select(vec!["us-east-1", "cn-north-1", "us-iso-east-1", "xx-nowhere-9"]),
        instance in prop::sample::select(hosted()),
        kind in 0..4_u8,
        processor in any::<String>(),
    ) {
        let instance_type = InstanceType::parse(instance).unwrap();
        let region = Region::parse(region).unwrap();
        let answer = image_uri(&Request {
            version: version.as_deref(),
            base_framework: base.as_deref(),
            py_version: python.as_deref(),
            hardware: match kind {
                0 => None,
                1 => Some(Hardware::Serverless),
                2 => Some(Hardware::Processor(&processor)),
                _ => Some(Hardware::Instance(&instance_type)),
            },
            ..Request::new(&framework, &region)
        });
        match answer {
            Ok(uri) => prop_assert!(uri.ecr_repository().is_some()),
            Err(error) => {
                prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty());
                prop_assert!(!error.known.iter().any(|known| error.got.as_deref() == Some(known)));
            }
        }
    }
}
