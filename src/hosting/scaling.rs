//! Scaling that an endpoint's mode offers: by target tracking, in steps, and by the clock.
//!
//! Every target refers to what scales, so that it is created once that is in service and deleted
//! before it. An endpoint with a target keeps its counts when it is updated
//! (`RetainAllVariantProperties`); where it has several variants, their weights still follow the
//! template.

mod capacity;
mod metric;
mod schedule;
mod step_policy;
mod steps;
mod target;
mod wake_up;

use crate::cfn::application_auto_scaling::scalable_target::ScalableDimension;
use crate::finding::Finding;
use crate::json::Json;
use crate::literal::{Duration, VariantName};
use crate::template::Stack;
use crate::value::Value;

use super::component::ComponentHandle;
use super::endpoint::EndpointHandle;
use super::mode::{Mode, Queued, ScalesConcurrency, ScalesOnInvocations};
use super::sub::Variables;

pub use capacity::{Capacity, CapacityBounds, CapacityChange, CapacityFromZero};
pub use metric::{
    ConcurrencyMetric, CopyMetric, CustomMetric, InstanceMetric, QueueMetric, ScalingMetric,
    Utilization,
};
pub use schedule::ScheduledAction;
pub use step_policy::{
    Adjustment, ChangeInCapacity, ExactCapacity, PercentChangeInCapacity, StepPolicy,
};
pub use steps::Steps;
pub use target::ScalingTarget;

use step_policy::PreparedSteps;
use target::Place;

/// How far something scales and by what: any of tracked metrics, steps and a schedule.
///
/// [`InstanceScaling`], [`QueueScaling`], [`ConcurrencyScaling`] and [`CopyScaling`] are its kinds.
#[derive(Debug, Clone)]
pub struct Scaling<M: ScalingMetric> {
    capacity: M::Capacity,
    tracked: Vec<(M, Cooldowns)>,
    steps: Vec<PreparedSteps>,
    schedule: Vec<ScheduledAction<M::Capacity>>,
}

/// Scaling of a real-time variant's instances.
pub type InstanceScaling = Scaling<InstanceMetric>;

/// Scaling of an asynchronous variant's instances, from 0 on.
pub type QueueScaling = Scaling<QueueMetric>;

/// Scaling of provisioned concurrency.
pub type ConcurrencyScaling = Scaling<ConcurrencyMetric>;

/// Scaling of an inference component's copies, from 0 on.
pub type CopyScaling = Scaling<CopyMetric>;

impl<M: ScalingMetric> Scaling<M> {
    /// Bounds, within which nothing happens yet.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_endpoint.txt")]
    /// let metric = InstanceMetric::InvocationsPerInstance(70.0.into());
    /// let scaling = InstanceScaling::new(Capacity::new(2, 20)).track(metric, Cooldowns::default());
    /// endpoint.scale_instances(&mut stack, "Scaling", &VARIANT, scaling);
    /// assert_eq!(
    ///     shown(stack, "ScalingTarget", ""),
    ///     r#"{"MaxCapacity":20,"MinCapacity":2,"ResourceId":{"Fn::Sub":"endpoint/${Endpoint.EndpointName}/variant/primary"},"ScalableDimension":"sagemaker:variant:DesiredInstanceCount","ServiceNamespace":"sagemaker"}"#,
    /// );
    /// ```
    pub fn new(capacity: M::Capacity) -> Self {
        Self {
            capacity,
            tracked: Vec::new(),
            steps: Vec::new(),
            schedule: Vec::new(),
        }
    }

    /// Adds capacity while the metric is above its target, and removes it while it is below. Of
    /// several metrics, each may add capacity; it is removed when all are below. Adds
    /// `<name>Policy`, `<name>Policy2` and so on.
    ///
    /// <https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html>
    #[must_use]
    pub fn track(mut self, metric: M, cooldowns: Cooldowns) -> Self {
        self.tracked.push((metric, cooldowns));
        self
    }

    /// Changes capacity in steps when an alarm goes off. Adds `<name><policy>Policy` and
    /// `<name><policy>Alarm`.
    #[must_use]
    pub fn step<A: Adjustment>(mut self, policy: StepPolicy<A>) -> Self {
        self.steps.push(policy.into());
        self
    }

    /// Changes the bounds by the clock.
    #[must_use]
    pub fn schedule(mut self, action: ScheduledAction<M::Capacity>) -> Self {
        self.schedule.push(action);
        self
    }
}

/// How long scaling waits after a change, and whether it removes capacity at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cooldowns {
    /// After capacity was removed; 300 seconds when it is left out.
    pub scale_in: Option<Duration>,
    /// After capacity was added; 300 seconds when it is left out.
    pub scale_out: Option<Duration>,
    /// Whether capacity is never removed; it is when this is left out.
    pub disable_scale_in: Option<Value<bool>>,
}

impl<M: Mode> EndpointHandle<M> {
    /// Scales the instances of a variant. Adds `<name>Target` and what the scaling adds.
    #[track_caller]
    pub fn scale_instances(
        &self,
        stack: &mut Stack,
        name: &str,
        variant: &VariantName,
        scaling: InstanceScaling,
    ) -> ScalingTarget
    where
        M: ScalesOnInvocations,
    {
        if !self.variants.contains(variant) {
            let known: Vec<_> = self.variants.iter().map(VariantName::as_str).collect();
            let message = format!("the endpoint has no variant `{variant}`");
            stack.report(
                Finding::error("aas-variant-exists", message)
                    .on(self.resource().logical_id().as_str())
                    .hint(format!("it has `{}`", known.join("`, `"))),
            );
        }
        let dimension = ScalableDimension::SAGEMAKER_VARIANT_DESIRED_INSTANCE_COUNT;
        let place = self.place(stack, variant, dimension);
        target::add(stack, name, place, scaling, None)
    }

    /// Keeps as much concurrency warm as is used. Adds `<name>Target` and what the scaling adds.
    #[track_caller]
    pub fn scale_provisioned_concurrency(
        &self,
        stack: &mut Stack,
        name: &str,
        scaling: ConcurrencyScaling,
    ) -> ScalingTarget
    where
        M: ScalesConcurrency,
    {
        let dimension = ScalableDimension::SAGEMAKER_VARIANT_DESIRED_PROVISIONED_CONCURRENCY;
        let place = self.place(stack, self.first_variant(), dimension);
        target::add(stack, name, place, scaling, None)
    }

    /// Scales instances by the requests that wait. Adds `<name>Target` and what the scaling adds;
    /// where the minimum is 0, also `<name>WakeUpPolicy` and `<name>WakeUpAlarm`, because without
    /// instances there is no backlog per instance to follow.
    #[track_caller]
    pub fn scale_on_backlog(
        &self,
        stack: &mut Stack,
        name: &str,
        scaling: QueueScaling,
    ) -> ScalingTarget
    where
        M: Queued,
    {
        let dimension = ScalableDimension::SAGEMAKER_VARIANT_DESIRED_INSTANCE_COUNT;
        let place = self.place(stack, self.first_variant(), dimension);
        target::add(
            stack,
            name,
            place,
            scaling,
            Some(wake_up::queue(self.name())),
        )
    }

    fn place(
        &self,
        stack: &mut Stack,
        variant: &VariantName,
        dimension: ScalableDimension,
    ) -> Place {
        let endpoint = stack
            .resource(self.resource())
            .property("RetainAllVariantProperties", true);
        if self.variants.len() > 1 {
            // Retained as well, a weight in the template would never reach the endpoint.
            let weights = Json::from([("VariantPropertyType", "DesiredWeight".into())]);
            endpoint.property("ExcludeRetainedVariantProperties", vec![weights]);
        }
        let id = self.resource().logical_id();
        Place {
            resource_id: Value::sub(format!("endpoint/${{{id}.EndpointName}}/variant/{variant}")),
            dimension,
            metric_dimensions: vec![
                ("EndpointName".into(), self.name()),
                ("VariantName".into(), variant.as_str().into()),
            ],
        }
    }
}

impl ComponentHandle {
    /// Scales the copies of a component. Adds `<name>Target` and what the scaling adds; where the
    /// minimum is 0, also `<name>WakeUpPolicy` and `<name>WakeUpAlarm`, because without copies there
    /// is no load per copy to follow. Requests fail until the first copy is there.
    ///
    /// The endpoint's instances follow only where its `ManagedInstanceScaling` lets them, down to
    /// none where its minimum is 0.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html>
    #[track_caller]
    pub fn scale_copies(
        &self,
        stack: &mut Stack,
        name: &str,
        scaling: CopyScaling,
    ) -> ScalingTarget {
        let mut variables = Variables::default();
        let component = variables.placeholder(&self.name());
        let place = Place {
            resource_id: variables.fill(format!("inference-component/{component}")),
            dimension: ScalableDimension::SAGEMAKER_INFERENCE_COMPONENT_DESIRED_COPY_COUNT,
            metric_dimensions: vec![("InferenceComponentName".into(), self.name())],
        };
        let wake_up = wake_up::component(self.name());
        let target = target::add(stack, name, place, scaling, Some(wake_up));
        // Its name is no reference to it.
        stack
            .resource(target.resource())
            .depends_on(self.resource());
        target
    }
}
