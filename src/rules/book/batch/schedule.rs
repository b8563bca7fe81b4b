//! Schedules, and the roles of those that make requests.

use super::super::super::node::{Node, Resource};
use super::super::access::{Answer, Policies, Token, literal, role_of, trusts};
use super::super::found::Found;
use super::jobs::{ACTION_STYLE, is_lower_camel, scheduled, tasks};
use super::request::{is_known, marked, parsed};

/// Actions that only read, which schedules do not make.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html>
const READS: &[&str] = &[
    "batchDescribe",
    "batchGet",
    "describe",
    "get",
    "list",
    "search",
];

pub(super) fn arn(schedule: Resource<'_>, found: &mut Found<'_>) {
    let node = schedule.get("Target").get("Arn");
    let arn = marked(node);
    if !is_known(arn.rsplit(':').next().unwrap_or_default()) {
        return;
    }
    if let Some((_, called)) = arn.split_once(":states:::") {
        if called.contains("sagemaker") {
            found
                .at(
                    node,
                    format!("expected the target of a schedule, got `{called}` of a state machine"),
                )
                .allowed("`arn:aws:scheduler:::aws-sdk:sagemaker:createTransformJob`")
                .hint("begin it with `arn:aws:scheduler:::aws-sdk:sagemaker:`");
        }
        return;
    }
    let Some((_, called)) = arn.split_once(":scheduler:::aws-sdk:") else {
        return;
    };
    let Some((service, action)) = called.split_once(':') else {
        return;
    };
    if !service.eq_ignore_ascii_case("sagemaker") {
        return;
    }
    let reads = READS.iter().any(|start| {
        action
            .strip_prefix(start)
            .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
    });
    let hint = if service != "sagemaker" {
        "write the service as `sagemaker`"
    } else if !is_lower_camel(action) {
        ACTION_STYLE
    } else if action.contains('.') {
        "remove what follows the action: a schedule does not wait for it"
    } else if reads {
        "a schedule makes no request that only reads"
    } else {
        return;
    };
    found
        .at(
            node,
            format!("expected an action such as `sagemaker:createTransformJob`, got `{called}`"),
        )
        .got(called)
        .hint(hint);
}

pub(super) fn json(schedule: Resource<'_>, found: &mut Found<'_>) {
    let target = schedule.get("Target");
    let input = target.get("Input");
    if marked(target.get("Arn")).contains(":aws-sdk:")
        && input.is_present()
        && let Err(error) = parsed(schedule.world(), input)
    {
        found
            .at(
                input,
                format!("expected JSON, but reading it ends with: {error}"),
            )
            .allowed("the request as a JSON object")
            .hint("write the request of the action as JSON");
    }
}

/// Whether a text is one of the three forms of a schedule's time.
fn is_time(text: &str) -> Result<(), &'static str> {
    let inside = |kind: &str| text.strip_prefix(kind)?.strip_suffix(')');
    if let Some(rate) = inside("rate(") {
        const UNITS: &[&str] = &["minute", "minutes", "hour", "hours", "day", "days"];
        let words: Vec<&str> = rate.split_whitespace().collect();
        return match words.as_slice() {
            [number, unit]
                if UNITS.contains(unit) && number.parse::<u32>().is_ok_and(|number| number > 0) =>
            {
                Ok(())
            }
            _ => Err("`rate` takes a number and minutes, hours or days, as in `rate(1 day)`"),
        };
    }
    if let Some(cron) = inside("cron(") {
        let fields: Vec<&str> = cron.split_whitespace().collect();
        return match fields.as_slice() {
            [_, _, "*", _, "*", _] => Err(
                "only one of the day of the month and the day of the week is `*`: write `?` for the other",
            ),
            [_, _, _, _, _, _] => Ok(()),
            _ => Err(
                "`cron` takes six fields: minutes, hours, day of month, month, day of week, year",
            ),
        };
    }
    match inside("at(") {
        Some(time) if time.len() == 19 && time.contains('T') => Ok(()),
        Some(_) => Err("`at` takes a time without a zone, as in `at(2030-01-31T03:00:00)`"),
        None => Err("begin it with `rate(`, `cron(` or `at(`"),
    }
}

pub(super) fn expression(schedule: Resource<'_>, found: &mut Found<'_>) {
    let node = schedule.get("ScheduleExpression");
    if let Some(text) = node.text()
        && let Err(hint) = is_time(&text)
    {
        found
            .expected(node, "a time such as `rate(1 day)` or `cron(0 3 * * ? *)`")
            .hint(hint);
    }
}

/// The resources of a job's kind.
fn job_arn(kind: &str) -> Vec<Token> {
    let mut arn = literal("arn:");
    for text in [":sagemaker:", ":", &format!(":{kind}/")] {
        arn.push(Token::NAME);
        arn.extend(literal(text));
    }
    arn.push(Token::UNKNOWN);
    arn
}

fn not_trusted(
    user: Node<'_>,
    role: Resource<'_>,
    service: &[Token],
    found: &mut Found<'_>,
) -> bool {
    let refused = trusts(role, service) == Answer::No;
    if refused {
        found
            .at(
                user,
                format!(
                    "the role `{}` does not trust the service that takes it",
                    role.id()
                ),
            )
            .hint("allow `sts:AssumeRole` to that service in `AssumeRolePolicyDocument`");
    }
    refused
}

/// A role does not allow some of what its user does.
fn not_allowed(
    user: Node<'_>,
    role: Resource<'_>,
    missing: &[&str],
    hint: &str,
    found: &mut Found<'_>,
) {
    if !missing.is_empty() {
        let (id, missing) = (role.id(), missing.join("`, `"));
        found
            .at(user, format!("the role `{id}` does not allow `{missing}`"))
            .hint(hint);
    }
}

pub(super) fn role(schedule: Resource<'_>, found: &mut Found<'_>) {
    let node = schedule.get("Target").get("RoleArn");
    let (Some(job), Some(role)) = (scheduled(schedule), role_of(node)) else {
        return;
    };
    if job.action != "createTransformJob"
        || not_trusted(node, role, &literal("scheduler.amazonaws.com"), found)
    {
        return;
    }
    let mut needed = vec!["sagemaker:CreateTransformJob"];
    if job.request().get("Tags").is_present() {
        needed.push("sagemaker:AddTags");
    }
    let policies = Policies::of(role);
    let jobs = job_arn("transform-job");
    needed.retain(|action| policies.refuse(action, &jobs));
    not_allowed(node, role, &needed, "allow it on `transform-job/*`", found);
}

pub(super) fn machine_role(machine: Resource<'_>, found: &mut Found<'_>) {
    let node = machine.get("RoleArn");
    let Some(role) = role_of(node) else {
        return;
    };
    let jobs: Vec<_> = tasks(machine)
        .into_iter()
        .filter(|task| task.action == "createTransformJob" && !task.by_sdk)
        .collect();
    // It has a principal in each region too.
    let mut states = literal("states.");
    states.push(Token::UNKNOWN);
    if jobs.is_empty() || not_trusted(node, role, &states, found) {
        return;
    }
    let waits = jobs.iter().any(|task| task.suffix == "sync");
    let (policies, arn) = (Policies::of(role), job_arn("transform-job"));
    let mut needed = vec!["sagemaker:CreateTransformJob"];
    let mut missing = Vec::new();
    if waits {
        needed.extend([
            "sagemaker:DescribeTransformJob",
            "sagemaker:StopTransformJob",
            "sagemaker:AddTags",
        ]);
        let mut watching = literal("arn:");
        for text in [
            ":events:",
            ":",
            ":rule/StepFunctionsGetEventsForSageMakerTransformJobsRule",
        ] {
            watching.push(Token::NAME);
            watching.extend(literal(text));
        }
        missing.extend(["events:PutTargets", "events:PutRule", "events:DescribeRule"]);
        missing.retain(|action| policies.refuse(action, &watching));
    }
    needed.retain(|action| policies.refuse(action, &arn));
    needed.extend(missing);
    let hint = "waiting for a job takes a rule of events, and tags on the job, too";
    not_allowed(node, role, &needed, hint, found);
}
