use std::collections::BTreeSet;

use super::policy::covers;
use super::tables::{UNKNOWN, WITHOUT_HANDLERS};
use super::*;
use crate::cfn::SCHEMAS;

fn template(resources: &str) -> Template {
    let text = format!("{{\"Resources\": {resources}}}");
    Template::from_document(serde_json::from_str(&text).unwrap())
}

fn subject(template: &Template) -> Subject<'_> {
    Subject {
        stack: "churn-Staging",
        template,
        size: 1000,
        account: Some("123456789012"),
        region: Some("eu-west-1"),
        role_arn: Some("arn:aws:iam::123456789012:role/deploys"),
        termination_protection: false,
    }
}

/// Every action of a policy, with the resources that it is allowed on.
fn allowed(policy: &Policy, action: &str) -> BTreeSet<String> {
    policy
        .statements
        .iter()
        .filter(|statement| statement.actions.contains(action))
        .flat_map(|statement| statement.resources.clone())
        .collect()
}

fn actions(policy: &Policy) -> BTreeSet<String> {
    policy
        .statements
        .iter()
        .flat_map(|statement| statement.actions.clone())
        .collect()
}

fn is_action(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else {
        return false;
    };
    let lower = |text: &str| {
        text.chars()
            .all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-')
    };
    !service.is_empty()
        && lower(service)
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|one| one.is_ascii_alphanumeric())
}

fn is_arn(arn: &str) -> bool {
    arn == "*" || arn.starts_with("arn:aws") && arn.splitn(6, ':').count() == 6
}

fn check(policy: &Policy) {
    let sids: BTreeSet<&str> = policy
        .statements
        .iter()
        .map(|statement| statement.sid.as_str())
        .collect();
    assert_eq!(sids.len(), policy.statements.len());
    for statement in &policy.statements {
        let Statement {
            sid,
            actions,
            resources,
            reason,
            ..
        } = statement;
        assert!(sid.chars().all(|one| one.is_ascii_alphanumeric()), "{sid}");
        assert!(
            actions.iter().all(|action| is_action(action)),
            "{sid}: {actions:?}"
        );
        assert!(
            resources.iter().all(|arn| is_arn(arn)),
            "{sid}: {resources:?}"
        );
        assert!(
            !reason.is_empty() && !actions.is_empty() && !resources.is_empty(),
            "{sid}"
        );
        let alone = resources.len() == 1;
        assert!(alone || !resources.contains("*"), "{sid}: {resources:?}");
    }
}

#[test]
fn every_type_that_is_known_gets_permissions_with_reasons() {
    for schema in SCHEMAS {
        let name = schema.type_name;
        let token = r#"{"ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:x", "Roles": ["x"]}"#;
        let template = template(&format!(
            r#"{{"Thing": {{"Type": "{name}", "Properties": {token}}}}}"#
        ));
        let policy = cloudformation_role(&[subject(&template)]);
        assert!(!policy.statements.is_empty(), "{name}");
        assert!(policy.notes.is_empty(), "{name}: {:?}", policy.notes);
        check(&policy);
        for statement in &policy.statements {
            assert!(
                !statement.sid.ends_with("Others") || !statement.resources.contains("*"),
                "{name}: nothing says what {:?} apply to",
                statement.actions
            );
        }
    }
}

#[test]
fn a_type_that_is_not_known_is_said() {
    let template = template(r#"{"Thing": {"Type": "AWS::New::Thing"}}"#);
    let policy = cloudformation_role(&[subject(&template)]);
    assert_eq!(
        policy.notes,
        ["`AWS::New::Thing`: no handler is known, so that its permissions are missing here"]
    );
}

#[test]
fn every_exception_is_about_something_that_the_schemas_list() {
    let mut listed: BTreeSet<&str> = BTreeSet::new();
    for schema in SCHEMAS {
        let handlers = &schema.handlers;
        for handler in [
            &handlers.create,
            &handlers.read,
            &handlers.update,
            &handlers.delete,
        ] {
            listed.extend(handler.iter().flat_map(|handler| handler.permissions));
        }
        let by_hand = WITHOUT_HANDLERS
            .iter()
            .any(|(name, ..)| *name == schema.type_name);
        let none = handlers.create.is_none() && handlers.delete.is_none();
        assert!(!by_hand || none, "`{}` has handlers now", schema.type_name);
    }
    for action in UNKNOWN {
        assert!(listed.contains(action), "`{action}` is not listed any more");
    }
    let by_hand: Vec<&str> = WITHOUT_HANDLERS
        .iter()
        .flat_map(|(_, always, delete)| always.iter().chain(*delete).copied())
        .collect();
    for (types, pattern, _) in tables::NEEDS {
        let found = listed
            .iter()
            .chain(&by_hand)
            .any(|action| covers(pattern, action));
        assert!(found, "`{pattern}` of `{types}` gates nothing");
    }
}

#[test]
fn whoever_plans_executes_and_deletes_nothing() {
    let template = template(
        r#"{"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "churn"}}}"#,
    );
    let plan = deployer(&[subject(&template)], Verb::PLANNING, None);
    check(&plan);
    let allowed_actions = actions(&plan);
    let changing: Vec<&String> = allowed_actions
        .iter()
        .filter(|action| {
            let name = action.split(':').nth(1).unwrap_or_default();
            !["Describe", "Get", "List"]
                .iter()
                .any(|verb| name.starts_with(verb))
        })
        .collect();
    assert_eq!(
        changing,
        [
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "iam:PassRole"
        ]
    );
    assert_eq!(
        allowed(&plan, "iam:PassRole"),
        BTreeSet::from(["arn:aws:iam::123456789012:role/deploys".to_owned()])
    );
    let apply = actions(&deployer(&[subject(&template)], Verb::APPLYING, None));
    assert!(apply.is_superset(&allowed_actions));
    assert!(apply.contains("cloudformation:ExecuteChangeSet"));
    assert!(!apply.contains("cloudformation:DeleteStack"));
    assert!(!apply.contains("cloudformation:UpdateTerminationProtection"));
}

#[test]
fn protection_is_changed_only_where_the_stage_has_it() {
    let template = template("{}");
    let protected = Subject {
        termination_protection: true,
        stack: "kept-Staging",
        ..subject(&template)
    };
    let policy = deployer(&[subject(&template), protected], Verb::APPLYING, None);
    assert_eq!(
        allowed(&policy, "cloudformation:UpdateTerminationProtection"),
        BTreeSet::from([
            "arn:aws:cloudformation:eu-west-1:123456789012:stack/kept-Staging/*".to_owned()
        ])
    );
}

#[test]
fn the_bucket_is_written_only_for_templates_that_are_too_large_for_a_request() {
    let template = template("{}");
    let large = Subject {
        size: LARGEST_BODY + 1,
        ..subject(&template)
    };
    let exact = Subject {
        size: LARGEST_BODY,
        ..subject(&template)
    };
    let bucket = Some("templates");
    assert!(allowed(&deployer(&[exact], &[Verb::Plan], bucket), "s3:PutObject").is_empty());
    assert_eq!(
        allowed(&deployer(&[large], &[Verb::Plan], bucket), "s3:PutObject"),
        BTreeSet::from(["arn:aws:s3:::templates/sageform/*.template.json".to_owned()])
    );
    let without = deployer(&[large], &[Verb::Plan], None);
    assert!(
        without
            .notes
            .iter()
            .any(|note| note.contains("name the bucket")),
        "{:?}",
        without.notes
    );
}

#[test]
fn what_is_kept_is_never_deleted() {
    let deletes = |policies: &str| {
        let template = template(&format!(
            r#"{{"Bucket": {{"Type": "AWS::S3::Bucket", {policies} "Properties": {{}}}}}}"#
        ));
        actions(&cloudformation_role(&[subject(&template)])).contains("s3:DeleteBucket")
    };
    assert!(deletes(""));
    assert!(deletes(r#""DeletionPolicy": "Retain","#));
    assert!(deletes(
        r#""DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain","#
    ));
    assert!(!deletes(
        r#""DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain","#
    ));
}

#[test]
fn a_feature_is_allowed_while_a_template_uses_it() {
    let bucket = |properties: &str| {
        let template = template(&format!(
            r#"{{"Bucket": {{"Type": "AWS::S3::Bucket", "Properties": {properties}}}}}"#
        ));
        actions(&cloudformation_role(&[subject(&template)]))
    };
    assert!(!bucket("{}").contains("s3:PutLifecycleConfiguration"));
    assert!(
        bucket(r#"{"LifecycleConfiguration": {"Rules": []}}"#)
            .contains("s3:PutLifecycleConfiguration")
    );
    assert!(bucket("{}").contains("s3:GetLifecycleConfiguration"));
}

#[test]
fn a_role_is_only_ever_passed_to_the_service_that_it_is_for() {
    let template = template(
        r#"{"Model": {"Type": "AWS::SageMaker::Model", "Properties": {
                "ExecutionRoleArn": "arn:aws:iam::123456789012:role/serves"}},
            "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}}"#,
    );
    let subjects = [subject(&template)];
    let mut passed = Vec::new();
    for policy in [
        deployer(&subjects, Verb::ALL, None),
        cloudformation_role(&subjects),
    ] {
        for statement in &policy.statements {
            if statement.actions.contains("iam:PassRole") {
                let condition = serde_json::to_string(&statement.condition).unwrap();
                passed.push(format!("{:?} {condition}", statement.resources));
            }
        }
    }
    let to_cloudformation = r#"{"arn:aws:iam::123456789012:role/deploys"} {"StringEquals":{"iam:PassedToService":"cloudformation.amazonaws.com"}}"#;
    let to_sagemaker = r#"{"arn:aws:iam::123456789012:role/serves"} {"StringEquals":{"iam:PassedToService":"sagemaker.amazonaws.com"}}"#;
    assert_eq!(passed, [to_cloudformation, to_sagemaker, to_cloudformation]);
}

#[test]
fn a_role_may_be_given_only_the_managed_policies_of_the_template() {
    let template = template(
        r#"{"Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [
            {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}]}}}"#,
    );
    let policy = cloudformation_role(&[subject(&template)]);
    let statement = policy
        .statements
        .iter()
        .find(|statement| statement.actions.contains("iam:AttachRolePolicy"))
        .unwrap();
    let condition = serde_json::to_string(&statement.condition).unwrap();
    assert_eq!(
        condition,
        r#"{"ArnLike":{"iam:PolicyARN":["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}"#
    );
}

#[test]
fn keys_secrets_and_parameters_are_those_that_the_template_names() {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let template = template(&format!(
        r#"{{"Config": {{"Type": "AWS::SageMaker::EndpointConfig", "Properties": {{
            "KmsKeyId": "{key}",
            "Tags": [{{"Key": "a", "Value": "{{{{resolve:ssm:/team/name:1}}}}"}},
                     {{"Key": "b", "Value": "{{{{resolve:secretsmanager:db:SecretString:user}}}}"}}]}}}}}}"#
    ));
    let policy = cloudformation_role(&[subject(&template)]);
    check(&policy);
    for (action, resource) in [
        ("kms:CreateGrant", key),
        ("kms:DescribeKey", key),
        (
            "ssm:GetParameters",
            "arn:aws:ssm:eu-west-1:123456789012:parameter/team/name",
        ),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db*",
        ),
    ] {
        let expected = BTreeSet::from([resource.to_owned()]);
        assert_eq!(allowed(&policy, action), expected, "{action}");
    }
}

#[test]
fn macros_and_nested_stacks_are_part_of_making_a_change_set() {
    let text = r#"{"Transform": ["AWS::LanguageExtensions", "Ours"], "Resources": {
        "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}}}"#;
    let template = Template::from_document(serde_json::from_str(text).unwrap());
    let policy = deployer(&[subject(&template)], &[Verb::Plan], None);
    let expected = [
        "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sageform-*",
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/churn-Staging-Inner-*/*",
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/churn-Staging/*",
        "arn:aws:cloudformation:eu-west-1:123456789012:transform/Ours",
        "arn:aws:cloudformation:eu-west-1:aws:transform/LanguageExtensions",
    ];
    let expected: BTreeSet<String> = expected.iter().map(|arn| (*arn).to_owned()).collect();
    assert_eq!(allowed(&policy, "cloudformation:CreateChangeSet"), expected);
}

#[test]
fn drift_reads_every_resource_and_changes_none() {
    let template = template(r#"{"Topic": {"Type": "AWS::SNS::Topic"}}"#);
    let policy = deployer(&[subject(&template)], &[Verb::Drift], None);
    check(&policy);
    let actions = actions(&policy);
    assert!(actions.contains("sns:GetTopicAttributes"));
    assert!(!actions.contains("sns:CreateTopic"));
    assert!(actions.contains("cloudformation:DetectStackDrift"));
}

#[test]
fn every_verb_is_called_something_and_gets_a_policy() {
    let template = template("{}");
    for verb in Verb::ALL {
        assert_eq!(verb.name().parse(), Ok(*verb));
        let policy = deployer(&[subject(&template)], &[*verb], None);
        assert!(!policy.statements.is_empty(), "{verb}");
        check(&policy);
    }
    assert!("fly".parse::<Verb>().is_err());
}
