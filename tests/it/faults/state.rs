//! What is there in the end, as the emulator tells it past the proxy.

use std::collections::BTreeMap;

use sageform::deploy::digest::sha256;
use serde_json::{Value, json};

use super::scenario::{Action, GROUPS};
use crate::emulator::Account;

/// What is there in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    stacks: Vec<Stack>,
    endpoints: Vec<Endpoint>,
    /// How many, used or not.
    configs: usize,
    models: usize,
    groups: usize,
    /// The keys of what is in S3.
    objects: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stack {
    name: String,
    status: String,
    /// The digest of its XML.
    template: String,
    tags: BTreeMap<String, String>,
    protected: bool,
    /// The status and the execution status of each.
    change_sets: Vec<(String, String)>,
    /// How often it began to be made, updated, rolled back: once for each execution that took effect.
    operations: BTreeMap<String, usize>,
    /// Each resource's logical id and status.
    resources: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Endpoint {
    name: String,
    status: String,
    /// Whether it is on the configuration that its stack made.
    own_config: bool,
    model_data: Vec<String>,
}

impl State {
    /// Looks at everything.
    pub(super) fn look(account: &Account) -> Self {
        let list = |operation: &str, list: &str, name: &str| -> Vec<String> {
            let (status, answer) = account.sagemaker(operation, &json!({}));
            assert_eq!(status, 200, "{answer}");
            let found = answer[list].as_array().unwrap().iter();
            found.map(|found| text(&found[name])).collect()
        };
        let (status, answer) = account.cloudformation("ListStacks", &[]);
        assert_eq!(status, 200, "{answer}");
        let ids = values(&answer, "StackId").into_iter();
        let stacks = ids.filter_map(|id| Stack::look(account, id));
        let (mut stacks, configs): (Vec<Stack>, Vec<Option<String>>) = stacks.unzip();
        stacks.sort_by(|a, b| a.name.cmp(&b.name));
        let configs: Vec<String> = configs.into_iter().flatten().collect();
        let bucket = format!("/templates-{}?list-type=2", account.id);
        let (_, objects) = account.s3("GET", &bucket, b"");
        Self {
            stacks,
            endpoints: list("ListEndpoints", "Endpoints", "EndpointName")
                .into_iter()
                .map(|name| Endpoint::look(account, name, &configs))
                .collect(),
            configs: list(
                "ListEndpointConfigs",
                "EndpointConfigs",
                "EndpointConfigName",
            )
            .len(),
            models: list("ListModels", "Models", "ModelName").len(),
            groups: list(
                "ListModelPackageGroups",
                "ModelPackageGroupSummaryList",
                "ModelPackageGroupName",
            )
            .len(),
            objects: values(&objects, "Key")
                .into_iter()
                .map(str::to_owned)
                .collect(),
        }
    }

    /// What a scenario is for has come about.
    pub(super) fn assert_deployed(&self, action: Action) {
        let [stack] = &*self.stacks else {
            panic!("expected one stack, got {self:#?}");
        };
        let created = ("CREATE_IN_PROGRESS".to_owned(), 1);
        let updated = ("UPDATE_IN_PROGRESS".to_owned(), 1);
        let (status, operations) = match action {
            Action::Create | Action::Nothing | Action::Large => {
                ("CREATE_COMPLETE", BTreeMap::from([created]))
            }
            Action::Update | Action::PlanAndApply => {
                ("UPDATE_COMPLETE", BTreeMap::from([created, updated]))
            }
        };
        assert_eq!(stack.status, status);
        assert_eq!(stack.operations, operations);
        for (_, execution) in &stack.change_sets {
            assert_eq!(execution, "EXECUTE_COMPLETE", "{stack:#?}");
        }
        if action == Action::Large {
            assert_eq!((self.groups, self.objects.len()), (GROUPS, 1), "{self:#?}");
            return;
        }
        let tags = BTreeMap::from([("team".to_owned(), "payments".to_owned())]);
        assert_eq!((&stack.tags, stack.protected), (&tags, true), "{self:#?}");
        // Those before are kept.
        let generations = if status == "CREATE_COMPLETE" { 1 } else { 2 };
        let found = (self.configs, self.models);
        assert_eq!(found, (generations, generations), "{self:#?}");
        let [endpoint] = &*self.endpoints else {
            panic!("expected one endpoint, got {self:#?}");
        };
        assert!(endpoint.own_config, "{endpoint:?}");
        assert_eq!(endpoint.status, "InService");
        assert_eq!(
            endpoint.model_data,
            ["s3://models/inference/2/model.tar.gz"]
        );
    }
}

impl Stack {
    /// A stack, unless it is deleted, and the configuration that it made, in lower case.
    fn look(account: &Account, id: &str) -> Option<(Self, Option<String>)> {
        let ask = |action: &str| {
            let (status, answer) = account.cloudformation(action, &[("StackName", id)]);
            assert_eq!(status, 200, "{action}: {answer}");
            answer
        };
        let described = ask("DescribeStacks");
        let status = value(&described, "StackStatus").to_owned();
        if status == "DELETE_COMPLETE" {
            return None;
        }
        let events = ask("DescribeStackEvents");
        let mut operations = BTreeMap::new();
        for event in blocks(&events) {
            let status = value(event, "ResourceStatus");
            // Cleaning up is part of an update.
            let begins = status.ends_with("_IN_PROGRESS") && !status.contains("CLEANUP");
            let reviewed = status == "REVIEW_IN_PROGRESS";
            if value(event, "ResourceType") == "AWS::CloudFormation::Stack" && begins && !reviewed {
                *operations.entry(status.to_owned()).or_default() += 1;
            }
        }
        let sets = ask("ListChangeSets");
        let resources = ask("ListStackResources");
        let mut config = None;
        let mut found = Vec::new();
        for resource in blocks(&resources) {
            if value(resource, "ResourceType") == "AWS::SageMaker::EndpointConfig" {
                let physical = value(resource, "PhysicalResourceId");
                let name = physical.rsplit('/').next().unwrap();
                config = Some(name.to_ascii_lowercase());
            }
            found.push((
                value(resource, "LogicalResourceId").to_owned(),
                value(resource, "ResourceStatus").to_owned(),
            ));
        }
        let tags = value(&described, "Tags");
        let mut change_sets: Vec<_> = blocks(&sets)
            .map(|set| {
                let both = ["Status", "ExecutionStatus"];
                let [status, execution] = both.map(|name| value(set, name).to_owned());
                (status, execution)
            })
            .collect();
        change_sets.sort();
        let stack = Self {
            name: value(&described, "StackName").to_owned(),
            template: sha256(value(&ask("GetTemplate"), "TemplateBody").as_bytes()),
            tags: values(tags, "Key")
                .into_iter()
                .zip(values(tags, "Value"))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            protected: value(&described, "EnableTerminationProtection") == "true",
            status,
            change_sets,
            operations,
            resources: found,
        };
        Some((stack, config))
    }
}

impl Endpoint {
    fn look(account: &Account, name: String, configs: &[String]) -> Self {
        let ask = |operation: &str, request: &Value| {
            let (status, answer) = account.sagemaker(operation, request);
            assert_eq!(status, 200, "{answer}");
            answer
        };
        let endpoint = account.endpoint(&name);
        let config = text(&endpoint["EndpointConfigName"]);
        let request = json!({"EndpointConfigName": config});
        let described = ask("DescribeEndpointConfig", &request);
        let variants = described["ProductionVariants"].as_array().unwrap();
        Self {
            status: text(&endpoint["EndpointStatus"]),
            own_config: configs.contains(&config.to_ascii_lowercase()),
            model_data: variants
                .iter()
                .map(|variant| {
                    let request = json!({"ModelName": variant["ModelName"]});
                    let model = ask("DescribeModel", &request);
                    text(&model["PrimaryContainer"]["ModelDataUrl"])
                })
                .collect(),
            name,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The members of an answer that has no lists within lists.
fn blocks(xml: &str) -> impl Iterator<Item = &str> {
    values(xml, "member").into_iter()
}

/// What the first element of this name holds; empty where there is none.
pub(super) fn value<'a>(xml: &'a str, name: &str) -> &'a str {
    values(xml, name).first().copied().unwrap_or_default()
}

/// What the elements of this name hold.
fn values<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(&close)?.0))
        .collect()
}
