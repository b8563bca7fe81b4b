//! What CloudFormation looks up while it reads a template: dynamic references and parameters.

use std::collections::BTreeSet;

use crate::json::Json;
use crate::template::Template;

use super::named::strings;
use super::names::Scope;
use super::policy::{Policy, Statement};

/// Allows what a template needs to be looked up.
pub(super) fn allow(policy: &mut Policy, scope: &Scope<'_>, template: &Template) {
    let mut texts = Vec::new();
    strings(&Json::Object(template.document.clone()), &mut texts);
    dynamic_references(policy, scope, &texts);
    parameters(policy, scope, template);
}

/// `{{resolve:ssm:/name}}` and the like are looked up by CloudFormation.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
fn dynamic_references(policy: &mut Policy, scope: &Scope<'_>, texts: &[String]) {
    let references = texts.iter().flat_map(|text| {
        text.split("{{resolve:")
            .skip(1)
            .filter_map(|rest| rest.split("}}").next())
    });
    for reference in references {
        let Some((service, rest)) = reference.split_once(':') else {
            continue;
        };
        let name = if rest.starts_with("arn:") {
            rest.splitn(8, ':').take(7).collect::<Vec<_>>().join(":")
        } else {
            rest.split(':').next().unwrap_or_default().to_owned()
        };
        // A function within the name is only known later.
        let name = name.split("${").next().map_or_else(String::new, |known| {
            if known == name {
                name.clone()
            } else {
                format!("{known}*")
            }
        });
        let (sid, action, pattern) = match service {
            "ssm" | "ssm-secure" => (
                "ResolveParameters",
                "ssm:GetParameters",
                "ssm:{region}:{account}:parameter/{name}",
            ),
            "secretsmanager" => (
                "ResolveSecrets",
                "secretsmanager:GetSecretValue",
                "secretsmanager:{region}:{account}:secret:{name}*",
            ),
            _ => continue,
        };
        policy.allow(Statement {
            sid: sid.to_owned(),
            actions: BTreeSet::from([action.to_owned()]),
            resources: scope.named(pattern, &name).into_iter().collect(),
            condition: None,
            reason: "the template's dynamic references are looked up".to_owned(),
        });
    }
}

/// Parameters of a type such as `AWS::SSM::Parameter::Value<String>` are looked up too.
fn parameters(policy: &mut Policy, scope: &Scope<'_>, template: &Template) {
    let Some(parameters) = template.section("Parameters") else {
        return;
    };
    for (_, parameter) in parameters.iter() {
        let kind = parameter
            .get("Type")
            .and_then(Json::as_str)
            .unwrap_or_default();
        if kind.starts_with("AWS::SSM::Parameter::Value") {
            let name = parameter
                .get("Default")
                .and_then(Json::as_str)
                .unwrap_or("*");
            let pattern = "ssm:{region}:{account}:parameter/{name}";
            policy.allow(Statement {
                sid: "ResolveParameters".to_owned(),
                actions: BTreeSet::from(["ssm:GetParameters".to_owned()]),
                resources: scope.named(pattern, name).into_iter().collect(),
                condition: None,
                reason: "the template's parameters are looked up".to_owned(),
            });
        }
    }
}
