//! What a role needs for objects in S3, and for keys.

use super::super::super::node::{Node, Part, Resource};
use super::super::access::{Answer, Policies, Token, literal, role_of, roles, split_once, tokens};
use super::super::found::Found;
use super::super::hosting::{containers, is_multi_model};

const KEY: &str = "AWS::KMS::Key";

/// An address of a model's data, and whether it is one of many objects.
struct Data<'w> {
    node: Node<'w>,
    many: bool,
}

fn data(model: Resource<'_>) -> Vec<Data<'_>> {
    let mut all = Vec::new();
    for container in containers(model) {
        let mode = container.get("Mode");
        let source = container.get("ModelDataSource").get("S3DataSource");
        let kind = source.get("S3DataType");
        // What is not known is taken for one of many, which needs less.
        let many = !mode.is_absent() && mode.text().as_deref() != Some("SingleModel");
        all.push(Data {
            node: container.get("ModelDataUrl"),
            many,
        });
        all.push(Data {
            node: source.get("S3Uri"),
            many: many || kind.text().as_deref() != Some("S3Object"),
        });
    }
    all.retain(|data| data.node.is_present());
    all
}

/// The ARN of what an address in S3 names: of the bucket, and of the object.
fn object(address: &[Token]) -> Option<(Vec<Token>, Vec<Token>)> {
    let (before, rest) = split_once(address, "s3://")?;
    if !before.is_empty() {
        return None;
    }
    let (bucket, key) = split_once(rest, "/").unwrap_or((rest, &[]));
    let mut arn = literal("arn:");
    arn.push(Token::NAME);
    arn.extend(literal(":s3:::"));
    arn.extend_from_slice(bucket);
    let mut object = arn.clone();
    object.push(Token::Char('/'));
    object.extend_from_slice(key);
    Some((arn, object))
}

/// Whether the policy of a bucket of the template may allow what the role's policies do not.
fn bucket_allows(resource: Resource<'_>) -> bool {
    resource
        .world()
        .of_type("AWS::S3::BucketPolicy")
        .any(|policy| {
            let statements = policy.get("PolicyDocument").get("Statement");
            statements
                .one_or_more()
                .iter()
                .any(|one| one.get("Effect").text().as_deref() != Some("Deny"))
        })
}

/// The role that reads a model's data, where its policies alone decide whether it may.
fn reader(model: Resource<'_>) -> Option<(Resource<'_>, Policies<'_>)> {
    let role = role_of(model.get("ExecutionRoleArn"))?;
    (!bucket_allows(model)).then(|| (role, Policies::of(role)))
}

pub(super) fn model_data(model: Resource<'_>, found: &mut Found<'_>) {
    let Some((role, policies)) = reader(model) else {
        return;
    };
    // The buckets of JumpStart have policies of AWS's.
    let own = data(model).into_iter().filter(
        |data| !matches!(data.node.text(), Some(text) if text.starts_with("s3://jumpstart-")),
    );
    for data in own {
        let Some((_, mut arn)) = object(&tokens(model.world(), data.node)) else {
            continue;
        };
        if data.many {
            arn.push(Token::UNKNOWN);
        }
        if policies.refuse("s3:GetObject", &arn) {
            found
                .at(
                    data.node,
                    format!(
                        "the role `{}` does not allow `s3:GetObject` here",
                        role.id()
                    ),
                )
                .hint("allow it on the ARN of the object, or on `prefix/*` where there are many");
        }
    }
}

pub(super) fn list(model: Resource<'_>, found: &mut Found<'_>) {
    let Some((role, policies)) = reader(model) else {
        return;
    };
    for container in containers(model) {
        let source = container.get("ModelDataSource").get("S3DataSource");
        let prefix = source.get("S3DataType").text().as_deref() == Some("S3Prefix");
        let multi = is_multi_model(container) == Some(true);
        let node = match (prefix, multi) {
            (true, _) => source.get("S3Uri"),
            (_, true) => container.get("ModelDataUrl"),
            _ => continue,
        };
        let Some((bucket, _)) = object(&tokens(model.world(), node)) else {
            continue;
        };
        if policies.refuse("s3:ListBucket", &bucket) {
            found
                .at(
                    node,
                    format!(
                        "the role `{}` does not allow `s3:ListBucket`, by which the objects below this prefix are found",
                        role.id()
                    ),
                )
                .hint("allow it on the ARN of the bucket, without `/*`");
        }
    }
}

/// A place that the role writes to, where it writes to others.
fn writes(config: Resource<'_>, place: Node<'_>, found: &mut Found<'_>) {
    let Some((_, mut arn)) = object(&tokens(config.world(), place)) else {
        return;
    };
    if !place.is_present() || bucket_allows(config) {
        return;
    }
    arn.push(Token::UNKNOWN);
    for role in roles(config) {
        let policies = Policies::of(role);
        // That none is allowed is told by other rules.
        let somewhere = !policies.refuse("s3:PutObject", &[Token::UNKNOWN]);
        if somewhere && policies.refuse("s3:PutObject", &arn) {
            found
                .at(
                    place,
                    format!(
                        "the role `{}` allows `s3:PutObject` elsewhere, but not here",
                        role.id()
                    ),
                )
                .hint("allow it on the ARN of this prefix with `/*`");
        }
    }
}

pub(super) fn capture(config: Resource<'_>, found: &mut Found<'_>) {
    let capture = config.get("DataCaptureConfig");
    if capture.get("EnableCapture").boolean() == Some(true) {
        writes(config, capture.get("DestinationS3Uri"), found);
    }
}

pub(super) fn results(config: Resource<'_>, found: &mut Found<'_>) {
    let output = config.get("AsyncInferenceConfig").get("OutputConfig");
    for key in ["S3OutputPath", "S3FailurePath"] {
        writes(config, output.get(key), found);
    }
}

pub(super) fn keys(config: Resource<'_>, found: &mut Found<'_>) {
    let uses = [
        config.get("DataCaptureConfig").get("KmsKeyId"),
        config
            .get("AsyncInferenceConfig")
            .at(["OutputConfig", "KmsKeyId"]),
    ];
    for node in uses {
        let key = node.target().map(|(key, _)| key);
        if !key.is_some_and(|key| key.kind() == KEY && leaves_it_to_roles(key)) {
            continue;
        }
        for role in roles(config) {
            let answer = Policies::of(role).allow("kms:GenerateDataKey", &[Token::UNKNOWN]);
            if answer == Answer::No {
                found
                    .at(
                        node,
                        format!(
                            "neither the role `{}` nor the key allows `kms:GenerateDataKey`",
                            role.id()
                        ),
                    )
                    .hint("allow the role `kms:GenerateDataKey` on this key");
            }
        }
    }
}

/// Whether a key allows nothing but to the account, whose policies then decide.
fn leaves_it_to_roles(key: Resource<'_>) -> bool {
    let policy = key.get("KeyPolicy");
    let statements = policy.get("Statement");
    let list = match statements.list() {
        Some(list) => list,
        None if statements.entries().next().is_some() => vec![statements],
        None => return false,
    };
    list.iter().all(|statement| {
        if statement.get("Effect").text().as_deref() == Some("Deny") {
            return true;
        }
        let principal = statement.get("Principal");
        let accounts = principal.get("AWS");
        let names = accounts.one_or_more();
        principal.entries().count() == 1
            && !names.is_empty()
            && names.iter().all(|name| {
                matches!(name.parts().last(), Some(Part::Text(end)) if end.ends_with(":root"))
            })
    })
}
