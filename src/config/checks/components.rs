//! Components: models and adapters, and whether they fit onto the instances.

use super::deployment::{self, Part, Whole};
use super::{instance_types, unique};
use crate::catalog::instances::facts;
use crate::config::keys::WAIT_INTERVAL;
use crate::config::shape::Cx;
use crate::config::subject::{Subject, last};
use crate::finding::{Finding, closest};

/// The key that makes a component an adapter.
pub(in crate::config) const ADAPTER: &str = "BaseComponent";

/// What an adapter has from the component that it adapts.
pub(in crate::config) const ADAPTER_LACKS: &[&str] = &[
    "Model",
    "CopyCount",
    "Accelerators",
    "CpuCores",
    "MinMemoryInMB",
    "MaxMemoryInMB",
    "ModelDataDownloadTimeout",
    "ContainerStartupHealthCheckTimeout",
    "DataCaching",
    "Placement",
    "Deployment",
    "AutoScaling",
];

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    unique(stage, "Components", ".Name", "component", cx);
    for (path, item) in stage.items("Components") {
        if item.entries().is_none() {
            continue;
        }
        if stage.has(&format!("{path}.{ADAPTER}")) {
            adapter(stage, &path, cx);
            continue;
        }
        let artifact = format!("{path}.ArtifactUrl");
        if stage.has(&artifact) {
            let message = format!("missing key `{ADAPTER}`, which `ArtifactUrl` needs");
            let finding = Finding::error("missing-key", message)
                .hint("the model data of a component is in its `Model`");
            stage.at_key(cx, &artifact, finding);
        } else if !stage.has(&format!("{path}.MinMemoryInMB")) {
            stage.missing_in(cx, "MinMemoryInMB", &path);
        }
        compute(stage, &path, cx);
        rollout(stage, &path, cx);
    }
    asleep(stage, cx);
}

fn adapter(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let base_path = format!("{path}.{ADAPTER}");
    if !stage.has(&format!("{path}.ArtifactUrl")) {
        stage.missing(cx, "ArtifactUrl", &base_path);
    }
    for key in ADAPTER_LACKS {
        let key = format!("{path}.{key}");
        if stage.has(&key) {
            let why = "an adapter runs on the copies of the component that it adapts";
            stage.exclude(cx, &key, &base_path, why);
        }
    }
    let Some(base) = stage.text(&base_path) else {
        return;
    };
    let components = stage.items("Components");
    let named: Vec<_> = components
        .iter()
        .filter_map(|(path, _)| Some((stage.text(&format!("{path}.Name"))?, path)))
        .collect();
    match named.iter().find(|(name, _)| *name == base) {
        Some((_, other)) if stage.has(&format!("{other}.{ADAPTER}")) => {
            let message =
                format!("`{ADAPTER}`: expected a component with a model, got the adapter `{base}`");
            stage.at_value(cx, &base_path, Finding::error("invalid-value", message));
        }
        Some(_) => {}
        None => {
            let message = format!("`{ADAPTER}`: expected a component of the stage, got `{base}`");
            let others = named
                .iter()
                .filter(|(_, other)| other.as_str() != path)
                .map(|(name, _)| *name);
            let mut finding = Finding::error("invalid-value", message);
            finding.hint = closest(base, others).map(|close| format!("did you mean `{close}`?"));
            stage.at_value(cx, &base_path, finding);
        }
    }
}

/// What a copy needs, against what an instance has.
fn compute(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let key = |key: &str| format!("{path}.{key}");
    let (least, most) = (key("MinMemoryInMB"), key("MaxMemoryInMB"));
    let min = stage.integer(&least);
    if let (Some(min), Some(max)) = (min, stage.integer(&most))
        && max < min
    {
        let message = format!(
            "`MaxMemoryInMB`: expected at least `MinMemoryInMB`, which is `{min}`, got `{max}`"
        );
        stage.at_value(cx, &most, Finding::error("out-of-range", message));
    }
    let cores = key("CpuCores");
    if let Some(number) = stage.number(&cores)
        && number < 0.25
    {
        let message = format!("`CpuCores`: expected a number of at least 0.25, got `{number}`");
        stage.at_value(cx, &cores, Finding::error("out-of-range", message));
    }
    let types = instance_types(stage, "");
    let known: Vec<_> = types
        .iter()
        .filter_map(|(_, kind)| Some((kind, facts(kind)?)))
        .collect();
    // It has to fit onto one of the types.
    if known.is_empty() || known.len() < types.len() {
        return;
    }
    let devices = |facts: &crate::catalog::instances::Facts| match facts.accelerator {
        None => Some(0),
        Some(one) => Some(one.count?.saturating_mul(one.cores_per_device)),
    };
    let wanted = [
        (
            "Accelerators",
            known
                .iter()
                .map(|(_, facts)| devices(facts))
                .collect::<Option<Vec<_>>>(),
            "accelerator",
        ),
        (
            "CpuCores",
            known.iter().map(|(_, facts)| facts.vcpus).collect(),
            "CPU core",
        ),
        (
            "MinMemoryInMB",
            known.iter().map(|(_, facts)| facts.memory_mib).collect(),
            "MiB of memory",
        ),
    ];
    for (name, has, unit) in wanted {
        let place = key(name);
        let (Some(number), Some(has)) = (stage.number(&place), has) else {
            continue;
        };
        let Some((largest, (kind, _))) = has.iter().zip(&known).max_by_key(|(has, _)| **has) else {
            continue;
        };
        if number > f64::from(*largest) {
            let plural = match (unit, *largest) {
                ("MiB of memory", _) | (_, 1) => "",
                _ => "s",
            };
            let have = if *largest == 0 {
                format!("no {unit}")
            } else {
                format!("{largest} {unit}{plural}")
            };
            let message = format!(
                "`{name}`: expected what fits onto an instance, and `{kind}` has {have}, got \
                 `{number}`"
            );
            let hint = "lower it, or choose a larger instance type";
            stage.at_value(
                cx,
                &place,
                Finding::error("does-not-fit", message).hint(hint),
            );
        }
    }
}

fn rollout(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let block = format!("{path}.Deployment");
    if !stage.has(&block) {
        return;
    }
    let rolling = format!("{block}.Rolling");
    let count = format!("{path}.CopyCount");
    let scaling = format!("{path}.AutoScaling");
    let whole = Whole::scaled(stage, &scaling, &count, "CopyCount").or_else(|| {
        let constant = !stage.has(&scaling) && !stage.has(&count);
        constant.then(|| Whole::constant("CopyCount", 1))
    });
    let size = deployment::size(stage, &rolling);
    if let (Some(size), Some(whole)) = (size, &whole) {
        let part = Part {
            path: &rolling,
            size,
            least: 5,
            what: ["copy", "copies"],
            instead: "remove `Deployment`",
        };
        part.check(stage, whole, cx);
    }
    let wait = match stage.duration(&format!("{block}.WaitInterval")) {
        Some(wait) => Some(wait),
        None if stage.has(&format!("{block}.WaitInterval")) => None,
        None => Some(WAIT_INTERVAL),
    };
    let steps = size.and_then(|size| deployment::steps(size, whole.map(|whole| whole.most())));
    if let (Some(wait), Some(steps)) = (wait, steps) {
        deployment::total_wait(stage, &block, wait, steps, None, cx);
    }
    deployment::rollback(stage, &block, cx);
}

/// Instances go to sleep once no component has a copy.
fn asleep(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let least = "ManagedInstanceScaling.MinInstanceCount";
    if stage.integer(least) != Some(0) || !stage.has("Components") {
        return;
    }
    for (path, item) in stage.items("Components") {
        let adapter = stage.has(&format!("{path}.{ADAPTER}"));
        let zero = format!("{path}.AutoScaling.MinCapacity");
        let keeps = if stage.has(&format!("{path}.AutoScaling")) {
            stage.integer(&zero).is_some_and(|min| min > 0)
        } else {
            stage.integer(&format!("{path}.CopyCount")) != Some(0)
        };
        if item.entries().is_some() && !adapter && keeps {
            let name = stage.text(&format!("{path}.Name")).unwrap_or(last(&path));
            let message = format!(
                "`MinInstanceCount`: the instances never come down to `0`, because the component \
                 `{name}` keeps copies"
            );
            let finding = Finding::warning("never-asleep", message)
                .hint("give each component `AutoScaling` with `MinCapacity: 0`");
            stage.at_value(cx, least, finding);
            return;
        }
    }
}
