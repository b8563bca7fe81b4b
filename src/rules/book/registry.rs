//! The model registry.

use crate::finding::Severity;

use super::super::node::{Node, Part, Resource};
use super::super::world::World;
use super::found::Found;
use super::hosting::{MODEL, containers};
use super::{Check, Rule};

const PACKAGE: &str = "AWS::SageMaker::ModelPackage";
const GROUP: &str = "AWS::SageMaker::ModelPackageGroup";

pub(super) const RULES: &[Rule] = &[
    declared!("mp-name-xor", Error, [PACKAGE], name_xor),
    declared!("mp-sourceuri", Error, [PACKAGE], source_uri),
    declared!("mp-arn", Error, [MODEL], version),
];

/// Rules of the book that the registry's schema states.
pub(super) const COVERED: &[(&str, &str)] = &[
    ("mp-approval", "unknown-value"),
    ("mp-containers", "item-count"),
];

fn name_xor(package: Resource<'_>, found: &mut Found<'_>) {
    let name = package.get("ModelPackageName");
    let group = package.get("ModelPackageGroupName");
    if name.is_present() && group.is_present() {
        found
            .at(
                name,
                "`ModelPackageName` excludes `ModelPackageGroupName`, which is there too",
            )
            .hint("a version of a group has no name of its own: keep the group alone");
    } else if name.is_absent() && group.is_absent() {
        found
            .at(
                group,
                "expected `ModelPackageGroupName` or `ModelPackageName`, got neither",
            )
            .hint("name the group that this is to be a version of");
    }
}

fn source_uri(package: Resource<'_>, found: &mut Found<'_>) {
    let source = package.get("SourceUri");
    if source.is_present() && package.get("InferenceSpecification").is_present() {
        found
            .at(
                source,
                "`SourceUri` excludes `InferenceSpecification`, which is there too",
            )
            .hint("keep `SourceUri` to take all from another model, `InferenceSpecification` to say it here");
    }
}

fn version(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let name = container.get("ModelPackageName");
        if is_group(name, model.world()) {
            found
                .at(
                    name,
                    "expected a version of a model package group, got the group itself",
                )
                .hint("name the version: `…:model-package/<group>/<number>`");
        }
    }
}

/// Whether a name is the ARN of a group, or begins with it.
fn is_group(name: Node<'_>, world: &World<'_>) -> bool {
    let is_group = |id: &str| {
        let resource = world.resource(id);
        resource.is_some_and(|resource| resource.kind() == GROUP)
    };
    name.parts().iter().any(|part| match part {
        Part::Text(text) => text.contains(":model-package-group/"),
        Part::Reference(id, None) => is_group(id),
        Part::Reference(id, Some(attribute)) => attribute == "ModelPackageGroupArn" && is_group(id),
        Part::Unknown => false,
    })
}

#[cfg(test)]
mod tests;
