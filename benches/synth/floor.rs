//! The same documents from plain `serde_json` values: what it costs to write them at all.

use serde_json::{Map, Value, json};

/// The document of one stack and stage.
pub fn document(name: &str, stage: &str, first: usize, count: usize) -> Value {
    let mut resources = Map::new();
    let mut outputs = Map::new();
    for number in first..first + count {
        service(&mut resources, &mut outputs, stage, number);
    }
    let mut document = Map::new();
    document.insert("AWSTemplateFormatVersion".into(), "2010-09-09".into());
    document.insert("Description".into(), format!("{name}, stage {stage}").into());
    document.insert("Resources".into(), Value::Object(resources));
    document.insert("Outputs".into(), Value::Object(outputs));
    Value::Object(document)
}
