//! A plan and its outcome, for people, for programs and for pull requests.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::deploy::apply::Applied;
use crate::deploy::change_set::{Change, ParameterValue};
use crate::deploy::endpoint::LiveVariant;
use crate::deploy::plan::{Plan, PlannedStack};
use crate::deploy::planning::Planned;
use crate::deploy::progress::Subject;
use crate::deploy::stop::{Reason, Stop};
use crate::deploy::verify::Serving;
use crate::review::{self, StageReview};

use super::deployment::Outcome;
use super::listen::Form;
use super::report::{plural, visible};
use super::{Exit, Failure, printer, report};

/// How a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people.
    Text,
    /// The plan file itself, with its digest.
    Json,
    /// For a pull request or a job's summary.
    Markdown,
}

/// A plan with what it means, beside the templates that it was made from.
pub(super) fn show(planned: &[Planned], plan: &Plan, format: PlanFormat) -> String {
    let reviews: Vec<StageReview> = planned.iter().map(review_of).collect();
    match format {
        PlanFormat::Json => json_of(plan),
        PlanFormat::Text => {
            let mut text = review::text(&reviews);
            text.push('\n');
            text.extend(planned.iter().map(|planned| cloudformation(&planned.stack)));
            let _ = writeln!(text, "plan {}", plan.digest());
            text
        }
        PlanFormat::Markdown => {
            let details: String = planned
                .iter()
                .map(|planned| cloudformation(&planned.stack))
                .collect();
            let details = format!(
                "\n<details><summary>What CloudFormation says</summary>\n\n{}\n</details>\n\nPlan `{}`\n",
                fenced(&details),
                plan.digest()
            );
            let left = review::MARKDOWN_LIMIT.saturating_sub(details.len());
            if left < review::MARKDOWN_LIMIT / 4 {
                // Its own words come first; the plan file has the rest.
                return review::markdown(&reviews, review::MARKDOWN_LIMIT);
            }
            review::markdown(&reviews, left) + &details
        }
    }
}

/// A text in a fence that nothing in it can close.
fn fenced(text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.saturating_add(1).max(3));
    format!("{fence}text\n{text}{fence}\n")
}

/// A plan without the templates that it was made from, as a file holds it.
pub(super) fn stacks(plan: &Plan) -> String {
    let mut text: String = plan.stacks.iter().map(cloudformation).collect();
    let _ = writeln!(text, "plan {}", plan.digest());
    text
}

fn json_of(plan: &Plan) -> String {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    value["Digest"] = json!(plan.digest());
    format!("{}\n", report::escaped_json(&format!("{value:#}")))
}

fn review_of(planned: &Planned) -> StageReview {
    let stack = &planned.stack;
    StageReview {
        stage: stack.stage.clone(),
        stack: stack.stack.clone(),
        region: Some(stack.region.clone()),
        account: Some(stack.account.clone()),
        base: if stack.base.is_some() || planned.running {
            "deployed".to_owned()
        } else {
            "nothing".to_owned()
        },
        new: "reviewed".to_owned(),
        review: review::compare(planned.base.as_ref(), Some(&planned.new)),
        notes: notes(planned),
    }
}

/// What is only known while planning.
fn notes(planned: &Planned) -> Vec<String> {
    let mut notes = Vec::new();
    if planned.running {
        notes.push("this is being deployed already, and will be followed".to_owned());
    } else if planned.found && planned.stack.change_set.is_some() {
        notes.push("the change set was there already, from an earlier plan of the same".to_owned());
    }
    for other in &planned.others {
        let description = other.description.as_deref().unwrap_or("no description");
        notes.push(format!(
            "executing this deletes the change set `{}` ({description})",
            other.name
        ));
    }
    notes
}

/// What CloudFormation was asked for, and what it says that it would do.
fn cloudformation(stack: &PlannedStack) -> String {
    let mut text = format!(
        "{}/{}: stack {} in {} {}\n",
        stack.stage, stack.stack, stack.stack_name, stack.account, stack.region
    );
    let mut line = |words: &str| {
        let _ = writeln!(text, "  {}", visible(words));
    };
    match &stack.change_set {
        None => line("CloudFormation has nothing to change"),
        Some(set) => {
            line(&format!("change set {}", set.arn));
            for capability in &stack.capabilities {
                line(&format!("capability {capability}"));
            }
            if let Some(role) = &stack.role_arn {
                line(&format!("role {role}"));
            }
            for alarm in stack
                .rollback
                .iter()
                .flat_map(|rollback| &rollback.alarm_arns)
            {
                line(&format!("taken back by {alarm}"));
            }
            if let Some(rollback) = stack.rollback.as_ref().filter(|rollback| {
                !rollback.alarm_arns.is_empty() && rollback.monitoring_minutes > 0
            }) {
                line(&format!(
                    "alarms are watched for {} min after the update",
                    rollback.monitoring_minutes
                ));
            }
            for (name, value) in &stack.parameters {
                match value {
                    ParameterValue::Value(value) => line(&format!("parameter {name} = {value}")),
                    ParameterValue::UsePreviousValue => {
                        line(&format!("parameter {name} as before"));
                    }
                }
            }
            for (key, value) in &stack.tags {
                line(&format!("tag {key} = {value}"));
            }
            changes(&set.changes, "  ", &mut line);
            for (nested, changes_of) in &set.nested {
                line(&format!("nested change set {nested}"));
                changes(changes_of, "    ", &mut line);
            }
            if set.changes.is_empty() {
                line("no resource changes; outputs, tags or policies do");
            }
        }
    }
    for warning in &stack.warnings {
        line(&format!("warning: {warning}"));
    }
    text.push('\n');
    text
}

fn changes(changes: &[Change], indent: &str, line: &mut impl FnMut(&str)) {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
    for change in sorted {
        let replaces = change
            .policy_action
            .as_deref()
            .is_some_and(|action| action.starts_with("Replace"));
        let what = match (change.action.as_str(), change.replacement.as_deref()) {
            ("Modify", Some("True")) => "replace",
            ("Modify", _) if replaces => "replace",
            ("Modify", None | Some("False")) => "update",
            // `Conditional`, and whatever is added to it.
            ("Modify", _) => "may replace",
            ("Add", _) => "add",
            ("Remove", _) if change.policy_action.as_deref() == Some("Retain") => "let go",
            ("Remove", _) => "remove",
            ("Import", _) => "import",
            (other, _) => other,
        };
        line(&format!(
            "{indent}{what} {} ({})",
            change.logical_id, change.resource_type
        ));
        for detail in &change.details {
            let path = detail.path.as_deref().or(detail.name.as_deref());
            let path = path.unwrap_or(&detail.attribute);
            let why = match (
                detail.change_source.as_deref(),
                detail.causing_entity.as_deref(),
            ) {
                (Some("DirectModification") | None, _) => String::new(),
                (Some(source), Some(entity)) => format!(" ({source} {entity})"),
                (Some(source), None) => format!(" ({source})"),
            };
            match (&detail.before, &detail.after) {
                (None, None) => line(&format!("{indent}  {path}{why}")),
                (before, after) => line(&format!(
                    "{indent}  {path}: {} -> {}{why}",
                    before.as_deref().unwrap_or("(none)"),
                    after.as_deref().unwrap_or("(none)")
                )),
            }
        }
    }
}

/// Shows how each stack of a plan ended; the exit code is that of the worst.
pub(super) fn outcomes(plan: &Plan, all: Vec<Outcome>, form: Form) -> Result<Exit, Failure> {
    let begun = all.len();
    let mut stops: Vec<Stop> = Vec::new();
    for (subject, result) in all {
        match result {
            Ok(applied) => say(&subject, &applied, form)?,
            Err(stop) => {
                if form == Form::JsonLines {
                    printer::data(&format!("{}\n", failure_object(&subject, &stop)))
                        .map_err(Failure::Output)?;
                }
                stops.push(stop);
            }
        }
    }
    let left = plan.stacks.iter().skip(begun);
    let left: Vec<String> = left.map(|stack| stack.subject().to_string()).collect();
    not_begun(&left);
    let Some(reason) = stops.iter().map(|stop| stop.reason).max() else {
        return Ok(Exit::Done);
    };
    let findings: Vec<_> = stops.into_iter().flat_map(|stop| stop.findings).collect();
    printer::say(&report::render(&findings, None));
    printer::say(&report::summary(&findings, consequence(reason)));
    Ok(Exit::Stopped(reason))
}

/// Names the stacks that a failure before them has kept from being deployed.
pub(super) fn not_begun(names: &[String]) {
    if !names.is_empty() {
        printer::say(&format!("not begun: {}\n", names.join(", ")));
    }
}

/// Shows what was done before something stopped the rest.
pub(super) fn unfinished(all: &[Outcome], count: usize, form: Form) -> Result<(), Failure> {
    for (subject, result) in all {
        if let Ok(applied) = result {
            say(subject, applied, form)?;
        }
    }
    if !all.is_empty() {
        printer::say(&format!(
            "{} of {} done before this\n",
            all.len(),
            plural(count, "stack")
        ));
    }
    Ok(())
}

fn consequence(reason: Reason) -> &'static str {
    match reason {
        Reason::Refused | Reason::Unacknowledged | Reason::Unapproved | Reason::Stale => {
            "nothing was executed"
        }
        Reason::ChangeSetFailed | Reason::Busy => "the stack is as it was",
        Reason::RolledBack => "what was done was taken back",
        Reason::NotServing => "the endpoint does not serve what was deployed",
        Reason::LostContact => "the outcome is not known",
        Reason::Stuck => "a person has to go on",
    }
}

fn say(subject: &Subject, applied: &Applied, form: Form) -> Result<(), Failure> {
    if form == Form::JsonLines {
        return printer::data(&format!("{}\n", applied_object(subject, applied)))
            .map_err(Failure::Output);
    }
    let mut text = String::new();
    for orphan in &applied.orphans {
        let _ = writeln!(text, "{subject}  warning: {}", visible(orphan));
    }
    let done = if applied.executed {
        "deployed"
    } else {
        "nothing to change"
    };
    if applied.serving.is_empty() {
        let _ = writeln!(text, "{subject}  {done}");
    }
    for serving in &applied.serving {
        let _ = writeln!(
            text,
            "{subject}  {done}; {}",
            visible(&serving_line(serving))
        );
    }
    printer::report(&text).map_err(Failure::Output)
}

/// `endpoint churn serves configuration X (AllTraffic 2/2)`.
pub(super) fn serving_line(serving: &Serving) -> String {
    let mut text = format!("endpoint {}", serving.name);
    let Some(live) = &serving.live else {
        text.push_str(" is not there");
        return text;
    };
    let _ = write!(
        text,
        " is {}, configuration {}",
        live.status, live.config_name
    );
    let variants: Vec<String> = live.variants.iter().map(variant).collect();
    if !variants.is_empty() {
        let _ = write!(text, " ({})", variants.join(", "));
    }
    text
}

fn variant(variant: &LiveVariant) -> String {
    match (
        variant.current_instance_count,
        variant.desired_instance_count,
    ) {
        (Some(current), Some(desired)) => format!("{} {current}/{desired}", variant.name),
        _ => variant.name.clone(),
    }
}

fn applied_object(subject: &Subject, applied: &Applied) -> Value {
    let endpoints: Vec<Value> = applied.serving.iter().map(serving_object).collect();
    json!({
        "Type": "Result",
        "Stage": subject.stage,
        "Stack": subject.stack,
        "Outcome": if applied.executed { "Deployed" } else { "NoChange" },
        "Endpoints": endpoints,
        "Orphans": applied.orphans,
    })
}

/// An endpoint as a JSON object.
pub(super) fn serving_object(serving: &Serving) -> Value {
    let live = serving.live.as_ref();
    json!({
        "LogicalResourceId": serving.logical_id,
        "EndpointName": serving.name,
        "EndpointStatus": live.map(|live| &live.status),
        "EndpointConfigName": live.map(|live| &live.config_name),
        "ExpectedEndpointConfigName": serving.config,
        "Variants": live.map(|live| live.variants.iter().map(|variant| json!({
            "VariantName": variant.name,
            "CurrentInstanceCount": variant.current_instance_count,
            "DesiredInstanceCount": variant.desired_instance_count,
            "CurrentWeight": variant.current_weight,
        })).collect::<Vec<_>>()),
        "Problems": serving.problems.iter().map(|problem| &problem.message).collect::<Vec<_>>(),
    })
}

fn failure_object(subject: &Subject, stop: &Stop) -> Value {
    json!({
        "Type": "Result",
        "Stage": subject.stage,
        "Stack": subject.stack,
        "Outcome": format!("{:?}", stop.reason),
        "ExitCode": Exit::Stopped(stop.reason).code(),
        "Findings": stop.findings,
    })
}
