//! The permissions of every template that ships and of every case of L1.

use std::fs;
use std::path::Path;

use sageform::json::Json;
use sageform::permissions::{
    MANAGED_POLICY_SIZE, Subject, Verb, cloudformation_role, deployer, size,
};
use sageform::template::Template;

use crate::support::{document, entries, folder};

fn templates() -> Vec<(String, Template)> {
    let mut files = entries(&folder("l1"));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    files.extend(entries(&shipped).iter().flat_map(|stage| entries(stage)));
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            (
                file.display().to_string(),
                Template::from_document(document(&text)),
            )
        })
        .collect()
}

#[test]
fn no_resource_is_forgotten_and_every_document_fits_a_managed_policy() {
    let templates = templates();
    assert!(templates.len() > 15, "the templates are gone");
    for (name, template) in &templates {
        let subject = Subject {
            stack: "some-stack-Production",
            template,
            size: 1000,
            account: Some("123456789012"),
            region: Some("eu-west-1"),
            role_arn: Some("arn:aws:iam::123456789012:role/cloudformation"),
            termination_protection: true,
        };
        let role = cloudformation_role(&[subject]);
        assert!(role.notes.is_empty(), "{name}: {:?}", role.notes);
        for policy in [role, deployer(&[subject], Verb::ALL, None)] {
            let documents = policy.documents();
            let statements: usize = documents
                .iter()
                .filter_map(|document| document.get("Statement")?.as_array().map(<[Json]>::len))
                .sum();
            assert_eq!(statements, policy.statements.len(), "{name}");
            for document in documents {
                assert!(
                    size(&document) <= MANAGED_POLICY_SIZE,
                    "{name}: {}",
                    size(&document)
                );
            }
        }
    }
}

/// The deployment says of each failed call which API it was: those are the actions that it calls.
#[test]
fn every_api_that_the_deployment_calls_is_allowed_to_some_verb() {
    let template = document_with_endpoint();
    let large = Subject {
        stack: "some-stack-Production",
        template: &template,
        size: 100_000,
        account: None,
        region: None,
        role_arn: Some("arn:aws:iam::123456789012:role/cloudformation"),
        termination_protection: true,
    };
    let policy = deployer(&[large], Verb::ALL, Some("templates"));
    let mut missing = Vec::new();
    for (file, action) in called() {
        // IAM has no action of its own for it.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        let action = action.replace("s3:HeadObject", "s3:GetObject");
        let allowed = policy
            .statements
            .iter()
            .any(|statement| statement.actions.contains(&action));
        // Whoever has credentials may ask whose they are.
        if !allowed && action != "sts:GetCallerIdentity" {
            missing.push(format!("{file}: `{action}`"));
        }
    }
    assert!(
        missing.is_empty(),
        "not in the table of `permissions/verbs.rs`:\n{}",
        missing.join("\n")
    );
}

fn document_with_endpoint() -> Template {
    Template::from_document(document(
        r#"{"Resources": {"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {}}}}"#,
    ))
}

/// The texts such as `"cloudformation:CreateChangeSet"` in the deployment's code.
fn called() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/deploy")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            // Every piece between two quotes, whichever of them opens: escapes do no harm.
            for quoted in text.split('"') {
                let Some((service, name)) = quoted.split_once(':') else {
                    continue;
                };
                if ["cloudformation", "sagemaker", "s3", "sts"].contains(&service)
                    && name.starts_with(|first: char| first.is_ascii_uppercase())
                    && name.chars().all(|one| one.is_ascii_alphanumeric())
                {
                    found.push((path.display().to_string(), quoted.to_owned()));
                }
            }
        }
    }
    found
}
