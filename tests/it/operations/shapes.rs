//! Stacks with all that their mode offers.

use sageform::cfn::application_auto_scaling::scaling_policy::Statistic;
use sageform::cfn::cloudwatch::alarm::{TreatMissingData, Unit};
use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;
use sageform::value::Value;

type Build = fn(&mut Stack);

pub(super) const SHAPES: &[(&str, Build)] = &[
    ("real_time", real_time),
    ("variants", variants),
    ("serverless", serverless),
    ("asynchronous", asynchronous),
    ("components", components),
];

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const MODEL: S3Uri = S3Uri::new("s3://churn/model.tar.gz");
const ONCALL: TopicArn = TopicArn::new("arn:aws:sns:eu-west-1:111111111111:oncall");
const NAME: EndpointName = EndpointName::new("churn");
const PRIMARY: VariantName = VariantName::new("primary");
const TEN_MINUTES: Duration = Duration::from_minutes(10);

/// A model, with a role that may look at the alarms that take updates back.
fn model(
    stack: &mut Stack,
    endpoint: impl Into<Value<EndpointName>>,
    alarms: Option<&RollbackAlarms>,
) -> ModelHandle<Portable> {
    model_with(stack, role(endpoint, alarms))
}

fn container() -> Container<TarGz> {
    Container::image(IMAGE).model_data_url(MODEL)
}

fn role(
    endpoint: impl Into<Value<EndpointName>>,
    alarms: Option<&RollbackAlarms>,
) -> ExecutionRole {
    let role = ExecutionRole::new(endpoint)
        .container(container().as_any())
        .unwrap();
    match alarms {
        Some(alarms) => role.rollback_alarms(alarms),
        None => role,
    }
}

fn model_with(stack: &mut Stack, role: ExecutionRole) -> ModelHandle<Portable> {
    let role = role.add_to(stack, "ExecutionRole");
    Model::builder()
        .container(container())
        .execution_role(&role)
        .build()
        .add_to(stack, "Model")
}

fn on_instances(model: &ModelHandle<Portable>, name: VariantName) -> InstanceVariant<Portable> {
    InstanceVariant::builder(name)
        .model(model)
        .instance_type(InstanceType::new("ml.m5.xlarge"))
        .initial_instance_count(InstanceCount::new(4))
        .build()
}

/// Everything that one variant can have.
fn real_time(stack: &mut Stack) {
    let metrics = VariantMetrics::<RealTime>::of(NAME, PRIMARY);
    let errors = Alarm::errors(&metrics, Fraction::percent(1.0))
        .notify(ONCALL)
        .notify_recovery(ONCALL)
        .add_to(stack, "Errors");
    let model_errors = Alarm::model_errors(&metrics, Fraction::percent(2.0))
        .evaluation_periods(EvaluationPeriods::new(5).datapoints_to_alarm(3))
        .add_to(stack, "ModelErrors");
    let latency = Alarm::model_latency(&metrics, LatencyStatistic::P99, Milliseconds::new("250ms"))
        .period(Period::new(Duration::from_minutes(5)))
        .ignore_low_sample_counts()
        .description("Answers take too long")
        .add_to(stack, "Latency");
    let idle = Alarm::invocations_below(&metrics, 1)
        .treat_missing_data(TreatMissingData::IGNORE)
        .add_to(stack, "Idle");
    let unwell = CompositeAlarm::of(AlarmRule::any(&errors, [&model_errors, &latency]))
        .description("An update would be taken back")
        .notify(ONCALL)
        .add_to(stack, "Unwell");
    let rollback = RollbackAlarms::parse([
        AlarmReference::from(&errors),
        (&model_errors).into(),
        (&latency).into(),
        AlarmName::new("checkout *").into(),
    ]);
    let rollback = rollback.unwrap();
    let model = model(stack, NAME, Some(&rollback));
    let variant = on_instances(&model, PRIMARY);
    let config = EndpointConfig::real_time(variant, []).add_to(stack, "EndpointConfig");
    let rollout = Rollout::canary(CanarySize::percent(25), TEN_MINUTES)
        .termination_wait(Duration::from_minutes(5))
        .maximum_execution_timeout(Duration::new("2h"))
        .rollback_on(rollback);
    let endpoint = Endpoint::builder()
        .name(NAME)
        .config(&config)
        .rollout(rollout)
        .build()
        .add_to(stack, "Endpoint");
    let cpu = Alarm::cpu_utilization(&metrics, Fraction::percent(70.0), Devices::new(4));
    let steps = Steps::<Fraction>::new(1)
        .beyond(Fraction::percent(10.0), 2)
        .beyond(Fraction::percent(20.0), 4);
    let queue = CustomMetric::new("Shop", "OpenCarts", Statistic::AVERAGE, 50.0)
        .unit(Unit::COUNT)
        .dimensions([("Shop", "eu")]);
    let evening = ScheduledAction::new(
        "evening",
        ScheduleExpression::new("cron(0 20 ? * MON-FRI *)"),
        CapacityChange::between(2, 4),
    );
    let sale = ScheduledAction::new(
        "sale",
        ScheduleExpression::new("rate(1 day)"),
        CapacityChange::at_least(8),
    );
    let cooldowns = Cooldowns {
        scale_in: Some(Duration::from_minutes(5)),
        scale_out: Some(Duration::from_minutes(1)),
        disable_scale_in: Some(true.into()),
    };
    let scaling = InstanceScaling::new(Capacity::new(4, 20))
        .track(
            InstanceMetric::ConcurrentRequestsPerModel(5.0.into()),
            cooldowns,
        )
        .track(InstanceMetric::Custom(queue), Cooldowns::default())
        .step(
            StepPolicy::change_in_capacity("Busy", cpu.notify(ONCALL), steps)
                .cooldown(Duration::from_minutes(2)),
        )
        .schedule(evening.time_zone(TimeZone::new("Europe/Berlin")))
        .schedule(
            sale.start_time(Timestamp::new("2027-11-20T00:00:00Z"))
                .end_time(Timestamp::new("2027-11-30T00:00:00Z")),
        );
    let target = endpoint.scale_instances(stack, "Scaling", &PRIMARY, scaling);
    Dashboard::of(&endpoint)
        .instances(&PRIMARY, Devices::new(4), Some(Devices::new(1)))
        .alarms([&unwell])
        .alarms([&errors, &model_errors, &latency, &idle])
        .alarms(target.alarms())
        .alarms([AlarmName::new("checkout \"failures\" ${x}")])
        .add_to(stack, "Dashboard");
}

/// Alarms and charts for each of several variants, and steps that remove instances.
fn variants(stack: &mut Stack) {
    const SECOND: VariantName = VariantName::new("second");
    let alarms = [PRIMARY, SECOND].map(|variant| {
        let metrics = VariantMetrics::<RealTime>::of(NAME, variant.clone());
        let id = if variant == PRIMARY {
            "Primary"
        } else {
            "Second"
        };
        Alarm::errors(&metrics, Fraction::percent(1.0)).add_to(stack, &format!("{id}Errors"))
    });
    let model = model(stack, NAME, RollbackAlarms::parse(&alarms).as_ref());
    let first = on_instances(&model, PRIMARY);
    let second = on_instances(&model, SECOND);
    let config = EndpointConfig::real_time(first, [second]).add_to(stack, "EndpointConfig");
    let rollout =
        Rollout::linear(LinearStepSize::percent(50), TEN_MINUTES).rollback_on(alarms.each_ref());
    let endpoint = Endpoint::builder()
        .name(NAME)
        .config(&config)
        .rollout(rollout)
        .build()
        .add_to(stack, "Endpoint");
    let quiet = Alarm::invocations_below(&VariantMetrics::<RealTime>::of(NAME, SECOND), 600);
    let steps = Steps::<u32>::new(-10).beyond(300, -50);
    let scaling = InstanceScaling::new(Capacity::new(1, 8)).step(
        StepPolicy::percent_change_in_capacity("Quiet", quiet, steps).min_adjustment_magnitude(1),
    );
    endpoint.scale_instances(stack, "SecondScaling", &SECOND, scaling);
    Dashboard::of(&endpoint)
        .alarms(alarms.each_ref())
        .add_to(stack, "Dashboard");
}

fn serverless(stack: &mut Stack) {
    let model = model(stack, NAME, None);
    let variant = ServerlessVariant::builder(PRIMARY)
        .model(&model)
        .max_concurrency(Concurrency::new(20))
        .memory_size(Memory::from_mb(4096))
        .provisioned_concurrency(Concurrency::new(5))
        .build();
    let config = EndpointConfig::serverless(variant).add_to(stack, "EndpointConfig");
    let endpoint = Endpoint::builder()
        .name(NAME)
        .config(&config)
        .build()
        .add_to(stack, "Endpoint");
    let metrics = VariantMetrics::<Serverless<Provisioned>>::of(NAME, PRIMARY);
    let alarms = [
        Alarm::client_errors(&metrics, Fraction::percent(5.0)).add_to(stack, "ClientErrors"),
        Alarm::overhead_latency(&metrics, LatencyStatistic::P90, Milliseconds::new("1s"))
            .add_to(stack, "OverheadLatency"),
        Alarm::concurrency_utilization(&metrics, Fraction::percent(80.0))
            .add_to(stack, "Concurrency"),
    ];
    let metric = ConcurrencyMetric::Utilization(Utilization::new(0.7));
    let scaling = ConcurrencyScaling::new(Capacity::new(1, 10))
        .track(metric, Cooldowns::default())
        .schedule(ScheduledAction::new(
            "morning",
            ScheduleExpression::new("cron(0 7 ? * * *)"),
            CapacityChange::at_least(5),
        ));
    endpoint.scale_provisioned_concurrency(stack, "Scaling", scaling);
    Dashboard::of(&endpoint)
        .alarms(&alarms)
        .add_to(stack, "Dashboard");
}

/// A queue that is empty at night, and whose name only the deployment knows.
fn asynchronous(stack: &mut Stack) {
    let name: Value<EndpointName> = Value::import("scvi-endpoint-name");
    let metrics = VariantMetrics::<Async>::of(name.clone(), PRIMARY);
    let failures = Alarm::invocation_failures(&metrics, 3).add_to(stack, "Failures");
    let age = Alarm::oldest_request(&metrics, Duration::from_minutes(10)).add_to(stack, "Age");
    let output = AsyncOutput::builder()
        .s3_output_path(S3Uri::new("s3://scvi/out/"))
        .build();
    let role = role(name.clone(), RollbackAlarms::parse([&failures]).as_ref());
    let model = model_with(stack, role.async_output(&output).unwrap());
    let variant = on_instances(&model, PRIMARY);
    let config = EndpointConfig::asynchronous(variant, output).add_to(stack, "EndpointConfig");
    let rollout = Rollout::rolling(BatchSize::percent(25), TEN_MINUTES)
        .rollback_batch(RollbackBatchSize::percent(100))
        .rollback_on([&failures]);
    let endpoint = Endpoint::builder()
        .name(name)
        .config(&config)
        .rollout(rollout)
        .build()
        .add_to(stack, "Endpoint");
    let late = Alarm::oldest_request(&metrics, Duration::from_minutes(5));
    let steps = Steps::<Duration, u32>::new(2).beyond(Duration::from_minutes(5), 5);
    let scaling = QueueScaling::new(CapacityFromZero::new(0, 5))
        .track(
            QueueMetric::BacklogPerInstance(5.0.into()),
            Cooldowns::default(),
        )
        .step(StepPolicy::exact_capacity("Late", late, steps))
        .schedule(ScheduledAction::new(
            "night",
            ScheduleExpression::new("cron(0 22 * * ? *)"),
            CapacityChange::between(0, 0),
        ));
    let target = endpoint.scale_on_backlog(stack, "Scaling", scaling);
    Dashboard::of(&endpoint)
        .alarms([&failures, &age])
        .alarms(target.alarms())
        .add_to(stack, "Dashboard");
}

/// A host that may have no instances, and components that may have no copies.
fn components(stack: &mut Stack) {
    const LLAMA: InferenceComponentName = InferenceComponentName::new("churn-llama");
    let container = Container::image(IMAGE).model_data_url(MODEL);
    let role = ExecutionRole::new(NAME)
        .container(container.as_any())
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let host = HostVariant::builder(PRIMARY)
        .instance_type(InstanceType::new("ml.g5.12xlarge"))
        .initial_instance_count(InstanceCount::new(1))
        .managed_instance_scaling(ManagedInstanceScaling::new(0, 4))
        .build();
    let config = EndpointConfig::component_host(host, &role).add_to(stack, "EndpointConfig");
    let endpoint = Endpoint::builder()
        .name(NAME)
        .config(&config)
        .build()
        .add_to(stack, "Endpoint");
    let llama = InferenceComponent::builder(LLAMA)
        .endpoint(&endpoint)
        .container(container.clone())
        .min_memory_in_mb(16384)
        .build()
        .add_to(stack, "Llama");
    let scaling = CopyScaling::new(CapacityFromZero::new(0, 8)).track(
        CopyMetric::InvocationsPerCopy(10.0.into()),
        Cooldowns::default(),
    );
    let target = llama.scale_copies(stack, "LlamaScaling", scaling);
    // What the deployment decides may be 0.
    let computed: Value<InferenceComponentName> = Value::import("mistral-component-name");
    let mistral = InferenceComponent::builder(computed.clone())
        .endpoint(&endpoint)
        .container(container)
        .min_memory_in_mb(8192)
        .build()
        .add_to(stack, "Mistral");
    let least: Value<i64> = Value::import("mistral-least");
    let gpu =
        Alarm::normalized_gpu_utilization(&ComponentMetrics::of(computed), Fraction::percent(85.0));
    let scaling = CopyScaling::new(CapacityFromZero::parse(least, 4.into()).unwrap())
        .track(
            CopyMetric::ConcurrentRequestsPerCopy(4.0.into()),
            Cooldowns::default(),
        )
        .step(StepPolicy::change_in_capacity("Busy", gpu, Steps::new(1)));
    let other = mistral.scale_copies(stack, "MistralScaling", scaling);
    let metrics = ComponentMetrics::of(LLAMA);
    let shared = VariantMetrics::<ComponentHost>::of(NAME, PRIMARY);
    let alarms = [
        Alarm::model_errors(&metrics, Fraction::percent(1.0)).add_to(stack, "LlamaErrors"),
        Alarm::memory_utilization(&metrics, Fraction::percent(90.0)).add_to(stack, "LlamaMemory"),
        Alarm::disk_utilization(&shared, Fraction::percent(90.0)).add_to(stack, "Disk"),
    ];
    Dashboard::of(&endpoint)
        .instances(&PRIMARY, Devices::new(48), Some(Devices::new(4)))
        .component(&llama)
        .component(&mistral)
        .alarms(&alarms)
        .alarms(target.alarms())
        .alarms(other.alarms())
        .add_to(stack, "Dashboard");
}
