//! What the inputs of an endpoint need of AWS, as ARNs without wildcards where AWS has none.

use crate::json::{Json, Text};
use crate::literal::{ImageUri, KmsKey, S3Uri};
use crate::value::{Function, Pseudo, Value};

/// What an execution role has to know of a model package: it names neither image nor artifact where
/// the template could see them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PackageAccess {
    pub(super) images: Vec<Value<ImageUri>>,
    pub(super) artifacts: Vec<Value<S3Uri>>,
    pub(super) repositories: Option<Value<Vec<Value<String>>>>,
    pub(super) objects: Option<Value<Vec<Value<String>>>>,
    pub(super) key: PackageKey,
}

impl PackageAccess {
    /// Nothing: for a role that is given what it needs elsewhere.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// const VERSION: ModelPackageArn =
    ///     ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    /// let package = Container::package(VERSION, PackageAccess::none());
    /// ExecutionRole::new(NAME).container(package.as_any())?.add_to(&mut stack, "Role");
    /// assert!(!shown(stack, "Role", "Policies").contains("PullImages"));
    /// # Ok::<(), NotDerivable>(())
    /// ```
    pub fn none() -> Self {
        Self::default()
    }

    /// The package's images and artifacts.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// const VERSION: ModelPackageArn =
    ///     ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    /// let access = PackageAccess::of([IMAGE.into()], [MODEL.into()]);
    /// let package = Container::package(VERSION, access);
    /// ExecutionRole::new(NAME).container(package.as_any())?.add_to(&mut stack, "Role");
    /// let policies = shown(stack, "Role", "Policies");
    /// assert!(policies.contains(":ecr:eu-west-1:111111111111:repository/churn"), "{policies}");
    /// assert!(policies.contains(":s3:::churn/model.tar.gz"), "{policies}");
    /// # Ok::<(), NotDerivable>(())
    /// ```
    pub fn of(
        images: impl IntoIterator<Item = Value<ImageUri>>,
        artifacts: impl IntoIterator<Item = Value<S3Uri>>,
    ) -> Self {
        Self {
            images: images.into_iter().collect(),
            artifacts: artifacts.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The ARNs of the repositories that hold its images, and of its artifacts in S3, where the
    /// deployment knows them.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use sageform::template::Parameter;
    ///
    /// const VERSION: ModelPackageArn =
    ///     ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    /// let repositories = stack.parameter("Repositories", Parameter::comma_delimited_list());
    /// let objects = stack.parameter("Objects", Parameter::comma_delimited_list());
    /// let access = PackageAccess::arns(repositories.value(), objects.value());
    /// let package = Container::package(VERSION, access);
    /// ExecutionRole::new(NAME).container(package.as_any())?.add_to(&mut stack, "Role");
    /// let policies = shown(stack, "Role", "Policies");
    /// assert!(policies.contains(r#""Resource":{"Ref":"Objects"}"#), "{policies}");
    /// # Ok::<(), NotDerivable>(())
    /// ```
    pub fn arns(
        repositories: impl Into<Value<Vec<Value<String>>>>,
        objects: impl Into<Value<Vec<Value<String>>>>,
    ) -> Self {
        Self {
            repositories: Some(repositories.into()),
            objects: Some(objects.into()),
            ..Self::default()
        }
    }

    /// The key that its artifacts are encrypted with; without it, there is none.
    #[must_use]
    pub fn key(mut self, key: PackageKey) -> Self {
        self.key = key;
        self
    }
}

/// The key of a model package's artifacts.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum PackageKey {
    /// There is none.
    #[default]
    None,
    /// This one.
    Key(Value<KmsKey>),
    /// The deployment says: while the condition holds, this one.
    While(Text, Value<KmsKey>),
}

/// An input from which no ARN can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the execution role cannot name the {what} `{value}`")]
pub struct NotDerivable {
    /// What it is: `image`, `location`, `key`.
    pub what: &'static str,
    /// It, as the template states it.
    pub value: String,
}

impl NotDerivable {
    pub(super) fn new<T: serde::Serialize>(what: &'static str, value: Value<T>) -> Self {
        let value = serde_json::to_string(&value.into_json()).unwrap_or_default();
        Self { what, value }
    }
}

/// The ARN of an object, or of all objects below a prefix, from its S3 location.
pub(super) fn object_arn<T>(location: Value<T>, suffix: &str) -> Result<Value<String>, NotDerivable>
where
    T: AsRef<str> + serde::Serialize,
{
    match location {
        Value::Literal(uri) => {
            let path = escape(&verbatim(uri.as_ref().trim_start_matches("s3://")));
            Ok(Value::sub(format!(
                "arn:${{AWS::Partition}}:s3:::{path}{suffix}"
            )))
        }
        Value::Intrinsic(call) => {
            if let (Function::Sub, Json::String(template)) = (call.function, &call.argument)
                && let Some(path) = template.strip_prefix("s3://")
            {
                let path = path.replace('*', "${!*}").replace('?', "${!?}");
                return Ok(Value::sub(format!(
                    "arn:${{AWS::Partition}}:s3:::{path}{suffix}"
                )));
            }
            let uri = Value::<String>::Intrinsic(call);
            let path = Value::<String>::select(1, Value::split("s3://", uri));
            let mut parts = vec![
                "arn:".into(),
                Value::pseudo(Pseudo::Partition),
                ":s3:::".into(),
                path,
            ];
            if !suffix.is_empty() {
                parts.push(suffix.into());
            }
            Ok(Value::join("", Value::from_iter(parts)))
        }
        // A dynamic reference, which functions see before it is resolved.
        raw @ Value::Raw(_) => Err(NotDerivable::new("location", raw)),
    }
}

/// The ARN of everything below a location, which may or may not end with `/`.
pub(super) fn below(location: Value<S3Uri>) -> Result<Value<String>, NotDerivable> {
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

/// The ARN of a bucket and the key prefix within it.
pub(super) fn bucket_arn(bucket: &str) -> Value<String> {
    Value::sub(format!("arn:${{AWS::Partition}}:s3:::{}", escape(bucket)))
}

/// The ARN of the repository that an image is in; `None` for a registry outside ECR, which needs no
/// permission of IAM.
pub(super) fn repository_arn(
    image: &Value<ImageUri>,
) -> Result<Option<Value<String>>, NotDerivable> {
    match image {
        Value::Literal(image) => Ok(image.ecr_repository().map(|repository| {
            let (account, region, name) = (repository.account, repository.region, repository.name);
            Value::sub(format!(
                "arn:${{AWS::Partition}}:ecr:{region}:{account}:repository/{name}"
            ))
        })),
        Value::Intrinsic(call) => {
            let template = match (call.function, &call.argument) {
                (Function::Sub, Json::String(template)) => ecr_in_template(template),
                _ => None,
            };
            template
                .map(Some)
                .ok_or_else(|| NotDerivable::new("image", image.clone()))
        }
        Value::Raw(_) => Err(NotDerivable::new("image", image.clone())),
    }
}

/// Reads `<account>.dkr.ecr.<region>.<suffix>/<name>[:tag|@digest]` where account, region, suffix and
/// tag may be `${…}`.
fn ecr_in_template(template: &str) -> Option<Value<String>> {
    let (host, path) = template.split_once('/')?;
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let region = if rest.starts_with("${") {
        rest.split_inclusive('}').next()?
    } else {
        rest.split('.').next()?
    };
    let name = path.split(['@', ':']).next()?;
    (!name.contains("${")).then(|| {
        Value::sub(format!(
            "arn:${{AWS::Partition}}:ecr:{region}:{account}:repository/{name}"
        ))
    })
}

/// The ARNs of a log group of SageMaker's, and of what is in it. `what` is the property that says
/// its `name`.
pub(super) fn log_group(
    kind: &str,
    what: &'static str,
    name: &Value<String>,
) -> [Value<String>; 2] {
    const GROUPS: &str =
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/sagemaker/";
    ["", ":*"].map(|below| match name {
        Value::Literal(name) => Value::sub(format!("{GROUPS}{kind}/{name}{below}")),
        computed => Value::sub_with(
            format!("{GROUPS}{kind}/${{{what}}}{below}"),
            [(what, computed.clone())],
        ),
    })
}

/// A KMS key as a policy names it: by ARN, or every key of an account and region with this alias.
pub(super) enum KeyResource {
    Arn(Value<String>),
    Alias { keys: Value<String>, alias: String },
}

/// What a policy has to say of a key.
pub(super) fn key_resource(key: &Value<KmsKey>) -> KeyResource {
    match key {
        Value::Literal(key) => {
            const KEYS: &str = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/";
            let text = key.as_str();
            // An ARN says itself where its key is.
            let (owner, resource) = match key.arn().and_then(|arn| arn.rsplit_once(':')) {
                Some((owner, resource)) => (Some(owner), resource),
                None => (None, text),
            };
            match (owner, resource.starts_with("alias/")) {
                (owner, true) => KeyResource::Alias {
                    keys: match owner {
                        Some(owner) => format!("{owner}:key/*").into(),
                        None => Value::sub(format!("{KEYS}*")),
                    },
                    alias: resource.to_owned(),
                },
                (Some(_), false) => KeyResource::Arn(text.into()),
                (None, false) => KeyResource::Arn(Value::sub(format!("{KEYS}{text}"))),
            }
        }
        // A parameter, an attribute, an import: by convention an ARN, and where it is not, the
        // deployment is refused rather than the role widened.
        Value::Intrinsic(call) => KeyResource::Arn(Value::Intrinsic(call.clone())),
        Value::Raw(raw) => KeyResource::Arn(Value::Raw(raw.clone())),
    }
}

/// A literal text within a policy: what policies read as wildcards or variables stands for itself.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars>
pub(super) fn verbatim(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' => out.push_str("${*}"),
            '?' => out.push_str("${?}"),
            '$' => out.push_str("${$}"),
            other => out.push(other),
        }
    }
    out
}

/// A literal text within `Fn::Sub`.
pub(super) fn escape(text: &str) -> String {
    text.replace("${", "${!")
}
