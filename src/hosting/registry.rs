//! Where an image is pulled from, and what a model needs for it.

use crate::cfn::sagemaker::model as l1;
use crate::value::Value;

use super::container::PrivatePull;
use super::model::{Containers, InstanceOnly, ModelKind, Network, Portable};
use super::required::Given;

/// ECR, or another registry that SageMaker reaches by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Platform {}

/// A registry that is reached through the model's network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PrivateRegistry {}

/// Where images are pulled from: [`Platform`] or [`PrivateRegistry`].
pub trait Registry {
    /// Where the images of a model are pulled from that has this one's and `Other`'s.
    type And<Other: Registry>: Registry;

    /// What a model with such an image can run on.
    type Kind: ModelKind;
}

impl Registry for Platform {
    type And<Other: Registry> = Other;
    type Kind = Portable;
}

impl Registry for PrivateRegistry {
    type And<Other: Registry> = PrivateRegistry;
    type Kind = InstanceOnly;
}

/// The bound behind the compiler's message for settings that private registries alone have.
#[diagnostic::on_unimplemented(
    message = "`RepositoryAuthConfig` of `AWS::SageMaker::Model.ImageConfig` needs `RepositoryAccessMode: Vpc`",
    label = "the container's image comes from ECR",
    note = "call `.private_registry()` first"
)]
pub trait IsPrivateRegistry: Registry {}

impl IsPrivateRegistry for PrivateRegistry {}

/// Containers whose images a model with this network can pull: the bound behind the compiler's
/// message when one is in a private registry and there is no network.
#[diagnostic::on_unimplemented(
    message = "`RepositoryAccessMode: Vpc` of a container needs `VpcConfig` of `AWS::SageMaker::Model`: its image is pulled through the model's network",
    label = "call `.network(..)` before `.build()`"
)]
pub trait PulledThrough<N> {
    /// The containers.
    fn into_containers(
        self,
    ) -> (
        Vec<l1::ContainerDefinition>,
        Option<l1::InferenceExecutionConfigMode>,
    );
}

impl<N> PulledThrough<N> for Containers<Platform> {
    fn into_containers(
        self,
    ) -> (
        Vec<l1::ContainerDefinition>,
        Option<l1::InferenceExecutionConfigMode>,
    ) {
        (self.definitions, self.execution)
    }
}

impl PulledThrough<Given<Network>> for Containers<PrivateRegistry> {
    fn into_containers(
        self,
    ) -> (
        Vec<l1::ContainerDefinition>,
        Option<l1::InferenceExecutionConfigMode>,
    ) {
        (self.definitions, self.execution)
    }
}

impl PrivatePull {
    pub(super) fn into_config(self) -> l1::ImageConfig {
        let auth = self
            .credentials_provider
            .map(|function| Value::from(l1::RepositoryAuthConfig::new(function.map(String::from))));
        l1::ImageConfig {
            repository_auth_config: auth,
            ..l1::ImageConfig::new(l1::RepositoryAccessMode::VPC)
        }
    }
}
