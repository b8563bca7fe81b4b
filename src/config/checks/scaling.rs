//! What scaling and capacity decide together.

use super::super::shape::Cx;
use super::super::subject::{Subject, listed};
use super::{CAPACITIES, one_group};
use crate::finding::Finding;

/// What capacity follows: of these keys exactly one is there.
pub(in crate::config) const TARGETS: &[&[&str]] = &[
    &["InvocationsPerInstance"],
    &["ConcurrentRequestsPerModel"],
    &["BacklogPerInstance"],
    &["ProvisionedConcurrencyUtilization"],
];

/// Checks the stage's scaling and that of its variants.
pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let variants = stage
        .items("Variants")
        .into_iter()
        .map(|(path, _)| format!("{path}."));
    for owner in std::iter::once(String::new()).chain(variants) {
        let scaling = Scaling {
            stage,
            path: format!("{owner}AutoScaling"),
            owner,
        };
        if stage.has(&scaling.path) {
            one_group(
                stage,
                &format!("{}.", scaling.path),
                TARGETS,
                "there is one target",
                cx,
            );
            scaling.one_target(cx);
            scaling.target_of_mode(cx);
            scaling.ordered(cx);
            scaling.zero_only_async(cx);
            scaling.initial_count_within(cx);
            scaling.serverless_is_provisioned(cx);
            scaling.not_burstable(cx);
        }
    }
}

struct Scaling<'a> {
    stage: Subject<'a>,
    /// The path of the keys beside it, with its last dot.
    owner: String,
    /// Its own path.
    path: String,
}

impl Scaling<'_> {
    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    fn beside(&self, key: &str) -> String {
        format!("{}{key}", self.owner)
    }

    fn serverless(&self) -> bool {
        self.owner.is_empty()
            && CAPACITIES[1].iter().any(|key| self.stage.has(key))
            && !self.stage.has("InstanceType")
    }

    fn is_async(&self) -> bool {
        self.owner.is_empty() && self.stage.has("Async")
    }

    fn one_target(&self, cx: &mut Cx<'_>) {
        if TARGETS
            .iter()
            .flat_map(|keys| keys.iter())
            .all(|key| !self.stage.has(&self.key(key)))
        {
            let mode = if self.serverless() {
                &["ProvisionedConcurrencyUtilization"][..]
            } else if self.is_async() {
                &["BacklogPerInstance"][..]
            } else {
                &["InvocationsPerInstance", "ConcurrentRequestsPerModel"][..]
            };
            let message = format!(
                "`AutoScaling` has no target: expected one of {}",
                listed(mode)
            );
            self.stage
                .at_key(cx, &self.path, Finding::error("missing-key", message));
        }
    }

    fn target_of_mode(&self, cx: &mut Cx<'_>) {
        let (mode, fitting) = if self.serverless() {
            (
                "a serverless stage",
                &["ProvisionedConcurrencyUtilization"][..],
            )
        } else if self.is_async() {
            ("asynchronous inference", &["BacklogPerInstance"][..])
        } else {
            (
                "a real-time endpoint",
                &["InvocationsPerInstance", "ConcurrentRequestsPerModel"][..],
            )
        };
        for key in TARGETS.iter().flat_map(|keys| keys.iter()) {
            let path = self.key(key);
            if self.stage.has(&path) && !fitting.contains(key) {
                let message = format!(
                    "`{key}` is no target for {mode}: expected {}",
                    listed(fitting)
                );
                self.stage
                    .at_key(cx, &path, Finding::error("excluded-key", message));
            }
        }
    }

    fn ordered(&self, cx: &mut Cx<'_>) {
        let (min, max) = (self.key("MinCapacity"), self.key("MaxCapacity"));
        if let (Some(least), Some(most)) = (self.stage.integer(&min), self.stage.integer(&max))
            && least > most
        {
            let message = format!(
                "`MinCapacity`: expected at most `MaxCapacity`, which is `{most}`, got `{least}`"
            );
            self.stage
                .at_value(cx, &min, Finding::error("out-of-range", message));
        }
    }

    fn zero_only_async(&self, cx: &mut Cx<'_>) {
        let min = self.key("MinCapacity");
        if self.stage.integer(&min) == Some(0) && !self.is_async() {
            let message = "`MinCapacity`: expected a whole number of at least 1, got `0`";
            let finding = Finding::error("out-of-range", message)
                .hint("only asynchronous inference scales to zero: see `Async`");
            self.stage.at_value(cx, &min, finding);
        }
    }

    fn initial_count_within(&self, cx: &mut Cx<'_>) {
        let key = if self.serverless() {
            "ServerlessProvisionedConcurrency"
        } else {
            "InstanceCount"
        };
        let path = self.beside(key);
        let Some(count) = self.stage.integer(&path) else {
            return;
        };
        let min = self
            .stage
            .integer(&self.key("MinCapacity"))
            .unwrap_or(i64::MIN);
        let max = self
            .stage
            .integer(&self.key("MaxCapacity"))
            .unwrap_or(i64::MAX);
        if min <= max && !(min..=max).contains(&count) {
            let range = match (min, max) {
                (i64::MIN, max) => format!("at most `MaxCapacity`, which is `{max}`"),
                (min, i64::MAX) => format!("at least `MinCapacity`, which is `{min}`"),
                (min, max) => format!("from `MinCapacity` to `MaxCapacity`, `{min}` to `{max}`"),
            };
            let message = format!("`{key}`: expected {range}, got `{count}`");
            self.stage
                .at_value(cx, &path, Finding::error("out-of-range", message));
        }
    }

    fn serverless_is_provisioned(&self, cx: &mut Cx<'_>) {
        if !self.serverless() {
            return;
        }
        if !self.stage.has("ServerlessProvisionedConcurrency") {
            let message = "missing key `ServerlessProvisionedConcurrency`, which `AutoScaling` \
                           needs in a serverless stage";
            self.stage
                .at_key(cx, &self.path, Finding::error("missing-key", message));
        }
        let max = self.key("MaxCapacity");
        let limit = self.stage.integer("ServerlessMaxConcurrency");
        if let (Some(most), Some(limit)) = (self.stage.integer(&max), limit)
            && most > limit
        {
            let message = format!(
                "`MaxCapacity`: expected at most `ServerlessMaxConcurrency`, which is `{limit}`, \
                 got `{most}`"
            );
            self.stage
                .at_value(cx, &max, Finding::error("out-of-range", message));
        }
    }

    fn not_burstable(&self, cx: &mut Cx<'_>) {
        let instance = self.beside("InstanceType");
        if let Some(text) = self
            .stage
            .text(&instance)
            .filter(|text| text.starts_with("ml.t2."))
        {
            let message = format!("`InstanceType`: `{text}` is burstable and cannot scale");
            let finding = Finding::error("excluded-key", message)
                .hint("choose another family, such as `ml.m5`, or remove `AutoScaling`");
            self.stage.at_value(cx, &instance, finding);
        }
    }
}
