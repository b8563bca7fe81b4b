//! What more than one key of a stage decides, one function per rule.

mod alarms;
mod components;
mod deployment;
mod endpoint;
mod fleet;
mod image;
mod model;
mod scaling;
mod schedule;
mod secret;

use std::collections::BTreeMap;

use super::document::{Node, Scalar};
use super::keys::ALL_TRAFFIC;
use super::shape::Cx;
use super::subject::Subject;
use crate::finding::Finding;
use crate::literal::InstanceType;

pub(super) use alarms::{SIDES, STATISTICS};
pub(super) use components::{ADAPTER, ADAPTER_LACKS};
pub(super) use deployment::STRATEGIES;
pub(super) use model::{DATA, SOURCES};
pub(super) use scaling::TARGETS;

/// The kinds of capacity: the keys that make a stage one, the first of each being the telling one.
pub(super) const CAPACITIES: &[&[&str]] = &[
    &[
        "InstanceType",
        "InstanceCount",
        "InstancePools",
        "InstanceProvisionTimeout",
        "VolumeSizeInGB",
        "ModelDataDownloadTimeout",
        "ContainerStartupHealthCheckTimeout",
        "InferenceAmiVersion",
        "RoutingStrategy",
        "PrefixAwareRouting",
        "CapacityReservationArn",
        "EnableSSMAccess",
        "CoreDump",
        "ManagedInstanceScaling",
    ],
    &[
        "ServerlessMaxConcurrency",
        "ServerlessMemorySizeInMB",
        "ServerlessSizeInMB",
        "ServerlessProvisionedConcurrency",
    ],
    &["Variants"],
];

/// What a stage cannot have together with a kind of endpoint, each with the reason.
pub(super) type Excluded = &'static [(&'static str, &'static str)];

/// What each variant says for itself when there are several, and what needs the only one.
pub(super) const NOT_WITH_VARIANTS: Excluded = &[
    ("VariantName", "each variant says this for itself"),
    ("Model", "each variant says this for itself"),
    ("AutoScaling", "each variant says this for itself"),
    (
        "Async",
        "asynchronous inference needs the stage's only variant",
    ),
    (
        "ShadowVariant",
        "a shadow gets a copy of the traffic of the stage's only variant",
    ),
    (
        "Components",
        "components share the instances of the stage's only variant",
    ),
];

/// What serverless endpoints lack, each with AWS's rule.
pub(super) const NOT_WITH_SERVERLESS: Excluded = &[
    (
        "Network",
        "serverless endpoints support neither a VPC nor network isolation",
    ),
    (
        "DataCapture",
        "serverless endpoints do not support data capture",
    ),
    (
        "Async",
        "serverless endpoints do not support asynchronous inference",
    ),
    (
        "ShadowVariant",
        "serverless endpoints do not support shadow variants",
    ),
    (
        "Components",
        "components share instances, which serverless endpoints do not have",
    ),
    (
        "Explainer",
        "explanations are given by real-time endpoints on instances",
    ),
    (
        "Metrics",
        "these are metrics of instances, which serverless endpoints do not have",
    ),
    (
        "KmsKeyId",
        "it encrypts the volumes of instances, which serverless endpoints do not have",
    ),
    (
        "Deployment.Rolling",
        "serverless endpoints do not support rolling deployments",
    ),
    (
        "Model.Containers",
        "serverless endpoints host one container, not a pipeline",
    ),
    (
        "Model.ModelDataPrefix",
        "serverless endpoints take the model as one `.tar.gz` only",
    ),
    (
        "Model.ModelDataObject",
        "serverless endpoints take the model as one `.tar.gz` only",
    ),
    (
        "Model.AcceptEula",
        "serverless endpoints take no gated model data",
    ),
    (
        "Model.HubContentArn",
        "serverless endpoints take no gated model data",
    ),
];

/// What a stage with components says for each of them, and what such endpoints lack.
pub(super) const NOT_WITH_COMPONENTS: Excluded = &[
    ("Model", "each component has a model of its own"),
    (
        "AutoScaling",
        "each component scales its own copies, and `ManagedInstanceScaling` the instances",
    ),
    ("Async", "components answer at once"),
    (
        "ShadowVariant",
        "a shadow gets a copy of the traffic of one model",
    ),
    (
        "Explainer",
        "explanations are given by endpoints with one model",
    ),
];

/// What asynchronous inference lacks.
pub(super) const NOT_WITH_ASYNC: Excluded = &[
    (
        "ShadowVariant",
        "asynchronous endpoints do not support shadow variants",
    ),
    (
        "Explainer",
        "explanations are given by endpoints that answer at once",
    ),
];

/// Keys that mean an endpoint, whatever its capacity.
const ENDPOINT: &[&str] = &[
    "EndpointName",
    "ExecutionRoleArn",
    "KmsKeyId",
    "Model",
    "VariantName",
    "ShadowVariant",
    "Components",
    "Network",
    "DataCapture",
    "Explainer",
    "Async",
    "AutoScaling",
    "Deployment",
    "Alarms",
    "Dashboard",
    "Metrics",
];

/// How a stage serves, as far as its keys tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    RealTime,
    Async,
    Serverless,
    Components,
}

impl Kind {
    fn of(stage: Subject<'_>) -> Self {
        let instances = ["InstanceType", "InstancePools", "Variants"];
        if stage.has_any("", CAPACITIES[1]) && !stage.has_any("", &instances) {
            Self::Serverless
        } else if stage.has("Components") {
            Self::Components
        } else if stage.has("Async") {
            Self::Async
        } else {
            Self::RealTime
        }
    }

    /// In the words of a message.
    const fn words(self) -> &'static str {
        match self {
            Self::RealTime => "a real-time endpoint",
            Self::Async => "asynchronous inference",
            Self::Serverless => "a serverless stage",
            Self::Components => "an endpoint with components",
        }
    }
}

/// The prefixes of the keys of the variants that share the traffic: nothing for the stage's own keys,
/// or `Variants[0].` and so on.
fn productions(stage: Subject<'_>) -> Vec<String> {
    if stage.has("Variants") {
        let variants = stage.items("Variants").into_iter();
        variants.map(|(path, _)| format!("{path}.")).collect()
    } else {
        vec![String::new()]
    }
}

/// The same with the shadow.
fn fleets(stage: Subject<'_>) -> Vec<String> {
    let mut fleets = productions(stage);
    if stage.has("ShadowVariant") {
        fleets.push("ShadowVariant.".to_owned());
    }
    fleets
}

/// The paths of the instance types of a fleet, the preferred one first.
fn type_paths(stage: Subject<'_>, fleet: &str) -> Vec<String> {
    let one = format!("{fleet}InstanceType");
    let mut paths: Vec<_> = stage.has(&one).then_some(one).into_iter().collect();
    for (path, item) in stage.items(&format!("{fleet}InstancePools")) {
        paths.push(if item.entries().is_some() {
            format!("{path}.InstanceType")
        } else {
            path
        });
    }
    paths
}

/// Those that are written out.
fn instance_types(stage: Subject<'_>, fleet: &str) -> Vec<(String, InstanceType)> {
    type_paths(stage, fleet)
        .into_iter()
        .filter_map(|path| {
            let kind = stage.instance_type(&path)?;
            Some((path, kind))
        })
        .collect()
}

/// A place where a model is stated, or left to its default.
pub(super) struct ModelPlace {
    /// Its path.
    pub(super) path: String,
    /// The paths of the instance types that it runs on, the preferred one first; none where it runs
    /// on none.
    pub(super) hardware: Vec<String>,
}

/// Every model of a stage.
pub(super) fn models(stage: Subject<'_>) -> Vec<ModelPlace> {
    let mut models = Vec::new();
    let components = stage.has("Components");
    for fleet in fleets(stage) {
        let mut shared = Vec::new();
        for kind in type_paths(stage, &fleet) {
            let own = kind
                .strip_suffix(".InstanceType")
                .filter(|pool| pool.ends_with(']') && pool.contains("InstancePools["))
                .map(|pool| format!("{pool}.Model"))
                .filter(|own| stage.has(own));
            match own {
                Some(path) => models.push(ModelPlace {
                    path,
                    hardware: vec![kind],
                }),
                None => shared.push(kind),
            }
        }
        if components && fleet.is_empty() {
            for (path, _) in stage.items("Components") {
                let model = format!("{path}.Model");
                if stage.has(&model) || !stage.has(&format!("{path}.{ADAPTER}")) {
                    models.push(ModelPlace {
                        path: model,
                        hardware: shared.clone(),
                    });
                }
            }
        }
        let path = format!("{fleet}Model");
        if !components || stage.has(&path) {
            models.push(ModelPlace {
                path,
                hardware: shared,
            });
        }
    }
    // One that each variant should say for itself is looked at all the same.
    if stage.has("Variants") && stage.has("Model") {
        models.push(ModelPlace {
            path: "Model".to_owned(),
            hardware: Vec::new(),
        });
    }
    models
}

/// Runs every check.
pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for rule in [
        one_capacity,
        whole_capacity,
        kinds_exclude,
        provisioned_within_concurrency,
        variant_names_are_unique,
        some_weight,
        fleet::check,
        endpoint::check,
        model::check,
        image::check,
        secret::check,
        components::check,
        alarms::check,
        deployment::check,
        scaling::check,
    ] {
        rule(stage, cx);
    }
}

/// Whether the stage has an endpoint: it may consist of package groups only.
pub(super) fn has_endpoint(stage: Subject<'_>) -> bool {
    CAPACITIES
        .iter()
        .copied()
        .flatten()
        .chain(ENDPOINT)
        .any(|key| stage.has(key))
}

/// Reports keys of more than one group.
fn one_group(stage: Subject<'_>, prefix: &str, groups: &[&[&str]], why: &str, cx: &mut Cx<'_>) {
    let present: Vec<Vec<String>> = groups
        .iter()
        .map(|keys| {
            let paths = keys.iter().map(|key| format!("{prefix}{key}"));
            paths.filter(|path| stage.has(path)).collect()
        })
        .filter(|paths: &Vec<_>| !paths.is_empty())
        .collect();
    stage.exclude_each(cx, &present, why);
}

fn one_capacity(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let why = "a stage has instances, or is serverless, or lists `Variants`";
    one_group(stage, "", CAPACITIES, why, cx);
}

fn whole_capacity(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let [instance, serverless, _] = CAPACITIES else {
        return;
    };
    if stage.has("Variants") {
        return;
    }
    let because = |keys: &[&'static str]| keys.iter().find(|key| stage.has(key)).copied();
    if let Some(key) = because(serverless) {
        if !stage.has("ServerlessMaxConcurrency") && !stage.has_any("", &instance[..3]) {
            stage.missing(cx, "ServerlessMaxConcurrency", key);
        }
    } else if let Some(key) = because(instance) {
        if !stage.has_any("", &["InstanceType", "InstancePools"]) {
            stage.missing(cx, "InstanceType", key);
        }
        // Components begin with the instances that are kept.
        if !stage.has("InstanceCount") && !stage.has("ManagedInstanceScaling") {
            stage.missing(cx, "InstanceCount", key);
        }
    } else if !stage.has("PackageGroups") || has_endpoint(stage) {
        let message = "the stage says nothing of its capacity: expected `InstanceType` and \
                       `InstanceCount`, or `ServerlessMaxConcurrency`, or `Variants`";
        cx.report(Finding::error("missing-key", message), stage.key, "");
    }
}

/// What goes together with some kinds of endpoints only.
fn kinds_exclude(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let serverless = CAPACITIES[1].iter().find(|key| stage.has(key)).copied();
    let kinds = [
        (serverless, NOT_WITH_SERVERLESS),
        (Some("Variants"), NOT_WITH_VARIANTS),
        (Some("Components"), NOT_WITH_COMPONENTS),
        (Some("Async"), NOT_WITH_ASYNC),
    ];
    for (telling, excluded) in kinds {
        let Some(telling) = telling.filter(|key| stage.has(key)) else {
            continue;
        };
        for (path, why) in excluded {
            if stage.has(path) {
                stage.exclude(cx, path, telling, why);
            }
        }
    }
    let Some(telling) = serverless else { return };
    for (path, value, why) in [
        (
            "Model.Mode",
            "MultiModel",
            "serverless endpoints host one model, not many",
        ),
        (
            "Model.RepositoryAccessMode",
            "Vpc",
            "serverless endpoints pull images from ECR only",
        ),
    ] {
        if stage.text(path) == Some(value) {
            stage.exclude(cx, path, telling, why);
        }
    }
}

fn provisioned_within_concurrency(stage: Subject<'_>, cx: &mut Cx<'_>) {
    stage.above(
        cx,
        "ServerlessProvisionedConcurrency",
        "ServerlessMaxConcurrency",
    );
}

fn variant_names_are_unique(stage: Subject<'_>, cx: &mut Cx<'_>) {
    unique(stage, "Variants", ".Name", "variant", cx);
    let unnamed = ALL_TRAFFIC;
    let production = stage.text("VariantName").unwrap_or(unnamed.as_str());
    if stage.text("ShadowVariant.Name") == Some(production) && !stage.has("Variants") {
        let message = format!("the shadow is named `{production}`: the other variant is too");
        let finding = Finding::error("duplicate-name", message);
        stage.at_value(cx, "ShadowVariant.Name", finding);
    }
}

/// Reports each name of a list that an item before has already.
fn unique(stage: Subject<'_>, list: &str, name: &str, what: &str, cx: &mut Cx<'_>) {
    let mut seen = BTreeMap::new();
    for (path, item) in stage.items(list) {
        let (path, text) = if let Some(Scalar::Text(text)) = item.scalar() {
            (path, Some(text))
        } else {
            let path = format!("{path}{name}");
            let text = stage.text(&path);
            (path, text)
        };
        let Some(text) = text else { continue };
        if let Some(first) = seen.insert(text.to_owned(), path.clone()) {
            let message = format!("a second {what} is named `{text}`: `{first}` is too");
            stage.at_value(cx, &path, Finding::error("duplicate-name", message));
        }
    }
}

fn some_weight(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let variants = stage.items("Variants");
    let zero = |variant: &Node| match variant.get("Weight").map(|entry| entry.value.scalar()) {
        Some(Some(Scalar::Integer(0))) => true,
        Some(Some(Scalar::Float(weight))) => weight == 0.0,
        _ => false,
    };
    if !variants.is_empty() && variants.iter().all(|(_, variant)| zero(variant)) {
        let message = "every variant has the weight `0`: none would get any traffic";
        stage.at_key(cx, "Variants", Finding::error("no-traffic", message));
    }
}
