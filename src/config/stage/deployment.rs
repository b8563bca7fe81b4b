//! How a new version of an endpoint takes over.

use serde::Serialize;

use super::alarm::RollbackAlarm;
use crate::config::keys::{AlarmKind, AlarmsKeys, DeploymentKeys};
use crate::literal::{AlarmName, Duration};
use crate::value::Value;

/// How a new version of an endpoint takes over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deployment {
    /// In which steps.
    pub strategy: Strategy,
    /// How long all of it may take; `None` leaves it to SageMaker.
    pub maximum_execution_timeout: Option<Duration>,
    /// What takes it back: alarms of [`Endpoint::alarms`](super::Endpoint::alarms) and of others.
    /// Empty for nothing.
    pub rollback_on: Vec<RollbackAlarm>,
}

/// The steps in which traffic moves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Strategy {
    /// A second fleet gets all traffic at once.
    AllAtOnce {
        /// How long alarms are watched with all traffic on the new fleet.
        wait_interval: Duration,
        /// How long the old fleet is kept after that.
        termination_wait: Option<Duration>,
    },
    /// A second fleet gets a part of the traffic first, and then all of it.
    Canary {
        /// How much of the new fleet gets traffic first.
        size: Size,
        /// How long alarms are watched after each step.
        wait_interval: Duration,
        /// How long the old fleet is kept at the end.
        termination_wait: Option<Duration>,
    },
    /// A second fleet gets the traffic in equal steps.
    Linear {
        /// How much of the new fleet gets traffic in each step.
        step: Size,
        /// How long alarms are watched after each step.
        wait_interval: Duration,
        /// How long the old fleet is kept at the end.
        termination_wait: Option<Duration>,
    },
    /// Instances are replaced batch by batch.
    Rolling {
        /// How many are replaced at a time.
        batch: Size,
        /// How many are replaced at a time on the way back; `None` for all.
        rollback_batch: Option<Size>,
        /// How long alarms are watched after each batch.
        wait_interval: Duration,
    },
}

/// A part of the instances of a variant, or of the copies of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Size {
    /// So many percent, 1 to 100.
    Percent(i64),
    /// So many, at least 1.
    Count(i64),
}

pub(super) fn build(keys: &DeploymentKeys, alarms: Option<&AlarmsKeys>) -> Option<Deployment> {
    let (wait_interval, termination_wait) = (keys.wait_interval, keys.termination_wait);
    let strategy = match (keys.canary, keys.linear, keys.rolling, keys.all_at_once) {
        (Some(size), None, None, None) => Strategy::Canary {
            size,
            wait_interval,
            termination_wait,
        },
        (None, Some(step), None, None) => Strategy::Linear {
            step,
            wait_interval,
            termination_wait,
        },
        (None, None, Some(batch), None) => Strategy::Rolling {
            batch,
            rollback_batch: keys.rollback_batch_size,
            wait_interval,
        },
        (None, None, None, Some(true)) => Strategy::AllAtOnce {
            wait_interval,
            termination_wait,
        },
        _ => return None,
    };
    Some(Deployment {
        strategy,
        maximum_execution_timeout: keys.maximum_execution_timeout,
        rollback_on: rollback_on(keys.rollback_on.as_deref(), alarms),
    })
}

/// What takes a deployment back: what is named, or else every alarm on errors and latency, or else
/// one on errors that the stack makes for this.
pub(super) fn rollback_on(
    named: Option<&[Value<AlarmName>]>,
    alarms: Option<&AlarmsKeys>,
) -> Vec<RollbackAlarm> {
    let Some(named) = named else {
        let protecting: Vec<_> = AlarmKind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.protects() && alarms.is_some_and(|alarms| alarms.has(*kind)))
            .map(RollbackAlarm::Made)
            .collect();
        return if protecting.is_empty() {
            vec![RollbackAlarm::Made(AlarmKind::Errors)]
        } else {
            protecting
        };
    };
    let named = named.iter().map(|name| {
        let kind = name
            .literal()
            .and_then(|name| AlarmKind::of(name.as_str()))
            .filter(|kind| alarms.is_some_and(|alarms| alarms.has(*kind)));
        match kind {
            Some(kind) => RollbackAlarm::Made(kind),
            None => RollbackAlarm::Existing(name.clone()),
        }
    });
    named.collect()
}
