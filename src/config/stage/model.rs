//! What is hosted.

use indexmap::IndexMap;
use serde::Serialize;

use super::fleet::Hardware;
use super::{Context, default_group};
use crate::config::keys::{
    ContainerKeys, ContainerMode, ExecutionMode, ImageKey, ModelCacheSetting, ModelKeys,
    RepositoryAccessMode,
};
use crate::config::lock::{self, Pin};
use crate::literal::{
    ContainerHostname, FunctionArn, HubContentArn, ImageUri, ModelPackageArn,
    ModelPackageGroupName, S3Prefix, S3Uri,
};
use crate::value::Value;

/// What is hosted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ModelSource {
    /// A version of a model package group, which the lock file or the stage pins.
    PackageGroup {
        /// The group.
        group: ModelPackageGroupName,
        /// The version; `None` when nothing pins one, so that the template gets parameters.
        pin: Option<Pin>,
        /// Environment variables.
        environment: IndexMap<String, Value<String>>,
        /// Which of the package's inference specifications; `None` for its own.
        inference_specification_name: Option<Value<String>>,
    },
    /// One version of a model package, by its ARN.
    Package {
        /// The package.
        arn: Value<ModelPackageArn>,
        /// Where its model data is: for the role.
        model_data_urls: Vec<Value<S3Uri>>,
        /// Its images: for the role.
        images: Vec<Value<ImageUri>>,
        /// Environment variables.
        environment: IndexMap<String, Value<String>>,
        /// Which of the package's inference specifications; `None` for its own.
        inference_specification_name: Option<Value<String>>,
    },
    /// One container.
    Container(Container),
    /// Several containers.
    Pipeline {
        /// 2 to 15 containers.
        containers: Vec<Container>,
        /// How they are called.
        execution_mode: ExecutionMode,
    },
}

/// An image and the model data that it serves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Container {
    /// The image.
    pub image: Value<ImageUri>,
    /// Where the image is pulled from.
    pub repository: Repository,
    /// The model data; `None` when the image holds it.
    pub data: Option<ModelData>,
    /// Environment variables.
    pub environment: IndexMap<String, Value<String>>,
    /// Its name among several.
    pub hostname: Option<ContainerHostname>,
}

/// Where an image is pulled from.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub enum Repository {
    /// ECR.
    #[default]
    Platform,
    /// A registry in the stage's VPC.
    Vpc {
        /// The function that yields its credentials; `None` where it asks for none.
        credentials_provider: Option<Value<FunctionArn>>,
    },
}

/// Model data in S3.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ModelData {
    /// One `.tar.gz`.
    Archive {
        /// Where it is.
        location: Value<S3Uri>,
        /// What opens it. Where it is gated, the archive becomes a `ModelDataSource` with the
        /// compression `Gzip`.
        access: ModelAccess,
    },
    /// Uncompressed files below a prefix.
    Prefix {
        /// Where they are.
        location: Value<S3Prefix>,
        /// What opens them.
        access: ModelAccess,
    },
    /// One uncompressed file.
    Object {
        /// Where it is.
        location: Value<S3Uri>,
        /// What opens it.
        access: ModelAccess,
    },
    /// Many archives below a prefix, loaded when they are called.
    MultiModel {
        /// Where they are.
        location: Value<S3Uri>,
        /// Whether models stay in memory; `None` leaves it to SageMaker, which keeps them.
        cache: Option<ModelCacheSetting>,
    },
}

/// What opens gated model data.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModelAccess {
    /// Whether its end-user license agreement is accepted.
    pub accept_eula: bool,
    /// The content of a hub that it is of; `None` where it is of none.
    pub hub_content_arn: Option<Value<HubContentArn>>,
}

impl ModelAccess {
    /// Whether there is anything to open.
    pub fn is_gated(&self) -> bool {
        self.accept_eula || self.hub_content_arn.is_some()
    }
}

pub(super) fn build(
    keys: Option<&ModelKeys>,
    hardware: Hardware<'_>,
    cx: &Context<'_>,
) -> Option<ModelSource> {
    let environment = keys
        .map(|keys| keys.container.environment.clone())
        .unwrap_or_default();
    let inference_specification_name =
        keys.and_then(|keys| keys.inference_specification_name.clone());
    if let Some(keys) = keys {
        if let Some(arn) = &keys.model_package_arn {
            return Some(ModelSource::Package {
                arn: arn.clone(),
                model_data_urls: keys.model_data_urls.clone().unwrap_or_default(),
                images: keys.images.clone().unwrap_or_default(),
                environment,
                inference_specification_name,
            });
        }
        if keys.container.image.is_some() {
            return Container::build(&keys.container, hardware, cx).map(ModelSource::Container);
        }
        if let Some(containers) = &keys.containers {
            let containers = containers
                .iter()
                .map(|keys| Container::build(keys, hardware, cx));
            return Some(ModelSource::Pipeline {
                containers: containers.collect::<Option<_>>()?,
                execution_mode: keys.execution_mode.unwrap_or(ExecutionMode::Serial),
            });
        }
    }
    let group = match keys.and_then(|keys| keys.package_group.clone()) {
        Some(group) => group,
        None => ModelPackageGroupName::parse(default_group(cx.stack)).ok()?,
    };
    let pin = lock::pin(&group, keys.and_then(|keys| keys.version), cx);
    Some(ModelSource::PackageGroup {
        group,
        pin,
        environment,
        inference_specification_name,
    })
}

impl Container {
    fn build(keys: &ContainerKeys, hardware: Hardware<'_>, cx: &Context<'_>) -> Option<Self> {
        let image = match keys.image.as_ref()? {
            ImageKey::Uri(uri) => uri.clone(),
            ImageKey::Framework(framework) => cx.image(framework, hardware)?,
        };
        let credentials_provider = keys.repository_credentials_provider_arn.clone();
        let repository = match (keys.repository_access_mode, credentials_provider) {
            (None | Some(RepositoryAccessMode::Platform), None) => Repository::Platform,
            (Some(RepositoryAccessMode::Vpc), credentials_provider) => Repository::Vpc {
                credentials_provider,
            },
            _ => return None,
        };
        Some(Self {
            image,
            repository,
            data: ModelData::build(keys)?,
            environment: keys.environment.clone(),
            hostname: keys.container_hostname.clone(),
        })
    }
}

impl ModelData {
    /// The outer option is `None` when the keys contradict each other.
    #[expect(
        clippy::option_option,
        reason = "no data and data that contradicts itself differ"
    )]
    fn build(keys: &ContainerKeys) -> Option<Option<Self>> {
        let access = ModelAccess {
            accept_eula: keys.accept_eula.unwrap_or_default(),
            hub_content_arn: keys.hub_content_arn.clone(),
        };
        let (url, prefix, object) = (
            keys.model_data_url.clone(),
            keys.model_data_prefix.clone(),
            keys.model_data_object.clone(),
        );
        let (many, cache) = (
            keys.mode == Some(ContainerMode::MultiModel),
            keys.model_cache_setting,
        );
        Some(Some(match (url, prefix, object) {
            (Some(location), None, None) if many && !access.is_gated() => {
                Self::MultiModel { location, cache }
            }
            (Some(location), None, None) if !many => Self::Archive { location, access },
            (None, Some(location), None) if !many => Self::Prefix { location, access },
            (None, None, Some(location)) if !many => Self::Object { location, access },
            (None, None, None) if !many && !access.is_gated() => return Some(None),
            _ => return None,
        }))
    }
}
