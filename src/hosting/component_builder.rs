//! What an inference component runs and what it needs of an instance, step by step.

use crate::cfn::sagemaker::inference_component as l1;
use crate::literal::{Duration, InferenceComponentName, InstanceType, VariantName};
use crate::value::Value;

use super::component::InferenceComponent;
use super::component_source::{ComponentContainer, ContainerMetrics, FitsComponents, Placement};
use super::endpoint::EndpointHandle;
use super::mode::Hosts;
use super::model::ModelHandle;
use super::required::{ComponentEndpointSet, ComponentSourceSet, Given, MinMemorySet, Missing};
use super::variant::seconds;

/// What a component is on one instance type of its host.
#[derive(Debug, Clone)]
pub struct InstanceSpecification {
    pub(super) properties: l1::InferenceComponentSpecificationForInstanceType,
}

/// An [`InferenceComponent`] or an [`InstanceSpecification`] under construction: `T` says which of
/// the two, `S` what it runs, and `M` whether its memory is known.
#[derive(Debug, Clone)]
pub struct InferenceComponentBuilder<T, S, M> {
    target: T,
    source: S,
    min_memory: M,
    options: Options,
}

/// Where a component is hosted.
#[derive(Debug, Clone)]
pub struct HostedOn {
    pub(super) endpoint_name: Value<String>,
    pub(super) variant_name: VariantName,
}

impl HostedOn {
    pub(super) fn of<M: Hosts>(endpoint: &EndpointHandle<M>) -> Self {
        Self {
            endpoint_name: endpoint.name(),
            variant_name: endpoint.first_variant().clone(),
        }
    }
}

/// A component whose endpoint is an `E`.
#[derive(Debug, Clone)]
pub struct WholeComponent<E> {
    name: Value<InferenceComponentName>,
    endpoint: E,
}

/// What a component is on this instance type.
#[derive(Debug, Clone)]
pub struct OnInstanceType(Value<InstanceType>);

#[derive(Debug, Clone, Default)]
struct Options {
    max_memory_in_mb: Option<Value<i64>>,
    accelerators: Option<Value<f64>>,
    cpu_cores: Option<Value<f64>>,
    model_data_download_timeout: Option<Duration>,
    container_startup_health_check_timeout: Option<Duration>,
    data_caching: Option<Value<bool>>,
    placement: Option<Placement>,
}

impl WholeComponent<Missing> {
    pub(super) fn new(name: Value<InferenceComponentName>) -> Self {
        Self {
            name,
            endpoint: Missing,
        }
    }
}

impl InstanceSpecification {
    /// What a component is on one of its host's instance types; its model and memory are still to
    /// be given.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// let small = InstanceSpecification::builder(XLARGE)
    ///     .model(&model)
    ///     .min_memory_in_mb(8192)
    ///     .cpu_cores(2.0)
    ///     .build();
    /// let large = InstanceSpecification::builder(InstanceType::new("ml.g6.2xlarge"))
    ///     .container(Container::image(IMAGE).model_data_url(MODEL))
    ///     .min_memory_in_mb(16384)
    ///     .build();
    /// let name = InferenceComponentName::new("churn-llama");
    /// InferenceComponent::per_instance_type(name, &endpoint, small, large, [])
    ///     .add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", "Specifications"),
    ///     r#"[{"ComputeResourceRequirements":{"MinMemoryRequiredInMb":8192,"NumberOfCpuCoresRequired":2},"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]}},{"ComputeResourceRequirements":{"MinMemoryRequiredInMb":16384},"Container":{"ArtifactUrl":"s3://churn/model.tar.gz","Image":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1"},"InstanceType":"ml.g6.2xlarge"}]"#,
    /// );
    /// ```
    pub fn builder(
        instance_type: impl Into<Value<InstanceType>>,
    ) -> InferenceComponentBuilder<OnInstanceType, Missing, Missing> {
        InferenceComponentBuilder::new(OnInstanceType(instance_type.into()))
    }
}

impl<T> InferenceComponentBuilder<T, Missing, Missing> {
    pub(super) fn new(target: T) -> Self {
        Self {
            target,
            source: Missing,
            min_memory: Missing,
            options: Options::default(),
        }
    }
}

impl<E, S, M> InferenceComponentBuilder<WholeComponent<E>, S, M> {
    /// The endpoint that hosts it.
    pub fn endpoint<H: Hosts>(
        self,
        endpoint: &EndpointHandle<H>,
    ) -> InferenceComponentBuilder<WholeComponent<Given<HostedOn>>, S, M> {
        InferenceComponentBuilder {
            target: WholeComponent {
                name: self.target.name,
                endpoint: Given(HostedOn::of(endpoint)),
            },
            source: self.source,
            min_memory: self.min_memory,
            options: self.options,
        }
    }
}

/// The bound behind the compiler's message when a component is given two sources.
#[diagnostic::on_unimplemented(
    message = "`ModelName` and `Container` of `AWS::SageMaker::InferenceComponent.InferenceComponentSpecification` exclude each other, and one is set already",
    label = "keep `.model(..)` or `.container(..)`"
)]
pub trait ComponentSourceNotSet {}

impl ComponentSourceNotSet for Missing {}

/// The bound behind the compiler's message when metrics are asked of a model.
#[diagnostic::on_unimplemented(
    message = "`ContainerMetricsConfig` belongs to `Container` of `AWS::SageMaker::InferenceComponent.InferenceComponentSpecification`, which is not set",
    label = "call `.container(..)` first"
)]
pub trait HasContainer {
    /// Sets where the container's metrics are.
    fn set_metrics(&mut self, metrics: ContainerMetrics);
}

impl HasContainer for Given<ComponentContainer> {
    fn set_metrics(&mut self, metrics: ContainerMetrics) {
        self.0.set_metrics(metrics);
    }
}

impl<T, S, M> InferenceComponentBuilder<T, S, M> {
    fn with_source<U>(self, source: U) -> InferenceComponentBuilder<T, Given<U>, M> {
        InferenceComponentBuilder {
            target: self.target,
            source: Given(source),
            min_memory: self.min_memory,
            options: self.options,
        }
    }

    /// The model that it runs: `ModelName`.
    pub fn model<K>(
        self,
        model: &ModelHandle<K>,
    ) -> InferenceComponentBuilder<T, Given<Value<String>>, M>
    where
        S: ComponentSourceNotSet,
    {
        self.with_source(model.name())
    }

    /// A container that it runs without a model of its own: `Container`, an image with model data in
    /// one archive or none, and at most 16 environment variables.
    pub fn container(
        self,
        container: impl FitsComponents,
    ) -> InferenceComponentBuilder<T, Given<ComponentContainer>, M>
    where
        S: ComponentSourceNotSet,
    {
        self.with_source(container.into_component())
    }

    /// Publishes the metrics that the container offers in Prometheus' format.
    #[must_use]
    pub fn container_metrics(mut self, metrics: ContainerMetrics) -> Self
    where
        S: HasContainer,
    {
        self.source.set_metrics(metrics);
        self
    }

    /// The least memory of each copy, in MB: 128 or more.
    pub fn min_memory_in_mb(
        self,
        memory: impl Into<Value<i64>>,
    ) -> InferenceComponentBuilder<T, S, Given<Value<i64>>> {
        InferenceComponentBuilder {
            target: self.target,
            source: self.source,
            min_memory: Given(memory.into()),
            options: self.options,
        }
    }

    /// The most memory of each copy, in MB: at least as much as the least.
    #[must_use]
    pub fn max_memory_in_mb(mut self, memory: impl Into<Value<i64>>) -> Self {
        self.options.max_memory_in_mb = Some(memory.into());
        self
    }

    /// The accelerators of each copy, GPUs or Neuron devices: 1 or more. None when it is left out.
    #[must_use]
    pub fn accelerators(mut self, devices: impl Into<Value<f64>>) -> Self {
        self.options.accelerators = Some(devices.into());
        self
    }

    /// The CPU cores of each copy: 0.25 or more.
    #[must_use]
    pub fn cpu_cores(mut self, cores: impl Into<Value<f64>>) -> Self {
        self.options.cpu_cores = Some(cores.into());
        self
    }

    /// How long the download of the model data may take, 60 seconds to 1 hour.
    #[must_use]
    pub fn model_data_download_timeout(mut self, timeout: Duration) -> Self {
        self.options.model_data_download_timeout = Some(timeout);
        self
    }

    /// How long a container may take until it answers `/ping`, 60 seconds to 1 hour.
    #[must_use]
    pub fn container_startup_health_check_timeout(mut self, timeout: Duration) -> Self {
        self.options.container_startup_health_check_timeout = Some(timeout);
        self
    }

    /// Whether instances keep the image and the model data, so that further copies start sooner.
    #[must_use]
    pub fn data_caching(mut self, enabled: impl Into<Value<bool>>) -> Self {
        self.options.data_caching = Some(enabled.into());
        self
    }

    /// On which instances copies start. SageMaker chooses when it is left out.
    #[must_use]
    pub fn placement(mut self, placement: Placement) -> Self {
        self.options.placement = Some(placement);
        self
    }
}

impl<E, S, M> InferenceComponentBuilder<WholeComponent<E>, S, M> {
    /// The component.
    pub fn build(self) -> InferenceComponent
    where
        E: ComponentEndpointSet<Value = HostedOn>,
        S: ComponentSourceSet,
        M: MinMemorySet<Value = Value<i64>>,
    {
        let mut specification = l1::InferenceComponentSpecification {
            compute_resource_requirements: Some(self.options.compute(self.min_memory.given())),
            data_cache_config: self.options.data_cache(),
            startup_parameters: self.options.startup(),
            scheduling_config: self.options.scheduling(),
            ..Default::default()
        };
        self.source.set(&mut specification);
        InferenceComponent::on(self.target.name, self.target.endpoint.given())
            .with_specification(specification)
    }
}

impl<S, M> InferenceComponentBuilder<OnInstanceType, S, M> {
    /// The specification.
    pub fn build(self) -> InstanceSpecification
    where
        S: ComponentSourceSet,
        M: MinMemorySet<Value = Value<i64>>,
    {
        let instance_type = self.target.0.map(String::from);
        let mut properties = l1::InferenceComponentSpecificationForInstanceType {
            compute_resource_requirements: Some(self.options.compute(self.min_memory.given())),
            data_cache_config: self.options.data_cache(),
            startup_parameters: self.options.startup(),
            scheduling_config: self.options.scheduling(),
            ..l1::InferenceComponentSpecificationForInstanceType::new(instance_type)
        };
        self.source.set_for_instance_type(&mut properties);
        InstanceSpecification { properties }
    }
}

impl Options {
    fn compute(
        &self,
        min_memory_in_mb: Value<i64>,
    ) -> Value<l1::InferenceComponentComputeResourceRequirements> {
        l1::InferenceComponentComputeResourceRequirements {
            max_memory_required_in_mb: self.max_memory_in_mb.clone(),
            min_memory_required_in_mb: Some(min_memory_in_mb),
            number_of_accelerator_devices_required: self.accelerators.clone(),
            number_of_cpu_cores_required: self.cpu_cores.clone(),
        }
        .into()
    }

    fn startup(&self) -> Option<Value<l1::InferenceComponentStartupParameters>> {
        let parameters = l1::InferenceComponentStartupParameters {
            container_startup_health_check_timeout_in_seconds: self
                .container_startup_health_check_timeout
                .map(seconds),
            model_data_download_timeout_in_seconds: self.model_data_download_timeout.map(seconds),
        };
        (parameters != l1::InferenceComponentStartupParameters::default())
            .then(|| parameters.into())
    }

    fn data_cache(&self) -> Option<Value<l1::InferenceComponentDataCacheConfig>> {
        let enabled = self.data_caching.clone()?;
        Some(l1::InferenceComponentDataCacheConfig::new(enabled).into())
    }

    fn scheduling(&self) -> Option<Value<l1::InferenceComponentSchedulingConfig>> {
        let placement = self.placement.clone()?;
        Some(placement.into_config().into())
    }
}
