//! What an inference component runs, and where its copies go.

use indexmap::IndexMap;

use crate::cfn::sagemaker::inference_component as l1;
use crate::literal::Duration;
use crate::value::Value;

use super::container::{AnyContainer, Container, NoModelData, TarGz};
use super::required::{ComponentSourceSet, Given};
use super::variant::seconds;

/// A container of an inference component.
#[derive(Debug, Clone)]
pub struct ComponentContainer {
    image: Option<Value<String>>,
    artifact: Option<Value<String>>,
    environment: Option<Value<IndexMap<String, Value<String>>>>,
    metrics: Option<ContainerMetrics>,
}

impl ComponentContainer {
    pub(super) fn set_metrics(&mut self, metrics: ContainerMetrics) {
        self.metrics = Some(metrics);
    }

    fn metrics(&self) -> Option<Value<l1::ContainerMetricsConfig>> {
        let metrics = self.metrics.clone()?;
        Some(metrics.into_config().into())
    }
}

/// Containers that an inference component can run without a model of its own.
#[diagnostic::on_unimplemented(
    message = "`Container` of `AWS::SageMaker::InferenceComponent.InferenceComponentSpecification` has an `Image` in ECR, `Environment`, and an `ArtifactUrl` that is one `.tar.gz` or nothing",
    label = "this container needs a model",
    note = "make a `Model` of it and call `.model(..)`"
)]
pub trait FitsComponents {
    /// The container.
    fn into_component(self) -> ComponentContainer;
}

impl FitsComponents for Container<NoModelData> {
    fn into_component(self) -> ComponentContainer {
        from_image(self.into())
    }
}

impl FitsComponents for Container<TarGz> {
    fn into_component(self) -> ComponentContainer {
        from_image(self.into())
    }
}

fn from_image(container: AnyContainer) -> ComponentContainer {
    let definition = container.into_definition();
    ComponentContainer {
        image: definition.image,
        artifact: definition.model_data_url,
        environment: definition.environment,
        metrics: None,
    }
}

impl ComponentSourceSet for Given<Value<String>> {
    fn set(self, specification: &mut l1::InferenceComponentSpecification) {
        specification.model_name = Some(self.0);
    }

    fn set_for_instance_type(
        self,
        specification: &mut l1::InferenceComponentSpecificationForInstanceType,
    ) {
        specification.model_name = Some(self.0);
    }
}

impl ComponentSourceSet for Given<ComponentContainer> {
    fn set(self, specification: &mut l1::InferenceComponentSpecification) {
        let container = self.0;
        specification.container = Some(
            l1::InferenceComponentContainerSpecification {
                container_metrics_config: container.metrics(),
                environment: container.environment,
                artifact_url: container.artifact,
                image: container.image,
            }
            .into(),
        );
    }

    fn set_for_instance_type(
        self,
        specification: &mut l1::InferenceComponentSpecificationForInstanceType,
    ) {
        let container = self.0;
        specification.container = Some(
            l1::InferenceComponentContainerSpecificationForInstanceType {
                container_metrics_config: container.metrics(),
                environment: container.environment,
                artifact_url: container.artifact,
                image: container.image,
            }
            .into(),
        );
    }
}

/// Where a container offers metrics in Prometheus' format, which SageMaker then publishes.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-inferencecomponent-metricsendpoint.html>
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerMetrics {
    path: Value<String>,
    frequency: Option<Duration>,
}

impl ContainerMetrics {
    /// At this path of the container, such as `/metrics`: at most 256 characters.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// let metrics = ContainerMetrics::at("/metrics").publish_every(Duration::new("30s"));
    /// InferenceComponent::builder(InferenceComponentName::new("churn-llama"))
    ///     .endpoint(&endpoint)
    ///     .container(Container::image(IMAGE))
    ///     .container_metrics(metrics)
    ///     .min_memory_in_mb(1024)
    ///     .build()
    ///     .add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", "Specification.Container.ContainerMetricsConfig"),
    ///     r#"{"MetricsEndpoints":[{"MetricPublishFrequencyInSeconds":30,"MetricsEndpointPath":"/metrics"}]}"#,
    /// );
    /// ```
    pub fn at(path: impl Into<Value<String>>) -> Self {
        Self {
            path: path.into(),
            frequency: None,
        }
    }

    /// How often they are published, every 10 seconds to 5 minutes.
    #[must_use]
    pub fn publish_every(mut self, frequency: Duration) -> Self {
        self.frequency = Some(frequency);
        self
    }

    fn into_config(self) -> l1::ContainerMetricsConfig {
        let endpoint = l1::MetricsEndpoint {
            metric_publish_frequency_in_seconds: self.frequency.map(seconds),
            ..l1::MetricsEndpoint::new(self.path)
        };
        l1::ContainerMetricsConfig::new([endpoint])
    }
}

/// On which instances a component's copies start.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-inferencecomponent-inferencecomponentschedulingconfig.html>
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    strategy: l1::InferenceComponentPlacementStrategy,
    max_imbalance: Option<Value<i64>>,
}

impl Placement {
    /// Evenly over the instances, so that fewer copies are lost with one of them.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// let component = InferenceComponent::builder(InferenceComponentName::new("churn-llama"))
    ///     .endpoint(&endpoint)
    ///     .model(&model)
    ///     .min_memory_in_mb(16384)
    ///     .placement(Placement::spread().max_imbalance(1))
    ///     .build();
    /// component.add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", "Specification.SchedulingConfig"),
    ///     r#"{"AvailabilityZoneBalance":{"EnforcementMode":"PERMISSIVE","MaxImbalance":1},"PlacementStrategy":"SPREAD"}"#,
    /// );
    /// ```
    pub fn spread() -> Self {
        Self {
            strategy: l1::InferenceComponentPlacementStrategy::SPREAD,
            max_imbalance: None,
        }
    }

    /// On as few instances as possible.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// let component = InferenceComponent::builder(InferenceComponentName::new("churn-llama"))
    ///     .endpoint(&endpoint)
    ///     .model(&model)
    ///     .min_memory_in_mb(16384)
    ///     .placement(Placement::binpack().max_imbalance(1))
    ///     .build();
    /// component.add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", "Specification.SchedulingConfig"),
    ///     r#"{"AvailabilityZoneBalance":{"EnforcementMode":"PERMISSIVE","MaxImbalance":1},"PlacementStrategy":"BINPACK"}"#,
    /// );
    /// ```
    pub fn binpack() -> Self {
        Self {
            strategy: l1::InferenceComponentPlacementStrategy::BINPACK,
            max_imbalance: None,
        }
    }

    /// By how many copies two availability zones may differ while capacity allows for less, 0 to
    /// 100; 0 when it is left out.
    #[must_use]
    pub fn max_imbalance(mut self, copies: impl Into<Value<i64>>) -> Self {
        self.max_imbalance = Some(copies.into());
        self
    }

    pub(super) fn into_config(self) -> l1::InferenceComponentSchedulingConfig {
        let balance = l1::InferenceComponentAvailabilityZoneBalance {
            max_imbalance: self.max_imbalance,
            // The only mode that there is.
            ..l1::InferenceComponentAvailabilityZoneBalance::new("PERMISSIVE")
        };
        l1::InferenceComponentSchedulingConfig::new(balance, self.strategy)
    }
}
