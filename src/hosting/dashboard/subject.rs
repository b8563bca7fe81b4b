//! Whose metrics a chart shows.

use crate::json::Json;

use super::super::alarm::{ENDPOINTS, INFERENCE_COMPONENTS, SAGEMAKER};

/// A variant or a component, by the dimensions of its metrics. Texts may hold placeholders.
pub(super) struct Subject {
    dimensions: Vec<(&'static str, String)>,
    utilization: &'static str,
}

impl Subject {
    pub(super) fn variant(endpoint: &str, variant: &str) -> Self {
        Self {
            dimensions: vec![
                ("EndpointName", endpoint.to_owned()),
                ("VariantName", variant.to_owned()),
            ],
            utilization: ENDPOINTS,
        }
    }

    pub(super) fn component(component: &str) -> Self {
        Self {
            dimensions: vec![("InferenceComponentName", component.to_owned())],
            utilization: INFERENCE_COMPONENTS,
        }
    }

    /// A metric about invocations.
    pub(super) fn invocation(&self, name: &'static str) -> Vec<Json> {
        metric(SAGEMAKER, name, &self.dimensions)
    }

    /// A metric about invocations that is published for the whole endpoint.
    pub(super) fn of_endpoint(&self, name: &'static str) -> Vec<Json> {
        metric(SAGEMAKER, name, &self.dimensions[..1])
    }

    /// A metric about instances or copies.
    pub(super) fn utilization(&self, name: &'static str) -> Vec<Json> {
        metric(self.utilization, name, &self.dimensions)
    }
}

fn metric(
    namespace: &'static str,
    name: &'static str,
    dimensions: &[(&'static str, String)],
) -> Vec<Json> {
    let mut metric = vec![namespace.into(), name.into()];
    for (dimension, value) in dimensions {
        metric.extend([(*dimension).into(), value.clone().into()]);
    }
    metric
}
