//! What a model runs: an image with its model data, or a version from the model registry.

use std::marker::PhantomData;

use indexmap::IndexMap;

use crate::cfn::sagemaker::model as l1;
use crate::literal::{ContainerHostname, ImageUri, ModelPackageArn, S3Prefix, S3Uri};
use crate::value::Value;

use super::access::PackageAccess;
use super::model::{InstanceOnly, ModelKind, Portable, SeveralModels};

/// No model data: the image brings the model.
#[derive(Debug, Clone, Copy)]
pub enum NoModelData {}

/// Model data in one `.tar.gz`.
#[derive(Debug, Clone, Copy)]
pub enum TarGz {}

/// Model data that is not packed, as `ModelDataSource`.
#[derive(Debug, Clone, Copy)]
pub enum Uncompressed {}

/// Many models below one prefix, loaded when they are called.
#[derive(Debug, Clone, Copy)]
pub enum MultiModel {}

/// Image and model data come from a model package.
#[derive(Debug, Clone, Copy)]
pub enum PackageData {}

/// Where a container's model data comes from.
pub trait ModelData {
    /// What a model with such a container can run on.
    type Kind: ModelKind;
}

impl ModelData for NoModelData {
    type Kind = Portable;
}
impl ModelData for TarGz {
    type Kind = Portable;
}
impl ModelData for Uncompressed {
    type Kind = InstanceOnly;
}
impl ModelData for MultiModel {
    type Kind = SeveralModels;
}
impl ModelData for PackageData {
    type Kind = Portable;
}

/// The bound behind the compiler's message when a container is given two sources.
#[diagnostic::on_unimplemented(
    message = "`ModelDataUrl`, `ModelDataSource` and `ModelPackageName` of `AWS::SageMaker::Model.ContainerDefinition` exclude each other, and one is set already",
    label = "the container's model data is `{Self}` already"
)]
pub trait ModelDataNotSet: ModelData {}

impl ModelDataNotSet for NoModelData {}

/// The bound behind the compiler's message for settings that multi-model containers alone have.
#[diagnostic::on_unimplemented(
    message = "`MultiModelConfig` of `AWS::SageMaker::Model.ContainerDefinition` needs `Mode: MultiModel`",
    label = "the container's model data is `{Self}`",
    note = "call `.multi_model(..)` first"
)]
pub trait IsMultiModel: ModelData {}

impl IsMultiModel for MultiModel {}

/// One container of a model.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-model-containerdefinition.html>
#[derive(Debug, Clone)]
pub struct Container<D = NoModelData> {
    inner: AnyContainer,
    data: PhantomData<D>,
}

/// A container whose kind of model data has been forgotten.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyContainer {
    pub(super) source: ContainerSource,
    hostname: Option<ContainerHostname>,
    pub(super) environment: IndexMap<String, Value<String>>,
    cache_models: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ContainerSource {
    Image {
        image: Value<ImageUri>,
        data: Option<DataLocation>,
    },
    Package {
        version: Value<ModelPackageArn>,
        access: PackageAccess,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum DataLocation {
    Archive(Value<S3Uri>),
    Prefix(Value<S3Prefix>),
    Object(Value<S3Uri>),
    Models(Value<S3Prefix>),
}

impl Container {
    /// A container from an image in ECR or another registry that SageMaker can reach.
    ///
    /// ```
    /// use sageform::hosting::Container;
    /// use sageform::literal::{ImageUri, S3Uri};
    ///
    /// const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
    /// const MODEL: S3Uri = S3Uri::new("s3://churn-models/1.4/model.tar.gz");
    ///
    /// let container = Container::image(IMAGE).model_data_url(MODEL).environment("WORKERS", "2");
    /// # let _ = container;
    /// ```
    pub fn image(image: impl Into<Value<ImageUri>>) -> Self {
        Self::new(ContainerSource::Image {
            image: image.into(),
            data: None,
        })
    }
}

impl Container<PackageData> {
    /// A container from a version of a model package group, which brings image and model data.
    /// `access` is what the execution role has to know of it.
    pub fn package(version: impl Into<Value<ModelPackageArn>>, access: PackageAccess) -> Self {
        Self::new(ContainerSource::Package {
            version: version.into(),
            access,
        })
    }
}

impl<D: ModelData> Container<D> {
    fn new(source: ContainerSource) -> Self {
        let inner = AnyContainer {
            source,
            hostname: None,
            environment: IndexMap::new(),
            cache_models: None,
        };
        Self {
            inner,
            data: PhantomData,
        }
    }

    fn with_data<E>(mut self, location: DataLocation) -> Container<E> {
        if let ContainerSource::Image { data, .. } = &mut self.inner.source {
            *data = Some(location);
        }
        Container {
            inner: self.inner,
            data: PhantomData,
        }
    }

    /// Model data in one archive: `ModelDataUrl`, an object that ends with `.tar.gz`.
    pub fn model_data_url(self, archive: impl Into<Value<S3Uri>>) -> Container<TarGz>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Archive(archive.into()))
    }

    /// Model data that is not packed, below a prefix: `ModelDataSource` with `S3Prefix`.
    pub fn model_data_prefix(self, prefix: impl Into<Value<S3Prefix>>) -> Container<Uncompressed>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Prefix(prefix.into()))
    }

    /// Model data in one object that is not packed: `ModelDataSource` with `S3Object`.
    pub fn model_data_object(self, object: impl Into<Value<S3Uri>>) -> Container<Uncompressed>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Object(object.into()))
    }

    /// Many models, each an archive below the prefix, loaded when they are called: `Mode: MultiModel`.
    pub fn multi_model(self, prefix: impl ModelsPrefix) -> Container<MultiModel>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Models(prefix.into_prefix()))
    }

    /// Whether models stay in memory after a call: `MultiModelConfig.ModelCacheSetting`. They do
    /// when it is left out.
    #[must_use]
    pub fn cache_models(mut self, cache: bool) -> Self
    where
        D: IsMultiModel,
    {
        self.inner.cache_models = Some(cache);
        self
    }

    /// Sets an environment variable. Not for secrets: whoever may describe the model reads them.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<Value<String>>) -> Self {
        self.inner.environment.insert(name.into(), value.into());
        self
    }

    /// Sets environment variables.
    #[must_use]
    pub fn environment_variables(
        mut self,
        variables: impl IntoIterator<Item = (String, Value<String>)>,
    ) -> Self {
        self.inner.environment.extend(variables);
        self
    }

    /// The container, for what does not ask where its model data comes from.
    pub fn as_any(&self) -> &AnyContainer {
        &self.inner
    }

    /// Gives the container of a pipeline or a direct model the name that callers and metrics use.
    pub fn named(self, hostname: ContainerHostname) -> NamedContainer {
        self.inner.named(hostname)
    }
}

impl<D> From<Container<D>> for AnyContainer {
    fn from(container: Container<D>) -> Self {
        container.inner
    }
}

/// One container of a pipeline.
#[diagnostic::on_unimplemented(
    message = "`Containers` of `AWS::SageMaker::Model` holds 2 to 15 containers",
    label = "expected a container"
)]
pub trait OneContainer {
    /// The container.
    fn into_container(self) -> AnyContainer;
}

impl<D> OneContainer for Container<D> {
    fn into_container(self) -> AnyContainer {
        self.inner
    }
}

impl OneContainer for NamedContainer {
    fn into_container(self) -> AnyContainer {
        self.0
    }
}

impl OneContainer for AnyContainer {
    fn into_container(self) -> AnyContainer {
        self
    }
}

/// A container that callers can address.
#[diagnostic::on_unimplemented(
    message = "`Mode: Direct` of `InferenceExecutionConfig` needs `ContainerHostname` on every container",
    label = "call `.named(..)` on this container"
)]
pub trait HasHostname {
    /// The container.
    fn into_named(self) -> NamedContainer;
}

impl HasHostname for NamedContainer {
    fn into_named(self) -> NamedContainer {
        self
    }
}

/// Where many models are.
#[diagnostic::on_unimplemented(
    message = "`ModelDataUrl` with `Mode: MultiModel` is a prefix that ends with `/`, below which the archives are",
    label = "expected an `S3Prefix`"
)]
pub trait ModelsPrefix {
    /// The prefix.
    fn into_prefix(self) -> Value<S3Prefix>;
}

impl ModelsPrefix for S3Prefix {
    fn into_prefix(self) -> Value<S3Prefix> {
        self.into()
    }
}

impl ModelsPrefix for Value<S3Prefix> {
    fn into_prefix(self) -> Value<S3Prefix> {
        self
    }
}

/// A container with a `ContainerHostname`.
#[derive(Debug, Clone)]
pub struct NamedContainer(pub(super) AnyContainer);

impl From<NamedContainer> for AnyContainer {
    fn from(container: NamedContainer) -> Self {
        container.0
    }
}

impl NamedContainer {
    /// The container, for what does not ask whether it has a name.
    pub fn as_any(&self) -> &AnyContainer {
        &self.0
    }
}

impl AnyContainer {
    /// Gives the container of a pipeline or a direct model the name that callers and metrics use.
    pub fn named(mut self, hostname: ContainerHostname) -> NamedContainer {
        self.hostname = Some(hostname);
        NamedContainer(self)
    }

    pub(super) fn into_definition(self) -> l1::ContainerDefinition {
        let mut definition = match self.source {
            ContainerSource::Package { version, .. } => l1::ContainerDefinition {
                model_package_name: Some(version.map(String::from)),
                ..Default::default()
            },
            ContainerSource::Image { image, data } => l1::ContainerDefinition {
                image: Some(image.map(String::from)),
                ..data.map(DataLocation::into_definition).unwrap_or_default()
            },
        };
        definition.container_hostname = self.hostname.map(|name| String::from(name).into());
        if !self.environment.is_empty() {
            definition.environment = Some(self.environment.into());
        }
        if let Some(cache) = self.cache_models {
            definition.multi_model_config = Some(
                l1::MultiModelConfig {
                    model_cache_setting: Some(cache_setting(cache).into()),
                }
                .into(),
            );
        }
        definition
    }
}

impl DataLocation {
    fn into_definition(self) -> l1::ContainerDefinition {
        let uncompressed = |data_type: l1::S3DataType, uri: Value<String>| {
            let source = l1::S3DataSource::new(l1::CompressionType::NONE, data_type, uri);
            let source = l1::ModelDataSource::new(source);
            l1::ContainerDefinition {
                model_data_source: Some(source.into()),
                ..Default::default()
            }
        };
        match self {
            Self::Archive(archive) => l1::ContainerDefinition {
                model_data_url: Some(archive.map(String::from)),
                ..Default::default()
            },
            Self::Models(prefix) => l1::ContainerDefinition {
                mode: Some(l1::ContainerDefinitionMode::MULTI_MODEL.into()),
                model_data_url: Some(prefix.map(String::from)),
                ..Default::default()
            },
            Self::Prefix(prefix) => {
                uncompressed(l1::S3DataType::S3_PREFIX, prefix.map(String::from))
            }
            Self::Object(object) => {
                uncompressed(l1::S3DataType::S3_OBJECT, object.map(String::from))
            }
        }
    }
}

fn cache_setting(cache: bool) -> l1::ModelCacheSetting {
    if cache {
        l1::ModelCacheSetting::ENABLED
    } else {
        l1::ModelCacheSetting::DISABLED
    }
}
