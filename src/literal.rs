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

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

macro_rules! literal {
    (
        $(#[$doc:meta])*
        $name:ident, $property:literal, $expected:literal, $pattern:literal, $min:literal..=$max:literal, $check:path
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            #[doc = concat!("Checks a literal; in a `const` item at compile time.\n\n# Panics\n\nUnless it is ", $expected, ".")]
            #[track_caller]
            pub const fn new(text: &'static str) -> Self {
                assert!(Self::accepts(text), concat!("`", $property, "` is not ", $expected));
                Self(Cow::Borrowed(text))
            }

            #[doc = concat!("Checks a text from a file.\n\n# Errors\n\nUnless it is ", $expected, ".")]
            pub fn parse(text: impl Into<String>) -> Result<Self, LiteralError> {
                let text = text.into();
                if Self::accepts(&text) {
                    Ok(Self(Cow::Owned(text)))
                } else {
                    Err(LiteralError::new($expected, &text))
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            const fn accepts(text: &str) -> bool {
                let bytes = text.as_bytes();
                // The lower bound is part of the check where it is above one.
                bytes.len() >= $min && bytes.len() <= $max && $check(bytes)
            }
        }

        impl Literal for $name {
            const EXPECTED: &'static str = $expected;
            const PATTERN: &'static str = $pattern;
            const MIN: usize = $min;
            const MAX: usize = $max;

            fn read(text: &str) -> Result<Self, LiteralError> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(literal: $name) -> Self {
                literal.0.into_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
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

impl RoleArn {
    /// The role's own name: what follows the last `/`.
    pub fn role_name(&self) -> &str {
        self.0.rsplit(['/', ':']).next().unwrap_or_default()
    }

    /// The account that owns the role.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
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

/// A span of time in whole seconds, written `90s`, `10m` or `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    /// What a duration looks like, as the end of "expected …".
    pub const EXPECTED: &'static str = "a duration such as `90s`, `10m` or `2h`";
    /// The same as a regular expression.
    pub const PATTERN: &'static str = "^[0-9]{1,9}[smh]$";

    /// Checks a literal such as `"10m"`; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// Unless it is a number of at most nine digits and one of `s`, `m` and `h`.
    #[track_caller]
    pub const fn new(text: &'static str) -> Self {
        match seconds_of(text.as_bytes()) {
            Some(seconds) => Self(seconds),
            None => panic!("not a duration such as `90s`, `10m` or `2h`"),
        }
    }

    /// Reads a text from a file.
    ///
    /// # Errors
    ///
    /// Unless it is a number of at most nine digits and one of `s`, `m` and `h`.
    pub fn parse(text: impl Into<String>) -> Result<Self, LiteralError> {
        let text = text.into();
        seconds_of(text.as_bytes())
            .map(Self)
            .ok_or_else(|| LiteralError::new(Self::EXPECTED, &text))
    }

    /// So many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// So many minutes.
    pub const fn from_minutes(minutes: u64) -> Self {
        Self(minutes * 60)
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds > 0 && seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            seconds if seconds > 0 && seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

// The checks. They are `const fn`, so they walk bytes: neither closures nor iterators exist there.

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const ALPHANUMERIC: u8 = LOWER | UPPER | DIGIT;

/// Whether each byte is of one of the classes, or is one of `others`. True for no bytes.
const fn all_of(bytes: &[u8], classes: u8, others: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let of_class = (classes & LOWER != 0 && byte.is_ascii_lowercase())
            || (classes & UPPER != 0 && byte.is_ascii_uppercase())
            || (classes & DIGIT != 0 && byte.is_ascii_digit());
        if !of_class && find(others, byte).is_none() {
            return false;
        }
        at += 1;
    }
    true
}

const fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == wanted {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// What stands before and after the first `at`.
const fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    match find(bytes, at) {
        Some(index) => {
            let (before, rest) = bytes.split_at(index);
            Some((before, rest.split_at(1).1))
        }
        None => None,
    }
}

const fn strip<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    if bytes.len() < prefix.len() {
        return None;
    }
    let (start, rest) = bytes.split_at(prefix.len());
    if equal(start, prefix) {
        Some(rest)
    } else {
        None
    }
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn ends_with(bytes: &[u8], last: u8) -> bool {
    matches!(bytes, [.., byte] if *byte == last)
}

const fn is_name(bytes: &[u8]) -> bool {
    matches!(bytes, [first, ..] if first.is_ascii_alphanumeric())
        && matches!(bytes, [.., last] if last.is_ascii_alphanumeric())
        && bytes.len() <= 63
        && all_of(bytes, ALPHANUMERIC, b"-")
}

const fn is_bucket(bytes: &[u8]) -> bool {
    bytes.len() >= 3
        && bytes.len() <= 63
        && matches!(bytes, [first, .., last] if all_of(&[*first, *last], LOWER | DIGIT, b""))
        && all_of(bytes, LOWER | DIGIT, b".-")
}

/// Neither space nor control characters of ASCII.
const fn no_space(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || bytes[at].is_ascii_control() {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_s3_uri(bytes: &[u8]) -> bool {
    match strip(bytes, b"s3://") {
        Some(rest) => match cut(rest, b'/') {
            Some((bucket, key)) => is_bucket(bucket) && no_space(key),
            None => is_bucket(rest),
        },
        None => false,
    }
}

const fn is_s3_prefix(bytes: &[u8]) -> bool {
    is_s3_uri(bytes) && ends_with(bytes, b'/')
}

/// The parts of `arn:<partition>:<service>:<region>:<account>:<resource>` for one service.
const fn arn<'a>(bytes: &'a [u8], service: &[u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    let Some(rest) = strip(bytes, b"arn:aws") else {
        return None;
    };
    let Some((partition, rest)) = cut(rest, b':') else {
        return None;
    };
    let Some((of, rest)) = cut(rest, b':') else {
        return None;
    };
    let Some((region, rest)) = cut(rest, b':') else {
        return None;
    };
    let Some((account, resource)) = cut(rest, b':') else {
        return None;
    };
    if all_of(partition, LOWER, b"-") && equal(of, service) && is_account(account) {
        Some((region, account, resource))
    } else {
        None
    }
}

const fn is_role_arn(bytes: &[u8]) -> bool {
    let Some((region, _, resource)) = arn(bytes, b"iam") else {
        return false;
    };
    let Some(name) = strip(resource, b"role") else {
        return false;
    };
    region.is_empty()
        && !name.is_empty()
        && !equal(name, b"/")
        && all_of(name, ALPHANUMERIC, b"_+=,.@-/")
}

const fn is_kms_key(bytes: &[u8]) -> bool {
    all_of(bytes, ALPHANUMERIC, b":/_-")
}

const fn is_topic_arn(bytes: &[u8]) -> bool {
    let Some((region, _, name)) = arn(bytes, b"sns") else {
        return false;
    };
    !region.is_empty()
        && all_of(region, LOWER | DIGIT, b"-")
        && !name.is_empty()
        && all_of(name, ALPHANUMERIC, b"_.-")
}

const fn is_model_package_arn(bytes: &[u8]) -> bool {
    let Some((region, _, resource)) = arn(bytes, b"sagemaker") else {
        return false;
    };
    let Some(package) = strip(resource, b"model-package/") else {
        return false;
    };
    let Some((group, version)) = cut(package, b'/') else {
        return false;
    };
    region.len() >= 9
        && region.len() <= 16
        && all_of(region, LOWER | DIGIT, b"-")
        && is_name(group)
        && !version.is_empty()
        && version.len() <= 9
        && all_of(version, DIGIT, b"")
}

const fn is_image_uri(bytes: &[u8]) -> bool {
    no_space(bytes)
}

const fn is_account(bytes: &[u8]) -> bool {
    bytes.len() == 12 && all_of(bytes, DIGIT, b"")
}

const fn is_region(bytes: &[u8]) -> bool {
    let Some((first, mut rest)) = cut(bytes, b'-') else {
        return false;
    };
    if first.len() < 2 || first.len() > 5 || !all_of(first, LOWER, b"") {
        return false;
    }
    let mut words = 0;
    while let Some((word, after)) = cut(rest, b'-') {
        if word.is_empty() || !all_of(word, LOWER, b"") {
            return false;
        }
        words += 1;
        rest = after;
    }
    words > 0 && !rest.is_empty() && rest.len() <= 2 && all_of(rest, DIGIT, b"")
}

const fn is_instance_type(bytes: &[u8]) -> bool {
    let Some(rest) = strip(bytes, b"ml.") else {
        return false;
    };
    let Some((family, size)) = cut(rest, b'.') else {
        return false;
    };
    matches!(family, [first, ..] if first.is_ascii_lowercase())
        && matches!(size, [first, ..] if all_of(&[*first], LOWER | DIGIT, b""))
        && all_of(family, LOWER | DIGIT, b"-")
        && all_of(size, LOWER | DIGIT, b"-")
}

const fn is_vpc_id(bytes: &[u8]) -> bool {
    all_of(bytes, ALPHANUMERIC, b"-")
}

const fn is_content_type(bytes: &[u8]) -> bool {
    let Some((kind, subtype)) = cut(bytes, b'/') else {
        return false;
    };
    matches!(kind, [first, ..] if first.is_ascii_alphanumeric())
        && !ends_with(kind, b'-')
        && all_of(kind, ALPHANUMERIC, b"-")
        && matches!(subtype, [first, ..] if first.is_ascii_alphanumeric())
        && !ends_with(subtype, b'-')
        && all_of(subtype, ALPHANUMERIC, b"-.")
}

const fn seconds_of(bytes: &[u8]) -> Option<u64> {
    let [digits @ .., unit] = bytes else {
        return None;
    };
    let unit = match *unit {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        _ => return None,
    };
    if digits.is_empty() || digits.len() > 9 || !all_of(digits, DIGIT, b"") {
        return None;
    }
    let mut number = 0;
    let mut at = 0;
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as u64;
        at += 1;
    }
    Some(number * unit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRIMARY: VariantName = VariantName::new("primary");

    #[test]
    fn a_literal_in_code_equals_the_same_text_from_a_file() {
        assert_eq!(VariantName::parse("primary"), Ok(PRIMARY));
    }

    #[test]
    fn a_refusal_says_what_was_expected_and_what_was_got() {
        let error = VariantName::parse("a_b").unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected 1 to 63 letters, digits and `-`, beginning and ending with a letter or digit, got `a_b`"
        );
    }

    #[test]
    #[should_panic(expected = "`EndpointName` is not 1 to 63 letters")]
    fn a_wrong_literal_outside_of_const_panics_with_the_property() {
        let _ = EndpointName::new("my_endpoint");
    }

    #[test]
    fn an_s3_location_has_a_bucket_and_a_key() {
        let object = S3Uri::new("s3://scvi/models/a.tar.gz");
        assert_eq!((object.bucket(), object.key()), ("scvi", "models/a.tar.gz"));
        assert_eq!(object.as_prefix(), None);
        let bucket = S3Uri::new("s3://scvi");
        assert_eq!(
            (bucket.bucket(), bucket.key(), bucket.is_prefix()),
            ("scvi", "", true)
        );
        assert_eq!(S3Prefix::new("s3://scvi/weights/").key(), "weights/");
    }

    #[test]
    fn an_image_in_ecr_names_its_repository() {
        let of = |text: &str| {
            let image = ImageUri::parse(text).unwrap();
            let repository = image.ecr_repository()?;
            Some((
                repository.account.to_owned(),
                repository.region.to_owned(),
                repository.name.to_owned(),
            ))
        };
        let expected = |region: &str, name: &str| {
            Some((
                "111111111111".to_owned(),
                region.to_owned(),
                name.to_owned(),
            ))
        };
        assert_eq!(
            of("111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/scvi:1.4"),
            expected("eu-west-1", "team/scvi")
        );
        assert_eq!(
            of("111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/scvi@sha256:00"),
            expected("cn-north-1", "scvi")
        );
        assert_eq!(
            of("111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com/scvi:1@sha256:00"),
            expected("us-gov-west-1", "scvi")
        );
        assert_eq!(
            of("111111111111.dkr-ecr.eu-west-1.on.aws/scvi"),
            expected("eu-west-1", "scvi")
        );
        assert_eq!(of("docker.io/library/python:3.12"), None);
        assert_eq!(of("111111111111.dkr.ecr.eu-west-1.example.com/scvi"), None);
    }

    #[test]
    fn an_image_has_a_tag_or_a_digest() {
        let image = ImageUri::new("registry.example.com:5000/scvi:1.4@sha256:00");
        assert_eq!(
            (image.tag(), image.digest()),
            (Some("1.4"), Some("sha256:00"))
        );
        assert_eq!(ImageUri::new("registry.example.com:5000/scvi").tag(), None);
    }

    #[test]
    fn a_model_package_has_a_group_and_a_version() {
        let arn =
            ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
        assert_eq!(
            (arn.group(), arn.version(), arn.region(), arn.account()),
            ("churn", 7, "eu-west-1", "111111111111")
        );
    }

    #[test]
    fn a_region_knows_its_partition() {
        let of = |code: &str| Region::parse(code).unwrap().partition();
        assert_eq!(of("eu-west-1"), "aws");
        assert_eq!(of("cn-north-1"), "aws-cn");
        assert_eq!(of("us-gov-west-1"), "aws-us-gov");
        assert_eq!(of("us-isob-east-1"), "aws-iso-b");
        assert_eq!(of("eusc-de-east-1"), "aws-eusc");
    }

    #[test]
    fn a_duration_is_read_and_written_alike() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("2h", 7200), ("0s", 0)] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!(duration.seconds(), seconds);
            assert_eq!(duration.to_string(), text);
        }
        for text in [
            "90",
            "s",
            "1d",
            "-1s",
            "1.5h",
            "1 h",
            "９m",
            "1234567890s",
            "",
        ] {
            Duration::parse(text).unwrap_err();
        }
    }

    #[test]
    fn serde_sees_the_text() {
        let json = serde_json::to_string(&PRIMARY).unwrap();
        assert_eq!(json, "\"primary\"");
        assert_eq!(serde_json::from_str::<VariantName>(&json).unwrap(), PRIMARY);
        serde_json::from_str::<VariantName>("\"a_b\"").unwrap_err();
    }

    fn agrees<L: Literal>(text: &str) -> Result<(), TestCaseError> {
        let pattern = regex::Regex::new(L::PATTERN).unwrap();
        let by_pattern = (L::MIN..=L::MAX).contains(&text.len()) && pattern.is_match(text);
        prop_assert_eq!(
            L::read(text).is_ok(),
            by_pattern,
            "{} and `{}`",
            L::PATTERN,
            text
        );
        Ok(())
    }

    /// Texts that are nearly right: pieces of right ones, in any order.
    fn nearly() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "a",
            "B",
            "7",
            "-",
            ".",
            "/",
            ":",
            "_",
            "s3://",
            "bucket",
            "arn:aws",
            ":sns:",
            ":iam::",
            ":sagemaker:",
            "eu-west-1",
            "111111111111",
            "role/",
            ":model-package/",
            "churn",
            "/7",
            "ml.",
            "m5",
            ".xlarge",
            "text/csv",
            "subnet-",
            "+",
            "é",
            "\u{a0}",
            "\u{feff}",
        ]);
        prop::collection::vec(pieces, 0..9).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn each_check_accepts_what_its_pattern_accepts(text in nearly()) {
            agrees::<VariantName>(&text)?;
            agrees::<S3Uri>(&text)?;
            agrees::<S3Prefix>(&text)?;
            agrees::<RoleArn>(&text)?;
            agrees::<KmsKey>(&text)?;
            agrees::<TopicArn>(&text)?;
            agrees::<ModelPackageArn>(&text)?;
            agrees::<ImageUri>(&text)?;
            agrees::<AccountId>(&text)?;
            agrees::<Region>(&text)?;
            agrees::<InstanceType>(&text)?;
            agrees::<SubnetId>(&text)?;
            agrees::<ContentType>(&text)?;
        }
    }
}
