//! What SageMaker publishes, where, and with which dimensions.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html>
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html>

/// Of requests.
pub(super) const SAGEMAKER: &str = "AWS/SageMaker";
/// Of instances.
pub(super) const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
/// Of copies of inference components.
pub(super) const COMPONENTS: &str = "/aws/sagemaker/InferenceComponents";

/// What a metric is of, which decides its dimensions.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Of {
    /// The whole endpoint.
    Endpoint,
    Variant,
    Component,
    /// A variant or an inference component.
    Either,
}

const METRICS: &[(&str, Of, &[&str])] = &[
    (
        SAGEMAKER,
        Of::Either,
        &[
            "ConcurrentRequestsPerCopy",
            "ConcurrentRequestsPerModel",
            "ExplanationsPerInstance",
            "FirstChunkLatency",
            "Invocation4XXErrors",
            "Invocation5XXErrors",
            "InvocationModelErrors",
            "Invocations",
            "InvocationsPerCopy",
            "InvocationsPerInstance",
            "MidStreamErrors",
            "ModelLatency",
            "ModelSetupTime",
            "NoCapacityInvocationFailures",
            "OverheadLatency",
            // Of multi-model endpoints.
            "ModelCacheHit",
            "ModelDownloadingTime",
            "ModelLoadingTime",
            "ModelLoadingWaitTime",
            "ModelUnloadingTime",
            // Of asynchronous endpoints; one has two spellings, as AWS's page misspells it.
            "ExpiredRequests",
            "InvocationFailures",
            "InvocationsProcessed",
            "InvocationsProcesssed",
            "NotificationFailures",
            "RequestDownloadFailures",
            "RequestDownloadLatency",
            "ResponseUploadFailures",
            "ResponseUploadLatency",
            "TimeInBacklog",
            "TotalProcessingTime",
            // Of serverless endpoints.
            "ServerlessConcurrentExecutionsUtilization",
            "ServerlessProvisionedConcurrencyExecutions",
            "ServerlessProvisionedConcurrencyInvocations",
            "ServerlessProvisionedConcurrencySpilloverInvocations",
            "ServerlessProvisionedConcurrencyUtilization",
        ],
    ),
    (
        SAGEMAKER,
        Of::Endpoint,
        &[
            "ApproximateAgeOfOldestRequest",
            "ApproximateBacklogSize",
            "ApproximateBacklogSizePerInstance",
            "HasBacklogWithoutCapacity",
        ],
    ),
    (
        ENDPOINTS,
        Of::Variant,
        &[
            "CPUReservation",
            "CPUUtilization",
            "CPUUtilizationNormalized",
            "DiskUtilization",
            "GPUMemoryUtilization",
            "GPUMemoryUtilizationNormalized",
            "GPUReservation",
            "GPUUtilization",
            "GPUUtilizationNormalized",
            "LoadedModelCount",
            "MemoryReservation",
            "MemoryUtilization",
        ],
    ),
    (
        COMPONENTS,
        Of::Component,
        &[
            "CPUUtilizationNormalized",
            "GPUMemoryUtilizationNormalized",
            "GPUUtilizationNormalized",
            "MemoryUtilizationNormalized",
        ],
    ),
];

/// Times in microseconds that are never a thousand of them or less.
pub(super) const MICROSECONDS: &[&str] = &[
    "ModelDownloadingTime",
    "ModelLatency",
    "ModelLoadingTime",
    "ModelSetupTime",
    "OverheadLatency",
];

/// What each request adds a fixed number to.
pub(super) const SUMS: &[&str] = &[
    "Invocations",
    "InvocationsPerCopy",
    "InvocationsPerInstance",
];

/// What each request counts as 0 or 1 in.
pub(super) const RATES: &[&str] = &[
    "Invocation4XXErrors",
    "Invocation5XXErrors",
    "InvocationModelErrors",
];

pub(super) const NOT_OF_QUEUES: &[&str] =
    &["Invocations", "InvocationsPerInstance", "OverheadLatency"];

pub(super) const ONLY_OF_QUEUES: &[&str] = &[
    "ApproximateAgeOfOldestRequest",
    "ApproximateBacklogSize",
    "ApproximateBacklogSizePerInstance",
    "HasBacklogWithoutCapacity",
    "InvocationFailures",
    "InvocationsProcessed",
    "TimeInBacklog",
];

pub(super) const NOT_OF_SERVERLESS: &[&str] = &[
    "CPUUtilization",
    "DiskUtilization",
    "GPUMemoryUtilization",
    "GPUUtilization",
    "InvocationModelErrors",
    "InvocationsPerInstance",
];

/// What a metric of a namespace is of; `None` where it is none of it.
pub(super) fn metric(namespace: &str, name: &str) -> Option<Of> {
    METRICS
        .iter()
        .find(|(home, _, names)| *home == namespace && names.contains(&name))
        .map(|(_, of, _)| *of)
}

/// The namespaces that have a metric of this name.
pub(super) fn homes(name: &str) -> impl Iterator<Item = &'static str> {
    METRICS
        .iter()
        .filter(move |(_, _, names)| names.contains(&name))
        .map(|(home, _, _)| *home)
}

/// The metric whose name this is with a slip of the finger: SageMaker adds metrics, and others than
/// those of endpoints are none of these.
pub(super) fn closest_metric(name: &str) -> Option<&'static str> {
    const SLIPS: usize = 2;
    if name.len() > 128 {
        return None;
    }
    let lower = name.to_lowercase();
    METRICS
        .iter()
        .flat_map(|(_, _, names)| *names)
        .map(|known| {
            let distance = strsim::damerau_levenshtein(&lower, &known.to_lowercase());
            (distance, *known)
        })
        .filter(|(distance, _)| *distance <= SLIPS)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
