//! What the connection takes from the environment and from profiles.

use std::fs;
use std::process::Command;

use sageform::deploy::aws::{Access, Aws, Limiter};
use sageform::deploy::error::{AwsError, ErrorKind};

use super::nothing;
use super::server::{Server, answer, result};
use super::signed::head;

/// Runs one of the tests below with an environment of its own: the variables of a process cannot be
/// changed safely, and whoever runs the tests may have credentials.
fn with_environment(test: &str, variables: &[(&str, &str)]) {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config");
    fs::write(&config, "[profile ours]\naws_access_key_id = PROFILE\naws_secret_access_key = s\nregion = us-west-2\n").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored"])
        .env_clear()
        .env("AWS_CONFIG_FILE", &config)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", home.path())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.contains("test result: ok. 1 passed"), "{output}");
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "ENVIRONMENT"),
    ("AWS_SECRET_ACCESS_KEY", "s"),
];

async fn connect_with(profile: Option<&str>, region: Option<&str>) -> Result<Aws, AwsError> {
    let access = Access {
        profile: profile.map(str::to_owned),
        region: region.map(str::to_owned),
    };
    Aws::connect(&access, &Limiter::default()).await
}

#[test]
fn every_service_goes_where_the_environment_says() {
    let server = || {
        Server::start(|request, _| match &*request.operation() {
            "DescribeStacks" => result("DescribeStacks", "<Stacks/>"),
            "DescribeEndpoint" => answer(200, "{}"),
            "HEAD" => head(404, &[]),
            _ => answer(200, ""),
        })
    };
    let (all, cloudformation, sagemaker, s3) = (server(), server(), server(), server());
    with_environment(
        "aws_client::environment::calls_every_service",
        &[
            KEYS[0],
            KEYS[1],
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", &all.url),
            ("AWS_ENDPOINT_URL_CLOUDFORMATION", &cloudformation.url),
            ("AWS_ENDPOINT_URL_SAGEMAKER", &format!("{}/", sagemaker.url)),
            ("AWS_ENDPOINT_URL_S3", &s3.url),
        ],
    );
    assert_eq!(all.requests("GetCallerIdentity").len(), 1);
    assert_eq!(cloudformation.requests("DescribeStacks").len(), 1);
    assert_eq!(sagemaker.requests("DescribeEndpoint").len(), 1);
    assert_eq!(s3.requests("PUT").len(), 1);

    let all = server();
    with_environment(
        "aws_client::environment::calls_every_service",
        &[
            KEYS[0],
            KEYS[1],
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", &all.url),
        ],
    );
    for operation in ["DescribeStacks", "DescribeEndpoint", "PUT"] {
        assert_eq!(all.requests(operation).len(), 1, "{operation}");
    }
}

#[tokio::test]
#[ignore = "run by `every_service_goes_where_the_environment_says`"]
async fn calls_every_service() {
    let aws = connect_with(None, None).await.unwrap();
    aws.stack("a").await.unwrap();
    aws.endpoint("a").await.unwrap();
    aws.upload_template("b", "k", "{}").await.unwrap();
}

#[test]
fn a_profile_that_is_asked_for_wins_over_the_environment() {
    let server = nothing();
    with_environment(
        "aws_client::environment::uses_our_profile",
        &[KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", &server.url)],
    );
    let authorization = &server.requests("GetCallerIdentity")[0].headers["authorization"];
    assert!(
        authorization.contains("Credential=PROFILE/"),
        "{authorization}"
    );
}

#[tokio::test]
#[ignore = "run by `a_profile_that_is_asked_for_wins_over_the_environment`"]
async fn uses_our_profile() {
    let aws = connect_with(Some("ours"), None).await.unwrap();
    assert_eq!(aws.region(), "us-west-2");
}

#[test]
fn what_is_missing_to_connect_is_told() {
    with_environment("aws_client::environment::misses_everything", &[]);
    with_environment("aws_client::environment::misses_a_region", &KEYS);
}

#[tokio::test]
#[ignore = "run by `what_is_missing_to_connect_is_told`"]
async fn misses_everything() {
    let error = connect_with(None, Some("eu-west-1")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials, "{error}");
    assert!(error.message.contains("aws sso login"), "{error}");
    let error = connect_with(Some("theirs"), Some("eu-west-1")).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials, "{error}");
    assert!(error.message.contains("theirs"), "{error}");
}

#[tokio::test]
#[ignore = "run by `what_is_missing_to_connect_is_told`"]
async fn misses_a_region() {
    let error = connect_with(None, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
    assert!(error.message.contains("AWS_REGION"), "{error}");
}
