//! Inference components: models that share the instances of one endpoint, each with its own copies.

use std::marker::PhantomData;

use crate::cfn::sagemaker::inference_component as l1;
use crate::literal::{InferenceComponentName, S3Uri};
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::component_builder::{
    HostedOn, InferenceComponentBuilder, InstanceSpecification, WholeComponent,
};
use super::component_rollout::ComponentRollout;
use super::endpoint::EndpointHandle;
use super::mode::Hosts;
use super::required::Missing;

/// A component that has compute of its own.
#[derive(Debug, Clone, Copy)]
pub enum Base {}

/// A component that adapts the answers of another one and uses its compute.
#[derive(Debug, Clone, Copy)]
pub enum Adapter {}

/// Components that have compute of their own.
#[diagnostic::on_unimplemented(
    message = "an `AWS::SageMaker::InferenceComponent` with `BaseInferenceComponentName` has no `ComputeResourceRequirements`: it has no `CopyCount`, and no other component is based on it",
    label = "an adapter uses the compute of its base"
)]
pub trait HasCompute {}

impl HasCompute for Base {}

/// An inference component: a model with its part of an endpoint's instances. `K` says whether it is
/// a [`Base`] or an [`Adapter`].
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-inferencecomponent.html>
#[derive(Debug, Clone)]
pub struct InferenceComponent<K = Base> {
    name: Value<String>,
    properties: l1::InferenceComponent,
    base: Option<Handle<l1::InferenceComponent>>,
    kind: PhantomData<K>,
}

impl InferenceComponent {
    /// A component whose endpoint, model and memory are still to be given. Its name is unique in the
    /// account and region; callers and scaling use it, so that it has to stay the same.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// InferenceComponent::builder(InferenceComponentName::new("churn-llama"))
    ///     .endpoint(&endpoint)
    ///     .model(&model)
    ///     .min_memory_in_mb(16384)
    ///     .accelerators(1.0)
    ///     .build()
    ///     .copies(3)
    ///     .add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", ""),
    ///     r#"{"EndpointName":{"Fn::GetAtt":["Endpoint","EndpointName"]},"InferenceComponentName":"churn-llama","RuntimeConfig":{"CopyCount":3},"Specification":{"ComputeResourceRequirements":{"MinMemoryRequiredInMb":16384,"NumberOfAcceleratorDevicesRequired":1},"ModelName":{"Fn::GetAtt":["Model","ModelName"]}},"VariantName":"primary"}"#,
    /// );
    /// ```
    pub fn builder(
        name: impl Into<Value<InferenceComponentName>>,
    ) -> InferenceComponentBuilder<WholeComponent<Missing>, Missing, Missing> {
        InferenceComponentBuilder::new(WholeComponent::new(name.into()))
    }

    /// A component that differs by instance type, for a host with pools of 2 to 5 types:
    /// `Specifications`.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// const LARGER: InstanceType = InstanceType::new("ml.g6.2xlarge");
    /// let on = |instance_type, memory: i32| {
    ///     InstanceSpecification::builder(instance_type).model(&model).min_memory_in_mb(memory).build()
    /// };
    /// let name = InferenceComponentName::new("churn-llama");
    /// let (small, large) = (on(XLARGE, 8192), on(LARGER, 16384));
    /// InferenceComponent::per_instance_type(name, &endpoint, small, large, [])
    ///     .add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", "Specifications"),
    ///     r#"[{"ComputeResourceRequirements":{"MinMemoryRequiredInMb":8192},"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]}},{"ComputeResourceRequirements":{"MinMemoryRequiredInMb":16384},"InstanceType":"ml.g6.2xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]}}]"#,
    /// );
    /// ```
    pub fn per_instance_type<H: Hosts>(
        name: impl Into<Value<InferenceComponentName>>,
        endpoint: &EndpointHandle<H>,
        first: InstanceSpecification,
        second: InstanceSpecification,
        rest: impl IntoIterator<Item = InstanceSpecification>,
    ) -> Self {
        let specifications = [first, second].into_iter().chain(rest);
        let mut component = Self::on(name.into(), HostedOn::of(endpoint));
        component.properties.specifications = Some(
            specifications
                .map(|specification| specification.properties.into())
                .collect(),
        );
        component
    }

    pub(super) fn on(name: Value<InferenceComponentName>, host: HostedOn) -> Self {
        let mut component = Self::named(name, host.endpoint_name);
        component.properties.variant_name = Some(String::from(host.variant_name).into());
        component.copies(1)
    }

    pub(super) fn with_specification(
        mut self,
        specification: l1::InferenceComponentSpecification,
    ) -> Self {
        self.properties.specification = Some(specification.into());
        self
    }
}

impl InferenceComponent<Adapter> {
    /// A component that adapts the base component: `artifact` is one `.tar.gz` that holds the
    /// adapter. Callers name the adapter, and it runs in the copies of its base.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// let llama = InferenceComponent::builder(InferenceComponentName::new("churn-llama"))
    ///     .endpoint(&endpoint)
    ///     .model(&model)
    ///     .min_memory_in_mb(16384)
    ///     .build()
    ///     .add_to(&mut stack, "Llama");
    /// let name = InferenceComponentName::new("churn-german");
    /// let artifact = S3Uri::new("s3://churn/german.tar.gz");
    /// InferenceComponent::adapter(name, &llama, artifact).add_to(&mut stack, "German");
    /// assert_eq!(
    ///     shown(stack, "German", "Specification"),
    ///     r#"{"BaseInferenceComponentName":"churn-llama","Container":{"ArtifactUrl":"s3://churn/german.tar.gz"}}"#,
    /// );
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-adapt.html>
    pub fn adapter<B: HasCompute>(
        name: impl Into<Value<InferenceComponentName>>,
        base: &ComponentHandle<B>,
        artifact: impl Into<Value<S3Uri>>,
    ) -> Self {
        let container = l1::InferenceComponentContainerSpecification {
            artifact_url: Some(artifact.into().map(String::from)),
            ..Default::default()
        };
        let specification = l1::InferenceComponentSpecification {
            base_inference_component_name: Some(base.name()),
            container: Some(container.into()),
            ..Default::default()
        };
        let mut component = Self::named(name.into(), base.endpoint_name.clone());
        component.properties.specification = Some(specification.into());
        component.base = Some(base.handle.clone());
        component
    }
}

impl<K> InferenceComponent<K> {
    fn named(name: Value<InferenceComponentName>, endpoint_name: Value<String>) -> Self {
        let name = name.map(String::from);
        Self {
            properties: l1::InferenceComponent {
                inference_component_name: Some(name.clone()),
                ..l1::InferenceComponent::new(endpoint_name)
            },
            name,
            base: None,
            kind: PhantomData,
        }
    }

    /// How many copies it starts with; 1 when it is left out, 0 for none.
    #[must_use]
    pub fn copies(mut self, copies: impl Into<Value<i64>>) -> Self
    where
        K: HasCompute,
    {
        let runtime = l1::InferenceComponentRuntimeConfig {
            copy_count: Some(copies.into()),
        };
        self.properties.runtime_config = Some(runtime.into());
        self
    }

    /// How updates replace its copies. SageMaker replaces all at once when it is left out.
    #[must_use]
    pub fn rollout(mut self, rollout: ComponentRollout) -> Self
    where
        K: HasCompute,
    {
        self.properties.deployment_config = Some(rollout.into_deployment_config().into());
        self
    }

    /// Adds the component to a stack. It is created once its endpoint is in service.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> ComponentHandle<K> {
        let endpoint_name = self.properties.endpoint_name.clone();
        let handle = stack.add(name, self.properties);
        if let Some(base) = &self.base {
            // A name is no reference.
            stack.resource(&handle).depends_on(base);
        }
        ComponentHandle {
            handle,
            name: self.name,
            endpoint_name,
            kind: PhantomData,
        }
    }
}

/// An inference component of a stack: what adapters, scaling and alarms refer to.
///
/// CloudFormation has no attribute for a component's name: whatever takes the name has to depend on
/// the [`resource`](Self::resource) as well.
#[derive(Debug, Clone)]
pub struct ComponentHandle<K = Base> {
    handle: Handle<l1::InferenceComponent>,
    name: Value<String>,
    endpoint_name: Value<String>,
    kind: PhantomData<K>,
}

impl<K> ComponentHandle<K> {
    /// The component's name, as it was given.
    pub fn name(&self) -> Value<String> {
        self.name.clone()
    }

    /// The component's ARN.
    pub fn arn(&self) -> Value<String> {
        self.handle.reference()
    }

    /// The name of the endpoint that hosts it.
    pub fn endpoint_name(&self) -> Value<String> {
        self.endpoint_name.clone()
    }

    /// The resource.
    pub fn resource(&self) -> &Handle<l1::InferenceComponent> {
        &self.handle
    }
}
