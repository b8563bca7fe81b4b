//! What a resource will be called, as far as its template tells: names and ARNs, with `*` for what is
//! only known when the stack is deployed.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::{Json, Object};
use crate::literal::Region;
use crate::template::{ResourceView, Template};

use super::kinds::{Generated, Kind, Naming, kind};

/// How many functions within functions are followed.
const DEPTH: u8 = 8;
/// How many texts one value may become.
const VARIANTS: usize = 16;
/// What CloudFormation puts behind a name that it makes: `-`, and 12 characters or 8.
const SUFFIX: usize = 14;

/// A stack of a stage, and where it is.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// Its name in CloudFormation.
    pub(super) stack: &'a str,
    /// `aws`, `aws-cn` …
    pub(super) partition: &'static str,
    /// The region, or `*`.
    pub(super) region: &'a str,
    /// The account, or `*`.
    pub(super) account: &'a str,
    resources: BTreeMap<&'a str, ResourceView<'a>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        stack: &'a str,
        region: Option<&'a str>,
        account: Option<&'a str>,
        template: &'a Template,
    ) -> Self {
        let partition = region
            .and_then(|region| Region::parse(region).ok())
            .map_or("aws", |region| region.partition());
        Self {
            stack,
            partition,
            region: region.unwrap_or("*"),
            account: account.unwrap_or("*"),
            resources: template
                .resources()
                .map(|resource| (resource.id, resource))
                .collect(),
        }
    }

    /// An ARN from what follows `arn:<partition>:`.
    pub(super) fn arn(&self, pattern: &str) -> String {
        let pattern = pattern
            .replace("{region}", self.region)
            .replace("{account}", self.account);
        format!("arn:{}:{pattern}", self.partition)
    }

    /// The ARNs that a resource can have.
    pub(super) fn arns(&self, resource: ResourceView<'_>) -> BTreeSet<String> {
        self.arns_at(resource, DEPTH)
    }

    fn arns_at(&self, resource: ResourceView<'_>, depth: u8) -> BTreeSet<String> {
        let Some(kind) = kind(resource.type_name) else {
            return BTreeSet::new();
        };
        let mut names = self.names_at(resource, kind, depth);
        // Roles and managed policies may have a path, which is in the ARN and not in the name.
        let path = resource.properties().and_then(|all| all.get("Path"));
        if let Some(path) = path {
            let paths = self.texts_at(path, depth.saturating_sub(1));
            let paths = paths.iter().map(|path| path.trim_matches('/').to_owned());
            names = product(&[paths.collect(), names], "/");
        }
        let mut arns = BTreeSet::new();
        for pattern in kind.arns {
            for name in &names {
                arns.extend(self.named(pattern, name));
            }
        }
        arns
    }

    /// The ARNs of what a name, or an ARN, names.
    pub(super) fn named(&self, pattern: &str, name: &str) -> Vec<String> {
        if name.starts_with("arn:") {
            let (head, tail) = pattern.split_once("{name}").unwrap_or((pattern, ""));
            let noun = head.rsplit(':').next().unwrap_or_default();
            if name.contains(noun) {
                return vec![format!("{name}{tail}")];
            }
            // The ARN of something else that bears the same name.
            let name = name.rsplit(['/', ':']).next().unwrap_or("*");
            return self.named(pattern, name);
        }
        // An ARN of SageMaker has its name in lower case; what is compared with a policy has it as
        // it was given, or in lower case, by API.
        let mut spellings = vec![name.to_owned()];
        if pattern.starts_with("sagemaker:") && name.chars().any(char::is_uppercase) {
            spellings.push(name.to_lowercase());
        }
        spellings
            .into_iter()
            // `{name}` first: a name holds no braces.
            .map(|name| self.arn(&pattern.replace("{name}", name.trim_start_matches('/'))))
            .collect()
    }

    fn names_at(&self, resource: ResourceView<'_>, kind: &Kind, depth: u8) -> Vec<String> {
        let property = |name: &str| resource.properties().and_then(|all| all.get(name));
        match &kind.naming {
            Naming::Random => vec!["*".to_owned()],
            Naming::Of(name) => property(name).map_or_else(
                || vec!["*".to_owned()],
                |value| self.texts_at(value, depth.saturating_sub(1)),
            ),
            Naming::Given(name, generated, max) => match property(name) {
                Some(value) => self.texts_at(value, depth.saturating_sub(1)),
                None => self.generated(resource.id, *generated, *max),
            },
        }
    }

    /// The names that CloudFormation gives to a resource that has none: the stack's name and the
    /// logical id, both shortened where they are too long, and something random.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>
    fn generated(&self, id: &str, generated: Generated, max: usize) -> Vec<String> {
        let room = max.saturating_sub(SUFFIX);
        let with_stack = if self.stack.len() + 1 + id.len() <= room {
            format!("{}-{id}-*", self.stack)
        } else {
            // How it shortens is not documented: half of the room is left to the stack's name.
            let stack: String = self.stack.chars().take(room / 2).collect();
            format!("{stack}*")
        };
        match generated {
            Generated::Stack => vec![with_stack],
            Generated::StackInLowerCase => vec![with_stack.to_lowercase()],
            Generated::Either => vec![format!("{id}-*"), with_stack],
            Generated::Parameter => vec![format!("CFN-{id}-*"), with_stack],
        }
    }

    /// The texts that a value can become; `*` stands for what is only known later.
    pub(super) fn texts(&self, value: &Json) -> Vec<String> {
        self.texts_at(value, DEPTH)
    }

    fn texts_at(&self, value: &Json, depth: u8) -> Vec<String> {
        let unknown = || vec!["*".to_owned()];
        if depth == 0 {
            return unknown();
        }
        let mut texts = match value {
            Json::Null => Vec::new(),
            Json::String(text) if text.contains("{{resolve:") => unknown(),
            Json::String(text) => vec![text.to_string()],
            Json::Bool(value) => vec![value.to_string()],
            Json::Number(value) => vec![value.to_string()],
            Json::Array(items) => items
                .iter()
                .flat_map(|item| self.texts_at(item, depth - 1))
                .collect(),
            Json::Object(object) => self.call(object, depth - 1),
        };
        texts.sort();
        texts.dedup();
        if texts.len() > VARIANTS {
            return unknown();
        }
        texts
    }

    fn call(&self, object: &Object, depth: u8) -> Vec<String> {
        let unknown = || vec!["*".to_owned()];
        match object.single() {
            Some(("Ref", Json::String(id))) => self.reference(id, depth),
            Some(("Fn::GetAtt", Json::String(text))) => match text.split_once('.') {
                Some((id, attribute)) => self.attribute(id, attribute, depth),
                None => unknown(),
            },
            Some(("Fn::GetAtt", Json::Array(parts))) => match parts.as_slice() {
                [Json::String(id), Json::String(attribute)] => self.attribute(id, attribute, depth),
                _ => unknown(),
            },
            Some(("Fn::Sub", Json::String(text))) => self.substitute(text, None, depth),
            Some(("Fn::Sub", Json::Array(parts))) => match parts.as_slice() {
                [Json::String(text), Json::Object(map)] => self.substitute(text, Some(map), depth),
                _ => unknown(),
            },
            Some(("Fn::Join", Json::Array(parts))) => match parts.as_slice() {
                [Json::String(delimiter), Json::Array(items)] => {
                    let parts: Vec<_> = items
                        .iter()
                        .map(|item| self.texts_at(item, depth))
                        .collect();
                    product(&parts, delimiter)
                }
                _ => unknown(),
            },
            Some(("Fn::If", Json::Array(parts))) => parts
                .iter()
                .skip(1)
                .flat_map(|part| self.texts_at(part, depth))
                .collect(),
            _ => unknown(),
        }
    }

    /// What `Ref` yields, as a name: an ARN of SageMaker or SNS ends in it.
    fn reference(&self, id: &str, depth: u8) -> Vec<String> {
        match id {
            "AWS::StackName" => vec![self.stack.to_owned()],
            "AWS::Region" => vec![self.region.to_owned()],
            "AWS::AccountId" => vec![self.account.to_owned()],
            "AWS::Partition" => vec![self.partition.to_owned()],
            "AWS::NoValue" => Vec::new(),
            _ => match self.resources.get(id) {
                Some(resource) => match kind(resource.type_name) {
                    Some(kind) => self.names_at(*resource, kind, depth),
                    None => vec!["*".to_owned()],
                },
                None => vec!["*".to_owned()],
            },
        }
    }

    fn attribute(&self, id: &str, attribute: &str, depth: u8) -> Vec<String> {
        let Some(resource) = self.resources.get(id) else {
            return vec!["*".to_owned()];
        };
        if attribute.ends_with("Arn") {
            return self.arns_at(*resource, depth).into_iter().collect();
        }
        if attribute.ends_with("Name") {
            return self.reference(id, depth);
        }
        vec!["*".to_owned()]
    }

    fn substitute(&self, text: &str, map: Option<&Object>, depth: u8) -> Vec<String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else {
                break;
            };
            parts.push(vec![before.to_owned()]);
            parts.push(if let Some(literal) = name.strip_prefix('!') {
                vec![format!("${{{literal}}}")]
            } else if let Some(value) = map.and_then(|map| map.get(name)) {
                self.texts_at(value, depth)
            } else if let Some((id, attribute)) = name.split_once('.') {
                self.attribute(id, attribute, depth)
            } else {
                self.reference(name, depth)
            });
            rest = tail;
        }
        parts.push(vec![rest.to_owned()]);
        product(&parts, "")
    }
}

/// Every way to put one of each together.
fn product(parts: &[Vec<String>], delimiter: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    for (index, part) in parts.iter().enumerate() {
        let delimiter = if index == 0 { "" } else { delimiter };
        texts = texts
            .iter()
            .flat_map(|text| {
                part.iter()
                    .map(move |next| format!("{text}{delimiter}{next}"))
            })
            .collect();
        if texts.len() > VARIANTS {
            return vec!["*".to_owned()];
        }
    }
    // What is unknown twice in a row is unknown once.
    texts
        .into_iter()
        .map(|text| {
            let mut text = text;
            while text.contains("**") {
                text = text.replace("**", "*");
            }
            text
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(value: &str) -> Vec<String> {
        let document = serde_json::from_str(
            r#"{"Parameters": {"P": {"Type": "String"}}, "Resources": {
                "Role": {"Type": "AWS::IAM::Role"},
                "Bucket": {"Type": "AWS::S3::Bucket"},
                "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "Churn"}},
                "Loop": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Loop"}}}}}"#,
        )
        .unwrap();
        let template = Template::from_document(document);
        let scope = Scope::new(
            "churn-Staging",
            Some("cn-north-1"),
            Some("123456789012"),
            &template,
        );
        scope.texts(&serde_json::from_str(value).unwrap())
    }

    #[test]
    fn a_value_is_resolved_as_far_as_the_template_tells() {
        for (value, expected) in [
            (r#""a""#, &["a"][..]),
            (r#"{"Ref": "P"}"#, &["*"]),
            (r#"{"Ref": "AWS::StackName"}"#, &["churn-Staging"]),
            (r#"{"Ref": "Bucket"}"#, &["churn-staging-bucket-*"]),
            (
                r#"{"Fn::GetAtt": ["Role", "Arn"]}"#,
                &["arn:aws-cn:iam::123456789012:role/churn-Staging-Role-*"],
            ),
            (
                r#"{"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/${!x}${P}${P}"}"#,
                &["endpoint/Churn/variant/${x}*"],
            ),
            (
                r#"{"Fn::Sub": ["${A}-${AWS::Region}", {"A": {"Fn::If": ["C", "x", "y"]}}]}"#,
                &["x-cn-north-1", "y-cn-north-1"],
            ),
            (
                r#"{"Fn::Join": ["-", ["a", {"Ref": "AWS::AccountId"}]]}"#,
                &["a-123456789012"],
            ),
            (r#"{"Fn::If": ["C", "x", {"Ref": "AWS::NoValue"}]}"#, &["x"]),
            (r#"{"Fn::ImportValue": "x"}"#, &["*"]),
            (r#""{{resolve:ssm:/x}}""#, &["*"]),
            (r#"{"Ref": "Loop"}"#, &["*"]),
        ] {
            assert_eq!(resolved(value), expected, "{value}");
        }
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_as_cloudformation_may_cut_it() {
        let document =
            serde_json::from_str(r#"{"Resources": {"ExecutionRole": {"Type": "AWS::IAM::Role"}}}"#)
                .unwrap();
        let template = Template::from_document(document);
        let stack = "a-stack-with-a-name-that-is-rather-long-Production";
        let scope = Scope::new(stack, None, None, &template);
        let arns = scope.arns(template.resources().next().unwrap());
        assert_eq!(
            Vec::from_iter(arns),
            ["arn:aws:iam::*:role/a-stack-with-a-name-that-*"]
        );
    }
}
