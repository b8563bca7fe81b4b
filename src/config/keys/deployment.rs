//! How a new version takes over.

use crate::config::codecs::OnlyTrue;
use crate::config::declare::shape;
use crate::config::shape::Bounds;
use crate::config::stage::Size;
use crate::literal::{AlarmName, Duration};
use crate::value::Value;

/// How long alarms are watched after each step when nothing is said.
pub(crate) const WAIT_INTERVAL: Duration = Duration::from_minutes(10);

shape! {
    /// How a new version of the endpoint takes over: exactly one of `Canary`, `Linear`, `Rolling` and
    /// `AllAtOnce`.
    pub(crate) struct DeploymentKeys {
        /// A second fleet gets this part of the traffic first, and then all of it: 1% to 50%, or so
        /// many instances.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize", "AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type")]
        "Canary" => optional canary: Size [Bounds::of(1, 50)],
        /// A second fleet gets the traffic in equal steps of 10% to 50%, or of so many instances.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.LinearStepSize", "AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type")]
        "Linear" => optional linear: Size [Bounds::of(10, 50)],
        /// Instances are replaced in batches of 5% to 50%, or of so many instances.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize")]
        "Rolling" => optional rolling: Size [Bounds::of(5, 50)],
        /// A second fleet gets all traffic at once.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type")]
        "AllAtOnce" => optional all_at_once: bool as OnlyTrue,
        /// How long alarms are watched after each step or batch.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds", "AWS::SageMaker::Endpoint.DeploymentConfig.RollingUpdatePolicy.WaitIntervalInSeconds")]
        "WaitInterval" => default(WAIT_INTERVAL) wait_interval: Duration [Bounds::of(0, 3600)],
        /// Not with `Rolling`: how long the old fleet is kept at the end. Left out, it is not.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds")]
        "TerminationWait" => optional termination_wait: Duration [Bounds::of(0, 3600)],
        /// How long all of it may take; longer than all waits together. Left out, SageMaker decides.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds", "AWS::SageMaker::Endpoint.DeploymentConfig.RollingUpdatePolicy.MaximumExecutionTimeoutInSeconds")]
        "MaximumExecutionTimeout" => optional maximum_execution_timeout: Duration [Bounds::of(600, 28800)],
        /// With `Rolling`: how many instances are replaced at a time on the way back. Left out, all
        /// are.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.RollingUpdatePolicy.RollbackMaximumBatchSize")]
        "RollbackBatchSize" => optional rollback_batch_size: Size [Bounds::of(1, 100)],
        /// The alarms that take the deployment back: names in `Alarms`, or names of alarms that exist.
        /// Left out, every errors and latency alarm of `Alarms` does; where there is none, the stack
        /// makes an alarm on more than 1% of errors.
        #[becomes("AWS::SageMaker::Endpoint.DeploymentConfig.AutoRollbackConfiguration.Alarms")]
        "RollbackOn" => optional rollback_on: Vec<Value<AlarmName>> [Bounds::of(0, 10)],
    }
}

shape! {
    /// How a new version of a component takes over, batch by batch.
    pub(crate) struct ComponentDeploymentKeys {
        /// Copies are replaced in batches of 5% to 50%, or of so many copies.
        #[becomes(".RollingUpdatePolicy.MaximumBatchSize")]
        "Rolling" => required rolling: Size [Bounds::of(5, 50)],
        /// How many copies are replaced at a time on the way back. Left out, all are.
        #[becomes(".RollingUpdatePolicy.RollbackMaximumBatchSize")]
        "RollbackBatchSize" => optional rollback_batch_size: Size [Bounds::of(1, 100)],
        /// How long alarms are watched after each batch.
        #[becomes(".RollingUpdatePolicy.WaitIntervalInSeconds")]
        "WaitInterval" => default(WAIT_INTERVAL) wait_interval: Duration [Bounds::of(0, 3600)],
        /// How long all of it may take; longer than all waits together. Left out, SageMaker decides.
        #[becomes(".RollingUpdatePolicy.MaximumExecutionTimeoutInSeconds")]
        "MaximumExecutionTimeout" => optional maximum_execution_timeout: Duration [Bounds::of(600, 28800)],
        /// The alarms that take the deployment back: names in `Alarms`, or names of alarms that exist.
        /// Left out, every errors and latency alarm of `Alarms` does; where there is none, the stack
        /// makes an alarm on more than 1% of errors.
        #[becomes(".AutoRollbackConfiguration.Alarms")]
        "RollbackOn" => optional rollback_on: Vec<Value<AlarmName>> [Bounds::of(0, 10)],
    }
}
