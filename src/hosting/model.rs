//! A model: containers, the role they run under, and where they may connect to.

use std::marker::PhantomData;

use crate::cfn::iam::role::Role;
use crate::cfn::sagemaker::model as l1;
use crate::literal::{RoleArn, SecurityGroupId, SubnetId};
use crate::template::{DeletionPolicy, Handle, Stack, UpdateReplacePolicy};
use crate::value::Value;

use super::container::{AnyContainer, Container, ModelData, NamedContainer};
use super::container_list::{HasHostname, OneContainer, OtherContainers};
use super::registry::{Platform, PulledThrough, Registry};
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
    message = "a `ServerlessConfig` variant cannot run this model: it sets `VpcConfig`, `EnableNetworkIsolation`, `Containers`, `ModelDataSource`, `Mode: MultiModel` or `RepositoryAccessMode: Vpc` of `AWS::SageMaker::Model`",
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let subnets = [SubnetId::new("subnet-1"), SubnetId::new("subnet-2")];
    /// let network = Network::new(subnets, [SecurityGroupId::new("sg-1")]);
    /// Model::builder()
    ///     .container(Container::image(IMAGE))
    ///     .execution_role(ROLE)
    ///     .network(network)
    ///     .build()
    ///     .add_to(&mut stack, "Connected");
    /// assert_eq!(
    ///     shown(stack, "Connected", "VpcConfig"),
    ///     r#"{"SecurityGroupIds":["sg-1"],"Subnets":["subnet-1","subnet-2"]}"#,
    /// );
    /// ```
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
    /// Security groups and subnets.
    pub(super) fn ids(&self) -> (&[Value<String>], &[Value<String>]) {
        (&self.security_group_ids, &self.subnets)
    }

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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let first = Container::image(IMAGE);
    /// let second = Container::image(IMAGE).model_data_url(MODEL);
    /// Model::builder()
    ///     .pipeline(first, second, [])
    ///     .execution_role(ROLE)
    ///     .build()
    ///     .add_to(&mut stack, "Pipeline");
    /// assert_eq!(
    ///     shown(stack, "Pipeline", ""),
    ///     r#"{"Containers":[{"Image":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1"},{"Image":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1","ModelDataUrl":"s3://churn/model.tar.gz"}],"ExecutionRoleArn":"arn:aws:iam::111111111111:role/churn","InferenceExecutionConfig":{"Mode":"Serial"}}"#,
    /// );
    /// ```
    pub fn builder() -> ModelBuilder<Missing, Missing, Portable> {
        ModelBuilder {
            containers: Missing,
            role: Missing,
            network: Missing,
            isolated: None,
            kind: PhantomData,
        }
    }
}

/// How a model's containers are called. `A` says where their images are pulled from.
#[derive(Debug, Clone)]
pub struct Containers<A = Platform> {
    pub(super) definitions: Vec<l1::ContainerDefinition>,
    pub(super) execution: Option<l1::InferenceExecutionConfigMode>,
    registry: PhantomData<A>,
}

/// A model under construction: `C` are its containers, `R` its role, `K` what it can run on, and `N`
/// its network.
#[derive(Debug, Clone)]
pub struct ModelBuilder<C, R, K, N = Missing> {
    containers: C,
    role: R,
    network: N,
    isolated: Option<Value<bool>>,
    kind: PhantomData<K>,
}

/// Where images are pulled from that are pulled from both.
type Both<A, B> = <A as Registry>::And<B>;

impl<C, R, K: ModelKind, N> ModelBuilder<C, R, K, N> {
    /// One container: `PrimaryContainer`.
    #[expect(
        clippy::type_complexity,
        reason = "what a builder has been given is in its type"
    )]
    pub fn container<D: ModelData, A: Registry>(
        self,
        container: Container<D, A>,
    ) -> ModelBuilder<Given<Containers<A>>, R, <K::And<D::Kind> as ModelKind>::And<A::Kind>, N>
    where
        C: ModelContainerNotSet,
    {
        self.with_containers([container.into()], None)
    }

    /// 2 to 15 containers, each of which receives the answer of the one before: `Containers`.
    #[expect(
        clippy::type_complexity,
        reason = "what a builder has been given is in its type"
    )]
    pub fn pipeline<F: OneContainer, S: OneContainer, O: OtherContainers<AnyContainer>>(
        self,
        first: F,
        second: S,
        rest: O,
    ) -> ModelBuilder<
        Given<Containers<Both<F::Registry, Both<S::Registry, O::Registry>>>>,
        R,
        SeveralModels,
        N,
    >
    where
        C: ModelContainerNotSet,
    {
        let items = several(first, second, rest.into_containers());
        self.with_definitions(items, Some(l1::InferenceExecutionConfigMode::SERIAL))
    }

    /// 2 to 15 containers, of which each caller addresses one by its `ContainerHostname`.
    #[expect(
        clippy::type_complexity,
        reason = "what a builder has been given is in its type"
    )]
    pub fn direct<F: HasHostname, S: HasHostname, O: OtherContainers<NamedContainer>>(
        self,
        first: F,
        second: S,
        rest: O,
    ) -> ModelBuilder<
        Given<Containers<Both<F::Registry, Both<S::Registry, O::Registry>>>>,
        R,
        SeveralModels,
        N,
    >
    where
        C: ModelContainerNotSet,
    {
        let items = several(first, second, rest.into_containers());
        self.with_definitions(items, Some(l1::InferenceExecutionConfigMode::DIRECT))
    }

    /// One container, of which the types no longer know what its model data is.
    pub fn any_container<A: Registry>(
        self,
        container: impl Into<AnyContainer<A>>,
    ) -> ModelBuilder<Given<Containers<A>>, R, SeveralModels, N>
    where
        C: ModelContainerNotSet,
    {
        self.with_containers([container.into()], None)
    }

    fn with_containers<A, L>(
        self,
        items: impl IntoIterator<Item = AnyContainer<A>>,
        execution: Option<l1::InferenceExecutionConfigMode>,
    ) -> ModelBuilder<Given<Containers<A>>, R, L, N> {
        let items = items.into_iter().map(AnyContainer::into_definition);
        self.with_definitions(items.collect(), execution)
    }

    fn with_definitions<A, L>(
        self,
        definitions: Vec<l1::ContainerDefinition>,
        execution: Option<l1::InferenceExecutionConfigMode>,
    ) -> ModelBuilder<Given<Containers<A>>, R, L, N> {
        ModelBuilder {
            containers: Given(Containers {
                definitions,
                execution,
                registry: PhantomData,
            }),
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
    ) -> ModelBuilder<C, Given<Value<RoleArn>>, K, N> {
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
    pub fn network(
        self,
        network: Network,
    ) -> ModelBuilder<C, R, K::And<InstanceOnly>, Given<Network>> {
        ModelBuilder {
            containers: self.containers,
            role: self.role,
            network: Given(network),
            isolated: self.isolated,
            kind: PhantomData,
        }
    }

    /// Whether all outbound calls and AWS credentials are taken from the containers: `EnableNetworkIsolation`.
    pub fn network_isolation(
        mut self,
        isolated: impl Into<Value<bool>>,
    ) -> ModelBuilder<C, R, K::And<InstanceOnly>, N> {
        self.isolated = Some(isolated.into());
        self.on_instances()
    }

    /// The same model, of which nothing asks whether it could do without instances: for code that
    /// makes one type of several kinds.
    pub fn on_instances(self) -> ModelBuilder<C, R, K::And<InstanceOnly>, N> {
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
        C: ModelContainerSet<Value: PulledThrough<N>>,
        R: ExecutionRoleArnSet<Value = Value<RoleArn>>,
        N: NetworkChoice,
    {
        let (definitions, execution) = self.containers.given().into_containers();
        let mut properties = l1::Model {
            execution_role_arn: Some(self.role.given().map(String::from)),
            enable_network_isolation: self.isolated,
            vpc_config: self.network.chosen().map(|network| {
                let (groups, subnets) = network.into_parts();
                l1::VpcConfig::new(groups, subnets).into()
            }),
            ..Default::default()
        };
        let mut definitions = definitions.into_iter().map(Value::from);
        if let Some(mode) = execution {
            properties.inference_execution_config =
                Some(l1::InferenceExecutionConfig::new(mode).into());
            properties.containers = Some(definitions.collect());
        } else {
            properties.primary_container = definitions.next();
        }
        Model {
            properties,
            kind: PhantomData,
        }
    }
}

fn several<A: Registry>(
    first: impl OneContainer,
    second: impl OneContainer,
    rest: impl Iterator<Item = AnyContainer<A>>,
) -> Vec<l1::ContainerDefinition> {
    let (first, second) = (first.into_container(), second.into_container());
    [first.into_definition(), second.into_definition()]
        .into_iter()
        .chain(rest.map(AnyContainer::into_definition))
        .collect()
}

/// A network or none.
pub trait NetworkChoice {
    /// The network.
    fn chosen(self) -> Option<Network>;
}

impl NetworkChoice for Missing {
    fn chosen(self) -> Option<Network> {
        None
    }
}

impl NetworkChoice for Given<Network> {
    fn chosen(self) -> Option<Network> {
        Some(self.0)
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
