//! Requests that are signed by hand: Signature Version 4 over the same HTTP client as the SDK's.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::service_config::ServiceConfigKey;
use tokio::sync::Mutex;

use super::transport::{Pace, connector};
use super::{Settings, failure};
use crate::deploy::error::{AwsError, ErrorKind};

/// How long credentials are used that do not say when they expire.
const KEEP: Duration = Duration::from_mins(15);

/// How long before they expire credentials are loaded anew.
const EARLY: Duration = Duration::from_mins(1);

/// What signs and sends.
#[derive(Debug)]
pub(super) struct Signer {
    region: String,
    settings: Settings,
    connector: SharedHttpConnector,
    provider: Option<SharedCredentialsProvider>,
    /// The credentials, and until when they are used.
    credentials: Mutex<Option<(Credentials, SystemTime)>>,
    config: SdkConfig,
}

/// A request before it is signed.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// The API, for errors.
    pub(super) api: &'static str,
    /// The service's name in the signature.
    pub(super) service: &'static str,
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Arc<[u8]>,
    /// Whether to send it twice does what to send it once does.
    pub(super) repeatable: bool,
}

/// An answer of any status.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Incoming {
    /// A header by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key == name)?;
        Some(value)
    }
}

impl Signer {
    pub(super) fn new(config: &SdkConfig, region: &str, settings: &Settings, pace: Pace) -> Self {
        let limits = HttpConnectorSettings::builder()
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .build();
        Self {
            region: region.to_owned(),
            settings: settings.clone(),
            connector: connector(limits, pace),
            provider: config.credentials_provider(),
            credentials: Mutex::default(),
            config: config.clone(),
        }
    }

    /// The URL that a service has instead of AWS's own, without a slash at its end: of
    /// `AWS_ENDPOINT_URL_<SERVICE>`, the profile's service section, or what holds for all services.
    pub(super) fn endpoint_url(&self, service_id: &str) -> Option<String> {
        let key = endpoint_key(service_id);
        // What is set in code wins, as it does for the SDK's own clients.
        let url = self.settings.endpoint_url.clone().or_else(|| {
            self.config
                .service_config()
                .zip(key)
                .and_then(|(config, key)| config.load_config(key))
                .or_else(|| self.config.endpoint_url().map(str::to_owned))
        })?;
        Some(url.trim_end_matches('/').to_owned())
    }

    /// Whether endpoints with FIPS 140 are asked for.
    pub(super) fn use_fips(&self) -> bool {
        self.config.use_fips().unwrap_or_default()
    }

    /// Sends a request until it is answered, or there is no more use in that.
    ///
    /// `failed` says of an answer which error it is, if it is one. What is throttled is sent again,
    /// and what may be repeated also when there was no answer.
    pub(super) async fn send(
        &self,
        request: &Outgoing,
        failed: impl Fn(&Incoming) -> Option<AwsError>,
    ) -> Result<Incoming, AwsError> {
        let mut attempt = 1;
        loop {
            let error = match self.send_once(request).await {
                Ok(answer) => match failed(&answer) {
                    None => return Ok(answer),
                    Some(error) => error,
                },
                Err(error) => error,
            };
            if matches!(error.kind, ErrorKind::Expired | ErrorKind::Credentials) {
                // The next call loads them anew.
                *self.credentials.lock().await = None;
            }
            let again = match error.kind {
                ErrorKind::Throttled => true,
                ErrorKind::Unavailable => request.repeatable,
                _ => false,
            };
            if !again || attempt >= self.settings.attempts {
                return Err(error);
            }
            tokio::time::sleep(self.pause(attempt)).await;
            attempt += 1;
        }
    }

    /// The pause after an attempt: it doubles up to the longest, and is cut by chance to a half at
    /// least, so that those who were refused together do not come back together.
    fn pause(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let pause = self.settings.first_pause.saturating_mul(doubled);
        let nanos = now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |now| now.subsec_nanos());
        let chance = f64::from(nanos % 1000) / 1000.0;
        pause
            .min(self.settings.longest_pause)
            .mul_f64(0.5 + chance / 2.0)
    }

    async fn send_once(&self, outgoing: &Outgoing) -> Result<Incoming, AwsError> {
        let api = outgoing.api;
        let unavailable =
            |message: &str| failure::without_answer(api, ErrorKind::Unavailable, message);
        let credentials = self.credentials(api).await?;
        let request = self.signed(outgoing, credentials)?;
        let answer = self
            .connector
            .call(request)
            .await
            .map_err(|error| unavailable(&failure::words(&error)))?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let limit = self.settings.read_timeout;
        let body = ByteStream::new(answer.into_body()).collect();
        let body = tokio::time::timeout(limit, body)
            .await
            .map_err(|_| unavailable(&format!("expected an answer within {limit:?}, got a part")))?
            .map_err(|error| unavailable(&failure::words(&error)))?
            .to_vec();
        Ok(Incoming {
            status,
            headers,
            body,
        })
    }

    /// The credentials, loaded anew when they are about to expire.
    async fn credentials(&self, api: &'static str) -> Result<Credentials, AwsError> {
        let mut kept = self.credentials.lock().await;
        let now = now();
        if let Some((credentials, until)) = kept.as_ref()
            && now < *until
        {
            return Ok(credentials.clone());
        }
        let Some(provider) = &self.provider else {
            let message = "expected credentials, got none";
            return Err(failure::without_answer(
                api,
                ErrorKind::Credentials,
                message,
            ));
        };
        let credentials = provider
            .provide_credentials()
            .await
            .map_err(|error| failure::of_credentials(api, &error))?;
        let until = match credentials.expiry() {
            Some(expiry) => expiry.checked_sub(EARLY).unwrap_or(now),
            None => now + KEEP,
        };
        *kept = Some((credentials.clone(), until));
        Ok(credentials)
    }

    fn signed(
        &self,
        outgoing: &Outgoing,
        credentials: Credentials,
    ) -> Result<HttpRequest, AwsError> {
        let refused = |error: &(dyn std::error::Error + 'static)| {
            failure::without_answer(outgoing.api, ErrorKind::Invalid, &failure::words(error))
        };
        let mut settings = SigningSettings::default();
        if outgoing.service == "s3" {
            // S3 signs the path as it is, and wants the body's digest as a header.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(outgoing.service)
            .time(now())
            .settings(settings)
            .build()
            .map_err(|error| refused(&error))?
            .into();
        let headers = outgoing.headers.iter();
        let signable = SignableRequest::new(
            outgoing.method,
            &outgoing.url,
            headers.map(|(name, value)| (*name, value.as_str())),
            SignableBody::Bytes(&outgoing.body),
        )
        .map_err(|error| refused(&error))?;
        let (instructions, _) = sign(signable, &params)
            .map_err(|error| refused(&error))?
            .into_parts();
        let mut request = http::Request::builder()
            .method(outgoing.method)
            .uri(&outgoing.url);
        for (name, value) in &outgoing.headers {
            request = request.header(*name, value);
        }
        let mut request = request
            .body(SdkBody::from(outgoing.body.to_vec()))
            .map_err(|error| refused(&error))?;
        instructions.apply_to_request_http1x(&mut request);
        HttpRequest::try_from(request).map_err(|error| refused(&error))
    }
}

/// The time, which is part of every signature.
#[expect(
    clippy::disallowed_methods,
    reason = "a signature says when it was made"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// What the SDK calls a service's own endpoint in the environment and in profiles.
fn endpoint_key(service_id: &str) -> Option<ServiceConfigKey<'_>> {
    ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()
}
