//! F2: the document: what a stack's code builds up, and the finished CloudFormation template.
//!
//! A [`Stack`] is written to by constructs and by hand; [`Stack::finish`] turns it into a
//! [`Template`]. Resources are named by a [`LogicalId`], which is a pure function of the scopes and
//! the name they were added under, and are referred to by [`Handle`]s, not by text. Whether the
//! document holds together (references, limits, shapes) is judged by `rules`, which sees any
//! template alike.

mod cause;
mod elements;
mod handle;
pub(crate) mod reference;
mod render;
mod resource;
mod stack;

pub use elements::{
    Condition, ConditionHandle, DeletionPolicy, MappingHandle, Parameter, ParameterHandle,
    UpdateReplacePolicy,
};
pub use handle::{Handle, LogicalId};
pub use render::{json_text, yaml_text};
pub use resource::ResourceMut;
pub use stack::{OutputMut, Stack};

use crate::finding::Source;
use crate::json::{Json, Object};

use cause::Causes;

/// A finished CloudFormation template: ours, or anybody's that was read from a file.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// The document, in the order in which it is written.
    pub document: Object,
    causes: Causes,
}

/// One resource of a template, as the document states it.
#[derive(Debug, Clone, Copy)]
pub struct ResourceView<'a> {
    /// The logical id.
    pub id: &'a str,
    /// The `Type`, or an empty text where it is missing or not a text.
    pub type_name: &'a str,
    /// The whole entry.
    pub entry: &'a Json,
}

impl<'a> ResourceView<'a> {
    /// The `Properties`, where there are any.
    pub fn properties(&self) -> Option<&'a Json> {
        self.entry.get("Properties")
    }
}

impl Template {
    /// A template from a document that was read.
    pub fn from_document(document: Object) -> Self {
        Self {
            document,
            ..Self::default()
        }
    }

    /// A top-level section such as `Parameters`, where it is an object.
    pub fn section(&self, name: &str) -> Option<&Object> {
        self.document.get(name)?.as_object()
    }

    /// What caused a resource, parameter or output, or the override of the property of a resource
    /// that `path` begins with.
    pub fn source(&self, logical_id: &str, path: Option<&str>) -> Option<Source> {
        self.causes.source(logical_id, path)
    }

    /// The resources in the document's order.
    pub fn resources(&self) -> impl Iterator<Item = ResourceView<'_>> {
        self.section("Resources")
            .into_iter()
            .flat_map(Object::iter)
            .map(|(id, entry)| {
                let type_name = entry.get("Type").and_then(Json::as_str).unwrap_or_default();
                ResourceView {
                    id,
                    type_name,
                    entry,
                }
            })
    }
}
