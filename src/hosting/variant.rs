//! Variants on instances: what a model or components run on, and how much of it.

use std::marker::PhantomData;

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{Duration, InstanceType, ReservationArn, VariantName};
use crate::value::Value;

use super::managed_scaling::ManagedInstanceScaling;
use super::model::{ModelHandle, ModelKind, Portable, SeveralModels};
use super::options::{CoreDump, InstanceOptions, Routing};
use super::required::{Given, InitialInstanceCountSet, InstanceTypeSet, Missing, ServedSet};

/// How many instances a variant starts with: at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstanceCount(u32);

impl InstanceCount {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// use sageform::hosting::InstanceCount;
    ///
    /// const TWO: InstanceCount = InstanceCount::new(2);
    /// assert_eq!(InstanceCount::parse(0), None);
    /// ```
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

/// A model on instances. `K` says what the model is.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-productionvariant.html>
#[derive(Debug, Clone)]
pub struct InstanceVariant<K = Portable> {
    pub(super) name: VariantName,
    pub(super) properties: l1::ProductionVariant,
    kind: PhantomData<K>,
}

/// Instances for inference components: a variant without a model of its own.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-deploy-models.html>
#[derive(Debug, Clone)]
pub struct HostVariant {
    pub(super) name: VariantName,
    pub(super) properties: l1::ProductionVariant,
}

/// An [`InstanceVariant`] or a [`HostVariant`] under construction: `M` says which model it runs, or
/// that [`Components`] bring theirs, `T` its instance type or pools, and `C` how many instances.
#[derive(Debug, Clone)]
pub struct InstanceVariantBuilder<M, T, C, K = Portable> {
    name: VariantName,
    served: M,
    instances: T,
    count: C,
    weight: Option<Value<f64>>,
    options: InstanceOptions,
    kind: PhantomData<K>,
}

/// Inference components bring the models.
#[derive(Debug, Clone, Default)]
pub struct Components {
    scaling: Option<ManagedInstanceScaling>,
}

/// Instance types in the order in which they are tried.
#[derive(Debug, Clone)]
pub struct Pools(Vec<l1::InstancePool>);

impl InstanceVariant {
    /// A variant whose model and capacity are still to be given.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let variant = InstanceVariant::builder(VARIANT)
    ///     .model(&model)
    ///     .instance_pool(XLARGE)
    ///     .instance_pool(InstanceType::new("ml.g5.xlarge"))
    ///     .initial_instance_count(TWO)
    ///     .routing(Routing::LeastOutstandingRequests)
    ///     .build();
    /// EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "ProductionVariants"),
    ///     r#"[{"InitialInstanceCount":2,"InstancePools":[{"InstanceType":"ml.g6.xlarge","Priority":1},{"InstanceType":"ml.g5.xlarge","Priority":2}],"ModelName":{"Fn::GetAtt":["Model","ModelName"]},"RoutingConfig":{"RoutingStrategy":"LEAST_OUTSTANDING_REQUESTS"},"VariantName":"primary"}]"#,
    /// );
    /// ```
    pub fn builder(name: VariantName) -> InstanceVariantBuilder<Missing, Missing, Missing> {
        InstanceVariantBuilder::new(name, Missing)
    }
}

impl<K> InstanceVariant<K> {
    /// The variant, for lists that hold models of several kinds.
    pub fn any_model(self) -> InstanceVariant<SeveralModels> {
        InstanceVariant {
            name: self.name,
            properties: self.properties,
            kind: PhantomData,
        }
    }
}

impl HostVariant {
    /// A variant whose capacity is still to be given.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let host = HostVariant::builder(VARIANT)
    ///     .instance_type(XLARGE)
    ///     .initial_instance_count(TWO)
    ///     .managed_instance_scaling(ManagedInstanceScaling::new(1, 4))
    ///     .build();
    /// EndpointConfig::component_host(host, ROLE).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "ProductionVariants"),
    ///     r#"[{"InitialInstanceCount":2,"InstanceType":"ml.g6.xlarge","ManagedInstanceScaling":{"MaxInstanceCount":4,"MinInstanceCount":1,"Status":"ENABLED"},"VariantName":"primary"}]"#,
    /// );
    /// ```
    pub fn builder(name: VariantName) -> InstanceVariantBuilder<Components, Missing, Missing> {
        InstanceVariantBuilder::new(name, Components::default())
    }
}

/// What a variant serves: the bound behind the compiler's message when a component host is given
/// what only a variant with a model of its own has.
#[diagnostic::on_unimplemented(
    message = "`ModelName`, `ModelNameOverride` and `InitialVariantWeight` of `AWS::SageMaker::EndpointConfig.ProductionVariant` are not for hosts of inference components, which bring their models and share its instances",
    label = "this variant hosts components"
)]
pub trait HasOwnModel {}

impl HasOwnModel for Missing {}
impl HasOwnModel for Given<Value<String>> {}

/// The bound behind the compiler's message when a variant with a model is to scale its instances by
/// itself.
#[diagnostic::on_unimplemented(
    message = "`ManagedInstanceScaling` of `AWS::SageMaker::EndpointConfig.ProductionVariant` is only for hosts of inference components",
    label = "this variant is not made by `HostVariant::builder(..)`",
    note = "an endpoint with models of its own scales by `scale_instances` or `scale_on_backlog`"
)]
pub trait HostsComponents {
    /// Sets the scaling.
    fn set_scaling(&mut self, scaling: ManagedInstanceScaling);
}

impl HostsComponents for Components {
    fn set_scaling(&mut self, scaling: ManagedInstanceScaling) {
        self.scaling = Some(scaling);
    }
}

/// The bound behind the compiler's message when a variant is given a type beside another one or
/// beside pools.
#[diagnostic::on_unimplemented(
    message = "`InstanceType` and `InstancePools` of `AWS::SageMaker::EndpointConfig.ProductionVariant` exclude each other, and one is set already",
    label = "keep `.instance_type(..)` or the calls of `.instance_pool(..)`"
)]
pub trait InstanceTypeNotSet {}

impl InstanceTypeNotSet for Missing {}

/// The bound behind the compiler's message when a variant is given a pool beside a type.
#[diagnostic::on_unimplemented(
    message = "`InstanceType` and `InstancePools` of `AWS::SageMaker::EndpointConfig.ProductionVariant` exclude each other, and one is set already",
    label = "keep `.instance_type(..)` or the calls of `.instance_pool(..)`"
)]
pub trait TakesInstancePools {
    /// The pools so far.
    fn into_pools(self) -> Pools;
}

impl TakesInstancePools for Missing {
    fn into_pools(self) -> Pools {
        Pools(Vec::new())
    }
}

impl TakesInstancePools for Given<Pools> {
    fn into_pools(self) -> Pools {
        self.0
    }
}

impl InstanceTypeSet for Given<Value<InstanceType>> {
    fn set(self, variant: &mut l1::ProductionVariant) {
        variant.instance_type = Some(self.0.map(as_l1));
    }
}

impl InstanceTypeSet for Given<Pools> {
    fn set(self, variant: &mut l1::ProductionVariant) {
        let pools = self.0.0.into_iter().map(Value::from);
        variant.instance_pools = Some(pools.collect());
    }
}

impl<K> ServedSet<K> for Given<Value<String>> {
    type Variant = InstanceVariant<K>;

    fn finish(
        self,
        name: VariantName,
        mut properties: l1::ProductionVariant,
    ) -> InstanceVariant<K> {
        properties.model_name = Some(self.0);
        InstanceVariant {
            name,
            properties,
            kind: PhantomData,
        }
    }
}

impl<K> ServedSet<K> for Components {
    type Variant = HostVariant;

    fn finish(self, name: VariantName, mut properties: l1::ProductionVariant) -> HostVariant {
        properties.managed_instance_scaling =
            self.scaling.map(|scaling| scaling.into_config().into());
        HostVariant { name, properties }
    }
}

fn as_l1(instance_type: InstanceType) -> l1::InstanceType {
    l1::InstanceType::custom(String::from(instance_type))
}

impl<M> InstanceVariantBuilder<M, Missing, Missing> {
    fn new(name: VariantName, served: M) -> Self {
        Self {
            name,
            served,
            instances: Missing,
            count: Missing,
            weight: None,
            options: InstanceOptions::default(),
            kind: PhantomData,
        }
    }
}

impl<M, T, C, K: ModelKind> InstanceVariantBuilder<M, T, C, K> {
    /// Another state of the same builder.
    fn with<N, U, D, L>(
        self,
        change: impl FnOnce(M, T, C) -> (N, U, D),
    ) -> InstanceVariantBuilder<N, U, D, L> {
        let (served, instances, count) = change(self.served, self.instances, self.count);
        InstanceVariantBuilder {
            name: self.name,
            served,
            instances,
            count,
            weight: self.weight,
            options: self.options,
            kind: PhantomData,
        }
    }

    /// The model that it runs: `ModelName`.
    pub fn model<L: ModelKind>(
        self,
        model: &ModelHandle<L>,
    ) -> InstanceVariantBuilder<Given<Value<String>>, T, C, K::And<L>>
    where
        M: HasOwnModel,
    {
        self.with(|_, instances, count| (Given(model.name()), instances, count))
    }

    /// The instance type. To name others where there is no capacity of it, call
    /// [`Self::instance_pool`] instead.
    pub fn instance_type(
        self,
        instance_type: impl Into<Value<InstanceType>>,
    ) -> InstanceVariantBuilder<M, Given<Value<InstanceType>>, C, K>
    where
        T: InstanceTypeNotSet,
    {
        self.with(|served, _, count| (served, Given(instance_type.into()), count))
    }

    /// Adds an instance type to try where there is no capacity of those added before:
    /// `InstancePools`, at most 5.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-heterogeneous.html>
    pub fn instance_pool(
        self,
        instance_type: impl Into<Value<InstanceType>>,
    ) -> InstanceVariantBuilder<M, Given<Pools>, C, K>
    where
        T: TakesInstancePools,
    {
        self.with_pool(instance_type.into(), None)
    }

    /// The same with a model that is made for this instance type: `ModelNameOverride`.
    pub fn instance_pool_with_model<L: ModelKind>(
        self,
        instance_type: impl Into<Value<InstanceType>>,
        model: &ModelHandle<L>,
    ) -> InstanceVariantBuilder<M, Given<Pools>, C, K::And<L>>
    where
        M: HasOwnModel,
        T: TakesInstancePools,
    {
        self.with_pool(instance_type.into(), Some(model.name()))
    }

    fn with_pool<L>(
        self,
        instance_type: Value<InstanceType>,
        model: Option<Value<String>>,
    ) -> InstanceVariantBuilder<M, Given<Pools>, C, L>
    where
        T: TakesInstancePools,
    {
        self.with(|served, pools, count| {
            let mut pools = pools.into_pools();
            let priority = i64::try_from(pools.0.len() + 1).unwrap_or(i64::MAX);
            pools.0.push(l1::InstancePool {
                model_name_override: model,
                ..l1::InstancePool::new(instance_type.map(as_l1), priority)
            });
            (served, Given(pools), count)
        })
    }

    /// How many instances it starts with. Where the variant scales, the count that scaling has set
    /// is kept when the endpoint is updated.
    pub fn initial_instance_count(
        self,
        count: impl Into<Value<InstanceCount>>,
    ) -> InstanceVariantBuilder<M, T, Given<Value<InstanceCount>>, K> {
        self.with(|served, instances, _| (served, instances, Given(count.into())))
    }

    /// Its part of the traffic, relative to the sum of all weights: `InitialVariantWeight`, 1 when
    /// it is left out. 0 receives nothing.
    #[must_use]
    pub fn weight(mut self, weight: impl Into<Value<f64>>) -> Self
    where
        M: HasOwnModel,
    {
        self.weight = Some(weight.into());
        self
    }

    /// Lets SageMaker add and remove instances as the components' copies need them.
    #[must_use]
    pub fn managed_instance_scaling(mut self, scaling: ManagedInstanceScaling) -> Self
    where
        M: HostsComponents,
    {
        self.served.set_scaling(scaling);
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

    /// How long SageMaker looks for capacity, in all pools together, before the deployment fails: 5
    /// minutes to 1 hour.
    #[must_use]
    pub fn instance_provision_timeout(mut self, timeout: Duration) -> Self {
        self.options.instance_provision_timeout = Some(timeout);
        self
    }

    /// The machine image of the instances, which fixes the versions of GPU or Neuron drivers.
    /// SageMaker's default for the instance type when it is left out.
    #[must_use]
    pub fn inference_ami_version(
        mut self,
        version: impl Into<Value<l1::InferenceAmiVersion>>,
    ) -> Self {
        self.options.inference_ami_version = Some(version.into());
        self
    }

    /// How requests are spread over the instances; at random when it is left out.
    #[must_use]
    pub fn routing(mut self, routing: Routing) -> Self {
        self.options.routing = Some(routing);
        self
    }

    /// Starts instances in this reservation of capacity and nowhere else.
    #[must_use]
    pub fn capacity_reservation(mut self, reservation: impl Into<Value<ReservationArn>>) -> Self {
        self.options.capacity_reservation = Some(reservation.into());
        self
    }

    /// Whether people with the permission may open a session in the containers by Systems Manager:
    /// `EnableSSMAccess`. They may not when it is left out.
    #[must_use]
    pub fn ssm_access(mut self, enabled: impl Into<Value<bool>>) -> Self {
        self.options.ssm_access = Some(enabled.into());
        self
    }

    /// Keeps the memory of processes that crash. Nothing is kept when it is left out.
    #[must_use]
    pub fn core_dump(mut self, dump: CoreDump) -> Self {
        self.options.core_dump = Some(dump);
        self
    }

    /// The variant.
    pub fn build<V>(self) -> V
    where
        M: ServedSet<K, Variant = V>,
        T: InstanceTypeSet,
        C: InitialInstanceCountSet<Value = Value<InstanceCount>>,
    {
        let mut properties = l1::ProductionVariant {
            initial_instance_count: Some(self.count.given().map(|count| count.get().into())),
            initial_variant_weight: self.weight,
            ..l1::ProductionVariant::new(self.name.as_str())
        };
        self.instances.set(&mut properties);
        self.served.finish(self.name, self.options.set(properties))
    }
}

/// A duration as CloudFormation counts it.
pub(super) fn seconds(duration: Duration) -> Value<i64> {
    // Every bound of the service is far below what an i64 holds.
    Value::Literal(i64::try_from(duration.seconds()).unwrap_or(i64::MAX))
}
