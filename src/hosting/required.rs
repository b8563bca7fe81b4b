//! Required properties as types: what has not been set does not build, and the message says what.

use crate::cfn::sagemaker::{endpoint_config, inference_component};
use crate::literal::VariantName;

/// A required property that has not been set.
#[derive(Debug, Clone, Copy)]
pub struct Missing;

/// A required property that has been set.
#[derive(Debug, Clone)]
pub struct Given<T>(pub(super) T);

macro_rules! required {
    ($($marker:ident, $message:literal, $label:literal;)*) => {$(
        #[doc = concat!("The bound behind the compiler's message: ", $message, ".")]
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $marker {
            /// What it was set to.
            type Value;

            /// What it was set to.
            fn given(self) -> Self::Value;
        }

        impl<T> $marker for Given<T> {
            type Value = T;

            fn given(self) -> T {
                self.0
            }
        }
    )*};
}

required! {
    ModelContainerSet,
    "required property `PrimaryContainer` or `Containers` of `AWS::SageMaker::Model` is not set",
    "call `.container(..)`, `.pipeline(..)` or `.direct(..)` before `.build()`";

    ExecutionRoleArnSet,
    "required property `ExecutionRoleArn` of `AWS::SageMaker::Model` is not set",
    "call `.execution_role(..)` before `.build()`";

    ModelNameSet,
    "required property `ModelName` of `AWS::SageMaker::EndpointConfig.ProductionVariant` is not set",
    "call `.model(..)` before `.build()`";

    InitialInstanceCountSet,
    "required property `InitialInstanceCount` of `AWS::SageMaker::EndpointConfig.ProductionVariant` is not set",
    "call `.initial_instance_count(..)` before `.build()`";

    MaxConcurrencySet,
    "required property `MaxConcurrency` of `AWS::SageMaker::EndpointConfig.ServerlessConfig` is not set",
    "call `.max_concurrency(..)` before `.build()`";

    MemorySizeSet,
    "required property `MemorySizeInMB` of `AWS::SageMaker::EndpointConfig.ServerlessConfig` is not set",
    "call `.memory_size(..)` before `.build()`";

    S3OutputPathSet,
    "required property `S3OutputPath` of `AWS::SageMaker::EndpointConfig.AsyncInferenceOutputConfig` is not set",
    "call `.s3_output_path(..)` before `.build()`";

    ComponentEndpointSet,
    "required property `EndpointName` of `AWS::SageMaker::InferenceComponent` is not set",
    "call `.endpoint(..)` before `.build()`";

    MinMemorySet,
    "required property `MinMemoryRequiredInMb` of `AWS::SageMaker::InferenceComponent.InferenceComponentComputeResourceRequirements` is not set",
    "call `.min_memory_in_mb(..)` before `.build()`";

    EndpointNameSet,
    "required property `EndpointName` of `AWS::SageMaker::Endpoint` is not set: callers, alarms and scaling use it, so it has to stay the same",
    "call `.name(..)` before `.build()`";

    EndpointConfigNameSet,
    "required property `EndpointConfigName` of `AWS::SageMaker::Endpoint` is not set",
    "call `.config(..)` before `.build()`";
}

/// The bound behind the compiler's message when a variant has neither an instance type nor pools.
#[diagnostic::on_unimplemented(
    message = "required property `InstanceType` or `InstancePools` of `AWS::SageMaker::EndpointConfig.ProductionVariant` is not set",
    label = "call `.instance_type(..)` before `.build()`"
)]
pub trait InstanceTypeSet {
    /// Sets what was given.
    fn set(self, variant: &mut endpoint_config::ProductionVariant);
}

/// The bound behind the compiler's message when a variant has no model and hosts no components.
#[diagnostic::on_unimplemented(
    message = "required property `ModelName` of `AWS::SageMaker::EndpointConfig.ProductionVariant` is not set",
    label = "call `.model(..)` before `.build()`"
)]
pub trait ServedSet<K> {
    /// What a variant is that serves this, where its model is a `K`.
    type Variant;

    /// The variant.
    fn finish(
        self,
        name: VariantName,
        properties: endpoint_config::ProductionVariant,
    ) -> Self::Variant;
}

/// The bound behind the compiler's message when a component has nothing to run.
#[diagnostic::on_unimplemented(
    message = "required property `ModelName` or `Container` of `AWS::SageMaker::InferenceComponent.InferenceComponentSpecification` is not set",
    label = "call `.model(..)` or `.container(..)` before `.build()`"
)]
pub trait ComponentSourceSet {
    /// Sets what was given.
    fn set(self, specification: &mut inference_component::InferenceComponentSpecification);

    /// Sets what was given, for one instance type.
    fn set_for_instance_type(
        self,
        specification: &mut inference_component::InferenceComponentSpecificationForInstanceType,
    );
}

/// The bound behind the compiler's message when a model is given two sources.
#[diagnostic::on_unimplemented(
    message = "`PrimaryContainer` and `Containers` of `AWS::SageMaker::Model` exclude each other, and one is set already",
    label = "keep one of `.container(..)`, `.pipeline(..)` and `.direct(..)`"
)]
pub trait ModelContainerNotSet {}

impl ModelContainerNotSet for Missing {}
