//! What AWS offers: the facts cover what the pinned schemas list, and the images are those that the
//! `SageMaker` Python SDK names.

use sageform::catalog::instances::facts;
use sageform::cfn::sagemaker::EndpointConfig;
use sageform::cfn::{ObjectSchema, Resource, Schema};
use sageform::literal::InstanceType;

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
