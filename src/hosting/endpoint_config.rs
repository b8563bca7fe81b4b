//! An endpoint configuration: variants and how they serve.

use std::marker::PhantomData;

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{KmsKey, VariantName};
use crate::template::{DeletionPolicy, Handle, Stack, UpdateReplacePolicy};
use crate::value::Value;

use super::capture::{AsyncOutput, DataCapture};
use super::mode::{Async, CapturesData, InstanceBacked, Mode, Provisioning, RealTime, Serverless};
use super::variant::{InstanceVariant, ServerlessVariant};

/// An endpoint configuration of one mode.
///
/// It has no `EndpointConfigName`: every edit replaces it, and a fixed name would make the
/// replacement fail.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpointconfig.html>
#[derive(Debug, Clone)]
pub struct EndpointConfig<M: Mode> {
    properties: l1::EndpointConfig,
    variants: Vec<VariantName>,
    mode: PhantomData<M>,
}

/// One variant on instances.
#[diagnostic::on_unimplemented(
    message = "this configuration takes one variant with `InstanceType` here: a `ServerlessConfig` excludes `AsyncInferenceConfig` and other variants, and `AsyncInferenceConfig` allows one of `ProductionVariants`",
    label = "expected an `InstanceVariant`"
)]
pub trait OnInstances {
    /// The variant.
    fn into_variant(self) -> InstanceVariant;
}

impl OnInstances for InstanceVariant {
    fn into_variant(self) -> InstanceVariant {
        self
    }
}

/// Variants beside the first one: an array or a vector, which may be empty.
#[diagnostic::on_unimplemented(
    message = "`ProductionVariants` beside another one have an `InstanceType`: a variant with `ServerlessConfig` has to be alone",
    label = "expected an array or `Vec` of `InstanceVariant`"
)]
pub trait OtherVariants {
    /// The variants.
    fn into_variants(self) -> impl Iterator<Item = InstanceVariant>;
}

impl<const N: usize> OtherVariants for [InstanceVariant; N] {
    fn into_variants(self) -> impl Iterator<Item = InstanceVariant> {
        self.into_iter()
    }
}

impl OtherVariants for Vec<InstanceVariant> {
    fn into_variants(self) -> impl Iterator<Item = InstanceVariant> {
        self.into_iter()
    }
}

impl EndpointConfig<RealTime> {
    /// 1 to 10 variants that share the traffic by their weights.
    pub fn real_time(first: impl OnInstances, rest: impl OtherVariants) -> Self {
        let variants = [first.into_variant()]
            .into_iter()
            .chain(rest.into_variants());
        Self::of(variants.map(|variant| (variant.name, variant.properties)))
    }
}

impl<P: Provisioning> EndpointConfig<Serverless<P>> {
    /// One variant without instances.
    pub fn serverless(variant: ServerlessVariant<P>) -> Self {
        Self::of([(variant.name, variant.properties)])
    }
}

impl EndpointConfig<Async> {
    /// One variant that works on a queue and puts its answers into S3.
    pub fn asynchronous(variant: impl OnInstances, output: AsyncOutput) -> Self {
        let variant = variant.into_variant();
        let mut config = Self::of([(variant.name, variant.properties)]);
        config.properties.async_inference_config = Some(output.into_config().into());
        config
    }
}

impl<M: Mode> EndpointConfig<M> {
    fn of(variants: impl IntoIterator<Item = (VariantName, l1::ProductionVariant)>) -> Self {
        let (names, variants): (Vec<_>, Vec<_>) = variants
            .into_iter()
            .map(|(name, variant)| (name, Value::from(variant)))
            .unzip();
        Self {
            properties: l1::EndpointConfig::new(Value::from_iter(variants)),
            variants: names,
            mode: PhantomData,
        }
    }

    /// Captures requests and responses.
    #[must_use]
    pub fn data_capture(mut self, capture: DataCapture) -> Self
    where
        M: CapturesData,
    {
        self.properties.data_capture_config = Some(capture.into_config().into());
        self
    }

    /// Encrypts the instances' storage volumes with this key. Not for instance types with local NVMe
    /// storage, which is encrypted by its hardware.
    #[must_use]
    pub fn kms_key(mut self, key: impl Into<Value<KmsKey>>) -> Self
    where
        M: InstanceBacked,
    {
        self.properties.kms_key_id = Some(key.into().map(String::from));
        self
    }

    /// Adds the configuration to a stack. Its replaced predecessors are kept: see the module's
    /// contract.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> EndpointConfigHandle<M> {
        let handle = stack.add(name, self.properties);
        stack
            .resource(&handle)
            .deletion_policy(DeletionPolicy::Delete)
            .update_replace_policy(UpdateReplacePolicy::Retain);
        EndpointConfigHandle {
            handle,
            variants: self.variants,
            mode: PhantomData,
        }
    }
}

/// An endpoint configuration of a stack.
#[derive(Debug, Clone)]
pub struct EndpointConfigHandle<M: Mode> {
    handle: Handle<l1::EndpointConfig>,
    pub(super) variants: Vec<VariantName>,
    mode: PhantomData<M>,
}

impl<M: Mode> EndpointConfigHandle<M> {
    /// The configuration's name, which CloudFormation gives it.
    pub fn name(&self) -> Value<String> {
        self.handle
            .get_att(&l1::EndpointConfig::ENDPOINT_CONFIG_NAME)
    }

    /// The resource.
    pub fn resource(&self) -> &Handle<l1::EndpointConfig> {
        &self.handle
    }
}
