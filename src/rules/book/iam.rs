//! What roles may do.
//!
//! Only for what is sure: the role is in the template, and so is each of its policies.

mod images;
mod storage;

#[cfg(test)]
mod tests;

use crate::catalog::execution_role::{INTERFACES, NETWORK};
use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::access::{self, Answer, Policies, ROLE, Token, literal, role_of, roles, trusts};
use super::batch::{MACHINE, tasks};
use super::found::Found;
use super::hosting::{CONFIG, MODEL};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!(
        "iam-trust",
        Error,
        [
            MODEL,
            CONFIG,
            "AWS::SageMaker::InferenceExperiment",
            "AWS::SageMaker::DataQualityJobDefinition",
            "AWS::SageMaker::ModelBiasJobDefinition",
            "AWS::SageMaker::ModelExplainabilityJobDefinition",
            "AWS::SageMaker::ModelQualityJobDefinition"
        ],
        trust
    ),
    declared!("iam-model-data", Warning, [MODEL], storage::model_data),
    declared!("iam-list-bucket", Warning, [MODEL], storage::list),
    declared!("iam-ecr", Warning, [MODEL], images::pull),
    declared!("iam-vpc", Warning, [MODEL], network),
    declared!("iam-logs", Warning, [CONFIG], logs),
    declared!("iam-capture", Warning, [CONFIG], storage::capture),
    declared!("iam-async-output", Warning, [CONFIG], storage::results),
    declared!("iam-kms", Warning, [CONFIG], storage::keys),
    declared!("iam-pass-role", Warning, [MACHINE], pass_role),
    declared!(
        "iam-pass-role-any",
        Note,
        [
            ROLE,
            "AWS::IAM::Policy",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::RolePolicy"
        ],
        pass_any_role
    ),
    declared!("iam-full-access", Note, [MODEL, CONFIG], full_access),
];

fn trust(user: Resource<'_>, found: &mut Found<'_>) {
    let arn = user.get("ExecutionRoleArn");
    let role = role_of(arn).or_else(|| role_of(user.get("RoleArn")));
    if let Some(role) = role
        && trusts(role, &literal("sagemaker.amazonaws.com")) == Answer::No
    {
        found
            .at(
                role.get("AssumeRolePolicyDocument"),
                format!(
                    "expected trust in `sagemaker.amazonaws.com`, because `{}` runs with this role",
                    user.id()
                ),
            )
            .allowed("`Principal: {Service: sagemaker.amazonaws.com}`")
            .hint("allow `sts:AssumeRole` to the service that takes the role");
    }
}

/// Those of the actions that are refused for sure.
fn refused<'a>(policies: &Policies<'_>, actions: &[&'a str], resource: &[Token]) -> Vec<&'a str> {
    let mut refused = actions.to_vec();
    refused.retain(|action| policies.refuse(action, resource));
    refused
}

/// In the words of a message.
fn named(actions: &[&str]) -> String {
    format!("`{}`", actions.join("`, `"))
}

fn network(model: Resource<'_>, found: &mut Found<'_>) {
    let vpc = model.get("VpcConfig");
    let Some(role) = role_of(model.get("ExecutionRoleArn")) else {
        return;
    };
    if !vpc.is_present() {
        return;
    }
    let policies = Policies::of(role);
    let mut missing = refused(&policies, INTERFACES, &[Token::UNKNOWN]);
    missing.extend(refused(&policies, NETWORK, &literal("*")));
    if !missing.is_empty() {
        found
            .at(
                vpc,
                format!(
                    "the role `{}` does not allow {}, by which the model gets into the network",
                    role.id(),
                    named(&missing)
                ),
            )
            .hint("allow these; the ones that describe have no resource but `*`");
    }
}

fn logs(config: Resource<'_>, found: &mut Found<'_>) {
    let mut stream = literal("arn:");
    for text in [":logs:", ":", ":log-group:/aws/sagemaker/Endpoints/"] {
        stream.push(Token::NAME);
        stream.extend(literal(text));
    }
    stream.push(Token::UNKNOWN);
    for role in roles(config) {
        let policies = Policies::of(role);
        // One that says nothing of logs may be meant to write none.
        if !policies.name("logs:") {
            continue;
        }
        let missing = refused(
            &policies,
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            &stream,
        );
        if !missing.is_empty() {
            found
                .at(
                    role.get("Policies"),
                    format!(
                        "expected {} for the logs of endpoints, which `{}` writes",
                        named(&missing),
                        config.id()
                    ),
                )
                .hint("allow them on `log-group:/aws/sagemaker/Endpoints/*`");
        }
    }
}

/// Tasks that hand a role on to SageMaker.
const PASSING: &[&str] = &[
    "createHyperParameterTuningJob",
    "createLabelingJob",
    "createModel",
    "createProcessingJob",
    "createTrainingJob",
    "createInferenceRecommendationsJob",
];

fn pass_role(machine: Resource<'_>, found: &mut Found<'_>) {
    let Some(role) = role_of(machine.get("RoleArn")) else {
        return;
    };
    let passing = tasks(machine)
        .into_iter()
        .find(|task| PASSING.contains(&task.action.as_str()) && task.passes_role());
    if let Some(task) = passing
        && Policies::of(role).refuse("iam:PassRole", &[Token::UNKNOWN])
    {
        found
            .at(
                role.get("Policies"),
                format!(
                    "expected `iam:PassRole`, because `{}` hands on a role in `{}`",
                    machine.id(),
                    task.place
                ),
            )
            .hint("allow `iam:PassRole` on that role, where `iam:PassedToService` is `sagemaker.amazonaws.com`");
    }
}

fn pass_any_role(holder: Resource<'_>, found: &mut Found<'_>) {
    let own = holder.get("PolicyDocument");
    let inline = holder.get("Policies").items();
    let documents = inline
        .map(|policy| policy.get("PolicyDocument"))
        .chain(Some(own));
    let listed = |node: Node<'_>, text: &str| {
        let mut items = node.one_or_more().into_iter().filter_map(Node::text);
        items.any(|item| item.eq_ignore_ascii_case(text))
    };
    for document in documents {
        for statement in document.get("Statement").one_or_more() {
            let resource = statement.get("Resource");
            if statement.get("Effect").text().as_deref() == Some("Allow")
                && listed(statement.get("Action"), "iam:PassRole")
                && listed(resource, "*")
                && statement.get("Condition").is_absent()
            {
                found
                    .at(
                        resource,
                        "expected the roles that may be handed on, got `*`",
                    )
                    .got("*")
                    .hint("name the role, and the service in a condition on `iam:PassedToService`");
            }
        }
    }
}

fn full_access(user: Resource<'_>, found: &mut Found<'_>) {
    const BROAD: &[&str] = &["AmazonSageMakerFullAccess", "AdministratorAccess"];
    let Some(role) = role_of(user.get("ExecutionRoleArn")) else {
        return;
    };
    for arn in role.get("ManagedPolicyArns").items() {
        let tokens = access::tokens(user.world(), arn);
        let broad = BROAD
            .iter()
            .find(|name| tokens.ends_with(&literal(&format!(":policy/{name}"))));
        if let Some(name) = broad {
            found
                .at(
                    arn,
                    format!("expected only what the model needs, got all of `{name}`"),
                )
                .got(name)
                .hint("allow the model's data, its image and its logs in an inline policy");
        }
    }
}
