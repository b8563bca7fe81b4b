//! Card fraud: the standard endpoint, and an alarm on the latency that a payment can bear.

use sageform::cfn::cloudwatch::Alarm;
use sageform::cfn::cloudwatch::alarm::{ComparisonOperator, Dimension, TreatMissingData};
use sageform::config::Stage;
use sageform::standard::standard;
use sageform::template::Stack;

/// Microseconds, as `ModelLatency` counts: 20 ms.
const LATENCY_BUDGET: f64 = 20_000.0;

/// What the stage file says, with `LatencyAlarm` on top.
pub fn fraud(stack: &mut Stack, stage: &Stage) {
    let Some(hosted) = standard(stack, stage) else {
        return;
    };
    let dimensions = [
        Dimension::new("EndpointName", hosted.endpoint_name),
        Dimension::new("VariantName", hosted.variants[0].as_str()),
    ];
    stack.add(
        "LatencyAlarm",
        Alarm {
            alarm_description: Some("One payment in a hundred waits too long for its score".into()),
            comparison_operator: Some(ComparisonOperator::GREATER_THAN_THRESHOLD.into()),
            dimensions: Some(dimensions.into()),
            evaluation_periods: Some(3.into()),
            extended_statistic: Some("p99".into()),
            metric_name: Some("ModelLatency".into()),
            namespace: Some("AWS/SageMaker".into()),
            period: Some(60.into()),
            threshold: Some(LATENCY_BUDGET.into()),
            treat_missing_data: Some(TreatMissingData::NOT_BREACHING.into()),
            ..Default::default()
        },
    );
}
