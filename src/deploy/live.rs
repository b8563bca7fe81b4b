//! What a stack's endpoints really serve, and whether that is what the stack says.
//!
//! CloudFormation does not know: an endpoint that SageMaker took back, or that somebody updated, is
//! still `UPDATE_COMPLETE` to it.

use std::collections::BTreeMap;

use super::aws::Aws;
use super::endpoint::{LiveEndpoint, LiveVariant, endpoint_name};
use super::error::AwsError;
use super::stack::StackResource;
use crate::config::yaml::{Limits, parse};
use crate::json::Json;

/// The type of endpoints.
pub const ENDPOINT: &str = "AWS::SageMaker::Endpoint";

/// The type of endpoint configurations.
pub const ENDPOINT_CONFIG: &str = "AWS::SageMaker::EndpointConfig";

/// An endpoint of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Serving {
    /// Its logical id.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// The configuration that the stack gives it; `None` where the template does not show which of
    /// several it is.
    pub expected_config: Option<String>,
    /// It, as SageMaker describes it; `None` where there is none.
    pub live: Option<LiveEndpoint>,
}

impl Serving {
    /// Whether SageMaker is changing it, so that nothing else can.
    pub fn is_changing(&self) -> bool {
        self.live
            .as_ref()
            .is_some_and(|live| is_changing(&live.status))
    }

    /// What is not as the stack says, each in a sentence. Nothing where it serves what it should.
    pub fn differences(&self) -> Vec<String> {
        let Some(live) = &self.live else {
            return vec!["it is not there: it was deleted outside the stack".to_owned()];
        };
        let mut differences = Vec::new();
        if live.status != "InService" {
            let why = live.failure_reason.as_deref();
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            differences.push(format!("it is {}, not InService{why}", live.status));
        }
        // The ARNs that expectations come from are in lower case.
        if let Some(expected) = &self.expected_config
            && !expected.eq_ignore_ascii_case(&live.config_name)
        {
            differences.push(format!(
                "it runs the configuration `{}`, and the stack's is `{expected}`: it was updated \
                 outside the stack, or SageMaker took an update back",
                live.config_name
            ));
        }
        if let Some(pending) = &live.pending {
            differences.push(format!("it is moving to `{}`", pending.config_name));
        }
        differences
    }
}

/// Whether an endpoint with this status is being changed.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html>
pub fn is_changing(status: &str) -> bool {
    matches!(
        status,
        "Creating" | "Updating" | "SystemUpdating" | "RollingBack" | "Deleting"
    )
}

/// A variant in a few words, such as `primary 2 of 2 instances, weight 1`.
pub fn variant_words(variant: &LiveVariant) -> String {
    let of = |current: Option<i64>, desired: Option<i64>, noun: &str| {
        let current = current.or(desired)?;
        Some(match desired {
            Some(desired) => format!("{current} of {desired} {noun}"),
            None => format!("{current} {noun}"),
        })
    };
    let count = of(
        variant.current_instance_count,
        variant.desired_instance_count,
        "instances",
    );
    let concurrency = of(
        variant.current_provisioned_concurrency,
        variant.desired_provisioned_concurrency,
        "provisioned concurrency",
    );
    let weight = variant
        .current_weight
        .map(|weight| format!("weight {weight}"));
    let parts: Vec<String> = count
        .into_iter()
        .chain(concurrency)
        .chain(weight)
        .chain(variant.statuses.iter().cloned())
        .collect();
    format!("{} {}", variant.name, parts.join(", "))
        .trim_end()
        .to_owned()
}

/// The endpoints of a stack, by logical id. The template is the deployed one, where it is known.
///
/// # Errors
///
/// When SageMaker cannot be asked.
pub async fn endpoints(
    aws: &Aws,
    resources: &[StackResource],
    template: Option<&str>,
) -> Result<Vec<Serving>, AwsError> {
    let expected = expected_configs(resources, template.and_then(read).as_ref());
    let mut serving = Vec::new();
    for (resource, id) in there(resources, ENDPOINT) {
        let name = endpoint_name(id);
        let live = aws.endpoint(name).await?;
        serving.push(Serving {
            logical_id: resource.logical_id.clone(),
            name: live.as_ref().map_or(name, |live| &live.name).to_owned(),
            expected_config: expected.get(&resource.logical_id).cloned(),
            live,
        });
    }
    Ok(serving)
}

/// A deployed template, in JSON or YAML; `None` where it is neither.
pub fn read(template: &str) -> Option<Json> {
    let (document, _) = parse("template", template.as_bytes(), &Limits::TEMPLATE);
    document.map(|document| document.to_json())
}

/// The resources of a type that are there, with their physical ids.
fn there<'a>(
    resources: &'a [StackResource],
    resource_type: &str,
) -> impl Iterator<Item = (&'a StackResource, &'a str)> {
    resources
        .iter()
        .filter(move |resource| {
            resource.resource_type == resource_type && resource.status != "DELETE_COMPLETE"
        })
        .filter_map(|resource| Some((resource, resource.physical_id.as_deref()?)))
        .filter(|(_, id)| !id.is_empty())
}

/// The name of the configuration that each endpoint was given, by the endpoint's logical id.
fn expected_configs(
    resources: &[StackResource],
    template: Option<&Json>,
) -> BTreeMap<String, String> {
    let configs: BTreeMap<&str, &str> = there(resources, ENDPOINT_CONFIG)
        .map(|(resource, id)| (resource.logical_id.as_str(), config_name(id)))
        .collect();
    let endpoints = there(resources, ENDPOINT).map(|(resource, _)| &resource.logical_id);
    endpoints
        .filter_map(|endpoint| {
            let value = template
                .and_then(|template| template.get("Resources")?.get(endpoint)?.get("Properties"))
                .and_then(|properties| properties.get("EndpointConfigName"));
            let expected = match value {
                // A configuration that is not the stack's own.
                Some(Json::String(name)) => name.to_string(),
                Some(value) => (*configs.get(referred(value)?)?).to_owned(),
                None if configs.len() == 1 => (*configs.values().next()?).to_owned(),
                None => return None,
            };
            Some((endpoint.clone(), expected))
        })
        .collect()
}

/// The logical id that a `Ref` or a `Fn::GetAtt` names.
fn referred(value: &Json) -> Option<&str> {
    if let Some(id) = value.get("Ref") {
        return id.as_str();
    }
    match value.get("Fn::GetAtt")? {
        Json::Array(parts) => parts.first()?.as_str(),
        other => Some(other.as_str()?.split('.').next()?),
    }
}

/// The name in an endpoint configuration's ARN, which is its physical id.
fn config_name(physical_id: &str) -> &str {
    physical_id
        .rsplit_once(":endpoint-config/")
        .map_or(physical_id, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::endpoint::PendingDeployment;

    fn resource(logical_id: &str, resource_type: &str, id: &str) -> StackResource {
        StackResource {
            logical_id: logical_id.to_owned(),
            physical_id: Some(id.to_owned()),
            resource_type: resource_type.to_owned(),
            status: "UPDATE_COMPLETE".to_owned(),
            status_reason: None,
        }
    }

    fn two() -> Vec<StackResource> {
        let arn = "arn:aws:sagemaker:eu-west-1:123456789012";
        vec![
            resource("A", ENDPOINT, &format!("{arn}:endpoint/a")),
            resource("B", ENDPOINT, &format!("{arn}:endpoint/b")),
            resource(
                "AConfig",
                ENDPOINT_CONFIG,
                &format!("{arn}:endpoint-config/a-1"),
            ),
            resource("BConfig", ENDPOINT_CONFIG, "b-1"),
        ]
    }

    #[test]
    fn each_endpoint_is_expected_on_the_configuration_that_its_template_names() {
        let json = r#"{"Resources": {
            "A": {"Properties": {"EndpointConfigName": {"Fn::GetAtt": ["AConfig", "EndpointConfigName"]}}},
            "B": {"Properties": {"EndpointConfigName": {"Ref": "BConfig"}}}}}"#;
        let yaml = "Resources:\n  A: {Properties: {EndpointConfigName: !GetAtt AConfig.EndpointConfigName}}\n  \
                    B: {Properties: {EndpointConfigName: !Ref BConfig}}\n";
        let expected = BTreeMap::from([
            ("A".to_owned(), "a-1".to_owned()),
            ("B".to_owned(), "b-1".to_owned()),
        ]);
        for template in [json, yaml] {
            let template = read(template).unwrap();
            assert_eq!(expected_configs(&two(), Some(&template)), expected);
        }
    }

    #[test]
    fn without_a_template_only_a_single_configuration_is_certain() {
        assert!(expected_configs(&two(), None).is_empty());
        let one: Vec<StackResource> = two()
            .into_iter()
            .filter(|r| r.logical_id.starts_with('A'))
            .collect();
        assert_eq!(expected_configs(&one, None)["A"], "a-1");
    }

    #[test]
    fn every_way_in_which_an_endpoint_differs_is_said() {
        let live = LiveEndpoint {
            name: "Churn".to_owned(),
            status: "InService".to_owned(),
            config_name: "Churn-1".to_owned(),
            ..LiveEndpoint::default()
        };
        let serving = |live: Option<LiveEndpoint>| Serving {
            logical_id: "Endpoint".to_owned(),
            name: "churn".to_owned(),
            expected_config: Some("churn-1".to_owned()),
            live,
        };
        assert!(serving(Some(live.clone())).differences().is_empty());
        assert_eq!(serving(None).differences().len(), 1);
        let other = LiveEndpoint {
            status: "Failed".to_owned(),
            failure_reason: Some("no capacity".to_owned()),
            config_name: "Churn-0".to_owned(),
            pending: Some(PendingDeployment {
                config_name: "Churn-2".to_owned(),
                variants: Vec::new(),
            }),
            ..live
        };
        let differences = serving(Some(other)).differences();
        assert_eq!(differences.len(), 3, "{differences:?}");
        assert!(differences[0].contains("Failed, not InService: no capacity"));
    }

    #[test]
    fn a_variant_is_told_by_what_it_has() {
        let variant = LiveVariant {
            name: "primary".to_owned(),
            current_weight: Some(1.0),
            current_instance_count: Some(1),
            desired_instance_count: Some(2),
            statuses: vec!["Creating".to_owned()],
            ..LiveVariant::default()
        };
        assert_eq!(
            variant_words(&variant),
            "primary 1 of 2 instances, weight 1, Creating"
        );
        assert_eq!(
            variant_words(&LiveVariant {
                name: "only".to_owned(),
                ..LiveVariant::default()
            }),
            "only"
        );
    }
}
