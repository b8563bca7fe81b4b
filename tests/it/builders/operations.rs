//! How it follows the load, changes and is watched.

use sageform::cfn::application_auto_scaling::scaling_policy::{MetricAggregationType, Statistic};
use sageform::cfn::cloudwatch::alarm::Unit;
use sageform::cfn::iam::Role;
use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::{Handle, Stack};

use super::{ALL_TRAFFIC, Build, XLARGE, churn, endpoint, model, on_instances, outputs, with_role};

pub(super) const SHAPES: &[(&str, Build)] = &[
    ("scaling/Cooldowns", cooldowns),
    ("scaling-more/CustomElsewhere", custom_metric),
    ("scaling-more/Steps", steps),
    ("scaling-more/Schedule", schedule),
    ("scaling-more/Serverless", serverless),
    ("scaling-more/AsyncSchedule", asynchronous),
    ("deployment/Guarded", guarded),
    ("deployment/Linear", linear),
    ("deployment/Rolling", rolling),
    ("deployment/AllAtOnce", all_at_once),
    ("alarms/Async", alarms),
    ("dashboard/RealTime", dashboard),
];

const MINUTE: Duration = Duration::from_minutes(1);
const TWO_OF_TWO: EvaluationPeriods = EvaluationPeriods::new(2);

/// Two instances that scale so.
fn scaled(stack: &mut Stack, name: EndpointName, container: Container<TarGz>, by: InstanceScaling) {
    let (model, role) = model(stack, &name, container);
    let model = model.add_to(stack, "Model");
    let config = EndpointConfig::real_time(on_instances(&model, XLARGE, 2), []);
    let endpoint = endpoint(stack, name, config);
    endpoint.scale_instances(stack, "Scaling", &ALL_TRAFFIC, by);
    outputs(stack, &endpoint, &role);
}

fn cooldowns(stack: &mut Stack, name: EndpointName) {
    let image = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
    let (model, role) = model(stack, &name, Container::image(image));
    let model = model.add_to(stack, "Model");
    let config = EndpointConfig::real_time(on_instances(&model, XLARGE, 2), []);
    let endpoint = endpoint(stack, name, config);
    let cooldowns = Cooldowns {
        scale_in: Some(Duration::from_minutes(5)),
        scale_out: Some(MINUTE),
        disable_scale_in: Some(true.into()),
    };
    let scaling = InstanceScaling::new(Capacity::new(2, 20)).track(
        InstanceMetric::InvocationsPerInstance(70.0.into()),
        cooldowns,
    );
    endpoint.scale_instances(stack, "Scaling", &ALL_TRAFFIC, scaling);
    outputs(stack, &endpoint, &role);
}

fn custom_metric(stack: &mut Stack, name: EndpointName) {
    let metric = CustomMetric::new("Churn", "TokensPerInstance", Statistic::MAXIMUM, 2000.0)
        .unit(Unit::COUNT)
        .dimensions([("Service", "churn")]);
    let scaling = InstanceScaling::new(Capacity::new(2, 10))
        .track(InstanceMetric::Custom(metric), Cooldowns::default());
    scaled(stack, name, churn(), scaling);
}

/// An alarm on CPU of ml.m5.xlarge, which has four of them.
fn cpu(metrics: &VariantMetrics<RealTime>, percent: f64) -> Alarm<Fraction> {
    Alarm::cpu_utilization(metrics, Fraction::percent(percent), Devices::new(4))
}

fn steps(stack: &mut Stack, name: EndpointName) {
    let metrics = VariantMetrics::<RealTime>::of(name.clone(), ALL_TRAFFIC);
    let latency = || {
        Alarm::model_latency(&metrics, LatencyStatistic::P90, Milliseconds::new("250ms"))
            .period(Period::new(MINUTE))
            .evaluation_periods(TWO_OF_TWO)
    };
    let cpu = || {
        cpu(&metrics, 70.0)
            .period(Period::new(MINUTE))
            .evaluation_periods(TWO_OF_TWO)
    };
    latency().add_to(stack, "LatencyAlarm");
    cpu().add_to(stack, "CPUAlarm");
    let slow = Steps::<Milliseconds>::new(1).beyond(Milliseconds::new("250ms"), 3);
    let busy = Steps::<Fraction>::new(20).beyond(Fraction::percent(20.0), 50);
    let scaling = InstanceScaling::new(Capacity::new(2, 10))
        .step(
            StepPolicy::change_in_capacity("Slow", latency(), slow)
                .cooldown(Duration::from_minutes(2)),
        )
        .step(
            StepPolicy::percent_change_in_capacity("Busy", cpu(), busy)
                .min_adjustment_magnitude(1)
                .metric_aggregation_type(MetricAggregationType::MAXIMUM),
        );
    scaled(stack, name, churn(), scaling);
}

fn schedule(stack: &mut Stack, name: EndpointName) {
    let berlin = || TimeZone::new("Europe/Berlin");
    let action = |name, at, change| ScheduledAction::new(name, at, change);
    let evening = ScheduleExpression::new("cron(0 20 ? * MON-FRI *)");
    let morning = ScheduleExpression::new("cron(0 7 ? * MON-FRI *)");
    let launch = ScheduleExpression::new("at(2027-01-04T08:00:00)");
    let scaling = InstanceScaling::new(Capacity::new(2, 10))
        .track(
            InstanceMetric::InvocationsPerInstance(70.0.into()),
            Cooldowns::default(),
        )
        .schedule(action("evening", evening, CapacityChange::between(2, 4)).time_zone(berlin()))
        .schedule(action("morning", morning, CapacityChange::between(4, 10)).time_zone(berlin()))
        .schedule(action("launch", launch, CapacityChange::at_least(8)));
    scaled(stack, name, churn(), scaling);
}

fn serverless(stack: &mut Stack, name: EndpointName) {
    let (model, role) = model(stack, &name, churn());
    let model = model.add_to(stack, "Model");
    let variant = ServerlessVariant::builder(ALL_TRAFFIC)
        .model(&model)
        .max_concurrency(Concurrency::new(20))
        .memory_size(Memory::from_mb(1024))
        .provisioned_concurrency(Concurrency::new(2))
        .build();
    let endpoint = endpoint(stack, name, EndpointConfig::serverless(variant));
    let office = ScheduledAction::new(
        "office",
        ScheduleExpression::new("cron(0 8 ? * MON-FRI *)"),
        CapacityChange::at_least(5),
    );
    let scaling = ConcurrencyScaling::new(Capacity::new(2, 10))
        .track(
            ConcurrencyMetric::Utilization(Utilization::new(0.7)),
            Cooldowns::default(),
        )
        .schedule(office.time_zone(TimeZone::new("America/New_York")));
    endpoint.scale_provisioned_concurrency(stack, "Scaling", scaling);
    outputs(stack, &endpoint, &role);
}

/// A queue: its configuration and its role.
fn queue(
    stack: &mut Stack,
    name: &EndpointName,
    instance_type: InstanceType,
    count: u32,
) -> (EndpointConfig<Async>, Handle<Role>) {
    let output = AsyncOutput::builder()
        .s3_output_path(S3Uri::new("s3://churn/out/"))
        .build();
    let role = ExecutionRole::new(name.clone())
        .container(churn().as_any())
        .and_then(|role| role.async_output(&output))
        .unwrap()
        .add_to(stack, "ExecutionRole");
    let model = with_role(churn(), &role).add_to(stack, "Model");
    let variant = on_instances(&model, instance_type, count);
    (EndpointConfig::asynchronous(variant, output), role)
}

fn asynchronous(stack: &mut Stack, name: EndpointName) {
    let (config, role) = queue(stack, &name, XLARGE, 1);
    let endpoint = endpoint(stack, name, config);
    let night = ScheduledAction::new(
        "night",
        ScheduleExpression::new("cron(0 22 * * ? *)"),
        CapacityChange::between(0, 1),
    );
    let scaling = QueueScaling::new(CapacityFromZero::new(0, 5))
        .track(
            QueueMetric::BacklogPerInstance(5.0.into()),
            Cooldowns::default(),
        )
        .schedule(night);
    endpoint.scale_on_backlog(stack, "Scaling", scaling);
    outputs(stack, &endpoint, &role);
}

/// An endpoint that changes so, and goes back on these alarms.
fn changing<R: RolloutFor<RealTime>>(
    stack: &mut Stack,
    name: EndpointName,
    alarms: &RollbackAlarms,
    rollout: R,
) {
    let role = ExecutionRole::new(name.clone())
        .container(churn().as_any())
        .unwrap()
        .rollback_alarms(alarms)
        .add_to(stack, "ExecutionRole");
    let model = with_role(churn(), &role).add_to(stack, "Model");
    let config = EndpointConfig::real_time(on_instances(&model, XLARGE, 4), []);
    let config = config.add_to(stack, "EndpointConfig");
    let endpoint = Endpoint::builder()
        .name(name)
        .config(&config)
        .rollout(rollout)
        .build()
        .add_to(stack, "Endpoint");
    outputs(stack, &endpoint, &role);
}

/// The alarm that a deployment brings where the stage file says nothing of alarms.
fn errors(stack: &mut Stack, name: &EndpointName) -> RollbackAlarms {
    let metrics = VariantMetrics::<RealTime>::of(name.clone(), ALL_TRAFFIC);
    let errors = Alarm::errors(&metrics, Fraction::percent(1.0))
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .add_to(stack, "ErrorsAlarm");
    RollbackAlarms::parse([&errors]).unwrap()
}

/// A canary that two alarms of the stack and one of somebody else's take back; one alarm on both
/// tells, so that a bad version is one message.
fn guarded(stack: &mut Stack, name: EndpointName) {
    const ONCALL: TopicArn = TopicArn::new("arn:aws:sns:eu-west-1:222222222222:oncall");
    let metrics = VariantMetrics::<RealTime>::of(name.clone(), ALL_TRAFFIC);
    let errors = Alarm::errors(&metrics, Fraction::percent(1.0))
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .add_to(stack, "ErrorsAlarm");
    let quarter_second = Milliseconds::new("250ms");
    let latency = Alarm::model_latency(&metrics, LatencyStatistic::P90, quarter_second)
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .add_to(stack, "LatencyAlarm");
    cpu(&metrics, 90.0)
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .notify(ONCALL)
        .notify_recovery(ONCALL)
        .add_to(stack, "CPUAlarm");
    CompositeAlarm::of(AlarmRule::any(&errors, [&latency]))
        .notify(ONCALL)
        .notify_recovery(ONCALL)
        .add_to(stack, "RollbackAlarm");
    let alarms = RollbackAlarms::parse([
        AlarmReference::from(&errors),
        (&latency).into(),
        AlarmName::new("churn-business-kpi").into(),
    ])
    .unwrap();
    let rollout = Rollout::canary(CanarySize::percent(25), Duration::from_minutes(10))
        .termination_wait(Duration::from_minutes(5))
        .maximum_execution_timeout(Duration::new("2h"))
        .rollback_on(alarms.clone());
    changing(stack, name, &alarms, rollout);
}

fn linear(stack: &mut Stack, name: EndpointName) {
    let alarms = errors(stack, &name);
    let rollout = Rollout::linear(LinearStepSize::percent(25), Duration::from_minutes(5))
        .maximum_execution_timeout(Duration::new("1h"))
        .rollback_on(alarms.clone());
    changing(stack, name, &alarms, rollout);
}

fn rolling(stack: &mut Stack, name: EndpointName) {
    let alarms = errors(stack, &name);
    let rollout = Rollout::rolling(BatchSize::percent(25), Duration::from_minutes(5))
        .rollback_batch(RollbackBatchSize::percent(100))
        .rollback_on(alarms.clone());
    changing(stack, name, &alarms, rollout);
}

fn all_at_once(stack: &mut Stack, name: EndpointName) {
    let alarms = errors(stack, &name);
    let rollout = Rollout::all_at_once(Duration::from_minutes(10))
        .termination_wait(Duration::from_minutes(5))
        .rollback_on(alarms.clone());
    changing(stack, name, &alarms, rollout);
}

fn watch<U: Amount>(stack: &mut Stack, id: &str, alarm: Alarm<U>) {
    const ONCALL: TopicArn = TopicArn::new("arn:aws:sns:eu-west-1:111111111111:oncall");
    alarm
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .notify(ONCALL)
        .notify_recovery(ONCALL)
        .add_to(stack, id);
}

/// What a queue on four GPUs is watched for.
fn alarms(stack: &mut Stack, name: EndpointName) {
    let metrics = VariantMetrics::<Async>::of(name.clone(), ALL_TRAFFIC);
    let two_seconds = Milliseconds::new("2s");
    let latency = Alarm::model_latency(&metrics, LatencyStatistic::P95, two_seconds);
    let oldest = Alarm::oldest_request(&metrics, Duration::from_minutes(10));
    let gpu = Alarm::gpu_utilization(&metrics, Fraction::percent(95.0), Devices::new(4));
    watch(
        stack,
        "ErrorsAlarm",
        Alarm::errors(&metrics, Fraction::percent(5.0)),
    );
    watch(stack, "LatencyAlarm", latency);
    watch(stack, "GPUAlarm", gpu);
    watch(stack, "BacklogAlarm", Alarm::backlog(&metrics, 100));
    watch(stack, "OldestRequestAlarm", oldest);
    let (config, role) = queue(stack, &name, InstanceType::new("ml.g5.12xlarge"), 2);
    let endpoint = endpoint(stack, name, config);
    outputs(stack, &endpoint, &role);
}

fn dashboard(stack: &mut Stack, name: EndpointName) {
    let metrics = VariantMetrics::<RealTime>::of(name.clone(), ALL_TRAFFIC);
    let errors = Alarm::errors(&metrics, Fraction::percent(1.0))
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .add_to(stack, "ErrorsAlarm");
    let quarter_second = Milliseconds::new("250ms");
    let latency = Alarm::model_latency(&metrics, LatencyStatistic::P90, quarter_second)
        .period(Period::new(MINUTE))
        .evaluation_periods(TWO_OF_TWO)
        .add_to(stack, "LatencyAlarm");
    let (model, role) = model(stack, &name, churn());
    let model = model.add_to(stack, "Model");
    let variant = on_instances(&model, InstanceType::new("ml.g5.xlarge"), 1);
    let endpoint = endpoint(stack, name, EndpointConfig::real_time(variant, []));
    Dashboard::of(&endpoint)
        .instances(&ALL_TRAFFIC, Devices::new(4), Some(Devices::new(1)))
        .alarms([&errors, &latency])
        .add_to(stack, "Dashboard");
    outputs(stack, &endpoint, &role);
}
