//! What may go wrong with a rollout, as far as the templates tell.

use crate::cfn::schema_of;
use crate::json::Json;

use super::super::compare::ENDPOINT;
use super::super::show::{line, list};
use super::fleet::{Capacity, FleetChange};
use super::steps::{minutes, wait};
use super::{
    RolloutChange, ScalingState, Scene, Strategy, retains, scaled_variant, scaling_targets,
};

/// Minutes that CloudFormation waits for an update where a schema states none.
const REGISTRY_MINUTES: u64 = 120;

/// Minutes by which an estimate has to stay below what CloudFormation waits.
const MARGIN_MINUTES: u64 = 10;

/// The alarms that take a rollout back.
pub(super) fn alarms(scene: &Scene<'_>) -> Vec<String> {
    use super::super::{secret, show};
    scene
        .property("DeploymentConfig")
        .and_then(|config| {
            config
                .get("AutoRollbackConfiguration")?
                .get("Alarms")?
                .as_array()
        })
        .unwrap_or_default()
        .iter()
        .filter_map(|alarm| alarm.get("AlarmName"))
        .map(|name| match name {
            Json::String(name) => secret::text(name).into_owned(),
            other => show::short(&secret::masked(other, secret::Place::Plain).0),
        })
        .collect()
}

/// Adds warnings and notes.
pub(super) fn find(scene: &Scene<'_>, rollout: &mut RolloutChange) {
    let guarded = scene.property("DeploymentConfig").is_some();
    let mut warnings = Vec::new();
    let mut notes = Vec::new();
    if scene.old_config.is_some() && scene.new_config.is_some() {
        variants(&rollout.fleet, guarded, &mut warnings, &mut notes);
        scaled(scene, &rollout.fleet, &mut warnings);
        kinds(&rollout.fleet, &mut warnings);
        retained(scene, &rollout.fleet, &mut notes, &mut warnings);
    }
    time(rollout, &mut warnings);
    if rollout.scaling == ScalingState::Lost {
        warnings.push(lost(scene, &rollout.fleet));
    }
    let watches = match rollout.strategy {
        Strategy::AllAtOnce { wait_seconds, .. } => wait_seconds.is_some_and(|wait| wait > 0),
        Strategy::Canary { .. } | Strategy::Linear { .. } | Strategy::Rolling { .. } => true,
        Strategy::Unknown => false,
    };
    if watches && rollout.alarms.is_empty() {
        warnings.push(
            "no alarm takes it back: `AutoRollbackConfiguration` names none, so that nothing watches \
             while it waits"
                .to_owned(),
        );
    }
    rollout.warnings = warnings;
    rollout.notes = notes;
}

/// Variants that are there on one side only.
fn variants(
    fleet: &[FleetChange],
    guarded: bool,
    warnings: &mut Vec<String>,
    notes: &mut Vec<String>,
) {
    let names = |filter: fn(&FleetChange) -> bool| -> Vec<&str> {
        fleet
            .iter()
            .filter(|variant| filter(variant))
            .map(|variant| variant.variant.as_str())
            .collect()
    };
    let gone = names(|variant| variant.after.is_none());
    let new = names(|variant| variant.before.is_none());
    let what = match (gone.as_slice(), new.as_slice()) {
        ([], []) => return,
        ([], _) => format!("variant {} is new", list(new.iter().copied())),
        (_, []) => format!("variant {} goes", list(gone.iter().copied())),
        _ => format!(
            "variant {} becomes {}",
            list(gone.iter().copied()),
            list(new.iter().copied())
        ),
    };
    if guarded {
        warnings.push(format!(
            "{what}: with a `DeploymentConfig`, SageMaker refuses an update that adds, removes or \
             renames variants"
        ));
    }
    if !gone.is_empty() {
        warnings.push(format!(
            "{what}: scaling, alarms, dashboards and callers that name {} no longer apply",
            list(gone.iter().copied())
        ));
    }
    if !new.is_empty() {
        notes.push(format!(
            "{} starts with the count and weight of the endpoint configuration: nothing is \
             retained for a variant that was not there",
            list(new.iter().copied())
        ));
    }
}

/// Variants that a scaling target holds on to.
fn scaled(scene: &Scene<'_>, fleet: &[FleetChange], warnings: &mut Vec<String>) {
    let targets = scaling_targets(scene.base, scene.before);
    let scaled: Vec<&str> = targets.iter().filter_map(|id| scaled_variant(id)).collect();
    for variant in fleet {
        let (
            Some(Capacity::Instances {
                instance_type: before,
                ..
            }),
            Some(Capacity::Instances {
                instance_type: after,
                ..
            }),
        ) = (&variant.before, &variant.after)
        else {
            continue;
        };
        if before != after && scaled.contains(&variant.variant.as_str()) {
            warnings.push(format!(
                "`{}` is scaled, and SageMaker refuses to change the instance type of a variant \
                 with a scaling target: deploy once without scaling, then again with it",
                line(&variant.variant)
            ));
        }
    }
}

/// From serverless to instances, or back.
fn kinds(fleet: &[FleetChange], warnings: &mut Vec<String>) {
    for variant in fleet {
        let name = line(&variant.variant);
        match (&variant.before, &variant.after) {
            (Some(Capacity::Instances { .. }), Some(Capacity::Serverless { .. })) => {
                warnings.push(format!(
                    "`{name}` moves from instances to serverless, which SageMaker refuses: make a \
                     second endpoint"
                ));
            }
            (Some(Capacity::Serverless { .. }), Some(Capacity::Instances { .. })) => {
                warnings.push(format!(
                    "`{name}` moves from serverless to instances, and SageMaker allows no way back"
                ));
            }
            _ => {}
        }
    }
}

/// Edits that retained properties make ineffective, and states that are lost.
fn retained(
    scene: &Scene<'_>,
    fleet: &[FleetChange],
    notes: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    for variant in fleet {
        let (Some(before), Some(after)) = (&variant.before, &variant.after) else {
            continue;
        };
        let name = line(&variant.variant);
        if let (Capacity::Instances { count: before, .. }, Capacity::Instances { count: after, .. }) =
            (before, after)
            && before != after
        {
            let words =
                |count: &Option<u64>| count.map_or("?".to_owned(), |count| count.to_string());
            let edit = format!("{} → {}", words(before), words(after));
            if retains(scene, "DesiredInstanceCount") {
                warnings.push(format!(
                    "`InitialInstanceCount` of `{name}` ({edit}) has no effect: the endpoint \
                     retains its live count; exclude `DesiredInstanceCount` to apply it"
                ));
            } else {
                notes.push(format!("`{name}` is resized: {edit} instances"));
            }
        }
        if variant.weight_before != variant.weight_after {
            let words = |weight: &Option<String>| weight.clone().unwrap_or("1".to_owned());
            let edit = format!(
                "{} → {}",
                words(&variant.weight_before),
                words(&variant.weight_after)
            );
            if retains(scene, "DesiredWeight") {
                warnings.push(format!(
                    "`InitialVariantWeight` of `{name}` ({edit}) has no effect: the endpoint \
                     retains its live weights; exclude `DesiredWeight` to apply it"
                ));
            } else {
                notes.push(format!("the weight of `{name}` changes: {edit}"));
            }
        }
    }
}

/// Estimates against what gives up first.
fn time(rollout: &RolloutChange, warnings: &mut Vec<String>) {
    let estimate = rollout.estimate.high_seconds;
    if let Some(limit) = rollout.strategy.limit_seconds()
        && limit < estimate
    {
        warnings.push(format!(
            "`MaximumExecutionTimeoutInSeconds` is {}, and the rollout takes {}: SageMaker would \
             take it back",
            wait(limit),
            minutes(rollout.estimate.low_seconds, estimate)
        ));
    }
    let handler = schema_of(ENDPOINT)
        .and_then(|schema| schema.handlers.update.as_ref()?.timeout_minutes)
        .map_or(REGISTRY_MINUTES, u64::from);
    if estimate > handler.saturating_sub(MARGIN_MINUTES) * 60 {
        warnings.push(format!(
            "it takes {}, and CloudFormation gives up after {handler} min while SageMaker goes on, \
             which can leave the stack in `UPDATE_ROLLBACK_FAILED`",
            minutes(rollout.estimate.low_seconds, estimate)
        ));
    }
}

fn lost(scene: &Scene<'_>, fleet: &[FleetChange]) -> String {
    let starts: Vec<String> = fleet
        .iter()
        .filter(|variant| !variant.shadow)
        .filter_map(|variant| {
            let after = variant.after.as_ref()?;
            Some(format!("`{}` at {}", line(&variant.variant), after.words()))
        })
        .collect();
    let starts = if starts.is_empty() {
        "what the endpoint configuration states".to_owned()
    } else {
        starts.join(", ")
    };
    let on_instances = fleet
        .iter()
        .any(|variant| matches!(variant.after, Some(Capacity::Instances { .. })));
    let why = if !on_instances && !fleet.is_empty() {
        "only counts of instances can be retained"
    } else if scene.property("RetainAllVariantProperties").is_some() {
        "`DesiredInstanceCount` is not retained"
    } else {
        "`RetainAllVariantProperties` is not set"
    };
    format!("scaled capacity is lost: the new fleet starts with {starts}, because {why}")
}
