//! Endpoints and their updates.

mod permission;

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::found::Found;
use super::hosting::{
    ALARM, COMPONENT, CONFIG, ENDPOINT, comes_after, config_of, is_serverless, rollback_alarms,
    shadows, targets_of, variants,
};
use super::{Check, Rule, monitoring};

pub(super) const RULES: &[Rule] = &[
    declared!(
        "ep-name-not-arn",
        Warning,
        [
            ENDPOINT,
            CONFIG,
            COMPONENT,
            monitoring::SCHEDULE,
            monitoring::DATA,
            monitoring::BIAS,
            monitoring::EXPLAINED,
            monitoring::QUALITY
        ],
        name_not_arn
    ),
    declared!("ep-policy-xor", Error, [ENDPOINT], policy_xor),
    declared!("ep-bg-shape", Error, [ENDPOINT], traffic_shape),
    declared!("ep-canary-50", Error, [ENDPOINT], canary_size),
    declared!("ep-linear-10-50", Error, [ENDPOINT], linear_size),
    declared!("ep-rolling-5-50", Error, [ENDPOINT], rolling_size),
    declared!("ep-timeout-sum", Error, [ENDPOINT], timeout),
    declared!("ep-alarms", Warning, [ENDPOINT], unwatched),
    declared!("ep-alarm-exists", Warning, [ENDPOINT], alarm_order),
    declared!("ep-alarm-perm", Warning, [ENDPOINT], permission::alarms),
    declared!("ep-gr-fallback", Warning, [ENDPOINT], fallback),
    declared!("ep-rolling-excl", Error, [ENDPOINT], rolling_excluded),
    declared!("ep-double-cost", Note, [ENDPOINT], double_fleet),
    declared!("ep-retain", Warning, [ENDPOINT], retain),
    declared!("ep-exclude-enum", Warning, [ENDPOINT], excluded),
];

/// What the registry's schema or a rule on any template states, each with the rule that reports it.
pub(super) const COVERED: &[(&str, &str)] = &[
    ("ep-name", "text-pattern"),
    ("ep-waits", "number-range"),
    ("ep-alarm-cycle", "dependency-cycle"),
];

/// What takes the name of a resource whose `Ref` is an ARN, and the attribute that is the name.
fn names(resource: Resource<'_>) -> Vec<(Node<'_>, &'static str)> {
    fn model(holder: Node<'_>) -> (Node<'_>, &'static str) {
        (holder.get("ModelName"), "ModelName")
    }
    match resource.kind() {
        ENDPOINT => vec![(resource.get("EndpointConfigName"), "EndpointConfigName")],
        CONFIG => {
            let all = variants(resource).into_iter().chain(shadows(resource));
            all.map(model).collect()
        }
        COMPONENT => vec![
            (resource.get("EndpointName"), "EndpointName"),
            model(resource.get("Specification")),
        ],
        _ => {
            let endpoints = monitoring::watched(resource).into_iter();
            endpoints.map(|name| (name, "EndpointName")).collect()
        }
    }
}

fn name_not_arn(resource: Resource<'_>, found: &mut Found<'_>) {
    for (node, attribute) in names(resource) {
        arn_for_name(node, attribute, found);
    }
}

fn arn_for_name(node: Node<'_>, attribute: &str, found: &mut Found<'_>) {
    if let Some((target, None)) = node.target()
        && target.kind().starts_with("AWS::SageMaker::")
    {
        let id = target.id();
        found
            .at(
                node,
                format!("expected a name, but `Ref` of `{id}` is its ARN"),
            )
            .got(format_args!("the ARN of `{id}`"))
            .allowed(format_args!("the name of `{id}`"))
            .hint(format!("write `!GetAtt {id}.{attribute}`"));
    }
}

fn policy_xor(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let deployment = endpoint.get("DeploymentConfig");
    let blue_green = deployment.get("BlueGreenUpdatePolicy");
    let rolling = deployment.get("RollingUpdatePolicy");
    if blue_green.is_present() && rolling.is_present() {
        found
            .at(
                rolling,
                "`RollingUpdatePolicy` excludes `BlueGreenUpdatePolicy`, which is there too",
            )
            .hint("keep the one by which updates are to be made");
    }
}

fn routing(endpoint: Resource<'_>) -> Node<'_> {
    endpoint
        .get("DeploymentConfig")
        .at(["BlueGreenUpdatePolicy", "TrafficRoutingConfiguration"])
}

fn traffic_shape(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let routing = routing(endpoint);
    let Some(kind) = routing.get("Type").text() else {
        return;
    };
    let own = match kind.as_ref() {
        "CANARY" => Some("CanarySize"),
        "LINEAR" => Some("LinearStepSize"),
        "ALL_AT_ONCE" => None,
        // Another value is told by the schema.
        _ => return,
    };
    for size in ["CanarySize", "LinearStepSize"] {
        let node = routing.get(size);
        if own == Some(size) && node.is_absent() {
            found
                .at(node, format!("`{kind}` needs `{size}`"))
                .hint(format!(
                    "say how much is shifted: `{size}: {{Type: CAPACITY_PERCENT, Value: 25}}`"
                ));
        } else if own != Some(size) && node.is_present() {
            found
                .at(node, format!("`{kind}` excludes `{size}`"))
                .hint(format!("remove `{size}`, or choose another `Type`"))
                .remove();
        }
    }
    let wait = routing.get("WaitIntervalInSeconds");
    if wait.is_absent() {
        found
            .at(
                wait,
                "`TrafficRoutingConfiguration` needs `WaitIntervalInSeconds`",
            )
            .allowed("0 to 3600 seconds")
            .hint("say how long the new fleet is watched before the next step");
    }
}

fn canary_size(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let routing = routing(endpoint);
    if routing.get("Type").text().as_deref() == Some("CANARY") {
        share(endpoint, routing.get("CanarySize"), 1, 50, found);
    }
}

fn linear_size(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let routing = routing(endpoint);
    if routing.get("Type").text().as_deref() == Some("LINEAR") {
        share(endpoint, routing.get("LinearStepSize"), 10, 50, found);
    }
}

fn rolling_size(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let rolling = endpoint.get("DeploymentConfig").get("RollingUpdatePolicy");
    share(endpoint, rolling.get("MaximumBatchSize"), 5, 50, found);
}

/// How many waits there are until all traffic has moved.
fn waits(routing: Node<'_>) -> Option<i64> {
    Some(match routing.get("Type").text()?.as_ref() {
        "LINEAR" => {
            let size = routing.get("LinearStepSize");
            let percent = size.get("Value").integer().filter(|percent| *percent > 0)?;
            (size.get("Type").text()? == "CAPACITY_PERCENT")
                .then_some((100 + percent - 1) / percent)?
        }
        _ => 1,
    })
}

fn timeout(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let policy = endpoint
        .get("DeploymentConfig")
        .get("BlueGreenUpdatePolicy");
    let limit = policy.get("MaximumExecutionTimeoutInSeconds");
    let routing = policy.get("TrafficRoutingConfiguration");
    let termination = policy.get("TerminationWaitInSeconds");
    let termination = if termination.is_absent() {
        Some(0)
    } else {
        termination.integer()
    };
    let (Some(most), Some(wait), Some(termination), Some(count)) = (
        limit.integer(),
        routing.get("WaitIntervalInSeconds").integer(),
        termination,
        waits(routing),
    ) else {
        return;
    };
    let needed = wait.saturating_mul(count).saturating_add(termination);
    if most <= needed {
        found
            .at(
                limit,
                format!(
                    "expected more than the {needed} seconds that its waits take, got `{most}`"
                ),
            )
            .got(most)
            .allowed(format_args!("more than {needed} seconds"))
            .hint("starting the new instances takes its time too: leave half an hour for that");
    }
}

fn unwatched(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let deployment = endpoint.get("DeploymentConfig");
    let routing = routing(endpoint);
    let steps = matches!(
        routing.get("Type").text().as_deref(),
        Some("CANARY" | "LINEAR")
    ) || routing
        .get("WaitIntervalInSeconds")
        .integer()
        .is_some_and(|wait| wait > 0)
        || deployment.get("RollingUpdatePolicy").is_present();
    let alarms = rollback_alarms(endpoint);
    let none = alarms.is_absent() || alarms.list().is_some_and(|alarms| alarms.is_empty());
    if steps && none {
        found
            .at(
                alarms,
                "it is watched for a while, but no alarm takes it back",
            )
            .hint("name the alarms of errors and latency in `AutoRollbackConfiguration`");
    }
}

fn alarm_order(endpoint: Resource<'_>, found: &mut Found<'_>) {
    for alarm in rollback_alarms(endpoint).items() {
        let name = alarm.get("AlarmName");
        if let Some(made) = name.named(ALARM, "AlarmName")
            && !comes_after(endpoint, made)
        {
            let id = made.id();
            found
                .at(
                    name,
                    format!("the alarm is made by `{id}`, which may come after the endpoint"),
                )
                .hint(format!(
                    "write `!Ref {id}`, or let the endpoint depend on it"
                ));
        }
    }
}

fn has_policy(endpoint: Resource<'_>) -> bool {
    let deployment = endpoint.get("DeploymentConfig");
    deployment.get("RollingUpdatePolicy").is_present()
        || deployment.get("BlueGreenUpdatePolicy").is_present()
}

fn fallback(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let Some(config) = config_of(endpoint).filter(|_| has_policy(endpoint)) else {
        return;
    };
    for variant in variants(config) {
        let instance_type = variant.get("InstanceType");
        if instance_type
            .text()
            .is_some_and(|name| name.starts_with("ml.inf1."))
        {
            found
                .at(
                    instance_type,
                    "an endpoint on Inf1 is updated all at once and unwatched, whatever its policy says",
                )
                .hint("take another instance type, or leave the policy out");
        }
    }
}

fn rolling_excluded(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let rolling = endpoint.get("DeploymentConfig").get("RollingUpdatePolicy");
    let Some(config) = config_of(endpoint).filter(|_| rolling.is_present()) else {
        return;
    };
    let variants = variants(config);
    let what = if variants.len() > 1 {
        "an endpoint with several variants"
    } else if variants.first().copied().is_some_and(is_serverless) {
        "a serverless endpoint"
    } else {
        return;
    };
    found
        .at(rolling, format!("{what} has no rolling deployments"))
        .hint("use `BlueGreenUpdatePolicy`");
}

fn double_fleet(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let blue_green = endpoint
        .get("DeploymentConfig")
        .get("BlueGreenUpdatePolicy");
    let Some(config) = config_of(endpoint).filter(|_| blue_green.is_present()) else {
        return;
    };
    for variant in variants(config) {
        let instance_type = variant.get("InstanceType");
        let scarce = |name: &str| {
            ["ml.p4", "ml.p5", "ml.p6", "ml.trn"]
                .iter()
                .any(|family| name.starts_with(family))
        };
        if let Some(name) = instance_type.text().filter(|name| scarce(name)) {
            found
                .at(
                    blue_green,
                    format!("each update needs as many `{name}` again beside the old fleet, and pays for both"),
                )
                .hint("ask for twice the quota, or update in batches with `RollingUpdatePolicy`");
            return;
        }
    }
}

fn excluded(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let excluded = endpoint.get("ExcludeRetainedVariantProperties");
    let retained = endpoint.get("RetainAllVariantProperties");
    let some = excluded.list().is_some_and(|all| !all.is_empty());
    if some && (retained.is_absent() || retained.boolean() == Some(false)) {
        found
            .at(
                excluded,
                "it has no effect, because `RetainAllVariantProperties` retains nothing",
            )
            .hint("set `RetainAllVariantProperties` to `true`, or remove it");
    }
    for one in excluded.items() {
        let kind = one.get("VariantPropertyType");
        if kind.text().as_deref() == Some("DataCaptureConfig") {
            found
                .at(kind, "`DataCaptureConfig` is not supported here")
                .allowed("`DesiredInstanceCount` or `DesiredWeight`")
                .hint("remove it");
        }
    }
}

/// A size is so many percent of each variant's instances, in whole instances.
fn share(endpoint: Resource<'_>, size: Node<'_>, least: i64, most: i64, found: &mut Found<'_>) {
    let value = size.get("Value");
    let Some(number) = value.integer() else {
        return;
    };
    match size.get("Type").text().as_deref() {
        Some("CAPACITY_PERCENT") if !(least..=most).contains(&number) => {
            found.expected(value, format_args!("{least} to {most} percent"));
        }
        Some("INSTANCE_COUNT") => {
            let Some(config) = config_of(endpoint) else {
                return;
            };
            for variant in variants(config) {
                let Some(count) = variant.get("InitialInstanceCount").integer() else {
                    continue;
                };
                if number * 100 > count * most {
                    let allowed = count * most / 100;
                    found
                        .at(
                            value,
                            format!(
                                "expected at most {most} percent of the {count} instances of a variant, got {number}"
                            ),
                        )
                        .got(number)
                        .allowed(format_args!("at most {allowed}"))
                        .hint("start with more instances, or shift less of them");
                }
            }
        }
        _ => {}
    }
}

fn retain(endpoint: Resource<'_>, found: &mut Found<'_>) {
    let retained = endpoint.get("RetainAllVariantProperties");
    let reset = retained.is_absent() || retained.boolean() == Some(false);
    if reset && targets_of(endpoint).next().is_some() {
        found
            .at(
                retained,
                "each update sets the instances back to `InitialInstanceCount`, whatever scaling has made of them",
            )
            .allowed("`true`")
            .hint("set `RetainAllVariantProperties` to `true`")
            .set(true);
    }
}
