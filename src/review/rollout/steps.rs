//! The steps of a rollout, what they take, and what runs beside the old fleet.
//!
//! Waits are the template's. How long SageMaker takes to start instances is not in any template:
//! about 5 minutes is common, and 10 to 15 where accelerators and large images are involved.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fleet::{Capacity, FleetChange};
use super::strategy::{Size, Strategy};

/// Seconds until ordinary instances serve.
const ORDINARY: (u64, u64) = (5 * 60, 5 * 60);
/// Seconds until instances with accelerators serve.
const ACCELERATED: (u64, u64) = (10 * 60, 15 * 60);
/// Seconds until instances of an unknown type serve.
const UNKNOWN: (u64, u64) = (5 * 60, 15 * 60);
/// Seconds until a serverless variant serves.
const SERVERLESS: (u64, u64) = (2 * 60, 2 * 60);

/// One step of a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What happens.
    pub text: String,
    /// Seconds that it takes at least.
    pub low_seconds: u64,
    /// Seconds that it takes at most, by experience.
    pub high_seconds: u64,
}

/// How long a rollout will take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Seconds at least.
    pub low_seconds: u64,
    /// Seconds at most, by experience.
    pub high_seconds: u64,
    /// What is assumed.
    pub assumption: String,
}

impl Estimate {
    /// In words: `~25 min`, `~30–35 min`.
    pub fn words(&self) -> String {
        minutes(self.low_seconds, self.high_seconds)
    }
}

/// A span of time in words.
pub(super) fn minutes(low: u64, high: u64) -> String {
    let (low, high) = (low.div_ceil(60), high.div_ceil(60));
    if low == high {
        format!("~{low} min")
    } else {
        format!("~{low}–{high} min")
    }
}

/// A wait in words: `10 min`, `90 s`.
pub(super) fn wait(seconds: u64) -> String {
    if seconds.is_multiple_of(60) {
        format!("{} min", seconds / 60)
    } else {
        format!("{seconds} s")
    }
}

/// What follows from a strategy and a fleet.
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) estimate: Estimate,
    pub(super) extra: BTreeMap<String, u64>,
    pub(super) unknown: bool,
}

/// The new fleet.
struct New {
    /// Instances by type.
    instances: BTreeMap<String, u64>,
    /// Instances of the largest variant, where all counts are known.
    largest: Option<u64>,
    /// Whether a type or count is not known.
    unknown: bool,
    /// Seconds until it serves.
    start: (u64, u64),
    assumption: &'static str,
}

impl New {
    fn of(fleet: &[FleetChange]) -> Self {
        let mut new = Self {
            instances: BTreeMap::new(),
            largest: Some(0),
            unknown: false,
            start: (0, 0),
            assumption: "",
        };
        let mut any = false;
        let mut slower = |start: (u64, u64), assumption| {
            if (start.1, start.0) > (new.start.1, new.start.0) {
                (new.start, new.assumption) = (start, assumption);
            }
        };
        for capacity in fleet.iter().filter_map(|variant| variant.after.as_ref()) {
            any = true;
            match capacity {
                Capacity::Serverless { .. } => slower(SERVERLESS, "2 min to start serverless"),
                Capacity::Instances {
                    instance_type,
                    count,
                } => {
                    match (instance_type, count) {
                        (Some(kind), Some(count)) => {
                            *new.instances.entry(kind.clone()).or_default() += count;
                        }
                        _ => new.unknown = true,
                    }
                    new.largest = match (new.largest, count) {
                        (Some(largest), Some(count)) => Some(largest.max(*count)),
                        _ => None,
                    };
                    match instance_type.as_deref().map(is_accelerated) {
                        Some(false) => slower(ORDINARY, "5 min to start instances"),
                        Some(true) => {
                            slower(
                                ACCELERATED,
                                "10–15 min to start instances with accelerators",
                            );
                        }
                        None => slower(UNKNOWN, "5–15 min to start instances of an unknown type"),
                    }
                }
            }
        }
        if !any {
            new.unknown = true;
            new.largest = None;
            slower(
                UNKNOWN,
                "5–15 min to start a fleet that is not in the template",
            );
        }
        new
    }

    fn words(&self) -> String {
        let mut parts: Vec<String> = self
            .instances
            .iter()
            .map(|(kind, count)| {
                let capacity = Capacity::Instances {
                    instance_type: Some(kind.clone()),
                    count: Some(*count),
                };
                capacity.words()
            })
            .collect();
        if self.unknown {
            parts.push("instances that are not in the template".to_owned());
        }
        if parts.is_empty() {
            "serverless".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// Whether instances of this type are slow to get: `ml.p5.48xlarge`, `ml.g5.xlarge`.
fn is_accelerated(kind: &str) -> bool {
    let family = kind.strip_prefix("ml.").unwrap_or(kind);
    ["p", "g", "inf", "trn"].iter().any(|prefix| {
        family
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit() || next == 'r'))
    })
}

/// The steps of a strategy on a fleet, what they take, and what runs beside the old fleet.
pub(super) fn plan(strategy: &Strategy, fleet: &[FleetChange]) -> Plan {
    let new = New::of(fleet);
    let mut steps = Vec::new();
    let mut push = |text: String, low: u64, high: u64| {
        steps.push(Step {
            text,
            low_seconds: low,
            high_seconds: high,
        });
    };
    let mut extra = new.instances.clone();
    let start = format!("start the new fleet: {}", new.words());
    match strategy {
        Strategy::Unknown => push(start, new.start.0, new.start.1),
        Strategy::AllAtOnce {
            wait_seconds,
            termination_wait_seconds,
            ..
        } => {
            push(start, new.start.0, new.start.1);
            let wait = wait_seconds.unwrap_or_default();
            push(watched("shift all traffic", wait), wait, wait);
            finish(*termination_wait_seconds, &mut push);
        }
        Strategy::Canary {
            size,
            wait_seconds,
            termination_wait_seconds,
            ..
        } => {
            push(start, new.start.0, new.start.1);
            let part = size.map_or("a part".to_owned(), Size::words);
            let wait = *wait_seconds;
            push(
                watched(&format!("shift {part} of the traffic"), wait),
                wait,
                wait,
            );
            push(watched("shift the rest", wait), wait, wait);
            finish(*termination_wait_seconds, &mut push);
        }
        Strategy::Linear {
            size,
            wait_seconds,
            termination_wait_seconds,
            ..
        } => {
            push(start, new.start.0, new.start.1);
            let count = size.and_then(|size| size.steps(new.largest));
            let part = size.map_or("a part".to_owned(), Size::words);
            let wait = *wait_seconds;
            let text = match count {
                Some(count) => format!("shift traffic in {count} steps of {part}"),
                None => format!("shift traffic in steps of {part}, how many is not known"),
            };
            let total = wait.saturating_mul(count.unwrap_or(1));
            push(watched_each(&text, wait), total, total);
            finish(*termination_wait_seconds, &mut push);
        }
        Strategy::Rolling {
            batch,
            wait_seconds,
            ..
        } => {
            let count = batch.and_then(|batch| batch.steps(new.largest));
            let part = batch.map_or("?".to_owned(), Size::words);
            let wait = *wait_seconds;
            let text = match count {
                Some(1) => format!("replace the fleet in 1 batch of {part}"),
                Some(count) => format!("replace the fleet in {count} batches of {part}"),
                None => format!("replace the fleet in batches of {part}, how many is not known"),
            };
            let times = count.unwrap_or(1);
            let total = |start: u64| start.saturating_add(wait).saturating_mul(times);
            push(
                watched_each(&text, wait),
                total(new.start.0),
                total(new.start.1),
            );
            for count in extra.values_mut() {
                if let Some(batch) = batch {
                    *count = batch.instances(*count);
                }
            }
        }
    }
    extra.retain(|_, count| *count > 0);
    let sum = |of: fn(&Step) -> u64| steps.iter().map(of).fold(0u64, u64::saturating_add);
    let estimate = Estimate {
        low_seconds: sum(|step| step.low_seconds),
        high_seconds: sum(|step| step.high_seconds),
        assumption: format!("assumes {}", new.assumption),
    };
    Plan {
        estimate,
        steps,
        extra,
        unknown: new.unknown || matches!(strategy, Strategy::Unknown),
    }
}

fn watched(text: &str, seconds: u64) -> String {
    if seconds == 0 {
        text.to_owned()
    } else {
        format!("{text}, watch for {}", wait(seconds))
    }
}

fn watched_each(text: &str, seconds: u64) -> String {
    if seconds == 0 {
        text.to_owned()
    } else {
        format!("{text}, watch for {} after each", wait(seconds))
    }
}

fn finish(termination_wait: u64, push: &mut impl FnMut(String, u64, u64)) {
    let text = if termination_wait == 0 {
        "stop the old fleet".to_owned()
    } else {
        format!(
            "keep the old fleet for {}, then stop it",
            wait(termination_wait)
        )
    };
    push(text, termination_wait, termination_wait);
}
