//! The execution role: what the declared inputs need, and nothing else.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>

use crate::cfn::iam::role as l1;
use crate::json::{Json, Text};
use crate::literal::{
    EndpointName, ImageUri, InferenceComponentName, KmsKey, S3Prefix, S3Uri, TopicArn,
};
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::access::{
    NotDerivable, PackageKey, below, bucket_arn, log_group, object_arn, repository_arn,
};
use super::capture::{AsyncOutput, DataCapture};
use super::container::{AnyContainer, ContainerSource, DataLocation};
use super::explainer::{Explainer, ShapBaseline};
use super::model::Network;
use super::options::CoreDump;
use super::policy::Statements;
use super::rollout::RollbackAlarms;

/// The role under which SageMaker starts and runs a model's containers.
///
/// Its permissions are inline: whatever refers to the role is created after they are in force and
/// deleted before they go.
#[derive(Debug, Clone)]
pub struct ExecutionRole {
    pub(super) logs: Vec<Value<String>>,
    pub(super) repositories: Vec<Value<String>>,
    pub(super) package_repositories: Vec<Value<Vec<Value<String>>>>,
    pub(super) objects: Vec<Value<String>>,
    pub(super) package_objects: Vec<Value<Vec<Value<String>>>>,
    /// Buckets that are listed, each with the key prefix.
    pub(super) listed: Vec<(Value<String>, String)>,
    pub(super) written: Vec<Value<String>>,
    pub(super) topics: Vec<Value<String>>,
    pub(super) functions: Vec<Value<String>>,
    pub(super) alarms: Vec<Value<String>>,
    pub(super) keys: Vec<Key>,
    pub(super) network: Vec<Value<String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) condition: Option<Text>,
    pub(super) id: Value<KmsKey>,
    pub(super) actions: &'static [&'static str],
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let container = Container::image(IMAGE).model_data_url(MODEL);
    /// ExecutionRole::new(NAME).container(container.as_any())?.add_to(&mut stack, "Role");
    /// let policies = shown(stack, "Role", "Policies");
    /// assert!(policies.contains(
    ///     r#"{"Sid":"ReadObjects","Effect":"Allow","Action":"s3:GetObject","Resource":{"Fn::Sub":"arn:${AWS::Partition}:s3:::churn/model.tar.gz"}}"#
    /// ), "{policies}");
    /// # Ok::<(), NotDerivable>(())
    /// ```
    pub fn new(endpoint: impl Into<Value<EndpointName>>) -> Self {
        let name = endpoint.into().map(String::from);
        Self {
            logs: log_group("Endpoints", "EndpointName", &name).into(),
            repositories: Vec::new(),
            package_repositories: Vec::new(),
            objects: Vec::new(),
            package_objects: Vec::new(),
            listed: Vec::new(),
            written: Vec::new(),
            topics: Vec::new(),
            functions: Vec::new(),
            alarms: Vec::new(),
            keys: Vec::new(),
            network: Vec::new(),
        }
    }

    /// Lets it pull the container's image and read its model data.
    ///
    /// # Errors
    ///
    /// When the template computes the image or location in a way from which no ARN can be made.
    pub fn container<A>(mut self, container: &AnyContainer<A>) -> Result<Self, NotDerivable> {
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
            ContainerSource::Image(source) => {
                match &source.pull {
                    None => self.add_image(&source.image)?,
                    // The registry asks for no permission of IAM.
                    Some(pull) => {
                        if let Some(function) = &pull.credentials_provider {
                            add(&mut self.functions, function.clone().map(String::from));
                        }
                    }
                }
                match &source.data {
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

    /// Lets it make and remove the network interfaces of containers in this network.
    ///
    /// A subnet may be another account's that shares it, and is named without its account.
    #[must_use]
    pub fn network(mut self, network: &Network) -> Self {
        const EC2: &str = "arn:${AWS::Partition}:ec2:${AWS::Region}";
        let interfaces = format!("{EC2}:${{AWS::AccountId}}:network-interface/*");
        add(&mut self.network, Value::sub(interfaces));
        let (groups, subnets) = network.ids();
        for (kind, ids) in [("subnet", subnets), ("security-group", groups)] {
            for id in ids {
                add(
                    &mut self.network,
                    match id {
                        Value::Literal(id) => Value::sub(format!("{EC2}:*:{kind}/{id}")),
                        computed => Value::sub_with(
                            format!("{EC2}:*:{kind}/${{Id}}"),
                            [("Id", computed.clone())],
                        ),
                    },
                );
            }
        }
        self
    }

    /// Lets it read an object: the artifact of an adapter.
    ///
    /// # Errors
    ///
    /// When the template computes the location in a way from which no ARN can be made.
    pub fn reads_object(mut self, object: &Value<S3Uri>) -> Result<Self, NotDerivable> {
        add(&mut self.objects, object_arn(object.clone(), "")?);
        Ok(self)
    }

    /// Lets it read the baseline of explanations.
    ///
    /// # Errors
    ///
    /// When the template computes the baseline's location in a way from which no ARN can be made.
    pub fn explainer(self, explainer: &Explainer) -> Result<Self, NotDerivable> {
        match &explainer.baseline {
            ShapBaseline::Inline(_) => Ok(self),
            ShapBaseline::Uri(object) => self.reads_object(object),
        }
    }

    /// Lets it write core dumps.
    ///
    /// # Errors
    ///
    /// When the template computes the destination in a way from which no ARN can be made.
    pub fn core_dump(mut self, dump: &CoreDump) -> Result<Self, NotDerivable> {
        add(&mut self.written, below(dump.destination.clone())?);
        if let Some(key) = &dump.key {
            self.add_key(None, key.clone(), WRITE);
        }
        Ok(self)
    }

    /// Lets it publish to topics that are encrypted with this key.
    ///
    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
    #[must_use]
    pub fn topic_key(mut self, key: &Value<KmsKey>) -> Self {
        self.add_key(None, key.clone(), WRITE);
        self
    }

    /// Lets it write the logs of an inference component.
    #[must_use]
    pub fn component(mut self, name: impl Into<Value<InferenceComponentName>>) -> Self {
        let name = name.into().map(String::from);
        for arn in log_group("InferenceComponents", "InferenceComponentName", &name) {
            add(&mut self.logs, arn);
        }
        self
    }

    /// Lets it look at the alarms that take updates back.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html>
    #[must_use]
    pub fn rollback_alarms(mut self, alarms: &RollbackAlarms) -> Self {
        for arn in alarms.arns() {
            add(&mut self.alarms, arn);
        }
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
        let (statements, reasons) = Statements::of(self).into_parts();
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
        let handle = stack.add(name, role);
        stack.resource(&handle).metadata("WithoutResource", reasons);
        handle
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
