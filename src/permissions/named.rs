//! What the properties of a resource name: roles, keys, objects, images, endpoints.

use std::collections::BTreeSet;

use crate::json::Json;
use crate::literal::ImageUri;
use crate::template::{ResourceView, Template};

use super::names::Scope;
use super::role::SCALING;

/// One resource.
#[derive(Clone, Copy)]
pub(super) struct One<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) resource: ResourceView<'a>,
    pub(super) template: &'a Template,
    pub(super) role_arn: Option<&'a str>,
}

impl One<'_> {
    pub(super) fn properties(&self) -> Option<&Json> {
        self.resource.properties()
    }

    pub(super) fn find(&self, key: &str) -> Vec<&Json> {
        let mut found = Vec::new();
        if let Some(properties) = self.properties() {
            find(properties, &|name| name == key, &mut found);
        }
        found
    }

    pub(super) fn has(&self, key: &str) -> bool {
        !self.find(key).is_empty()
    }

    /// The service whose resource scales, where the template tells.
    pub(super) fn namespace(&self) -> Option<String> {
        let own = self
            .properties()?
            .get("ServiceNamespace")
            .and_then(Json::as_str);
        if let Some(own) = own {
            return Some(own.to_owned());
        }
        let (function, target) = self
            .properties()?
            .get("ScalingTargetId")?
            .as_object()?
            .single()?;
        if function != "Ref" {
            return None;
        }
        let target = self
            .template
            .resources()
            .find(|resource| Some(resource.id) == target.as_str())?;
        let namespace = target.properties()?.get("ServiceNamespace")?;
        namespace.as_str().map(str::to_owned)
    }

    pub(super) fn named_by(&self, key: &str, pattern: &str) -> BTreeSet<String> {
        self.find(key)
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            // What is an ARN of another service is not meant: a token of SNS for an action of Lambda.
            .filter(|text| {
                let service = pattern.split(':').next();
                !text.starts_with("arn:") || text.split(':').nth(2) == service
            })
            .flat_map(|name| self.scope.named(pattern, &name))
            .collect()
    }

    /// `endpoint/<name>/variant/<variant>` is about an endpoint.
    pub(super) fn scaled(&self, noun: &str) -> BTreeSet<String> {
        if self.namespace().is_some_and(|name| name != "sagemaker") {
            return BTreeSet::new();
        }
        let texts: BTreeSet<String> = self
            .find("ResourceId")
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            .collect();
        let owner = if noun == "endpoint-config" {
            "endpoint"
        } else {
            noun
        };
        texts
            .iter()
            .filter_map(|text| {
                if text == "*" {
                    return Some("*");
                }
                let rest = text.strip_prefix(owner)?.strip_prefix('/')?;
                Some(rest.split('/').next().unwrap_or(rest))
            })
            .flat_map(|name| {
                let name = if noun == "endpoint-config" { "*" } else { name };
                let pattern = format!("sagemaker:{{region}}:{{account}}:{noun}/{{name}}");
                self.scope.named(&pattern, name)
            })
            .collect()
    }

    /// The role that Application Auto Scaling makes for endpoints.
    pub(super) fn scaling_role(&self) -> BTreeSet<String> {
        if self.namespace().is_some_and(|name| name != "sagemaker") {
            return BTreeSet::new();
        }
        BTreeSet::from([self.scope.arn(&format!(
            "iam::{{account}}:role/aws-service-role/{SCALING}/\
             AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        ))])
    }

    pub(super) fn roles(&self) -> BTreeSet<String> {
        let mut values = Vec::new();
        let is_role = |name: &str| {
            name.ends_with("RoleArn")
                || name.ends_with("RoleARN")
                || matches!(name, "Role" | "ServiceRole")
        };
        if let Some(properties) = self.properties() {
            find(properties, &is_role, &mut values);
        }
        values
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            .flat_map(|name| self.scope.named("iam::{account}:role/{name}", &name))
            .collect()
    }

    pub(super) fn keys(&self) -> BTreeSet<String> {
        let mut values = Vec::new();
        let is_key = |name: &str| {
            let name = name.to_lowercase();
            ["kmskey", "kmsmasterkey", "kmsdatakey"]
                .iter()
                .any(|part| name.contains(part))
        };
        if let Some(properties) = self.properties() {
            find(properties, &is_key, &mut values);
        }
        values
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            // An alias is not what a permission is about.
            .map(|name| {
                if name.contains("alias/") {
                    "*".to_owned()
                } else {
                    name
                }
            })
            .flat_map(|name| self.scope.named("kms:{region}:{account}:key/{name}", &name))
            .collect()
    }

    pub(super) fn objects(&self, buckets: bool) -> BTreeSet<String> {
        let mut places = BTreeSet::new();
        let mut values = Vec::new();
        if let Some(properties) = self.properties() {
            find(
                properties,
                &|name| {
                    matches!(
                        name,
                        "ModelDataUrl" | "S3Uri" | "S3DataSource" | "ModelDataSource"
                    )
                },
                &mut values,
            );
        }
        for text in values.into_iter().flat_map(|value| self.uris(value)) {
            let place = text.strip_prefix("s3://").unwrap_or(&text).to_owned();
            places.insert(match place.split_once('/') {
                Some((bucket, _)) if buckets => bucket.to_owned(),
                _ if place.ends_with('/') => format!("{place}*"),
                _ => place,
            });
        }
        for key in ["S3Bucket", "Bucket"] {
            for bucket in self
                .find(key)
                .into_iter()
                .flat_map(|value| self.scope.texts(value))
            {
                places.insert(if buckets {
                    bucket
                } else {
                    format!("{bucket}/*")
                });
            }
        }
        places
            .into_iter()
            .map(|place| self.scope.arn(&format!("s3:::{place}")))
            .collect()
    }

    /// The locations in a value, which may hold more than one.
    pub(super) fn uris(&self, value: &Json) -> Vec<String> {
        match value {
            Json::Object(object)
                if object
                    .single()
                    .is_none_or(|(key, _)| !key.starts_with("Fn::") && key != "Ref") =>
            {
                object
                    .iter()
                    .flat_map(|(_, value)| self.uris(value))
                    .collect()
            }
            value => self
                .scope
                .texts(value)
                .into_iter()
                .filter(|text| text == "*" || text.starts_with("s3://"))
                .collect(),
        }
    }

    pub(super) fn repositories(&self) -> BTreeSet<String> {
        self.find("Image")
            .into_iter()
            .flat_map(|value| self.scope.texts(value))
            .map(|text| {
                let image = ImageUri::parse(text).ok();
                let repository = image.as_ref().and_then(ImageUri::ecr_repository);
                match repository {
                    Some(found) => self.scope.arn(&format!(
                        "ecr:{}:{}:repository/{}",
                        found.region, found.account, found.name
                    )),
                    None => self.scope.arn("ecr:*:*:repository/*"),
                }
            })
            .collect()
    }
}

/// The values of the keys for which `wanted` holds, at any depth.
pub(super) fn find<'a>(value: &'a Json, wanted: &dyn Fn(&str) -> bool, found: &mut Vec<&'a Json>) {
    match value {
        Json::Object(object) => {
            for (key, value) in object.iter() {
                if wanted(key) {
                    found.push(value);
                } else {
                    find(value, wanted, found);
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                find(item, wanted, found);
            }
        }
        _ => {}
    }
}

pub(super) fn strings(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.to_string()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Json::Object(object) => object.iter().for_each(|(_, value)| strings(value, found)),
        _ => {}
    }
}
