//! Instances, from the stage file's words to the variants that run models on them.

use crate::config;
use crate::config::{Fleet, InstancePool, Instances, Routing, ScaleInStrategy};
use crate::hosting::{
    self, Consolidation, CoreDump, Given, HasOwnModel, HostVariant, InstanceCount, InstanceVariant,
    InstanceVariantBuilder, ManagedInstanceScaling, ModelHandle, ModelKind, Pools, ScaleIn,
    TakesInstancePools,
};
use crate::literal::VariantName;
use crate::value::Value;

use super::CHECKED;

/// The models of the pools that have one of their own, in the order of the pools.
pub(super) type PoolModels<K> = Vec<Option<ModelHandle<K>>>;

/// A variant that runs a model; `weight` is `None` where it has no rival.
pub(super) fn variant<K: ModelKind<And<K> = K>>(
    name: &VariantName,
    fleet: &Fleet,
    model: &ModelHandle<K>,
    pool_models: &PoolModels<K>,
    weight: Option<&Value<f64>>,
) -> InstanceVariant<K> {
    let mut builder = set_up(InstanceVariant::builder(name.clone()).model(model), fleet)
        .initial_instance_count(fleet.instance_count.clone().map(instance_count));
    if let Some(weight) = weight {
        builder = builder.weight(weight.clone());
    }
    match &fleet.instances {
        Instances::Type(one) => builder.instance_type(one.clone()).build(),
        Instances::Pools(pools) => {
            let mut pools = pools.iter().zip(pool_models);
            let first = pools.next().expect(CHECKED);
            let builder = with_pool(builder, first);
            pools.fold(builder, with_pool).build()
        }
    }
}

fn with_pool<M: HasOwnModel, T: TakesInstancePools, C, K: ModelKind<And<K> = K>>(
    builder: InstanceVariantBuilder<M, T, C, K>,
    (pool, model): (&InstancePool, &Option<ModelHandle<K>>),
) -> InstanceVariantBuilder<M, Given<Pools>, C, K> {
    let instance_type = pool.instance_type.clone();
    match model {
        Some(model) => builder.instance_pool_with_model(instance_type, model),
        None => builder.instance_pool(instance_type),
    }
}

/// A variant whose instances components share.
pub(super) fn host(mode: &config::ComponentHost) -> HostVariant {
    let fleet = &mode.fleet;
    let mut builder = set_up(HostVariant::builder(mode.variant_name.clone()), fleet)
        .initial_instance_count(fleet.instance_count.clone().map(instance_count));
    if let Some(scaling) = &mode.managed_instance_scaling {
        builder = builder.managed_instance_scaling(managed(scaling));
    }
    match &fleet.instances {
        Instances::Type(one) => builder.instance_type(one.clone()).build(),
        Instances::Pools(pools) => {
            let mut types = pools.iter().map(|pool| pool.instance_type.clone());
            let builder = builder.instance_pool(types.next().expect(CHECKED));
            types
                .fold(builder, InstanceVariantBuilder::instance_pool)
                .build()
        }
    }
}

fn managed(scaling: &config::ManagedInstanceScaling) -> ManagedInstanceScaling {
    let (least, most) = (&scaling.min_instance_count, &scaling.max_instance_count);
    let managed = ManagedInstanceScaling::parse(least.clone(), most.clone()).expect(CHECKED);
    let Some(scale_in) = &scaling.scale_in else {
        return managed;
    };
    managed.scale_in(match scale_in.strategy {
        ScaleInStrategy::IdleRelease => ScaleIn::IdleRelease,
        ScaleInStrategy::Consolidation => {
            let mut consolidation = Consolidation::default();
            if let Some(step) = &scale_in.maximum_step_size {
                consolidation = consolidation.maximum_step_size(step.clone());
            }
            if let Some(cooldown) = scale_in.cooldown {
                let minutes = i64::try_from(cooldown.seconds() / 60).unwrap_or(i64::MAX);
                consolidation = consolidation.cooldown_in_minutes(minutes);
            }
            ScaleIn::Consolidation(consolidation)
        }
    })
}

/// The options that every kind of fleet has.
fn set_up<M, T, C, K: ModelKind>(
    mut builder: InstanceVariantBuilder<M, T, C, K>,
    fleet: &Fleet,
) -> InstanceVariantBuilder<M, T, C, K> {
    if let Some(size) = &fleet.volume_size_in_gb {
        builder = builder.volume_size_in_gb(size.clone());
    }
    if let Some(timeout) = fleet.model_data_download_timeout {
        builder = builder.model_data_download_timeout(timeout);
    }
    if let Some(timeout) = fleet.container_startup_health_check_timeout {
        builder = builder.container_startup_health_check_timeout(timeout);
    }
    if let Some(timeout) = fleet.instance_provision_timeout {
        builder = builder.instance_provision_timeout(timeout);
    }
    if let Some(version) = &fleet.inference_ami_version {
        builder = builder.inference_ami_version(version.clone());
    }
    if let Some(routing) = &fleet.routing {
        builder = builder.routing(as_routing(routing));
    }
    if let Some(reservation) = &fleet.capacity_reservation_arn {
        builder = builder.capacity_reservation(reservation.clone());
    }
    // `false` is what leaving it out means.
    if fleet.enable_ssm_access != Value::Literal(false) {
        builder = builder.ssm_access(fleet.enable_ssm_access.clone());
    }
    if let Some(dump) = &fleet.core_dump {
        builder = builder.core_dump(core_dump(dump));
    }
    builder
}

fn as_routing(routing: &Routing) -> hosting::Routing {
    match routing {
        Routing::LeastOutstandingRequests => hosting::Routing::LeastOutstandingRequests,
        Routing::Random => hosting::Routing::Random,
        Routing::PrefixAware {
            prefix_length,
            concurrency_threshold,
        } => hosting::Routing::PrefixAware {
            prefix_length: prefix_length.clone(),
            concurrency_threshold: concurrency_threshold.clone(),
        },
    }
}

/// Where crashes of a fleet's containers go.
pub(super) fn core_dump(dump: &config::CoreDump) -> CoreDump {
    let construct = CoreDump::to(dump.destination_s3_uri.clone());
    match &dump.kms_key_id {
        Some(key) => construct.kms_key(key.clone()),
        None => construct,
    }
}

fn instance_count(count: i64) -> InstanceCount {
    u32::try_from(count)
        .ok()
        .and_then(InstanceCount::parse)
        .expect(CHECKED)
}
