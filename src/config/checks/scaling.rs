//! What scaling and capacity decide together.

use super::{Kind, instance_types, one_group, productions, schedule, unique};
use crate::catalog::instances::facts;
use crate::config::keys::AlarmKind;
use crate::config::shape::Cx;
use crate::config::stage::Quantity;
use crate::config::subject::{Subject, listed};
use crate::finding::Finding;

/// What capacity follows: of these keys at most one is there.
pub(in crate::config) const TARGETS: &[&[&str]] = &[
    &["InvocationsPerInstance"],
    &["ConcurrentRequestsPerModel"],
    &["BacklogPerInstance"],
    &["ProvisionedConcurrencyUtilization"],
    &["InvocationsPerCopy"],
    &["ConcurrentRequestsPerCopy"],
    &["CustomMetric"],
];

/// What says how a target is held.
const OF_TARGET: &[&str] = &["ScaleInCooldown", "ScaleOutCooldown", "DisableScaleIn"];

/// Checks the scaling of variants and components.
pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let of = Kind::of(stage);
    let variants = productions(stage).into_iter();
    let components = stage.items("Components").into_iter();
    let owners = variants
        .map(|owner| match (of, owner.is_empty()) {
            // What a stage with components says for its variant is refused elsewhere.
            (kind, true) => (owner, kind),
            (_, false) => (owner, Kind::RealTime),
        })
        .chain(components.map(|(path, _)| (format!("{path}."), Kind::Components)));
    for (owner, kind) in owners {
        let path = format!("{owner}AutoScaling");
        let scaling = Scaling {
            stage,
            owner,
            path,
            kind,
        };
        if stage
            .stage
            .at(&scaling.path)
            .and_then(|node| node.entries())
            .is_some()
        {
            scaling.check(cx);
        }
    }
}

struct Scaling<'a> {
    stage: Subject<'a>,
    /// The path of the keys beside it, with its last dot.
    owner: String,
    /// Its own path.
    path: String,
    /// Of what it is.
    kind: Kind,
}

impl Scaling<'_> {
    fn check(&self, cx: &mut Cx<'_>) {
        let prefix = format!("{}.", self.path);
        one_group(self.stage, &prefix, TARGETS, "there is one target", cx);
        self.does_something(cx);
        self.target_of_kind(cx);
        self.keys_of_a_target(cx);
        self.ordered(cx);
        self.zero(cx);
        self.initial_count_within(cx);
        self.serverless_is_provisioned(cx);
        self.not_burstable(cx);
        schedule::check(
            self.stage,
            &self.path,
            !matches!(self.kind, Kind::Async | Kind::Components),
            cx,
        );
        self.step_policies(cx);
    }

    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    fn beside(&self, key: &str) -> String {
        format!("{}{key}", self.owner)
    }

    fn has(&self, key: &str) -> bool {
        self.stage.has(&self.key(key))
    }

    /// The targets that fit, besides a metric of one's own.
    const fn fitting(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::RealTime => &[
                "InvocationsPerInstance",
                "ConcurrentRequestsPerModel",
                "CustomMetric",
            ],
            Kind::Async => &["BacklogPerInstance", "CustomMetric"],
            Kind::Serverless => &["ProvisionedConcurrencyUtilization", "CustomMetric"],
            Kind::Components => &[
                "InvocationsPerCopy",
                "ConcurrentRequestsPerCopy",
                "CustomMetric",
            ],
        }
    }

    fn has_target(&self) -> bool {
        TARGETS
            .iter()
            .flat_map(|keys| keys.iter())
            .any(|key| self.has(key))
    }

    fn does_something(&self, cx: &mut Cx<'_>) {
        if !self.has_target() && !self.has("Schedule") && !self.has("StepPolicies") {
            let message = format!(
                "`AutoScaling` has nothing to follow: expected one of {}, `Schedule`, \
                 `StepPolicies`",
                listed(self.fitting())
            );
            let finding = Finding::error("missing-key", message);
            self.stage.at_key(cx, &self.path, finding);
        }
    }

    fn target_of_kind(&self, cx: &mut Cx<'_>) {
        let of = match self.kind {
            Kind::Components => "a component",
            kind => kind.words(),
        };
        for key in TARGETS.iter().flat_map(|keys| keys.iter()) {
            if self.has(key) && !self.fitting().contains(key) {
                let message = format!(
                    "`{key}` is no target for {of}: expected {}",
                    listed(self.fitting())
                );
                let finding = Finding::error("excluded-key", message);
                self.stage.at_key(cx, &self.key(key), finding);
            }
        }
    }

    fn keys_of_a_target(&self, cx: &mut Cx<'_>) {
        if self.has_target() {
            return;
        }
        for key in OF_TARGET {
            if self.has(key) {
                let message = format!("`{key}` is for a target, and there is none");
                let finding = Finding::error("missing-key", message).hint(format!(
                    "add one of {}, or remove it",
                    listed(self.fitting())
                ));
                self.stage.at_key(cx, &self.key(key), finding);
            }
        }
    }

    fn ordered(&self, cx: &mut Cx<'_>) {
        let (min, max) = (self.key("MinCapacity"), self.key("MaxCapacity"));
        self.stage.above(cx, &min, &max);
    }

    fn zero(&self, cx: &mut Cx<'_>) {
        let min = self.key("MinCapacity");
        if self.stage.integer(&min) == Some(0)
            && !matches!(self.kind, Kind::Async | Kind::Components)
        {
            let message = "`MinCapacity`: expected a whole number of at least 1, got `0`";
            let finding = Finding::error("out-of-range", message)
                .hint("only asynchronous inference and components scale to zero: see `Async`");
            self.stage.at_value(cx, &min, finding);
        }
    }

    fn initial_count_within(&self, cx: &mut Cx<'_>) {
        let key = match self.kind {
            Kind::Serverless => "ServerlessProvisionedConcurrency",
            Kind::Components => "CopyCount",
            Kind::RealTime | Kind::Async => "InstanceCount",
        };
        let path = self.beside(key);
        let (count, stated) = match self.stage.integer(&path) {
            Some(count) => (count, true),
            None if self.kind == Kind::Components && !self.stage.has(&path) => (1, false),
            None => return,
        };
        let bound = |key: &str| self.stage.integer(&self.key(key));
        let min = bound("MinCapacity").unwrap_or(i64::MIN);
        let max = bound("MaxCapacity").unwrap_or(i64::MAX);
        if min <= max && !(min..=max).contains(&count) {
            let range = match (min, max) {
                (i64::MIN, max) => format!("at most `MaxCapacity`, which is `{max}`"),
                (min, i64::MAX) => format!("at least `MinCapacity`, which is `{min}`"),
                (min, max) => format!("from `MinCapacity` to `MaxCapacity`, `{min}` to `{max}`"),
            };
            let got = if stated {
                format!("got `{count}`")
            } else {
                format!("got `{count}`, which it is when left out")
            };
            let message = format!("`{key}`: expected {range}, {got}");
            let finding = Finding::error("out-of-range", message);
            if stated {
                self.stage.at_value(cx, &path, finding);
            } else {
                self.stage.at_key(cx, &self.path, finding);
            }
        }
    }

    fn serverless_is_provisioned(&self, cx: &mut Cx<'_>) {
        if self.kind != Kind::Serverless {
            return;
        }
        if !self.stage.has("ServerlessProvisionedConcurrency") {
            let message = "missing key `ServerlessProvisionedConcurrency`, which `AutoScaling` \
                           needs in a serverless stage";
            self.stage
                .at_key(cx, &self.path, Finding::error("missing-key", message));
        }
        let max = self.key("MaxCapacity");
        self.stage.above(cx, &max, "ServerlessMaxConcurrency");
    }

    fn not_burstable(&self, cx: &mut Cx<'_>) {
        if self.kind == Kind::Components {
            return;
        }
        for (path, kind) in instance_types(self.stage, &self.owner) {
            if facts(&kind).is_some_and(|facts| facts.burstable) {
                let message = format!("`InstanceType`: `{kind}` is burstable and cannot scale");
                let finding = Finding::error("excluded-key", message)
                    .hint("choose another family, such as `ml.m5`, or remove `AutoScaling`");
                self.stage.at_value(cx, &path, finding);
            }
        }
    }

    fn step_policies(&self, cx: &mut Cx<'_>) {
        let list = self.key("StepPolicies");
        unique(self.stage, &list, ".Name", "step policy", cx);
        for (path, _) in self.stage.items(&list) {
            let key = |key: &str| format!("{path}.{key}");
            let alarm = self.stage.text(&key("Alarm")).and_then(AlarmKind::of);
            if let Some(alarm) = alarm
                && !self.stage.has(&format!("Alarms.{}", alarm.as_str()))
            {
                let message = format!("`{}` is none of the stage's `Alarms`", alarm.as_str());
                let finding = Finding::error("unknown-alarm", message)
                    .hint(format!("add `{}` to `Alarms`", alarm.as_str()));
                self.stage.at_value(cx, &key("Alarm"), finding);
            }
            let adjustment = self.stage.text(&key("AdjustmentType"));
            let magnitude = key("MinAdjustmentMagnitude");
            let percent = adjustment == Some("PercentChangeInCapacity");
            if self.stage.has(&magnitude) && !percent {
                let message = "`MinAdjustmentMagnitude` is for `AdjustmentType: \
                               PercentChangeInCapacity`";
                let finding = Finding::error("excluded-key", message).hint("remove it");
                self.stage.at_key(cx, &magnitude, finding);
            }
            self.steps(
                &key("Steps"),
                alarm,
                adjustment == Some("ExactCapacity"),
                cx,
            );
        }
    }

    /// Steps begin at the threshold, and each of the others further away than the one before.
    fn steps(&self, list: &str, alarm: Option<AlarmKind>, exact: bool, cx: &mut Cx<'_>) {
        let mut before = None;
        for (index, (path, item)) in self.stage.items(list).into_iter().enumerate() {
            if item.entries().is_none() {
                continue;
            }
            let adjustment = format!("{path}.Adjustment");
            if let Some(number) = self
                .stage
                .integer(&adjustment)
                .filter(|number| exact && *number < 0)
            {
                let message =
                    format!("`Adjustment`: expected a capacity of at least 0, got `{number}`");
                self.stage
                    .at_value(cx, &adjustment, Finding::error("out-of-range", message));
            }
            let place = format!("{path}.From");
            if index > 0 && !self.stage.has(&place) {
                let message = "missing key `From`: each step after the first begins further from \
                               the threshold";
                self.stage
                    .at_key(cx, &path, Finding::error("missing-key", message));
            }
            let Some(from) = Quantity::of(self.stage, &place) else {
                continue;
            };
            if let Some(alarm) = alarm
                && let Some(unit) = wrong_unit(alarm, from)
            {
                let got = self
                    .stage
                    .text(&place)
                    .map_or_else(|| from.size().to_string(), str::to_owned);
                let message = format!(
                    "`From`: expected {unit} as the alarm `{}` has it, got `{got}`",
                    alarm.as_str()
                );
                self.stage
                    .at_value(cx, &place, Finding::error("invalid-value", message));
                continue;
            }
            if index == 0 && from.size() > 0.0 {
                let message = "`From`: the first step begins at the threshold";
                let finding = Finding::error("step-gap", message).hint("remove it");
                self.stage.at_value(cx, &place, finding);
            }
            if let Some(before) = before.filter(|before| from.size() <= *before) {
                let message = if before > 0.0 {
                    "`From`: expected more than the step before has"
                } else {
                    "`From`: expected a distance from the threshold, where the first step begins"
                };
                let finding = Finding::error("step-overlap", message)
                    .hint("put the steps in order, the nearest first");
                self.stage.at_value(cx, &place, finding);
            }
            before = Some(from.size());
        }
    }
}

/// The unit that an alarm has, if a distance is in another one.
fn wrong_unit(alarm: AlarmKind, distance: Quantity) -> Option<&'static str> {
    use AlarmKind as A;
    #[expect(
        clippy::match_same_arms,
        reason = "each unit is beside what is expected of it"
    )]
    match (alarm, distance) {
        (A::Latency | A::OverheadLatency, Quantity::Time(_)) => None,
        (A::Latency | A::OverheadLatency, _) => Some("a time such as `50ms`"),
        (A::OldestRequest, Quantity::Time(time)) if time.milliseconds() % 1000 == 0 => None,
        (A::OldestRequest, _) => Some("a time in whole seconds such as `5m`"),
        (A::Invocations | A::Backlog, Quantity::Count(_)) => None,
        (A::Invocations | A::Backlog, _) => Some("a number such as `5`"),
        (
            A::Errors
            | A::ClientErrors
            | A::ModelErrors
            | A::Cpu
            | A::Memory
            | A::Disk
            | A::Gpu
            | A::GpuMemory,
            Quantity::Share(_),
        ) => None,
        _ => Some("a percentage such as `10%`"),
    }
}
