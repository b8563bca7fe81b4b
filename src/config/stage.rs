//! A stage as typed data: what the stage file says, with nothing left that contradicts itself.

mod alarm;
mod component;
mod deployment;
mod fleet;
mod mode;
mod model;
mod scaling;

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::document::{Document, Node, Scalar, Span};
use super::image::{self, Wanted};
use super::keys::{FrameworkKeys, PackageGroup, StageKeys};
use super::lock::Pin;
use crate::finding::Source;
use crate::json::Object;
use crate::literal::{AccountId, EndpointName, ImageUri, KmsKey, Region, RoleArn};
use crate::value::Value;
use fleet::Hardware;

pub use alarm::{Alarm, Alarms, Condition, Limit, NotifyTopic, RollbackAlarm};
pub(super) use component::full_name;

pub use component::{Component, ComponentDeployment, ComponentModel, Compute, Placement, Serves};
pub use deployment::{Deployment, Size, Strategy};
pub use fleet::{Fleet, InstancePool, Instances, Routing, Shadow, Variant};
pub use mode::{
    Async, Baseline, ComponentHost, ExplainedText, Explainer, ExplainerInference, Metrics, Mode,
    Network, RealTime, Serverless, Vpc,
};
pub use model::{Container, ModelAccess, ModelData, ModelSource, Repository};
pub use scaling::{
    AdjustmentKind, AutoScaling, CustomMetric, Quantity, ScalingTarget, ScheduledAction,
    ScheduledCapacity, Step, StepPolicy, TargetTracking,
};

/// One stage of a stage file, merged with `Defaults` and checked.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    /// The stack that the file is of.
    pub stack: String,
    /// The stage's name: its key in the file.
    pub name: String,
    /// The region; `None` leaves it to the deployment.
    pub region: Option<Region>,
    /// The account; `None` allows any.
    pub account: Option<AccountId>,
    /// The role that CloudFormation assumes; `None` for the permissions of whoever deploys.
    pub cloud_formation_role_arn: Option<RoleArn>,
    /// Whether CloudFormation refuses to delete the stack.
    pub termination_protection: bool,
    /// Tags of the stack.
    pub tags: IndexMap<String, Value<String>>,
    /// Model package groups that the stack makes.
    pub package_groups: Vec<PackageGroup>,
    /// The endpoint; `None` in a stage that has package groups only.
    pub endpoint: Option<Endpoint>,
    /// Raw properties by logical id; a `null` removes what it stands for.
    pub overrides: IndexMap<String, Object>,
    /// Where everything stands in the file.
    #[serde(skip)]
    pub(super) origin: Origin,
}

/// An endpoint, whatever its capacity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Endpoint {
    /// The endpoint's name, by which callers know it: `<stack>-<stage>` when none was given.
    pub name: Value<EndpointName>,
    /// The role of the containers; `None` for one that the stack makes.
    pub execution_role_arn: Option<Value<RoleArn>>,
    /// The key of the storage volumes; `None` for the one that AWS manages, and where there are none.
    pub kms_key_id: Option<Value<KmsKey>>,
    /// How it serves.
    pub mode: Mode,
    /// How a new version takes over; `None` leaves it to SageMaker, which moves all traffic at once.
    pub deployment: Option<Deployment>,
    /// The alarms that the stack makes, among them the one that a deployment without alarms of its
    /// own is taken back by.
    pub alarms: Alarms,
    /// Whether there is a dashboard.
    pub dashboard: bool,
    /// Metrics beyond those that every endpoint has; `None` for none.
    pub metrics: Option<Metrics>,
}

/// Where a stage's values stand.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) document: Arc<Document>,
    pub(super) tree: Node,
    pub(super) key: Span,
}

impl Stage {
    /// Where the value at a path such as `AutoScaling.MinCapacity` or `Variants[0].Model` stands:
    /// in the stage or in `Defaults`; or its nearest ancestor, up to the stage's name.
    pub fn source(&self, path: &str) -> Source {
        let Origin {
            document,
            tree,
            key,
        } = &self.origin;
        document.source(tree.locate(path).unwrap_or(*key))
    }

    /// The text at a path, where one stands there.
    pub fn text(&self, path: &str) -> Option<&str> {
        match self.origin.tree.at(path)?.scalar()? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the file gives this key to the stage, itself or by `Defaults`.
    pub fn has(&self, path: &str) -> bool {
        self.origin.tree.at(path).is_some()
    }
}

/// What the keys of a stage need to become a stage.
pub(super) struct Context<'a> {
    pub(super) stack: &'a str,
    pub(super) name: &'a str,
    pub(super) origin: Origin,
    pub(super) has_endpoint: bool,
    /// The pins of the stage, in the order of the file.
    pub(super) pins: &'a IndexMap<String, Pin>,
}

impl Context<'_> {
    /// The stage's region, if it is written out.
    pub(super) fn region(&self) -> Option<Region> {
        match self.origin.tree.get("Region")?.value.scalar()? {
            Scalar::Text(text) => Region::parse(text).ok(),
            _ => None,
        }
    }

    /// The image of a framework for what it runs on; `None` where there is none.
    fn image(&self, keys: &FrameworkKeys, hardware: Hardware<'_>) -> Option<Value<ImageUri>> {
        let region = self.region()?;
        let wanted = Wanted {
            framework: &keys.framework,
            version: keys.version.as_deref(),
            base_framework: keys.base_framework_version.as_deref(),
            py_version: keys.py_version.as_deref(),
            region: &region,
        };
        let hardware = match hardware {
            Hardware::Instance(kind) => image::Hardware::Instance(kind.literal()?),
            Hardware::Serverless => image::Hardware::Serverless,
        };
        image::uri(&wanted, hardware).ok().map(Value::Literal)
    }
}

/// The name of a stage's endpoint when none is given.
pub(super) fn default_endpoint_name(stack: &str, stage: &str) -> String {
    format!("{stack}-{stage}").replace('_', "-")
}

/// The model package group of a stage that names none.
pub(super) fn default_group(stack: &str) -> String {
    stack.replace('_', "-")
}

/// Turns checked keys into a stage; `None` only if a check is missing.
pub(super) fn build(keys: StageKeys, cx: Context<'_>) -> Option<Stage> {
    let endpoint = if cx.has_endpoint {
        Some(endpoint(&keys, &cx)?)
    } else {
        None
    };
    Some(Stage {
        stack: cx.stack.to_owned(),
        name: cx.name.to_owned(),
        region: keys.region,
        account: keys.account,
        cloud_formation_role_arn: keys.cloud_formation_role_arn,
        termination_protection: keys.termination_protection,
        tags: keys.tags,
        package_groups: keys.package_groups,
        endpoint,
        overrides: keys.overrides,
        origin: cx.origin,
    })
}

fn endpoint(keys: &StageKeys, cx: &Context<'_>) -> Option<Endpoint> {
    let name = match &keys.endpoint_name {
        Some(name) => name.clone(),
        None => EndpointName::parse(default_endpoint_name(cx.stack, cx.name))
            .ok()?
            .into(),
    };
    let mode = mode::build(keys, &name, cx)?;
    let deployment = match &keys.deployment {
        Some(deployment) => Some(deployment::build(deployment, keys.alarms.as_ref())?),
        None => None,
    };
    let mut alarms = match &keys.alarms {
        Some(alarms) => alarm::build(alarms)?,
        None => Alarms::default(),
    };
    alarms.complete(deployment.as_ref(), &mode);
    Some(Endpoint {
        name,
        execution_role_arn: keys.execution_role_arn.clone(),
        kms_key_id: keys.kms_key_id.clone(),
        mode,
        deployment,
        alarms,
        dashboard: keys.dashboard,
        metrics: keys.metrics.as_ref().map(Metrics::from),
    })
}
