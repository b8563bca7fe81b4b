//! The first instance or copy, which a metric per instance or copy cannot ask for.

use crate::cfn::application_auto_scaling::scaling_policy as l1;
use crate::cfn::cloudwatch::alarm;
use crate::literal::Duration;
use crate::value::Value;

use super::super::alarm::PreparedAlarm;
use super::super::variant::seconds;
use super::step_policy::PreparedSteps;

/// <https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html>
pub(super) fn queue(endpoint: Value<String>) -> PreparedSteps {
    let alarm = alarm::Alarm {
        alarm_description: Some(
            "Requests wait and no instance is there: adds the first one".into(),
        ),
        datapoints_to_alarm: Some(2.into()),
        dimensions: Some(Value::from([alarm::Dimension::new(
            "EndpointName",
            endpoint,
        )])),
        metric_name: Some("HasBacklogWithoutCapacity".into()),
        statistic: Some(alarm::Statistic::AVERAGE.into()),
        treat_missing_data: Some(alarm::TreatMissingData::MISSING.into()),
        evaluation_periods: Some(2.into()),
        ..at_least_one()
    };
    one_more(
        Duration::from_seconds(300),
        l1::MetricAggregationType::AVERAGE,
        alarm,
    )
}

/// AWS's page has the alarm go off at the second failure within a minute; here the first one is
/// enough. Nothing is published while none fails, which is no lack of data.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html>
pub(super) fn component(name: Value<String>) -> PreparedSteps {
    let alarm = alarm::Alarm {
        alarm_description: Some("Requests fail and no copy is there: adds the first one".into()),
        datapoints_to_alarm: Some(1.into()),
        dimensions: Some(Value::from([alarm::Dimension::new(
            "InferenceComponentName",
            name,
        )])),
        metric_name: Some("NoCapacityInvocationFailures".into()),
        statistic: Some(alarm::Statistic::SUM.into()),
        treat_missing_data: Some(alarm::TreatMissingData::NOT_BREACHING.into()),
        evaluation_periods: Some(1.into()),
        ..at_least_one()
    };
    one_more(
        Duration::from_seconds(60),
        l1::MetricAggregationType::MAXIMUM,
        alarm,
    )
}

/// What every alarm here has in common.
fn at_least_one() -> alarm::Alarm {
    alarm::Alarm {
        comparison_operator: Some(
            alarm::ComparisonOperator::GREATER_THAN_OR_EQUAL_TO_THRESHOLD.into(),
        ),
        namespace: Some("AWS/SageMaker".into()),
        period: Some(60.into()),
        threshold: Some(1.0.into()),
        ..Default::default()
    }
}

fn one_more(
    cooldown: Duration,
    aggregation: l1::MetricAggregationType,
    alarm: alarm::Alarm,
) -> PreparedSteps {
    let step = l1::StepAdjustment {
        metric_interval_lower_bound: Some(0.0.into()),
        ..l1::StepAdjustment::new(1)
    };
    PreparedSteps {
        name: "WakeUp".to_owned(),
        alarm: PreparedAlarm::new(alarm),
        configuration: l1::StepScalingPolicyConfiguration {
            adjustment_type: Some(l1::AdjustmentType::CHANGE_IN_CAPACITY.into()),
            cooldown: Some(seconds(cooldown)),
            metric_aggregation_type: Some(aggregation.into()),
            step_adjustments: Some(Value::from([step])),
            ..Default::default()
        },
    }
}
