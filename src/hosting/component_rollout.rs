//! How an update replaces an inference component's copies.

use crate::cfn::sagemaker::inference_component as l1;
use crate::literal::Duration;
use crate::value::Value;

use super::rollout::{RollbackAlarms, RollsBackOn};
use super::variant::seconds;

/// A part of a component's copies: `MIN` to `MAX` percent of them, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyBatch<const MIN: u32, const MAX: u32>(Batch);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Batch {
    Percent(u32),
    Copies(u32),
}

/// How many copies an update replaces at a time: 5 to 50 percent, or a number that is no more.
pub type UpdateBatch = CopyBatch<5, 50>;

/// How many copies are put back at a time when an update is taken back: 1 to 100 percent, or a
/// number.
pub type RollbackBatch = CopyBatch<1, 100>;

impl<const MIN: u32, const MAX: u32> CopyBatch<MIN, MAX> {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// use sageform::hosting::{RollbackBatch, UpdateBatch};
    ///
    /// const QUARTER: UpdateBatch = UpdateBatch::percent(25);
    /// assert_eq!(UpdateBatch::parse_percent(80), None);
    /// assert!(RollbackBatch::parse_percent(80).is_some());
    /// ```
    ///
    /// # Panics
    ///
    /// Unless it is between `MIN` and `MAX`.
    #[track_caller]
    pub const fn percent(percent: u32) -> Self {
        match Self::parse_percent(percent) {
            Some(batch) => batch,
            None => panic!(
                "`MaximumBatchSize` is 5 to 50 percent of the copies, and `RollbackMaximumBatchSize` 1 to 100"
            ),
        }
    }

    /// So many percent, if they are between `MIN` and `MAX`.
    pub const fn parse_percent(percent: u32) -> Option<Self> {
        if percent >= MIN && percent <= MAX {
            Some(Self(Batch::Percent(percent)))
        } else {
            None
        }
    }

    /// Checks a literal; in a `const` item at compile time.
    ///
    /// ```
    /// use sageform::hosting::UpdateBatch;
    ///
    /// const ONE: UpdateBatch = UpdateBatch::copies(1);
    /// assert_eq!(UpdateBatch::parse_copies(0), None);
    /// ```
    ///
    /// # Panics
    ///
    /// When the number is 0.
    #[track_caller]
    pub const fn copies(copies: u32) -> Self {
        match Self::parse_copies(copies) {
            Some(batch) => batch,
            None => panic!("a batch has at least 1 copy"),
        }
    }

    /// So many copies, unless there are none.
    pub const fn parse_copies(copies: u32) -> Option<Self> {
        if copies >= 1 {
            Some(Self(Batch::Copies(copies)))
        } else {
            None
        }
    }

    fn into_l1(self) -> l1::InferenceComponentCapacitySize {
        let (kind, value) = match self.0 {
            Batch::Percent(percent) => (
                l1::InferenceComponentCapacitySizeType::CAPACITY_PERCENT,
                percent,
            ),
            Batch::Copies(copies) => (l1::InferenceComponentCapacitySizeType::COPY_COUNT, copies),
        };
        l1::InferenceComponentCapacitySize::new(kind, value)
    }
}

/// How a component is updated, and what takes the update back.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-inferencecomponent-inferencecomponentrollingupdatepolicy.html>
#[derive(Debug, Clone)]
pub struct ComponentRollout {
    batch: UpdateBatch,
    wait: Duration,
    maximum_execution_timeout: Option<Duration>,
    rollback_batch: Option<RollbackBatch>,
    alarms: Option<RollbackAlarms>,
}

impl ComponentRollout {
    /// Batches of copies, with `wait` (up to 1 hour) between them.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_host.txt")]
    /// let rollout = ComponentRollout::rolling(UpdateBatch::percent(25), Duration::new("5m"))
    ///     .rollback_on([AlarmName::new("churn-errors")]);
    /// let component = InferenceComponent::builder(InferenceComponentName::new("churn-llama"))
    ///     .endpoint(&endpoint)
    ///     .model(&model)
    ///     .min_memory_in_mb(16384)
    ///     .build()
    ///     .rollout(rollout)
    ///     .add_to(&mut stack, "Llama");
    /// assert_eq!(
    ///     shown(stack, "Llama", "DeploymentConfig"),
    ///     r#"{"AutoRollbackConfiguration":{"Alarms":[{"AlarmName":"churn-errors"}]},"RollingUpdatePolicy":{"MaximumBatchSize":{"Type":"CAPACITY_PERCENT","Value":25},"WaitIntervalInSeconds":300}}"#,
    /// );
    /// ```
    pub fn rolling(batch: UpdateBatch, wait: Duration) -> Self {
        Self {
            batch,
            wait,
            maximum_execution_timeout: None,
            rollback_batch: None,
            alarms: None,
        }
    }

    /// How long the whole update may take, 10 minutes to 8 hours. It has to exceed the sum of the
    /// waits.
    #[must_use]
    pub fn maximum_execution_timeout(mut self, timeout: Duration) -> Self {
        self.maximum_execution_timeout = Some(timeout);
        self
    }

    /// The size of the batches that take an update back; all copies at once when it is left out.
    #[must_use]
    pub fn rollback_batch(mut self, batch: RollbackBatch) -> Self {
        self.rollback_batch = Some(batch);
        self
    }

    /// Takes the update back when one of these alarms goes off: an array of 1 to 10 alarms of the
    /// stack, or names of alarms that exist. Without alarms, waiting protects nothing but against
    /// copies that fail.
    #[must_use]
    pub fn rollback_on(mut self, alarms: impl RollsBackOn) -> Self {
        self.alarms = Some(alarms.into_alarms());
        self
    }

    pub(super) fn into_deployment_config(self) -> l1::InferenceComponentDeploymentConfig {
        let rollback = self.alarms.map(|alarms| {
            let alarms = alarms.names().map(|name| Value::from(l1::Alarm::new(name)));
            l1::AutoRollbackConfiguration::new(alarms.collect::<Value<_>>()).into()
        });
        let policy = l1::InferenceComponentRollingUpdatePolicy {
            maximum_batch_size: Some(self.batch.into_l1().into()),
            maximum_execution_timeout_in_seconds: self.maximum_execution_timeout.map(seconds),
            rollback_maximum_batch_size: self.rollback_batch.map(|batch| batch.into_l1().into()),
            wait_interval_in_seconds: Some(seconds(self.wait)),
        };
        l1::InferenceComponentDeploymentConfig {
            auto_rollback_configuration: rollback,
            rolling_update_policy: Some(policy.into()),
        }
    }
}
