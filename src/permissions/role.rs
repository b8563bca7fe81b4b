//! What CloudFormation's role needs for the resources of a template: the actions of their handlers,
//! on what the template says that these act on.

use std::collections::{BTreeMap, BTreeSet};

use crate::cfn::{Handlers, schema_of};
use crate::json::Json;
use crate::literal::ImageUri;
use crate::template::{ResourceView, Template};

use super::kinds::{Naming, kind};
use super::names::Scope;
use super::policy::{Policy, Statement};
use super::tables::{Target, UNKNOWN, WITHOUT_HANDLERS, added, needs, target};

/// Conditions that the service authorization reference knows for these actions only.
const BY_NAMESPACE: &[&str] = &[
    "application-autoscaling:DeleteScalingPolicy",
    "application-autoscaling:DeleteScheduledAction",
    "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:PutScheduledAction",
    "application-autoscaling:RegisterScalableTarget",
];

/// The handlers that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calls {
    /// All that an operation on a stack may call.
    Everything,
    /// Those that read.
    Read,
}

/// Allows what the handlers of a template's resources call.
pub(super) fn allow(
    policy: &mut Policy,
    scope: &Scope<'_>,
    template: &Template,
    role_arn: Option<&str>,
    calls: Calls,
) {
    for resource in template.resources() {
        let one = One {
            scope,
            resource,
            template,
            role_arn,
        };
        one.allow(policy, calls);
    }
    let mut texts = Vec::new();
    strings(&Json::Object(template.document.clone()), &mut texts);
    dynamic_references(policy, scope, &texts);
    parameters(policy, scope, template);
}

/// One resource.
#[derive(Clone, Copy)]
struct One<'a> {
    scope: &'a Scope<'a>,
    resource: ResourceView<'a>,
    template: &'a Template,
    role_arn: Option<&'a str>,
}

impl One<'_> {
    fn allow(&self, policy: &mut Policy, calls: Calls) {
        let type_name = self.type_name();
        let actions = self.actions(calls);
        if actions.is_empty() && added(type_name).next().is_none() {
            policy.note(format!(
                "`{type_name}`: no handler is known, so that its permissions are missing here"
            ));
        }
        let mut by_target: BTreeMap<String, (Option<Target>, BTreeSet<String>)> = BTreeMap::new();
        for action in actions {
            let target = target(type_name, action).or_else(|| self.is_own(action));
            let (_, actions) = by_target
                .entry(format!("{target:?}"))
                .or_insert_with(|| (target, BTreeSet::new()));
            actions.insert(action.to_owned());
        }
        if calls == Calls::Everything {
            for (special, keys) in added(type_name) {
                if keys.is_empty() || keys.iter().any(|key| self.has(key)) {
                    let (_, actions) = by_target
                        .entry(format!("{:?}", special.target))
                        .or_insert_with(|| (Some(special.target), BTreeSet::new()));
                    actions.insert(special.action.to_owned());
                }
            }
        }
        for (target, actions) in by_target.into_values() {
            self.on(policy, target, actions);
        }
    }

    /// `Custom::Anything` is a custom resource too.
    fn type_name(&self) -> &str {
        schema_of(self.resource.type_name)
            .map_or(self.resource.type_name, |schema| schema.type_name)
    }

    /// The actions of the handlers that may be called.
    fn actions(&self, calls: Calls) -> BTreeSet<&'static str> {
        let type_name = self.type_name();
        let keeps = |policy: &str| {
            let policy = self.resource.entry.get(policy).and_then(Json::as_str);
            policy == Some("Retain")
        };
        let deletes = !(keeps("DeletionPolicy") && keeps("UpdateReplacePolicy"));
        let mut actions: BTreeSet<&str> = BTreeSet::new();
        let mut reads: BTreeSet<&str> = BTreeSet::new();
        if let Some(schema) = schema_of(type_name) {
            let Handlers {
                create,
                read,
                update,
                delete,
                list: _,
            } = &schema.handlers;
            reads.extend(read.iter().flat_map(|read| read.permissions));
            let all = calls == Calls::Everything;
            for (handler, called) in [
                (create, all),
                (read, true),
                (update, all),
                (delete, all && deletes),
            ] {
                if let (Some(handler), true) = (handler, called) {
                    actions.extend(handler.permissions);
                }
            }
        }
        for (name, always, delete) in WITHOUT_HANDLERS {
            if *name == type_name && calls == Calls::Everything {
                actions.extend(*always);
                if deletes {
                    actions.extend(*delete);
                }
            }
        }
        actions.retain(|action| {
            !UNKNOWN.contains(action)
                && needs(type_name, action).is_none_or(|keys| keys.iter().any(|key| self.has(key)))
                && (!action.starts_with("lambda:")
                    || !type_name.starts_with("AWS::ApplicationAutoScaling::")
                    || self.namespace().is_none_or(|name| name == "lambda"))
        });
        actions
    }

    /// An action of the service whose resource this is applies to it.
    fn is_own(&self, action: &str) -> Option<Target> {
        let service = action.split(':').next().unwrap_or_default();
        let kind = kind(self.type_name())?;
        let own = kind
            .arns
            .iter()
            .any(|arn| arn.split(':').next() == Some(service));
        own.then_some(Target::Own)
    }

    fn on(&self, policy: &mut Policy, target: Option<Target>, actions: BTreeSet<String>) {
        let type_name = self.type_name();
        let sid = type_name.trim_start_matches("AWS::").replace("::", "");
        let mut statement = Statement {
            sid,
            actions,
            resources: BTreeSet::new(),
            condition: None,
            reason: String::new(),
        };
        let scope = self.scope;
        match target {
            Some(Target::Own) => return self.on_itself(policy, statement),
            Some(Target::PassedRoles(service)) => {
                statement.sid = "PassRole".to_owned();
                statement.resources = self.roles();
                statement.condition = Some(string_equals("iam:PassedToService", service));
                statement.reason = format!(
                    "the roles that resources hand over to `{service}`, and to no other service"
                );
            }
            Some(Target::Roles) => {
                statement.sid = "LookAtRole".to_owned();
                statement.resources = self.roles();
                statement.reason = "the roles that resources are given".to_owned();
            }
            Some(Target::OwnRole) => {
                statement.sid = "PassOwnRole".to_owned();
                statement.resources.extend(self.role_arn.map(str::to_owned));
                statement.condition = Some(string_equals(
                    "iam:PassedToService",
                    "cloudformation.amazonaws.com",
                ));
                statement.reason = "nested stacks are made with the same role".to_owned();
            }
            Some(Target::Keys) => {
                statement.sid.push_str("Key");
                statement.resources = self.keys();
                statement.reason = format!("the keys that `{type_name}` names");
            }
            Some(Target::Objects) => {
                statement.sid.push_str("Objects");
                statement.resources = self.objects(false);
                statement.reason = format!("the objects that `{type_name}` names");
            }
            Some(Target::Buckets) => {
                statement.sid.push_str("Buckets");
                statement.resources = self.objects(true);
                statement.reason = format!("the buckets of the objects that `{type_name}` names");
            }
            Some(Target::Repositories) => {
                statement.sid.push_str("Images");
                statement.resources = self.repositories();
                statement.reason = format!("the images that `{type_name}` names");
            }
            Some(Target::Property(key, pattern)) => {
                statement.sid.push_str(key);
                statement.resources = self.named_by(key, pattern);
                statement.reason = format!("what `{key}` of `{type_name}` names");
            }
            Some(Target::Scaled(noun)) => {
                statement.sid = "Scaled".to_owned();
                statement.resources = self.scaled(noun);
                statement.reason = if noun == "endpoint-config" {
                    "Application Auto Scaling looks at what it scales with the caller's permissions: \
                     the endpoint may run any of its configurations, earlier ones too"
                        .to_owned()
                } else {
                    "Application Auto Scaling looks at what it scales, and tries to, with the \
                     caller's permissions"
                        .to_owned()
                };
            }
            Some(Target::ScalingRole) => {
                if self.namespace().is_some_and(|name| name != "sagemaker") {
                    return;
                }
                let service = "sagemaker.application-autoscaling.amazonaws.com";
                statement.sid = "MakeScalingRole".to_owned();
                statement.resources.insert(scope.arn(&format!(
                    "iam::{{account}}:role/aws-service-role/{service}/\
                     AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
                )));
                statement.condition = Some(string_equals("iam:AWSServiceName", service));
                statement.reason =
                    "the first target in an account makes the role that scales endpoints"
                        .to_owned();
            }
            Some(Target::Fixed(pattern)) => {
                statement.sid.push_str("Others");
                statement.resources.insert(scope.arn(pattern));
                statement.reason = format!(
                    "what `{type_name}` touches under names that the template does not tell"
                );
            }
            Some(Target::Everything(reason)) => {
                statement.sid = "NoResource".to_owned();
                statement.resources.insert("*".to_owned());
                statement.reason = reason.to_owned();
            }
            None => {
                statement.sid.push_str("Others");
                statement.resources.insert("*".to_owned());
                statement.reason =
                    format!("the schema of `{type_name}` lists it, and not what it applies to");
            }
        }
        policy.allow(statement);
    }

    fn on_itself(&self, policy: &mut Policy, mut statement: Statement) {
        let type_name = self.type_name();
        let naming = kind(type_name).map(|kind| &kind.naming);
        let how = match naming {
            Some(Naming::Given(property, ..)) if self.has(property) => {
                format!("`{property}` names it")
            }
            Some(Naming::Given(..)) => {
                "CloudFormation makes its name of the logical id, mostly after the stack's name, and \
                 something random"
                    .to_owned()
            }
            Some(Naming::Of(property)) => format!("it is a part of what `{property}` names"),
            Some(Naming::Random) | None => "its service makes up its id".to_owned(),
        };
        statement.reason = format!("the handlers of `{type_name}`; {how}");
        statement.resources = self.scope.arns(ResourceView {
            type_name,
            ..self.resource
        });
        if let Some(namespace) = self.namespace() {
            let mut narrowed = statement.clone();
            narrowed
                .actions
                .retain(|action| BY_NAMESPACE.contains(&action.as_str()));
            narrowed.condition = Some(string_equals(
                "application-autoscaling:service-namespace",
                &namespace,
            ));
            statement
                .actions
                .retain(|action| !BY_NAMESPACE.contains(&action.as_str()));
            policy.allow(narrowed);
        }
        let policies = self.find("ManagedPolicyArns");
        if type_name == "AWS::IAM::Role" && !policies.is_empty() {
            let mut attached = statement.clone();
            attached
                .actions
                .retain(|action| action.ends_with("tachRolePolicy"));
            attached.sid.push_str("Attach");
            attached.reason = format!(
                "{}; only the policies of `ManagedPolicyArns`",
                attached.reason
            );
            let arns: BTreeSet<String> = policies
                .iter()
                .flat_map(|value| self.scope.texts(value))
                .collect();
            let arns: Vec<String> = arns.into_iter().collect();
            attached.condition = Some(Json::from([(
                "ArnLike",
                Json::from([("iam:PolicyARN", Json::from(arns))]),
            )]));
            statement
                .actions
                .retain(|action| !action.ends_with("tachRolePolicy"));
            policy.allow(attached);
        }
        policy.allow(statement);
    }

    fn properties(&self) -> Option<&Json> {
        self.resource.properties()
    }

    fn find(&self, key: &str) -> Vec<&Json> {
        let mut found = Vec::new();
        if let Some(properties) = self.properties() {
            find(properties, &|name| name == key, &mut found);
        }
        found
    }

    fn has(&self, key: &str) -> bool {
        !self.find(key).is_empty()
    }

    /// The service whose resource scales, where the template tells.
    fn namespace(&self) -> Option<String> {
        let own = self
            .properties()?
            .get("ServiceNamespace")
            .and_then(Json::as_str);
        if let Some(own) = own {
            return Some(own.to_owned());
        }
        let (function, target) = self
            .properties()?
            .get("ScalingTargetId")?
            .as_object()?
            .single()?;
        if function != "Ref" {
            return None;
        }
        let target = self
            .template
            .resources()
            .find(|resource| Some(resource.id) == target.as_str())?;
        let namespace = target.properties()?.get("ServiceNamespace")?;
        namespace.as_str().map(str::to_owned)
    }

    fn named_by(&self, key: &str, pattern: &str) -> BTreeSet<String> {
        self.find(key)
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            // What is an ARN of another service is not meant: a token of SNS for an action of Lambda.
            .filter(|text| {
                let service = pattern.split(':').next();
                !text.starts_with("arn:") || text.split(':').nth(2) == service
            })
            .flat_map(|name| self.scope.named(pattern, &name))
            .collect()
    }

    /// `endpoint/<name>/variant/<variant>` is about an endpoint.
    fn scaled(&self, noun: &str) -> BTreeSet<String> {
        if self.namespace().is_some_and(|name| name != "sagemaker") {
            return BTreeSet::new();
        }
        let texts: BTreeSet<String> = self
            .find("ResourceId")
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            .collect();
        let owner = if noun == "endpoint-config" {
            "endpoint"
        } else {
            noun
        };
        texts
            .iter()
            .filter_map(|text| {
                if text == "*" {
                    return Some("*");
                }
                let rest = text.strip_prefix(owner)?.strip_prefix('/')?;
                Some(rest.split('/').next().unwrap_or(rest))
            })
            .flat_map(|name| {
                let name = if noun == "endpoint-config" { "*" } else { name };
                let pattern = format!("sagemaker:{{region}}:{{account}}:{noun}/{{name}}");
                self.scope.named(&pattern, name)
            })
            .collect()
    }

    fn roles(&self) -> BTreeSet<String> {
        let mut values = Vec::new();
        let is_role = |name: &str| {
            name.ends_with("RoleArn")
                || name.ends_with("RoleARN")
                || matches!(name, "Role" | "ServiceRole")
        };
        if let Some(properties) = self.properties() {
            find(properties, &is_role, &mut values);
        }
        values
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            .flat_map(|name| self.scope.named("iam::{account}:role/{name}", &name))
            .collect()
    }

    fn keys(&self) -> BTreeSet<String> {
        let mut values = Vec::new();
        let is_key = |name: &str| {
            let name = name.to_lowercase();
            ["kmskey", "kmsmasterkey", "kmsdatakey"]
                .iter()
                .any(|part| name.contains(part))
        };
        if let Some(properties) = self.properties() {
            find(properties, &is_key, &mut values);
        }
        values
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            // An alias is not what a permission is about.
            .map(|name| {
                if name.contains("alias/") {
                    "*".to_owned()
                } else {
                    name
                }
            })
            .flat_map(|name| self.scope.named("kms:{region}:{account}:key/{name}", &name))
            .collect()
    }

    fn objects(&self, buckets: bool) -> BTreeSet<String> {
        let mut places = BTreeSet::new();
        let mut values = Vec::new();
        if let Some(properties) = self.properties() {
            find(
                properties,
                &|name| {
                    matches!(
                        name,
                        "ModelDataUrl" | "S3Uri" | "S3DataSource" | "ModelDataSource"
                    )
                },
                &mut values,
            );
        }
        for text in values.into_iter().flat_map(|value| self.uris(value)) {
            let place = text.strip_prefix("s3://").unwrap_or(&text).to_owned();
            places.insert(match place.split_once('/') {
                Some((bucket, _)) if buckets => bucket.to_owned(),
                _ if place.ends_with('/') => format!("{place}*"),
                _ => place,
            });
        }
        for key in ["S3Bucket", "Bucket"] {
            for bucket in self
                .find(key)
                .into_iter()
                .flat_map(|value| self.scope.texts(value))
            {
                places.insert(if buckets {
                    bucket
                } else {
                    format!("{bucket}/*")
                });
            }
        }
        places
            .into_iter()
            .map(|place| self.scope.arn(&format!("s3:::{place}")))
            .collect()
    }

    /// The locations in a value, which may hold more than one.
    fn uris(&self, value: &Json) -> Vec<String> {
        match value {
            Json::Object(object)
                if object
                    .single()
                    .is_none_or(|(key, _)| !key.starts_with("Fn::") && key != "Ref") =>
            {
                object
                    .iter()
                    .flat_map(|(_, value)| self.uris(value))
                    .collect()
            }
            value => self
                .scope
                .texts(value)
                .into_iter()
                .filter(|text| text == "*" || text.starts_with("s3://"))
                .collect(),
        }
    }

    fn repositories(&self) -> BTreeSet<String> {
        self.find("Image")
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            .map(|text| {
                let image = ImageUri::parse(text).ok();
                let repository = image.as_ref().and_then(ImageUri::ecr_repository);
                match repository {
                    Some(found) => self.scope.arn(&format!(
                        "ecr:{}:{}:repository/{}",
                        found.region, found.account, found.name
                    )),
                    None => self.scope.arn("ecr:*:*:repository/*"),
                }
            })
            .collect()
    }
}

/// The values of the keys for which `wanted` holds, at any depth.
fn find<'a>(value: &'a Json, wanted: &dyn Fn(&str) -> bool, found: &mut Vec<&'a Json>) {
    match value {
        Json::Object(object) => {
            for (key, value) in object.iter() {
                if wanted(key) {
                    found.push(value);
                } else {
                    find(value, wanted, found);
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                find(item, wanted, found);
            }
        }
        _ => {}
    }
}

fn strings<'a>(value: &'a Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.to_string()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Json::Object(object) => object.iter().for_each(|(_, value)| strings(value, found)),
        _ => {}
    }
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

pub(super) fn string_equals(key: &'static str, value: &str) -> Json {
    Json::from([(
        "StringEquals",
        Json::from([(key, Json::from(value.to_owned()))]),
    )])
}
