//! Monitoring, and shadow tests as experiments.

mod experiments;

use crate::finding::Severity;

use super::super::node::{Node, Resource};
use super::found::Found;
use super::hosting::{ENDPOINT, config_of, containers, is_multi_model, model_of, variants};
use super::images::misplaced;
use super::{Check, Rule};

pub(super) const SCHEDULE: &str = "AWS::SageMaker::MonitoringSchedule";
const EXPERIMENT: &str = "AWS::SageMaker::InferenceExperiment";
pub(super) const DATA: &str = "AWS::SageMaker::DataQualityJobDefinition";
pub(super) const BIAS: &str = "AWS::SageMaker::ModelBiasJobDefinition";
pub(super) const EXPLAINED: &str = "AWS::SageMaker::ModelExplainabilityJobDefinition";
pub(super) const QUALITY: &str = "AWS::SageMaker::ModelQualityJobDefinition";

pub(super) const RULES: &[Rule] = &[
    declared!(
        "mon-capture",
        Warning,
        [SCHEDULE, DATA, BIAS, EXPLAINED, QUALITY],
        capture
    ),
    declared!("mon-cron", Error, [SCHEDULE], cron),
    declared!("mon-now", Error, [SCHEDULE], now),
    declared!("mon-one", Error, [SCHEDULE], runtime),
    declared!("mon-def-xor", Warning, [SCHEDULE], definition),
    declared!(
        "mon-image",
        Warning,
        [SCHEDULE, DATA, BIAS, EXPLAINED, QUALITY],
        image
    ),
    declared!("ie-shape", Error, [EXPERIMENT], experiments::shape),
    declared!("ie-excl", Error, [EXPERIMENT], experiments::excluded),
    declared!("ie-owns-endpoint", Note, [EXPERIMENT], experiments::drift),
];

/// The kinds of jobs by what defines them, with what they read and with what they run.
const KINDS: &[(&str, &str, &str)] = &[
    (DATA, "DataQualityJobInput", "DataQualityAppSpecification"),
    (BIAS, "ModelBiasJobInput", "ModelBiasAppSpecification"),
    (
        EXPLAINED,
        "ModelExplainabilityJobInput",
        "ModelExplainabilityAppSpecification",
    ),
    (
        QUALITY,
        "ModelQualityJobInput",
        "ModelQualityAppSpecification",
    ),
];

/// The job within a schedule.
fn inline(schedule: Resource<'_>) -> Node<'_> {
    schedule
        .get("MonitoringScheduleConfig")
        .get("MonitoringJobDefinition")
}

/// The endpoints that a job reads from.
pub(super) fn watched(job: Resource<'_>) -> Vec<Node<'_>> {
    let own = KINDS
        .iter()
        .filter(|(kind, ..)| *kind == job.kind())
        .map(|(_, input, _)| job.get(input));
    own.chain(inline(job).get("MonitoringInputs").items())
        .map(|input| input.at(["EndpointInput", "EndpointName"]))
        .collect()
}

fn capture(job: Resource<'_>, found: &mut Found<'_>) {
    for name in watched(job) {
        let Some(config) = name.named(ENDPOINT, "EndpointName").and_then(config_of) else {
            continue;
        };
        let capture = config.get("DataCaptureConfig");
        if capture.is_absent() || capture.get("EnableCapture").boolean() == Some(false) {
            found
                .at(
                    name,
                    format!(
                        "`{}` does not capture the data of this endpoint, so that there is none to look at",
                        config.id()
                    ),
                )
                .hint("add a `DataCaptureConfig` to the endpoint's configuration");
            continue;
        }
        let many = variants(config)
            .into_iter()
            .filter_map(model_of)
            .flat_map(containers)
            .any(|container| is_multi_model(container) == Some(true));
        if many {
            found
                .at(
                    name,
                    "expected an endpoint of one model, got one of many (`MultiModel`)",
                )
                .hint("monitoring does not tell the models of an endpoint apart");
        }
    }
}

/// When a job runs.
#[derive(Debug, PartialEq, Eq)]
enum Time {
    Once,
    /// Each so many hours.
    Every(i64),
}

/// The times that there are; `None` for others.
fn time(text: &str) -> Option<Time> {
    if text == "NOW" {
        return Some(Time::Once);
    }
    let fields = text.strip_prefix("cron(")?.strip_suffix(')')?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let ["0", hours, "?", "*", "*", "*"] = fields.as_slice() else {
        return None;
    };
    let within = |text: &str, least: i64, most: i64| {
        let number: i64 = text.parse().ok()?;
        (least..=most).contains(&number).then_some(number)
    };
    Some(Time::Every(match hours.split_once('/') {
        _ if *hours == "*" => 1,
        Some((start, every)) => {
            within(start, 0, 23)?;
            within(every, 1, 24)?
        }
        None => within(hours, 0, 23).map(|_| 24)?,
    }))
}

fn expression(schedule: Resource<'_>) -> Node<'_> {
    schedule
        .get("MonitoringScheduleConfig")
        .at(["ScheduleConfig", "ScheduleExpression"])
}

fn cron(schedule: Resource<'_>, found: &mut Found<'_>) {
    let node = expression(schedule);
    if node.text().is_some_and(|text| time(&text).is_none()) {
        found
            .expected(node, "`NOW`, or a whole hour of each day")
            .hint("write `cron(0 * ? * * *)` for each hour, `cron(0 3 ? * * *)` for each day, or `cron(0 0/6 ? * * *)` for each six hours");
    }
}

fn now(schedule: Resource<'_>, found: &mut Found<'_>) {
    let when = schedule
        .get("MonitoringScheduleConfig")
        .get("ScheduleConfig");
    if when.get("ScheduleExpression").text().as_deref() != Some("NOW") {
        return;
    }
    for key in ["DataAnalysisStartTime", "DataAnalysisEndTime"] {
        let node = when.get(key);
        if node.is_absent() {
            found
                .at(node, format!("`NOW` needs `{key}`"))
                .allowed("a time before now, such as `-PT1H`")
                .hint("say which data is looked at, as in `-PT2H` to `-PT1H`");
        }
    }
}

fn runtime(schedule: Resource<'_>, found: &mut Found<'_>) {
    let Some(Time::Every(hours)) = expression(schedule).text().and_then(|text| time(&text)) else {
        return;
    };
    let config = schedule.get("MonitoringScheduleConfig");
    let name = config.get("MonitoringJobDefinitionName");
    let named = KINDS
        .iter()
        .find_map(|(kind, ..)| name.named(kind, "JobDefinitionName"));
    let (condition, kind) = match named {
        Some(job) => (job.get("StoppingCondition"), job.kind()),
        None => (inline(schedule).get("StoppingCondition"), DATA),
    };
    let limit = condition.get("MaxRuntimeInSeconds");
    let most = match (hours, kind) {
        (1, BIAS | QUALITY) => 1800,
        _ => hours * 3600,
    };
    // Beyond a day it is out of bounds in itself.
    if limit
        .integer()
        .is_some_and(|limit| limit > most && limit <= 86_400)
    {
        found
            .expected(
                limit,
                format_args!(
                    "at most {most} seconds, because `{}` runs every {}",
                    schedule.id(),
                    if hours == 1 {
                        "hour".to_owned()
                    } else {
                        format!("{hours} hours")
                    }
                ),
            )
            .hint("run it more rarely, or let it end earlier");
    }
}

fn definition(schedule: Resource<'_>, found: &mut Found<'_>) {
    let config = schedule.get("MonitoringScheduleConfig");
    let (name, job) = (
        config.get("MonitoringJobDefinitionName"),
        config.get("MonitoringJobDefinition"),
    );
    if name.is_present() && job.is_present() {
        found
            .at(
                job,
                "`MonitoringJobDefinition` excludes `MonitoringJobDefinitionName`, which is there too",
            )
            .hint("keep the one that is meant");
    } else if config.is_present() && name.is_absent() && job.is_absent() {
        found
            .at(
                name,
                "expected `MonitoringJobDefinitionName` or `MonitoringJobDefinition`, got neither",
            )
            .hint("name the job definition that is to run");
    }
}

fn image(job: Resource<'_>, found: &mut Found<'_>) {
    let own = KINDS
        .iter()
        .filter(|(kind, ..)| *kind == job.kind())
        .map(|(_, _, specification)| job.get(specification));
    let own: Vec<_> = own
        .chain(Some(inline(job).get("MonitoringAppSpecification")))
        .map(|specification| specification.get("ImageUri"))
        .collect();
    for node in own {
        let Some(wrong) = misplaced(node) else {
            continue;
        };
        found
            .at(
                node,
                format!(
                    "expected account `{}` for AWS's image in {}, got `{}`",
                    wrong.accounts.join("` or `"),
                    wrong.region,
                    wrong.account
                ),
            )
            .got(&wrong.account)
            .allowed(wrong.accounts.join(" or "))
            .hint("each region has its own registry of AWS's images");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_monitoring() {
        for (text, expected) in [
            ("NOW", Some(Time::Once)),
            ("cron(0 * ? * * *)", Some(Time::Every(1))),
            ("cron(0 12 ? * * *)", Some(Time::Every(24))),
            ("cron(0 17/12 ? * * *)", Some(Time::Every(12))),
            ("cron(0 00/02 ? * * *)", Some(Time::Every(2))),
            ("cron(*/15 * ? * * *)", None),
            ("cron(0 24 ? * * *)", None),
            ("cron(0 3 * * ? *)", None),
            ("rate(1 day)", None),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }
}
