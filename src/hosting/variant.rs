//! Variants: what a model runs on, and how much of it.

use std::marker::PhantomData;

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{Duration, InstanceType, VariantName};
use crate::value::Value;

use super::mode::{OnDemand, Provisioned};
use super::model::{ModelHandle, RunsServerless};
use super::required::{
    Given, InitialInstanceCountSet, InstanceTypeSet, MaxConcurrencySet, MemorySizeSet, Missing,
    ModelNameSet,
};

/// How many instances a variant starts with: at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstanceCount(u32);

impl InstanceCount {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// When the count is 0.
    #[track_caller]
    pub const fn new(count: u32) -> Self {
        assert!(count >= 1, "`InitialInstanceCount` is at least 1");
        Self(count)
    }

    /// The count, unless it is 0.
    pub const fn parse(count: u32) -> Option<Self> {
        if count >= 1 { Some(Self(count)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A number of serverless invocations at the same time: 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concurrency(u32);

impl Concurrency {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// When it is not between 1 and 200.
    #[track_caller]
    pub const fn new(concurrency: u32) -> Self {
        assert!(
            concurrency >= 1 && concurrency <= 200,
            "`MaxConcurrency` and `ProvisionedConcurrency` are between 1 and 200"
        );
        Self(concurrency)
    }

    /// The concurrency, if it is between 1 and 200.
    pub const fn parse(concurrency: u32) -> Option<Self> {
        if concurrency >= 1 && concurrency <= 200 {
            Some(Self(concurrency))
        } else {
            None
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Memory of a serverless variant: whole gigabytes, 1 to 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(u32);

impl Memory {
    /// Checks a number of megabytes; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// When it is not one of 1024, 2048, 3072, 4096, 5120 and 6144.
    #[track_caller]
    pub const fn from_mb(megabytes: u32) -> Self {
        assert!(
            megabytes.is_multiple_of(1024) && megabytes >= 1024 && megabytes <= 6144,
            "`MemorySizeInMB` is one of 1024, 2048, 3072, 4096, 5120 and 6144"
        );
        Self(megabytes)
    }

    /// The memory, if SageMaker offers that many megabytes.
    pub const fn parse_mb(megabytes: u32) -> Option<Self> {
        if megabytes.is_multiple_of(1024) && megabytes >= 1024 && megabytes <= 6144 {
            Some(Self(megabytes))
        } else {
            None
        }
    }

    /// The number of megabytes.
    pub const fn mb(self) -> u32 {
        self.0
    }
}

/// A model on instances.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-productionvariant.html>
#[derive(Debug, Clone)]
pub struct InstanceVariant {
    pub(super) name: VariantName,
    pub(super) properties: l1::ProductionVariant,
}

/// An [`InstanceVariant`] under construction.
#[derive(Debug, Clone)]
pub struct InstanceVariantBuilder<M, T, C> {
    name: VariantName,
    model: M,
    instance_type: T,
    count: C,
    options: InstanceOptions,
}

#[derive(Debug, Clone, Default)]
struct InstanceOptions {
    weight: Option<Value<f64>>,
    volume_size_in_gb: Option<Value<i64>>,
    model_data_download_timeout: Option<Duration>,
    container_startup_health_check_timeout: Option<Duration>,
}

impl InstanceVariant {
    /// A variant whose model and capacity are still to be given.
    pub fn builder(name: VariantName) -> InstanceVariantBuilder<Missing, Missing, Missing> {
        InstanceVariantBuilder {
            name,
            model: Missing,
            instance_type: Missing,
            count: Missing,
            options: InstanceOptions::default(),
        }
    }
}

impl<M, T, C> InstanceVariantBuilder<M, T, C> {
    /// The model that it runs: `ModelName`.
    pub fn model<K>(
        self,
        model: &ModelHandle<K>,
    ) -> InstanceVariantBuilder<Given<Value<String>>, T, C> {
        InstanceVariantBuilder {
            name: self.name,
            model: Given(model.name()),
            instance_type: self.instance_type,
            count: self.count,
            options: self.options,
        }
    }

    /// The instance type.
    pub fn instance_type(
        self,
        instance_type: impl Into<Value<InstanceType>>,
    ) -> InstanceVariantBuilder<M, Given<Value<InstanceType>>, C> {
        InstanceVariantBuilder {
            name: self.name,
            model: self.model,
            instance_type: Given(instance_type.into()),
            count: self.count,
            options: self.options,
        }
    }

    /// How many instances it starts with. Where the variant scales, the count that scaling has set
    /// is kept when the endpoint is updated.
    pub fn initial_instance_count(
        self,
        count: impl Into<Value<InstanceCount>>,
    ) -> InstanceVariantBuilder<M, T, Given<Value<InstanceCount>>> {
        InstanceVariantBuilder {
            name: self.name,
            model: self.model,
            instance_type: self.instance_type,
            count: Given(count.into()),
            options: self.options,
        }
    }

    /// Its part of the traffic, relative to the sum of all weights: `InitialVariantWeight`, 1 when
    /// it is left out. 0 receives nothing.
    #[must_use]
    pub fn weight(mut self, weight: impl Into<Value<f64>>) -> Self {
        self.options.weight = Some(weight.into());
        self
    }

    /// The size of each instance's storage volume, 1 to 512 GB. Not for instance types with local
    /// NVMe storage.
    #[must_use]
    pub fn volume_size_in_gb(mut self, size: impl Into<Value<i64>>) -> Self {
        self.options.volume_size_in_gb = Some(size.into());
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

    /// The variant.
    pub fn build(self) -> InstanceVariant
    where
        M: ModelNameSet<Value = Value<String>>,
        T: InstanceTypeSet<Value = Value<InstanceType>>,
        C: InitialInstanceCountSet<Value = Value<InstanceCount>>,
    {
        let options = self.options;
        let properties = l1::ProductionVariant {
            model_name: Some(self.model.given()),
            instance_type: Some(
                self.instance_type
                    .given()
                    .map(|literal| l1::InstanceType::custom(String::from(literal))),
            ),
            initial_instance_count: Some(self.count.given().map(|count| count.get().into())),
            initial_variant_weight: options.weight,
            volume_size_in_gb: options.volume_size_in_gb,
            model_data_download_timeout_in_seconds: options
                .model_data_download_timeout
                .map(seconds),
            container_startup_health_check_timeout_in_seconds: options
                .container_startup_health_check_timeout
                .map(seconds),
            ..l1::ProductionVariant::new(self.name.as_str())
        };
        InstanceVariant {
            name: self.name,
            properties,
        }
    }
}

/// A duration as CloudFormation counts it.
pub(super) fn seconds(duration: Duration) -> Value<i64> {
    // Every bound of the service is far below what an i64 holds.
    Value::Literal(i64::try_from(duration.seconds()).unwrap_or(i64::MAX))
}

/// A model without instances. `P` says whether some of its concurrency is provisioned.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-serverlessconfig.html>
#[derive(Debug, Clone)]
pub struct ServerlessVariant<P = OnDemand> {
    pub(super) name: VariantName,
    pub(super) properties: l1::ProductionVariant,
    provisioning: PhantomData<P>,
}

/// A [`ServerlessVariant`] under construction.
#[derive(Debug, Clone)]
pub struct ServerlessVariantBuilder<M, C, S, P> {
    name: VariantName,
    model: M,
    max_concurrency: C,
    memory_size: S,
    provisioned_concurrency: Option<Value<Concurrency>>,
    provisioning: PhantomData<P>,
}

impl ServerlessVariant {
    /// A variant whose model and capacity are still to be given.
    pub fn builder(
        name: VariantName,
    ) -> ServerlessVariantBuilder<Missing, Missing, Missing, OnDemand> {
        ServerlessVariantBuilder {
            name,
            model: Missing,
            max_concurrency: Missing,
            memory_size: Missing,
            provisioned_concurrency: None,
            provisioning: PhantomData,
        }
    }
}

impl<M, C, S, P> ServerlessVariantBuilder<M, C, S, P> {
    /// The model that it runs: `ModelName`.
    pub fn model<K: RunsServerless>(
        self,
        model: &ModelHandle<K>,
    ) -> ServerlessVariantBuilder<Given<Value<String>>, C, S, P> {
        ServerlessVariantBuilder {
            name: self.name,
            model: Given(model.name()),
            max_concurrency: self.max_concurrency,
            memory_size: self.memory_size,
            provisioned_concurrency: self.provisioned_concurrency,
            provisioning: PhantomData,
        }
    }

    /// How many invocations may run at the same time; more are refused.
    pub fn max_concurrency(
        self,
        concurrency: impl Into<Value<Concurrency>>,
    ) -> ServerlessVariantBuilder<M, Given<Value<Concurrency>>, S, P> {
        ServerlessVariantBuilder {
            name: self.name,
            model: self.model,
            max_concurrency: Given(concurrency.into()),
            memory_size: self.memory_size,
            provisioned_concurrency: self.provisioned_concurrency,
            provisioning: PhantomData,
        }
    }

    /// The memory of each invocation's container, with CPU in proportion.
    pub fn memory_size(
        self,
        memory: impl Into<Value<Memory>>,
    ) -> ServerlessVariantBuilder<M, C, Given<Value<Memory>>, P> {
        ServerlessVariantBuilder {
            name: self.name,
            model: self.model,
            max_concurrency: self.max_concurrency,
            memory_size: Given(memory.into()),
            provisioned_concurrency: self.provisioned_concurrency,
            provisioning: PhantomData,
        }
    }

    /// How much of the concurrency is kept warm, at most all of it; billed while idle.
    pub fn provisioned_concurrency(
        self,
        concurrency: impl Into<Value<Concurrency>>,
    ) -> ServerlessVariantBuilder<M, C, S, Provisioned> {
        ServerlessVariantBuilder {
            name: self.name,
            model: self.model,
            max_concurrency: self.max_concurrency,
            memory_size: self.memory_size,
            provisioned_concurrency: Some(concurrency.into()),
            provisioning: PhantomData,
        }
    }

    /// The variant.
    pub fn build(self) -> ServerlessVariant<P>
    where
        M: ModelNameSet<Value = Value<String>>,
        C: MaxConcurrencySet<Value = Value<Concurrency>>,
        S: MemorySizeSet<Value = Value<Memory>>,
    {
        let number = |concurrency: Concurrency| i64::from(concurrency.get());
        let serverless = l1::ServerlessConfig {
            provisioned_concurrency: self.provisioned_concurrency.map(|value| value.map(number)),
            ..l1::ServerlessConfig::new(
                self.max_concurrency.given().map(number),
                self.memory_size
                    .given()
                    .map(|memory| i64::from(memory.mb())),
            )
        };
        let properties = l1::ProductionVariant {
            model_name: Some(self.model.given()),
            serverless_config: Some(serverless.into()),
            ..l1::ProductionVariant::new(self.name.as_str())
        };
        ServerlessVariant {
            name: self.name,
            properties,
            provisioning: PhantomData,
        }
    }
}
