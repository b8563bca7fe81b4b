//! How a new version takes over: whether its steps fit the instances, and whether it is guarded.

use super::{Kind, instance_types, one_group, productions};
use crate::config::keys::{AlarmKind, WAIT_INTERVAL};
use crate::config::shape::Cx;
use crate::config::stage::Size;
use crate::config::subject::{Subject, last};
use crate::finding::{Finding, closest};
use crate::literal::Duration;

/// The ways in which a new version takes over: of these keys exactly one is there.
pub(in crate::config) const STRATEGIES: &[&[&str]] =
    &[&["Canary"], &["Linear"], &["Rolling"], &["AllAtOnce"]];

/// The longest that a deployment may take.
const LONGEST: Duration = Duration::from_minutes(8 * 60);

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let block = "Deployment";
    if !stage.has(block) {
        return;
    }
    let why = "a new version takes over in one way";
    one_group(stage, "Deployment.", STRATEGIES, why, cx);
    let has = |key: &str| stage.has(&format!("{block}.{key}"));
    let strategies: Vec<_> = STRATEGIES.iter().flat_map(|keys| keys.iter()).collect();
    if !strategies.iter().any(|key| has(key)) {
        let message = "`Deployment` says no way: expected one of `Canary`, `Linear`, `Rolling`, \
                       `AllAtOnce`";
        stage.at_key(cx, block, Finding::error("missing-key", message));
    }
    if has("Rolling") && has("TerminationWait") {
        let why = "no old fleet is left at the end of a rolling deployment";
        stage.exclude(cx, "Deployment.TerminationWait", "Deployment.Rolling", why);
    }
    if has("RollbackBatchSize") && !has("Rolling") {
        let message = "`RollbackBatchSize` is for `Rolling`, which is missing";
        let finding = Finding::error("missing-key", message)
            .hint("remove it: other ways go back to the old fleet at once");
        stage.at_key(cx, "Deployment.RollbackBatchSize", finding);
    }
    if has("Rolling") && productions(stage).len() > 1 {
        let why = "endpoints with several variants do not support rolling deployments";
        stage.exclude(cx, "Deployment.Rolling", "Variants", why);
    }
    sizes(stage, cx);
    waits(stage, cx);
    falls_back(stage, cx);
    rollback(stage, block, cx);
}

fn sizes(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let keys = [("Canary", 1), ("Linear", 10), ("Rolling", 5)];
    for (key, least) in keys {
        let path = format!("Deployment.{key}");
        let Some(size) = size(stage, &path) else {
            continue;
        };
        if Kind::of(stage) == Kind::Serverless {
            if let Size::Count(count) = size
                && key != "Rolling"
            {
                let message = format!(
                    "`{key}`: expected a percentage, got `{count}` instances, of which a \
                     serverless endpoint has none"
                );
                stage.at_value(cx, &path, Finding::error("invalid-value", message));
            }
            continue;
        }
        for variant in productions(stage) {
            let part = Part {
                path: &path,
                size,
                least,
                what: ["instance", "instances"],
                instead: "write `AllAtOnce: true`",
            };
            if let Some(of) = Whole::instances(stage, &variant)
                && part.check(stage, &of, cx)
            {
                break;
            }
        }
    }
}

/// A size that stands there.
pub(super) fn size(stage: Subject<'_>, path: &str) -> Option<Size> {
    if let Some(count) = stage.integer(path) {
        return (count > 0).then_some(Size::Count(count));
    }
    let percent = stage.text(path)?.strip_suffix('%')?;
    percent.parse().ok().map(Size::Percent)
}

/// What a size is a part of.
pub(super) struct Whole {
    /// The key that says so.
    key: &'static str,
    /// The least number, and the greatest.
    least: i64,
    most: i64,
}

impl Whole {
    /// The instances of a variant; `None` where their number is not known.
    fn instances(stage: Subject<'_>, variant: &str) -> Option<Self> {
        let scaling = format!("{variant}AutoScaling");
        if stage.has("Components") {
            let (least, most) = (
                "ManagedInstanceScaling.MinInstanceCount",
                "ManagedInstanceScaling.MaxInstanceCount",
            );
            if stage.has(least) {
                return Some(Self {
                    key: "MinInstanceCount",
                    least: stage.integer(least)?.max(1),
                    most: stage.integer(most)?,
                });
            }
        }
        Self::scaled(
            stage,
            &scaling,
            &format!("{variant}InstanceCount"),
            "InstanceCount",
        )
    }

    /// Always as many.
    pub(super) fn constant(key: &'static str, number: i64) -> Self {
        Self {
            key,
            least: number,
            most: number,
        }
    }

    /// The greatest number.
    pub(super) const fn most(&self) -> i64 {
        self.most
    }

    /// What scales between two bounds, or is constant.
    pub(super) fn scaled(
        stage: Subject<'_>,
        scaling: &str,
        count: &str,
        key: &'static str,
    ) -> Option<Self> {
        if !stage.has(scaling) {
            return stage
                .integer(count)
                .map(|number| Self::constant(key, number));
        }
        let path = format!("{scaling}.MinCapacity");
        // At zero nothing serves; the first step up is one.
        Some(Self {
            key: "MinCapacity",
            least: stage.integer(&path)?.max(1),
            most: stage.integer(&format!("{scaling}.MaxCapacity"))?,
        })
    }
}

/// A part of a fleet, or of the copies of a component.
pub(super) struct Part<'a> {
    pub(super) path: &'a str,
    pub(super) size: Size,
    /// The least that SageMaker takes, in percent.
    pub(super) least: i64,
    /// One, and several.
    pub(super) what: [&'static str; 2],
    /// What does without it.
    pub(super) instead: &'static str,
}

impl Part<'_> {
    /// Holds it against the whole: whole instances, and at most half of them. Whether it is wrong.
    pub(super) fn check(&self, stage: Subject<'_>, of: &Whole, cx: &mut Cx<'_>) -> bool {
        let name = last(self.path);
        let [one, several] = self.what;
        let many = |count: i64| format!("{count} {}", if count == 1 { one } else { several });
        // Less than one instance is one.
        let part = match self.size {
            Size::Count(count) => count,
            Size::Percent(percent) => (of.least.saturating_mul(percent) / 100).max(1),
        };
        if part.saturating_mul(2) > of.least {
            let needed = part.saturating_mul(2);
            let message = match self.size {
                Size::Count(_) => format!(
                    "`{name}`: expected at most half of the {several}, got {part} of {}",
                    of.least
                ),
                Size::Percent(percent) => format!(
                    "`{name}`: expected at most half of the {several}, but {percent}% of {} is {}",
                    many(of.least),
                    many(part)
                ),
            };
            let finding = Finding::error("deployment-size", message).hint(format!(
                "raise `{}` to {needed}, the smallest number that works, or {}",
                of.key, self.instead
            ));
            stage.at_value(cx, self.path, finding);
            return true;
        }
        if let Size::Count(count) = self.size
            && count.saturating_mul(100) < of.most.saturating_mul(self.least)
        {
            let least = of.most.saturating_mul(self.least).div_euclid(100)
                + i64::from(of.most.saturating_mul(self.least) % 100 != 0);
            let message = format!(
                "`{name}`: expected at least {}% of the {}, of which there may be {}, got {}",
                self.least,
                several,
                of.most,
                many(count)
            );
            let hint = format!("write at least `{least}`, or a percentage");
            let finding = if of.least == of.most {
                Finding::error("deployment-size", message)
            } else {
                // It depends on how many there are at the time.
                Finding::warning("deployment-size", message)
            };
            stage.at_value(cx, self.path, finding.hint(hint));
            return true;
        }
        false
    }
}

/// The time-out has to be longer than all waits together.
fn waits(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let wait = match stage.duration("Deployment.WaitInterval") {
        Some(wait) => wait,
        None if stage.has("Deployment.WaitInterval") => return,
        None => WAIT_INTERVAL,
    };
    let termination = stage.duration("Deployment.TerminationWait");
    let whole = |size| match size {
        Size::Percent(_) => Some(None),
        Size::Count(_) => productions(stage)
            .iter()
            .map(|variant| Whole::instances(stage, variant))
            .collect::<Option<Vec<_>>>()
            .map(|wholes| wholes.iter().map(|one| one.most).max()),
    };
    let steps = if stage.has("Deployment.Linear") {
        size(stage, "Deployment.Linear").and_then(|size| steps(size, whole(size)?))
    } else if stage.has("Deployment.Rolling") {
        size(stage, "Deployment.Rolling").and_then(|size| steps(size, whole(size)?))
    } else {
        Some(1)
    };
    let Some(steps) = steps else { return };
    let rolling = stage.has("Deployment.Rolling");
    total_wait(
        stage,
        "Deployment",
        wait,
        steps,
        termination.filter(|_| !rolling),
        cx,
    );
}

/// In how many steps the whole is reached.
pub(super) fn steps(size: Size, whole: Option<i64>) -> Option<u64> {
    let (part, whole) = match size {
        Size::Percent(percent) => (percent, 100),
        Size::Count(count) => (count, whole?),
    };
    let (part, whole) = (u64::try_from(part).ok()?, u64::try_from(whole).ok()?);
    (part > 0).then(|| whole.div_ceil(part))
}

/// Reports waits that do not fit into the time-out.
pub(super) fn total_wait(
    stage: Subject<'_>,
    block: &str,
    wait: Duration,
    steps: u64,
    termination: Option<Duration>,
    cx: &mut Cx<'_>,
) {
    let termination = termination.map_or(0, Duration::seconds);
    let total = wait
        .seconds()
        .saturating_mul(steps)
        .saturating_add(termination);
    let shown = |seconds: u64| Duration::from_seconds(seconds).to_string();
    let mut sum = match steps {
        1 => format!("{wait}"),
        _ => format!("{steps} steps of {wait}"),
    };
    if termination > 0 {
        sum = format!("{sum} and {} at the end", shown(termination));
    }
    let path = format!("{block}.MaximumExecutionTimeout");
    if let Some(timeout) = stage.duration(&path) {
        if timeout.seconds() <= total {
            let message = format!(
                "`MaximumExecutionTimeout`: expected more than {}, which is what the waits take \
                 ({sum}), got {timeout}",
                shown(total)
            );
            let mut finding = Finding::error("deployment-timeout", message);
            finding.hint = (total < LONGEST.seconds())
                .then(|| {
                    "raise it, and leave time to start instances; or shorten the waits".to_owned()
                })
                .or_else(|| Some("shorten the waits, or take larger steps".to_owned()));
            stage.at_value(cx, &path, finding);
        }
    } else if total >= LONGEST.seconds() && !stage.has(&path) {
        let message = format!(
            "the waits take {} ({sum}): expected less than {LONGEST}, the longest that a deployment \
             may take",
            shown(total)
        );
        let finding = Finding::error("deployment-timeout", message)
            .hint("shorten the waits, or take larger steps");
        stage.at_key(cx, block, finding);
    }
}

/// Where SageMaker does not do what is asked for, and says nothing.
fn falls_back(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for variant in productions(stage) {
        for (_, kind) in instance_types(stage, &variant) {
            if kind.family() != "inf1" {
                continue;
            }
            let message = format!(
                "`Deployment` has no effect on `{kind}`: SageMaker moves all traffic at once, \
                 watches no alarms, and does not say so"
            );
            let finding = Finding::warning("deployment-fallback", message)
                .hint("choose another family, such as `ml.inf2`");
            stage.at_key(cx, "Deployment", finding);
            return;
        }
    }
}

/// The alarms that take a deployment back.
pub(super) fn rollback(stage: Subject<'_>, block: &str, cx: &mut Cx<'_>) {
    let path = format!("{block}.RollbackOn");
    if !stage.has(&path) {
        return;
    }
    let items = stage.items(&path);
    if items.is_empty() {
        let message = "`RollbackOn` is empty: nothing takes the deployment back";
        let finding = Finding::warning("unguarded-deployment", message).hint(
            "name an alarm, or remove `RollbackOn` for the errors and latency alarms of the stage",
        );
        stage.at_key(cx, &path, finding);
    }
    let mut seen = Vec::new();
    for (path, _) in items {
        let Some(name) = stage.literal(&path) else {
            continue;
        };
        if seen.contains(&name) {
            let message = format!("`{name}` is in `RollbackOn` already");
            stage.at_value(cx, &path, Finding::error("duplicate-name", message));
        }
        seen.push(name);
        if stage.has(&format!("Alarms.{name}")) && AlarmKind::of(name).is_some() {
            continue;
        }
        let kinds = || AlarmKind::ALL.iter().map(|kind| kind.as_str());
        if AlarmKind::of(name).is_some() {
            let message = format!("`{name}` is none of the stage's `Alarms`");
            let hint = format!("add `{name}` to `Alarms`, or remove it here");
            let finding = Finding::error("unknown-alarm", message).hint(hint);
            stage.at_value(cx, &path, finding);
        } else if name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && let Some(close) = closest(name, kinds())
        {
            let message = format!("`{name}` is no alarm of the stage");
            let finding =
                Finding::error("unknown-alarm", message).hint(format!("did you mean `{close}`?"));
            stage.at_value(cx, &path, finding);
        }
    }
}
