//! What SageMaker publishes, for which mode, and under which dimensions.
//!
//! AWS's lists for asynchronous and serverless endpoints are exhaustive: what they leave out is not
//! published, and an alarm on it would never go off.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html>
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html>

use std::marker::PhantomData;

use crate::literal::{EndpointName, InferenceComponentName, VariantName};
use crate::value::Value;

use super::super::mode::{
    Async, ComponentHost, Mode, Provisioned, Provisioning, RealTime, Serverless,
};

/// The namespace of metrics about invocations.
pub(in crate::hosting) const SAGEMAKER: &str = "AWS/SageMaker";
/// The namespace of metrics about instances.
pub(in crate::hosting) const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
/// The namespace of metrics about copies of inference components.
pub(in crate::hosting) const INFERENCE_COMPONENTS: &str = "/aws/sagemaker/InferenceComponents";

/// One metric.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::hosting) struct Metric {
    pub(in crate::hosting) namespace: &'static str,
    pub(in crate::hosting) name: &'static str,
    pub(in crate::hosting) dimensions: Vec<(&'static str, Value<String>)>,
}

/// The metrics of one variant of an endpoint that serves as `M` says.
///
/// The endpoint is named, not referred to, so that alarms can exist before it and take its updates
/// back.
#[derive(Debug, Clone)]
pub struct VariantMetrics<M: Mode> {
    endpoint: Value<String>,
    variant: VariantName,
    mode: PhantomData<M>,
}

impl<M: Mode> VariantMetrics<M> {
    /// The metrics of this variant of the endpoint with this name.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let metrics = VariantMetrics::<RealTime>::of(NAME, VARIANT);
    /// Alarm::errors(&metrics, Fraction::new(0.01)).add_to(&mut stack, "Alarm");
    /// assert_eq!(
    ///     shown(stack, "Alarm", "Dimensions"),
    ///     r#"[{"Name":"EndpointName","Value":"churn"},{"Name":"VariantName","Value":"primary"}]"#,
    /// );
    /// ```
    pub fn of(endpoint: impl Into<Value<EndpointName>>, variant: VariantName) -> Self {
        Self {
            endpoint: endpoint.into().map(String::from),
            variant,
            mode: PhantomData,
        }
    }
}

/// The metrics of one inference component.
#[derive(Debug, Clone)]
pub struct ComponentMetrics {
    component: Value<String>,
}

impl ComponentMetrics {
    /// The metrics of the component with this name.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// const LLAMA: InferenceComponentName = InferenceComponentName::new("churn-llama");
    /// let metrics = ComponentMetrics::of(LLAMA);
    /// Alarm::errors(&metrics, Fraction::new(0.01)).add_to(&mut stack, "Alarm");
    /// assert_eq!(
    ///     shown(stack, "Alarm", "Dimensions"),
    ///     r#"[{"Name":"InferenceComponentName","Value":"churn-llama"}]"#,
    /// );
    /// ```
    pub fn of(component: impl Into<Value<InferenceComponentName>>) -> Self {
        Self {
            component: component.into().map(String::from),
        }
    }
}

mod sealed {
    pub trait Sealed {}

    impl<M: super::Mode> Sealed for super::VariantMetrics<M> {}
    impl Sealed for super::ComponentMetrics {}
}

/// What has metrics: a variant or an inference component.
pub trait Subject: sealed::Sealed {
    /// The dimensions of its metrics, the widest first.
    fn dimensions(&self) -> Vec<(&'static str, Value<String>)>;

    /// The namespace of its utilization.
    fn utilization(&self) -> &'static str;

    /// What its memory utilization is called.
    fn memory(&self) -> &'static str;
}

impl<M: Mode> Subject for VariantMetrics<M> {
    fn dimensions(&self) -> Vec<(&'static str, Value<String>)> {
        vec![
            ("EndpointName", self.endpoint.clone()),
            ("VariantName", self.variant.as_str().into()),
        ]
    }

    fn utilization(&self) -> &'static str {
        ENDPOINTS
    }

    fn memory(&self) -> &'static str {
        "MemoryUtilization"
    }
}

impl Subject for ComponentMetrics {
    fn dimensions(&self) -> Vec<(&'static str, Value<String>)> {
        vec![("InferenceComponentName", self.component.clone())]
    }

    fn utilization(&self) -> &'static str {
        INFERENCE_COMPONENTS
    }

    fn memory(&self) -> &'static str {
        "MemoryUtilizationNormalized"
    }
}

pub(super) fn invocation(of: &impl Subject, name: &'static str) -> Metric {
    Metric {
        namespace: SAGEMAKER,
        name,
        dimensions: of.dimensions(),
    }
}

/// A metric of the whole endpoint, which has no `VariantName`.
pub(super) fn of_endpoint(of: &impl PublishesBacklog, name: &'static str) -> Metric {
    let mut metric = invocation(of, name);
    metric.dimensions.truncate(1);
    metric
}

pub(super) fn utilization(of: &impl Subject, name: &'static str) -> Metric {
    Metric {
        namespace: of.utilization(),
        name,
        dimensions: of.dimensions(),
    }
}

macro_rules! published {
    ($(
        $(#[$doc:meta])*
        $name:ident, $message:literal, $label:literal, by $($subject:ty),+;
    )*) => {$(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name: Subject {}

        $(impl $name for $subject {})+
    )*};
}

published! {
    /// What counts its errors and times its model: everything that is invoked.
    PublishesErrors,
    "`Invocation5XXErrors` and `ModelLatency` are published for variants and inference components",
    "expected `VariantMetrics` or `ComponentMetrics`",
    by VariantMetrics<RealTime>, VariantMetrics<ComponentHost>, VariantMetrics<Async>, ComponentMetrics;

    /// What publishes `InvocationModelErrors`.
    PublishesModelErrors,
    "`InvocationModelErrors` is not published for an endpoint with `AsyncInferenceConfig` or `ServerlessConfig`",
    "these metrics have no `InvocationModelErrors`",
    by VariantMetrics<RealTime>, VariantMetrics<ComponentHost>, ComponentMetrics;

    /// What publishes `Invocations` and `OverheadLatency`.
    PublishesInvocations,
    "`Invocations` and `OverheadLatency` are not published for an endpoint with `AsyncInferenceConfig`",
    "these metrics have neither `Invocations` nor `OverheadLatency`",
    by VariantMetrics<RealTime>, VariantMetrics<ComponentHost>, ComponentMetrics;

    /// What publishes `CPUUtilization`, `GPUUtilization` and `GPUMemoryUtilization`, each summed over
    /// cores or GPUs.
    PublishesUtilization,
    "`CPUUtilization`, `GPUUtilization` and `GPUMemoryUtilization` are published for models on instances: not with `ServerlessConfig`, and normalized where inference components are hosted",
    "these metrics have no utilization that is summed over cores or GPUs",
    by VariantMetrics<RealTime>, VariantMetrics<Async>;

    /// What publishes `CPUUtilizationNormalized`, `GPUUtilizationNormalized` and
    /// `GPUMemoryUtilizationNormalized`.
    PublishesNormalizedUtilization,
    "`CPUUtilizationNormalized`, `GPUUtilizationNormalized` and `GPUMemoryUtilizationNormalized` are published only where inference components are hosted",
    "these metrics are not normalized: the constructor that takes a number of cores or GPUs fits",
    by VariantMetrics<ComponentHost>, ComponentMetrics;

    /// What publishes `DiskUtilization`.
    PublishesDisk,
    "`DiskUtilization` is published for instances: neither with `ServerlessConfig` nor for an inference component",
    "these metrics have no `DiskUtilization`",
    by VariantMetrics<RealTime>, VariantMetrics<ComponentHost>, VariantMetrics<Async>;

    /// What publishes the backlog of a queue.
    PublishesBacklog,
    "`ApproximateBacklogSize`, `ApproximateAgeOfOldestRequest` and `InvocationFailures` are published only with `AsyncInferenceConfig`",
    "these metrics are of an endpoint without a queue",
    by VariantMetrics<Async>;

    /// What publishes `ServerlessProvisionedConcurrencyUtilization`.
    PublishesProvisionedConcurrency,
    "`ServerlessProvisionedConcurrencyUtilization` is published only for a `ServerlessConfig` with `ProvisionedConcurrency`",
    "these metrics are of an endpoint without provisioned concurrency",
    by VariantMetrics<Serverless<Provisioned>>;
}

/// What publishes `ServerlessConcurrentExecutionsUtilization` and `ModelSetupTime`.
#[diagnostic::on_unimplemented(
    message = "`ServerlessConcurrentExecutionsUtilization` and `ModelSetupTime` are published only with `ServerlessConfig`",
    label = "these metrics are of an endpoint on instances"
)]
pub trait PublishesConcurrency: Subject {}

impl<P: Provisioning> PublishesConcurrency for VariantMetrics<Serverless<P>> {}
impl<P: Provisioning> PublishesErrors for VariantMetrics<Serverless<P>> {}
impl<P: Provisioning> PublishesInvocations for VariantMetrics<Serverless<P>> {}
