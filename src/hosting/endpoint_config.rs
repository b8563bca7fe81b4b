//! An endpoint configuration: variants and how they serve.

use std::marker::PhantomData;

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{KmsKey, RoleArn, VariantName};
use crate::template::{DeletionPolicy, Handle, Stack, UpdateReplacePolicy};
use crate::value::Value;

use super::capture::{AsyncOutput, DataCapture};
use super::explainer::Explainer;
use super::metrics::Metrics;
use super::mode::{
    Async, CapturesData, ComponentHost, Hosts, InstanceBacked, Mode, Provisioning, RealTime,
    Serverless,
};
use super::model::{InstanceOnly, Network, Portable, SeveralModels};
use super::serverless::ServerlessVariant;
use super::variant::{HostVariant, InstanceVariant};

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
    label = "expected an `InstanceVariant`",
    note = "a `HostVariant` belongs to `EndpointConfig::component_host(..)`"
)]
pub trait OnInstances {
    /// The variant.
    fn into_variant(self) -> InstanceVariant<SeveralModels>;
}

impl<K> OnInstances for InstanceVariant<K> {
    fn into_variant(self) -> InstanceVariant<SeveralModels> {
        self.any_model()
    }
}

/// Variants beside the first one, which is a `V`: an array of the same type or a vector, each of
/// which may be empty.
#[diagnostic::on_unimplemented(
    message = "`ProductionVariants` beside another one have an `InstanceType`: a variant with `ServerlessConfig` has to be alone",
    label = "expected an array or `Vec` of `InstanceVariant`",
    note = "where models differ in kind, call `.any_model()` on each variant"
)]
pub trait OtherVariants<V> {
    /// The variants.
    fn into_variants(self) -> impl Iterator<Item = InstanceVariant<SeveralModels>>;
}

impl<V: OnInstances, const N: usize> OtherVariants<V> for [V; N] {
    fn into_variants(self) -> impl Iterator<Item = InstanceVariant<SeveralModels>> {
        self.into_iter().map(V::into_variant)
    }
}

impl<V: OnInstances, K> OtherVariants<V> for Vec<InstanceVariant<K>> {
    fn into_variants(self) -> impl Iterator<Item = InstanceVariant<SeveralModels>> {
        self.into_iter().map(InstanceVariant::any_model)
    }
}

/// One variant whose answers can be compared with another's.
#[diagnostic::on_unimplemented(
    message = "`ShadowProductionVariants` of `AWS::SageMaker::EndpointConfig` take no `ServerlessConfig`, and no model with `Containers` or `Mode: MultiModel`",
    label = "expected an `InstanceVariant` of one model in one container"
)]
pub trait Comparable: OnInstances {}

impl Comparable for InstanceVariant<Portable> {}
impl Comparable for InstanceVariant<InstanceOnly> {}

/// A part of the requests in percent: 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SamplingPercentage(u32);

impl SamplingPercentage {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// use sageform::hosting::SamplingPercentage;
    ///
    /// const HALF: SamplingPercentage = SamplingPercentage::new(50);
    /// assert_eq!(SamplingPercentage::parse(101), None);
    /// ```
    ///
    /// # Panics
    ///
    /// When it is more than 100.
    #[track_caller]
    pub const fn new(percent: u32) -> Self {
        assert!(percent <= 100, "`SamplingPercentage` is between 0 and 100");
        Self(percent)
    }

    /// The percentage, if it is at most 100.
    pub const fn parse(percent: u32) -> Option<Self> {
        if percent <= 100 {
            Some(Self(percent))
        } else {
            None
        }
    }

    /// The number of percent.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl EndpointConfig<RealTime> {
    /// 1 to 10 variants that share the traffic by their weights.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let next = InstanceVariant::builder(VariantName::new("next"))
    ///     .model(&model)
    ///     .instance_type(XLARGE)
    ///     .initial_instance_count(TWO)
    ///     .weight(0.25)
    ///     .build();
    /// EndpointConfig::real_time(variant, [next]).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", ""),
    ///     r#"{"ProductionVariants":[{"InitialInstanceCount":2,"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]},"VariantName":"primary"},{"InitialInstanceCount":2,"InitialVariantWeight":0.25,"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]},"VariantName":"next"}]}"#,
    /// );
    /// ```
    pub fn real_time<V: OnInstances>(first: V, rest: impl OtherVariants<V>) -> Self {
        let variants = [first.into_variant()]
            .into_iter()
            .chain(rest.into_variants());
        Self::of(variants.map(|variant| (variant.name, variant.properties)))
    }

    /// One variant that answers, and one that receives a sample of the same requests and whose
    /// answers nobody gets.
    ///
    /// SageMaker reads the sample from the weights, so that both variants' are set here: 1 and the
    /// sample's part of it. Not for models from AWS Marketplace and not on Inf1 instances.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let next = InstanceVariant::builder(VariantName::new("next"))
    ///     .model(&model)
    ///     .instance_type(XLARGE)
    ///     .initial_instance_count(TWO)
    ///     .build();
    /// EndpointConfig::shadowed(variant, next, SamplingPercentage::new(50)).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", ""),
    ///     r#"{"ProductionVariants":[{"InitialInstanceCount":2,"InitialVariantWeight":1,"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]},"VariantName":"primary"}],"ShadowProductionVariants":[{"InitialInstanceCount":2,"InitialVariantWeight":0.5,"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]},"VariantName":"next"}]}"#,
    /// );
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/model-shadow-deployment.html>,
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests-exclusions.html>
    pub fn shadowed(
        production: impl Comparable,
        shadow: impl Comparable,
        sampling: SamplingPercentage,
    ) -> Self {
        let (mut production, mut shadow) = (production.into_variant(), shadow.into_variant());
        production.properties.initial_variant_weight = Some(1.0.into());
        let weight = f64::from(sampling.get()) / 100.0;
        shadow.properties.initial_variant_weight = Some(weight.into());
        let mut config = Self::of([(production.name, production.properties)]);
        // It scales by its name like any other.
        config.variants.push(shadow.name);
        config.properties.shadow_production_variants = Some(Value::from([shadow.properties]));
        config
    }
}

impl<P: Provisioning> EndpointConfig<Serverless<P>> {
    /// One variant without instances.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let variant = ServerlessVariant::builder(VARIANT)
    ///     .model(&model)
    ///     .max_concurrency(Concurrency::new(20))
    ///     .memory_size(Memory::from_mb(2048))
    ///     .build();
    /// EndpointConfig::serverless(variant).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", ""),
    ///     r#"{"ProductionVariants":[{"ModelName":{"Fn::GetAtt":["Model","ModelName"]},"ServerlessConfig":{"MaxConcurrency":20,"MemorySizeInMB":2048},"VariantName":"primary"}]}"#,
    /// );
    /// ```
    pub fn serverless(variant: ServerlessVariant<P>) -> Self {
        Self::of([(variant.name, variant.properties)])
    }
}

impl EndpointConfig<Async> {
    /// One variant that works on a queue and puts its answers into S3.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let output = AsyncOutput::builder().s3_output_path(S3Uri::new("s3://churn/answers/")).build();
    /// EndpointConfig::asynchronous(variant, output).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", ""),
    ///     r#"{"AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://churn/answers/"}},"ProductionVariants":[{"InitialInstanceCount":2,"InstanceType":"ml.g6.xlarge","ModelName":{"Fn::GetAtt":["Model","ModelName"]},"VariantName":"primary"}]}"#,
    /// );
    /// ```
    pub fn asynchronous(variant: impl OnInstances, output: AsyncOutput) -> Self {
        let variant = variant.into_variant();
        let mut config = Self::of([(variant.name, variant.properties)]);
        config.properties.async_inference_config = Some(output.into_config().into());
        config
    }
}

impl EndpointConfig<ComponentHost> {
    /// Instances that inference components share. `role` is the role under which SageMaker pulls
    /// their images, reads their model data and runs them.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let host = HostVariant::builder(VARIANT)
    ///     .instance_type(XLARGE)
    ///     .initial_instance_count(TWO)
    ///     .managed_instance_scaling(ManagedInstanceScaling::new(0, 4))
    ///     .build();
    /// EndpointConfig::component_host(host, ROLE).network_isolation(true).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", ""),
    ///     r#"{"EnableNetworkIsolation":true,"ExecutionRoleArn":"arn:aws:iam::111111111111:role/churn","ProductionVariants":[{"InitialInstanceCount":2,"InstanceType":"ml.g6.xlarge","ManagedInstanceScaling":{"MaxInstanceCount":4,"MinInstanceCount":0,"Status":"ENABLED"},"VariantName":"primary"}]}"#,
    /// );
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-deploy-models.html>
    pub fn component_host(host: HostVariant, role: impl Into<Value<RoleArn>>) -> Self {
        let mut config = Self::of([(host.name, host.properties)]);
        config.properties.execution_role_arn = Some(role.into().map(String::from));
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

    /// Explains answers where a call asks for it.
    #[must_use]
    pub fn explainer(mut self, explainer: Explainer) -> Self
    where
        M: InstanceBacked,
    {
        self.properties.explainer_config = Some(explainer.into_config().into());
        self
    }

    /// Publishes other metrics than the usual ones, or at another frequency.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self
    where
        M: InstanceBacked,
    {
        self.properties.metrics_config = Some(metrics.into_config().into());
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

    /// Connects all components' containers to a network: `VpcConfig`. Without it, they reach the
    /// internet and nothing in a VPC.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self
    where
        M: Hosts,
    {
        let (groups, subnets) = network.into_parts();
        self.properties.vpc_config = Some(l1::VpcConfig::new(groups, subnets).into());
        self
    }

    /// Whether all outbound calls and AWS credentials are taken from all components' containers:
    /// `EnableNetworkIsolation`.
    #[must_use]
    pub fn network_isolation(mut self, isolated: impl Into<Value<bool>>) -> Self
    where
        M: Hosts,
    {
        self.properties.enable_network_isolation = Some(isolated.into());
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
