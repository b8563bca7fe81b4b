//! F4: the standard hosting stack: what a stage file says, built with `hosting`.
//!
//! It uses nothing that a stack of your own could not use, so that it is also the longest example of
//! one. A stack in Rust may call [`standard`] and add to what it returns.

mod model;
mod role;
mod scaling;

use crate::cfn::iam::Role;
use crate::cfn::sns::{Topic, TopicPolicy};
use crate::config::{self, Stage};
use crate::finding::Finding;
use crate::hosting::{
    AsyncOutput, CapturedSide, CapturesData, DataCapture, Endpoint, EndpointConfig,
    EndpointConfigHandle, EndpointHandle, InstanceBacked, InstanceCount, InstanceVariant, Memory,
    Mode, ModelPackageGroup, Network, NotifiedOutcome, ServerlessVariant,
};
use crate::json::Json;
use crate::literal::{RoleArn, TopicArn, VariantName};
use crate::template::{Handle, Stack};
use crate::value::Value;

use model::PreparedModel;
use role::{Inputs, NotNameable, RoleInUse};

/// The endpoint that the standard stack has built: what a stack of your own adds alarms, dashboards
/// or permissions to.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// The endpoint's name, as a reference to it.
    pub endpoint_name: Value<String>,
    /// Its variants, in the order of the stage file.
    pub variants: Vec<VariantName>,
    /// The role of its containers.
    pub execution_role_arn: Value<RoleArn>,
    /// The role, where the stage names none and the stack has made one.
    pub execution_role: Option<Handle<Role>>,
}

/// Builds a stage as its file describes it: model package groups, and an endpoint with its models,
/// configuration, execution role, scaling and outputs. `None` where the stage has no endpoint, or
/// where what it needs has been reported as an error.
pub fn standard(stack: &mut Stack, stage: &Stage) -> Option<Hosted> {
    stack.describe(format!("{}, stage {}", stage.stack, stage.name));
    for (index, group) in stage.package_groups.iter().enumerate() {
        let source = stage.source(&format!("PackageGroups[{index}]"));
        stack.caused_by(Some(source), |stack| package_group(stack, group));
    }
    let endpoint = stage.endpoint.as_ref()?;
    stack.caused_by(Some(stage.source("")), |stack| {
        match host(stack, stage, endpoint) {
            Ok(hosted) => hosted,
            Err(NotNameable { error, path }) => {
                stack.report(
                    Finding::error("role-not-derivable", error.to_string())
                        .at(stage.source(&path))
                        .path(path)
                        .hint("write it out, or name a role with `ExecutionRoleArn`"),
                );
                None
            }
        }
    })
}

fn package_group(stack: &mut Stack, group: &config::PackageGroup) {
    let id = format!("{}PackageGroup", pascal(group.name.as_str()));
    let mut construct = ModelPackageGroup::new(group.name.clone());
    if let Some(description) = &group.description {
        construct = construct.description(description.clone());
    }
    let handle = construct.add_to(stack, &id);
    stack
        .output(format!("{id}Arn"), handle.reference())
        .description(format!("The ARN of the model package group {}", group.name));
}

/// A logical id's part from a name: `model-a` becomes `ModelA`.
fn pascal(name: &str) -> String {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}

fn host(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
) -> Result<Option<Hosted>, NotNameable> {
    match &endpoint.mode {
        config::Mode::RealTime(mode) => real_time(stack, stage, endpoint, mode),
        config::Mode::Async(mode) => asynchronous(stack, stage, endpoint, mode),
        config::Mode::Serverless(mode) => serverless(stack, stage, endpoint, mode),
        config::Mode::Components(_) => {
            let message = "the standard stack does not host `Components` yet";
            stack.report(Finding::error("components", message).at(stage.source("Components")));
            Ok(None)
        }
    }
}

fn real_time(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
    mode: &config::RealTime,
) -> Result<Option<Hosted>, NotNameable> {
    let alone = mode.variants.len() == 1;
    // Where the file states a variant: in a list, or as the stage's own keys.
    let listed = stage.has("Variants");
    let path = |index: usize, key: &str| {
        if listed {
            format!("Variants[{index}].{key}")
        } else {
            key.to_owned()
        }
    };
    // The ids of a listed variant are its own, so that another one may join or leave it: a scalable
    // target under another id would be registered anew, and deregistered with the old one.
    let prefix = |variant: &config::Variant| {
        if listed {
            pascal(variant.name.as_str())
        } else {
            String::new()
        }
    };
    let prepared: Vec<_> = mode
        .variants
        .iter()
        .enumerate()
        .map(|(index, variant)| {
            let path = path(index, "Model");
            model::prepare(stack, endpoint, &prefix(variant), path, &variant.model)
        })
        .collect();
    let capture = mode.data_capture.as_ref().map(data_capture);
    let role = Inputs {
        network: mode.network.vpc.is_some(),
        capture: capture.as_ref(),
        ..Inputs::default()
    };
    let role = role.role(stack, endpoint, &prepared)?;
    let mut variants = Vec::with_capacity(mode.variants.len());
    for (variant, model) in mode.variants.iter().zip(prepared) {
        let built = instance_variant(
            stack,
            stage,
            variant,
            model,
            &role.arn,
            mode.network
                .vpc
                .as_ref()
                .map(|vpc| (vpc, &mode.network.isolation)),
            alone,
        );
        let Some(built) = built else { return Ok(None) };
        variants.push(built);
    }
    let mut variants = variants.into_iter();
    let Some(first) = variants.next() else {
        return Ok(None);
    };
    let config = EndpointConfig::real_time(first, variants.collect::<Vec<_>>());
    let config = with_storage(config, endpoint, capture).add_to(stack, "EndpointConfig");
    let handle = add_endpoint(stack, stage, endpoint, &config);
    let one_scales = mode
        .variants
        .iter()
        .any(|variant| variant.auto_scaling.is_some());
    for (index, variant) in mode.variants.iter().enumerate() {
        if one_scales && variant.auto_scaling.is_none() {
            let message = format!(
                "later changes of `InstanceCount` will not reach the variant `{}`: another one scales, so that updates retain the counts of all",
                variant.name
            );
            stack.report(
                Finding::warning("retained-instance-count", message)
                    .at(stage.source(&path(index, "InstanceCount")))
                    .hint("give every variant `AutoScaling`, or none"),
            );
        }
        if let Some(scaling) = &variant.auto_scaling {
            let source = stage.source(&path(index, "AutoScaling"));
            let name = format!("{}Scaling", prefix(variant));
            stack.caused_by(Some(source), |stack| {
                scaling::instances(stack, &handle, &name, &variant.name, scaling);
            });
        }
    }
    let names = mode.variants.iter().map(|variant| variant.name.clone());
    Ok(Some(finish(stack, &handle, names.collect(), role)))
}

fn asynchronous(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
    mode: &config::Async,
) -> Result<Option<Hosted>, NotNameable> {
    let prepared = model::prepare(stack, endpoint, "", "Model".to_owned(), &mode.variant.model);
    let (output, topics) = stack.caused_by(Some(stage.source("Async")), |stack| {
        async_output(stack, &mode.inference)
    });
    let capture = mode.data_capture.as_ref().map(data_capture);
    let role = Inputs {
        network: mode.network.vpc.is_some(),
        capture: capture.as_ref(),
        output: Some(&output),
        payloads: &mode.inference.s3_input_path,
    };
    let role = role.role(stack, endpoint, std::slice::from_ref(&prepared))?;
    let network = mode
        .network
        .vpc
        .as_ref()
        .map(|vpc| (vpc, &mode.network.isolation));
    let variant = instance_variant(
        stack,
        stage,
        &mode.variant,
        prepared,
        &role.arn,
        network,
        true,
    );
    let Some(variant) = variant else {
        return Ok(None);
    };
    let config = EndpointConfig::asynchronous(variant, output);
    let config = with_storage(config, endpoint, capture).add_to(stack, "EndpointConfig");
    // SageMaker publishes a test message when it creates the endpoint, so that a role which is not
    // ours has to be allowed before.
    let policy = (role.handle.is_none() && !topics.is_empty())
        .then(|| topic_policy(stack, &topics, &role.arn));
    let handle = add_endpoint(stack, stage, endpoint, &config);
    if let Some(policy) = policy {
        stack.resource(handle.resource()).depends_on(&policy);
    }
    if let Some(scaling) = &mode.variant.auto_scaling {
        stack.caused_by(Some(stage.source("AutoScaling")), |stack| {
            scaling::backlog(stack, &handle, scaling);
        });
    }
    for (name, topic) in &topics {
        stack
            .output(format!("{name}Arn"), topic.reference())
            .description(format!("The ARN of the topic {name}"));
    }
    Ok(Some(finish(
        stack,
        &handle,
        vec![mode.variant.name.clone()],
        role,
    )))
}

fn serverless(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
    mode: &config::Serverless,
) -> Result<Option<Hosted>, NotNameable> {
    let prepared = model::prepare(stack, endpoint, "", "Model".to_owned(), &mode.model);
    let role = Inputs::default().role(stack, endpoint, std::slice::from_ref(&prepared))?;
    let source = stage.source("Model");
    let model = stack.caused_by(Some(source), |stack| {
        prepared.add_portable(stack, &role.arn)
    });
    let Some(model) = model else { return Ok(None) };
    let variant = ServerlessVariant::builder(mode.variant_name.clone())
        .model(&model)
        .max_concurrency(mode.max_concurrency.clone().map(scaling::concurrency))
        .memory_size(mode.memory_size_in_mb.clone().map(memory));
    let names = vec![mode.variant_name.clone()];
    // The two branches differ in the type of what they configure: only one of them can scale.
    match &mode.provisioned_concurrency {
        None => {
            let config =
                EndpointConfig::serverless(variant.build()).add_to(stack, "EndpointConfig");
            let handle = add_endpoint(stack, stage, endpoint, &config);
            Ok(Some(finish(stack, &handle, names, role)))
        }
        Some(provisioned) => {
            let provisioned = provisioned.clone().map(scaling::concurrency);
            let variant = variant.provisioned_concurrency(provisioned).build();
            let config = EndpointConfig::serverless(variant).add_to(stack, "EndpointConfig");
            let handle = add_endpoint(stack, stage, endpoint, &config);
            if let Some(scaling) = &mode.auto_scaling {
                stack.caused_by(Some(stage.source("AutoScaling")), |stack| {
                    scaling::provisioned_concurrency(stack, &handle, scaling);
                });
            }
            Ok(Some(finish(stack, &handle, names, role)))
        }
    }
}

fn instance_variant(
    stack: &mut Stack,
    stage: &Stage,
    variant: &config::Variant,
    model: PreparedModel,
    role: &Value<RoleArn>,
    network: Option<(&config::Vpc, &Value<bool>)>,
    alone: bool,
) -> Option<InstanceVariant> {
    let source = stage.source(model.path());
    let model = stack.caused_by(Some(source), |stack| {
        model.add(
            stack,
            role,
            network.map(|(vpc, isolation)| (as_network(vpc), isolation.clone())),
        )
    })?;
    let fleet = &variant.fleet;
    let instance_type = fleet.instances.types().first().copied()?.clone();
    let mut builder = InstanceVariant::builder(variant.name.clone())
        .model(&model)
        .instance_type(instance_type)
        .initial_instance_count(fleet.instance_count.clone().map(instance_count));
    if !alone {
        builder = builder.weight(variant.weight.clone());
    }
    if let Some(size) = &fleet.volume_size_in_gb {
        builder = builder.volume_size_in_gb(size.clone());
    }
    if let Some(timeout) = fleet.model_data_download_timeout {
        builder = builder.model_data_download_timeout(timeout);
    }
    if let Some(timeout) = fleet.container_startup_health_check_timeout {
        builder = builder.container_startup_health_check_timeout(timeout);
    }
    Some(builder.build())
}

/// The settings that every configuration on instances has.
fn with_storage<M: InstanceBacked + CapturesData>(
    mut config: EndpointConfig<M>,
    endpoint: &config::Endpoint,
    capture: Option<DataCapture>,
) -> EndpointConfig<M> {
    if let Some(key) = &endpoint.kms_key_id {
        config = config.kms_key(key.clone());
    }
    if let Some(capture) = capture {
        config = config.data_capture(capture);
    }
    config
}

fn add_endpoint<M: Mode>(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
    config: &EndpointConfigHandle<M>,
) -> EndpointHandle<M> {
    stack.caused_by(Some(stage.source("EndpointName")), |stack| {
        Endpoint::builder()
            .name(endpoint.name.clone())
            .config(config)
            .build()
            .add_to(stack, "Endpoint")
    })
}

/// The outputs that callers and other stacks need. The configuration's name is none: it changes with
/// every update.
fn finish<M: Mode>(
    stack: &mut Stack,
    handle: &EndpointHandle<M>,
    variants: Vec<VariantName>,
    role: RoleInUse,
) -> Hosted {
    stack
        .output("EndpointName", handle.name())
        .description("The name to invoke the endpoint by");
    stack
        .output("EndpointArn", handle.arn())
        .description("The ARN to allow callers to invoke");
    // Whoever names a role knows it.
    if role.handle.is_some() {
        stack
            .output("ExecutionRoleArn", role.arn.clone().map(String::from))
            .description("The role of the containers, to be allowed by bucket and key policies");
    }
    Hosted {
        endpoint_name: handle.name(),
        variants,
        execution_role_arn: role.arn,
        execution_role: role.handle,
    }
}

fn data_capture(capture: &config::DataCapture) -> DataCapture {
    let sides = capture.capture.iter().map(|side| match side {
        config::Capture::Input => CapturedSide::Input,
        config::Capture::Output => CapturedSide::Output,
    });
    let mut construct = DataCapture::to(
        capture.destination_s3_uri.clone(),
        capture.sampling_percentage.clone(),
    )
    .sides(sides)
    .csv_content_types(capture.csv_content_types.iter().cloned())
    .json_content_types(capture.json_content_types.iter().cloned());
    if let Some(key) = &capture.kms_key_id {
        construct = construct.kms_key(key.clone());
    }
    construct
}

fn async_output(
    stack: &mut Stack,
    inference: &config::AsyncInference,
) -> (AsyncOutput, Vec<(&'static str, Handle<Topic>)>) {
    let mut topics = Vec::new();
    let mut topic = |name: &'static str, topic: &config::Topic| -> Value<TopicArn> {
        match topic {
            config::Topic::Arn(arn) => arn.clone(),
            config::Topic::Create => {
                let handle = stack.add(name, Topic::default());
                let arn = handle.reference().cast();
                topics.push((name, handle));
                arn
            }
        }
    };
    let mut output = AsyncOutput::builder().s3_output_path(inference.s3_output_path.clone());
    if let Some(path) = &inference.s3_failure_path {
        output = output.s3_failure_path(path.clone());
    }
    if let Some(success) = &inference.success_topic {
        output = output.success_topic(topic("SuccessTopic", success));
    }
    if let Some(error) = &inference.error_topic {
        output = output.error_topic(topic("ErrorTopic", error));
    }
    if let Some(key) = &inference.kms_key_id {
        output = output.kms_key(key.clone());
    }
    if let Some(most) = &inference.max_concurrent_invocations_per_instance {
        output = output.max_concurrent_invocations_per_instance(most.clone());
    }
    let include = inference
        .include_inference_response_in
        .iter()
        .map(|outcome| match outcome {
            config::Notification::Success => NotifiedOutcome::Success,
            config::Notification::Error => NotifiedOutcome::Error,
        });
    (output.include_response_in(include).build(), topics)
}

fn topic_policy(
    stack: &mut Stack,
    topics: &[(&'static str, Handle<Topic>)],
    role: &Value<RoleArn>,
) -> Handle<TopicPolicy> {
    let arns: Vec<Json> = topics
        .iter()
        .map(|(_, topic)| topic.reference().into_json())
        .collect();
    let statement = Json::from([
        ("Sid", "PublishNotifications".into()),
        ("Effect", "Allow".into()),
        ("Principal", [("AWS", role.clone().into_json())].into()),
        ("Action", "sns:Publish".into()),
        ("Resource", arns.into()),
    ]);
    let document = Json::from([
        ("Version", "2012-10-17".into()),
        ("Statement", vec![statement].into()),
    ]);
    let topics: Value<Vec<Value<String>>> =
        topics.iter().map(|(_, topic)| topic.reference()).collect();
    stack.add("TopicPolicy", TopicPolicy::new(document, topics))
}

fn as_network(network: &config::Vpc) -> Network {
    Network::new(
        network.subnets.iter().cloned(),
        network.security_group_ids.iter().cloned(),
    )
}

fn instance_count(count: i64) -> InstanceCount {
    u32::try_from(count)
        .ok()
        .and_then(InstanceCount::parse)
        .expect("the stage file's reader accepts counts from 1 only")
}

fn memory(megabytes: i64) -> Memory {
    u32::try_from(megabytes)
        .ok()
        .and_then(Memory::parse_mb)
        .expect("the stage file's reader accepts whole gigabytes from 1 to 6 only")
}
