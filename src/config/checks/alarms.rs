//! Alarms: whether their metrics exist for the endpoint, and whether they can go off.

use super::{Kind, instance_types, one_group, productions};
use crate::catalog::instances::{AcceleratorKind, facts};
use crate::config::codecs::percent;
use crate::config::keys::AlarmKind;
use crate::config::shape::Cx;
use crate::config::subject::Subject;
use crate::finding::Finding;
use crate::literal::Duration;

/// The statistics of a latency: of these keys exactly one is there.
pub(in crate::config) const STATISTICS: &[&[&str]] = &[
    &["P50"],
    &["P90"],
    &["P95"],
    &["P99"],
    &["P99.9"],
    &["Average"],
];

/// The sides of a number: of these keys exactly one is there.
pub(in crate::config) const SIDES: &[&[&str]] = &[&["Above"], &["Below"]];

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let mut any = false;
    for kind in AlarmKind::ALL {
        let path = format!("Alarms.{}", kind.as_str());
        if !stage.has(&path) {
            continue;
        }
        any = true;
        published(stage, *kind, &path, cx);
        threshold(stage, *kind, &path, cx);
        timing(stage, &path, cx);
    }
    topic(stage, cx);
    if stage.has("Alarms") && !any && !stage.has("Deployment") {
        let message = "`Alarms` has no alarm";
        let finding = Finding::warning("ignored-key", message)
            .hint("add one, such as `Errors: {Threshold: 1%}`");
        stage.at_key(cx, "Alarms", finding);
    }
}

/// Whether there is the metric, and of what it would be.
fn published(stage: Subject<'_>, kind: AlarmKind, path: &str, cx: &mut Cx<'_>) {
    use AlarmKind as A;
    let of = Kind::of(stage);
    let why = match (kind, of) {
        (A::Invocations | A::OverheadLatency | A::ModelErrors, Kind::Async) => {
            Some("an asynchronous endpoint does not publish its metric")
        }
        (A::ModelErrors, Kind::Serverless) => {
            Some("a serverless endpoint does not publish its metric")
        }
        (A::Cpu | A::Disk | A::Gpu | A::GpuMemory, Kind::Serverless) => {
            Some("a serverless endpoint has no instances")
        }
        (A::Disk, Kind::Components) => Some("components do not publish its metric"),
        (A::Backlog | A::OldestRequest, Kind::RealTime | Kind::Serverless | Kind::Components) => {
            Some("only asynchronous endpoints have a backlog")
        }
        _ => None,
    };
    if let Some(why) = why {
        let message = format!("`{}` is no alarm for {}: {why}", kind.as_str(), of.words());
        let hint = match (kind, of) {
            (A::Invocations, Kind::Async) => "write `Backlog` or `OldestRequest`",
            (A::OverheadLatency, Kind::Async) => "write `Latency` or `OldestRequest`",
            (A::ModelErrors, _) => "write `Errors`",
            _ => "remove it",
        };
        let finding = Finding::error("excluded-key", message).hint(hint);
        stage.at_key(cx, path, finding);
    } else if matches!(kind, A::Gpu | A::GpuMemory) {
        gpus(stage, kind, path, cx);
    }
}

fn gpus(stage: Subject<'_>, kind: AlarmKind, path: &str, cx: &mut Cx<'_>) {
    for variant in productions(stage) {
        for (_, instance_type) in instance_types(stage, &variant) {
            let Some(facts) = facts(&instance_type) else {
                continue;
            };
            let gpus = facts
                .accelerator
                .is_some_and(|one| one.kind == AcceleratorKind::Gpu);
            if !gpus {
                let message = format!(
                    "`{}` is no alarm for `{instance_type}`, which has no GPU",
                    kind.as_str()
                );
                let finding = Finding::error("excluded-key", message).hint("remove it");
                stage.at_key(cx, path, finding);
                return;
            }
        }
    }
}

/// What has to be passed, said once.
fn threshold(stage: Subject<'_>, kind: AlarmKind, path: &str, cx: &mut Cx<'_>) {
    let (groups, why) = match kind {
        AlarmKind::Latency | AlarmKind::OverheadLatency => {
            (STATISTICS, "an alarm watches one statistic")
        }
        AlarmKind::Invocations => (SIDES, "an alarm watches one side"),
        _ => {
            let path = format!("{path}.Threshold");
            if stage.text(&path).and_then(percent) == Some(100.0) {
                let message = "`Threshold`: more than `100%` cannot be: the alarm never goes off";
                let finding = Finding::warning("idle-alarm", message).hint("lower it");
                stage.at_value(cx, &path, finding);
            }
            return;
        }
    };
    if stage
        .stage
        .at(path)
        .and_then(|node| node.entries())
        .is_none()
    {
        return;
    }
    let prefix = format!("{path}.");
    let keys: Vec<&str> = groups
        .iter()
        .flat_map(|keys| keys.iter().copied())
        .collect();
    let there: Vec<_> = keys
        .iter()
        .filter(|key| stage.has(&format!("{prefix}{key}")))
        .collect();
    match there.as_slice() {
        [] => {
            let expected: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
            let message = format!(
                "`{}` has no threshold: expected one of {}",
                kind.as_str(),
                expected.join(", ")
            );
            stage.at_key(cx, path, Finding::error("missing-key", message));
        }
        [_] => {}
        _ => one_group(stage, &prefix, groups, why, cx),
    }
}

fn timing(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let key = |key: &str| format!("{path}.{key}");
    let (period_path, periods_path) = (key("Period"), key("EvaluationPeriods"));
    let periods = match stage.integer(&periods_path) {
        Some(periods) => periods,
        None if stage.has(&periods_path) => return,
        None => 2,
    };
    let datapoints = key("DatapointsToAlarm");
    if let Some(number) = stage.integer(&datapoints)
        && number > periods
    {
        let message = format!(
            "`DatapointsToAlarm`: expected at most `EvaluationPeriods`, which is `{periods}`, got \
             `{number}`"
        );
        stage.at_value(cx, &datapoints, Finding::error("out-of-range", message));
    }
    let period = match stage.duration(&period_path) {
        Some(period) => period.seconds(),
        None if stage.has(&period_path) => return,
        None => 60,
    };
    let short = [10, 20, 30].contains(&period);
    if !short && period % 60 != 0 {
        let message = format!(
            "`Period`: expected 10s, 20s, 30s, or whole minutes, got {}",
            Duration::from_seconds(period)
        );
        stage.at_value(cx, &period_path, Finding::error("out-of-range", message));
        return;
    }
    if short {
        let often = stage
            .duration("Metrics.PublishFrequency")
            .is_some_and(|every| every.seconds() <= period);
        if !often {
            let shown = Duration::from_seconds(period);
            let message = format!(
                "`Period`: {shown} is shorter than the time between two datapoints, so that the \
                 alarm would be without data"
            );
            let finding = Finding::error("out-of-range", message).hint(
                "write `Period: 1m`, or let metrics come more often with `PublishFrequency` in \
                 `Metrics`",
            );
            stage.at_value(cx, &period_path, finding);
        }
    }
    let days = if period < 3600 { 1 } else { 7 };
    let looked_at = period.saturating_mul(u64::try_from(periods).unwrap_or_default());
    if looked_at > days * 24 * 3600 {
        let message = format!(
            "`EvaluationPeriods`: {periods} times {} is longer than an alarm looks back, which is \
             {}",
            Duration::from_seconds(period),
            if days == 1 { "a day" } else { "7 days" }
        );
        let place = if stage.has(&periods_path) {
            periods_path
        } else {
            period_path
        };
        stage.at_value(cx, &place, Finding::error("out-of-range", message));
    }
}

/// Who hears of alarms.
fn topic(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let (topic, key) = ("Alarms.NotifyTopic", "Alarms.TopicKmsKeyId");
    if !stage.has(key) {
        return;
    }
    if stage.text(topic) != Some("create") {
        let message = "`TopicKmsKeyId` has no topic: it is for one that the stack makes";
        let finding = Finding::error("missing-key", message)
            .hint("write `NotifyTopic: create`, or remove it");
        stage.at_key(cx, key, finding);
    }
    if stage
        .text(key)
        .is_some_and(|text| text == "alias/aws/sns" || text.ends_with(":alias/aws/sns"))
    {
        let message = "`TopicKmsKeyId`: CloudWatch may not use `alias/aws/sns`, so that nobody \
                       would hear of alarms";
        let finding = Finding::error("topic-key", message).hint(
            "name a key of yours whose policy lets `cloudwatch.amazonaws.com` decrypt and generate \
             data keys",
        );
        stage.at_value(cx, key, finding);
    }
}
