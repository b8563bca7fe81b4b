//! Names of resources, and references to them.

use std::borrow::Borrow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::cfn::{Attribute, Resource};
use crate::json::Text;
use crate::value::{Function, Value};

/// A resource's name within its template: letters and digits, at most 255.
///
/// It is the scopes and the name under which the resource was added, joined. CloudFormation replaces
/// a resource whose logical id changes, so that moving code between files never changes one and
/// renaming a scope does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalId(Arc<str>);

impl LogicalId {
    /// The id of `name` within `scopes`.
    pub(super) fn of(scopes: &[String], name: &str) -> Self {
        if scopes.is_empty() {
            return Self(name.into());
        }
        Self(
            scopes
                .iter()
                .map(String::as_str)
                .chain([name])
                .collect::<String>()
                .into(),
        )
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, to be put into a document.
    pub(super) fn text(&self) -> Text {
        Text::Owned(self.0.as_ref().to_owned())
    }
}

impl Borrow<str> for LogicalId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A resource of a stack, from which references to it are made.
pub struct Handle<R> {
    id: LogicalId,
    resource: PhantomData<fn() -> R>,
}

impl<R: Resource> Handle<R> {
    pub(super) fn new(id: LogicalId) -> Self {
        Self {
            id,
            resource: PhantomData,
        }
    }

    /// `Ref`: what the resource type returns for itself, which the type's page states. For
    /// SageMaker's models, endpoint configurations and endpoints it is the ARN; their names are attributes.
    pub fn reference(&self) -> Value<String> {
        Value::call(Function::Ref, self.id.text())
    }

    /// `Fn::GetAtt`: an attribute that this resource type has.
    pub fn get_att(&self, attribute: &Attribute<R>) -> Value<String> {
        let names = vec![self.id.text(), Text::Owned(attribute.name().to_owned())];
        Value::call(Function::GetAtt, names)
    }
}

impl<R> Handle<R> {
    /// The logical id, for `DependsOn` and for messages.
    pub fn logical_id(&self) -> &LogicalId {
        &self.id
    }
}

impl<R> Clone for Handle<R> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            resource: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Handle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.id)
    }
}
