//! Where a schema is wrong. Each fix-up says what it repairs, and fails once the schema no longer
//! needs it, so that none outlives its defect.

use serde_json::{Value, json};

use super::Result;
use super::types::Type;

/// Repairs the schema in memory; the committed file stays what the registry states.
pub(super) fn apply(kind: &Type, schema: &mut Value) -> Result<()> {
    let fixups: &[fn(&mut Value) -> Result<()>] = match kind.name().as_str() {
        "AWS::CodeBuild::Project" => &[webhook_filters, tags_without_tagging],
        "AWS::IAM::ManagedPolicy" => &[managed_policy_document],
        "AWS::S3::Bucket" => &[website_exclusion],
        "AWS::SageMaker::Model" => &[model_environment],
        "AWS::SageMaker::MonitoringSchedule" => &[tags_without_tagging],
        _ => &[],
    };
    for fixup in fixups {
        fixup(schema).map_err(|message| format!("fix-up of {}: {message}", kind.name()))?;
    }
    Ok(())
}

/// `FilterGroup` is a list of nothing in particular. The API has a structure for its items.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codebuild-project-webhookfilter.html>
fn webhook_filters(schema: &mut Value) -> Result<()> {
    replace(
        schema,
        "/definitions/FilterGroup",
        &json!({ "type": "array" }),
        json!({ "items": { "$ref": "#/definitions/WebhookFilter" }, "type": "array" }),
    )?;
    add(
        schema,
        "/definitions",
        "WebhookFilter",
        json!({
            "additionalProperties": false,
            "properties": {
                "ExcludeMatchedPattern": { "type": "boolean" },
                "Pattern": { "type": "string" },
                "Type": { "type": "string" },
            },
            "required": ["Pattern", "Type"],
            "type": "object",
        }),
    )
}

/// The only policy document in the registry without a type.
fn managed_policy_document(schema: &mut Value) -> Result<()> {
    add(
        schema,
        "/properties/PolicyDocument",
        "type",
        json!(["object", "string"]),
    )
}

/// The exclusion stands inside `RedirectAllRequestsTo` and means the object around it.
fn website_exclusion(schema: &mut Value) -> Result<()> {
    let misplaced = schema
        .pointer_mut("/definitions/RedirectAllRequestsTo")
        .and_then(Value::as_object_mut)
        .and_then(|definition| definition.remove("dependentExcluded"))
        .ok_or("`RedirectAllRequestsTo` excludes nothing any more")?;
    add(
        schema,
        "/definitions/WebsiteConfiguration",
        "dependentExcluded",
        misplaced,
    )
}

/// The registry takes any document; the service takes a map of texts. Typed as a map, a variable can
/// be a reference.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html>
fn model_environment(schema: &mut Value) -> Result<()> {
    replace(
        schema,
        "/definitions/ContainerDefinition/properties/Environment",
        &json!({ "format": "json", "type": ["object", "string"] }),
        json!({ "patternProperties": { ".*": { "type": "string" } }, "type": "object" }),
    )
}

/// The type has `Tags` and says nothing about tagging.
fn tags_without_tagging(schema: &mut Value) -> Result<()> {
    if schema.pointer("/properties/Tags").is_none() {
        return Err("`Tags` is gone".to_owned());
    }
    add(
        schema,
        "",
        "tagging",
        json!({ "taggable": true, "tagProperty": "/properties/Tags" }),
    )
}

fn replace(schema: &mut Value, path: &str, old: &Value, new: Value) -> Result<()> {
    let place = schema
        .pointer_mut(path)
        .ok_or_else(|| format!("no `{path}`"))?;
    if place != old {
        return Err(format!("`{path}` changed: {place}"));
    }
    *place = new;
    Ok(())
}

fn add(schema: &mut Value, path: &str, key: &str, value: Value) -> Result<()> {
    let object = schema
        .pointer_mut(path)
        .and_then(Value::as_object_mut)
        .ok_or_else(|| format!("no object `{path}`"))?;
    match object.insert(key.to_owned(), value) {
        None => Ok(()),
        Some(old) => Err(format!("`{path}` has `{key}` now: {old}")),
    }
}
