//! What is asked of `SageMaker`, in awsJson 1.1.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html>

use serde_json::{Value, json};

use super::signed::{Incoming, Outgoing, Signer};
use super::{Aws, failure};
use crate::deploy::endpoint::{LiveEndpoint, LiveVariant, PendingDeployment};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::literal::dns_suffix;

impl Aws {
    /// An endpoint as it is; `None` where there is no such endpoint.
    ///
    /// # Errors
    ///
    /// Whatever `SageMaker` refuses, or what keeps it from answering.
    pub async fn endpoint(&self, name: &str) -> Result<Option<LiveEndpoint>, AwsError> {
        let input = json!({ "EndpointName": name });
        match self.sagemaker("DescribeEndpoint", input).await {
            Ok(answer) => Ok(Some(endpoint(&answer))),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Any operation of `SageMaker` by its name, with its input and its answer as JSON.
    ///
    /// What only reads (`Describe…`, `List…`) is sent again when there is no answer; anything else
    /// only when it was refused for being too much.
    ///
    /// # Errors
    ///
    /// As [`Aws::endpoint`] has; `NotFound` for what is not there.
    pub async fn sagemaker(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        let api = api(operation);
        let signer = &self.0.signer;
        let request = Outgoing {
            api,
            service: "sagemaker",
            method: "POST",
            url: url(signer, &self.identity().partition, self.region()),
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", format!("SageMaker.{operation}")),
            ],
            body: input.to_string().into_bytes().into(),
            repeatable: operation.starts_with("Describe") || operation.starts_with("List"),
        };
        let answer = signer.send(&request, |answer| failed(api, answer)).await?;
        // An operation without output answers with nothing.
        if answer.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| failure::of_text(api, answer.status, &answer.body))
    }
}

/// The name of an API for errors.
fn api(operation: &str) -> &'static str {
    match operation {
        "DescribeEndpoint" => "sagemaker:DescribeEndpoint",
        _ => "sagemaker",
    }
}

fn url(signer: &Signer, partition: &str, region: &str) -> String {
    signer.endpoint_url("SageMaker").map_or_else(
        || format!("https://{}/", host(partition, region, signer.use_fips())),
        |url| format!("{url}/"),
    )
}

fn host(partition: &str, region: &str, fips: bool) -> String {
    let api = if fips { "api-fips" } else { "api" };
    format!("{api}.sagemaker.{region}.{}", dns_suffix(partition))
}

/// The error that an answer is, if it is one.
fn failed(api: &'static str, answer: &Incoming) -> Option<AwsError> {
    if (200..300).contains(&answer.status) {
        return None;
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    // `com.amazon.coral.service#ThrottlingException`, or `ThrottlingException:http://…` as a header.
    let code = body["__type"]
        .as_str()
        .or_else(|| body["code"].as_str())
        .or_else(|| answer.header("x-amzn-errortype"))
        .and_then(|code| code.split(':').next())
        .and_then(|code| code.rsplit('#').next())
        .filter(|code| !code.is_empty());
    let Some(code) = code else {
        return Some(failure::of_text(api, answer.status, &answer.body));
    };
    let message = ["message", "Message"]
        .into_iter()
        .find_map(|key| body[key].as_str())
        .unwrap_or("no message");
    Some(failure::of_service(api, answer.status, code, message))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list<T>(value: &Value, describe: impl Fn(&Value) -> T) -> Vec<T> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(describe)
        .collect()
}

fn endpoint(answer: &Value) -> LiveEndpoint {
    let pending = &answer["PendingDeploymentSummary"];
    LiveEndpoint {
        name: text(&answer["EndpointName"]).unwrap_or_default(),
        status: text(&answer["EndpointStatus"]).unwrap_or_default(),
        failure_reason: text(&answer["FailureReason"]),
        config_name: text(&answer["EndpointConfigName"]).unwrap_or_default(),
        last_modified: match &answer["LastModifiedTime"] {
            Value::Null => None,
            Value::String(time) => Some(time.clone()),
            time => Some(time.to_string()),
        },
        variants: list(&answer["ProductionVariants"], variant),
        shadow_variants: list(&answer["ShadowProductionVariants"], variant),
        pending: pending.is_object().then(|| PendingDeployment {
            config_name: text(&pending["EndpointConfigName"]).unwrap_or_default(),
            variants: list(&pending["ProductionVariants"], variant),
        }),
    }
}

fn variant(variant: &Value) -> LiveVariant {
    let serverless = |key: &str| variant[key]["ProvisionedConcurrency"].as_i64();
    LiveVariant {
        name: text(&variant["VariantName"]).unwrap_or_default(),
        current_weight: variant["CurrentWeight"].as_f64(),
        desired_weight: variant["DesiredWeight"].as_f64(),
        current_instance_count: variant["CurrentInstanceCount"].as_i64(),
        desired_instance_count: variant["DesiredInstanceCount"].as_i64(),
        current_provisioned_concurrency: serverless("CurrentServerlessConfig"),
        desired_provisioned_concurrency: serverless("DesiredServerlessConfig"),
        statuses: list(&variant["VariantStatus"], |status| text(&status["Status"]))
            .into_iter()
            .flatten()
            .collect(),
        images: list(&variant["DeployedImages"], |image| {
            text(&image["ResolvedImage"]).or_else(|| text(&image["SpecifiedImage"]))
        })
        .into_iter()
        .flatten()
        .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_has_its_host() {
        for (partition, region, expected) in [
            ("aws", "eu-west-1", "api.sagemaker.eu-west-1.amazonaws.com"),
            (
                "aws-cn",
                "cn-north-1",
                "api.sagemaker.cn-north-1.amazonaws.com.cn",
            ),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "api.sagemaker.us-gov-west-1.amazonaws.com",
            ),
            (
                "aws-iso",
                "us-iso-east-1",
                "api.sagemaker.us-iso-east-1.c2s.ic.gov",
            ),
            (
                "aws-iso-b",
                "us-isob-east-1",
                "api.sagemaker.us-isob-east-1.sc2s.sgov.gov",
            ),
        ] {
            assert_eq!(host(partition, region, false), expected);
        }
        assert_eq!(
            host("aws", "us-east-1", true),
            "api-fips.sagemaker.us-east-1.amazonaws.com"
        );
    }

    #[test]
    fn an_answer_without_anything_is_an_endpoint_without_anything() {
        assert_eq!(endpoint(&json!({})), LiveEndpoint::default());
        let odd = json!({ "ProductionVariants": "none", "PendingDeploymentSummary": 1 });
        assert_eq!(endpoint(&odd), LiveEndpoint::default());
        assert_eq!(
            variant(&json!({ "VariantStatus": [{}, 1] })),
            LiveVariant::default()
        );
    }
}
