//! Scaling, from the stage file's words to the constructs that the endpoint's mode has.

use crate::config::{AutoScaling, ScalingTarget, TargetTracking};
use crate::hosting::{
    Async, Capacity, CapacityFromZero, Concurrency, Cooldowns, EndpointHandle, InstanceMetric,
    Provisioned, RealTime, Serverless, Utilization,
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
    let Some(tracking) = &scaling.target else {
        return;
    };
    let metric = match &tracking.target {
        ScalingTarget::InvocationsPerInstance(target) => {
            InstanceMetric::InvocationsPerInstance(target.clone())
        }
        ScalingTarget::ConcurrentRequestsPerModel(target) => {
            InstanceMetric::ConcurrentRequestsPerModel(target.clone())
        }
        _ => return,
    };
    let capacity = capacity(scaling);
    endpoint.scale_instances(stack, name, variant, capacity, metric, cooldowns(tracking));
}

pub(super) fn backlog(stack: &mut Stack, endpoint: &EndpointHandle<Async>, scaling: &AutoScaling) {
    let Some(tracking) = &scaling.target else {
        return;
    };
    let ScalingTarget::BacklogPerInstance(backlog) = &tracking.target else {
        return;
    };
    let (minimum, maximum) = (scaling.min_capacity.clone(), scaling.max_capacity.clone());
    let capacity = CapacityFromZero::parse(minimum, maximum).expect(CHECKED);
    endpoint.scale_on_backlog(
        stack,
        "Scaling",
        capacity,
        backlog.clone(),
        cooldowns(tracking),
    );
}

pub(super) fn provisioned_concurrency(
    stack: &mut Stack,
    endpoint: &EndpointHandle<Serverless<Provisioned>>,
    scaling: &AutoScaling,
) {
    let Some(tracking) = &scaling.target else {
        return;
    };
    let ScalingTarget::ProvisionedConcurrencyUtilization(utilization) = tracking.target else {
        return;
    };
    let utilization = Utilization::parse(utilization).expect(CHECKED);
    let capacity = capacity(scaling);
    endpoint.scale_provisioned_concurrency(
        stack,
        "Scaling",
        capacity,
        utilization,
        cooldowns(tracking),
    );
}

fn capacity(scaling: &AutoScaling) -> Capacity {
    Capacity::parse(scaling.min_capacity.clone(), scaling.max_capacity.clone()).expect(CHECKED)
}

fn cooldowns(tracking: &TargetTracking) -> Cooldowns {
    Cooldowns {
        scale_in: tracking.scale_in_cooldown,
        scale_out: tracking.scale_out_cooldown,
        // `false` is what leaving it out means.
        disable_scale_in: Some(tracking.disable_scale_in.clone())
            .filter(|disable| *disable != Value::Literal(false)),
    }
}

pub(super) fn concurrency(concurrency: i64) -> Concurrency {
    u32::try_from(concurrency)
        .ok()
        .and_then(Concurrency::parse)
        .expect("the stage file's reader accepts concurrencies from 1 to 200 only")
}
