//! F4: the standard hosting stack: what a stage file says, built with `hosting`.
//!
//! It uses nothing that a stack of your own could not use, so that it is also the longest example of
//! one. A stack in Rust may call [`standard`] and add to what it returns.

mod alarms;
mod capture;
mod components;
mod deployment;
mod fleet;
mod model;
mod modes;
mod role;
mod scaling;
mod topics;
mod watched;

use crate::cfn::iam::Role;
use crate::config::{self, Stage};
use crate::finding::Finding;
use crate::hosting::{AlarmHandle, ModelPackageGroup};
use crate::literal::{RoleArn, VariantName};
use crate::template::{Handle, Stack};
use crate::value::Value;

use role::NotNameable;

/// Why what a stage file has said fits what a construct takes.
const CHECKED: &str = "the stage file's reader has checked what its keys say together";

/// The endpoint that the standard stack has built: what a stack of your own adds alarms, dashboards
/// or permissions to.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// The endpoint's name, as a reference to it.
    pub endpoint_name: Value<String>,
    /// Its variants, in the order of the stage file; a shadow variant is not among them.
    pub variants: Vec<VariantName>,
    /// The names of its inference components, bases before adapters; empty where a variant runs a
    /// model of its own.
    pub components: Vec<Value<String>>,
    /// The alarms that the stage file asks for.
    pub alarms: Vec<AlarmHandle>,
    /// The role of its containers.
    pub execution_role_arn: Value<RoleArn>,
    /// The role, where the stage names none and the stack has made one.
    pub execution_role: Option<Handle<Role>>,
}

/// Builds a stage as its file describes it: model package groups, and an endpoint with its models,
/// configuration, execution role, alarms, scaling, dashboard and outputs. `None` where the stage has
/// no endpoint, or where what it needs has been reported as an error.
pub fn standard(stack: &mut Stack, stage: &Stage) -> Option<Hosted> {
    stack.describe(format!("{}, stage {}", stage.stack, stage.name));
    for (index, group) in stage.package_groups.iter().enumerate() {
        let source = stage.source(&format!("PackageGroups[{index}]"));
        stack.caused_by(Some(source), |stack| package_group(stack, group));
    }
    let endpoint = stage.endpoint.as_ref()?;
    stack.caused_by(Some(stage.source("")), |stack| {
        match modes::host(stack, stage, endpoint) {
            Ok(hosted) => Some(hosted),
            Err(NotNameable { error, path }) => {
                stack.report(
                    Finding::error("role-not-derivable", error.to_string())
                        .at(stage.source(&path))
                        .path(path)
                        .hint("write it out, or name a role with `ExecutionRoleArn`"),
                );
                None
            }
        }
    })
}

fn package_group(stack: &mut Stack, group: &config::PackageGroup) {
    let id = format!("{}PackageGroup", pascal(group.name.as_str()));
    let mut construct = ModelPackageGroup::new(group.name.clone());
    if let Some(description) = &group.description {
        construct = construct.description(description.clone());
    }
    let handle = construct.add_to(stack, &id);
    stack
        .output(format!("{id}Arn"), handle.reference())
        .description(format!("The ARN of the model package group {}", group.name));
}

/// A logical id's part from a name: `model-a` becomes `ModelA`.
fn pascal(name: &str) -> String {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}
