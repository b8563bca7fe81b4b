//! On what it is served.

use sageform::cfn::sagemaker::endpoint_config::InferenceAmiVersion;
use sageform::cfn::sns::Topic;
use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

use super::{
    ALL_TRAFFIC, Build, CHURN, KEY, MODEL, XLARGE, churn, endpoint, model, on_instances, outputs,
    serve, with_role,
};

pub(super) const SHAPES: &[(&str, Build)] = &[
    ("variants/Weights", weights),
    ("shadow/Half", shadow),
    ("serverless/Provisioned", serverless),
    ("async/Created", asynchronous),
    ("components/One", component),
    ("components/Zero", component_from_zero),
    ("instances/Pools", pools),
    ("instances/PrefixAware", prefix_aware),
    ("instances/Setup", set_up),
    ("instances/Observed", observed),
    ("data-capture/Full", data_capture),
    ("explainer/Inline", explainer),
    ("explainer/File", explainer_of_text),
];

fn weights(stack: &mut Stack, name: EndpointName) {
    let container = |version: &str| {
        let image = format!("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:{version}");
        let archive = format!("s3://churn/{version}.tar.gz");
        Container::image(ImageUri::parse(image).unwrap())
            .model_data_url(S3Uri::parse(archive).unwrap())
    };
    let (a, b) = (container("a"), container("b"));
    let role = ExecutionRole::new(name.clone())
        .container(a.as_any())
        .and_then(|role| role.container(b.as_any()))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let a = with_role(a, &role).add_to(stack, "ModelAModel");
    let b = with_role(b, &role).add_to(stack, "ModelBModel");
    let variant = |name, model, weight: f64| {
        InstanceVariant::builder(name)
            .model(model)
            .instance_type(XLARGE)
            .initial_instance_count(InstanceCount::new(1))
            .weight(weight)
            .build()
    };
    let first = variant(VariantName::new("model-a"), &a, 0.7);
    let second = variant(VariantName::new("model-b"), &b, 0.3);
    serve(
        stack,
        name,
        EndpointConfig::real_time(first, [second]),
        &role,
    );
}

fn shadow(stack: &mut Stack, name: EndpointName) {
    let current = Container::image(CHURN).model_data_url(S3Uri::new("s3://churn/1.tar.gz"));
    let next = Container::image(ImageUri::new(
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:2",
    ))
    .model_data_url(S3Uri::new("s3://churn/2.tar.gz"));
    let role = ExecutionRole::new(name.clone())
        .container(current.as_any())
        .and_then(|role| role.container(next.as_any()))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let current = with_role(current, &role).add_to(stack, "Model");
    let next = with_role(next, &role).add_to(stack, "NextModel");
    let production = on_instances(&current, XLARGE, 2);
    let shadow = InstanceVariant::builder(VariantName::new("next"))
        .model(&next)
        .instance_type(XLARGE)
        .initial_instance_count(InstanceCount::new(1))
        .build();
    let config = EndpointConfig::shadowed(production, shadow, SamplingPercentage::new(50));
    serve(stack, name, config, &role);
}

fn serverless(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
    let (model, role) = model(stack, &name, Container::image(image).model_data_url(MODEL));
    let model = model.add_to(stack, "Model");
    let variant = ServerlessVariant::builder(ALL_TRAFFIC)
        .model(&model)
        .max_concurrency(Concurrency::new(20))
        .memory_size(Memory::from_mb(4096))
        .provisioned_concurrency(Concurrency::new(5))
        .build();
    serve(stack, name, EndpointConfig::serverless(variant), &role);
}

/// Both topics, made before the role may publish to them, before the endpoint.
fn asynchronous(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/scvi:1.4");
    let container = Container::image(image).model_data_url(S3Uri::new("s3://scvi/model.tar.gz"));
    let success = stack.add("SuccessTopic", Topic::default());
    let error = stack.add("ErrorTopic", Topic::default());
    for (id, topic) in [("SuccessTopic", &success), ("ErrorTopic", &error)] {
        stack
            .output(format!("{id}Arn"), topic.reference())
            .description(format!("The ARN of the topic {id}"));
    }
    let output = AsyncOutput::builder()
        .s3_output_path(S3Uri::new("s3://scvi/out/"))
        .s3_failure_path(S3Uri::new("s3://scvi/failed/"))
        .success_topic(success.reference().cast::<TopicArn>())
        .error_topic(error.reference().cast::<TopicArn>())
        .max_concurrent_invocations_per_instance(4)
        .include_response_in([NotifiedOutcome::Success, NotifiedOutcome::Error])
        .build();
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .and_then(|role| role.reads_input(&S3Uri::new("s3://scvi/in/").into()))
        .and_then(|role| role.async_output(&output))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = with_role(container, &role).add_to(stack, "Model");
    let variant = on_instances(&model, XLARGE, 1);
    serve(
        stack,
        name,
        EndpointConfig::asynchronous(variant, output),
        &role,
    );
}

/// A host of one component, which `finish` may scale.
fn llama(
    stack: &mut Stack,
    name: EndpointName,
    scaling: Option<ManagedInstanceScaling>,
    finish: impl FnOnce(&mut Stack, &ComponentHandle),
) {
    let component = InferenceComponentName::parse(format!("{name}-llama")).unwrap();
    let container = Container::image(ImageUri::new(
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/llm:1",
    ))
    .model_data_prefix(S3Prefix::new("s3://models/llama/"));
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .unwrap()
        .component(component.clone())
        .add_to(stack, "ExecutionRole");
    let model = with_role(container, &role).add_to(stack, "LlamaModel");
    let host = HostVariant::builder(ALL_TRAFFIC)
        .instance_type(InstanceType::new("ml.g5.12xlarge"))
        .initial_instance_count(InstanceCount::new(1));
    let host = match scaling {
        Some(scaling) => host.managed_instance_scaling(scaling).build(),
        None => host.build(),
    };
    let endpoint = endpoint(stack, name, EndpointConfig::component_host(host, &role));
    let handle = InferenceComponent::builder(component)
        .endpoint(&endpoint)
        .model(&model)
        .min_memory_in_mb(16384)
        .accelerators(1.0)
        .build()
        .add_to(stack, "Llama");
    finish(stack, &handle);
    stack
        .output("LlamaComponentName", handle.name())
        .description("The name to invoke the component llama by");
    outputs(stack, &endpoint, &role);
}

fn component(stack: &mut Stack, name: EndpointName) {
    llama(stack, name, None, |_, _| ());
}

/// Copies go to zero, then the instances do; the first request that finds none wakes them.
fn component_from_zero(stack: &mut Stack, name: EndpointName) {
    let managed = ManagedInstanceScaling::new(0, 4);
    llama(stack, name, Some(managed), |stack, llama| {
        let scaling = CopyScaling::new(CapacityFromZero::new(0, 8)).track(
            CopyMetric::InvocationsPerCopy(10.0.into()),
            Cooldowns::default(),
        );
        llama.scale_copies(stack, "LlamaScaling", scaling);
    });
}

fn pools(stack: &mut Stack, name: EndpointName) {
    let neuron = Container::image(ImageUri::new(
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:neuron",
    ))
    .model_data_url(S3Uri::new("s3://churn/neuron.tar.gz"));
    let role = ExecutionRole::new(name.clone())
        .container(churn().as_any())
        .and_then(|role| role.container(neuron.as_any()))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let own = with_role(churn(), &role).add_to(stack, "Model");
    let neuron = with_role(neuron, &role).add_to(stack, "Pool3Model");
    let variant = InstanceVariant::builder(ALL_TRAFFIC)
        .model(&own)
        .instance_pool(InstanceType::new("ml.g6.12xlarge"))
        .instance_pool(InstanceType::new("ml.g5.12xlarge"))
        .instance_pool_with_model(InstanceType::new("ml.inf2.48xlarge"), &neuron)
        .initial_instance_count(InstanceCount::new(2))
        .instance_provision_timeout(Duration::from_minutes(20))
        .build();
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

const G5: InstanceType = InstanceType::new("ml.g5.xlarge");

fn prefix_aware(stack: &mut Stack, name: EndpointName) {
    let (model, role) = model(stack, &name, churn());
    let model = model.add_to(stack, "Model");
    let variant = InstanceVariant::builder(ALL_TRAFFIC)
        .model(&model)
        .instance_type(G5)
        .initial_instance_count(InstanceCount::new(4))
        .routing(Routing::PrefixAware {
            prefix_length: 4096.into(),
            concurrency_threshold: 32.into(),
        })
        .build();
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

fn set_up(stack: &mut Stack, name: EndpointName) {
    let dump = CoreDump::to(S3Uri::new("s3://churn-dumps/prod")).kms_key(KEY);
    let role = ExecutionRole::new(name.clone())
        .container(churn().as_any())
        .and_then(|role| role.core_dump(&dump))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = with_role(churn(), &role).add_to(stack, "Model");
    let variant = InstanceVariant::builder(ALL_TRAFFIC)
        .model(&model)
        .instance_type(G5)
        .initial_instance_count(InstanceCount::new(1))
        .inference_ami_version(InferenceAmiVersion::AL2023_AMI_SAGEMAKER_INFERENCE_GPU_4_1)
        .model_data_download_timeout(Duration::from_minutes(30))
        .container_startup_health_check_timeout(Duration::from_minutes(20))
        .ssm_access(true)
        .core_dump(dump)
        .build();
    serve(stack, name, EndpointConfig::real_time(variant, []), &role);
}

fn observed(stack: &mut Stack, name: EndpointName) {
    let (model, role) = model(stack, &name, churn());
    let model = model.add_to(stack, "Model");
    let metrics = Metrics::new()
        .enhanced(true)
        .detailed_observability(true)
        .publish_every(PublishFrequency::from_seconds(10));
    let variant = on_instances(&model, G5, 1);
    let config = EndpointConfig::real_time(variant, []).metrics(metrics);
    serve(stack, name, config, &role);
}

fn data_capture(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
    let container = Container::image(image);
    let capture = DataCapture::to(S3Uri::new("s3://churn-capture/prod/"), 20)
        .sides([CapturedSide::Output])
        .csv_content_types([ContentType::new("text/csv")])
        .json_content_types([
            ContentType::new("application/json"),
            ContentType::new("application/jsonlines"),
        ])
        .kms_key(KEY);
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .and_then(|role| role.data_capture(&capture))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = with_role(container, &role).add_to(stack, "Model");
    let variant = on_instances(&model, XLARGE, 1);
    let config = EndpointConfig::real_time(variant, []).data_capture(capture);
    serve(stack, name, config, &role);
}

fn explained(stack: &mut Stack, name: EndpointName, explainer: Explainer) {
    let role = ExecutionRole::new(name.clone())
        .container(churn().as_any())
        .and_then(|role| role.explainer(&explainer))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = with_role(churn(), &role).add_to(stack, "Model");
    let variant = on_instances(&model, XLARGE, 1);
    let config = EndpointConfig::real_time(variant, []).explainer(explainer);
    serve(stack, name, config, &role);
}

fn explainer(stack: &mut Stack, name: EndpointName) {
    let records = ExplainedRecords::new()
        .feature_headers(["tenure", "usage", "complaints"])
        .feature_types([
            FeatureType::Numerical,
            FeatureType::Numerical,
            FeatureType::Categorical,
        ])
        .label_headers(["stays", "leaves"])
        .probability_index(1)
        .label_index(0)
        .max_record_count(10)
        .max_payload_in_mb(6);
    let explainer = Explainer::clarify(ShapBaseline::Inline("0.1,0.2,0.3".into()))
        .baseline_type(ContentType::new("text/csv"))
        .enable_explanations("`true`")
        .number_of_samples(200)
        .seed(7)
        .use_logit(true)
        .records(records);
    explained(stack, name, explainer);
}

fn explainer_of_text(stack: &mut Stack, name: EndpointName) {
    let records = ExplainedRecords::new()
        .features_attribute("features")
        .content_template(r#"{"features":$features}"#)
        .label_attribute("label")
        .probability_attribute("probability")
        .feature_types([FeatureType::Text]);
    let baseline = ShapBaseline::Uri(S3Uri::new("s3://churn-baselines/text.jsonl").into());
    let explainer = Explainer::clarify(baseline)
        .baseline_type(ContentType::new("application/jsonlines"))
        .text(TextFeatures::new("en", Granularity::Sentence))
        .records(records);
    explained(stack, name, explainer);
}
