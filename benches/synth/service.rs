//! A stack of services, built with the typed constructs.

use sageform::cfn::cloudwatch::Alarm;
use sageform::cfn::cloudwatch::alarm::{
    ComparisonOperator, Dimension, Statistic, TreatMissingData,
};
use sageform::config::{Mode, Stage};
use sageform::hosting::{
    CanarySize, Capacity, Container, Cooldowns, Endpoint, EndpointConfig, ExecutionRole,
    InstanceCount, InstanceMetric, InstanceScaling, InstanceVariant, Model, Rollout,
};
use sageform::literal::{AlarmName, Duration, EndpointName, ImageUri, S3Uri, VariantName};
use sageform::template::Stack;
use sageform::value::Value;

const VARIANT: VariantName = VariantName::new("AllTraffic");
const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/services:1.4");
const CANARY: CanarySize = CanarySize::percent(25);
const CAPACITY: Capacity = Capacity::new(2, 20);

/// Builds the services that the stack's name counts: `services-<first>-<count>`.
pub fn services(stack: &mut Stack, stage: &Stage) {
    let mut numbers = stage
        .stack
        .split('-')
        .skip(1)
        .map(|number| number.parse::<usize>().unwrap());
    let (first, count) = (numbers.next().unwrap(), numbers.next().unwrap());
    stack.describe(format!("{}, stage {}", stage.stack, stage.name));
    for number in first..first + count {
        stack.scoped(format!("Service{number}"), |stack| {
            service(stack, stage, number);
        });
    }
}

fn service(stack: &mut Stack, stage: &Stage, number: usize) {
    let Some(Mode::RealTime(mode)) = stage.endpoint.as_ref().map(|endpoint| &endpoint.mode) else {
        panic!("the stage file is real-time");
    };
    let variant = &mode.variants[0];
    let name = EndpointName::parse(format!("service-{number}-{}", stage.name)).unwrap();
    let archive = S3Uri::parse(format!("s3://models/service-{number}/model.tar.gz")).unwrap();
    let container = Container::image(IMAGE)
        .model_data_url(archive)
        .environment("SERVICE", number.to_string())
        .environment("WORKERS", "4");
    let role = ExecutionRole::new(name.clone())
        .container(container.as_any())
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = Model::builder()
        .container(container)
        .execution_role(&role)
        .build()
        .add_to(stack, "Model");
    let count = variant
        .fleet
        .instance_count
        .clone()
        .map(|count| InstanceCount::parse(u32::try_from(count).unwrap()).unwrap());
    let variant = InstanceVariant::builder(VARIANT)
        .model(&model)
        .instance_type(variant.fleet.instances.types()[0].clone())
        .initial_instance_count(count)
        .build();
    let config = EndpointConfig::real_time(variant, []).add_to(stack, "EndpointConfig");
    let errors = format!("{name}-errors");
    let latency = format!("{name}-latency");
    let rollout = Rollout::canary(CANARY, Duration::from_minutes(10))
        .termination_wait(Duration::from_minutes(5))
        .maximum_execution_timeout(Duration::from_minutes(120))
        .rollback_on([errors.clone(), latency.clone()].map(|name| AlarmName::parse(name).unwrap()));
    let endpoint = Endpoint::builder()
        .name(name)
        .config(&config)
        .rollout(rollout)
        .build()
        .add_to(stack, "Endpoint");
    let dimensions = || {
        Some(Value::from([
            Dimension::new("EndpointName", endpoint.name()),
            Dimension::new("VariantName", VARIANT.as_str()),
        ]))
    };
    let alarm = || Alarm {
        comparison_operator: Some(ComparisonOperator::GREATER_THAN_THRESHOLD.into()),
        dimensions: dimensions(),
        evaluation_periods: Some(2.into()),
        namespace: Some("AWS/SageMaker".into()),
        period: Some(60.into()),
        treat_missing_data: Some(TreatMissingData::NOT_BREACHING.into()),
        ..Default::default()
    };
    // Their names are literals: the endpoint names the alarms, and they name the endpoint.
    stack.add(
        "ErrorsAlarm",
        Alarm {
            alarm_name: Some(errors.into()),
            metric_name: Some("Invocation5XXErrors".into()),
            statistic: Some(Statistic::AVERAGE.into()),
            threshold: Some(0.01.into()),
            ..alarm()
        },
    );
    stack.add(
        "LatencyAlarm",
        Alarm {
            alarm_name: Some(latency.into()),
            extended_statistic: Some("p90".into()),
            metric_name: Some("ModelLatency".into()),
            threshold: Some(250_000.0.into()),
            ..alarm()
        },
    );
    let metric = InstanceMetric::InvocationsPerInstance(70.0.into());
    let scaling = InstanceScaling::new(CAPACITY).track(metric, Cooldowns::default());
    endpoint.scale_instances(stack, "Scaling", &VARIANT, scaling);
    stack.output(format!("Service{number}EndpointName"), endpoint.name());
    stack.output(format!("Service{number}EndpointArn"), endpoint.arn());
}
