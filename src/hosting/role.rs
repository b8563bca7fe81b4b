//! The execution role: what the declared inputs need, and nothing else.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>

use crate::cfn::iam::role as l1;
use crate::json::{Json, Object, Text};
use crate::literal::{EndpointName, ImageUri, KmsKey, S3Prefix, S3Uri, TopicArn};
use crate::template::{Handle, Stack};
use crate::value::{Function, Pseudo, Value};

use super::access::{
    KeyResource, NotDerivable, PackageKey, bucket_arn, key_resource, object_arn, repository_arn,
    verbatim,
};
use super::capture::{AsyncOutput, DataCapture};
use super::container::{AnyContainer, ContainerSource, DataLocation};

/// The role under which SageMaker starts and runs a model's containers.
///
/// Its permissions are inline: whatever refers to the role is created after they are in force and
/// deleted before they go.
#[derive(Debug, Clone)]
pub struct ExecutionRole {
    logs: [Value<String>; 2],
    repositories: Vec<Value<String>>,
    package_repositories: Vec<Value<Vec<Value<String>>>>,
    objects: Vec<Value<String>>,
    package_objects: Vec<Value<Vec<Value<String>>>>,
    /// Buckets that are listed, each with the key prefix.
    listed: Vec<(Value<String>, String)>,
    written: Vec<Value<String>>,
    topics: Vec<Value<String>>,
    keys: Vec<Key>,
    network: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Key {
    condition: Option<Text>,
    id: Value<KmsKey>,
    actions: &'static [&'static str],
}

const READ: &[&str] = &["kms:Decrypt"];
const WRITE: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];
const VOLUME: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GenerateDataKey",
];

impl ExecutionRole {
    /// A role that writes the endpoint's logs and metrics.
    pub fn new(endpoint: impl Into<Value<EndpointName>>) -> Self {
        const LOGS: &str = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/sagemaker/Endpoints/";
        let endpoint = endpoint.into();
        // The group, and what is in it.
        let logs = ["", ":*"].map(|below| match &endpoint {
            Value::Literal(name) => Value::sub(format!("{LOGS}{name}{below}")),
            computed => Value::sub_with(
                format!("{LOGS}${{EndpointName}}{below}"),
                [("EndpointName", computed.clone().map(String::from))],
            ),
        });
        Self {
            logs,
            repositories: Vec::new(),
            package_repositories: Vec::new(),
            objects: Vec::new(),
            package_objects: Vec::new(),
            listed: Vec::new(),
            written: Vec::new(),
            topics: Vec::new(),
            keys: Vec::new(),
            network: false,
        }
    }

    /// Lets it pull the container's image and read its model data.
    ///
    /// # Errors
    ///
    /// When the template computes the image or location in a way from which no ARN can be made.
    pub fn container(mut self, container: &AnyContainer) -> Result<Self, NotDerivable> {
        match &container.source {
            ContainerSource::Package { access, .. } => {
                for image in &access.images {
                    self.add_image(image)?;
                }
                for artifact in &access.artifacts {
                    add(&mut self.objects, object_arn(artifact.clone(), "")?);
                }
                self.package_repositories
                    .extend(access.repositories.clone());
                self.package_objects.extend(access.objects.clone());
                match &access.key {
                    PackageKey::None => {}
                    PackageKey::Key(key) => self.add_key(None, key.clone(), READ),
                    PackageKey::While(condition, key) => {
                        self.add_key(Some(condition.clone()), key.clone(), READ);
                    }
                }
            }
            ContainerSource::Image { image, data } => {
                self.add_image(image)?;
                match data {
                    None => {}
                    Some(DataLocation::Archive(object) | DataLocation::Object(object)) => {
                        add(&mut self.objects, object_arn(object.clone(), "")?);
                    }
                    Some(DataLocation::Prefix(prefix) | DataLocation::Models(prefix)) => {
                        return self.reads_below(prefix);
                    }
                }
            }
        }
        Ok(self)
    }

    /// Lets it read every object below a prefix, and list them: uncompressed and multi-model data.
    ///
    /// # Errors
    ///
    /// When the template computes the prefix.
    pub fn reads_below(mut self, prefix: &Value<S3Prefix>) -> Result<Self, NotDerivable> {
        add(&mut self.objects, object_arn(prefix.clone(), "*")?);
        let Value::Literal(literal) = prefix else {
            // `s3:prefix` and the bucket's ARN need the parts, which functions cannot cut out of a
            // location whose key has any number of slashes.
            return Err(NotDerivable::new("location", prefix.clone()));
        };
        add(
            &mut self.listed,
            (bucket_arn(literal.bucket()), literal.key().to_owned()),
        );
        Ok(self)
    }

    /// Lets it read the payloads of asynchronous calls below a location.
    ///
    /// # Errors
    ///
    /// When the template computes the location in a way from which no ARN can be made.
    pub fn reads_input(mut self, location: &Value<S3Uri>) -> Result<Self, NotDerivable> {
        let arn = below(location.clone())?;
        add(&mut self.objects, arn);
        Ok(self)
    }

    /// Lets it write answers and errors of asynchronous calls and tell their topics.
    ///
    /// # Errors
    ///
    /// When the template computes a location in a way from which no ARN can be made.
    pub fn async_output(mut self, output: &AsyncOutput) -> Result<Self, NotDerivable> {
        let options = &output.options;
        for location in [Some(&output.output_path), options.failure_path.as_ref()]
            .into_iter()
            .flatten()
        {
            add(&mut self.written, below(location.clone())?);
        }
        for topic in [&options.success_topic, &options.error_topic]
            .into_iter()
            .flatten()
        {
            add(
                &mut self.topics,
                topic.clone().map(|topic: TopicArn| String::from(topic)),
            );
        }
        if let Some(key) = &options.key {
            self.add_key(None, key.clone(), WRITE);
        }
        Ok(self)
    }

    /// Lets it write captured data.
    ///
    /// # Errors
    ///
    /// When the template computes the destination in a way from which no ARN can be made.
    pub fn data_capture(mut self, capture: &DataCapture) -> Result<Self, NotDerivable> {
        add(&mut self.written, below(capture.destination.clone())?);
        if let Some(key) = &capture.key {
            self.add_key(None, key.clone(), WRITE);
        }
        Ok(self)
    }

    /// Lets it use the key of the instances' storage volumes.
    #[must_use]
    pub fn volume_key(mut self, key: &Value<KmsKey>) -> Self {
        self.add_key(None, key.clone(), VOLUME);
        self
    }

    /// Lets it make the network interfaces of a model in a VPC.
    #[must_use]
    pub fn network(mut self) -> Self {
        self.network = true;
        self
    }

    fn add_image(&mut self, image: &Value<ImageUri>) -> Result<(), NotDerivable> {
        if let Some(repository) = repository_arn(image)? {
            add(&mut self.repositories, repository);
        }
        Ok(())
    }

    fn add_key(
        &mut self,
        condition: Option<Text>,
        key: Value<KmsKey>,
        actions: &'static [&'static str],
    ) {
        add(
            &mut self.keys,
            Key {
                condition,
                id: key,
                actions,
            },
        );
    }

    /// Adds the role to a stack.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> Handle<l1::Role> {
        let statements = self.statements();
        let document: Json = [
            ("Version", "2012-10-17".into()),
            ("Statement", Json::Array(statements)),
        ]
        .into();
        let policy = l1::Policy::new(document, "Inputs");
        let trust: Json = [
            ("Version", "2012-10-17".into()),
            (
                "Statement",
                vec![Json::from([
                    ("Effect", "Allow".into()),
                    (
                        "Principal",
                        [("Service", "sagemaker.amazonaws.com".into())].into(),
                    ),
                    ("Action", "sts:AssumeRole".into()),
                ])]
                .into(),
            ),
        ]
        .into();
        let role = l1::Role {
            policies: Some(Value::from([policy])),
            ..l1::Role::new(trust)
        };
        stack.add(name, role)
    }

    fn statements(self) -> Vec<Json> {
        let mut statements = Vec::new();
        let pulls = !self.repositories.is_empty() || !self.package_repositories.is_empty();
        if pulls {
            // The action has no resource: IAM accepts nothing but the wildcard.
            statements.push(allow(
                "EcrLogin",
                &["ecr:GetAuthorizationToken"],
                "*".into(),
            ));
        }
        let pull: &[&str] = &[
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ];
        push_all(&mut statements, "PullImages", pull, self.repositories);
        for (index, list) in self.package_repositories.into_iter().enumerate() {
            statements.push(allow(
                numbered("PullPackageImages", index),
                pull,
                list.into_json(),
            ));
        }
        push_all(
            &mut statements,
            "ReadObjects",
            &["s3:GetObject"],
            self.objects,
        );
        for (index, list) in self.package_objects.into_iter().enumerate() {
            let sid = numbered("ReadPackageArtifacts", index);
            statements.push(allow(sid, &["s3:GetObject"], list.into_json()));
        }
        for (index, (bucket, prefix)) in self.listed.into_iter().enumerate() {
            let mut statement = allow(
                numbered("ListModelData", index),
                &["s3:ListBucket"],
                bucket.into_json(),
            );
            // Listing asks for the prefix itself or for what is below it.
            if !prefix.is_empty() {
                let prefixes = vec![Json::from(format!("{}*", verbatim(&prefix)))];
                condition(&mut statement, "StringLike", "s3:prefix", prefixes.into());
            }
            statements.push(statement);
        }
        push_all(
            &mut statements,
            "WriteObjects",
            &["s3:PutObject"],
            self.written,
        );
        push_all(
            &mut statements,
            "PublishNotifications",
            &["sns:Publish"],
            self.topics,
        );
        for (index, key) in self.keys.into_iter().enumerate() {
            let sid = numbered("UseKey", index);
            let mut statement = match key_resource(&key.id) {
                KeyResource::Arn(arn) => allow(sid, key.actions, arn.into_json()),
                KeyResource::Alias { keys, alias } => {
                    // A policy cannot name a key by its alias: it is a condition. Not on the
                    // request's alias, which decryption and grants do not have.
                    let mut statement = allow(sid, key.actions, keys.into_json());
                    condition(
                        &mut statement,
                        "ForAnyValue:StringEquals",
                        "kms:ResourceAliases",
                        alias.into(),
                    );
                    statement
                }
            };
            if let Some(name) = key.condition {
                let nothing = Value::<Json>::pseudo(Pseudo::NoValue);
                statement = Value::when(name, statement, nothing).into_json();
            }
            statements.push(statement);
        }
        let logs: &[&str] = &[
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ];
        push_all(&mut statements, "WriteLogs", logs, self.logs.to_vec());
        // The action has no resource: the namespace is the narrowest that IAM offers.
        let mut metrics = allow("PutMetrics", &["cloudwatch:PutMetricData"], "*".into());
        let namespaces: Vec<Json> = vec!["AWS/SageMaker".into(), "/aws/sagemaker/*".into()];
        condition(
            &mut metrics,
            "StringLike",
            "cloudwatch:namespace",
            namespaces.into(),
        );
        statements.push(metrics);
        if self.network {
            statements.push(allow("NetworkInterfaces", NETWORK, "*".into()));
        }
        statements
    }
}

/// Of these, the descriptions have no resource, and the interfaces exist only after the call.
const NETWORK: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
];

/// The ARN of everything below a location, which may or may not end with `/`.
fn below(location: Value<S3Uri>) -> Result<Value<String>, NotDerivable> {
    let ends_with_slash = match &location {
        Value::Literal(uri) => uri.as_str().ends_with('/'),
        Value::Intrinsic(call) => match (call.function, &call.argument) {
            (Function::Sub, Json::String(template)) => template.ends_with('/'),
            _ => false,
        },
        Value::Raw(_) => false,
    };
    let suffix = if ends_with_slash { "*" } else { "/*" };
    object_arn(location, suffix)
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn numbered(sid: &'static str, index: usize) -> String {
    if index == 0 {
        sid.to_owned()
    } else {
        format!("{sid}{}", index + 1)
    }
}

fn push_all(
    statements: &mut Vec<Json>,
    sid: &'static str,
    actions: &[&'static str],
    resources: Vec<Value<String>>,
) {
    if !resources.is_empty() {
        let resources: Vec<Json> = resources.into_iter().map(Value::into_json).collect();
        statements.push(allow(sid, actions, resources.into()));
    }
}

fn allow(sid: impl Into<Text>, actions: &[&'static str], resource: Json) -> Json {
    let sid: Text = sid.into();
    let actions = match actions {
        [action] => Json::from(*action),
        actions => Json::Array(actions.iter().map(|action| Json::from(*action)).collect()),
    };
    let resource = match resource {
        Json::Array(items) if items.len() == 1 => items.into_iter().next().unwrap_or_default(),
        other => other,
    };
    [
        ("Sid", sid.into()),
        ("Effect", "Allow".into()),
        ("Action", actions),
        ("Resource", resource),
    ]
    .into()
}

fn condition(statement: &mut Json, operator: &'static str, key: &'static str, value: Json) {
    if let Json::Object(statement) = statement {
        let test: Object = [(key, value)].into_iter().collect();
        statement.insert("Condition", Json::from([(operator, Json::Object(test))]));
    }
}
