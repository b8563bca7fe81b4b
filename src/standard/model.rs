//! Models, from the stage file's sources to constructs, with what the role has to know of each.

use indexmap::IndexMap;

use crate::config::{
    self, ExecutionMode, ModelAccess, ModelCacheSetting, ModelData, ModelSource, Pin, Repository,
};
use crate::hosting::{
    AnyContainer, Container, GatedTarGz, InstanceOnly, IsGateable, Model, ModelHandle,
    NamedContainer, Network, NoModelData, PackageAccess, PackageData, PackageKey, PrivateRegistry,
    Registry, SeveralModels, TarGz, Uncompressed,
};
use crate::json::Text;
use crate::literal::{ImageUri, ModelPackageArn, RoleArn, S3Uri};
use crate::template::{Condition, Parameter, Stack};
use crate::value::Value;

use super::CHECKED;

/// A model whose containers are known, before there is a role.
pub(super) struct PreparedModel {
    id: String,
    path: String,
    containers: Containers,
}

/// Where the containers of models on instances run: a network, and whether they are cut off.
pub(super) struct Place {
    pub(super) network: Option<Network>,
    pub(super) isolation: Value<bool>,
}

enum Containers {
    One(Box<One>),
    Serial(Vec<AnyContainer<PrivateRegistry>>),
    Direct(Vec<NamedContainer<PrivateRegistry>>),
}

/// One container, with what its type says of where it can run.
#[derive(Clone)]
enum One {
    Image(Container),
    Archive(Container<TarGz>),
    Gated(Container<GatedTarGz>),
    Uncompressed(Container<Uncompressed>),
    Package(Container<PackageData>),
    PrivateImage(Container<NoModelData, PrivateRegistry>),
    PrivateArchive(Container<TarGz, PrivateRegistry>),
    PrivateGated(Container<GatedTarGz, PrivateRegistry>),
    PrivateUncompressed(Container<Uncompressed, PrivateRegistry>),
    /// Many models, of an image from anywhere.
    Many(AnyContainer<PrivateRegistry>),
}

/// Does the same with a container of each type: the last line is for many models.
macro_rules! each {
    ($one:expr, $container:ident => $same:expr, many $many:ident => $other:expr) => {
        match $one {
            One::Image($container) => $same,
            One::Archive($container) => $same,
            One::Gated($container) => $same,
            One::Uncompressed($container) => $same,
            One::Package($container) => $same,
            One::PrivateImage($container) => $same,
            One::PrivateArchive($container) => $same,
            One::PrivateGated($container) => $same,
            One::PrivateUncompressed($container) => $same,
            One::Many($many) => $other,
        }
    };
}

impl One {
    fn into_any(self) -> AnyContainer<PrivateRegistry> {
        each!(self, one => AnyContainer::from(one).any_registry(), many many => many)
    }
}

/// Declares what a model needs of the template, such as the parameters of a package that is not
/// pinned. `prefix` keeps the models of several variants apart; `path` is where the stage states it.
pub(super) fn prepare(
    stack: &mut Stack,
    endpoint: &config::Endpoint,
    prefix: &str,
    path: String,
    source: &ModelSource,
) -> PreparedModel {
    let containers = match source {
        ModelSource::PackageGroup {
            group,
            pin,
            environment,
            inference_specification_name,
        } => {
            let access = pin.as_ref().and_then(pinned_access);
            let version = match pin {
                Some(pin) => Value::Literal(pin.arn.clone()),
                None => version_parameter(stack, prefix, group.as_str()),
            };
            let package = package(stack, endpoint, prefix, version, access, environment);
            Containers::One(Box::new(specified(
                package,
                inference_specification_name.as_ref(),
            )))
        }
        ModelSource::Package {
            arn,
            model_data_urls,
            images,
            environment,
            inference_specification_name,
        } => {
            let access = named_access(images, model_data_urls);
            let package = package(stack, endpoint, prefix, arn.clone(), access, environment);
            Containers::One(Box::new(specified(
                package,
                inference_specification_name.as_ref(),
            )))
        }
        ModelSource::Container(container) => Containers::One(Box::new(one(container))),
        ModelSource::Pipeline {
            containers,
            execution_mode: ExecutionMode::Serial,
        } => Containers::Serial(containers.iter().map(any).collect()),
        ModelSource::Pipeline {
            containers,
            execution_mode: ExecutionMode::Direct,
        } => Containers::Direct(containers.iter().filter_map(named).collect()),
    };
    PreparedModel {
        id: format!("{prefix}Model"),
        path,
        containers,
    }
}

impl PreparedModel {
    /// Where the stage states it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What the role is derived from.
    pub(super) fn containers(&self) -> Vec<AnyContainer<PrivateRegistry>> {
        match &self.containers {
            Containers::One(one) => vec![one.clone().into_any()],
            Containers::Serial(containers) => containers.clone(),
            Containers::Direct(containers) => containers
                .iter()
                .map(|container| container.as_any().clone())
                .collect(),
        }
    }

    /// Adds the model for instances.
    pub(super) fn add(
        self,
        stack: &mut Stack,
        role: &Value<RoleArn>,
        place: &Place,
    ) -> ModelHandle<SeveralModels> {
        let builder = Model::builder().execution_role(role.clone());
        let model = if let Some(network) = &place.network {
            let builder = builder.network(network.clone());
            let builder = match self.containers {
                Containers::One(one) => builder.any_container(one.into_any()),
                Containers::Serial(containers) => {
                    let (first, second, rest) = several(containers);
                    builder.pipeline(first, second, rest)
                }
                Containers::Direct(containers) => {
                    let (first, second, rest) = several(containers);
                    builder.direct(first, second, rest)
                }
            };
            match isolated(&place.isolation) {
                Some(isolated) => builder.network_isolation(isolated).build(),
                None => builder.build(),
            }
        } else {
            let builder = match self.containers {
                Containers::One(one) => builder.any_container(on_platform(one.into_any())),
                Containers::Serial(containers) => {
                    let containers = containers.into_iter().map(on_platform).collect();
                    let (first, second, rest) = several(containers);
                    builder.pipeline(first, second, rest)
                }
                Containers::Direct(containers) => {
                    let containers = containers.into_iter().map(named_on_platform).collect();
                    let (first, second, rest) = several(containers);
                    builder.direct(first, second, rest)
                }
            };
            match isolated(&place.isolation) {
                Some(isolated) => builder.network_isolation(isolated).build(),
                None => builder.build(),
            }
        };
        model.add_to(stack, &self.id)
    }

    /// Adds the model for a variant that is compared with another one, on which it may only be one.
    pub(super) fn add_comparable(
        self,
        stack: &mut Stack,
        role: &Value<RoleArn>,
        place: &Place,
    ) -> ModelHandle<InstanceOnly> {
        let Containers::One(one) = self.containers else {
            unreachable!("{CHECKED}")
        };
        let builder = Model::builder().execution_role(role.clone());
        let isolated = isolated(&place.isolation);
        let model = if let Some(network) = &place.network {
            let builder = builder.network(network.clone());
            each!(*one, one => {
                    let builder = builder.container(one).on_instances();
                    match isolated {
                        Some(isolated) => builder.network_isolation(isolated).build(),
                        None => builder.build(),
                    }
                }, many _many => unreachable!("{CHECKED}"))
        } else {
            macro_rules! on_platform {
                    ($($kind:ident)+) => {
                        match *one {
                            $(One::$kind(one) => {
                                let builder = builder.container(one).on_instances();
                                match isolated {
                                    Some(isolated) => builder.network_isolation(isolated).build(),
                                    None => builder.build(),
                                }
                            })+
                            _ => unreachable!("{CHECKED}"),
                        }
                    };
                }
            on_platform!(Image Archive Gated Uncompressed Package)
        };
        model.add_to(stack, &self.id)
    }

    /// Adds the model for an endpoint without instances.
    pub(super) fn add_portable(self, stack: &mut Stack, role: &Value<RoleArn>) -> ModelHandle {
        let builder = Model::builder().execution_role(role.clone());
        let Containers::One(one) = self.containers else {
            unreachable!("{CHECKED}")
        };
        let model = match *one {
            One::Image(one) => builder.container(one).build(),
            One::Archive(one) => builder.container(one).build(),
            One::Package(one) => builder.container(one).build(),
            _ => unreachable!("{CHECKED}"),
        };
        model.add_to(stack, &self.id)
    }
}

/// `false` is what leaving it out means.
fn isolated(isolation: &Value<bool>) -> Option<Value<bool>> {
    Some(isolation.clone()).filter(|isolation| *isolation != Value::Literal(false))
}

fn several<T>(containers: Vec<T>) -> (T, T, Vec<T>) {
    let mut containers = containers.into_iter();
    let mut next = || containers.next().expect(CHECKED);
    let (first, second) = (next(), next());
    (first, second, containers.collect())
}

fn on_platform(container: AnyContainer<PrivateRegistry>) -> AnyContainer {
    container.on_platform().expect(CHECKED)
}

fn named_on_platform(container: NamedContainer<PrivateRegistry>) -> NamedContainer {
    container.on_platform().expect(CHECKED)
}

fn specified(package: Container<PackageData>, name: Option<&Value<String>>) -> One {
    One::Package(match name {
        Some(name) => package.inference_specification_name(name.clone()),
        None => package,
    })
}

fn one(container: &config::Container) -> One {
    let image = Container::image(container.image.clone())
        .environment_variables(container.environment.clone());
    match &container.repository {
        Repository::Platform => match &container.data {
            None => One::Image(image),
            Some(ModelData::Archive { location, access }) => {
                let archive = image.model_data_url(location.clone());
                if access.is_gated() {
                    One::Gated(gated(archive, access))
                } else {
                    One::Archive(archive)
                }
            }
            Some(ModelData::Prefix { location, access }) => {
                One::Uncompressed(opened(image.model_data_prefix(location.clone()), access))
            }
            Some(ModelData::Object { location, access }) => {
                One::Uncompressed(opened(image.model_data_object(location.clone()), access))
            }
            Some(ModelData::MultiModel { location, cache }) => {
                One::Many(many(image, location, *cache).any_registry())
            }
        },
        Repository::Vpc {
            credentials_provider,
        } => {
            let mut image = image.private_registry();
            if let Some(function) = credentials_provider {
                image = image.credentials_provider(function.clone());
            }
            match &container.data {
                None => One::PrivateImage(image),
                Some(ModelData::Archive { location, access }) => {
                    let archive = image.model_data_url(location.clone());
                    if access.is_gated() {
                        One::PrivateGated(gated(archive, access))
                    } else {
                        One::PrivateArchive(archive)
                    }
                }
                Some(ModelData::Prefix { location, access }) => One::PrivateUncompressed(opened(
                    image.model_data_prefix(location.clone()),
                    access,
                )),
                Some(ModelData::Object { location, access }) => One::PrivateUncompressed(opened(
                    image.model_data_object(location.clone()),
                    access,
                )),
                Some(ModelData::MultiModel { location, cache }) => {
                    One::Many(many(image, location, *cache))
                }
            }
        }
    }
}

/// An archive with what opens it, which is one thing at least.
fn gated<A: Registry>(
    archive: Container<TarGz, A>,
    access: &ModelAccess,
) -> Container<GatedTarGz, A> {
    match &access.hub_content_arn {
        Some(content) => {
            let archive = archive.hub_content(content.clone());
            if access.accept_eula {
                archive.accept_eula()
            } else {
                archive
            }
        }
        None => archive.accept_eula(),
    }
}

/// Files that are not packed, with what opens them.
fn opened<D: IsGateable<Gated = D>, A: Registry>(
    mut container: Container<D, A>,
    access: &ModelAccess,
) -> Container<D, A> {
    if access.accept_eula {
        container = container.accept_eula();
    }
    match &access.hub_content_arn {
        Some(content) => container.hub_content(content.clone()),
        None => container,
    }
}

fn many<A: Registry>(
    image: Container<NoModelData, A>,
    location: &Value<S3Uri>,
    cache: Option<ModelCacheSetting>,
) -> AnyContainer<A> {
    let prefix = location
        .clone()
        .map(|location| location.as_prefix().expect(CHECKED));
    let container = image.multi_model(prefix);
    match cache {
        Some(cache) => container
            .cache_models(cache == ModelCacheSetting::Enabled)
            .into(),
        None => container.into(),
    }
}

fn any(container: &config::Container) -> AnyContainer<PrivateRegistry> {
    match named(container) {
        Some(named) => named.into(),
        None => one(container).into_any(),
    }
}

fn named(container: &config::Container) -> Option<NamedContainer<PrivateRegistry>> {
    let hostname = container.hostname.clone()?;
    Some(one(container).into_any().named(hostname))
}

fn package(
    stack: &mut Stack,
    endpoint: &config::Endpoint,
    prefix: &str,
    version: Value<ModelPackageArn>,
    access: Option<PackageAccess>,
    environment: &IndexMap<String, Value<String>>,
) -> Container<PackageData> {
    // A role that the stage names has what it has: nothing needs to be known.
    let access = match (&endpoint.execution_role_arn, access) {
        (Some(_), _) => PackageAccess::none(),
        (None, Some(access)) => access,
        (None, None) => access_parameters(stack, prefix),
    };
    Container::package(version, access).environment_variables(environment.clone())
}

/// What a pin says of a package; `None` where it says nothing.
fn pinned_access(pin: &Pin) -> Option<PackageAccess> {
    let images: Vec<_> = pin
        .containers
        .iter()
        .map(|one| one.image.clone().into())
        .collect();
    let urls: Vec<_> = pin
        .containers
        .iter()
        .filter_map(|one| one.model_data_url.clone())
        .map(Value::from)
        .collect();
    let key = match &pin.kms_key_id {
        Some(key) => PackageKey::Key(key.clone().into()),
        None => PackageKey::None,
    };
    named_access(&images, &urls).map(|access| access.key(key))
}

/// What is known of a package whose images are; `None` where they are not.
fn named_access(images: &[Value<ImageUri>], urls: &[Value<S3Uri>]) -> Option<PackageAccess> {
    (!images.is_empty()).then(|| PackageAccess::of(images.to_vec(), urls.to_vec()))
}

fn version_parameter(stack: &mut Stack, prefix: &str, group: &str) -> Value<ModelPackageArn> {
    let description = format!("The version of the model package group {group} to serve");
    stack
        .parameter(
            format!("{prefix}ModelPackageArn"),
            Parameter::text()
                .description(description)
                .allowed_pattern(format!(
                    "^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{{12}}:model-package/{group}/[0-9]+$"
                ))
                .constraint_description(format!("the ARN of a version of {group}")),
        )
        .value()
        .cast()
}

fn access_parameters(stack: &mut Stack, prefix: &str) -> PackageAccess {
    let repositories = stack.parameter(
        format!("{prefix}ModelImageRepositoryArns"),
        Parameter::comma_delimited_list()
            .description("The ARNs of the ECR repositories that hold the model package's images, so that the role may pull them")
            .allowed_pattern("^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[^*?]+$"),
    );
    let objects = stack.parameter(
        format!("{prefix}ModelDataObjectArns"),
        Parameter::comma_delimited_list()
            .description(
                "The ARNs of the model package's artifacts in S3, so that the role may read them",
            )
            .allowed_pattern("^arn:aws[a-z-]*:s3:::[^*?]+/[^*?]+$"),
    );
    let key = stack.parameter(
        format!("{prefix}ModelDataKeyArn"),
        Parameter::text()
            .description("The ARN of the KMS key that the model package's artifacts are encrypted with, or none")
            .allowed_pattern("^(none|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[^*?]+)$"),
    );
    let has_key = stack.condition(
        format!("{prefix}HasModelDataKey"),
        !Condition::equals(key.value(), "none"),
    );
    PackageAccess::arns(repositories.value(), objects.value())
        .key(PackageKey::While(Text::from(&has_key), key.value().cast()))
}
