//! The HTTP client that every service shares: TLS, time limits, and the wait for the limiter.

use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::limiter::{Api, Limiter};

/// What keeps requests to the rate: the limiter, and the account as soon as it is known.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    pub(super) limiter: Limiter,
    pub(super) account: Arc<OnceLock<String>>,
}

/// The client of the SDK and of what it loads credentials with.
#[derive(Debug)]
pub(super) struct PacedClient {
    inner: SharedHttpClient,
    pace: Pace,
}

impl PacedClient {
    pub(super) fn new(pace: Pace) -> Self {
        let inner = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        Self { inner, pace }
    }
}

impl HttpClient for PacedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(PacedConnector {
            inner: self.inner.http_connector(settings, components),
            pace: self.pace.clone(),
        })
    }
}

/// The connector of what is signed by hand.
pub(super) fn connector(settings: HttpConnectorSettings, pace: Pace) -> SharedHttpConnector {
    let inner = aws_smithy_http_client::Connector::builder()
        .proxy_config(aws_smithy_http_client::proxy::ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .connector_settings(settings)
        .build();
    SharedHttpConnector::new(PacedConnector {
        inner: SharedHttpConnector::new(inner),
        pace,
    })
}

/// Waits for the limiter before each request, those that try again too.
///
/// The time limits are the inner connector's and begin after the wait: a request that waits its turn
/// is not a request that takes too long.
#[derive(Debug)]
struct PacedConnector {
    inner: SharedHttpConnector,
    pace: Pace,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let account = self.pace.account.get().map_or("", String::as_str);
        // What is not signed goes to no API with a rate, such as instance metadata.
        let Some(api) = api(&request, account) else {
            return self.inner.call(request);
        };
        let inner = self.inner.clone();
        let limiter = self.pace.limiter.clone();
        HttpConnectorFuture::new(async move {
            limiter.wait(api).await;
            inner.call(request).await
        })
    }
}

/// The API that a signed request is for.
fn api(request: &HttpRequest, account: &str) -> Option<Api> {
    // `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`
    let (_, scope) = request
        .headers()
        .get("authorization")?
        .split_once("Credential=")?;
    let mut scope = scope.split(',').next()?.split('/').skip(2);
    Some(Api {
        account: account.to_owned(),
        region: scope.next()?.to_owned(),
        service: scope.next()?.to_owned(),
        operation: operation(request).to_owned(),
    })
}

/// The operation of a request: by awsJson's header, by awsQuery's form, or else the method.
fn operation(request: &HttpRequest) -> &str {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or(target);
    }
    request
        .body()
        .bytes()
        .and_then(|body| std::str::from_utf8(body).ok())
        .and_then(|body| {
            body.split('&')
                .find_map(|pair| pair.strip_prefix("Action="))
        })
        .unwrap_or(request.method())
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn request(headers: &[(&'static str, &'static str)], body: &'static str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    const SIGNED: (&str, &str) = (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/cn-north-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0",
    );

    #[test]
    fn an_api_is_known_by_its_signature_and_its_form_or_target() {
        let api = api(&request(&[SIGNED], "Action=DescribeStacks&Version=1"), "1").unwrap();
        assert_eq!(
            (&*api.account, &*api.region, &*api.service, &*api.operation),
            ("1", "cn-north-1", "cloudformation", "DescribeStacks")
        );
        let target = ("x-amz-target", "SageMaker.DescribeEndpoint");
        assert_eq!(operation(&request(&[target], "{}")), "DescribeEndpoint");
        assert_eq!(operation(&request(&[], "")), "GET");
    }

    #[test]
    fn what_is_not_signed_does_not_wait() {
        assert_eq!(api(&request(&[], "Action=DescribeStacks"), "1"), None);
        let odd = ("authorization", "Bearer Credential=a/b");
        assert_eq!(api(&request(&[odd], ""), "1"), None);
    }
}
