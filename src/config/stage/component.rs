//! Inference components: models that share the instances of an endpoint.

use serde::Serialize;

use super::Context;
use super::alarm::RollbackAlarm;
use super::deployment::{self, Size};
use super::fleet::Fleet;
use super::model::{self, ModelSource};
use super::scaling::{self, AutoScaling};
use crate::config::keys::{AlarmsKeys, ComponentDeploymentKeys, ComponentKeys, PlacementStrategy};
use crate::literal::{Duration, EndpointName, InferenceComponentName, S3Uri};
use crate::value::Value;

/// One of the models that share the instances of an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    /// Its name in the stage, unique there.
    pub name: InferenceComponentName,
    /// The name by which callers, alarms and scaling know it: `<endpoint's name>-<its name>`.
    pub inference_component_name: Value<InferenceComponentName>,
    /// What it serves.
    pub serves: Serves,
    /// How a new version takes over; `None` leaves it to SageMaker.
    pub deployment: Option<ComponentDeployment>,
}

/// What a component serves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Serves {
    /// A model.
    Model(Box<ComponentModel>),
    /// An adapter on the model of another component, on whose copies it runs.
    Adapter {
        /// The other component's name in the stage.
        base: InferenceComponentName,
        /// The adapter: a `.tar.gz`.
        artifact_url: Value<S3Uri>,
    },
}

/// A model with copies of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentModel {
    /// What is hosted.
    pub model: ModelSource,
    /// How many copies there are to begin with.
    pub copy_count: Value<i64>,
    /// What each copy gets of its instance.
    pub compute: Compute,
    /// How long downloading the model may take; `None` leaves it to SageMaker.
    pub model_data_download_timeout: Option<Duration>,
    /// How long a container may take to become healthy; `None` leaves it to SageMaker.
    pub container_startup_health_check_timeout: Option<Duration>,
    /// Whether instances keep image and model data for the next copy; `None` leaves it to SageMaker.
    pub data_caching: Option<Value<bool>>,
    /// On which instances copies are placed; `None` leaves it to SageMaker.
    pub placement: Option<Placement>,
    /// How the number of copies follows the load; `None` for not at all.
    pub auto_scaling: Option<AutoScaling>,
}

/// What a copy gets of its instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compute {
    /// How many GPUs or Neuron devices; `None` for none.
    pub accelerators: Option<Value<f64>>,
    /// How many CPU cores; `None` leaves it to SageMaker.
    pub cpu_cores: Option<Value<f64>>,
    /// The memory that it needs.
    pub min_memory_in_mb: Value<i64>,
    /// The memory that it may have; `None` for no limit.
    pub max_memory_in_mb: Option<Value<i64>>,
}

/// On which instances copies are placed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placement {
    /// On many or on few.
    pub strategy: PlacementStrategy,
    /// By how many copies availability zones may differ; SageMaker balances them as well as it can.
    pub max_imbalance: Value<i64>,
}

/// How a new version of a component takes over, batch by batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentDeployment {
    /// How many copies change at a time.
    pub batch: Size,
    /// How many copies change back at a time; `None` for all.
    pub rollback_batch: Option<Size>,
    /// How long alarms are watched after each batch.
    pub wait_interval: Duration,
    /// How long all of it may take; `None` leaves it to SageMaker.
    pub maximum_execution_timeout: Option<Duration>,
    /// What takes it back. Empty for nothing.
    pub rollback_on: Vec<RollbackAlarm>,
}

pub(super) fn build(
    keys: &ComponentKeys,
    endpoint: &Value<EndpointName>,
    fleet: &Fleet,
    alarms: Option<&AlarmsKeys>,
    cx: &Context<'_>,
) -> Option<Component> {
    let serves = match (&keys.base_component, &keys.artifact_url) {
        (Some(base), Some(artifact_url)) => Serves::Adapter {
            base: base.clone(),
            artifact_url: artifact_url.clone(),
        },
        (None, None) => Serves::Model(Box::new(ComponentModel {
            model: model::build(keys.model.as_ref(), fleet.hardware()?, cx)?,
            copy_count: keys.copy_count.clone().unwrap_or(Value::Literal(1)),
            compute: Compute {
                accelerators: keys.accelerators.clone(),
                cpu_cores: keys.cpu_cores.clone(),
                min_memory_in_mb: keys.min_memory_in_mb.clone()?,
                max_memory_in_mb: keys.max_memory_in_mb.clone(),
            },
            model_data_download_timeout: keys.model_data_download_timeout,
            container_startup_health_check_timeout: keys.container_startup_health_check_timeout,
            data_caching: keys.data_caching.clone(),
            placement: keys.placement.as_ref().map(|keys| Placement {
                strategy: keys.strategy,
                max_imbalance: keys.max_imbalance.clone(),
            }),
            auto_scaling: scaling::build(keys.auto_scaling.as_ref())?,
        })),
        _ => return None,
    };
    let inference_component_name = match endpoint {
        Value::Literal(endpoint) => {
            InferenceComponentName::parse(full_name(endpoint.as_str(), keys.name.as_str()))
                .ok()?
                .into()
        }
        computed => {
            let parts = vec![
                computed.clone().cast(),
                Value::Literal(keys.name.to_string()),
            ];
            Value::join("-", parts).cast()
        }
    };
    Some(Component {
        name: keys.name.clone(),
        inference_component_name,
        serves,
        deployment: keys
            .deployment
            .as_ref()
            .map(|keys| ComponentDeployment::build(keys, alarms)),
    })
}

/// The name by which callers know a component.
pub(in crate::config) fn full_name(endpoint: &str, component: &str) -> String {
    format!("{endpoint}-{component}")
}

/// Adapters behind all models, so that each stands behind the one that it adapts.
pub(super) fn behind_their_bases(components: Vec<Component>) -> Vec<Component> {
    let (models, adapters): (Vec<_>, Vec<_>) = components
        .into_iter()
        .partition(|component| matches!(component.serves, Serves::Model(_)));
    models.into_iter().chain(adapters).collect()
}

impl ComponentDeployment {
    fn build(keys: &ComponentDeploymentKeys, alarms: Option<&AlarmsKeys>) -> Self {
        Self {
            batch: keys.rolling,
            rollback_batch: keys.rollback_batch_size,
            wait_interval: keys.wait_interval,
            maximum_execution_timeout: keys.maximum_execution_timeout,
            rollback_on: deployment::rollback_on(keys.rollback_on.as_deref(), alarms),
        }
    }
}
