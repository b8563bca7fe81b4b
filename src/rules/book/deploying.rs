//! What is replaced, and in which order things are made.

use crate::finding::Severity;
use crate::template::reference::{Target, targets};

use super::super::node::{Node, Part, Resource};
use super::super::world::World;
use super::access::{Answer, SEPARATE, is_of, role_of};
use super::found::Found;
use super::hosting::{CONFIG, ENDPOINT, MODEL, comes_after, targets_of, variants};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!(
        "upd-custom-config-name",
        Warning,
        [MODEL, CONFIG],
        fixed_name
    ),
    declared!(
        "upd-literal-chain",
        Warning,
        [ENDPOINT, CONFIG],
        literal_chain
    ),
    declared!("upd-role-order", Warning, [MODEL], role_order),
    declared!("upd-scaling-paused", Note, [ENDPOINT], scaling_paused),
    declared!("out-replaced-name", Warning, replaced_name),
];

/// Advice whose neglect another rule reports.
pub(super) const COVERED: &[(&str, &str)] = &[
    ("ep-eventual", "upd-literal-chain"),
    ("upd-prefer-inline", "upd-role-order"),
];

fn fixed_name(resource: Resource<'_>, found: &mut Found<'_>) {
    let property = if resource.kind() == MODEL {
        "ModelName"
    } else {
        "EndpointConfigName"
    };
    let name = resource.get(property);
    if is_fixed(name) {
        found
            .at(
                name,
                "every edit makes a new one before the old one goes, which fails while that bears the name",
            )
            .hint(format!("remove `{property}`: CloudFormation finds a name that is free"))
            .allowed("no fixed name");
    }
}

/// Whether a name stays the same whatever is edited: nobody hands it in, and it has no version that
/// is edited with the rest.
fn is_fixed(name: Node<'_>) -> bool {
    let handed_in = targets(name.written)
        .iter()
        .any(|target| matches!(target, Target::Name(id, _) if !id.starts_with("AWS::")));
    let parts = name.parts();
    let known = parts.iter().all(|part| match part {
        Part::Text(_) => true,
        Part::Reference(id, _) => id.starts_with("AWS::"),
        Part::Unknown => false,
    });
    let last_word = match parts.last() {
        Some(Part::Text(text)) => text.rsplit('-').next().unwrap_or_default(),
        _ => "",
    };
    let has_version = last_word.contains(|letter: char| letter.is_ascii_digit());
    known && !parts.is_empty() && !handed_in && !has_version
}

fn literal_chain(resource: Resource<'_>, found: &mut Found<'_>) {
    let mut name = |node: Node<'_>, kind: &'static str, property: &'static str| {
        if node.text().is_some()
            && let Some(made) = node.named(kind, property)
            && !resource.created_after().contains(made.id())
        {
            let id = made.id();
            found
                .at(
                    node,
                    format!("`{id}` is named by its text, so that nothing is updated when it is replaced"),
                )
                .hint(format!("write `!GetAtt {id}.{property}`"));
        }
    };
    if resource.kind() == ENDPOINT {
        name(
            resource.get("EndpointConfigName"),
            CONFIG,
            "EndpointConfigName",
        );
        return;
    }
    for variant in variants(resource) {
        name(variant.get("ModelName"), MODEL, "ModelName");
    }
}

/// What an update replaces has another name and ARN after it, and what others import may not change.
fn replaced_name(world: &World<'_>, found: &mut Found<'_>) {
    for (_, output) in world.outputs() {
        let value = output.get("Value");
        let Some((replaced, attribute)) = value.target() else {
            continue;
        };
        let own_name = match replaced.kind() {
            CONFIG => "EndpointConfigName",
            MODEL => "ModelName",
            _ => continue,
        };
        let is_own = attribute.is_none_or(|name| name == own_name || name == "Id");
        if output.at(["Export", "Name"]).is_present()
            && is_own
            && replaced.get(own_name).is_absent()
        {
            found
                .at(
                    value,
                    format!(
                        "`{}` is replaced by its updates, which fail while another stack imports its name",
                        replaced.id()
                    ),
                )
                .hint("export the endpoint's name, which stays what it is, or remove `Export`");
        }
    }
}

/// Policies that are resources of their own are attached to a role whenever CloudFormation gets
/// there.
fn role_order(model: Resource<'_>, found: &mut Found<'_>) {
    let Some(role) = role_of(model.get("ExecutionRoleArn")) else {
        return;
    };
    for kind in SEPARATE {
        for policy in model.world().of_type(kind) {
            if is_of(policy, role) == Answer::Yes
                && concerns_models(policy)
                && !comes_after(model, policy)
            {
                let id = policy.id();
                found
                    .at(
                        model.entry().get("DependsOn"),
                        format!("the model may be made, and its endpoint start, before `{id}` allows its role anything"),
                    )
                    .hint(format!("add `DependsOn: {id}`, or put the policy into `Policies` of the role"));
            }
        }
    }
}

/// Whether a policy may be about what a model reads: its image, its data, and their keys.
fn concerns_models(policy: Resource<'_>) -> bool {
    let statements = policy.get("PolicyDocument").get("Statement");
    let Some(statements) = statements.list() else {
        return true;
    };
    statements.iter().any(|statement| {
        let actions = statement.get("Action");
        actions.one_or_more().iter().any(|action| {
            action.text().is_none_or(|name| {
                let services = ["*", "s3:", "ecr:", "kms:"];
                services.iter().any(|service| name.starts_with(service))
            })
        })
    })
}

fn scaling_paused(endpoint: Resource<'_>, found: &mut Found<'_>) {
    const HOUR: i64 = 3600;
    let policy = endpoint
        .get("DeploymentConfig")
        .get("BlueGreenUpdatePolicy");
    let routing = policy.get("TrafficRoutingConfiguration");
    let is_linear = routing.get("Type").text().as_deref() == Some("LINEAR");
    let size = routing.get("LinearStepSize");
    let percent = size.get("Value").integer().filter(|percent| *percent > 0);
    let in_percent = size.get("Type").text().as_deref() == Some("CAPACITY_PERCENT");
    let (Some(wait), Some(percent)) = (routing.get("WaitIntervalInSeconds").integer(), percent)
    else {
        return;
    };
    let seconds = wait.saturating_mul((100 + percent - 1) / percent);
    if is_linear && in_percent && seconds > HOUR && targets_of(endpoint).next().is_some() {
        found
            .at(
                routing,
                format!(
                    "nothing scales during an update, and this one takes {seconds} seconds or more"
                ),
            )
            .hint("shift more at once, or keep enough instances for the load of that time");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::broken;
    use super::RULES;

    #[test]
    fn a_name_is_fixed_unless_it_is_handed_in_or_has_a_version() {
        let model = |name: &str| {
            broken(
                RULES,
                &format!(
                    "
Parameters: {{Version: {{Type: String, Default: a}}}}
Mappings: {{Names: {{prod: {{Model: churn}}}}}}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ModelName: {name}
      ExecutionRoleArn: arn:aws:iam::111111111111:role/churn
      PrimaryContainer: {{Image: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4.2'}}
"
                ),
            )
        };
        for fixed in [
            "churn",
            "!Sub '${AWS::StackName}-churn'",
            "!Join ['-', [!Ref AWS::StackName, churn]]",
            "!FindInMap [Names, prod, Model]",
        ] {
            assert_eq!(model(fixed), ["upd-custom-config-name"], "{fixed}");
        }
        for changes in [
            "churn-v2",
            "churn-1.4.2",
            "churn-9f86d08",
            "!Ref Version",
            "!Sub '${AWS::StackName}-${Version}'",
            "!ImportValue Name",
        ] {
            assert_eq!(model(changes), [""; 0], "{changes}");
        }
    }
}
