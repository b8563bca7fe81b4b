//! What the keys of instances decide together, and what the instance type decides.

use super::{Kind, fleets, instance_types};
use crate::catalog::instances::{AcceleratorKind, LocalNvme, facts};
use crate::cfn::sagemaker::endpoint_config::InferenceAmiVersion;
use crate::config::shape::Cx;
use crate::config::subject::Subject;
use crate::finding::Finding;
use crate::literal::InstanceType;

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for fleet in fleets(stage) {
        type_or_pools(stage, &fleet, cx);
        whole(stage, &fleet, cx);
        pools(stage, &fleet, cx);
        prefix_aware(stage, &fleet, cx);
        volume(stage, &fleet, cx);
        machine_image(stage, &fleet, cx);
    }
    volume_key(stage, cx);
    managed_scaling(stage, cx);
}

fn type_or_pools(stage: Subject<'_>, fleet: &str, cx: &mut Cx<'_>) {
    let (one, pools) = (
        format!("{fleet}InstanceType"),
        format!("{fleet}InstancePools"),
    );
    if stage.has(&one) && stage.has(&pools) {
        let why = "the instances of a variant are of one type, or of several pools";
        stage.exclude(cx, &one, &pools, why);
    }
}

/// A variant in a list, or a shadow, needs to say all for itself.
fn whole(stage: Subject<'_>, fleet: &str, cx: &mut Cx<'_>) {
    let Some(place) = fleet.strip_suffix('.') else {
        return;
    };
    if stage
        .stage
        .at(place)
        .and_then(|node| node.entries())
        .is_none()
    {
        return;
    }
    if !stage.has_any(fleet, &["InstanceType", "InstancePools"]) {
        stage.missing_in(cx, "InstanceType", place);
    }
    if !stage.has(&format!("{fleet}InstanceCount")) {
        stage.missing_in(cx, "InstanceCount", place);
    }
}

fn pools(stage: Subject<'_>, fleet: &str, cx: &mut Cx<'_>) {
    let list = format!("{fleet}InstancePools");
    if !stage.has(&list) {
        return;
    }
    let mut seen: Vec<InstanceType> = Vec::new();
    for (path, kind) in instance_types(stage, fleet) {
        if path == format!("{fleet}InstanceType") {
            continue;
        }
        if seen.contains(&kind) {
            let message = format!("a second pool is of `{kind}`: an instance type has one");
            stage.at_value(cx, &path, Finding::error("duplicate-name", message));
        }
        seen.push(kind);
    }
    if Kind::of(stage) == Kind::Components {
        for (path, _) in stage.items(&list) {
            let model = format!("{path}.Model");
            if stage.has(&model) {
                let why = "each component has a model of its own";
                stage.exclude(cx, &model, "Components", why);
            }
        }
    }
}

fn prefix_aware(stage: Subject<'_>, fleet: &str, cx: &mut Cx<'_>) {
    let (strategy, block) = (
        format!("{fleet}RoutingStrategy"),
        format!("{fleet}PrefixAwareRouting"),
    );
    let aware = stage.text(&strategy) == Some("PREFIX_AWARE");
    if aware && !stage.has(&block) {
        let message =
            "missing key `PrefixAwareRouting`, which `RoutingStrategy: PREFIX_AWARE` needs";
        stage.at_key(cx, &strategy, Finding::error("missing-key", message));
    }
    if stage.has(&block) && !aware {
        let message =
            "`PrefixAwareRouting` is for `RoutingStrategy: PREFIX_AWARE`, which is missing";
        let finding = Finding::error("missing-key", message)
            .hint("write `RoutingStrategy: PREFIX_AWARE`, or remove `PrefixAwareRouting`");
        stage.at_key(cx, &block, finding);
    }
}

/// SageMaker refuses a volume's size for instances that have disks of their own.
fn volume(stage: Subject<'_>, fleet: &str, cx: &mut Cx<'_>) {
    let path = format!("{fleet}VolumeSizeInGB");
    if !stage.has(&path) {
        return;
    }
    if let Some((kind, certain)) = with_own_disks(stage, fleet) {
        let finding = own_disks("VolumeSizeInGB", "volume-of-instance", &kind, certain);
        stage.at_key(cx, &path, finding);
    }
}

fn volume_key(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let path = "KmsKeyId";
    if !stage.has(path) || Kind::of(stage) == Kind::Serverless {
        return;
    }
    let found: Vec<_> = fleets(stage)
        .iter()
        .filter_map(|fleet| with_own_disks(stage, fleet))
        .collect();
    // What is certain is worse than what is not.
    if let Some((kind, certain)) = found.iter().find(|(_, certain)| *certain).or(found.first()) {
        let finding = own_disks("KmsKeyId", "volume-of-instance", kind, *certain);
        stage.at_key(cx, path, finding);
    }
}

/// An instance type of a fleet that has disks of its own, and whether that is certain.
fn with_own_disks(stage: Subject<'_>, fleet: &str) -> Option<(InstanceType, bool)> {
    let mut doubtful = None;
    for (_, kind) in instance_types(stage, fleet) {
        match facts(&kind).map(|facts| facts.local_nvme) {
            Some(LocalNvme::Present) => return Some((kind, true)),
            Some(LocalNvme::Unknown) => doubtful = Some((kind, false)),
            Some(LocalNvme::Absent) | None => {}
        }
    }
    doubtful
}

fn own_disks(key: &str, rule: &'static str, kind: &InstanceType, certain: bool) -> Finding {
    let hint = format!("remove `{key}`, or choose an instance type without disks of its own");
    if certain {
        let message = format!(
            "`{key}` has no volume: `{kind}` has disks of its own, and SageMaker refuses the key"
        );
        Finding::error(rule, message).hint(hint)
    } else {
        let message = format!(
            "`{key}` may have no volume: if `{kind}` has disks of its own, SageMaker refuses the key"
        );
        Finding::warning(rule, message).hint(hint)
    }
}

/// A machine image has the driver of one kind of accelerator.
fn machine_image(stage: Subject<'_>, fleet: &str, cx: &mut Cx<'_>) {
    let path = format!("{fleet}InferenceAmiVersion");
    let Some(image) = stage
        .literal(&path)
        .filter(|image| InferenceAmiVersion::VALUES.contains(image))
    else {
        return;
    };
    let (needed, words) = if image.contains("-neuron-") {
        (AcceleratorKind::Neuron, "Inferentia2 or Trainium")
    } else if image.contains("-gpu-") {
        (AcceleratorKind::Gpu, "NVIDIA GPUs")
    } else {
        return;
    };
    for (_, kind) in instance_types(stage, fleet) {
        let Some(facts) = facts(&kind) else { continue };
        let fits = facts.accelerator.is_some_and(|one| one.kind == needed)
            // The image's driver is that of the second generation.
            && kind.family() != "inf1";
        if !fits {
            let message = format!(
                "`InferenceAmiVersion`: `{image}` is for {words}, which `{kind}` does not have"
            );
            let hint = "remove it, or choose another instance type";
            stage.at_value(
                cx,
                &path,
                Finding::error("machine-image", message).hint(hint),
            );
            return;
        }
    }
}

/// The bounds of the instances that components share.
fn managed_scaling(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let block = "ManagedInstanceScaling";
    if !stage.has(block) {
        return;
    }
    if !stage.has("Components") {
        let message = "`ManagedInstanceScaling` is for `Components`, which the stage does not have";
        let finding = Finding::error("excluded-key", message)
            .hint("to scale the instances of a model write `AutoScaling`");
        stage.at_key(cx, block, finding);
        return;
    }
    let (least, most) = (
        "ManagedInstanceScaling.MinInstanceCount",
        "ManagedInstanceScaling.MaxInstanceCount",
    );
    let (min, max) = (stage.integer(least), stage.integer(most));
    if !stage.above(cx, least, most)
        && let Some(count) = stage.integer("InstanceCount")
    {
        // Zero instances are reached by scaling only.
        let from = min.unwrap_or(i64::MIN);
        let to = max.unwrap_or(i64::MAX);
        if !(from..=to).contains(&count) {
            let message = format!(
                "`InstanceCount`: expected from `MinInstanceCount` to `MaxInstanceCount`, got \
                 `{count}`"
            );
            let hint = "correct it, or remove it to begin with `MinInstanceCount`";
            let finding = Finding::error("out-of-range", message).hint(hint);
            stage.at_value(cx, "InstanceCount", finding);
        }
    }
    if !stage.has("InstanceCount") && stage.has(least) && min.is_none() {
        let message = "missing key `InstanceCount`: how many instances to begin with cannot be taken from `MinInstanceCount`, whose value is not known before the deployment";
        stage.at_key(cx, block, Finding::error("missing-key", message));
    }
    for key in ["MaximumStepSize", "Cooldown"] {
        let path = format!("{block}.ScaleIn.{key}");
        if stage.text("ManagedInstanceScaling.ScaleIn.Strategy") == Some("IDLE_RELEASE")
            && stage.has(&path)
        {
            stage.ignored(cx, &path, "only `Strategy: CONSOLIDATION` moves copies");
        }
    }
}
