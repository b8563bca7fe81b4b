//! What takes more than one value to be seen.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const NAME: EndpointName = EndpointName::new("churn");
const PRIMARY: VariantName = VariantName::new("primary");

fn endpoint(stack: &mut Stack) -> EndpointHandle<RealTime> {
    let model = Model::builder()
        .container(Container::image(ImageUri::new("churn:1")))
        .execution_role(RoleArn::new("arn:aws:iam::111111111111:role/churn"))
        .build()
        .add_to(stack, "Model");
    let variant = InstanceVariant::builder(PRIMARY)
        .model(&model)
        .instance_type(InstanceType::new("ml.m5.xlarge"))
        .initial_instance_count(InstanceCount::new(1))
        .build();
    let config = EndpointConfig::real_time(variant, []).add_to(stack, "Config");
    Endpoint::builder()
        .name(NAME)
        .config(&config)
        .build()
        .add_to(stack, "Endpoint")
}

fn messages(stack: Stack) -> Vec<String> {
    let findings = stack.finish().1;
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

#[test]
fn a_schedule_has_names_of_its_own_and_an_order() {
    let mut stack = Stack::new("churn");
    let endpoint = endpoint(&mut stack);
    let action = || {
        let daily = ScheduleExpression::new("rate(1 day)");
        ScheduledAction::new("daily", daily, CapacityChange::at_least(2))
    };
    let scaling = InstanceScaling::new(Capacity::new(1, 4))
        .schedule(action())
        .schedule(
            action()
                .start_time(Timestamp::new("2027-01-02T00:00:00Z"))
                .end_time(Timestamp::new("2027-01-01T00:00:00Z")),
        );
    endpoint.scale_instances(&mut stack, "Scaling", &PRIMARY, scaling);
    assert_eq!(
        messages(stack),
        [
            "two scheduled actions have the name `daily`",
            "the scheduled action `daily` ends at `2027-01-01T00:00:00Z`, before it starts at `2027-01-02T00:00:00Z`",
        ]
    );
}

#[test]
fn an_endpoint_scales_variants_that_it_has() {
    let mut stack = Stack::new("churn");
    let endpoint = endpoint(&mut stack);
    let scaling = InstanceScaling::new(Capacity::new(1, 4));
    endpoint.scale_instances(&mut stack, "Scaling", &VariantName::new("other"), scaling);
    assert_eq!(messages(stack), ["the endpoint has no variant `other`"]);
}

#[test]
fn an_alarm_looks_back_a_day_or_a_week() {
    let looking_back = |period: Duration, count| {
        let mut stack = Stack::new("churn");
        let metrics = VariantMetrics::<RealTime>::of(NAME, PRIMARY);
        Alarm::errors(&metrics, Fraction::new(0.01))
            .period(Period::new(period))
            .evaluation_periods(EvaluationPeriods::new(count))
            .add_to(&mut stack, "Errors");
        messages(stack)
    };
    let none: [&str; 0] = [];
    assert_eq!(looking_back(Duration::from_minutes(1), 1440), none);
    assert_eq!(looking_back(Duration::new("1h"), 168), none);
    assert_eq!(
        looking_back(Duration::from_minutes(1), 1441),
        ["an alarm looks back at most 1 day with a period of 60 seconds, got 1441 periods"]
    );
    assert_eq!(
        looking_back(Duration::new("1h"), 169),
        ["an alarm looks back at most 7 days with a period of 3600 seconds, got 169 periods"]
    );
}

/// The clock may bring a target to 0 that never gets there by itself.
#[test]
fn what_the_clock_may_set_to_zero_wakes_up() {
    for (change, wakes) in [
        (CapacityChange::at_least(0), true),
        (CapacityChange::at_least(2), false),
        (CapacityChange::at_most(0), true),
    ] {
        let mut stack = Stack::new("churn");
        let role = RoleArn::new("arn:aws:iam::111111111111:role/churn");
        let host = HostVariant::builder(PRIMARY)
            .instance_type(InstanceType::new("ml.g5.xlarge"))
            .initial_instance_count(InstanceCount::new(1))
            .build();
        let config = EndpointConfig::component_host(host, role).add_to(&mut stack, "Config");
        let endpoint = Endpoint::builder()
            .name(NAME)
            .config(&config)
            .build()
            .add_to(&mut stack, "Endpoint");
        let component = InferenceComponent::builder(InferenceComponentName::new("llama"))
            .endpoint(&endpoint)
            .container(Container::image(ImageUri::new("churn:1")))
            .min_memory_in_mb(1024)
            .build()
            .add_to(&mut stack, "Llama");
        let daily = ScheduleExpression::new("rate(1 day)");
        let scaling = CopyScaling::new(CapacityFromZero::new(1, 4))
            .schedule(ScheduledAction::new("daily", daily, change));
        let target = component.scale_copies(&mut stack, "Scaling", scaling);
        assert_eq!(target.alarms().len(), usize::from(wakes));
    }
}
