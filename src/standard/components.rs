//! Inference components: models that share the instances of an endpoint.

use crate::config::{
    self, Component, ComponentModel, ModelSource, PlacementStrategy, Serves, Stage,
};
use crate::hosting::{
    Adapter, ComponentHandle, ComponentHost, ComponentMetrics, Dashboard, EndpointHandle,
    InferenceComponent, ModelHandle, Placement, RollbackAlarms, SeveralModels,
};
use crate::literal::S3Uri;
use crate::template::Stack;
use crate::value::Value;

use super::alarms::Alarms;
use super::{CHECKED, deployment, pascal, scaling};

/// A component of a stage, while it is built.
pub(super) struct Planned<'a> {
    pub(super) component: &'a Component,
    /// Where the stage states it.
    pub(super) path: String,
    /// What its logical ids begin with.
    pub(super) id: String,
}

impl<'a> Planned<'a> {
    /// The components of a host, the bases before their adapters.
    pub(super) fn all(stage: &Stage, host: &'a config::ComponentHost) -> Vec<Self> {
        let path = |component: &Component| {
            // The file may state an adapter before its base.
            let stated = (0..host.components.len()).find(|index| {
                stage.text(&format!("Components[{index}].Name")) == Some(component.name.as_str())
            });
            format!("Components[{}]", stated.unwrap_or_default())
        };
        let planned = host.components.iter().map(|component| Self {
            component,
            path: path(component),
            id: pascal(component.name.as_str()),
        });
        planned.collect()
    }

    /// What it hosts, where it is no adapter.
    pub(super) fn model(&self) -> Option<&'a ModelSource> {
        match &self.component.serves {
            Serves::Model(model) => Some(&model.model),
            Serves::Adapter { .. } => None,
        }
    }

    /// The adapter, with the path at which the stage states it.
    pub(super) fn adapter(&self) -> Option<(String, &'a Value<S3Uri>)> {
        match &self.component.serves {
            Serves::Model(_) => None,
            Serves::Adapter { artifact_url, .. } => {
                Some((format!("{}.ArtifactUrl", self.path), artifact_url))
            }
        }
    }

    /// The alarms that take its deployments back.
    pub(super) fn rollback(&self, alarms: &Alarms<'_>) -> Option<RollbackAlarms> {
        let deployment = self.component.deployment.as_ref()?;
        alarms.rollback(&deployment.rollback_on, Some(&self.id))
    }

    /// What its metrics are known by.
    pub(super) fn metrics(&self) -> ComponentMetrics {
        ComponentMetrics::of(self.component.inference_component_name.clone())
    }
}

/// Adds the components to the stack, and shows them on a dashboard; `models` holds one for each that
/// has its own. Their names come back.
pub(super) fn add(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &EndpointHandle<ComponentHost>,
    planned: &[Planned<'_>],
    models: &[Option<ModelHandle<SeveralModels>>],
    alarms: &Alarms<'_>,
) -> (Vec<Value<String>>, Dashboard<ComponentHost>) {
    let mut dashboard = Dashboard::of(endpoint);
    let mut bases: Vec<(&str, ComponentHandle)> = Vec::new();
    let mut names = Vec::new();
    for (one, model) in planned.iter().zip(models) {
        let component = one.component;
        let source = stage.source(&one.path);
        let made = stack.caused_by(Some(source), |stack| match &component.serves {
            Serves::Adapter { base, artifact_url } => {
                let base = bases.iter().find(|(name, _)| *name == base.as_str());
                let (_, base) = base.expect(CHECKED);
                let name = component.inference_component_name.clone();
                let adapter = InferenceComponent::adapter(name, base, artifact_url.clone());
                Made::Adapter(adapter.add_to(stack, &one.id))
            }
            Serves::Model(serves) => {
                let model = model.as_ref().expect(CHECKED);
                let built = with_model(component, serves, endpoint, model);
                let built = built.copies(serves.copy_count.clone());
                let built = match &component.deployment {
                    Some(deployment) => {
                        let rollout = deployment::of_component(deployment, one.rollback(alarms));
                        built.rollout(rollout)
                    }
                    None => built,
                };
                let handle = built.add_to(stack, &one.id);
                if let Some(scaled) = &serves.auto_scaling {
                    let source = stage.source(&format!("{}.AutoScaling", one.path));
                    let copies = scaling::of_copies(scaled, alarms, &one.metrics());
                    let id = format!("{}Scaling", one.id);
                    stack.caused_by(Some(source), |stack| {
                        handle.scale_copies(stack, &id, copies)
                    });
                }
                Made::Base(handle)
            }
        });
        let name = match made {
            Made::Adapter(handle) => {
                dashboard = dashboard.component(&handle);
                handle.name()
            }
            Made::Base(handle) => {
                dashboard = dashboard.component(&handle);
                let name = handle.name();
                bases.push((component.name.as_str(), handle));
                name
            }
        };
        stack
            .output(format!("{}ComponentName", one.id), name.clone())
            .description(format!(
                "The name to invoke the component {} by",
                component.name
            ));
        names.push(name);
    }
    (names, dashboard)
}

/// A component that has been added.
enum Made {
    Base(ComponentHandle),
    Adapter(ComponentHandle<Adapter>),
}

fn with_model(
    component: &Component,
    serves: &ComponentModel,
    endpoint: &EndpointHandle<ComponentHost>,
    model: &ModelHandle<SeveralModels>,
) -> InferenceComponent {
    let compute = &serves.compute;
    let mut builder = InferenceComponent::builder(component.inference_component_name.clone())
        .endpoint(endpoint)
        .model(model)
        .min_memory_in_mb(compute.min_memory_in_mb.clone());
    if let Some(memory) = &compute.max_memory_in_mb {
        builder = builder.max_memory_in_mb(memory.clone());
    }
    if let Some(devices) = &compute.accelerators {
        builder = builder.accelerators(devices.clone());
    }
    if let Some(cores) = &compute.cpu_cores {
        builder = builder.cpu_cores(cores.clone());
    }
    if let Some(timeout) = serves.model_data_download_timeout {
        builder = builder.model_data_download_timeout(timeout);
    }
    if let Some(timeout) = serves.container_startup_health_check_timeout {
        builder = builder.container_startup_health_check_timeout(timeout);
    }
    if let Some(caching) = &serves.data_caching {
        builder = builder.data_caching(caching.clone());
    }
    if let Some(placement) = &serves.placement {
        let construct = match placement.strategy {
            PlacementStrategy::Spread => Placement::spread(),
            PlacementStrategy::Binpack => Placement::binpack(),
        };
        builder = builder.placement(construct.max_imbalance(placement.max_imbalance.clone()));
    }
    builder.build()
}
