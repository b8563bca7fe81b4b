//! What stands for one container, or for several, where a model takes them.

use crate::literal::S3Prefix;
use crate::value::Value;

use super::container::{AnyContainer, Container, NamedContainer};
use super::registry::{Platform, Registry};

/// One container of a pipeline.
#[diagnostic::on_unimplemented(
    message = "`Containers` of `AWS::SageMaker::Model` holds 2 to 15 containers",
    label = "expected a container"
)]
pub trait OneContainer {
    /// Where its image is pulled from.
    type Registry: Registry;

    /// The container.
    fn into_container(self) -> AnyContainer<Self::Registry>;
}

impl<D, A: Registry> OneContainer for Container<D, A> {
    type Registry = A;

    fn into_container(self) -> AnyContainer<A> {
        self.into()
    }
}

impl<A: Registry> OneContainer for NamedContainer<A> {
    type Registry = A;

    fn into_container(self) -> AnyContainer<A> {
        self.0
    }
}

impl<A: Registry> OneContainer for AnyContainer<A> {
    type Registry = A;

    fn into_container(self) -> AnyContainer<A> {
        self
    }
}

/// A container that callers can address.
#[diagnostic::on_unimplemented(
    message = "`Mode: Direct` of `InferenceExecutionConfig` needs `ContainerHostname` on every container",
    label = "call `.named(..)` on this container"
)]
pub trait HasHostname: OneContainer {}

impl<A: Registry> HasHostname for NamedContainer<A> {}

/// Containers beside the first two: an array of containers from ECR, or a vector, each of which may
/// be empty. `C` is what one of them is: [`AnyContainer`], or [`NamedContainer`] for direct calls.
#[diagnostic::on_unimplemented(
    message = "`Containers` of `AWS::SageMaker::Model` beside the first two are an array or `Vec` of `{C}`",
    label = "expected containers",
    note = "for images of private registries, collect `.any_registry()` of each into a `Vec`"
)]
pub trait OtherContainers<C> {
    /// Where their images are pulled from.
    type Registry: Registry;

    /// The containers.
    fn into_containers(self) -> impl Iterator<Item = AnyContainer<Self::Registry>>;
}

impl<const N: usize> OtherContainers<AnyContainer> for [AnyContainer; N] {
    type Registry = Platform;

    fn into_containers(self) -> impl Iterator<Item = AnyContainer> {
        self.into_iter()
    }
}

impl<A: Registry> OtherContainers<AnyContainer> for Vec<AnyContainer<A>> {
    type Registry = A;

    fn into_containers(self) -> impl Iterator<Item = AnyContainer<A>> {
        self.into_iter()
    }
}

impl<const N: usize> OtherContainers<NamedContainer> for [NamedContainer; N] {
    type Registry = Platform;

    fn into_containers(self) -> impl Iterator<Item = AnyContainer> {
        self.into_iter().map(AnyContainer::from)
    }
}

impl<A: Registry> OtherContainers<NamedContainer> for Vec<NamedContainer<A>> {
    type Registry = A;

    fn into_containers(self) -> impl Iterator<Item = AnyContainer<A>> {
        self.into_iter().map(AnyContainer::from)
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
