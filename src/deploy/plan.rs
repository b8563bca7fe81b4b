//! The plan file: what was reviewed, bound to the change sets that would do it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::change_set::{Change, ChangeSetType, ParameterValue, RollbackConfiguration};
use super::digest::sha256;
use super::progress::Subject;

/// The layout of the file that this program writes and reads.
pub const VERSION: u32 = 1;

/// Change sets that exist and have not been executed, with everything that has to be the same when
/// they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Plan {
    /// The file's layout.
    pub version: u32,
    /// The program that wrote it.
    pub program: String,
    /// The source revision that it was made from, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// One per stack and stage, in the order in which they are applied.
    pub stacks: Vec<PlannedStack>,
}

/// What is to happen to one stack of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PlannedStack {
    /// The stage.
    pub stage: String,
    /// The stack.
    pub stack: String,
    /// CloudFormation's name for it.
    pub stack_name: String,
    /// Stacks of the same stage are applied in ascending order: what a stack imports comes first.
    pub order: usize,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The reviewed template.
    pub template: PlannedTemplate,
    /// Every parameter.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// Every tag of the stack.
    pub tags: BTreeMap<String, String>,
    /// What the template needs to be allowed.
    pub capabilities: Vec<String>,
    /// The role that CloudFormation assumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The alarms that take the operation back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<RollbackConfiguration>,
    /// Whether the stack is to be protected from deletion afterwards.
    pub termination_protection: bool,
    /// The stack as it was; `None` for one that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// The change set; `None` where there is nothing to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set: Option<PlannedChangeSet>,
    /// Resources whose replacement or removal has to be acknowledged by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<String>,
    /// What CloudFormation or the plan warns of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A template file and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PlannedTemplate {
    /// Its path below the project, with `/`.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// Where it was uploaded to, where it is larger than a request may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The stack that a plan was made for: a plan is stale once any of it is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Base {
    /// The stack's ARN.
    pub stack_id: String,
    /// Its status.
    pub status: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    /// When it was last updated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_time: Option<String>,
    /// The SHA-256 of the template that it has.
    pub template_sha256: String,
}

/// A change set that has not been executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PlannedChangeSet {
    /// Its ARN.
    pub arn: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// Whether it makes or updates the stack.
    #[serde(rename = "Type")]
    pub kind: ChangeSetType,
    /// What it does.
    pub changes: Vec<Change>,
    /// What the change sets of nested stacks do, by their ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nested: BTreeMap<String, Vec<Change>>,
}

impl PlannedStack {
    /// The stack as people call it.
    pub fn subject(&self) -> Subject {
        Subject {
            stage: self.stage.clone(),
            stack: self.stack.clone(),
        }
    }
}

impl Plan {
    /// A plan of these stacks.
    pub fn new(stacks: Vec<PlannedStack>, revision: Option<String>) -> Self {
        Self {
            version: VERSION,
            program: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            revision,
            stacks,
        }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        // A tree of texts and numbers always has a text.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Header {
            version: u32,
        }
        let header: Header = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if header.version != VERSION {
            return Err(format!(
                "expected version {VERSION} of the plan file, got {}",
                header.version
            ));
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// What an approval is bound to: the SHA-256 of everything in the plan.
    pub fn digest(&self) -> String {
        sha256(self.text().as_bytes())
    }

    /// Whether anything would be executed.
    pub fn has_changes(&self) -> bool {
        self.stacks.iter().any(|stack| stack.change_set.is_some())
    }

    /// Only these stages' stacks.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(&PlannedStack) -> bool) -> Self {
        self.stacks.retain(wanted);
        self
    }
}
