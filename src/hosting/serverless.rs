//! Serverless variants: a model without instances.

use std::marker::PhantomData;

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::VariantName;
use crate::value::Value;

use super::mode::{OnDemand, Provisioned};
use super::model::{ModelHandle, RunsServerless};
use super::required::{Given, MaxConcurrencySet, MemorySizeSet, Missing, ModelNameSet};

/// A number of serverless invocations at the same time: 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concurrency(u32);

impl Concurrency {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// use sageform::hosting::Concurrency;
    ///
    /// const TWENTY: Concurrency = Concurrency::new(20);
    /// assert_eq!(Concurrency::parse(500), None);
    /// ```
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
    /// ```
    /// use sageform::hosting::Memory;
    ///
    /// const TWO_GB: Memory = Memory::from_mb(2048);
    /// assert_eq!(Memory::parse_mb(1500), None);
    /// ```
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let variant = ServerlessVariant::builder(VARIANT)
    ///     .model(&model)
    ///     .max_concurrency(Concurrency::new(20))
    ///     .memory_size(Memory::from_mb(2048))
    ///     .provisioned_concurrency(Concurrency::new(2))
    ///     .build();
    /// EndpointConfig::serverless(variant).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "ProductionVariants"),
    ///     r#"[{"ModelName":{"Fn::GetAtt":["Model","ModelName"]},"ServerlessConfig":{"MaxConcurrency":20,"MemorySizeInMB":2048,"ProvisionedConcurrency":2},"VariantName":"primary"}]"#,
    /// );
    /// ```
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
