//! How an update moves traffic from the old fleet to the new one.

mod alarms;
mod size;

use crate::cfn::sagemaker::endpoint as l1;
use crate::literal::Duration;
use crate::value::Value;

use super::mode::{InstanceBacked, Mode};
use super::variant::seconds;

pub use alarms::{MetricAlarm, RollbackAlarms, RollsBackOn};
pub use size::{BatchSize, CanarySize, LinearStepSize, RollbackBatchSize};

/// How an endpoint is updated: one way of shifting traffic, and what takes it back.
///
/// Without a rollout SageMaker shifts all traffic at once as soon as the new fleet is healthy. It
/// does so as well, and takes nothing back, for models from AWS Marketplace and on Inf1 instances.
/// AWS describes rollouts for real-time and asynchronous endpoints.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html>
#[derive(Debug, Clone)]
pub struct Rollout<S = BlueGreen> {
    shift: S,
    alarms: Option<RollbackAlarms>,
}

/// Traffic shifts to a second, whole fleet.
#[derive(Debug, Clone)]
pub struct BlueGreen {
    traffic: l1::TrafficRoutingConfig,
    termination_wait: Option<Duration>,
    maximum_execution_timeout: Option<Duration>,
}

/// Batches of instances replace each other.
#[derive(Debug, Clone)]
pub struct Rolling {
    batch: BatchSize,
    rollback_batch: Option<RollbackBatchSize>,
    wait: Duration,
    maximum_execution_timeout: Option<Duration>,
}

/// Traffic shifts as it did in the update before.
#[derive(Debug, Clone, Copy)]
pub struct Retained(());

impl Rollout<BlueGreen> {
    /// All traffic at once; `bake` is how long alarms are watched before the old fleet goes, up to 1
    /// hour.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let config = EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// # let endpoint = Endpoint::builder().name(NAME).config(&config);
    /// const WAIT: Duration = Duration::from_minutes(10);
    /// let rollout = Rollout::all_at_once(WAIT);
    /// endpoint.rollout(rollout).build().add_to(&mut stack, "Endpoint");
    /// assert_eq!(
    ///     shown(stack, "Endpoint", "DeploymentConfig"),
    ///     r#"{"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"Type":"ALL_AT_ONCE","WaitIntervalInSeconds":600}}}"#,
    /// );
    /// ```
    pub fn all_at_once(bake: Duration) -> Self {
        Self::blue_green(l1::TrafficRoutingConfigType::ALL_AT_ONCE, bake)
    }

    /// A first part, then, after `wait` (up to 1 hour) without an alarm, the rest.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let config = EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// # let endpoint = Endpoint::builder().name(NAME).config(&config);
    /// const WAIT: Duration = Duration::from_minutes(10);
    /// let rollout = Rollout::canary(CanarySize::percent(25), WAIT).rollback_on([AlarmName::new("errors")]);
    /// endpoint.rollout(rollout).build().add_to(&mut stack, "Endpoint");
    /// assert_eq!(
    ///     shown(stack, "Endpoint", "DeploymentConfig"),
    ///     r#"{"AutoRollbackConfiguration":{"Alarms":[{"AlarmName":"errors"}]},"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"CanarySize":{"Type":"CAPACITY_PERCENT","Value":25},"Type":"CANARY","WaitIntervalInSeconds":600}}}"#,
    /// );
    /// ```
    pub fn canary(size: CanarySize, wait: Duration) -> Self {
        let mut rollout = Self::blue_green(l1::TrafficRoutingConfigType::CANARY, wait);
        rollout.shift.traffic.canary_size = Some(size.into_l1().into());
        rollout
    }

    /// Equal steps with `wait` (up to 1 hour) between them.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let config = EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// # let endpoint = Endpoint::builder().name(NAME).config(&config);
    /// const WAIT: Duration = Duration::from_minutes(10);
    /// let rollout = Rollout::linear(LinearStepSize::instances(2), WAIT);
    /// endpoint.rollout(rollout).build().add_to(&mut stack, "Endpoint");
    /// assert_eq!(
    ///     shown(stack, "Endpoint", "DeploymentConfig"),
    ///     r#"{"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"LinearStepSize":{"Type":"INSTANCE_COUNT","Value":2},"Type":"LINEAR","WaitIntervalInSeconds":600}}}"#,
    /// );
    /// ```
    pub fn linear(step: LinearStepSize, wait: Duration) -> Self {
        let mut rollout = Self::blue_green(l1::TrafficRoutingConfigType::LINEAR, wait);
        rollout.shift.traffic.linear_step_size = Some(step.into_l1().into());
        rollout
    }

    fn blue_green(kind: l1::TrafficRoutingConfigType, wait: Duration) -> Self {
        let traffic = l1::TrafficRoutingConfig {
            wait_interval_in_seconds: Some(seconds(wait)),
            ..l1::TrafficRoutingConfig::new(kind)
        };
        let shift = BlueGreen {
            traffic,
            termination_wait: None,
            maximum_execution_timeout: None,
        };
        Self {
            shift,
            alarms: None,
        }
    }

    /// How long the old fleet stays after all traffic has moved, up to 1 hour; 0 when it is left
    /// out.
    #[must_use]
    pub fn termination_wait(mut self, wait: Duration) -> Self {
        self.shift.termination_wait = Some(wait);
        self
    }

    /// How long the whole update may take, 10 minutes to 8 hours. It has to exceed the sum of the
    /// waits.
    #[must_use]
    pub fn maximum_execution_timeout(mut self, timeout: Duration) -> Self {
        self.shift.maximum_execution_timeout = Some(timeout);
        self
    }
}

impl Rollout<Rolling> {
    /// Batches of the fleet, with `wait` (up to 1 hour) between them. Needs little more than the
    /// fleet itself; for one variant on instances.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let config = EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// # let endpoint = Endpoint::builder().name(NAME).config(&config);
    /// const WAIT: Duration = Duration::from_minutes(10);
    /// let rollout = Rollout::rolling(BatchSize::percent(20), WAIT).rollback_batch(RollbackBatchSize::percent(50));
    /// endpoint.rollout(rollout).build().add_to(&mut stack, "Endpoint");
    /// assert_eq!(
    ///     shown(stack, "Endpoint", "DeploymentConfig"),
    ///     r#"{"RollingUpdatePolicy":{"MaximumBatchSize":{"Type":"CAPACITY_PERCENT","Value":20},"RollbackMaximumBatchSize":{"Type":"CAPACITY_PERCENT","Value":50},"WaitIntervalInSeconds":600}}"#,
    /// );
    /// ```
    pub fn rolling(batch: BatchSize, wait: Duration) -> Self {
        let shift = Rolling {
            batch,
            rollback_batch: None,
            wait,
            maximum_execution_timeout: None,
        };
        Self {
            shift,
            alarms: None,
        }
    }

    /// How long the whole update may take, 10 minutes to 8 hours.
    #[must_use]
    pub fn maximum_execution_timeout(mut self, timeout: Duration) -> Self {
        self.shift.maximum_execution_timeout = Some(timeout);
        self
    }
}
impl Rollout<Retained> {
    /// As in the update before, with the same alarms: `RetainDeploymentConfig`. For an endpoint whose
    /// deployment somebody else configures.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let config = EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// # let endpoint = Endpoint::builder().name(NAME).config(&config);
    /// let rollout = Rollout::retained();
    /// endpoint.rollout(rollout).build().add_to(&mut stack, "Endpoint");
    /// assert_eq!(
    ///     shown(stack, "Endpoint", "RetainDeploymentConfig"),
    ///     r#"true"#,
    /// );
    /// ```
    pub fn retained() -> Self {
        Self {
            shift: Retained(()),
            alarms: None,
        }
    }
}

/// Ways of shifting traffic that replace instances in batches.
#[diagnostic::on_unimplemented(
    message = "`RollbackMaximumBatchSize` belongs to `RollingUpdatePolicy`: a `BlueGreenUpdatePolicy` takes all traffic back at once",
    label = "this rollout shifts traffic to a second fleet"
)]
pub trait InBatches {
    /// Sets the size of the batches that take an update back.
    fn set_rollback_batch(&mut self, batch: RollbackBatchSize);
}

impl InBatches for Rolling {
    fn set_rollback_batch(&mut self, batch: RollbackBatchSize) {
        self.rollback_batch = Some(batch);
    }
}

/// Ways of shifting traffic that this template states.
#[diagnostic::on_unimplemented(
    message = "`RetainDeploymentConfig` keeps the alarms of `AutoRollbackConfiguration` as they were",
    label = "this rollout retains what the update before had"
)]
pub trait Stated {}

impl Stated for BlueGreen {}
impl Stated for Rolling {}

impl<S> Rollout<S> {
    /// The size of the batches that take an update back; the whole fleet when it is left out.
    #[must_use]
    pub fn rollback_batch(mut self, batch: RollbackBatchSize) -> Self
    where
        S: InBatches,
    {
        self.shift.set_rollback_batch(batch);
        self
    }

    /// Takes the update back when one of these alarms goes off: an array of 1 to 10 alarms of the
    /// stack, or names of alarms that exist. Without alarms, waiting protects nothing but against
    /// instances that fail.
    ///
    /// The execution role has to be allowed `cloudwatch:DescribeAlarms` on them.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html>
    #[must_use]
    pub fn rollback_on(mut self, alarms: impl RollsBackOn) -> Self
    where
        S: Stated,
    {
        self.alarms = Some(alarms.into_alarms());
        self
    }

    fn auto_rollback(alarms: Option<RollbackAlarms>) -> Option<Value<l1::AutoRollbackConfig>> {
        alarms.map(|alarms| {
            let alarms = alarms.names().map(|name| Value::from(l1::Alarm::new(name)));
            l1::AutoRollbackConfig::new(alarms.collect::<Value<_>>()).into()
        })
    }
}

mod sealed {
    pub trait Sealed {}

    impl<S> Sealed for super::Rollout<S> {}
}

/// Rollouts that endpoints of a mode can have: `RollingUpdatePolicy` needs instances.
pub trait RolloutFor<M: Mode>: sealed::Sealed {
    /// The endpoint's property; `None` where it retains what the update before had.
    fn into_deployment_config(self) -> Option<l1::DeploymentConfig>;
}

impl<M: Mode> RolloutFor<M> for Rollout<BlueGreen> {
    fn into_deployment_config(self) -> Option<l1::DeploymentConfig> {
        let shift = self.shift;
        let policy = l1::BlueGreenUpdatePolicy {
            maximum_execution_timeout_in_seconds: shift.maximum_execution_timeout.map(seconds),
            termination_wait_in_seconds: shift.termination_wait.map(seconds),
            ..l1::BlueGreenUpdatePolicy::new(shift.traffic)
        };
        Some(l1::DeploymentConfig {
            auto_rollback_configuration: Self::auto_rollback(self.alarms),
            blue_green_update_policy: Some(policy.into()),
            ..Default::default()
        })
    }
}

impl<M: InstanceBacked> RolloutFor<M> for Rollout<Rolling> {
    fn into_deployment_config(self) -> Option<l1::DeploymentConfig> {
        let shift = self.shift;
        let policy = l1::RollingUpdatePolicy {
            maximum_execution_timeout_in_seconds: shift.maximum_execution_timeout.map(seconds),
            rollback_maximum_batch_size: shift.rollback_batch.map(|size| size.into_l1().into()),
            ..l1::RollingUpdatePolicy::new(shift.batch.into_l1(), seconds(shift.wait))
        };
        Some(l1::DeploymentConfig {
            auto_rollback_configuration: Self::auto_rollback(self.alarms),
            rolling_update_policy: Some(policy.into()),
            ..Default::default()
        })
    }
}

impl<M: Mode> RolloutFor<M> for Rollout<Retained> {
    fn into_deployment_config(self) -> Option<l1::DeploymentConfig> {
        None
    }
}
