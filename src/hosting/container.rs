//! What a model runs: an image with its model data, or a version from the model registry.

use std::marker::PhantomData;

use indexmap::IndexMap;

use crate::literal::{
    ContainerHostname, FunctionArn, HubContentArn, ImageUri, ModelPackageArn, S3Prefix, S3Uri,
};
use crate::value::Value;

use super::access::PackageAccess;
use super::container_list::ModelsPrefix;
use super::model::{InstanceOnly, ModelKind, Portable, SeveralModels};
use super::registry::{IsPrivateRegistry, Platform, PrivateRegistry, Registry};

/// No model data: the image brings the model.
#[derive(Debug, Clone, Copy)]
pub enum NoModelData {}

/// Model data in one `.tar.gz`.
#[derive(Debug, Clone, Copy)]
pub enum TarGz {}

/// Model data in one `.tar.gz` whose owner asks for terms to be accepted or grants access by a hub,
/// as `ModelDataSource`.
#[derive(Debug, Clone, Copy)]
pub enum GatedTarGz {}

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
impl ModelData for GatedTarGz {
    type Kind = InstanceOnly;
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

/// The bound behind the compiler's message for settings that model packages alone have.
#[diagnostic::on_unimplemented(
    message = "`InferenceSpecificationName` of `AWS::SageMaker::Model.ContainerDefinition` is one of a model package's, and needs `ModelPackageName`",
    label = "the container's model data is `{Self}`",
    note = "make the container by `Container::package(..)`"
)]
pub trait IsPackage: ModelData {}

impl IsPackage for PackageData {}

/// The bound behind the compiler's message for settings of images.
#[diagnostic::on_unimplemented(
    message = "`ImageConfig` of `AWS::SageMaker::Model.ContainerDefinition` says how `Image` is pulled; a model package's images are in ECR",
    label = "the container's image comes from a package",
    note = "make the container by `Container::image(..)`"
)]
pub trait IsImage: ModelData {}

impl IsImage for NoModelData {}
impl IsImage for TarGz {}
impl IsImage for GatedTarGz {}
impl IsImage for Uncompressed {}
impl IsImage for MultiModel {}

/// The bound behind the compiler's message for terms and access of model data.
#[diagnostic::on_unimplemented(
    message = "`ModelAccessConfig` and `HubAccessConfig` of `AWS::SageMaker::Model.S3DataSource` need one model's data in S3",
    label = "the container's model data is `{Self}`",
    note = "call `.model_data_url(..)`, `.model_data_prefix(..)` or `.model_data_object(..)` first"
)]
pub trait IsGateable: ModelData {
    /// The same model data, with terms or a hub.
    type Gated: ModelData;
}

impl IsGateable for TarGz {
    type Gated = GatedTarGz;
}
impl IsGateable for GatedTarGz {
    type Gated = GatedTarGz;
}
impl IsGateable for Uncompressed {
    type Gated = Uncompressed;
}

/// One container of a model. `D` says where its model data comes from, and `A` where its image is
/// pulled from.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-model-containerdefinition.html>
#[derive(Debug, Clone)]
pub struct Container<D = NoModelData, A = Platform> {
    inner: AnyContainer<A>,
    data: PhantomData<D>,
}

/// A container whose kind of model data has been forgotten.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyContainer<A = Platform> {
    pub(super) source: ContainerSource,
    pub(super) hostname: Option<ContainerHostname>,
    pub(super) environment: IndexMap<String, Value<String>>,
    registry: PhantomData<A>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ContainerSource {
    Image(ImageSource),
    Package {
        version: Value<ModelPackageArn>,
        specification: Option<Value<String>>,
        access: PackageAccess,
    },
}

/// An image, and what is loaded into it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ImageSource {
    pub(super) image: Value<ImageUri>,
    /// How it is pulled, unless it is in ECR.
    pub(super) pull: Option<PrivatePull>,
    pub(super) data: Option<DataLocation>,
    pub(super) gate: Gate,
    pub(super) cache_models: Option<bool>,
}

/// How an image is pulled from a private registry.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct PrivatePull {
    pub(super) credentials_provider: Option<Value<FunctionArn>>,
}

/// What the owner of model data asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Gate {
    pub(super) accepts_eula: bool,
    pub(super) hub_content: Option<Value<HubContentArn>>,
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
    #[doc = include_str!("example.txt")]
    /// let container = Container::image(IMAGE).model_data_url(MODEL).environment("WORKERS", "2");
    /// Model::builder()
    ///     .container(container)
    ///     .execution_role(ROLE)
    ///     .build()
    ///     .add_to(&mut stack, "Churn");
    /// assert_eq!(
    ///     shown(stack, "Churn", "PrimaryContainer"),
    ///     r#"{"Environment":{"WORKERS":"2"},"Image":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1","ModelDataUrl":"s3://churn/model.tar.gz"}"#,
    /// );
    /// ```
    pub fn image(image: impl Into<Value<ImageUri>>) -> Self {
        Self::new(ContainerSource::Image(ImageSource {
            image: image.into(),
            pull: None,
            data: None,
            gate: Gate::default(),
            cache_models: None,
        }))
    }
}

impl Container<PackageData> {
    /// A container from a version of a model package group, which brings image and model data.
    /// `access` is what the execution role has to know of it.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// const VERSION: ModelPackageArn =
    ///     ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    /// let access = PackageAccess::of([IMAGE.into()], [MODEL.into()]);
    /// Model::builder()
    ///     .container(Container::package(VERSION, access))
    ///     .execution_role(ROLE)
    ///     .build()
    ///     .add_to(&mut stack, "Churn");
    /// assert_eq!(
    ///     shown(stack, "Churn", "PrimaryContainer"),
    ///     r#"{"ModelPackageName":"arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7"}"#,
    /// );
    /// ```
    pub fn package(version: impl Into<Value<ModelPackageArn>>, access: PackageAccess) -> Self {
        Self::new(ContainerSource::Package {
            version: version.into(),
            specification: None,
            access,
        })
    }
}

impl<D: ModelData> Container<D> {
    fn new(source: ContainerSource) -> Self {
        Self {
            inner: AnyContainer {
                source,
                hostname: None,
                environment: IndexMap::new(),
                registry: PhantomData,
            },
            data: PhantomData,
        }
    }

    /// Pulls the image from a private registry through the model's network, which has to be given
    /// as well: `RepositoryAccessMode: Vpc`. The registry has to let the network's security groups
    /// in, with a certificate of a public authority.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html>
    pub fn private_registry(self) -> Container<D, PrivateRegistry>
    where
        D: IsImage,
    {
        let mut inner = self.inner.any_registry();
        inner.change_image(|source| source.pull = Some(PrivatePull::default()));
        Container {
            inner,
            data: PhantomData,
        }
    }
}

impl<D: ModelData, A: Registry> Container<D, A> {
    /// Signs in at the private registry with the name and password that this function returns:
    /// `RepositoryCredentialsProviderArn`.
    #[must_use]
    pub fn credentials_provider(mut self, function: impl Into<Value<FunctionArn>>) -> Self
    where
        A: IsPrivateRegistry,
    {
        let provider = Some(function.into());
        self.inner.change_image(|source| {
            source.pull = Some(PrivatePull {
                credentials_provider: provider,
            });
        });
        self
    }

    fn with_data<E>(mut self, location: DataLocation) -> Container<E, A> {
        self.inner
            .change_image(|source| source.data = Some(location));
        Container {
            inner: self.inner,
            data: PhantomData,
        }
    }

    /// Model data in one archive: `ModelDataUrl`, an object that ends with `.tar.gz`.
    pub fn model_data_url(self, archive: impl Into<Value<S3Uri>>) -> Container<TarGz, A>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Archive(archive.into()))
    }

    /// Model data that is not packed, below a prefix: `ModelDataSource` with `S3Prefix`.
    pub fn model_data_prefix(self, prefix: impl Into<Value<S3Prefix>>) -> Container<Uncompressed, A>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Prefix(prefix.into()))
    }

    /// Model data in one object that is not packed: `ModelDataSource` with `S3Object`.
    pub fn model_data_object(self, object: impl Into<Value<S3Uri>>) -> Container<Uncompressed, A>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Object(object.into()))
    }

    /// Many models, each an archive below the prefix, loaded when they are called: `Mode: MultiModel`.
    pub fn multi_model(self, prefix: impl ModelsPrefix) -> Container<MultiModel, A>
    where
        D: ModelDataNotSet,
    {
        self.with_data(DataLocation::Models(prefix.into_prefix()))
    }

    fn with_gate<G>(mut self, change: impl FnOnce(&mut Gate)) -> Container<G, A> {
        self.inner.change_image(|source| change(&mut source.gate));
        Container {
            inner: self.inner,
            data: PhantomData,
        }
    }

    /// Accepts the end-user license agreement that the model data comes with, which you answer for:
    /// `AcceptEula`. An archive becomes a `ModelDataSource` with `Gzip`.
    pub fn accept_eula<G>(self) -> Container<G, A>
    where
        D: IsGateable<Gated = G>,
    {
        self.with_gate(|gate| gate.accepts_eula = true)
    }

    /// Reads the model data by the right that a hub's content grants: `HubContentArn`. An archive
    /// becomes a `ModelDataSource` with `Gzip`.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-curated-hubs.html>
    pub fn hub_content<G>(self, content: impl Into<Value<HubContentArn>>) -> Container<G, A>
    where
        D: IsGateable<Gated = G>,
    {
        let content = Some(content.into());
        self.with_gate(|gate| gate.hub_content = content)
    }

    /// Which of the package's inference specifications is run: `InferenceSpecificationName`. The
    /// package's own one when it is left out.
    #[must_use]
    pub fn inference_specification_name(mut self, name: impl Into<Value<String>>) -> Self
    where
        D: IsPackage,
    {
        if let ContainerSource::Package { specification, .. } = &mut self.inner.source {
            *specification = Some(name.into());
        }
        self
    }

    /// Whether models stay in memory after a call: `MultiModelConfig.ModelCacheSetting`. They do
    /// when it is left out.
    #[must_use]
    pub fn cache_models(mut self, cache: bool) -> Self
    where
        D: IsMultiModel,
    {
        self.inner
            .change_image(|source| source.cache_models = Some(cache));
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
    pub fn as_any(&self) -> &AnyContainer<A> {
        &self.inner
    }

    /// Gives the container of a pipeline or a direct model the name that callers and metrics use.
    pub fn named(self, hostname: ContainerHostname) -> NamedContainer<A> {
        self.inner.named(hostname)
    }
}

impl<D, A> From<Container<D, A>> for AnyContainer<A> {
    fn from(container: Container<D, A>) -> Self {
        container.inner
    }
}

/// A container with a `ContainerHostname`.
#[derive(Debug, Clone)]
pub struct NamedContainer<A = Platform>(pub(super) AnyContainer<A>);

impl<A> From<NamedContainer<A>> for AnyContainer<A> {
    fn from(container: NamedContainer<A>) -> Self {
        container.0
    }
}

impl<A> NamedContainer<A> {
    /// The container, for what does not ask whether it has a name.
    pub fn as_any(&self) -> &AnyContainer<A> {
        &self.0
    }
}

impl NamedContainer<PrivateRegistry> {
    /// The container, unless its image is in a private registry: for models without a network.
    pub fn on_platform(self) -> Option<NamedContainer> {
        self.0.on_platform().map(NamedContainer)
    }
}

impl<A> AnyContainer<A> {
    /// Gives the container of a pipeline or a direct model the name that callers and metrics use.
    pub fn named(mut self, hostname: ContainerHostname) -> NamedContainer<A> {
        self.hostname = Some(hostname);
        NamedContainer(self)
    }

    /// The container, for lists that hold images of several registries: whatever holds it needs a
    /// network.
    pub fn any_registry(self) -> AnyContainer<PrivateRegistry> {
        self.pulled_from()
    }

    fn pulled_from<B>(self) -> AnyContainer<B> {
        AnyContainer {
            source: self.source,
            hostname: self.hostname,
            environment: self.environment,
            registry: PhantomData,
        }
    }

    fn change_image(&mut self, change: impl FnOnce(&mut ImageSource)) {
        if let ContainerSource::Image(source) = &mut self.source {
            change(source);
        }
    }
}

impl AnyContainer<PrivateRegistry> {
    /// The container, unless its image is in a private registry: for models without a network.
    pub fn on_platform(self) -> Option<AnyContainer> {
        match &self.source {
            ContainerSource::Image(ImageSource { pull: Some(_), .. }) => None,
            _ => Some(self.pulled_from()),
        }
    }
}
