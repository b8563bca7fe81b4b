//! A model: containers, the role they run under, and where they may connect to.

use std::marker::PhantomData;

use crate::cfn::iam::role::Role;
use crate::cfn::sagemaker::model as l1;
use crate::literal::{RoleArn, SecurityGroupId, SubnetId};
use crate::template::{DeletionPolicy, Handle, Stack, UpdateReplacePolicy};
use crate::value::Value;

use super::container::{
    AnyContainer, Container, HasHostname, ModelData, NamedContainer, OneContainer,
};
use super::required::{
    ExecutionRoleArnSet, Given, Missing, ModelContainerNotSet, ModelContainerSet,
};

/// A model that runs with and without instances.
#[derive(Debug, Clone, Copy)]
pub enum Portable {}

/// A model that uses what serverless endpoints do not have.
#[derive(Debug, Clone, Copy)]
pub enum InstanceOnly {}

/// Several models or containers in one, or a model of which the types no longer know: it needs
/// instances as well, and cannot be compared by a shadow variant.
#[derive(Debug, Clone, Copy)]
pub enum SeveralModels {}

/// What a model can run on: [`Portable`], [`InstanceOnly`] or [`SeveralModels`].
pub trait ModelKind {
    /// The kind of a model of this kind that also needs what `Other` says.
    type And<Other: ModelKind>: ModelKind;

    /// The kind of a model of this kind that needs instances.
    type OnInstances: ModelKind;
}

impl ModelKind for Portable {
    type And<Other: ModelKind> = Other;
    type OnInstances = InstanceOnly;
}

impl ModelKind for InstanceOnly {
    type And<Other: ModelKind> = Other::OnInstances;
    type OnInstances = InstanceOnly;
}

impl ModelKind for SeveralModels {
    type And<Other: ModelKind> = SeveralModels;
    type OnInstances = SeveralModels;
}

/// The bound behind the compiler's message when a serverless variant is given such a model.
#[diagnostic::on_unimplemented(
    message = "a `ServerlessConfig` variant cannot run this model: it sets `VpcConfig`, `EnableNetworkIsolation`, `Containers`, `ModelDataSource` or `Mode: MultiModel` of `AWS::SageMaker::Model`",
    label = "this model needs instances"
)]
pub trait RunsServerless: ModelKind {}

impl RunsServerless for Portable {}

/// Subnets and security groups: the model's containers get network interfaces there.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    subnets: Vec<Value<String>>,
    security_group_ids: Vec<Value<String>>,
}

impl Network {
    /// A network: 1 to 16 subnets, in two availability zones at least, and 1 to 5 security groups.
    pub fn new<S: Into<Value<SubnetId>>, G: Into<Value<SecurityGroupId>>>(
        subnets: impl IntoIterator<Item = S>,
        security_group_ids: impl IntoIterator<Item = G>,
    ) -> Self {
        let group = |id: G| id.into().map(String::from);
        Self {
            subnets: subnets
                .into_iter()
                .map(|id| id.into().map(String::from))
                .collect(),
            security_group_ids: security_group_ids.into_iter().map(group).collect(),
        }
    }
}

impl Network {
    /// Security groups and subnets, as both resources that take them do.
    #[expect(clippy::type_complexity, reason = "two lists of the same type")]
    pub(super) fn into_parts(self) -> (Value<Vec<Value<String>>>, Value<Vec<Value<String>>>) {
        (
            Value::from_iter(self.security_group_ids),
            Value::from_iter(self.subnets),
        )
    }
}

/// A SageMaker model.
///
/// It has no `ModelName`: every edit replaces it, and a fixed name would make the replacement fail.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-model.html>
#[derive(Debug, Clone)]
pub struct Model<K = Portable> {
    properties: l1::Model,
    kind: PhantomData<K>,
}

impl Model {
    /// A model whose containers and role are still to be given.
    pub fn builder() -> ModelBuilder<Missing, Missing, Portable> {
        ModelBuilder {
            containers: Missing,
            role: Missing,
            network: None,
            isolated: None,
            kind: PhantomData,
        }
    }
}

/// How a model's containers are called.
#[derive(Debug, Clone)]
pub struct Containers {
    items: Vec<AnyContainer>,
    execution: Option<l1::InferenceExecutionConfigMode>,
}

/// A model under construction.
#[derive(Debug, Clone)]
pub struct ModelBuilder<C, R, K> {
    containers: C,
    role: R,
    network: Option<Network>,
    isolated: Option<Value<bool>>,
    kind: PhantomData<K>,
}

impl<C, R, K: ModelKind> ModelBuilder<C, R, K> {
    /// One container: `PrimaryContainer`.
    pub fn container<D: ModelData>(
        self,
        container: Container<D>,
    ) -> ModelBuilder<Given<Containers>, R, K::And<D::Kind>>
    where
        C: ModelContainerNotSet,
    {
        self.with_containers(vec![container.into()], None)
    }

    /// 2 to 15 containers, each of which receives the answer of the one before: `Containers`.
    pub fn pipeline(
        self,
        first: impl OneContainer,
        second: impl OneContainer,
        rest: impl IntoIterator<Item = AnyContainer>,
    ) -> ModelBuilder<Given<Containers>, R, SeveralModels>
    where
        C: ModelContainerNotSet,
    {
        let items = [first.into_container(), second.into_container()]
            .into_iter()
            .chain(rest)
            .collect();
        self.with_containers(items, Some(l1::InferenceExecutionConfigMode::SERIAL))
    }

    /// 2 to 15 containers, of which each caller addresses one by its `ContainerHostname`.
    pub fn direct(
        self,
        first: impl HasHostname,
        second: impl HasHostname,
        rest: impl IntoIterator<Item = NamedContainer>,
    ) -> ModelBuilder<Given<Containers>, R, SeveralModels>
    where
        C: ModelContainerNotSet,
    {
        let items = [first.into_named(), second.into_named()]
            .into_iter()
            .chain(rest)
            .map(AnyContainer::from)
            .collect();
        self.with_containers(items, Some(l1::InferenceExecutionConfigMode::DIRECT))
    }

    /// One container, of which the types no longer know what its model data is.
    pub fn any_container(
        self,
        container: impl Into<AnyContainer>,
    ) -> ModelBuilder<Given<Containers>, R, SeveralModels>
    where
        C: ModelContainerNotSet,
    {
        self.with_containers(vec![container.into()], None)
    }

    fn with_containers<L>(
        self,
        items: Vec<AnyContainer>,
        execution: Option<l1::InferenceExecutionConfigMode>,
    ) -> ModelBuilder<Given<Containers>, R, L> {
        ModelBuilder {
            containers: Given(Containers { items, execution }),
            role: self.role,
            network: self.network,
            isolated: self.isolated,
            kind: PhantomData,
        }
    }

    /// The role under which SageMaker pulls images, reads model data and runs the containers:
    /// `ExecutionRoleArn`. The schema calls it optional; no endpoint starts without it.
    pub fn execution_role(
        self,
        role: impl Into<Value<RoleArn>>,
    ) -> ModelBuilder<C, Given<Value<RoleArn>>, K> {
        ModelBuilder {
            containers: self.containers,
            role: Given(role.into()),
            network: self.network,
            isolated: self.isolated,
            kind: PhantomData,
        }
    }

    /// Connects the containers to a network: `VpcConfig`. Without it, they reach the internet and
    /// nothing in a VPC.
    pub fn network(self, network: Network) -> ModelBuilder<C, R, K::And<InstanceOnly>> {
        ModelBuilder {
            containers: self.containers,
            role: self.role,
            network: Some(network),
            isolated: self.isolated,
            kind: PhantomData,
        }
    }

    /// Whether all outbound calls and AWS credentials are taken from the containers: `EnableNetworkIsolation`.
    pub fn network_isolation(
        self,
        isolated: impl Into<Value<bool>>,
    ) -> ModelBuilder<C, R, K::And<InstanceOnly>> {
        ModelBuilder {
            containers: self.containers,
            role: self.role,
            network: self.network,
            isolated: Some(isolated.into()),
            kind: PhantomData,
        }
    }

    /// The same model, of which nothing asks whether it could do without instances: for code that
    /// makes one type of several kinds.
    pub fn on_instances(self) -> ModelBuilder<C, R, K::And<InstanceOnly>> {
        ModelBuilder {
            containers: self.containers,
            role: self.role,
            network: self.network,
            isolated: self.isolated,
            kind: PhantomData,
        }
    }

    /// The model.
    pub fn build(self) -> Model<K>
    where
        C: ModelContainerSet<Value = Containers>,
        R: ExecutionRoleArnSet<Value = Value<RoleArn>>,
    {
        let containers = self.containers.given();
        let mut properties = l1::Model {
            execution_role_arn: Some(self.role.given().map(String::from)),
            enable_network_isolation: self.isolated,
            vpc_config: self.network.map(|network| {
                let (groups, subnets) = network.into_parts();
                l1::VpcConfig::new(groups, subnets).into()
            }),
            ..Default::default()
        };
        let mut definitions = containers
            .items
            .into_iter()
            .map(AnyContainer::into_definition);
        if let Some(mode) = containers.execution {
            properties.inference_execution_config =
                Some(l1::InferenceExecutionConfig::new(mode).into());
            properties.containers = Some(definitions.map(Value::from).collect());
        } else {
            properties.primary_container = definitions.next().map(Value::from);
        }
        Model {
            properties,
            kind: PhantomData,
        }
    }
}

impl<K> Model<K> {
    /// Adds the model to a stack. Its replaced predecessors are kept: see the module's contract.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> ModelHandle<K> {
        let handle = stack.add(name, self.properties);
        stack
            .resource(&handle)
            .deletion_policy(DeletionPolicy::Delete)
            .update_replace_policy(UpdateReplacePolicy::Retain);
        ModelHandle {
            handle,
            kind: PhantomData,
        }
    }
}

/// A model of a stack.
#[derive(Debug, Clone)]
pub struct ModelHandle<K = Portable> {
    handle: Handle<l1::Model>,
    kind: PhantomData<K>,
}

impl<K> ModelHandle<K> {
    /// The model's name, which CloudFormation gives it.
    pub fn name(&self) -> Value<String> {
        self.handle.get_att(&l1::Model::MODEL_NAME)
    }

    /// The resource.
    pub fn resource(&self) -> &Handle<l1::Model> {
        &self.handle
    }
}

impl From<&Handle<Role>> for Value<RoleArn> {
    fn from(role: &Handle<Role>) -> Self {
        role.get_att(&Role::ARN).cast()
    }
}
