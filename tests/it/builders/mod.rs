//! The shapes of `tests/cases/hosting` from Rust: builders give the bytes that a stage file becomes.

mod models;
mod operations;
mod variants;

use std::collections::BTreeSet;
use std::fs;

use sageform::cfn::iam::Role;
use sageform::hosting::*;
use sageform::json::Json;
use sageform::literal::*;
use sageform::template::{Handle, Stack, json_text};

use crate::support::{document, entries, folder, stem};

/// Builds what the stage file says of an endpoint of this name.
type Build = fn(&mut Stack, EndpointName);

/// Each by its case and stage.
const SHAPES: [&[(&str, Build)]; 3] = [models::SHAPES, variants::SHAPES, operations::SHAPES];

/// Cases that are about what only a stage file has, and why.
const OF_STAGE_FILES: &[(&str, &str)] = &[
    (
        "every-property",
        "what the other cases have no reason to say",
    ),
    ("execution-role", "a role that the stack does not make"),
    ("four-lines", "how little a file may say"),
    ("intrinsics", "functions written in YAML"),
    ("keys", "one key in each way to write it"),
    ("not-derivable", "what is reported with its line"),
    ("overrides", "properties that a file merges in"),
    ("overrides-wrong", "what is reported with its line"),
    ("package-groups", "a list of the file's own"),
    ("secured", "several of the other shapes at once"),
    ("tags", "what every resource gets from a stage"),
];

#[test]
fn builders_give_the_bytes_that_a_stage_file_becomes() {
    for (case, build) in SHAPES.concat() {
        let path = folder("hosting").join(format!("{case}.template.json"));
        let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{case}: {error}"));
        let expected_document = document(&expected);
        let description = expected_document.get("Description").and_then(Json::as_str);
        let description = description.unwrap();
        let (name, stage) = description.split_once(", stage ").unwrap();
        let mut stack = Stack::new(name);
        stack.describe(description.to_owned());
        let endpoint = EndpointName::parse(format!("{name}-{stage}")).unwrap();
        build(&mut stack, endpoint);
        let (template, findings) = stack.finish();
        assert!(findings.is_empty(), "{case}: {findings:?}");
        assert_eq!(json_text(&template.document), expected, "{case}");
    }
}

#[test]
fn every_shape_of_a_stage_file_is_built_in_rust_too() {
    let built: BTreeSet<_> = SHAPES
        .concat()
        .iter()
        .map(|(case, _)| case.split_once('/').unwrap().0.to_owned())
        .collect();
    let elsewhere: BTreeSet<_> = OF_STAGE_FILES
        .iter()
        .map(|(case, _)| (*case).to_owned())
        .collect();
    let cases: BTreeSet<_> = entries(&folder("hosting"))
        .iter()
        .map(|case| stem(case).to_owned())
        .collect();
    assert_eq!(&built | &elsewhere, cases);
    assert!(built.is_disjoint(&elsewhere));
}

const CHURN: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1");
const MODEL: S3Uri = S3Uri::new("s3://churn/model.tar.gz");
const XLARGE: InstanceType = InstanceType::new("ml.m5.xlarge");
const ALL_TRAFFIC: VariantName = VariantName::new("AllTraffic");
const KEY: KmsKey =
    KmsKey::new("arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab");

/// What most cases serve.
fn churn() -> Container<TarGz> {
    Container::image(CHURN).model_data_url(MODEL)
}

fn network() -> Network {
    Network::new(
        [
            SubnetId::new("subnet-0a1b2c3d"),
            SubnetId::new("subnet-4e5f6a7b"),
        ],
        [SecurityGroupId::new("sg-01234567")],
    )
}

/// A model of this container and a role that may run it.
fn model<D: ModelData>(
    stack: &mut Stack,
    name: &EndpointName,
    container: Container<D>,
) -> (Model<D::Kind>, Handle<Role>)
where
    Portable: ModelKind<And<D::Kind> = D::Kind>,
    D::Kind: ModelKind<And<Portable> = D::Kind>,
{
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .unwrap()
        .add_to(stack, "ExecutionRole");
    (with_role(container, &role), role)
}

fn with_role<D: ModelData>(container: Container<D>, role: &Handle<Role>) -> Model<D::Kind>
where
    Portable: ModelKind<And<D::Kind> = D::Kind>,
    D::Kind: ModelKind<And<Portable> = D::Kind>,
{
    Model::builder()
        .container(container)
        .execution_role(role)
        .build()
}

/// One variant of so many instances.
fn on_instances<K: ModelKind>(
    model: &ModelHandle<K>,
    instance_type: InstanceType,
    count: u32,
) -> InstanceVariant<K>
where
    Portable: ModelKind<And<K> = K>,
{
    InstanceVariant::builder(ALL_TRAFFIC)
        .model(model)
        .instance_type(instance_type)
        .initial_instance_count(InstanceCount::parse(count).unwrap())
        .build()
}

/// An endpoint on this configuration, and what the standard stack tells of it.
fn serve<M: Mode>(
    stack: &mut Stack,
    name: EndpointName,
    config: EndpointConfig<M>,
    role: &Handle<Role>,
) -> EndpointHandle<M> {
    let endpoint = endpoint(stack, name, config);
    outputs(stack, &endpoint, role);
    endpoint
}

fn endpoint<M: Mode>(
    stack: &mut Stack,
    name: EndpointName,
    config: EndpointConfig<M>,
) -> EndpointHandle<M> {
    let config = config.add_to(stack, "EndpointConfig");
    Endpoint::builder()
        .name(name)
        .config(&config)
        .build()
        .add_to(stack, "Endpoint")
}

fn outputs<M: Mode>(stack: &mut Stack, endpoint: &EndpointHandle<M>, role: &Handle<Role>) {
    stack
        .output("EndpointName", endpoint.name())
        .description("The name to invoke the endpoint by");
    stack
        .output("EndpointArn", endpoint.arn())
        .description("The ARN to allow callers to invoke");
    stack
        .output("ExecutionRoleArn", role.get_att(&Role::ARN))
        .description("The role of the containers, to be allowed by bucket and key policies");
}
