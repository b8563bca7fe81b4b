//! How traffic moves from the old fleet to the new one, as the endpoint states it.

use serde::Serialize;

use crate::json::Json;

use super::Scene;
use super::fleet::number;
use super::steps::wait;

/// How traffic moves from the old fleet to the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Strategy {
    /// A second fleet gets all traffic at once.
    AllAtOnce {
        /// Seconds for which alarms are watched then; `None` without deployment guardrails.
        wait_seconds: Option<u64>,
        /// Seconds for which the old fleet stays after that.
        termination_wait_seconds: u64,
        /// The longest that the whole update may take.
        limit_seconds: Option<u64>,
    },
    /// A second fleet gets a part of the traffic, then the rest.
    Canary {
        /// The first part.
        size: Option<Size>,
        /// Seconds after each of the two parts.
        wait_seconds: u64,
        /// Seconds for which the old fleet stays after that.
        termination_wait_seconds: u64,
        /// The longest that the whole update may take.
        limit_seconds: Option<u64>,
    },
    /// A second fleet gets traffic in equal steps.
    Linear {
        /// One step.
        size: Option<Size>,
        /// Seconds after each step.
        wait_seconds: u64,
        /// Seconds for which the old fleet stays after that.
        termination_wait_seconds: u64,
        /// The longest that the whole update may take.
        limit_seconds: Option<u64>,
    },
    /// Batches of instances are replaced one after the other.
    Rolling {
        /// One batch.
        batch: Option<Size>,
        /// Seconds after each batch.
        wait_seconds: u64,
        /// The longest that the whole update may take.
        limit_seconds: Option<u64>,
    },
    /// The template says it in a way that is known only when it is deployed.
    Unknown,
}

/// A part of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Size {
    /// Percent of the fleet.
    Percent(u64),
    /// Instances.
    Instances(u64),
}

impl Size {
    /// In words: `10%`, `2 instances`.
    pub fn words(self) -> String {
        match self {
            Self::Percent(percent) => format!("{percent}%"),
            Self::Instances(count) => super::super::show::plural(as_usize(count), "instance"),
        }
    }

    /// How many of these make up a fleet.
    pub(super) fn steps(self, fleet: Option<u64>) -> Option<u64> {
        match self {
            Self::Percent(0) | Self::Instances(0) => None,
            Self::Percent(percent) => Some(100u64.div_ceil(percent)),
            Self::Instances(count) => Some(fleet?.div_ceil(count).max(1)),
        }
    }

    /// How many instances of a fleet it is.
    pub(super) fn instances(self, fleet: u64) -> u64 {
        match self {
            Self::Percent(percent) => (fleet.saturating_mul(percent)).div_ceil(100),
            Self::Instances(count) => count.min(fleet),
        }
    }
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Strategy {
    /// What the endpoint states.
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let retains = matches!(
            scene.property("RetainDeploymentConfig"),
            Some(Json::Bool(true))
        );
        let before = || scene.before.properties()?.get("DeploymentConfig");
        let config = scene
            .property("DeploymentConfig")
            .or_else(|| if retains { before() } else { None });
        let Some(config) = config else {
            return Self::AllAtOnce {
                wait_seconds: None,
                termination_wait_seconds: 0,
                limit_seconds: None,
            };
        };
        if let Some(policy) = config.get("RollingUpdatePolicy") {
            return Self::rolling(policy);
        }
        match config.get("BlueGreenUpdatePolicy") {
            Some(policy) => Self::blue_green(policy),
            None if config
                .as_object()
                .is_some_and(|config| config.contains_key("AutoRollbackConfiguration")) =>
            {
                Self::AllAtOnce {
                    wait_seconds: None,
                    termination_wait_seconds: 0,
                    limit_seconds: None,
                }
            }
            None => Self::Unknown,
        }
    }

    fn rolling(policy: &Json) -> Self {
        if policy.as_object().is_none_or(|policy| {
            policy
                .single()
                .is_some_and(|(key, _)| key.starts_with("Fn::") || key == "Ref")
        }) {
            return Self::Unknown;
        }
        Self::Rolling {
            batch: size(policy.get("MaximumBatchSize")),
            wait_seconds: number(policy.get("WaitIntervalInSeconds")).unwrap_or_default(),
            limit_seconds: number(policy.get("MaximumExecutionTimeoutInSeconds")),
        }
    }

    fn blue_green(policy: &Json) -> Self {
        let routing = policy.get("TrafficRoutingConfiguration");
        let field = |name: &str| routing.and_then(|routing| routing.get(name));
        let wait_seconds = number(field("WaitIntervalInSeconds")).unwrap_or_default();
        let termination_wait_seconds =
            number(policy.get("TerminationWaitInSeconds")).unwrap_or_default();
        let limit_seconds = number(policy.get("MaximumExecutionTimeoutInSeconds"));
        match field("Type").and_then(Json::as_str) {
            Some("ALL_AT_ONCE") => Self::AllAtOnce {
                wait_seconds: Some(wait_seconds),
                termination_wait_seconds,
                limit_seconds,
            },
            Some("CANARY") => Self::Canary {
                size: size(field("CanarySize")),
                wait_seconds,
                termination_wait_seconds,
                limit_seconds,
            },
            Some("LINEAR") => Self::Linear {
                size: size(field("LinearStepSize")),
                wait_seconds,
                termination_wait_seconds,
                limit_seconds,
            },
            _ => Self::Unknown,
        }
    }

    /// The longest that the whole update may take, where it is stated.
    pub fn limit_seconds(&self) -> Option<u64> {
        match self {
            Self::AllAtOnce { limit_seconds, .. }
            | Self::Canary { limit_seconds, .. }
            | Self::Linear { limit_seconds, .. }
            | Self::Rolling { limit_seconds, .. } => *limit_seconds,
            Self::Unknown => None,
        }
    }

    /// In words: `blue/green, canary 10%, then all after 10 min`.
    pub fn words(&self) -> String {
        let words = |size: &Option<Size>| size.map_or("?".to_owned(), Size::words);
        match self {
            Self::AllAtOnce {
                wait_seconds: None, ..
            } => "blue/green, all at once".to_owned(),
            Self::AllAtOnce {
                wait_seconds: Some(seconds),
                ..
            } => format!("blue/green, all at once, watched for {}", wait(*seconds)),
            Self::Canary {
                size, wait_seconds, ..
            } => format!(
                "blue/green, canary of {}, the rest after {}",
                words(size),
                wait(*wait_seconds)
            ),
            Self::Linear {
                size, wait_seconds, ..
            } => format!(
                "blue/green, linear steps of {} every {}",
                words(size),
                wait(*wait_seconds)
            ),
            Self::Rolling {
                batch,
                wait_seconds,
                ..
            } => format!(
                "rolling, batches of {} every {}",
                words(batch),
                wait(*wait_seconds)
            ),
            Self::Unknown => "known only when it is deployed".to_owned(),
        }
    }
}

fn size(value: Option<&Json>) -> Option<Size> {
    let value = value?;
    let number = number(value.get("Value"))?;
    match value.get("Type")?.as_str()? {
        "CAPACITY_PERCENT" => Some(Size::Percent(number)),
        "INSTANCE_COUNT" => Some(Size::Instances(number)),
        _ => None,
    }
}
