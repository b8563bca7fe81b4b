//! F4: what changes between two templates, and what that does to traffic, fleet and time.
//!
//! Pure: two documents in, a [`Review`] out. What a change does to a resource is read from the
//! registry's schemas (which properties are create-only); what it does to an endpoint is read from
//! the endpoint's deployment configuration. A new model replaces the model and the endpoint
//! configuration and updates the endpoint, as it has to: that is told as one [`RolloutChange`], not
//! as three alarms. Secrets are masked while the review is made, so that no format can show them.

mod access;
mod attention;
mod cascade;
mod compare;
mod delta;
mod document;
mod layout;
mod markdown;

mod reference;
mod rollout;
mod secret;
mod sections;
mod show;
mod text;

use serde::Serialize;

use crate::json::Json;

pub use compare::{compare, contrast};
pub use document::json;
pub use markdown::{MARKDOWN_LIMIT, MARKER, markdown};
pub use rollout::{
    Capacity, Estimate, FleetChange, RolloutChange, ScalingState, Size, Step, Strategy,
};
pub use secret::without_secrets;
pub use text::text;

/// The version of the JSON form: it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// What changes between two templates. All values in it are masked already.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Review {
    /// The resources that change, the riskiest first, then by logical id.
    pub changes: Vec<ResourceChange>,
    /// Updates of endpoints that move traffic to other instances, by the endpoint's logical id.
    pub rollouts: Vec<RolloutChange>,
    /// The parameters that change, by name.
    pub parameters: Vec<SectionChange>,
    /// The outputs that change, by name.
    pub outputs: Vec<SectionChange>,
    /// What changes in any other section, such as `Conditions` or `Description`.
    pub other: Vec<SectionChange>,
    /// What a reviewer should not miss, the gravest first.
    pub attention: Vec<Attention>,
    /// How many resources stay as they are.
    pub unchanged: usize,
    /// Whether two templates are put side by side of which none becomes the other, such as those of
    /// two stages. Nothing is replaced, rolled out or lost then: `Add` and `Remove` say what only one
    /// of them has, `Update` what differs.
    pub side_by_side: bool,
}

/// What becomes of a resource. The order is that of the risk, the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is deleted.
    Remove,
    /// Another one is made in its place.
    Replace,
    /// It may be replaced: that depends on values which are known only when it is deployed, or on a
    /// schema that is not known here.
    MayReplace,
    /// It leaves the stack and stays in the account (`DeletionPolicy`).
    Retain,
    /// It is changed in place.
    Update,
    /// It is made.
    Add,
    /// Only what CloudFormation does with it changes, such as its `DeletionPolicy`; the resource
    /// itself is not touched.
    Attributes,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceChange {
    /// The logical id.
    pub logical_id: String,
    /// The type, after the change where there is an after.
    pub resource_type: String,
    /// What becomes of it.
    pub action: Action,
    /// Why, where that takes more than the properties to see.
    pub reasons: Vec<Reason>,
    /// The properties that change, in the order of the document; for a new resource, all of them.
    pub properties: Vec<PropertyChange>,
    /// What changes beside the properties: `DeletionPolicy`, `DependsOn`, `Metadata` and the like.
    pub attributes: Vec<PropertyChange>,
    /// Whether callers break or data is lost with it: endpoints, buckets, keys, topics and the like.
    pub protected: bool,
    /// What becomes of the old one when it is replaced or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<OldResource>,
    /// The index of the rollout that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<usize>,
}

/// What becomes of the old resource of a replacement or removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OldResource {
    /// It is deleted.
    Deleted,
    /// It stays in the account, outside of the stack.
    Kept,
    /// It is deleted after a snapshot was taken.
    Snapshot,
}

/// Why a resource is replaced, or changes without an edit of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// A property was edited that cannot change in place.
    CreateOnly {
        /// The property.
        path: String,
        /// Whether that is certain; otherwise it depends on values or on the service.
        certain: bool,
    },
    /// A property refers to something that changes.
    Follows {
        /// The property.
        path: String,
        /// What it refers to.
        cause: String,
        /// What that is.
        of: Cause,
        /// Whether that is certain.
        certain: bool,
        /// Whether the property cannot change in place.
        create_only: bool,
    },
    /// The logical id has another type.
    TypeChange {
        /// The type before.
        before: String,
    },
    /// No schema is known for the type.
    UnknownType,
    /// Whether it exists depends on a condition, which changes.
    Condition {
        /// The condition.
        condition: String,
    },
}

/// What something follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A resource that is replaced.
    Resource,
    /// A parameter whose default or type changes.
    Parameter,
    /// A condition whose expression changes.
    Condition,
    /// A mapping whose values change.
    Mapping,
}

/// A value that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PropertyChange {
    /// Where: `ProductionVariants[AllTraffic].InstanceType`. List items are named by what identifies
    /// them, or by their index.
    pub path: String,
    /// The value before, masked; `None` where there was none.
    pub before: Option<Json>,
    /// The value after, masked; `None` where there is none.
    pub after: Option<Json>,
    /// Whether the change replaces the resource.
    pub requires_recreation: Recreation,
    /// Whether a part of the values is a secret and stands as `****`. They differ even where both
    /// read the same.
    pub masked: bool,
    /// Whether the items of a list only changed their order; the values are then their names.
    pub reordered: bool,
    /// Whether it is a tag.
    pub tag: bool,
}

/// Whether a change replaces the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recreation {
    /// It is changed in place.
    Never,
    /// It may be replaced.
    Conditionally,
    /// It is replaced.
    Always,
}

/// A change beside the resources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SectionChange {
    /// The section: `Parameters`, `Outputs`, `Conditions`, `Description` …
    pub section: String,
    /// The entry; `None` where the section is one value.
    pub name: Option<String>,
    /// Whether the entry is there before and after.
    pub action: SectionAction,
    /// What changes in it.
    pub changes: Vec<PropertyChange>,
    /// What that means, where it is not plain.
    pub note: Option<String>,
}

/// What becomes of a section's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionAction {
    /// It goes.
    Remove,
    /// It is changed.
    Change,
    /// It is new.
    Add,
}

/// What a reviewer should not miss.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Attention {
    /// How grave it is.
    pub level: Level,
    /// The resource that it is about.
    pub logical_id: Option<String>,
    /// What it is.
    pub message: String,
}

/// How grave something is, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Callers break.
    Danger,
    /// Something may be lost, fail, or be allowed that was not.
    Warning,
    /// Worth knowing.
    Note,
}

/// How many resources there are of each [`Action`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Made.
    pub add: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Perhaps replaced.
    pub may_replace: usize,
    /// Deleted.
    pub remove: usize,
    /// Left behind in the account.
    pub retain: usize,
    /// Changed in nothing but what CloudFormation does with them.
    pub attributes: usize,
}

impl Review {
    /// Whether nothing changes at all.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.parameters.is_empty()
            && self.outputs.is_empty()
            && self.other.is_empty()
    }

    /// How many resources there are of each action.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for change in &self.changes {
            *match change.action {
                Action::Remove => &mut counts.remove,
                Action::Replace => &mut counts.replace,
                Action::MayReplace => &mut counts.may_replace,
                Action::Retain => &mut counts.retain,
                Action::Update => &mut counts.update,
                Action::Add => &mut counts.add,
                Action::Attributes => &mut counts.attributes,
            } += 1;
        }
        counts
    }

    /// The changes that somebody has to agree to by name: protected resources that are removed or
    /// replaced, or may be.
    pub fn needs_acknowledgement(&self) -> Vec<&ResourceChange> {
        self.changes
            .iter()
            .filter(|change| change.protected && change.loses_the_old())
            .collect()
    }

    /// The change of this resource, where it changes.
    pub fn change(&self, logical_id: &str) -> Option<&ResourceChange> {
        self.changes
            .iter()
            .find(|change| change.logical_id == logical_id)
    }
}

impl ResourceChange {
    /// Whether the resource that is there now will no longer be what the stack uses, or may not be.
    pub fn loses_the_old(&self) -> bool {
        matches!(
            self.action,
            Action::Remove | Action::Replace | Action::MayReplace
        )
    }
}

/// A stack's review for one stage, with what it is to be shown under.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageReview {
    /// The stage.
    pub stage: String,
    /// The stack.
    pub stack: String,
    /// The region, where it is known.
    pub region: Option<String>,
    /// The account, where it is known.
    pub account: Option<String>,
    /// What is compared with, such as `templates/` or a revision.
    pub base: String,
    /// What is compared.
    pub new: String,
    /// What changes.
    pub review: Review,
    /// What else is to be said, each in one line.
    pub notes: Vec<String>,
}
