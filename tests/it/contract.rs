//! The safe-update contract, over every template that a stage file becomes in a case: see
//! `hosting`'s documentation. `Overrides` may break it, and are left out.

use std::collections::BTreeSet;

use sageform::json::{Json, Object};
use sageform::template::{ResourceView, Template};

use crate::support::{document, entries, folder, stem, synthesize};

/// The statements that no resource can be named in, and why.
const WITHOUT_RESOURCE: &[(&str, &str)] = &[
    (
        "EcrLogin",
        "a token is one for all repositories of the caller",
    ),
    (
        "PutMetrics",
        "metrics have no ARN; the namespace is a condition",
    ),
    (
        "DescribeNetwork",
        "descriptions of networks have no resource",
    ),
];

fn templates() -> Vec<(String, Template)> {
    let mut templates = Vec::new();
    for case in entries(&folder("hosting")) {
        if stem(&case).starts_with("overrides") {
            continue;
        }
        let synthesis = synthesize(&case);
        if synthesis.has_errors() {
            continue;
        }
        for stage in synthesis.templates {
            templates.push((
                format!("{} {}", stem(&case), stage.stage),
                Template::from_document(document(&stage.text)),
            ));
        }
    }
    assert!(templates.len() > 60, "the cases are gone");
    templates
}

/// Calls `check` with each resource of a type, and says how many there were.
fn each(type_name: &str, check: impl Fn(&str, &Template, ResourceView<'_>)) {
    let mut count = 0;
    for (name, template) in templates() {
        for resource in of_type(&template, type_name) {
            check(&format!("{name}: {}", resource.id), &template, resource);
            count += 1;
        }
    }
    assert!(count > 5, "{count} of {type_name}");
}

const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";

fn of_type<'a>(template: &'a Template, type_name: &str) -> impl Iterator<Item = ResourceView<'a>> {
    let of_type = move |resource: &ResourceView<'_>| resource.type_name == type_name;
    template.resources().filter(of_type)
}

fn hosts_components(template: &Template) -> bool {
    let mut components = of_type(template, "AWS::SageMaker::InferenceComponent");
    components.next().is_some()
}

fn property<'a>(resource: ResourceView<'a>, name: &str) -> Option<&'a Json> {
    resource.entry.get("Properties")?.get(name)
}

#[test]
fn what_is_replaced_by_every_edit_has_no_name_and_is_kept() {
    for (type_name, name_property) in [
        ("AWS::SageMaker::Model", "ModelName"),
        ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"),
    ] {
        each(type_name, |name, _, resource| {
            assert_eq!(property(resource, name_property), None, "{name}");
            let policy = resource
                .entry
                .get("UpdateReplacePolicy")
                .and_then(Json::as_str);
            assert_eq!(policy, Some("Retain"), "{name}");
        });
    }
}

#[test]
fn an_endpoint_has_a_name_and_refers_to_its_configuration_by_name() {
    each("AWS::SageMaker::Endpoint", |name, _, resource| {
        assert!(property(resource, "EndpointName").is_some(), "{name}");
        let config =
            property(resource, "EndpointConfigName").and_then(|config| config.get("Fn::GetAtt"));
        let expected = Json::from(vec!["EndpointConfig", "EndpointConfigName"]);
        assert_eq!(config, Some(&expected), "{name}");
    });
    each(
        "AWS::SageMaker::EndpointConfig",
        |name, template, resource| {
            let variants = property(resource, "ProductionVariants").unwrap();
            // A host of components has no model of its own: they have.
            let models: Vec<_> = if hosts_components(template) {
                let components = of_type(template, "AWS::SageMaker::InferenceComponent");
                let specifications = components.filter_map(|one| property(one, "Specification"));
                let with_model = |one: &&Json| one.get("BaseInferenceComponentName").is_none();
                specifications.filter(with_model).collect()
            } else {
                variants.as_array().unwrap().iter().collect()
            };
            assert!(!models.is_empty(), "{name}");
            for one in models {
                let model = one.get("ModelName").unwrap().get("Fn::GetAtt").unwrap();
                assert_eq!(
                    model.as_array().unwrap()[1],
                    Json::from("ModelName"),
                    "{name}"
                );
            }
        },
    );
}

/// In some regions an endpoint has neither of these.
#[test]
fn no_attribute_differs_by_region() {
    for (name, template) in templates() {
        let text = serde_json::to_string(&template.document).unwrap();
        for attribute in [
            r#"["Endpoint","EndpointArn"]"#,
            r#"["Endpoint","Id"]"#,
            "${Endpoint.EndpointArn}",
        ] {
            assert!(!text.contains(attribute), "{name}: {attribute}");
        }
    }
}

/// What an application's target scales: a variant, or the copies of a component.
fn scaled<'a>(target: ResourceView<'a>, kind: &str) -> Option<&'a str> {
    let id = property(target, "ResourceId").unwrap();
    let id = id.get("Fn::Sub").unwrap_or(id).as_str().unwrap();
    id.strip_prefix(kind)
}

#[test]
fn what_scales_is_the_endpoint_itself_which_keeps_its_counts() {
    each(TARGET, |name, template, resource| {
        if let Some(component) = scaled(resource, "inference-component/") {
            let component = component.to_owned();
            let named = of_type(template, "AWS::SageMaker::InferenceComponent").find(|one| {
                property(*one, "InferenceComponentName") == Some(&component.clone().into())
            });
            // Not before there is one.
            let waits = resource.entry.get("DependsOn").unwrap();
            assert_eq!(texts(waits), [named.unwrap().id], "{name}");
            return;
        }
        let variant = scaled(resource, "endpoint/${Endpoint.EndpointName}/variant/").unwrap();
        let endpoint = of_type(template, "AWS::SageMaker::Endpoint")
            .next()
            .unwrap();
        let retains = property(endpoint, "RetainAllVariantProperties");
        assert_eq!(retains, Some(&Json::Bool(true)), "{name}");
        let config = of_type(template, "AWS::SageMaker::EndpointConfig")
            .next()
            .unwrap();
        let variants = property(config, "ProductionVariants").unwrap();
        // A shadow has a weight too: what it gets of the requests.
        let shadow = property(config, "ShadowProductionVariants").is_some();
        let several = shadow || variants.as_array().unwrap().len() > 1;
        let weights = Json::from([("VariantPropertyType", "DesiredWeight".into())]);
        let excluded = property(endpoint, "ExcludeRetainedVariantProperties");
        assert_eq!(
            excluded,
            several.then(|| vec![weights].into()).as_ref(),
            "{name}"
        );
        let known = |one: &Json| one.get("VariantName") == Some(&variant.to_owned().into());
        assert!(variants.as_array().unwrap().iter().any(known), "{name}");
    });
}

/// Without scaling, the counts are those of the stage file. SageMaker itself keeps those that it
/// manages.
#[test]
fn an_endpoint_whose_variants_do_not_scale_keeps_nothing() {
    for (name, template) in templates() {
        let scales = of_type(&template, TARGET).any(|target| scaled(target, "endpoint/").is_some());
        for endpoint in of_type(&template, "AWS::SageMaker::Endpoint") {
            let retains = property(endpoint, "RetainAllVariantProperties").is_some();
            assert_eq!(retains, scales, "{name}");
        }
    }
}

#[test]
fn policies_are_part_of_the_role() {
    for (name, template) in templates() {
        for resource in template.resources() {
            let apart = [
                "AWS::IAM::Policy",
                "AWS::IAM::ManagedPolicy",
                "AWS::IAM::RolePolicy",
            ];
            assert!(
                !apart.contains(&resource.type_name),
                "{name}: {}",
                resource.id
            );
        }
    }
    each("AWS::IAM::Role", |name, _, role| {
        for outside in ["RoleName", "ManagedPolicyArns"] {
            assert_eq!(property(role, outside), None, "{name}: {outside}");
        }
        let trust = property(role, "AssumeRolePolicyDocument").unwrap();
        let text = serde_json::to_string(trust).unwrap();
        assert!(
            text.contains(r#""Principal":{"Service":"sagemaker.amazonaws.com"}"#),
            "{name}"
        );
    });
}

/// The statements of a template's roles, without the conditions around them.
fn statements(template: &Template) -> Vec<&Object> {
    let mut found = Vec::new();
    for role in of_type(template, "AWS::IAM::Role") {
        for policy in property(role, "Policies").unwrap().as_array().unwrap() {
            let document = policy.get("PolicyDocument").unwrap();
            for statement in document.get("Statement").unwrap().as_array().unwrap() {
                let statement = match statement.get("Fn::If") {
                    Some(branches) => &branches.as_array().unwrap()[1],
                    None => statement,
                };
                found.push(statement.as_object().unwrap());
            }
        }
    }
    found
}

/// One text or several, with those within functions.
fn texts(json: &Json) -> Vec<&str> {
    match json {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(object) => object.iter().flat_map(|(_, value)| texts(value)).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

#[test]
fn nothing_is_allowed_that_is_not_needed() {
    let mut without = BTreeSet::new();
    for (name, template) in templates() {
        let mut sids = BTreeSet::new();
        for statement in statements(&template) {
            let sid = statement.get("Sid").and_then(Json::as_str).unwrap();
            assert!(sids.insert(sid), "{name}: {sid} is there twice");
            assert_eq!(
                statement.get("Effect"),
                Some(&"Allow".into()),
                "{name}: {sid}"
            );
            for key in ["NotAction", "NotResource", "Principal"] {
                assert!(!statement.contains_key(key), "{name}: {sid} has {key}");
            }
            for action in texts(statement.get("Action").unwrap()) {
                assert!(!action.contains('*'), "{name}: {sid} allows {action}");
            }
            for resource in texts(statement.get("Resource").unwrap()) {
                // What stands for itself.
                let resource = resource.replace("${!*}", "").replace("${!?}", "");
                let conditional = statement.contains_key("Condition");
                let fits = match resource.strip_suffix('*') {
                    // Whosever network it is: it may be shared by another account.
                    None if sid == "NetworkInterfaces" && resource.starts_with("arn:") => {
                        resource.contains(":*:subnet/") || resource.contains(":*:security-group/")
                    }
                    // Interfaces exist after the call only; the subnets and groups narrow it.
                    Some(start) if sid == "NetworkInterfaces" => {
                        start.ends_with(":network-interface/")
                    }
                    None => true,
                    Some("") => {
                        without.insert(sid.to_owned());
                        WITHOUT_RESOURCE.iter().any(|(known, _)| *known == sid)
                    }
                    // The streams of one group.
                    Some(start) if sid == "WriteLogs" => {
                        start.ends_with(':')
                            && (start.contains("/Endpoints/")
                                || start.contains("/InferenceComponents/"))
                    }
                    // Every key with one alias.
                    Some(start) if sid.starts_with("UseKey") => {
                        start.ends_with(":key/") && conditional
                    }
                    Some(start) => {
                        start.ends_with('/') && ["ReadObjects", "WriteObjects"].contains(&sid)
                    }
                };
                let once = sid == "NetworkInterfaces"
                    || !resource.trim_end_matches('*').contains(['*', '?']);
                assert!(
                    fits && once && !resource.ends_with("**"),
                    "{name}: {sid} allows {resource}"
                );
            }
        }
    }
    let known: BTreeSet<_> = WITHOUT_RESOURCE
        .iter()
        .map(|(sid, _)| (*sid).to_owned())
        .collect();
    assert_eq!(without, known, "a reason for what is not there");
}

/// The reason for each statement about every resource is in the template, for who reads that only.
#[test]
fn what_is_allowed_on_every_resource_says_why() {
    each("AWS::IAM::Role", |name, template, role| {
        let everywhere: BTreeSet<_> = statements(template)
            .into_iter()
            .filter(|statement| statement.get("Resource") == Some(&"*".into()))
            .map(|statement| statement.get("Sid").and_then(Json::as_str).unwrap())
            .collect();
        let reasons = role.entry.get("Metadata").unwrap().get("WithoutResource");
        let reasons = reasons.and_then(Json::as_object).unwrap();
        let given: BTreeSet<_> = reasons.iter().map(|(sid, _)| sid).collect();
        assert_eq!(given, everywhere, "{name}");
    });
}

/// No partition, region or account but those that the stage file names.
#[test]
fn what_the_tool_brings_holds_in_every_partition() {
    for (name, template) in templates() {
        for statement in statements(&template) {
            for text in texts(statement.get("Resource").unwrap()) {
                let ours = text.starts_with("arn:") && !text.starts_with("arn:${AWS::Partition}:");
                let given = ["kms", "lambda", "sns"]
                    .iter()
                    .any(|service| text.starts_with(&format!("arn:aws:{service}:")));
                assert!(!ours || given || text == "arn:", "{name}: {text}");
            }
        }
    }
}
