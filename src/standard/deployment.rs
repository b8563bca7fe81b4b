//! How a new version takes over, from the stage file's words to what the endpoint's mode has.

use crate::config::{self, Size, Strategy};
use crate::hosting::{
    BatchSize, BlueGreen, CanarySize, ComponentRollout, EndpointBuilder, EndpointConfigHandle,
    Given, InstanceBacked, LinearStepSize, Mode, RollbackAlarms, RollbackBatch, RollbackBatchSize,
    Rollout, UpdateBatch,
};

use super::CHECKED;

/// A deployment, and the alarms that take it back.
pub(super) struct Planned<'a> {
    pub(super) deployment: &'a config::Deployment,
    pub(super) alarms: Option<RollbackAlarms>,
}

type Builder<N, M> = EndpointBuilder<N, Given<EndpointConfigHandle<M>>>;

/// The rollout of an endpoint on instances.
pub(super) fn on_instances<N, M: InstanceBacked>(
    builder: Builder<N, M>,
    planned: Option<Planned<'_>>,
) -> Builder<N, M> {
    let Some(planned) = planned else {
        return builder;
    };
    match &planned.deployment.strategy {
        Strategy::Rolling {
            batch,
            rollback_batch,
            wait_interval,
        } => {
            let batch = size(*batch, BatchSize::parse_percent, BatchSize::parse_instances);
            let mut rollout = Rollout::rolling(batch, *wait_interval);
            if let Some(batch) = rollback_batch {
                let (percent, count) = (
                    RollbackBatchSize::parse_percent,
                    RollbackBatchSize::parse_instances,
                );
                rollout = rollout.rollback_batch(size(*batch, percent, count));
            }
            if let Some(timeout) = planned.deployment.maximum_execution_timeout {
                rollout = rollout.maximum_execution_timeout(timeout);
            }
            builder.rollout(match planned.alarms {
                Some(alarms) => rollout.rollback_on(alarms),
                None => rollout,
            })
        }
        _ => blue_green(builder, planned),
    }
}

/// The rollout of an endpoint of any mode, by a second fleet.
pub(super) fn blue_green<N, M: Mode>(
    builder: Builder<N, M>,
    planned: Planned<'_>,
) -> Builder<N, M> {
    let (rollout, termination_wait) = match planned.deployment.strategy {
        Strategy::AllAtOnce {
            wait_interval,
            termination_wait,
        } => (Rollout::all_at_once(wait_interval), termination_wait),
        Strategy::Canary {
            size: part,
            wait_interval,
            termination_wait,
        } => {
            let part = size(part, CanarySize::parse_percent, CanarySize::parse_instances);
            (Rollout::canary(part, wait_interval), termination_wait)
        }
        Strategy::Linear {
            step,
            wait_interval,
            termination_wait,
        } => {
            let (percent, count) = (
                LinearStepSize::parse_percent,
                LinearStepSize::parse_instances,
            );
            let rollout = Rollout::linear(size(step, percent, count), wait_interval);
            (rollout, termination_wait)
        }
        Strategy::Rolling { .. } => unreachable!("{CHECKED}"),
    };
    let mut rollout: Rollout<BlueGreen> = rollout;
    if let Some(wait) = termination_wait {
        rollout = rollout.termination_wait(wait);
    }
    if let Some(timeout) = planned.deployment.maximum_execution_timeout {
        rollout = rollout.maximum_execution_timeout(timeout);
    }
    builder.rollout(match planned.alarms {
        Some(alarms) => rollout.rollback_on(alarms),
        None => rollout,
    })
}

/// The rollout of a component.
pub(super) fn of_component(
    deployment: &config::ComponentDeployment,
    alarms: Option<RollbackAlarms>,
) -> ComponentRollout {
    let batch = size(
        deployment.batch,
        UpdateBatch::parse_percent,
        UpdateBatch::parse_copies,
    );
    let mut rollout = ComponentRollout::rolling(batch, deployment.wait_interval);
    if let Some(batch) = deployment.rollback_batch {
        let (percent, count) = (RollbackBatch::parse_percent, RollbackBatch::parse_copies);
        rollout = rollout.rollback_batch(size(batch, percent, count));
    }
    if let Some(timeout) = deployment.maximum_execution_timeout {
        rollout = rollout.maximum_execution_timeout(timeout);
    }
    match alarms {
        Some(alarms) => rollout.rollback_on(alarms),
        None => rollout,
    }
}

fn size<T>(
    size: Size,
    percent: impl FnOnce(u32) -> Option<T>,
    count: impl FnOnce(u32) -> Option<T>,
) -> T {
    let number = |number: i64| u32::try_from(number).expect(CHECKED);
    match size {
        Size::Percent(part) => percent(number(part)),
        Size::Count(part) => count(number(part)),
    }
    .expect(CHECKED)
}
