//! An endpoint as SageMaker describes it, which is the only truth about what is serving.

/// What `DescribeEndpoint` says.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html>
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LiveEndpoint {
    /// Its name.
    pub name: String,
    /// `InService`, `Updating`, `RollingBack` and the like: an open set.
    pub status: String,
    /// Why it failed, where SageMaker says so.
    pub failure_reason: Option<String>,
    /// The configuration that it runs.
    pub config_name: String,
    /// When it last changed, as SageMaker writes it: seconds since 1970.
    pub last_modified: Option<String>,
    /// The variants that serve.
    pub variants: Vec<LiveVariant>,
    /// The variants that get copies of the traffic.
    pub shadow_variants: Vec<LiveVariant>,
    /// The deployment that is under way.
    pub pending: Option<PendingDeployment>,
}

impl LiveEndpoint {
    /// Whether SageMaker is changing it, so that nothing else can.
    pub fn is_changing(&self) -> bool {
        matches!(
            self.status.as_str(),
            "Creating" | "Updating" | "SystemUpdating" | "RollingBack" | "Deleting"
        )
    }
}

/// A variant of an endpoint that exists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LiveVariant {
    /// Its name.
    pub name: String,
    /// Its share of the traffic, by weight.
    pub current_weight: Option<f64>,
    /// The weight that was asked for.
    pub desired_weight: Option<f64>,
    /// Its instances; `None` where it has none.
    pub current_instance_count: Option<i64>,
    /// The instances that were asked for.
    pub desired_instance_count: Option<i64>,
    /// Its provisioned concurrency, where it is serverless.
    pub current_provisioned_concurrency: Option<i64>,
    /// The provisioned concurrency that was asked for.
    pub desired_provisioned_concurrency: Option<i64>,
    /// `Creating`, `Baking`, `ActivatingTraffic` and the like, of what is under way.
    pub statuses: Vec<String>,
    /// The images that run, resolved to their digests.
    pub images: Vec<String>,
}

/// A deployment that is under way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PendingDeployment {
    /// The configuration that it moves to.
    pub config_name: String,
    /// The new fleet.
    pub variants: Vec<LiveVariant>,
}

/// The name in an endpoint's ARN, which is its physical id: `…:endpoint/<name>`. A name stays one.
///
/// ARNs hold the name in lower case, whatever case it was made with.
pub fn endpoint_name(physical_id: &str) -> &str {
    physical_id
        .rsplit_once(":endpoint/")
        .map_or(physical_id, |(_, name)| name)
}
