//! How an endpoint serves, as a type.

use std::fmt;
use std::marker::PhantomData;

/// An endpoint that answers at once, on instances.
#[derive(Debug, Clone, Copy)]
pub enum RealTime {}

/// An endpoint that answers at once, without instances. `P` says whether some of its concurrency is
/// provisioned.
#[derive(Debug, Clone, Copy)]
pub struct Serverless<P = OnDemand>(PhantomData<P>);

/// An endpoint that queues requests and puts the answers into S3, on instances.
#[derive(Debug, Clone, Copy)]
pub enum Async {}

/// Instances that inference components share: models come and go without the endpoint.
#[derive(Debug, Clone, Copy)]
pub enum ComponentHost {}

/// Serverless capacity that starts when it is called.
#[derive(Debug, Clone, Copy)]
pub enum OnDemand {}

/// Serverless capacity of which a part is kept warm.
#[derive(Debug, Clone, Copy)]
pub enum Provisioned {}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::RealTime {}
    impl<P> Sealed for super::Serverless<P> {}
    impl Sealed for super::Async {}
    impl Sealed for super::ComponentHost {}
    impl Sealed for super::OnDemand {}
    impl Sealed for super::Provisioned {}
}

/// How an endpoint serves: [`RealTime`], [`Serverless`], [`Async`] or [`ComponentHost`]. These are
/// all there are.
pub trait Mode: sealed::Sealed + Clone + fmt::Debug + 'static {}

impl Mode for RealTime {}
impl<P: Provisioning> Mode for Serverless<P> {}
impl Mode for Async {}
impl Mode for ComponentHost {}

/// Whether serverless capacity is kept warm: [`OnDemand`] or [`Provisioned`].
pub trait Provisioning: sealed::Sealed + Clone + fmt::Debug + 'static {}

impl Provisioning for OnDemand {}
impl Provisioning for Provisioned {}

/// Modes whose variants have an `InstanceType`.
#[diagnostic::on_unimplemented(
    message = "this needs variants with `InstanceType`: `KmsKeyId` (of storage volumes), `MetricsConfig`, `ExplainerConfig` and `RollingUpdatePolicy` do not exist for a `ServerlessConfig`",
    label = "a `{Self}` endpoint has no instances"
)]
pub trait InstanceBacked: Mode {}

impl InstanceBacked for RealTime {}
impl InstanceBacked for Async {}
impl InstanceBacked for ComponentHost {}

/// Modes whose requests and responses can be captured.
#[diagnostic::on_unimplemented(
    message = "`DataCaptureConfig` of `AWS::SageMaker::EndpointConfig` is not available for a `ServerlessConfig`",
    label = "a `{Self}` endpoint cannot capture data"
)]
pub trait CapturesData: Mode {}

impl CapturesData for RealTime {}
impl CapturesData for Async {}
impl CapturesData for ComponentHost {}

/// Modes that scale instances by the invocations they receive.
#[diagnostic::on_unimplemented(
    message = "`sagemaker:variant:DesiredInstanceCount` cannot follow invocations here: a `ServerlessConfig` has no instances, and an endpoint with `AsyncInferenceConfig` publishes no `InvocationsPerInstance`",
    label = "a `{Self}` endpoint does not scale on invocations",
    note = "use `scale_on_backlog` for `Async` and `scale_provisioned_concurrency` for `Serverless<Provisioned>`"
)]
pub trait ScalesOnInvocations: InstanceBacked {}

impl ScalesOnInvocations for RealTime {}

/// Modes that queue requests.
#[diagnostic::on_unimplemented(
    message = "`ApproximateBacklogSizePerInstance` exists only with `AsyncInferenceConfig`: other endpoints have no queue",
    label = "a `{Self}` endpoint has no backlog to scale on",
    note = "use `scale_instances` for `RealTime` and `scale_provisioned_concurrency` for `Serverless<Provisioned>`"
)]
pub trait Queued: InstanceBacked {}

impl Queued for Async {}

/// Modes with concurrency that is kept warm.
#[diagnostic::on_unimplemented(
    message = "`sagemaker:variant:DesiredProvisionedConcurrency` scales `ProvisionedConcurrency` of a `ServerlessConfig`, which is not set",
    label = "a `{Self}` endpoint has no provisioned concurrency",
    note = "call `.provisioned_concurrency(..)` on the serverless variant"
)]
pub trait ScalesConcurrency: Mode {}

impl ScalesConcurrency for Serverless<Provisioned> {}

/// Modes whose models come as inference components.
#[diagnostic::on_unimplemented(
    message = "`AWS::SageMaker::InferenceComponent`, and `VpcConfig` and `EnableNetworkIsolation` of `AWS::SageMaker::EndpointConfig`, are for hosts of inference components: here, variants have a `ModelName`",
    label = "a `{Self}` endpoint hosts no inference components",
    note = "make a host by `EndpointConfig::component_host(..)`, or call `.network(..)` and `.network_isolation(..)` on the model"
)]
pub trait Hosts: Mode {}

impl Hosts for ComponentHost {}
