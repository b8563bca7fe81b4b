//! What is signed by hand: `SageMaker` and S3.

use sageform::deploy::error::ErrorKind;

use super::connect;
use super::server::{Reply, Request, Server, answer};

#[tokio::test]
async fn an_endpoint_is_asked_for_with_a_signature_and_described() {
    let server = Server::start(|_, before| match before {
        0 => answer(
            400,
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
        ),
        1 => answer(503, "busy"),
        _ => answer(
            200,
            r#"{"EndpointName":"e","EndpointStatus":"Updating","EndpointConfigName":"c1","LastModifiedTime":1.7956E9,
            "ProductionVariants":[{"VariantName":"v","CurrentWeight":1,"CurrentInstanceCount":2,"DesiredInstanceCount":3,
            "DeployedImages":[{"SpecifiedImage":"i:1","ResolvedImage":"i@sha256:0"}],"VariantStatus":[{"Status":"Baking"}]}],
            "PendingDeploymentSummary":{"EndpointConfigName":"c2","ProductionVariants":[{"VariantName":"v"}]},"New":[1]}"#,
        ),
    });
    let aws = connect(&server).await;
    let endpoint = aws.endpoint("e").await.unwrap().unwrap();
    assert_eq!(
        (&*endpoint.status, &*endpoint.config_name),
        ("Updating", "c1")
    );
    assert_eq!(endpoint.variants[0].desired_instance_count, Some(3));
    assert_eq!(endpoint.variants[0].images, ["i@sha256:0"]);
    assert_eq!(endpoint.variants[0].statuses, ["Baking"]);
    assert_eq!(endpoint.pending.unwrap().config_name, "c2");
    let requests = server.requests("DescribeEndpoint");
    assert_eq!(requests.len(), 3);
    let Request { headers, body, .. } = &requests[2];
    assert_eq!(body, r#"{"EndpointName":"e"}"#);
    assert_eq!(headers["x-amz-security-token"], "session");
    assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
    let authorization = &headers["authorization"];
    let date = &headers["x-amz-date"][..8];
    let scope = format!("Credential=AKID/{date}/eu-west-1/sagemaker/aws4_request");
    assert!(authorization.contains(&scope), "{authorization}");
    let signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
    assert!(authorization.contains(signed), "{authorization}");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_none_and_a_refusal_is_told() {
    let server = Server::start(|_, before| match before {
        0 => answer(
            400,
            r#"{"__type":"ValidationException","message":"Could not find endpoint \"arn:e\"."}"#,
        ),
        1 => answer(
            400,
            r#"{"__type":"a#AccessDeniedException","Message":"no"}"#,
        ),
        _ => answer(400, "<html>proxy</html>"),
    });
    let aws = connect(&server).await;
    assert_eq!(aws.endpoint("e").await.unwrap(), None);
    let denied = aws.endpoint("e").await.unwrap_err();
    assert_eq!(denied.kind, ErrorKind::Denied);
    assert_eq!(
        denied.to_string(),
        "sagemaker:DescribeEndpoint: no (AccessDeniedException)"
    );
    let page = aws.endpoint("e").await.unwrap_err();
    assert_eq!(page.kind, ErrorKind::Unexpected);
}

/// An answer to HEAD.
pub(super) fn head(status: u16, headers: &[(&'static str, &str)]) -> Reply {
    Reply::Answer {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        body: String::new(),
    }
}

#[tokio::test]
async fn a_template_is_uploaded_once() {
    let server = Server::start(|request, before| match (&*request.method, before) {
        ("HEAD", 0) => head(404, &[]),
        ("HEAD", _) => head(200, &[("content-length", "2")]),
        _ => answer(200, ""),
    });
    let aws = connect(&server).await;
    let expected = format!("{}/templates/stage%20a/1.json", server.url);
    for _ in 0..2 {
        let url = aws
            .upload_template("templates", "stage a/1.json", "{}")
            .await;
        assert_eq!(url.unwrap(), expected);
    }
    assert_eq!(server.requests("HEAD").len(), 2);
    let puts = server.requests("PUT");
    assert_eq!(puts.len(), 1);
    let Request {
        headers,
        path,
        body,
        ..
    } = &puts[0];
    assert_eq!((&**path, &**body), ("/templates/stage%20a/1.json", "{}"));
    assert_eq!(headers["x-amz-expected-bucket-owner"], "123456789012");
    let sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(headers["x-amz-content-sha256"], sha256);
    assert_eq!(
        headers["x-amz-checksum-sha256"],
        "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
    );
    assert!(headers["authorization"].contains("/eu-west-1/s3/aws4_request"));
}

#[tokio::test]
async fn a_bucket_that_does_not_fit_is_explained() {
    let server = Server::start(|request, _| match &*request.path {
        "/elsewhere/k" => head(301, &[("x-amz-bucket-region", "us-west-2")]),
        _ if request.method == "HEAD" => head(404, &[]),
        "/missing/k" => answer(
            404,
            "<Error><Code>NoSuchBucket</Code><Message>The bucket is not there</Message></Error>",
        ),
        "/malformed/k" => answer(
            400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</Message><Region>us-east-1</Region></Error>",
        ),
        _ => answer(
            403,
            "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
        ),
    });
    let aws = connect(&server).await;
    for (bucket, kind, words) in [
        ("elsewhere", ErrorKind::Invalid, "found it in `us-west-2`"),
        ("malformed", ErrorKind::Invalid, "found it in `us-east-1`"),
        ("missing", ErrorKind::NotFound, "expected bucket `missing`"),
        (
            "denied",
            ErrorKind::Denied,
            "belong to account `123456789012`",
        ),
    ] {
        let error = aws.upload_template(bucket, "k", "{}").await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}
