//! Models, from the stage file's sources to constructs, with what the role has to know of each.

use indexmap::IndexMap;

use crate::config::{self, ExecutionMode, ModelData, ModelSource, Pin};
use crate::hosting::{
    AnyContainer, Container, InstanceOnly, Model, ModelHandle, NamedContainer, Network,
    PackageAccess, PackageData, PackageKey,
};
use crate::json::Text;
use crate::literal::{ImageUri, ModelPackageArn, RoleArn, S3Prefix, S3Uri};
use crate::template::{Condition, Parameter, Stack};
use crate::value::Value;

/// A model whose containers are known, before there is a role.
pub(super) struct PreparedModel {
    id: String,
    path: String,
    containers: Containers,
}

enum Containers {
    /// A package, an image alone, or one archive: also for endpoints without instances.
    Portable(PortableContainer),
    One(AnyContainer),
    Serial(Vec<AnyContainer>),
    Direct(Vec<NamedContainer>),
}

enum PortableContainer {
    Image(Container),
    Archive(Container<crate::hosting::TarGz>),
    Package(Container<PackageData>),
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
            ..
        } => {
            let access = pin.as_ref().and_then(pinned_access);
            let version = match pin {
                Some(pin) => Value::Literal(pin.arn.clone()),
                None => version_parameter(stack, prefix, group.as_str()),
            };
            package(stack, endpoint, prefix, version, access, environment)
        }
        ModelSource::Package {
            arn,
            model_data_urls,
            images,
            environment,
            ..
        } => {
            let access = named_access(images, model_data_urls);
            package(stack, endpoint, prefix, arn.clone(), access, environment)
        }
        ModelSource::Container(container) => single(container),
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
    pub(super) fn containers(&self) -> Vec<&AnyContainer> {
        match &self.containers {
            Containers::Portable(PortableContainer::Image(container)) => vec![container.as_any()],
            Containers::Portable(PortableContainer::Archive(container)) => vec![container.as_any()],
            Containers::Portable(PortableContainer::Package(container)) => vec![container.as_any()],
            Containers::One(container) => vec![container],
            Containers::Serial(containers) => containers.iter().collect(),
            Containers::Direct(containers) => {
                containers.iter().map(NamedContainer::as_any).collect()
            }
        }
    }

    /// Adds the model for an endpoint on instances.
    pub(super) fn add(
        self,
        stack: &mut Stack,
        role: &Value<RoleArn>,
        network: Option<(Network, Value<bool>)>,
    ) -> Option<ModelHandle<InstanceOnly>> {
        let builder = Model::builder().execution_role(role.clone());
        let builder = match self.containers {
            Containers::Portable(PortableContainer::Image(one)) => builder.any_container(one),
            Containers::Portable(PortableContainer::Archive(one)) => builder.any_container(one),
            Containers::Portable(PortableContainer::Package(one)) => builder.any_container(one),
            Containers::One(one) => builder.any_container(one),
            Containers::Serial(containers) => {
                let mut containers = containers.into_iter();
                builder.pipeline(containers.next()?, containers.next()?, containers)
            }
            Containers::Direct(containers) => {
                let mut containers = containers.into_iter();
                builder.direct(containers.next()?, containers.next()?, containers)
            }
        };
        let builder = match network {
            None => builder,
            // `false` is what leaving it out means.
            Some((network, Value::Literal(false))) => builder.network(network),
            Some((network, isolated)) => builder.network(network).network_isolation(isolated),
        };
        Some(builder.build().add_to(stack, &self.id))
    }

    /// Adds the model for an endpoint without instances; `None` where it needs instances, which the
    /// stage file's reader refuses.
    pub(super) fn add_portable(
        self,
        stack: &mut Stack,
        role: &Value<RoleArn>,
    ) -> Option<ModelHandle> {
        let builder = Model::builder().execution_role(role.clone());
        let model = match self.containers {
            Containers::Portable(PortableContainer::Image(one)) => builder.container(one).build(),
            Containers::Portable(PortableContainer::Archive(one)) => builder.container(one).build(),
            Containers::Portable(PortableContainer::Package(one)) => builder.container(one).build(),
            Containers::One(_) | Containers::Serial(_) | Containers::Direct(_) => return None,
        };
        Some(model.add_to(stack, &self.id))
    }
}

fn single(container: &config::Container) -> Containers {
    let image = Container::image(container.image.clone());
    match &container.data {
        None => Containers::Portable(PortableContainer::Image(
            image.environment_variables(container.environment.clone()),
        )),
        Some(ModelData::Archive { location, .. }) => {
            Containers::Portable(PortableContainer::Archive(
                image
                    .model_data_url(location.clone())
                    .environment_variables(container.environment.clone()),
            ))
        }
        Some(_) => Containers::One(any(container)),
    }
}

fn any(container: &config::Container) -> AnyContainer {
    match named(container) {
        Some(named) => named.into(),
        None => with_data(container),
    }
}

fn named(container: &config::Container) -> Option<NamedContainer> {
    let hostname = container.hostname.clone()?;
    Some(with_data(container).named(hostname))
}

fn with_data(container: &config::Container) -> AnyContainer {
    let image = Container::image(container.image.clone())
        .environment_variables(container.environment.clone());
    match &container.data {
        None => image.into(),
        Some(ModelData::Archive { location, .. }) => image.model_data_url(location.clone()).into(),
        Some(ModelData::Prefix { location, .. }) => {
            image.model_data_prefix(location.clone()).into()
        }
        Some(ModelData::Object { location, .. }) => {
            image.model_data_object(location.clone()).into()
        }
        Some(ModelData::MultiModel { location, .. }) => {
            image.multi_model(as_prefix(location.clone())).into()
        }
    }
}

fn as_prefix(location: Value<S3Uri>) -> Value<S3Prefix> {
    location.map(|location| {
        location
            .as_prefix()
            .expect("the stage file's reader accepts prefixes only with `Mode: MultiModel`")
    })
}

fn package(
    stack: &mut Stack,
    endpoint: &config::Endpoint,
    prefix: &str,
    version: Value<ModelPackageArn>,
    access: Option<PackageAccess>,
    environment: &IndexMap<String, Value<String>>,
) -> Containers {
    // A role that the stage names has what it has: nothing needs to be known.
    let access = match (&endpoint.execution_role_arn, access) {
        (Some(_), _) => PackageAccess::none(),
        (None, Some(access)) => access,
        (None, None) => access_parameters(stack, prefix),
    };
    let container = Container::package(version, access).environment_variables(environment.clone());
    Containers::Portable(PortableContainer::Package(container))
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
