//! What is served.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;
use sageform::value::Value;

use super::{Build, CHURN, MODEL, XLARGE, model, network, on_instances, serve};

pub(super) const SHAPES: &[(&str, Build)] = &[
    ("model-sources/Archive", archive),
    ("model-sources/Prefix", prefix),
    ("model-sources/Object", object),
    ("model-sources/ImageOnly", image_only),
    ("model-sources/Environment", environment),
    ("model-sources/PackageArn", package),
    ("model-sources/MultiModel", multi_model),
    ("model-sources/Serial", serial),
    ("model-sources/Direct", direct),
    ("gated-models/Archive", gated_archive),
    ("gated-models/Hub", hub),
    ("gated-models/NoCache", no_cache),
    ("gated-models/Specification", specification),
    ("private-registry/Authenticated", private_registry),
    ("private-registry/Pipeline", private_pipeline),
    ("network/Isolated", isolated),
];

const VERSION_1_4: ImageUri =
    ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const LLM: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/llm:1");
const PACKAGE: ModelPackageArn =
    ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");

/// The container on one instance.
fn on_one<D: ModelData>(
    stack: &mut Stack,
    name: EndpointName,
    container: Container<D>,
    instance_type: InstanceType,
) where
    Portable: ModelKind<And<D::Kind> = D::Kind>,
    D::Kind: ModelKind<And<Portable> = D::Kind>,
{
    let (model, role) = model(stack, &name, container);
    let model = model.add_to(stack, "Model");
    let variant = on_instances(&model, instance_type, 1);
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

fn archive(stack: &mut Stack, name: EndpointName) {
    let location = S3Uri::new("s3://churn/1.4/model.tar.gz");
    let container = Container::image(VERSION_1_4).model_data_url(location);
    on_one(stack, name, container, XLARGE);
}

fn prefix(stack: &mut Stack, name: EndpointName) {
    let location = S3Prefix::new("s3://churn/weights/");
    let container = Container::image(VERSION_1_4).model_data_prefix(location);
    on_one(stack, name, container, XLARGE);
}

fn object(stack: &mut Stack, name: EndpointName) {
    let location = S3Uri::new("s3://churn/model.bin");
    let container = Container::image(VERSION_1_4).model_data_object(location);
    on_one(stack, name, container, XLARGE);
}

fn image_only(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/churn:1.4");
    on_one(stack, name, Container::image(image), XLARGE);
}

fn environment(stack: &mut Stack, name: EndpointName) {
    let container = Container::image(VERSION_1_4)
        .environment("WORKERS", "2")
        .environment("LOG_LEVEL", "debug")
        .environment("STACK", Value::reference("AWS::StackName"));
    on_one(stack, name, container, XLARGE);
}

fn package(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:7");
    let archive = S3Uri::new("s3://churn/7/model.tar.gz");
    let access = PackageAccess::of([image.into()], [archive.into()]);
    on_one(stack, name, Container::package(PACKAGE, access), XLARGE);
}

fn multi_model(stack: &mut Stack, name: EndpointName) {
    let models = S3Prefix::new("s3://churn/models/");
    let container = Container::image(VERSION_1_4).multi_model(models);
    on_one(stack, name, container, XLARGE);
}

/// Three containers on the answers of one another.
fn serial(stack: &mut Stack, name: EndpointName) {
    let prepare = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/prepare:1");
    let predict = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/predict:1");
    let first = Container::image(prepare.clone()).environment("STEP", "1");
    let second = Container::image(predict).model_data_url(MODEL);
    let third = Container::image(prepare).model_data_prefix(S3Prefix::new("s3://churn/labels/"));
    let role = ExecutionRole::new(name.clone())
        .container(first.as_any())
        .and_then(|role| role.container(second.as_any()))
        .and_then(|role| role.container(third.as_any()))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = Model::builder()
        .pipeline(first, second, [AnyContainer::from(third)])
        .execution_role(&role)
        .build()
        .add_to(stack, "Model");
    let variant = on_instances(&model, XLARGE, 1);
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

/// Two containers that callers choose between.
fn direct(stack: &mut Stack, name: EndpointName) {
    let container = |image: &str, archive: &str, hostname| {
        let image = format!("111111111111.dkr.ecr.eu-west-1.amazonaws.com/{image}:1");
        Container::image(ImageUri::parse(image).unwrap())
            .model_data_url(S3Uri::parse(archive).unwrap())
            .named(hostname)
    };
    let first = container("a", "s3://churn/a.tar.gz", ContainerHostname::new("first"));
    let second = container("b", "s3://churn/b.tar.gz", ContainerHostname::new("second"));
    let role = ExecutionRole::new(name.clone())
        .container(first.as_any())
        .and_then(|role| role.container(second.as_any()))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = Model::builder()
        .direct(first, second, [])
        .execution_role(&role)
        .build()
        .add_to(stack, "Model");
    let variant = on_instances(&model, XLARGE, 1);
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

const G5: InstanceType = InstanceType::new("ml.g5.2xlarge");

fn gated_archive(stack: &mut Stack, name: EndpointName) {
    let container = Container::image(LLM)
        .model_data_url(S3Uri::new("s3://gated/llama/model.tar.gz"))
        .accept_eula();
    on_one(stack, name, container, G5);
}

fn hub(stack: &mut Stack, name: EndpointName) {
    let content = HubContentArn::new(
        "arn:aws:sagemaker:eu-west-1:111111111111:hub-content/team-hub/Model/llama/1.0.0",
    );
    let artifacts = S3Prefix::new("s3://jumpstart-cache-prod-eu-west-1/llama/artifacts/");
    let container = Container::image(LLM)
        .model_data_prefix(artifacts)
        .hub_content(content);
    on_one(stack, name, container, G5);
}

fn no_cache(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/mme:1");
    let container = Container::image(image)
        .multi_model(S3Prefix::new("s3://churn/models/"))
        .cache_models(false);
    on_one(stack, name, container, G5);
}

fn specification(stack: &mut Stack, name: EndpointName) {
    let access = PackageAccess::of([LLM.into()], []);
    let container = Container::package(PACKAGE, access).inference_specification_name("neuron");
    on_one(stack, name, container, G5);
}

const LARGE: InstanceType = InstanceType::new("ml.m5.large");

fn private_registry(stack: &mut Stack, name: EndpointName) {
    let login = FunctionArn::new("arn:aws:lambda:eu-west-1:111111111111:function:registry-login");
    let container = Container::image(ImageUri::new("registry.example.com/team/churn:3"))
        .private_registry()
        .credentials_provider(login);
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .unwrap()
        .network(&network())
        .add_to(stack, "ExecutionRole");
    let model = Model::builder()
        .container(container)
        .execution_role(&role)
        .network(network())
        .build()
        .add_to(stack, "Model");
    let variant = on_instances(&model, LARGE, 1);
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

fn private_pipeline(stack: &mut Stack, name: EndpointName) {
    let features =
        Container::image(ImageUri::new("registry.example.com/team/features:3")).private_registry();
    let churn = Container::image(CHURN).model_data_url(MODEL);
    let role = ExecutionRole::new(name.clone())
        .container(features.as_any())
        .and_then(|role| role.container(churn.as_any()))
        .unwrap()
        .network(&network())
        .add_to(stack, "ExecutionRole");
    let model = Model::builder()
        .pipeline(features, churn, [])
        .execution_role(&role)
        .network(network())
        .build()
        .add_to(stack, "Model");
    let variant = on_instances(&model, LARGE, 1);
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

fn isolated(stack: &mut Stack, name: EndpointName) {
    let network = Network::new(
        [
            SubnetId::new("subnet-0a1b2c3d"),
            SubnetId::new("subnet-4e5f6a7b"),
        ],
        [
            SecurityGroupId::new("sg-01234567"),
            SecurityGroupId::new("sg-89abcdef"),
        ],
    );
    let container = Container::image(VERSION_1_4);
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .unwrap()
        .network(&network)
        .add_to(stack, "ExecutionRole");
    let model = Model::builder()
        .container(container)
        .execution_role(&role)
        .network(network)
        .network_isolation(true)
        .build()
        .add_to(stack, "Model");
    let variant = on_instances(&model, XLARGE, 1);
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}
