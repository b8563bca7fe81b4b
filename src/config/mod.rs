//! F3: the stage file, `config/<stack>.yaml`: text to typed [`Stage`]s, or all that is wrong.
//!
//! The way through: [`yaml`] makes a tree whose nodes know where they stand; `merge` lays `Defaults`
//! under each stage; `keys` declares every key once, and from that come the decoder and the JSON
//! Schema (`declare`, `shape`, `types`, `codecs`, [`schema`]); `checks` holds what several keys decide together; `lock`
//! adds what is pinned. Everything is pure but [`files`].
//!
//! What a stage becomes in the template is the business of the floors above.

pub mod coverage;
pub mod document;
pub mod files;
pub mod project;
pub mod reference;
pub mod schema;
pub mod yaml;

mod checks;
mod codecs;
mod declare;
mod image;
mod keys;
mod lock;
mod merge;
mod shape;
mod stage;
mod subject;
mod types;
mod units;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::{Finding, closest};
use crate::literal::{EndpointName, InferenceComponentName, ModelPackageGroupName};
use declare::Keys as _;
use document::{AtSpan, Document, Entry, Span};
use keys::StageKeys;
use shape::{At, Bounds, Cx, Shape};
use stage::{Context, Origin, build, default_endpoint_name, default_group};
use subject::Subject;
use yaml::Limits;

pub use keys::{
    AlarmKind, AsyncInference, BaselineType, Capture, CoreDump, DataCapture, ExecutionMode,
    FeatureType, Granularity, LatencyStatistic, ManagedInstanceScaling, MetricAggregation,
    MetricStatistic, ModelCacheSetting, Notification, PackageGroup, PlacementStrategy, ScaleIn,
    ScaleInStrategy, Topic,
};
pub use lock::{Pin, PinnedContainer};
pub use stage::{
    AdjustmentKind, Alarm, Alarms, Async, AutoScaling, Baseline, Component, ComponentDeployment,
    ComponentHost, ComponentModel, Compute, Condition, Container, CustomMetric, Deployment,
    Endpoint, ExplainedText, Explainer, ExplainerInference, Fleet, InstancePool, Instances, Limit,
    Metrics, Mode, ModelAccess, ModelData, ModelSource, Network, NotifyTopic, Placement, Quantity,
    RealTime, Repository, RollbackAlarm, Routing, ScalingTarget, ScheduledAction,
    ScheduledCapacity, Serverless, Serves, Shadow, Size, Stage, Step, StepPolicy, Strategy,
    TargetTracking, Variant, Vpc,
};

/// The reserved key for what all stages share.
pub const DEFAULTS: &str = "Defaults";

/// What no stage is called: a template begins with it.
const TEMPLATE_VERSION: &str = "AWSTemplateFormatVersion";

/// More stages than any promotion has; merging costs time for each.
const MAX_STAGES: usize = 100;

/// More nodes than all stages together may have once `Defaults` is merged into each.
const MAX_MERGED: usize = 500_000;

/// A file's bytes, and its name as it is printed.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// The file relative to the project's root, with `/` on every system.
    pub file: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// Reads a stage file and the lock file that belongs to it.
///
/// The stages come in file order, and none come while there is an error. The findings are everything
/// that is wrong, by position.
pub fn read(
    stack: &str,
    stage_file: Text<'_>,
    lock_file: Option<Text<'_>>,
) -> (Vec<Stage>, Vec<Finding>) {
    let (lock, mut findings) = match lock_file {
        Some(lock) => yaml::parse(lock.file, lock.bytes, &Limits::STAGE_FILE),
        None => (None, Vec::new()),
    };
    let (document, mut own) = yaml::parse(stage_file.file, stage_file.bytes, &Limits::STAGE_FILE);
    findings.append(&mut own);
    let mut stages = Vec::new();
    if let Some(document) = document {
        let reader = Reader {
            stack,
            document: Arc::new(document),
            lock: lock.as_ref(),
        };
        stages = reader.stages(&mut findings);
    }
    let mut findings = unite(findings);
    for finding in &mut findings {
        finding.place.stack = Some(stack.to_owned());
    }
    let is_lock = |finding: &Finding| {
        let file = finding
            .place
            .source
            .as_ref()
            .map(|source| source.file.as_str());
        lock_file.is_some_and(|lock| file == Some(lock.file))
    };
    let position = |finding: &Finding| {
        let source = finding.place.source.as_ref();
        (
            is_lock(finding),
            source.map(|source| (source.line, source.column)),
        )
    };
    findings.sort_by_key(position);
    if findings.iter().any(Finding::is_error) {
        stages.clear();
    }
    (stages, findings)
}

/// Findings that say the same of the same place become one, with all of their stages.
fn unite(findings: Vec<Finding>) -> Vec<Finding> {
    let mut united: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut index = BTreeMap::new();
    for finding in findings {
        let key = (
            finding.place.source.clone(),
            finding.rule,
            finding.message.clone(),
        );
        if let Some(first) = index.get(&key).and_then(|at: &usize| united.get_mut(*at)) {
            for stage in finding.place.stages {
                if !first.place.stages.contains(&stage) {
                    first.place.stages.push(stage);
                }
            }
        } else {
            index.insert(key, united.len());
            united.push(finding);
        }
    }
    united
}

struct Reader<'a> {
    stack: &'a str,
    document: Arc<Document>,
    lock: Option<&'a Document>,
}

impl Reader<'_> {
    fn error(&self, rule: &'static str, message: String, span: Span) -> Finding {
        Finding::error(rule, message).at_span(&self.document, span)
    }

    fn stages(&self, findings: &mut Vec<Finding>) -> Vec<Stage> {
        let root = &self.document.root;
        let top = Span { start: 0, end: 1 };
        if root.is_null() {
            let finding = self.error("empty-file", "the file has no stages".to_owned(), top);
            findings.push(finding.hint("write a stage's name and below it `InstanceType` and `InstanceCount`, or `ServerlessMaxConcurrency`"));
            return Vec::new();
        }
        let Some(entries) = root.entries() else {
            let got = shape::describe(root);
            let message = format!("expected a map of stages, got {got}");
            findings.push(self.error("wrong-type", message, root.span));
            return Vec::new();
        };
        if let Some(version) = entries.iter().find(|entry| entry.key == TEMPLATE_VERSION) {
            let message = "this is a CloudFormation template, not a stage file".to_owned();
            let finding = self.error("not-a-stage-file", message, version.span);
            findings.push(finding.hint("a stage file has the names of stages, such as `Production`, and below each its `InstanceType` or `ServerlessMaxConcurrency`"));
            return Vec::new();
        }
        let defaults = entries.iter().find(|entry| entry.key == DEFAULTS);
        let stages: Vec<_> = entries
            .iter()
            .filter(|entry| entry.key != DEFAULTS)
            .collect();
        if let Some(defaults) = defaults {
            self.check_half(defaults, None, findings);
            if stages.is_empty() {
                let message = "the file has `Defaults`, but no stages".to_owned();
                findings.push(self.error("no-stages", message, defaults.span));
            }
        } else if stages.is_empty() {
            findings.push(self.error("empty-file", "the file has no stages".to_owned(), top));
        }
        let inherited = defaults.map_or(0, |defaults| merge::size(&defaults.value));
        if let Some(beyond) = stages.get(MAX_STAGES) {
            let message = format!("more than {MAX_STAGES} stages");
            findings.push(self.error("too-many-stages", message, beyond.span));
            return Vec::new();
        }
        if inherited * stages.len() > MAX_MERGED {
            let message = format!("`Defaults` in each stage makes more than {MAX_MERGED} values");
            findings.push(self.error("yaml-too-large", message, top));
            return Vec::new();
        }
        self.check_names(&stages, findings);
        self.check_lock(&stages, findings);
        let mut hidden = Vec::new();
        let stages = stages
            .iter()
            .filter_map(|stage| self.stage(stage, defaults, findings, &mut hidden))
            .collect();
        for span in hidden {
            self.hide(span, findings);
        }
        stages
    }

    /// Findings show their line. A secret in it is not spread any further.
    fn hide(&self, span: Span, findings: &mut [Finding]) {
        let place = self.document.source(span);
        for finding in findings {
            if let Some(source) = &mut finding.place.source {
                source.hide(&place);
            }
        }
    }

    /// One half of a merge by itself: whatever becomes of it, its keys and values must be right,
    /// those that are overridden or removed as well.
    fn check_half(&self, half: &Entry, stage: Option<&str>, findings: &mut Vec<Finding>) {
        if half.value.is_null() {
            return;
        }
        let mut cx = Cx::new(&self.document, self.stack, stage);
        cx.half = true;
        let at = At {
            node: &half.value,
            key: half.span,
            name: half.key.clone(),
            path: String::new(),
        };
        StageKeys::decode(&at, Bounds::NONE, &mut cx);
        findings.append(&mut cx.findings);
    }

    fn check_names(&self, stages: &[&Entry], findings: &mut Vec<Finding>) {
        let mut seen = BTreeMap::new();
        for stage in stages {
            let name = &stage.key;
            let shown: String = name.chars().take(80).collect();
            let fits = name.len() <= 63
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !fits {
                let message = format!(
                    "a stage's name: expected at most 63 letters, digits and `-`, beginning with a \
                     letter, got `{shown}`"
                );
                findings.push(self.error("stage-name", message, stage.span));
            }
            if let Some(first) = seen.insert(name.to_lowercase(), name) {
                let message = format!("`{shown}` differs from `{first}` only in case");
                findings.push(self.error("stage-name", message, stage.span).hint(
                    "names of endpoints and, on some systems, of folders do not differ by case",
                ));
            }
            if name.eq_ignore_ascii_case(DEFAULTS) {
                let message = format!("`{shown}` would be a stage");
                findings.push(
                    self.error("stage-name", message, stage.span)
                        .hint("did you mean `Defaults`?"),
                );
            }
        }
    }

    /// Stages that only the lock file knows.
    fn check_lock(&self, stages: &[&Entry], findings: &mut Vec<Finding>) {
        let Some(lock) = self.lock else { return };
        if lock.root.is_null() {
            return;
        }
        let Some(entries) = lock.root.entries() else {
            let message = format!(
                "expected a map of stages, got {}",
                shape::describe(&lock.root)
            );
            findings.push(Finding::error("wrong-type", message).at_span(lock, lock.root.span));
            return;
        };
        for entry in entries
            .iter()
            .filter(|e| stages.iter().all(|stage| stage.key != e.key))
        {
            let names = stages.iter().map(|stage| stage.key.as_str());
            let hint = match closest(&entry.key, names) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "remove it, or add the stage".to_owned(),
            };
            let shown: String = entry.key.chars().take(80).collect();
            let message = format!("the lock file pins for `{shown}`, which is not a stage");
            let finding = Finding::warning("stale-lock", message).hint(hint);
            findings.push(finding.at_span(lock, entry.span));
            // It is checked all the same.
            lock::read(lock, self.stack, &entry.key, findings);
        }
    }

    fn stage(
        &self,
        entry: &Entry,
        defaults: Option<&Entry>,
        findings: &mut Vec<Finding>,
        hidden: &mut Vec<Span>,
    ) -> Option<Stage> {
        let name = entry.key.as_str();
        let mut cx = Cx::new(&self.document, self.stack, Some(name));
        // A stage without a value of its own is what `Defaults` makes it.
        let empty = document::Node {
            kind: document::Kind::Map(Vec::new()),
            span: entry.span,
            function: None,
        };
        let own = if entry.value.is_null() {
            &empty
        } else {
            &entry.value
        };
        if own.entries().is_none() {
            let message = format!(
                "stage `{name}`: expected a map, got {}",
                shape::describe(own)
            );
            let mut finding = Finding::error("wrong-type", message);
            if StageKeys::keys().iter().any(|key| key.name == name) {
                finding = finding.hint(format!(
                    "`{name}` belongs below a stage's name, or below `{DEFAULTS}`"
                ));
            }
            cx.report(finding, entry.span, "");
            findings.append(&mut cx.findings);
            return None;
        }
        let base = defaults
            .map(|defaults| &defaults.value)
            .filter(|node| node.entries().is_some());
        self.check_half(entry, Some(name), findings);
        let tree = merge::merge(base, own);
        let at = At {
            node: &tree,
            key: entry.span,
            name: name.to_owned(),
            path: String::new(),
        };
        let keys = StageKeys::decode(&at, Bounds::NONE, &mut cx);
        let range = defaults.map(|defaults| Span {
            start: defaults.span.start,
            end: defaults.value.span.end,
        });
        let subject = Subject {
            stage: &tree,
            key: entry.span,
            defaults: range,
        };
        checks::check(subject, &mut cx);
        hidden.append(&mut cx.hidden);
        let has_endpoint = checks::has_endpoint(subject);
        if has_endpoint {
            self.check_derived_names(subject, name, &mut cx);
        }
        let locked = self
            .lock
            .and_then(|lock| lock::read(lock, self.stack, name, findings));
        if has_endpoint {
            lock::check(subject, locked.as_ref(), &mut cx, findings);
        }
        let failed = cx.findings.iter().any(Finding::is_error);
        findings.append(&mut cx.findings);
        if failed {
            return None;
        }
        let pins = locked.map_or_else(IndexMap::new, |locked| locked.pins);
        let origin = Origin {
            document: Arc::clone(&self.document),
            tree: tree.clone(),
            key: entry.span,
        };
        let context = Context {
            stack: self.stack,
            name,
            origin,
            has_endpoint,
            pins: &pins,
        };
        let stage = build(keys?, context);
        if stage.is_none() && !findings.iter().any(Finding::is_error) {
            // A contradiction that no check knows: better a vague error than a wrong template.
            let message = format!("stage `{name}` contradicts itself");
            findings.push(self.error("contradiction", message, entry.span));
        }
        stage
    }

    /// The names that follow from those of the stack and the stage must be names.
    fn check_derived_names(&self, stage: Subject<'_>, name: &str, cx: &mut Cx<'_>) {
        let derived = default_endpoint_name(self.stack, name);
        components_names(stage, &derived, cx);
        if !stage.has("EndpointName")
            && let Err(error) = EndpointName::parse(derived)
        {
            let message = format!("the endpoint's name would be no name: {error}");
            let finding =
                Finding::error("derived-name", message).hint("give the stage an `EndpointName`");
            cx.report(finding, stage.key, "");
        }
        let group = default_group(self.stack);
        for checks::ModelPlace { path: model, .. } in checks::models(stage) {
            let named = ["PackageGroup", "ModelPackageArn", "Image", "Containers"]
                .into_iter()
                .any(|key| stage.has(&format!("{model}.{key}")));
            if let (false, Err(error)) = (named, ModelPackageGroupName::parse(group.clone())) {
                let message =
                    format!("the name of the model package group would be no name: {error}");
                let finding = Finding::error("derived-name", message)
                    .hint("give the stage a `Model` with a `PackageGroup`");
                cx.report(finding, stage.key, "");
            }
        }
    }
}

/// The names by which callers know the components.
fn components_names(stage: Subject<'_>, derived: &str, cx: &mut Cx<'_>) {
    let endpoint = match stage.literal("EndpointName") {
        Some(endpoint) => endpoint,
        None if stage.has("EndpointName") => return,
        None => derived,
    };
    for (path, _) in stage.items("Components") {
        let path = format!("{path}.Name");
        let Some(name) = stage.text(&path) else {
            continue;
        };
        let full = stage::full_name(endpoint, name);
        let both =
            EndpointName::parse(endpoint).is_ok() && InferenceComponentName::parse(name).is_ok();
        if both && InferenceComponentName::parse(full.as_str()).is_err() {
            let message = format!(
                "the component's name `{full}` would have {} characters: expected at most 63",
                full.len()
            );
            let finding = Finding::error("derived-name", message)
                .hint("give the stage a shorter `EndpointName`, or the component a shorter `Name`");
            stage.at_value(cx, &path, finding);
        }
    }
}
