//! The connection to AWS: the only module that names the AWS SDK.
//!
//! `CloudFormation` and STS are called by the SDK. `SageMaker` and S3 are signed by hand: of the one,
//! a call or two are needed from the largest crate that there is; of the other, one upload. All go
//! through one HTTP client with one limiter, and every failure becomes an
//! [`AwsError`].
//!
//! Credentials are found as the AWS CLI finds them: the environment, profiles (with SSO, assumed roles
//! and `credential_process`), web identity, containers and instances. A profile that is asked for by
//! name wins over the environment.

mod cloudformation;
mod describe;
mod failure;
mod limiter;
mod s3;
mod sagemaker;
mod signed;
mod transport;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

pub use self::limiter::Limiter;
use self::signed::Signer;
use self::transport::{Pace, PacedClient};
use super::error::{AwsError, ErrorKind};

const GET_CALLER_IDENTITY: &str = "sts:GetCallerIdentity";

/// The SDK's behaviour that this is written for: a newer SDK does not change it.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// Which account and region, with whose credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// The profile of `~/.aws/config`; `None` for what the environment says.
    pub profile: Option<String>,
    /// The region; `None` for what the environment or the profile says.
    pub region: Option<String>,
}

/// Whose credentials these are.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account's 12 digits.
    pub account: String,
    /// The user or the assumed role.
    pub arn: String,
    /// `aws`, `aws-cn`, `aws-us-gov` and the like.
    pub partition: String,
}

/// How requests are made. The defaults suit AWS.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a connection may take to be made. Default 5 s.
    pub connect_timeout: Duration,
    /// How long an answer may take to begin, and then each pause within it. Default 30 s.
    pub read_timeout: Duration,
    /// How often a request is sent, the first time included. Default 8.
    pub attempts: u32,
    /// The first pause before a request is sent again, which doubles every time. Default 0.5 s.
    pub first_pause: Duration,
    /// The longest such pause. Default 15 s.
    pub longest_pause: Duration,
    /// The URL of every service; `None` for AWS, or what the environment or the profile says.
    pub endpoint_url: Option<String>,
    /// The credentials; `None` for what is found.
    pub keys: Option<Keys>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(30),
            attempts: 8,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(15),
            endpoint_url: None,
            keys: None,
        }
    }
}

/// Credentials that are handed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The access key's id.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// The token of a session.
    pub session_token: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// A connection to one account and region. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Aws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identity: Identity,
    region: String,
    cloudformation: aws_sdk_cloudformation::Client,
    signer: Signer,
}

impl Aws {
    /// Loads configuration and credentials, and asks STS whose they are. The first call of anything.
    ///
    /// # Errors
    ///
    /// `Invalid` without a region, `Credentials` or `Expired` without valid credentials, and whatever
    /// STS refuses.
    pub async fn connect(access: &Access, limiter: &Limiter) -> Result<Self, AwsError> {
        Self::connect_with(access, limiter, &Settings::default()).await
    }

    /// Connects with other than the default settings.
    ///
    /// # Errors
    ///
    /// As [`Aws::connect`] has.
    pub async fn connect_with(
        access: &Access,
        limiter: &Limiter,
        settings: &Settings,
    ) -> Result<Self, AwsError> {
        let account = Arc::new(OnceLock::new());
        let pace = Pace {
            limiter: limiter.clone(),
            account: Arc::clone(&account),
        };
        let config = load(access, settings, &pace).await;
        let region = match config.region() {
            Some(region) if !region.as_ref().is_empty() => region.as_ref().to_owned(),
            _ => {
                let message = "expected a region, got none; set `AWS_REGION`, or `region` of the \
                               profile";
                return Err(failure::without_answer(
                    GET_CALLER_IDENTITY,
                    ErrorKind::Invalid,
                    message,
                ));
            }
        };
        let identity = identity(&config).await?;
        // It is set once, here.
        let _ = account.set(identity.account.clone());
        let signer = Signer::new(&config, &region, settings, pace);
        Ok(Self(Arc::new(Inner {
            identity,
            region,
            cloudformation: cloudformation::client(&config),
            signer,
        })))
    }

    /// Whose credentials these are.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.0.region
    }
}

/// The SDK's configuration.
async fn load(access: &Access, settings: &Settings, pace: &Pace) -> SdkConfig {
    let retry = RetryConfig::standard()
        .with_max_attempts(settings.attempts.max(1))
        .with_initial_backoff(settings.first_pause)
        .with_max_backoff(settings.longest_pause);
    // Not a limit per attempt: that would count the wait for the limiter too.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .build();
    let mut loader = aws_config::defaults(behavior())
        .http_client(PacedClient::new(pace.clone()))
        .retry_config(retry.clone())
        .timeout_config(timeouts.clone())
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled()
                .grace_period(settings.read_timeout)
                .build(),
        );
    if let Some(profile) = &access.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &access.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(keys) = &settings.keys {
        loader = loader.credentials_provider(Credentials::new(
            &keys.access_key_id,
            &keys.secret_access_key,
            keys.session_token.clone(),
            None,
            "settings",
        ));
    }
    let config = loader.load().await;
    let (Some(profile), None) = (&access.profile, &settings.keys) else {
        return config;
    };
    // The SDK's chain asks the environment first: keys of another account that happen to be in it
    // would win over the profile that was asked for.
    let provider = ProviderConfig::without_region()
        .with_region(config.region().cloned())
        .with_behavior_version(Some(behavior()))
        .with_http_client(PacedClient::new(pace.clone()))
        .with_retry_config(retry)
        .with_timeout_config(timeouts);
    let credentials = ProfileFileCredentialsProvider::builder()
        .profile_name(profile)
        .configure(&provider)
        .build();
    config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

async fn identity(config: &SdkConfig) -> Result<Identity, AwsError> {
    let answer = aws_sdk_sts::Client::new(config)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| failure::of_sdk(GET_CALLER_IDENTITY, &error))?;
    let lacks = |what| move || failure::lacks(GET_CALLER_IDENTITY, what);
    let arn = answer.arn.ok_or_else(lacks("Arn"))?;
    let partition = arn.split(':').nth(1).ok_or_else(lacks("Arn"))?.to_owned();
    Ok(Identity {
        account: answer.account.ok_or_else(lacks("Account"))?,
        arn,
        partition,
    })
}
