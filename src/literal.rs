//! F0: text that AWS has rules for, checked once and carried as a type.
//!
//! Each type has two doors. [`VariantName::new`] is a `const fn` for a name that stands in Rust code:
//! in a `const` item a wrong name does not compile. [`VariantName::parse`] is its twin for text from
//! a file and returns a [`LiteralError`]. Both run the same check, written by hand, so that it can
//! run in the compiler; the pattern beside it is what editors are told, and a test holds the two
//! against each other.
//!
//! What needs the account (does the bucket exist?) or a second value (do the regions agree?) is left
//! to the floors above.

mod check;
mod declare;
mod duration;
mod operations;
mod time;

use check::{
    is_account, is_content_type, is_function_arn, is_hub_content_arn, is_image_uri,
    is_instance_type, is_kms_key, is_model_package_arn, is_name, is_region, is_reservation_arn,
    is_role_arn, is_s3_prefix, is_s3_uri, is_topic_arn, is_vpc_id,
};
use declare::literal;

pub use duration::Duration;
pub use operations::{
    AlarmName, ScalingName, ScheduleExpression, ScheduledActionName, TimeZone, Timestamp,
};
pub use time::Milliseconds;

/// A text that a literal's rule refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, got `{got}`")]
pub struct LiteralError {
    /// What the rule accepts, as the end of "expected …".
    pub expected: &'static str,
    /// The text that was refused, cut when it is absurdly long.
    pub got: String,
}

impl LiteralError {
    fn new(expected: &'static str, got: &str) -> Self {
        let mut cut = got.char_indices().skip(120).map(|(at, _)| at);
        let got = cut
            .next()
            .map_or_else(|| got.to_owned(), |at| format!("{}…", &got[..at]));
        Self { expected, got }
    }
}

/// A text with a rule of its own: what readers of files need to know of it.
pub trait Literal: Sized + AsRef<str> {
    /// What the rule accepts, as the end of "expected …".
    const EXPECTED: &'static str;
    /// The rule as a regular expression that JSON Schema understands.
    const PATTERN: &'static str;
    /// The least number of characters.
    const MIN: usize;
    /// The greatest number of characters.
    const MAX: usize;

    /// Checks a text from a file.
    ///
    /// # Errors
    ///
    /// When the rule refuses the text.
    fn read(text: &str) -> Result<Self, LiteralError>;
}

literal! {
    /// The name of a production or shadow variant.
    VariantName, "VariantName",
    "1 to 63 letters, digits and `-`, beginning and ending with a letter or digit",
    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", 1..=63, is_name
}

literal! {
    /// The name of an endpoint: stable, because callers, alarms and scaling use it.
    EndpointName, "EndpointName",
    "1 to 63 letters, digits and `-`, beginning and ending with a letter or digit",
    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", 1..=63, is_name
}

literal! {
    /// The name of an inference component, unique in the account and region.
    InferenceComponentName, "InferenceComponentName",
    "1 to 63 letters, digits and `-`, beginning and ending with a letter or digit",
    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", 1..=63, is_name
}

literal! {
    /// The name of a model package group in the model registry.
    ModelPackageGroupName, "ModelPackageGroupName",
    "1 to 63 letters, digits and `-`, beginning and ending with a letter or digit",
    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", 1..=63, is_name
}

literal! {
    /// The name by which a caller addresses one container of several.
    ContainerHostname, "ContainerHostname",
    "1 to 63 letters, digits and `-`, beginning and ending with a letter or digit",
    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", 1..=63, is_name
}

literal! {
    /// An object or a prefix in S3, as `s3://bucket/key`.
    ///
    /// The API also takes `https://` addresses; those name no bucket that a role could be given.
    S3Uri, "S3Uri",
    "an S3 location such as `s3://bucket/path/object`",
    r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00-\x20\x7f]*)?$", 8..=1024, is_s3_uri
}

literal! {
    /// A prefix in S3, which ends with `/`.
    S3Prefix, "S3Uri",
    "an S3 prefix that ends with `/`, such as `s3://bucket/path/`",
    r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^\x00-\x20\x7f]*/)?$", 9..=1024, is_s3_prefix
}

literal! {
    /// The ARN of an IAM role.
    RoleArn, "RoleArn",
    "the ARN of a role, such as `arn:aws:iam::111111111111:role/name`",
    r"^arn:aws[a-z\-]*:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$", 20..=2048, is_role_arn
}

literal! {
    /// A KMS key: its id, its ARN, or its alias.
    KmsKey, "KmsKeyId",
    "a KMS key id, key ARN or alias",
    r"^[a-zA-Z0-9:/_-]+$", 1..=2048, is_kms_key
}

literal! {
    /// The ARN of an SNS topic.
    TopicArn, "TopicArn",
    "the ARN of a topic, such as `arn:aws:sns:eu-west-1:111111111111:name`",
    r"^arn:aws[a-z\-]*:sns:[a-z0-9\-]+:[0-9]{12}:[a-zA-Z0-9_.-]+$", 20..=2048, is_topic_arn
}

literal! {
    /// The ARN of a Lambda function, perhaps of one version or alias of it.
    FunctionArn, "FunctionArn",
    "the ARN of a function, such as `arn:aws:lambda:eu-west-1:111111111111:function:name`",
    r"^arn:aws[a-z\-]*:lambda:[a-z0-9\-]+:[0-9]{12}:function:[a-zA-Z0-9_:$-]+$", 20..=2048, is_function_arn
}

literal! {
    /// The ARN of a model in a SageMaker hub, yours or SageMaker's own.
    HubContentArn, "HubContentArn",
    "the ARN of a hub's content, such as `arn:aws:sagemaker:eu-west-1:aws:hub-content/hub/Model/name/1.0.0`",
    r"^arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]+:([0-9]{12}|aws):hub-content/[a-zA-Z0-9._/-]+$", 20..=255, is_hub_content_arn
}

literal! {
    /// The ARN of a reservation of ML capacity, such as a training plan.
    ReservationArn, "MlReservationArn",
    "the ARN of an ML capacity reservation, such as `arn:aws:sagemaker:eu-west-1:111111111111:training-plan/name`",
    r"^arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]+:[0-9]{12}:[a-z0-9\-]{1,14}/[a-zA-Z0-9_.-]+$", 20..=258, is_reservation_arn
}

literal! {
    /// The ARN of one version of a model package group.
    ModelPackageArn, "ModelPackageName",
    "the ARN of one version of a model package, such as `arn:aws:sagemaker:eu-west-1:111111111111:model-package/name/7`",
    r"^arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]{9,16}:[0-9]{12}:model-package/[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/[0-9]{1,9}$",
    20..=2048, is_model_package_arn
}

literal! {
    /// A container image: registry, repository, and a tag or digest.
    ImageUri, "Image",
    "an image such as `111111111111.dkr.ecr.eu-west-1.amazonaws.com/name:tag`, without spaces and at most 255 characters",
    r"^[^\x00-\x20\x7f]+$", 1..=255, is_image_uri
}

literal! {
    /// The number of an AWS account.
    AccountId, "Account",
    "an account number of 12 digits",
    "^[0-9]{12}$", 12..=12, is_account
}

literal! {
    /// The code of an AWS region.
    Region, "Region",
    "a region's code, such as `eu-west-1`",
    "^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$", 6..=32, is_region
}

literal! {
    /// An instance type for hosting. The set is open: AWS adds to it every few weeks.
    InstanceType, "InstanceType",
    "an instance type of the form `ml.<family>.<size>`, such as `ml.m5.xlarge`",
    r"^ml\.[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$", 6..=64, is_instance_type
}

literal! {
    /// The id of a subnet.
    SubnetId, "Subnets",
    "a subnet's id, such as `subnet-0a1b2c3d`",
    "^[-0-9a-zA-Z]+$", 1..=32, is_vpc_id
}

literal! {
    /// The id of a security group.
    SecurityGroupId, "SecurityGroupIds",
    "a security group's id, such as `sg-01234567`",
    "^[-0-9a-zA-Z]+$", 1..=32, is_vpc_id
}

literal! {
    /// The media type of a request or response.
    ContentType, "ContentType",
    "a media type such as `text/csv`",
    r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*$", 1..=256, is_content_type
}

impl S3Uri {
    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        bucket_and_key(&self.0).0
    }

    /// What follows the bucket; empty for the bucket itself.
    pub fn key(&self) -> &str {
        bucket_and_key(&self.0).1
    }

    /// Whether it names everything below a `/` rather than one object.
    pub fn is_prefix(&self) -> bool {
        self.key().is_empty() || self.0.ends_with('/')
    }

    /// The prefix that it is, when it ends with `/`.
    pub fn as_prefix(&self) -> Option<S3Prefix> {
        S3Prefix::parse(self.as_str()).ok()
    }
}

impl S3Prefix {
    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        bucket_and_key(&self.0).0
    }

    /// What follows the bucket, with its last `/`; empty for the whole bucket.
    pub fn key(&self) -> &str {
        bucket_and_key(&self.0).1
    }
}

fn bucket_and_key(uri: &str) -> (&str, &str) {
    let rest = &uri["s3://".len()..];
    rest.split_once('/').unwrap_or((rest, ""))
}

impl KmsKey {
    /// The key's ARN, unless it is an id or alias only.
    pub fn arn(&self) -> Option<&str> {
        self.0.starts_with("arn:").then_some(&*self.0)
    }
}

impl ModelPackageArn {
    /// The model package group.
    pub fn group(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }

    /// The version within the group.
    pub fn version(&self) -> u32 {
        self.0
            .split('/')
            .nth(2)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default()
    }

    /// The region of the registry.
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }

    /// The account of the registry.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

/// A repository in ECR, as an image names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EcrRepository<'a> {
    /// The account that owns the registry.
    pub account: &'a str,
    /// The registry's region.
    pub region: &'a str,
    /// The repository's name, which may hold `/`.
    pub name: &'a str,
}

/// What the host names of ECR end with, one per partition.
const DNS_SUFFIXES: [&str; 8] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "on.aws",
];

impl ImageUri {
    /// The image's digest, such as `sha256:…`.
    pub fn digest(&self) -> Option<&str> {
        self.0.split_once('@').map(|(_, digest)| digest)
    }

    /// The image's tag.
    pub fn tag(&self) -> Option<&str> {
        let path = self.0.split_once('@').map_or(&*self.0, |(path, _)| path);
        // A colon before the last `/` belongs to the registry's port.
        path.rsplit('/').next()?.split_once(':').map(|(_, tag)| tag)
    }

    /// The repository, when the image is in ECR: what a role must name to pull it.
    pub fn ecr_repository(&self) -> Option<EcrRepository<'_>> {
        let (host, path) = self.0.split_once('/')?;
        let (account, rest) = host.split_once('.')?;
        let rest = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."]
            .iter()
            .find_map(|service| rest.strip_prefix(service))?;
        let (region, suffix) = rest.split_once('.')?;
        let name = path.split(['@', ':']).next()?;
        (is_account(account.as_bytes())
            && is_region(region.as_bytes())
            && DNS_SUFFIXES.contains(&suffix)
            && !name.is_empty())
        .then_some(EcrRepository {
            account,
            region,
            name,
        })
    }
}

impl Region {
    /// The partition in which the region lies, as ARNs name it.
    pub fn partition(&self) -> &'static str {
        const BY_PREFIX: [(&str, &str); 8] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
            ("eu-isof-", "aws-iso-f"),
            ("eusc-", "aws-eusc"),
        ];
        BY_PREFIX
            .iter()
            .find(|(prefix, _)| self.0.starts_with(prefix))
            .map_or("aws", |(_, partition)| partition)
    }

    /// What the host names of the partition's services end with.
    pub fn dns_suffix(&self) -> &'static str {
        dns_suffix(self.partition())
    }
}

/// What the host names of a partition's services end with; AWS's own for one that is not known.
pub(crate) fn dns_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    }
}

impl InstanceType {
    /// The family, such as `m5`.
    pub fn family(&self) -> &str {
        self.0.split('.').nth(1).unwrap_or_default()
    }

    /// The size, such as `xlarge`.
    pub fn size(&self) -> &str {
        self.0.split('.').nth(2).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
