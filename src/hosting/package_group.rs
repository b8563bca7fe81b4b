//! A model package group: the versions of one model in the registry.

use crate::cfn::sagemaker::model_package_group as l1;
use crate::literal::ModelPackageGroupName;
use crate::template::{DeletionPolicy, Handle, Stack, UpdateReplacePolicy};
use crate::value::Value;

/// A model package group.
///
/// It outlives its stack: its versions are the history of what was served.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-modelpackagegroup.html>
#[derive(Debug, Clone)]
pub struct ModelPackageGroup {
    properties: l1::ModelPackageGroup,
}

impl ModelPackageGroup {
    /// A group of this name, which cannot change later.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// ModelPackageGroup::new(ModelPackageGroupName::new("churn")).add_to(&mut stack, "Models");
    /// assert_eq!(shown(stack, "Models", ""), r#"{"ModelPackageGroupName":"churn"}"#);
    /// ```
    pub fn new(name: ModelPackageGroupName) -> Self {
        Self {
            properties: l1::ModelPackageGroup::new(String::from(name)),
        }
    }

    /// What the group is for, at most 1,024 characters. It cannot change later: SageMaker would
    /// have to replace the group.
    #[must_use]
    pub fn description(mut self, description: impl Into<Value<String>>) -> Self {
        self.properties.model_package_group_description = Some(description.into());
        self
    }

    /// Adds the group to a stack.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> Handle<l1::ModelPackageGroup> {
        let handle = stack.add(name, self.properties);
        stack
            .resource(&handle)
            .deletion_policy(DeletionPolicy::Retain)
            .update_replace_policy(UpdateReplacePolicy::Retain);
        handle
    }
}
