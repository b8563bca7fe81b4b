//! Instances, and what runs on them.

use serde::Serialize;

use super::Context;
use super::model::{self, ModelSource};
use super::scaling::{self, AutoScaling};
use crate::cfn::sagemaker::endpoint_config::InferenceAmiVersion;
use crate::config::keys::{
    CoreDump, FleetKeys, ManagedInstanceScaling, RoutingStrategy, ShadowKeys, StageKeys,
    VariantKeys,
};
use crate::literal::{Duration, InstanceType, ReservationArn, VariantName};
use crate::value::Value;

/// A group of instances that host one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variant {
    /// Its name, unique in the endpoint.
    pub name: VariantName,
    /// Its share of the traffic, relative to the others'. A weight of 0 gets none.
    pub weight: Value<f64>,
    /// What is hosted.
    pub model: ModelSource,
    /// The instances.
    pub fleet: Fleet,
    /// How the number of instances follows the load; `None` for not at all.
    pub auto_scaling: Option<AutoScaling>,
}

/// A group of instances that gets a copy of the traffic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shadow {
    /// Its name, unique in the endpoint.
    pub name: VariantName,
    /// How many percent of the requests it gets a copy of, 0 to 100.
    pub sampling_percentage: i64,
    /// What is hosted.
    pub model: ModelSource,
    /// The instances.
    pub fleet: Fleet,
}

/// The instances of a variant, and how they are set up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fleet {
    /// Of which type they are.
    pub instances: Instances,
    /// How many there are to begin with.
    pub instance_count: Value<i64>,
    /// How long SageMaker may look for free instances; `None` leaves it to SageMaker.
    pub instance_provision_timeout: Option<Duration>,
    /// The size of each storage volume; `None` leaves it to SageMaker.
    pub volume_size_in_gb: Option<Value<i64>>,
    /// How long downloading the model may take; `None` leaves it to SageMaker.
    pub model_data_download_timeout: Option<Duration>,
    /// How long a container may take to become healthy; `None` leaves it to SageMaker.
    pub container_startup_health_check_timeout: Option<Duration>,
    /// The machine image of the instances; `None` leaves it to SageMaker.
    pub inference_ami_version: Option<Value<InferenceAmiVersion>>,
    /// How requests find an instance; `None` leaves it to SageMaker.
    pub routing: Option<Routing>,
    /// The reservation of ML capacity that instances are taken from, and from nothing else; `None`
    /// for on demand.
    pub capacity_reservation_arn: Option<Value<ReservationArn>>,
    /// Whether people may log in to the instances through AWS Systems Manager.
    pub enable_ssm_access: Value<bool>,
    /// Where a container that crashes leaves its memory; `None` for nowhere.
    pub core_dump: Option<CoreDump>,
}

/// The type of instances.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Instances {
    /// All of one type.
    Type(Value<InstanceType>),
    /// 1 to 5 pools, of which the first that has free instances is taken.
    Pools(Vec<InstancePool>),
}

/// Instances of one type, among others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstancePool {
    /// The type.
    pub instance_type: Value<InstanceType>,
    /// What is hosted on this type instead of the variant's model; `None` for the same.
    pub model: Option<ModelSource>,
}

/// How requests find an instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Routing {
    /// The one that has the most room.
    LeastOutstandingRequests,
    /// Any.
    Random,
    /// The one that got requests with the same beginning before.
    PrefixAware {
        /// How many bytes (or characters) of a request are compared.
        prefix_length: Value<i64>,
        /// With how many requests in flight an instance gets no more of them.
        concurrency_threshold: Value<i64>,
    },
}

impl Instances {
    /// The types, the preferred one first.
    pub fn types(&self) -> Vec<&Value<InstanceType>> {
        match self {
            Self::Type(one) => vec![one],
            Self::Pools(pools) => pools.iter().map(|pool| &pool.instance_type).collect(),
        }
    }
}

/// What an image by framework runs on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hardware<'a> {
    /// A type of instances.
    Instance(&'a Value<InstanceType>),
    /// No instance.
    Serverless,
}

impl Variant {
    /// The only variant of a stage.
    pub(super) fn of_stage(keys: &StageKeys, cx: &Context<'_>) -> Option<Self> {
        let fleet = Fleet::build(&keys.fleet, keys.fleet.instance_count.clone()?, cx)?;
        Some(Self {
            name: keys.variant_name.clone(),
            weight: Value::Literal(1.0),
            model: model::build(keys.model.as_ref(), fleet.hardware()?, cx)?,
            fleet,
            auto_scaling: scaling::build(keys.auto_scaling.as_ref())?,
        })
    }

    /// One of several variants.
    pub(super) fn build(keys: &VariantKeys, cx: &Context<'_>) -> Option<Self> {
        let fleet = Fleet::build(&keys.fleet, keys.fleet.instance_count.clone()?, cx)?;
        Some(Self {
            name: keys.name.clone(),
            weight: keys.weight.clone(),
            model: model::build(keys.model.as_ref(), fleet.hardware()?, cx)?,
            fleet,
            auto_scaling: scaling::build(keys.auto_scaling.as_ref())?,
        })
    }
}

impl Shadow {
    pub(super) fn build(keys: &ShadowKeys, cx: &Context<'_>) -> Option<Self> {
        let fleet = Fleet::build(&keys.fleet, keys.fleet.instance_count.clone()?, cx)?;
        Some(Self {
            name: keys.name.clone(),
            sampling_percentage: keys.sampling_percentage,
            model: model::build(keys.model.as_ref(), fleet.hardware()?, cx)?,
            fleet,
        })
    }
}

impl Fleet {
    fn build(keys: &FleetKeys, instance_count: Value<i64>, cx: &Context<'_>) -> Option<Self> {
        let instances = match (&keys.instance_type, &keys.instance_pools) {
            (Some(one), None) => Instances::Type(one.clone()),
            (None, Some(pools)) => {
                let pools = pools.iter().map(|keys| {
                    let hardware = Hardware::Instance(&keys.instance_type);
                    let model = match &keys.model {
                        Some(model) => Some(model::build(Some(model), hardware, cx)?),
                        None => None,
                    };
                    Some(InstancePool {
                        instance_type: keys.instance_type.clone(),
                        model,
                    })
                });
                Instances::Pools(pools.collect::<Option<_>>()?)
            }
            _ => return None,
        };
        let routing = match (keys.routing_strategy, &keys.prefix_aware_routing) {
            (None, None) => None,
            (Some(RoutingStrategy::LeastOutstandingRequests), None) => {
                Some(Routing::LeastOutstandingRequests)
            }
            (Some(RoutingStrategy::Random), None) => Some(Routing::Random),
            (Some(RoutingStrategy::PrefixAware), Some(routing)) => Some(Routing::PrefixAware {
                prefix_length: routing.prefix_length.clone(),
                concurrency_threshold: routing.concurrency_threshold.clone(),
            }),
            _ => return None,
        };
        Some(Self {
            instances,
            instance_count,
            instance_provision_timeout: keys.instance_provision_timeout,
            volume_size_in_gb: keys.volume_size_in_gb.clone(),
            model_data_download_timeout: keys.model_data_download_timeout,
            container_startup_health_check_timeout: keys.container_startup_health_check_timeout,
            inference_ami_version: keys.inference_ami_version.clone(),
            routing,
            capacity_reservation_arn: keys.capacity_reservation_arn.clone(),
            enable_ssm_access: keys.enable_ssm_access.clone(),
            core_dump: keys.core_dump.clone(),
        })
    }

    /// The instances that components share: as many as are kept, unless the stage says how many.
    pub(super) fn of_components(
        keys: &FleetKeys,
        scaling: Option<&ManagedInstanceScaling>,
        cx: &Context<'_>,
    ) -> Option<Self> {
        let count = match (&keys.instance_count, scaling) {
            (Some(count), _) => count.clone(),
            // SageMaker begins with one instance at least.
            (None, Some(scaling)) => {
                Value::Literal((*scaling.min_instance_count.literal()?).max(1))
            }
            (None, None) => return None,
        };
        Self::build(keys, count, cx)
    }

    /// What an image by framework is chosen for: the preferred type.
    pub(super) fn hardware(&self) -> Option<Hardware<'_>> {
        self.instances
            .types()
            .first()
            .map(|one| Hardware::Instance(one))
    }
}
