//! Which names `Fn::GetAtt` accepts. The registry does not state it: read-only properties are not
//! the whole list. The tables follow `cfnlint/schema/_getatts.py` of the pinned version.

use serde_json::{Map, Value};

use super::Result;
use super::types::Type;

/// Types older than the registry, whose every property can be read back.
const EVERY_PROPERTY: &[&str] = &[
    "AWS::EC2::SecurityGroup",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::ModelBiasJobDefinition",
    "AWS::SageMaker::ModelExplainabilityJobDefinition",
    "AWS::SageMaker::ModelQualityJobDefinition",
    "AWS::SageMaker::MonitoringSchedule",
];

/// Writable properties that can be read back.
const ALSO: &[(&str, &str)] = &[
    ("AWS::SageMaker::Endpoint", "EndpointName"),
    ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"),
    ("AWS::SageMaker::Model", "ModelName"),
];

/// Read-only properties that a template had better not ask for, and why.
const NEVER: &[(&str, &str)] = &[
    // cfn-lint's schemas of the regions differed until one hash served all: 11 regions returned
    // `EndpointArn`, 22 returned `Id`. `Ref` is the ARN everywhere.
    ("AWS::SageMaker::Endpoint", "EndpointArn"),
];

const OPEN: &[&str] = &[
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
];

/// Whether there are attributes that no schema can list: a custom resource's, a stack's outputs.
pub(super) fn open(kind: Type) -> bool {
    OPEN.contains(&kind.name().as_str())
}

/// The attributes, sorted.
pub(super) fn read(kind: Type, schema: &Value, read_only: &[String]) -> Result<Vec<String>> {
    let name = kind.name();
    let mut attributes: Vec<String> = read_only
        .iter()
        // What is inside of a list's items cannot be named.
        .filter(|path| !path.contains("/*"))
        .map(|path| path.trim_start_matches('/').replace('/', "."))
        .collect();
    for (_, property) in ALSO.iter().filter(|(also, _)| *also == name) {
        if attributes.iter().any(|attribute| attribute == property) {
            return Err(format!(
                "`{property}` is read-only now: remove it from `ALSO`"
            ));
        }
        attributes.push((*property).to_owned());
    }
    for (_, property) in NEVER.iter().filter(|(never, _)| *never == name) {
        let Some(index) = attributes
            .iter()
            .position(|attribute| attribute == property)
        else {
            return Err(format!(
                "`{property}` is gone: see whether `NEVER` still needs it"
            ));
        };
        attributes.remove(index);
    }
    if EVERY_PROPERTY.contains(&name.as_str()) {
        leaves(schema, schema, "", &mut attributes);
    }
    attributes.sort();
    attributes.dedup();
    Ok(attributes)
}

/// Every property, and below objects theirs.
fn leaves(document: &Value, schema: &Value, prefix: &str, attributes: &mut Vec<String>) {
    for (name, property) in schema
        .get("properties")
        .and_then(Value::as_object)
        .iter()
        .copied()
        .flatten()
    {
        let mut property = property;
        while let Some(reference) = property.get("$ref").and_then(Value::as_str) {
            match document.pointer(reference.trim_start_matches('#')) {
                Some(target) => property = target,
                None => break,
            }
        }
        let path = format!("{prefix}{name}");
        let is = |kind: &str| match property.get("type") {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(many)) => many.iter().any(|one| one == kind),
            _ => false,
        };
        let has_properties = property.get("properties").is_some_and(|properties| {
            properties
                .as_object()
                .is_some_and(|properties: &Map<String, Value>| !properties.is_empty())
        });
        let items = property.pointer("/items/type").and_then(Value::as_str);
        if is("object") && has_properties {
            leaves(document, property, &format!("{path}."), attributes);
        } else if !(is("object") || is("array") && matches!(items, Some("object" | "array"))) {
            attributes.push(path);
        }
    }
}
