//! F1, called L1: what CloudFormation accepts, nothing more.
//!
//! `generated` holds one module per resource type, written by `cargo codegen` from the registry
//! schemas in `schema/`: plain structs whose public fields are the properties. This file holds what
//! the generated code is an instance of: the [`Resource`] trait and the facts a schema states.
//! Nothing here judges a value; that is the work of `rules` and of the constructs in `hosting`.

#[allow(
    clippy::doc_markdown,
    clippy::struct_field_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::upper_case_acronyms,
    reason = "the names and the number of required properties are AWS's"
)]
mod generated;
mod open_set;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use generated::*;

use self::cloudformation::CustomResource;
use open_set::open_set;

/// A resource type's properties, as a struct.
pub trait Resource: Serialize + DeserializeOwned + 'static {
    /// What the registry states about the type.
    const SCHEMA: &'static ResourceSchema;
}

/// An attribute that `Fn::GetAtt` returns for `R`.
pub struct Attribute<R> {
    name: Cow<'static, str>,
    resource: PhantomData<fn() -> R>,
}

impl<R> Attribute<R> {
    /// An attribute that the schema lists.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            resource: PhantomData,
        }
    }

    /// An attribute that the pinned schema does not know: a custom resource's, a nested stack's output.
    pub fn custom(name: impl Into<String>) -> Self {
        Self {
            name: Cow::Owned(name.into()),
            resource: PhantomData,
        }
    }

    /// The attribute's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<R> fmt::Debug for Attribute<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.name)
    }
}

/// What the CloudFormation registry states about one resource type.
#[derive(Debug)]
pub struct ResourceSchema {
    /// `AWS::SageMaker::Model`.
    pub type_name: &'static str,
    /// The properties that a template may set.
    pub properties: &'static ObjectSchema,
    /// Paths (`/ModelName`) whose change replaces the resource.
    pub create_only: &'static [&'static str],
    /// Paths whose change replaces the resource under some conditions.
    pub conditional_create_only: &'static [&'static str],
    /// Paths that a template may not set.
    pub read_only: &'static [&'static str],
    /// Paths that the service never returns, so that drift on them is invisible.
    pub write_only: &'static [&'static str],
    /// Paths that identify the resource.
    pub primary_identifier: &'static [&'static str],
    /// Names for `Fn::GetAtt`.
    pub attributes: &'static [&'static str],
    /// Whether `Fn::GetAtt` accepts other names too (custom resources, nested stacks).
    pub open_attributes: bool,
    /// What the deployer's role needs, and how long CloudFormation waits, per operation.
    pub handlers: Handlers,
    /// The path of the property that holds the tags, where the type can be tagged.
    pub tag_property: Option<&'static str>,
}

/// The registry's handlers of a resource type; `None` where the schema declares none.
#[derive(Debug)]
pub struct Handlers {
    /// Creation.
    pub create: Option<Handler>,
    /// Reading.
    pub read: Option<Handler>,
    /// Update in place.
    pub update: Option<Handler>,
    /// Deletion.
    pub delete: Option<Handler>,
    /// Listing.
    pub list: Option<Handler>,
}

/// One handler.
#[derive(Debug)]
pub struct Handler {
    /// IAM actions that it calls.
    pub permissions: &'static [&'static str],
    /// Minutes until CloudFormation gives up; `None` is the registry's default of 120.
    pub timeout_minutes: Option<u16>,
}

/// What a schema states about an object.
#[derive(Debug)]
pub struct ObjectSchema {
    /// The property type's name, or the resource type's for its own properties.
    pub name: &'static str,
    /// The properties, sorted by name.
    pub properties: &'static [Property],
    /// Whether keys beside `properties` are accepted.
    pub open: bool,
    /// What holds among the properties.
    pub constraints: &'static [Constraint],
}

/// What a schema states about properties in relation to each other.
#[derive(Debug)]
pub enum Constraint {
    /// One of them has to be set, and no more than one.
    ExactlyOne(&'static [&'static str]),
    /// One of them has to be set.
    AtLeastOne(&'static [&'static str]),
    /// With the first, the others have to be set too.
    Requires(&'static str, &'static [&'static str]),
    /// Beside the first, none of the others may be set.
    Excludes(&'static str, &'static [&'static str]),
}

impl ObjectSchema {
    /// The property of this name, looked for from `next` on, which is left behind it: texts that keep
    /// to the schema's order, as ours do, are found at once.
    pub fn property_from(&self, next: &mut usize, name: &str) -> Option<&'static Property> {
        let (before, after) = self.properties.split_at_checked(*next)?;
        let ahead = after.iter().position(|property| property.name == name);
        let index = match ahead {
            Some(steps) => before.len() + steps,
            None => before.iter().position(|property| property.name == name)?,
        };
        *next = index + 1;
        self.properties.get(index)
    }

    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        let index = self
            .properties
            .binary_search_by(|property| property.name.cmp(name))
            .ok()?;
        self.properties.get(index)
    }
}

/// What a schema states about one property.
#[derive(Debug)]
pub struct Property {
    /// CloudFormation's name.
    pub name: &'static str,
    /// Whether a template must set it.
    pub required: bool,
    /// Its shape and bounds.
    pub schema: Schema,
}

/// A value's shape and bounds. `None` is "not stated".
#[derive(Debug)]
pub enum Schema {
    /// Text.
    String(&'static StringSchema),
    /// A whole number.
    Integer {
        /// Smallest value.
        minimum: Option<i64>,
        /// Largest value.
        maximum: Option<i64>,
        /// The only values; empty where any within the bounds will do.
        values: &'static [i64],
    },
    /// A number.
    Number {
        /// Smallest value.
        minimum: Option<f64>,
        /// Largest value.
        maximum: Option<f64>,
    },
    /// `true` or `false`.
    Boolean,
    /// A JSON document, such as a policy, or a value of several possible types; some properties take
    /// it as text too.
    Json,
    /// A list.
    List(&'static ListSchema),
    /// An object with free keys.
    Map(&'static Schema),
    /// An object with known keys.
    Object(&'static ObjectSchema),
}

/// Bounds of a text.
#[derive(Debug)]
pub struct StringSchema {
    /// Fewest characters.
    pub min_length: Option<u32>,
    /// Most characters.
    pub max_length: Option<u32>,
    /// A regular expression in ECMA-262 syntax that the text has to contain a match of.
    pub pattern: Option<&'static str>,
    /// What the text names, in cfn-lint's words: `AWS::IAM::Role.Arn`, `date-time`.
    pub format: Option<&'static str>,
    /// The values that the schema knows; empty where it lists none.
    pub values: &'static [&'static str],
}

impl StringSchema {
    /// Any text.
    pub const ANY: Self = Self {
        min_length: None,
        max_length: None,
        pattern: None,
        format: None,
        values: &[],
    };
}

/// Bounds of a list.
#[derive(Debug)]
pub struct ListSchema {
    /// Every item's shape.
    pub items: Schema,
    /// Fewest items.
    pub min_items: Option<u32>,
    /// Most items.
    pub max_items: Option<u32>,
    /// Whether equal items are refused.
    pub unique_items: bool,
}

/// The schema of a resource type, such as `AWS::SageMaker::Model`, where it is one of the pinned ones.
///
/// `Custom::Anything` is another name for `AWS::CloudFormation::CustomResource`.
pub fn schema_of(type_name: &str) -> Option<&'static ResourceSchema> {
    if type_name.starts_with("Custom::") {
        return Some(CustomResource::SCHEMA);
    }
    let index = SCHEMAS
        .binary_search_by(|schema| schema.type_name.cmp(type_name))
        .ok()?;
    SCHEMAS.get(index).copied()
}
