//! Steps and schedules.

use super::super::super::node::{Node, Resource};
use super::super::found::Found;

/// A step from a bound to a bound, of which each may be open.
struct Step<'w> {
    node: Node<'w>,
    lower: f64,
    upper: f64,
}

/// A bound, or infinity where it is left out; `None` where it is not known.
fn bound(node: Node<'_>, open: f64) -> Option<f64> {
    if node.is_absent() {
        Some(open)
    } else {
        node.number()
    }
}

pub(super) fn steps(policy: Resource<'_>, found: &mut Found<'_>) {
    let block = policy.get("StepScalingPolicyConfiguration");
    let Some(items) = block.get("StepAdjustments").list() else {
        return;
    };
    if block.get("AdjustmentType").text().as_deref() == Some("ExactCapacity") {
        for item in &items {
            let value = item.get("ScalingAdjustment");
            if value.number().is_some_and(|number| number < 0.0) {
                found.expected(value, "an exact capacity of at least 0");
            }
        }
    }
    let known: Option<Vec<Step<'_>>> = items
        .into_iter()
        .map(|node| {
            Some(Step {
                node,
                lower: bound(node.get("MetricIntervalLowerBound"), f64::NEG_INFINITY)?,
                upper: bound(node.get("MetricIntervalUpperBound"), f64::INFINITY)?,
            })
        })
        .collect();
    let Some(mut steps) = known else { return };
    if let Some(empty) = steps.iter().find(|step| step.lower >= step.upper) {
        found.expected(
            empty.node.get("MetricIntervalUpperBound"),
            format_args!("more than the lower bound, {}", empty.lower),
        );
        return;
    }
    steps.sort_by(|left, right| left.lower.total_cmp(&right.lower));
    for pair in steps.windows(2) {
        let [before, step] = pair else { continue };
        if step.lower.total_cmp(&before.upper).is_ne() {
            let how = if step.lower < before.upper {
                "overlaps the one before"
            } else {
                "leaves a gap to the one before"
            };
            found
                .at(step.node, format!("the step {how}"))
                .hint("begin each step where another ends");
            return;
        }
    }
    if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
        if first.lower < 0.0 && first.lower.is_finite() {
            found
                .at(first.node, "expected a lowest step without a lower bound")
                .hint("leave `MetricIntervalLowerBound` out of the lowest step");
        }
        if last.upper > 0.0 && last.upper.is_finite() {
            found
                .at(last.node, "expected a highest step without an upper bound")
                .hint("leave `MetricIntervalUpperBound` out of the highest step");
        }
    }
}

pub(super) fn schedule(target: Resource<'_>, found: &mut Found<'_>) {
    let mut names = Vec::new();
    for action in target.get("ScheduledActions").items() {
        let when = action.get("Schedule");
        if when.text().is_some_and(|text| !is_schedule(text.trim())) {
            found.expected(
                when,
                "`at(yyyy-mm-ddThh:mm:ss)`, `rate(5 minutes)` or a `cron(…)` of 6 fields",
            );
        }
        let name = action.get("ScheduledActionName");
        if let Some(text) = name.text() {
            if names.contains(&text) {
                found.at(
                    name,
                    format!("`{text}` is the name of another action of this target"),
                );
            }
            names.push(text);
        }
    }
}

fn is_schedule(text: &str) -> bool {
    let Some((kind, rest)) = text.split_once('(') else {
        return false;
    };
    let Some(inner) = rest.strip_suffix(')') else {
        return false;
    };
    let fields: Vec<&str> = inner.split_whitespace().collect();
    match kind {
        "cron" => fields.len() == 6,
        "at" => inner.split_once('T').is_some(),
        "rate" => {
            let [count, unit] = fields.as_slice() else {
                return false;
            };
            count.parse::<u32>().is_ok_and(|count| count > 0)
                && ["minute", "minutes", "hour", "hours", "day", "days"].contains(unit)
        }
        _ => false,
    }
}
