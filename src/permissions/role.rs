//! What CloudFormation's role needs for the resources of a template: the actions of their handlers,
//! on what the template says that these act on.

use std::collections::{BTreeMap, BTreeSet};

use crate::cfn::{Handlers, schema_of};
use crate::json::Json;
use crate::template::{ResourceView, Template};

use super::kinds::{Naming, kind};
use super::lookups;
use super::named::One;
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
    lookups::allow(policy, scope, template);
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
        let own = type_name.trim_start_matches("AWS::").replace("::", "");
        let everything = || BTreeSet::from(["*".to_owned()]);
        let (sid, resources, reason) = match target {
            Some(Target::Own) => return self.on_itself(policy, own, actions),
            Some(Target::PassedRoles(service)) => (
                "PassRole".to_owned(),
                self.roles(),
                format!(
                    "the roles that resources hand over to `{service}`, and to no other service"
                ),
            ),
            Some(Target::Roles) => (
                "LookAtRole".to_owned(),
                self.roles(),
                "the roles that resources are given".to_owned(),
            ),
            Some(Target::OwnRole) => (
                "PassOwnRole".to_owned(),
                self.role_arn.map(str::to_owned).into_iter().collect(),
                "nested stacks are made with the same role".to_owned(),
            ),
            Some(Target::Keys) => (
                format!("{own}Key"),
                self.keys(),
                format!("the keys that `{type_name}` names"),
            ),
            Some(Target::Objects) => (
                format!("{own}Objects"),
                self.objects(false),
                format!("the objects that `{type_name}` names"),
            ),
            Some(Target::Buckets) => (
                format!("{own}Buckets"),
                self.objects(true),
                format!("the buckets of the objects that `{type_name}` names"),
            ),
            Some(Target::Repositories) => (
                format!("{own}Images"),
                self.repositories(),
                format!("the images that `{type_name}` names"),
            ),
            Some(Target::Property(key, pattern)) => (
                format!("{own}{key}"),
                self.named_by(key, pattern),
                format!("what `{key}` of `{type_name}` names"),
            ),
            Some(Target::Scaled(noun)) => (
                "Scaled".to_owned(),
                self.scaled(noun),
                why_scaled(noun).to_owned(),
            ),
            Some(Target::ScalingRole) => (
                "MakeScalingRole".to_owned(),
                self.scaling_role(),
                "the first target in an account makes the role that scales endpoints".to_owned(),
            ),
            Some(Target::Fixed(pattern)) => (
                format!("{own}Others"),
                BTreeSet::from([self.scope.arn(pattern)]),
                format!("what `{type_name}` touches under names that the template does not tell"),
            ),
            Some(Target::Everything(reason)) => {
                ("NoResource".to_owned(), everything(), reason.to_owned())
            }
            None => (
                format!("{own}Others"),
                everything(),
                format!("the schema of `{type_name}` lists it, and not what it applies to"),
            ),
        };
        policy.allow(Statement {
            sid,
            actions,
            resources,
            condition: condition(target),
            reason,
        });
    }

    fn on_itself(&self, policy: &mut Policy, sid: String, actions: BTreeSet<String>) {
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
        let mut statement = Statement {
            sid,
            actions,
            resources: self.scope.arns(ResourceView {
                type_name,
                ..self.resource
            }),
            condition: None,
            reason: format!("the handlers of `{type_name}`; {how}"),
        };
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
}

pub(super) fn string_equals(key: &'static str, value: &str) -> Json {
    Json::from([(
        "StringEquals",
        Json::from([(key, Json::from(value.to_owned()))]),
    )])
}

/// The service that scales endpoints.
pub(super) const SCALING: &str = "sagemaker.application-autoscaling.amazonaws.com";

fn condition(target: Option<Target>) -> Option<Json> {
    match target? {
        Target::PassedRoles(service) => Some(string_equals("iam:PassedToService", service)),
        Target::OwnRole => Some(string_equals(
            "iam:PassedToService",
            "cloudformation.amazonaws.com",
        )),
        Target::ScalingRole => Some(string_equals("iam:AWSServiceName", SCALING)),
        _ => None,
    }
}

fn why_scaled(noun: &str) -> &'static str {
    if noun == "endpoint-config" {
        "Application Auto Scaling looks at what it scales with the caller's permissions: the endpoint \
         may run any of its configurations, earlier ones too"
    } else {
        "Application Auto Scaling looks at what it scales, and tries to, with the caller's permissions"
    }
}
