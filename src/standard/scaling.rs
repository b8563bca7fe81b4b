//! Scaling, from the stage file's words to the constructs that the endpoint's mode has.

use crate::config::{AutoScaling, ScalingTarget};
use crate::hosting::{
    Async, Capacity, CapacityFromZero, Concurrency, ConcurrencyMetric, ConcurrencyScaling,
    Cooldowns, EndpointHandle, InstanceMetric, InstanceScaling, Provisioned, QueueMetric,
    QueueScaling, RealTime, Serverless, Utilization,
};
use crate::literal::VariantName;
use crate::template::Stack;
use crate::value::Value;

const CHECKED: &str = "the stage file's reader has checked the bounds and the target of scaling";

pub(super) fn instances(
    stack: &mut Stack,
    endpoint: &EndpointHandle<RealTime>,
    name: &str,
    variant: &VariantName,
    scaling: &AutoScaling,
) {
    let metric = match &scaling.target {
        ScalingTarget::InvocationsPerInstance(target) => {
            InstanceMetric::InvocationsPerInstance(target.clone())
        }
        ScalingTarget::ConcurrentRequestsPerModel(target) => {
            InstanceMetric::ConcurrentRequestsPerModel(target.clone())
        }
        ScalingTarget::BacklogPerInstance(_)
        | ScalingTarget::ProvisionedConcurrencyUtilization(_) => unreachable!("{CHECKED}"),
    };
    let scaling = InstanceScaling::new(capacity(scaling)).track(metric, cooldowns(scaling));
    endpoint.scale_instances(stack, name, variant, scaling);
}

pub(super) fn backlog(stack: &mut Stack, endpoint: &EndpointHandle<Async>, scaling: &AutoScaling) {
    let ScalingTarget::BacklogPerInstance(backlog) = &scaling.target else {
        unreachable!("{CHECKED}")
    };
    let (minimum, maximum) = (scaling.min_capacity.clone(), scaling.max_capacity.clone());
    let capacity = CapacityFromZero::parse(minimum, maximum).expect(CHECKED);
    let metric = QueueMetric::BacklogPerInstance(backlog.clone());
    let scaling = QueueScaling::new(capacity).track(metric, cooldowns(scaling));
    endpoint.scale_on_backlog(stack, "Scaling", scaling);
}

pub(super) fn provisioned_concurrency(
    stack: &mut Stack,
    endpoint: &EndpointHandle<Serverless<Provisioned>>,
    scaling: &AutoScaling,
) {
    let ScalingTarget::ProvisionedConcurrencyUtilization(utilization) = scaling.target else {
        unreachable!("{CHECKED}")
    };
    let utilization = Utilization::parse(utilization).expect(CHECKED);
    let metric = ConcurrencyMetric::Utilization(utilization);
    let scaling = ConcurrencyScaling::new(capacity(scaling)).track(metric, cooldowns(scaling));
    endpoint.scale_provisioned_concurrency(stack, "Scaling", scaling);
}

fn capacity(scaling: &AutoScaling) -> Capacity {
    Capacity::parse(scaling.min_capacity.clone(), scaling.max_capacity.clone()).expect(CHECKED)
}

fn cooldowns(scaling: &AutoScaling) -> Cooldowns {
    Cooldowns {
        scale_in: scaling.scale_in_cooldown,
        scale_out: scaling.scale_out_cooldown,
        // `false` is what leaving it out means.
        disable_scale_in: Some(scaling.disable_scale_in.clone())
            .filter(|disable| *disable != Value::Literal(false)),
    }
}

pub(super) fn concurrency(concurrency: i64) -> Concurrency {
    u32::try_from(concurrency)
        .ok()
        .and_then(Concurrency::parse)
        .expect("the stage file's reader accepts concurrencies from 1 to 200 only")
}
