//! One resource of a stack: its attributes, its tags, and what it is written as.

use crate::cfn::{ResourceSchema, Schema};
use crate::json::{Json, Object, Text};

use super::elements::{ConditionHandle, DeletionPolicy, UpdateReplacePolicy};
use super::handle::{Handle, LogicalId};

/// A resource with its [attributes](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-product-attribute-reference.html).
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: LogicalId,
    pub(super) schema: &'static ResourceSchema,
    pub(super) condition: Option<Text>,
    pub(super) depends_on: Vec<Text>,
    pub(super) deletion_policy: Option<DeletionPolicy>,
    pub(super) update_replace_policy: Option<UpdateReplacePolicy>,
    pub(super) metadata: Object,
    pub(super) properties: Json,
}

impl Entry {
    pub(super) fn into_json(mut self, tags: &[(Text, Json)]) -> (Text, Json) {
        self.add_tags(tags);
        let mut json = Object::with_capacity(7);
        json.push("Type".into(), self.schema.type_name.into());
        if let Some(condition) = self.condition {
            json.push("Condition".into(), condition.into());
        }
        if !self.depends_on.is_empty() {
            json.push("DependsOn".into(), self.depends_on.into());
        }
        if let Some(policy) = self.deletion_policy {
            json.push("DeletionPolicy".into(), policy.name().into());
        }
        if let Some(policy) = self.update_replace_policy {
            json.push("UpdateReplacePolicy".into(), policy.name().into());
        }
        if !self.metadata.is_empty() {
            json.push("Metadata".into(), self.metadata.into());
        }
        if self
            .properties
            .as_object()
            .is_none_or(|properties| !properties.is_empty())
        {
            json.push("Properties".into(), self.properties);
        }
        (self.id.text(), json.into())
    }

    fn add_tags(&mut self, tags: &[(Text, Json)]) {
        let Some(property) = self
            .schema
            .tag_property
            .map(|path| path.trim_start_matches('/'))
        else {
            return;
        };
        // Where tags are create-only, a changed tag would replace the resource.
        if tags.is_empty()
            || self
                .schema
                .create_only
                .iter()
                .any(|path| path.ends_with(property))
        {
            return;
        }
        let is_list_of_keys_and_values =
            self.schema
                .properties
                .property(property)
                .is_some_and(|property| match property.schema {
                    Schema::List(list) => match list.items {
                        Schema::Object(tag) => tag.property("Key").is_some(),
                        _ => false,
                    },
                    _ => false,
                });
        let Some(properties) = self.properties.as_object_mut() else {
            return;
        };
        if !is_list_of_keys_and_values {
            return;
        }
        let mut list = match properties.remove(property) {
            None => Vec::new(),
            Some(Json::Array(list)) => list,
            // An intrinsic: the stack's tags cannot be added to a list that only AWS knows.
            Some(other) => {
                properties.insert(property, other);
                return;
            }
        };
        for (key, value) in tags {
            let own = list
                .iter()
                .any(|tag| tag.get("Key").and_then(Json::as_str) == Some(key));
            if !own {
                list.push([("Key", key.clone().into()), ("Value", value.clone())].into());
            }
        }
        properties.insert(property, list);
    }
}

/// A resource of a stack, whose attributes are being set.
#[derive(Debug)]
pub struct ResourceMut<'a> {
    pub(super) entry: &'a mut Entry,
}

#[expect(
    clippy::return_self_not_must_use,
    reason = "each step takes effect on the stack"
)]
impl ResourceMut<'_> {
    /// Creates it after, and deletes it before, another resource. A reference does so already.
    pub fn depends_on<R>(self, other: &Handle<R>) -> Self {
        let id = other.logical_id().text();
        if !self.entry.depends_on.contains(&id) {
            self.entry.depends_on.push(id);
        }
        self
    }

    /// Creates it only while the condition holds.
    pub fn condition(self, condition: &ConditionHandle) -> Self {
        self.entry.condition = Some(condition.into());
        self
    }

    /// What happens to it when it leaves the template. Without it, the type's default, which is
    /// deletion for most.
    pub fn deletion_policy(self, policy: DeletionPolicy) -> Self {
        self.entry.deletion_policy = Some(policy);
        self
    }

    /// What happens to the old one when an update replaces it. Without it, it is deleted.
    pub fn update_replace_policy(self, policy: UpdateReplacePolicy) -> Self {
        self.entry.update_replace_policy = Some(policy);
        self
    }

    /// Sets a key of its `Metadata`.
    pub fn metadata(self, key: impl Into<Text>, value: impl Into<Json>) -> Self {
        self.entry.metadata.insert(key, value);
        self
    }

    /// Sets a property by its CloudFormation name: the way to what the pinned schema does not have.
    pub fn property(self, name: impl Into<Text>, value: impl Into<Json>) -> Self {
        if let Json::Object(properties) = &mut self.entry.properties {
            properties.insert(name, value);
        }
        self
    }
}
