//! The statements of an execution role: one per kind of input, in a fixed order.

use crate::catalog::execution_role::{INTERFACES, NETWORK, PULL};
use crate::json::{Json, Object, Text};
use crate::value::{Pseudo, Value};

use super::access::{KeyResource, key_resource, verbatim};
use super::role::{ExecutionRole, Key};

/// Statements, and why some of them name no resource.
#[derive(Default)]
pub(super) struct Statements {
    items: Vec<Json>,
    /// By the statement's `Sid`.
    reasons: Object,
}

const LOGS: &[&str] = &[
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
];

impl Statements {
    /// What a role allows.
    pub(super) fn of(role: ExecutionRole) -> Self {
        let mut statements = Self::default();
        statements.images(role.repositories, role.package_repositories);
        statements.on("ReadObjects", &["s3:GetObject"], role.objects);
        for (index, list) in role.package_objects.into_iter().enumerate() {
            let sid = numbered("ReadPackageArtifacts", index);
            statements.allow(sid, &["s3:GetObject"], list.into_json());
        }
        for (index, (bucket, prefix)) in role.listed.into_iter().enumerate() {
            statements.list(numbered("ListModelData", index), bucket, &prefix);
        }
        statements.on("WriteObjects", &["s3:PutObject"], role.written);
        statements.on("PublishNotifications", &["sns:Publish"], role.topics);
        let describe: &[&str] = &["cloudwatch:DescribeAlarms"];
        statements.on("DescribeRollbackAlarms", describe, role.alarms);
        let invoke: &[&str] = &["lambda:InvokeFunction"];
        statements.on("SignInAtRegistries", invoke, role.functions);
        for (index, key) in role.keys.into_iter().enumerate() {
            statements.key(numbered("UseKey", index), key);
        }
        statements.on("WriteLogs", LOGS, role.logs);
        statements.anywhere(
            "PutMetrics",
            &["cloudwatch:PutMetricData"],
            "Metrics have no ARN: their namespace is the narrowest that IAM offers",
        );
        let namespaces: Vec<Json> = vec!["AWS/SageMaker".into(), "/aws/sagemaker/*".into()];
        statements.only_where("StringLike", "cloudwatch:namespace", namespaces.into());
        if !role.network.is_empty() {
            statements.on("NetworkInterfaces", INTERFACES, role.network);
            statements.anywhere(
                "DescribeNetwork",
                NETWORK,
                "Descriptions of networks have no resource",
            );
        }
        statements
    }

    /// The statements and the reasons.
    pub(super) fn into_parts(self) -> (Vec<Json>, Object) {
        (self.items, self.reasons)
    }

    fn images(
        &mut self,
        repositories: Vec<Value<String>>,
        package_repositories: Vec<Value<Vec<Value<String>>>>,
    ) {
        if !repositories.is_empty() || !package_repositories.is_empty() {
            self.anywhere(
                "EcrLogin",
                &["ecr:GetAuthorizationToken"],
                "A token is one for all repositories: the action has no resource",
            );
        }
        self.on("PullImages", PULL, repositories);
        for (index, list) in package_repositories.into_iter().enumerate() {
            self.allow(numbered("PullPackageImages", index), PULL, list.into_json());
        }
    }

    fn list(&mut self, sid: String, bucket: Value<String>, prefix: &str) {
        self.allow(sid, &["s3:ListBucket"], bucket.into_json());
        // Listing asks for the prefix itself or for what is below it.
        if !prefix.is_empty() {
            let prefixes = vec![Json::from(format!("{}*", verbatim(prefix)))];
            self.only_where("StringLike", "s3:prefix", prefixes.into());
        }
    }

    fn key(&mut self, sid: String, key: Key) {
        match key_resource(&key.id) {
            KeyResource::Arn(arn) => self.allow(sid, key.actions, arn.into_json()),
            KeyResource::Alias { keys, alias } => {
                // A policy cannot name a key by its alias: it is a condition. Not on the request's
                // alias, which decryption and grants do not have.
                self.allow(sid, key.actions, keys.into_json());
                let operator = "ForAnyValue:StringEquals";
                self.only_where(operator, "kms:ResourceAliases", alias.into());
            }
        }
        if let (Some(name), Some(statement)) = (key.condition, self.items.last_mut()) {
            let nothing = Value::<Json>::pseudo(Pseudo::NoValue);
            *statement = Value::when(name, std::mem::take(statement), nothing).into_json();
        }
    }

    /// Adds a statement, unless there is nothing that it would be about.
    fn on(&mut self, sid: &'static str, actions: &[&'static str], resources: Vec<Value<String>>) {
        if !resources.is_empty() {
            let resources: Vec<Json> = resources.into_iter().map(Value::into_json).collect();
            self.allow(sid, actions, resources.into());
        }
    }

    /// Adds a statement about every resource, for a reason.
    fn anywhere(&mut self, sid: &'static str, actions: &[&'static str], reason: &'static str) {
        self.allow(sid, actions, "*".into());
        self.reasons.insert(sid, reason);
    }

    fn allow(&mut self, sid: impl Into<Text>, actions: &[&'static str], resource: Json) {
        let sid: Text = sid.into();
        let actions = match actions {
            [action] => Json::from(*action),
            actions => Json::Array(actions.iter().map(|action| Json::from(*action)).collect()),
        };
        let resource = match resource {
            Json::Array(items) if items.len() == 1 => items.into_iter().next().unwrap_or_default(),
            other => other,
        };
        let statement = [
            ("Sid", sid.into()),
            ("Effect", "Allow".into()),
            ("Action", actions),
            ("Resource", resource),
        ];
        self.items.push(statement.into());
    }

    /// Restricts the statement that was added last.
    fn only_where(&mut self, operator: &'static str, key: &'static str, value: Json) {
        if let Some(Json::Object(statement)) = self.items.last_mut() {
            let test: Object = [(key, value)].into_iter().collect();
            statement.insert("Condition", Json::from([(operator, Json::Object(test))]));
        }
    }
}

fn numbered(sid: &'static str, index: usize) -> String {
    if index == 0 {
        sid.to_owned()
    } else {
        format!("{sid}{}", index + 1)
    }
}
