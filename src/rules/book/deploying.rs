//! What is replaced, and in which order things are made.

use super::super::node::{Node, Resource};
use super::endpoint::waits;
use super::found::Found;
use super::hosting::{
    CONFIG, ENDPOINT, MODEL, comes_after, config_of, model_of, targets_of, variants,
};
use super::{Check, Rule, declared};
use crate::finding::Severity;

pub(super) const RULES: &[Rule] = &[
    declared!("upd-custom-config-name", Warning, [MODEL, CONFIG], fixed_name),
    declared!(
        "upd-literal-chain",
        Warning,
        [CONFIG, ENDPOINT],
        literal_chain
    ),
    declared!("upd-role-order", Warning, [MODEL], role_order),
    declared!("upd-prefer-inline", Note, [MODEL], inline),
    declared!("upd-scaling-paused", Note, [ENDPOINT], paused),
];

/// The name that is written as it is, and is the same for each edit.
fn fixed(resource: Resource<'_>) -> Option<Node<'_>> {
    let property = match resource.kind() {
        MODEL => "ModelName",
        _ => "EndpointConfigName",
    };
    let name = resource.get(property);
    let text = name.written.as_str().filter(|_| name.is_present())?;
    (!has_version(text)).then_some(name)
}

/// Whether a name ends with what changes: a hash, a date or a version.
fn has_version(name: &str) -> bool {
    let end = name.rsplit('-').next().unwrap_or_default();
    end != name && end.bytes().any(|byte| byte.is_ascii_digit()) || name.contains("{{resolve:")
}

/// What a resource names by literal text, of the resources here with a fixed name.
fn by_literal(resource: Resource<'_>) -> Vec<(Node<'_>, Resource<'_>)> {
    let named = |node: Node<'_>, found: Option<Resource<'_>>| {
        node.text()?;
        found
            .is_some_and(|found| fixed(found).is_some())
            .then_some(())
    };
    match resource.kind() {
        ENDPOINT => {
            let node = resource.get("EndpointConfigName");
            let config = config_of(resource);
            named(node, config)
                .and(config)
                .map(|config| (node, config))
                .into_iter()
                .collect()
        }
        _ => variants(resource)
            .into_iter()
            .filter_map(|variant| {
                let (node, model) = (variant.get("ModelName"), model_of(variant));
                named(node, model).and(model).map(|model| (node, model))
            })
            .collect(),
    }
}

fn fixed_name(resource: Resource<'_>, found: &mut Found<'_>) {
    let Some(name) = fixed(resource) else { return };
    // Where it is named by literal text, that comes first.
    let world = resource.world();
    let named = [CONFIG, ENDPOINT]
        .iter()
        .flat_map(|kind| world.of_type(kind))
        .flat_map(by_literal)
        .any(|(_, known)| known.is(resource));
    if !named {
        found
            .at(
                name,
                "each edit makes a new one before the old one is removed, and both cannot have this name",
            )
            .hint("leave the name out, and refer to it by `!GetAtt`");
    }
}

fn literal_chain(resource: Resource<'_>, found: &mut Found<'_>) {
    for (node, named) in by_literal(resource) {
        // What may come too early has a rule of its own.
        if resource.kind() == ENDPOINT && !comes_after(resource, named) {
            continue;
        }
        let attribute = match named.kind() {
            MODEL => "ModelName",
            _ => "EndpointConfigName",
        };
        found
            .at(
                node,
                format!(
                    "a replacement of `{}` is not picked up by what names it as text",
                    named.id()
                ),
            )
            .hint(format!(
                "write `!GetAtt {}.{attribute}`, and leave its own name out",
                named.id()
            ));
    }
}

/// The role of a model, and the policies that are resources of their own.
fn separate(model: Resource<'_>) -> Option<(Resource<'_>, Vec<Resource<'_>>)> {
    let (role, _) = model.get("ExecutionRoleArn").target()?;
    if role.kind() != "AWS::IAM::Role" {
        return None;
    }
    let of = |policy: &Resource<'_>| {
        let one = policy.get("RoleName").target();
        let mut all = policy.get("Roles").items();
        one.is_some_and(|(known, _)| known.is(role))
            || all.any(|node| node.target().is_some_and(|(known, _)| known.is(role)))
    };
    let kinds = ["AWS::IAM::Policy", "AWS::IAM::RolePolicy"];
    let policies = kinds
        .iter()
        .flat_map(|kind| model.world().of_type(kind))
        .filter(of)
        .collect();
    Some((role, policies))
}

fn role_order(model: Resource<'_>, found: &mut Found<'_>) {
    let Some((role, policies)) = separate(model) else {
        return;
    };
    for policy in policies {
        if !comes_after(model, policy) {
            found
                .at(
                    model.get("ExecutionRoleArn"),
                    format!(
                        "the model may be made before `{}` gives `{}` its permissions",
                        policy.id(),
                        role.id()
                    ),
                )
                .hint(format!(
                    "put the permissions into `Policies` of the role, or add `DependsOn: {}`",
                    policy.id()
                ));
        }
    }
}

fn inline(model: Resource<'_>, found: &mut Found<'_>) {
    let Some((role, policies)) = separate(model) else {
        return;
    };
    for policy in policies {
        let only = policy.kind() == "AWS::IAM::RolePolicy"
            || policy
                .get("Roles")
                .list()
                .is_some_and(|roles| roles.len() == 1);
        if only && comes_after(model, policy) {
            found
                .at(
                    policy.entry(),
                    format!("the permissions could be in `Policies` of `{}`", role.id()),
                )
                .hint("what refers to the role then waits for them by itself");
        }
    }
}

fn paused(endpoint: Resource<'_>, found: &mut Found<'_>) {
    const LONG: i64 = 3600;
    let Some(seconds) = waits(endpoint).filter(|seconds| *seconds >= LONG) else {
        return;
    };
    for target in targets_of(endpoint) {
        let min = target.get("MinCapacity");
        if min.integer().is_some_and(|least| least <= 1) {
            found
                .at(
                    min,
                    format!(
                        "nothing scales while an update runs, which waits for {seconds} s, with so little to begin with"
                    ),
                )
                .hint("keep more instances, or wait for less long");
        }
    }
}
