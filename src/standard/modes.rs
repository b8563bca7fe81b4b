//! The modes, each built from its models to its outputs.

use crate::config::{self, Fleet, Instances, Stage};
use crate::finding::Finding;
use crate::hosting::{
    Async, CapturesData, Concurrency, CoreDump, Dashboard, DataCapture, Endpoint, EndpointBuilder,
    EndpointConfig, EndpointConfigHandle, EndpointHandle, Given, HasDashboard, InstanceBacked,
    InstanceOnly, Memory, Mode, ModelHandle, Network, OnDemand, Provisioned, Provisioning,
    RealTime, RollbackAlarms, SamplingPercentage, Serverless, ServerlessVariant,
    ServerlessVariantBuilder, SeveralModels, VariantMetrics,
};
use crate::literal::{EndpointName, TopicArn, VariantName};
use crate::template::Stack;
use crate::value::Value;

use super::alarms::Alarms;
use super::components::{self, Planned};
use super::deployment;
use super::fleet::{self, PoolModels, core_dump};
use super::model::{self, Place, PreparedModel};
use super::role::{Inputs, NotNameable, RoleInUse};
use super::watched::{Hardware, OnInstances, Watched};
use super::{CHECKED, Hosted, capture, pascal, scaling, topics};

/// What every mode is built from.
struct Site<'a> {
    stage: &'a Stage,
    endpoint: &'a config::Endpoint,
    topic: Option<Value<TopicArn>>,
}

/// Builds the endpoint of a stage.
pub(super) fn host(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
) -> Result<Hosted, NotNameable> {
    let site = Site {
        stage,
        endpoint,
        topic: topics::of_alarms(stack, stage, endpoint),
    };
    match &endpoint.mode {
        config::Mode::RealTime(mode) => site.real_time(stack, mode),
        config::Mode::Async(mode) => site.asynchronous(stack, mode),
        config::Mode::Serverless(mode) => site.serverless(stack, mode),
        config::Mode::Components(mode) => site.components(stack, mode),
    }
}

impl Site<'_> {
    fn real_time(&self, stack: &mut Stack, mode: &config::RealTime) -> Result<Hosted, NotNameable> {
        let mut models = Vec::new();
        for (index, variant) in mode.variants.iter().enumerate() {
            let (prefix, path) = (self.prefix(variant), self.variant_path(index, ""));
            models.push(self.models(stack, &prefix, &path, &variant.model, &variant.fleet));
        }
        let shadow = mode.shadow.as_ref().map(|shadow| {
            let prefix = pascal(shadow.name.as_str());
            self.models(
                stack,
                &prefix,
                "ShadowVariant.",
                &shadow.model,
                &shadow.fleet,
            )
        });
        let mut alarms = Alarms::new(self.endpoint, mode.variants.len(), self.topic.clone());
        let mut watched: Vec<OnInstances<RealTime>> = Vec::new();
        for variant in &mode.variants {
            let subject = self.on_instances(stack, variant);
            alarms.watch(stack, self.stage, &self.prefix(variant), &subject);
            watched.push(subject);
        }
        alarms.tell_together(stack, self.stage);

        let place = place(&mode.network);
        let capture = mode.data_capture.as_ref().map(capture::data_capture);
        let explainer = mode.explainer.as_ref().map(capture::explainer);
        let fleets = mode
            .variants
            .iter()
            .enumerate()
            .map(|(index, variant)| (self.variant_path(index, ""), &variant.fleet));
        let shadow_fleet = mode
            .shadow
            .as_ref()
            .map(|shadow| ("ShadowVariant.".to_owned(), &shadow.fleet));
        let role = Inputs {
            network: place.network.as_ref(),
            capture: capture.as_ref(),
            explainer: explainer.as_ref(),
            core_dumps: core_dumps(fleets.chain(shadow_fleet)),
            rollback: self.rollback(&alarms).into_iter().collect(),
            ..Inputs::default()
        };
        let all = models.iter().chain(&shadow).flat_map(VariantModels::all);
        let role = role.role(stack, self.endpoint, all)?;
        let config = match (&mode.shadow, shadow) {
            (Some(variant), Some(compared)) => {
                self.shadowed(stack, mode, (variant, compared), models, &role, &place)
            }
            _ => self.sharing(stack, mode, models, &role, &place),
        };
        let mut config = self.with_settings(config, capture);
        if let Some(explainer) = explainer {
            config = config.explainer(explainer);
        }
        let config = config.add_to(stack, "EndpointConfig");
        let handle = self.add_endpoint(stack, &config, |builder| {
            deployment::on_instances(builder, self.planned(&alarms))
        });
        self.scale_variants(stack, &handle, &mode.variants, &watched, &alarms);
        self.dashboard(stack, &alarms, || {
            let names = mode.variants.iter().map(|variant| &variant.name);
            let dashboard = Dashboard::of(&handle);
            names
                .zip(&watched)
                .fold(dashboard, |dashboard, (name, watched)| {
                    with_instances(dashboard, name, &watched.hardware)
                })
        });
        let names = mode.variants.iter().map(|variant| variant.name.clone());
        let names = names.collect();
        Ok(Self::finish(stack, &handle, names, &alarms, role))
    }

    /// Where the file states a variant: in a list, or as the stage's own keys.
    fn variant_path(&self, index: usize, key: &str) -> String {
        if self.stage.has("Variants") {
            format!("Variants[{index}].{key}")
        } else {
            key.to_owned()
        }
    }

    /// What the ids of a variant begin with. Those of a listed one are its own, so that another one may
    /// join or leave it: a scalable target under another id would be registered anew, and deregistered
    /// with the old one.
    fn prefix(&self, variant: &config::Variant) -> String {
        if self.stage.has("Variants") {
            pascal(variant.name.as_str())
        } else {
            String::new()
        }
    }

    /// Variants that share the traffic, or one that has it all.
    fn sharing(
        &self,
        stack: &mut Stack,
        mode: &config::RealTime,
        models: Vec<VariantModels>,
        role: &RoleInUse,
        place: &Place,
    ) -> EndpointConfig<RealTime> {
        let alone = mode.variants.len() == 1;
        let mut variants = mode.variants.iter().zip(models).map(|(variant, models)| {
            let (model, pools) = models.add(stack, self.stage, role, place);
            let weight = Some(&variant.weight).filter(|_| !alone);
            fleet::variant(&variant.name, &variant.fleet, &model, &pools, weight)
        });
        let first = variants.next().expect(CHECKED);
        EndpointConfig::real_time(first, variants.collect::<Vec<_>>())
    }

    /// The only variant, and the one that it is compared with.
    fn shadowed(
        &self,
        stack: &mut Stack,
        mode: &config::RealTime,
        (shadow, shadow_models): (&config::Shadow, VariantModels),
        models: Vec<VariantModels>,
        role: &RoleInUse,
        place: &Place,
    ) -> EndpointConfig<RealTime> {
        let mut only = mode.variants.iter().zip(models);
        let (variant, own) = only.next().expect(CHECKED);
        let (model, pools) = own.add_comparable(stack, self.stage, role, place);
        let production = fleet::variant(&variant.name, &variant.fleet, &model, &pools, None);
        let (model, pools) = shadow_models.add_comparable(stack, self.stage, role, place);
        let compared = fleet::variant(&shadow.name, &shadow.fleet, &model, &pools, None);
        let sampling = u32::try_from(shadow.sampling_percentage).ok();
        let sampling = sampling.and_then(SamplingPercentage::parse).expect(CHECKED);
        EndpointConfig::shadowed(production, compared, sampling)
    }

    fn scale_variants(
        &self,
        stack: &mut Stack,
        handle: &EndpointHandle<RealTime>,
        variants: &[config::Variant],
        watched: &[OnInstances<RealTime>],
        alarms: &Alarms<'_>,
    ) {
        let one_scales = variants.iter().any(|one| one.auto_scaling.is_some());
        for (index, (variant, watched)) in variants.iter().zip(watched).enumerate() {
            let Some(scaled) = &variant.auto_scaling else {
                if one_scales {
                    let source = self
                        .stage
                        .source(&self.variant_path(index, "InstanceCount"));
                    stack.report(retained(&variant.name).at(source));
                }
                continue;
            };
            let source = self.stage.source(&self.variant_path(index, "AutoScaling"));
            let name = format!("{}Scaling", self.prefix(variant));
            let scaling = scaling::of_instances(scaled, alarms, watched);
            stack.caused_by(Some(source), |stack| {
                handle.scale_instances(stack, &name, &variant.name, scaling);
            });
        }
    }

    fn asynchronous(&self, stack: &mut Stack, mode: &config::Async) -> Result<Hosted, NotNameable> {
        let variant = &mode.variant;
        let models = self.models(stack, "", "", &variant.model, &variant.fleet);
        let (output, topics_made) = stack.caused_by(Some(self.stage.source("Async")), |stack| {
            topics::of_results(stack, &mode.inference)
        });
        let mut alarms = Alarms::new(self.endpoint, 1, self.topic.clone());
        let watched: OnInstances<Async> = self.on_instances(stack, variant);
        alarms.watch(stack, self.stage, "", &watched);
        alarms.tell_together(stack, self.stage);

        let place = place(&mode.network);
        let capture = mode.data_capture.as_ref().map(capture::data_capture);
        let role = Inputs {
            network: place.network.as_ref(),
            capture: capture.as_ref(),
            output: Some(&output),
            payloads: &mode.inference.s3_input_path,
            topic_key: mode.inference.topic_kms_key_id.as_ref(),
            core_dumps: core_dumps([(String::new(), &variant.fleet)]),
            rollback: self.rollback(&alarms).into_iter().collect(),
            ..Inputs::default()
        };
        let role = role.role(stack, self.endpoint, models.all())?;
        let (model, pools) = models.add(stack, self.stage, &role, &place);
        let built = fleet::variant(&variant.name, &variant.fleet, &model, &pools, None);
        let config = self.with_settings(EndpointConfig::asynchronous(built, output), capture);
        let config = config.add_to(stack, "EndpointConfig");
        // SageMaker publishes a test message when it creates the endpoint, so that a role which is
        // not ours has to be allowed before.
        let policy = (role.handle.is_none() && !topics_made.is_empty())
            .then(|| topics::policy(stack, &topics_made, &role.arn));
        let handle = self.add_endpoint(stack, &config, |builder| {
            deployment::on_instances(builder, self.planned(&alarms))
        });
        if let Some(policy) = policy {
            stack.resource(handle.resource()).depends_on(&policy);
        }
        if let Some(scaled) = &variant.auto_scaling {
            let scaling = scaling::of_queue(scaled, &alarms, &watched);
            stack.caused_by(Some(self.stage.source("AutoScaling")), |stack| {
                handle.scale_on_backlog(stack, "Scaling", scaling);
            });
        }
        self.dashboard(stack, &alarms, || {
            with_instances(Dashboard::of(&handle), &variant.name, &watched.hardware)
        });
        for (name, topic) in &topics_made {
            stack
                .output(format!("{name}Arn"), topic.reference())
                .description(format!("The ARN of the topic {name}"));
        }
        let names = vec![variant.name.clone()];
        Ok(Self::finish(stack, &handle, names, &alarms, role))
    }

    fn serverless(
        &self,
        stack: &mut Stack,
        mode: &config::Serverless,
    ) -> Result<Hosted, NotNameable> {
        let prepared = model::prepare(stack, self.endpoint, "", "Model".to_owned(), &mode.model);
        let names = vec![mode.variant_name.clone()];
        // The two branches differ in the type of what they configure: only one of them can scale.
        match &mode.provisioned_concurrency {
            None => {
                let watched = self.serverless_metrics::<OnDemand>(mode);
                let alarms = self.serverless_alarms(stack, &watched);
                let (variant, role) = self.serverless_variant(stack, mode, prepared, &alarms)?;
                let handle = self.serverless_endpoint(stack, variant.build(), &alarms);
                self.dashboard(stack, &alarms, || Dashboard::of(&handle));
                Ok(Self::finish(stack, &handle, names, &alarms, role))
            }
            Some(provisioned) => {
                let watched = self.serverless_metrics::<Provisioned>(mode);
                let alarms = self.serverless_alarms(stack, &watched);
                let (variant, role) = self.serverless_variant(stack, mode, prepared, &alarms)?;
                let provisioned = provisioned.clone().map(concurrency);
                let variant = variant.provisioned_concurrency(provisioned).build();
                let handle = self.serverless_endpoint(stack, variant, &alarms);
                if let Some(scaled) = &mode.auto_scaling {
                    let scaling = scaling::of_concurrency(scaled, &alarms, &watched);
                    stack.caused_by(Some(self.stage.source("AutoScaling")), |stack| {
                        handle.scale_provisioned_concurrency(stack, "Scaling", scaling);
                    });
                }
                self.dashboard(stack, &alarms, || Dashboard::of(&handle));
                Ok(Self::finish(stack, &handle, names, &alarms, role))
            }
        }
    }

    fn serverless_endpoint<P: Provisioning>(
        &self,
        stack: &mut Stack,
        variant: ServerlessVariant<P>,
        alarms: &Alarms<'_>,
    ) -> EndpointHandle<Serverless<P>> {
        let config = EndpointConfig::serverless(variant).add_to(stack, "EndpointConfig");
        self.add_endpoint(stack, &config, |builder| match self.planned(alarms) {
            Some(planned) => deployment::blue_green(builder, planned),
            None => builder,
        })
    }

    fn serverless_metrics<P: Provisioning>(
        &self,
        mode: &config::Serverless,
    ) -> VariantMetrics<Serverless<P>> {
        VariantMetrics::of(self.endpoint.name.clone(), mode.variant_name.clone())
    }

    fn serverless_alarms(&self, stack: &mut Stack, watched: &impl Watched) -> Alarms<'_> {
        let mut alarms = Alarms::new(self.endpoint, 1, self.topic.clone());
        alarms.watch(stack, self.stage, "", watched);
        alarms.tell_together(stack, self.stage);
        alarms
    }

    /// The variant without its provisioned concurrency, and its role.
    #[expect(
        clippy::type_complexity,
        reason = "what a builder has been given is in its type"
    )]
    fn serverless_variant(
        &self,
        stack: &mut Stack,
        mode: &config::Serverless,
        prepared: PreparedModel,
        alarms: &Alarms<'_>,
    ) -> Result<
        (
            ServerlessVariantBuilder<
                Given<Value<String>>,
                Given<Value<Concurrency>>,
                Given<Value<Memory>>,
                OnDemand,
            >,
            RoleInUse,
        ),
        NotNameable,
    > {
        let inputs = Inputs {
            rollback: self.rollback(alarms).into_iter().collect(),
            ..Inputs::default()
        };
        let role = inputs.role(stack, self.endpoint, [&prepared])?;
        let source = self.stage.source("Model");
        let model = stack.caused_by(Some(source), |stack| {
            prepared.add_portable(stack, &role.arn)
        });
        let variant = ServerlessVariant::builder(mode.variant_name.clone())
            .model(&model)
            .max_concurrency(mode.max_concurrency.clone().map(concurrency))
            .memory_size(mode.memory_size_in_mb.clone().map(memory));
        Ok((variant, role))
    }

    fn components(
        &self,
        stack: &mut Stack,
        mode: &config::ComponentHost,
    ) -> Result<Hosted, NotNameable> {
        let planned = Planned::all(self.stage, mode);
        let prepared: Vec<_> = planned
            .iter()
            .map(|one| {
                one.model().map(|source| {
                    let path = format!("{}.Model", one.path);
                    model::prepare(stack, self.endpoint, &one.id, path, source)
                })
            })
            .collect();
        let mut alarms = Alarms::new(self.endpoint, planned.len(), self.topic.clone());
        for one in &planned {
            alarms.watch(stack, self.stage, &one.id, &one.metrics());
        }
        alarms.tell_together(stack, self.stage);
        let place = place(&mode.network);
        let capture = mode.data_capture.as_ref().map(capture::data_capture);
        let mut rollback: Vec<_> = self.rollback(&alarms).into_iter().collect();
        rollback.extend(planned.iter().filter_map(|one| one.rollback(&alarms)));
        let role = Inputs {
            network: place.network.as_ref(),
            capture: capture.as_ref(),
            core_dumps: core_dumps([(String::new(), &mode.fleet)]),
            adapters: planned.iter().filter_map(Planned::adapter).collect(),
            components: mode
                .components
                .iter()
                .map(|one| &one.inference_component_name)
                .collect(),
            rollback,
            ..Inputs::default()
        };
        let role = role.role(stack, self.endpoint, prepared.iter().flatten())?;
        // The network is the host's, not the models'.
        let nowhere = Place {
            network: None,
            isolation: Value::Literal(false),
        };
        let models: Vec<_> = prepared
            .into_iter()
            .map(|prepared| prepared.map(|one| add(stack, self.stage, one, &role, &nowhere)))
            .collect();
        let mut config = EndpointConfig::component_host(fleet::host(mode), role.arn.clone());
        if let Some(network) = place.network {
            config = config.network(network);
        }
        if place.isolation != Value::Literal(false) {
            config = config.network_isolation(place.isolation);
        }
        let config = self.with_settings(config, capture);
        let config = config.add_to(stack, "EndpointConfig");
        let handle = self.add_endpoint(stack, &config, |builder| {
            deployment::on_instances(builder, self.planned(&alarms))
        });
        let (names, dashboard) =
            components::add(stack, self.stage, &handle, &planned, &models, &alarms);
        self.dashboard(stack, &alarms, || {
            with_instances(dashboard, &mode.variant_name, &Hardware::of(&mode.fleet))
        });
        let variants = vec![mode.variant_name.clone()];
        Ok(Hosted {
            components: names,
            ..Self::finish(stack, &handle, variants, &alarms, role)
        })
    }

    /// The models of a variant: its own, and those of instance pools.
    fn models(
        &self,
        stack: &mut Stack,
        prefix: &str,
        path: &str,
        source: &config::ModelSource,
        fleet: &Fleet,
    ) -> VariantModels {
        let own = model::prepare(stack, self.endpoint, prefix, format!("{path}Model"), source);
        let pools = match &fleet.instances {
            Instances::Type(_) => Vec::new(),
            Instances::Pools(pools) => pools
                .iter()
                .enumerate()
                .map(|(index, pool)| {
                    let prefix = format!("{prefix}Pool{}", index + 1);
                    let path = format!("{path}InstancePools[{index}].Model");
                    let source = pool.model.as_ref()?;
                    Some(model::prepare(stack, self.endpoint, &prefix, path, source))
                })
                .collect(),
        };
        VariantModels { own, pools }
    }

    /// A variant with what its instances have; alarms that cannot do without are refused.
    fn on_instances<M: Mode>(
        &self,
        stack: &mut Stack,
        variant: &config::Variant,
    ) -> OnInstances<M> {
        let hardware = Hardware::of(&variant.fleet);
        for (known, what, kinds) in [
            (hardware.cores, "CPU cores", &["CPU"][..]),
            (hardware.gpus, "GPUs", &["GPU", "GPUMemory"][..]),
        ] {
            for kind in kinds {
                let path = format!("Alarms.{kind}");
                if known.is_none() && self.stage.has(&path) {
                    let message = format!(
                        "`{kind}`: its metric counts 100 for each of an instance's {what}, and how many these are is not known"
                    );
                    let finding = Finding::error("unknown-instance", message)
                        .at(self.stage.source(&path))
                        .path(path)
                        .hint("write out an instance type that has them, the same number in each pool");
                    stack.report(finding);
                }
            }
        }
        let metrics = VariantMetrics::of(self.endpoint.name.clone(), variant.name.clone());
        OnInstances { metrics, hardware }
    }

    /// The settings that every configuration on instances may have.
    fn with_settings<M: InstanceBacked + CapturesData>(
        &self,
        mut config: EndpointConfig<M>,
        capture: Option<DataCapture>,
    ) -> EndpointConfig<M> {
        if let Some(key) = &self.endpoint.kms_key_id {
            config = config.kms_key(key.clone());
        }
        if let Some(capture) = capture {
            config = config.data_capture(capture);
        }
        if let Some(metrics) = &self.endpoint.metrics {
            config = config.metrics(capture::metrics(metrics));
        }
        config
    }

    /// The alarms that take a deployment of the endpoint back.
    fn rollback(&self, alarms: &Alarms<'_>) -> Option<RollbackAlarms> {
        alarms.rollback(&self.endpoint.deployment.as_ref()?.rollback_on, None)
    }

    fn planned(&self, alarms: &Alarms<'_>) -> Option<deployment::Planned<'_>> {
        Some(deployment::Planned {
            deployment: self.endpoint.deployment.as_ref()?,
            alarms: self.rollback(alarms),
        })
    }

    fn add_endpoint<M: Mode>(
        &self,
        stack: &mut Stack,
        config: &EndpointConfigHandle<M>,
        roll_out: impl FnOnce(NamedEndpoint<M>) -> NamedEndpoint<M>,
    ) -> EndpointHandle<M> {
        stack.caused_by(Some(self.stage.source("EndpointName")), |stack| {
            let builder = Endpoint::builder().name(self.endpoint.name.clone());
            roll_out(builder.config(config))
                .build()
                .add_to(stack, "Endpoint")
        })
    }

    /// The dashboard, where the stage wants one.
    fn dashboard<M: HasDashboard>(
        &self,
        stack: &mut Stack,
        alarms: &Alarms<'_>,
        build: impl FnOnce() -> Dashboard<M>,
    ) {
        if self.endpoint.dashboard {
            stack.caused_by(Some(self.stage.source("Dashboard")), |stack| {
                build().alarms(&alarms.handles()).add_to(stack, "Dashboard");
            });
        }
    }

    /// The outputs that callers and other stacks need. The configuration's name is none: it changes
    /// with every update.
    fn finish<M: Mode>(
        stack: &mut Stack,
        handle: &EndpointHandle<M>,
        variants: Vec<VariantName>,
        alarms: &Alarms<'_>,
        role: RoleInUse,
    ) -> Hosted {
        stack
            .output("EndpointName", handle.name())
            .description("The name to invoke the endpoint by");
        stack
            .output("EndpointArn", handle.arn())
            .description("The ARN to allow callers to invoke");
        // Whoever names a role knows it.
        if role.handle.is_some() {
            stack
                .output("ExecutionRoleArn", role.arn.clone().map(String::from))
                .description(
                    "The role of the containers, to be allowed by bucket and key policies",
                );
        }
        Hosted {
            endpoint_name: handle.name(),
            variants,
            components: Vec::new(),
            alarms: alarms.handles(),
            execution_role_arn: role.arn,
            execution_role: role.handle,
        }
    }
}

/// An endpoint with a name and a configuration, to which a rollout may be added.
type NamedEndpoint<M> = EndpointBuilder<Given<Value<EndpointName>>, Given<EndpointConfigHandle<M>>>;

/// The models of a variant: its own, and those of the instance pools that have one.
struct VariantModels {
    own: PreparedModel,
    pools: Vec<Option<PreparedModel>>,
}

impl VariantModels {
    fn all(&self) -> impl Iterator<Item = &PreparedModel> {
        std::iter::once(&self.own).chain(self.pools.iter().flatten())
    }

    fn add(
        self,
        stack: &mut Stack,
        stage: &Stage,
        role: &RoleInUse,
        place: &Place,
    ) -> (ModelHandle<SeveralModels>, PoolModels<SeveralModels>) {
        let own = add(stack, stage, self.own, role, place);
        let pools = self.pools.into_iter();
        let pools = pools.map(|pool| pool.map(|model| add(stack, stage, model, role, place)));
        (own, pools.collect())
    }

    fn add_comparable(
        self,
        stack: &mut Stack,
        stage: &Stage,
        role: &RoleInUse,
        place: &Place,
    ) -> (ModelHandle<InstanceOnly>, PoolModels<InstanceOnly>) {
        let mut add = |model: PreparedModel| {
            let source = stage.source(model.path());
            stack.caused_by(Some(source), |stack| {
                model.add_comparable(stack, &role.arn, place)
            })
        };
        let own = add(self.own);
        let pools = self.pools.into_iter().map(|pool| pool.map(&mut add));
        (own, pools.collect())
    }
}

fn add(
    stack: &mut Stack,
    stage: &Stage,
    model: PreparedModel,
    role: &RoleInUse,
    place: &Place,
) -> ModelHandle<SeveralModels> {
    let source = stage.source(model.path());
    stack.caused_by(Some(source), |stack| model.add(stack, &role.arn, place))
}

fn place(network: &config::Network) -> Place {
    Place {
        network: network.vpc.as_ref().map(|vpc| {
            Network::new(
                vpc.subnets.iter().cloned(),
                vpc.security_group_ids.iter().cloned(),
            )
        }),
        isolation: network.isolation.clone(),
    }
}

/// The dashboard with what a variant's instances have, as far as it is known.
fn with_instances<M: HasDashboard>(
    dashboard: Dashboard<M>,
    variant: &VariantName,
    hardware: &Hardware,
) -> Dashboard<M> {
    match hardware.cores {
        Some(cores) => dashboard.instances(variant, cores, hardware.gpus),
        None => dashboard,
    }
}

/// Where the crashes of fleets go, each with the path at which the stage states it.
fn core_dumps<'f>(
    fleets: impl IntoIterator<Item = (String, &'f Fleet)>,
) -> Vec<(String, CoreDump)> {
    let dumps = fleets.into_iter().filter_map(|(path, fleet)| {
        let dump = fleet.core_dump.as_ref()?;
        Some((format!("{path}CoreDump.DestinationS3Uri"), core_dump(dump)))
    });
    dumps.collect()
}

fn retained(variant: &VariantName) -> Finding {
    let message = format!(
        "later changes of `InstanceCount` will not reach the variant `{variant}`: another one scales, so that updates retain the counts of all"
    );
    Finding::warning("retained-instance-count", message)
        .hint("give every variant `AutoScaling`, or none")
}

fn concurrency(concurrency: i64) -> Concurrency {
    u32::try_from(concurrency)
        .ok()
        .and_then(Concurrency::parse)
        .expect(CHECKED)
}

fn memory(megabytes: i64) -> Memory {
    u32::try_from(megabytes)
        .ok()
        .and_then(Memory::parse_mb)
        .expect(CHECKED)
}
