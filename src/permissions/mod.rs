//! F4: the least IAM policies for whoever plans, for whoever applies, and for CloudFormation's role,
//! derived from the templates of a stage and from what each verb calls. Pure.
//!
//! *Least* means derived, not proven: the registry's schemas say which actions the handlers of a
//! resource type call, and `tables` holds what they do not say. Every statement has its reason, and
//! `*` stands alone only where AWS lets no resource be named. What a feature needs is allowed only
//! while a template uses it: an update that takes the feature away needs the permissions of the
//! template before it.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html>

mod kinds;
mod lookups;
mod named;
mod names;
mod policy;
mod role;
mod tables;
mod verbs;

use std::collections::BTreeSet;

use crate::json::Json;
use crate::template::Template;

use names::Scope;
use role::Calls;
use verbs::{CALLS, On};

pub use policy::{MANAGED_POLICY_SIZE, Policy, Statement, size};
pub use verbs::Verb;

/// The largest template that a request holds, in bytes; a larger one is handed over in S3.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
pub const LARGEST_BODY: usize = 51_200;

/// A stack of a stage.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its name in CloudFormation.
    pub stack: &'a str,
    /// Its template.
    pub template: &'a Template,
    /// The size of the template's text, in bytes.
    pub size: usize,
    /// The account; `None` becomes `*`.
    pub account: Option<&'a str>,
    /// The region; `None` becomes `*`.
    pub region: Option<&'a str>,
    /// The role that CloudFormation assumes; `None` for the permissions of whoever deploys.
    pub role_arn: Option<&'a str>,
    /// Whether CloudFormation refuses to delete the stack.
    pub termination_protection: bool,
}

impl<'a> Subject<'a> {
    fn scope(&self) -> Scope<'a> {
        Scope::new(self.stack, self.region, self.account, self.template)
    }
}

/// What whoever runs these verbs on these stacks may do. `bucket` is the one through which large
/// templates are handed over.
pub fn deployer(subjects: &[Subject<'_>], verbs: &[Verb], bucket: Option<&str>) -> Policy {
    let mut policy = Policy::default();
    for call in CALLS {
        if !call.verbs.iter().any(|verb| verbs.contains(verb)) {
            continue;
        }
        for subject in subjects {
            if call.protected && !subject.termination_protection {
                continue;
            }
            let scope = subject.scope();
            policy.allow(Statement {
                sid: call.sid.to_owned(),
                actions: BTreeSet::from([call.action.to_owned()]),
                resources: resources(subject, &scope, call.on, bucket),
                condition: condition(call.on),
                reason: call.reason.to_owned(),
            });
        }
    }
    if verbs.contains(&Verb::Drift) {
        for subject in subjects {
            // Drift is detected with the permissions of whoever asks, not with the stack's role.
            role::allow(
                &mut policy,
                &subject.scope(),
                subject.template,
                subject.role_arn,
                Calls::Read,
            );
        }
        policy.note(
            "drift is detected with the permissions of whoever asks, so that they read every resource"
                .to_owned(),
        );
    }
    notes(&mut policy, subjects, verbs, bucket);
    policy.finish()
}

/// What CloudFormation's role may do: what the handlers of the templates' resources call.
pub fn cloudformation_role(subjects: &[Subject<'_>]) -> Policy {
    let mut policy = Policy::default();
    for subject in subjects {
        role::allow(
            &mut policy,
            &subject.scope(),
            subject.template,
            subject.role_arn,
            Calls::Everything,
        );
    }
    places(&mut policy, subjects);
    policy.finish()
}

/// Who may assume CloudFormation's role: CloudFormation. Whoever gives it the role needs
/// `iam:PassRole` on it, in the same account.
pub fn trust() -> Json {
    Json::from([
        ("Version", Json::from("2012-10-17")),
        (
            "Statement",
            Json::from(vec![Json::from([
                ("Sid", Json::from("CloudFormation")),
                ("Effect", "Allow".into()),
                (
                    "Principal",
                    Json::from([("Service", Json::from("cloudformation.amazonaws.com"))]),
                ),
                ("Action", "sts:AssumeRole".into()),
            ])]),
        ),
    ])
}

fn resources(
    subject: &Subject<'_>,
    scope: &Scope<'_>,
    on: On,
    bucket: Option<&str>,
) -> BTreeSet<String> {
    let of_type = |type_name: &str| {
        let found = subject
            .template
            .resources()
            .filter(|resource| resource.type_name == type_name);
        let found: Vec<_> = found.collect();
        found
            .into_iter()
            .flat_map(|resource| scope.arns(resource))
            .collect::<BTreeSet<String>>()
    };
    let stack = format!(
        "cloudformation:{{region}}:{{account}}:stack/{}/*",
        subject.stack
    );
    let mut stacks = of_type("AWS::CloudFormation::Stack");
    stacks.insert(scope.arn(&stack));
    match on {
        On::Stacks => stacks,
        On::ChangeSets => {
            stacks.insert(scope.arn("cloudformation:{region}:{account}:changeSet/*"));
            stacks
        }
        On::OwnChangeSets => {
            stacks.insert(scope.arn("cloudformation:{region}:{account}:changeSet/sageform-*"));
            stacks
        }
        On::Endpoints => of_type("AWS::SageMaker::Endpoint"),
        On::Role => subject.role_arn.map(str::to_owned).into_iter().collect(),
        On::Templates => bucket
            .filter(|_| subject.size > LARGEST_BODY)
            .map(|bucket| scope.arn(&format!("s3:::{bucket}/sageform/*.template.json")))
            .into_iter()
            .collect(),
        On::Macros => macros(subject)
            .into_iter()
            .map(|name| match name.strip_prefix("AWS::") {
                Some(name) => scope.arn(&format!("cloudformation:{{region}}:aws:transform/{name}")),
                None => scope.arn(&format!(
                    "cloudformation:{{region}}:{{account}}:transform/{name}"
                )),
            })
            .collect(),
        On::Everything => BTreeSet::from(["*".to_owned()]),
    }
}

fn condition(on: On) -> Option<Json> {
    match on {
        // A request names a change set by its name, or by its ARN.
        On::OwnChangeSets => {
            let names = vec![
                "sageform-*",
                "arn:*:cloudformation:*:*:changeSet/sageform-*",
            ];
            Some(Json::from([(
                "StringLike",
                Json::from([("cloudformation:ChangeSetName", Json::from(names))]),
            )]))
        }
        On::Role => Some(role::string_equals(
            "iam:PassedToService",
            "cloudformation.amazonaws.com",
        )),
        _ => None,
    }
}

/// The macros that a template names for the whole of it.
fn macros(subject: &Subject<'_>) -> Vec<String> {
    match subject.template.document.get("Transform") {
        Some(Json::String(name)) => vec![name.to_string()],
        Some(Json::Array(names)) => names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// What the stage leaves open.
fn places(policy: &mut Policy, subjects: &[Subject<'_>]) {
    if subjects.iter().any(|subject| subject.account.is_none()) {
        policy.note(
            "a stage without `Account` may be any: `*` stands for the account in its ARNs"
                .to_owned(),
        );
    }
    if subjects.iter().any(|subject| subject.region.is_none()) {
        policy.note(
            "a stage without `Region` may be in any: `*` stands for the region in its ARNs, and `aws` \
             for the partition"
                .to_owned(),
        );
    }
}

fn notes(policy: &mut Policy, subjects: &[Subject<'_>], verbs: &[Verb], bucket: Option<&str>) {
    places(policy, subjects);
    let changes = verbs.iter().any(|verb| {
        matches!(
            verb,
            Verb::Plan | Verb::Apply | Verb::Rollback | Verb::Destroy
        )
    });
    if changes && subjects.iter().any(|subject| subject.role_arn.is_none()) {
        policy.note(
            "a stage without `CloudFormationRoleArn` is changed with the permissions of whoever \
             deploys, who then needs the policy `CloudFormation` too"
                .to_owned(),
        );
    }
    if verbs.contains(&Verb::Plan) {
        if !verbs.contains(&Verb::Discard) && !verbs.contains(&Verb::Destroy) {
            policy.note(
                "the empty stack that a plan for a new one leaves is deleted with the permissions of \
                 `discard`, because AWS cannot allow to delete only empty stacks"
                    .to_owned(),
            );
        }
        let large = subjects
            .iter()
            .filter(|subject| subject.size > LARGEST_BODY);
        for subject in large.filter(|_| bucket.is_none()) {
            policy.note(format!(
                "the template of `{}` has {} bytes, and more than {LARGEST_BODY} are handed over in \
                 S3: name the bucket",
                subject.stack, subject.size
            ));
        }
    }
}

#[cfg(test)]
mod tests;
