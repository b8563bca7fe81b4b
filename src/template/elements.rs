//! What a template has beside resources: parameters, mappings, conditions, policies.

use std::fmt;
use std::marker::PhantomData;

use crate::json::{Json, Object, Text};
use crate::value::{Function, Intrinsic, Value};

/// What happens to a resource that is removed from the template, or whose stack is deleted.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// It is deleted: the default for most types.
    Delete,
    /// It stays, without a stack.
    Retain,
    /// It stays, unless the stack's creation rolls back.
    RetainExceptOnCreate,
    /// It is deleted after a snapshot, where the type has any.
    Snapshot,
}

/// What happens to the old resource when an update replaces it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateReplacePolicy {
    /// It is deleted: the default.
    Delete,
    /// It stays, without a stack.
    Retain,
    /// It is deleted after a snapshot, where the type has any.
    Snapshot,
}

impl DeletionPolicy {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

impl UpdateReplacePolicy {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::Snapshot => "Snapshot",
        }
    }
}

/// A parameter whose value is a `T`.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
#[derive(Debug, Clone)]
pub struct Parameter<T> {
    declaration: Object,
    value: PhantomData<fn() -> T>,
}

impl<T> Parameter<T> {
    /// A parameter of one of CloudFormation's types, such as `AWS::EC2::VPC::Id` or
    /// `AWS::SSM::Parameter::Value<String>`. The caller answers for `T` being what it yields.
    pub fn of_type(type_name: impl Into<Text>) -> Self {
        let declaration = [("Type", Json::String(type_name.into()))]
            .into_iter()
            .collect();
        Self {
            declaration,
            value: PhantomData,
        }
    }

    /// What the parameter is for: at most 4,000 characters.
    #[must_use]
    pub fn description(self, description: impl Into<Text>) -> Self {
        self.with("Description", description.into())
    }

    /// The value when the deployment gives none. Without it, a deployment must give one.
    #[must_use]
    pub fn default_value(self, value: impl Into<Json>) -> Self {
        self.with("Default", value)
    }

    /// The only values.
    #[must_use]
    pub fn allowed_values<V: Into<Json>>(self, values: impl IntoIterator<Item = V>) -> Self {
        self.with(
            "AllowedValues",
            values.into_iter().map(Into::into).collect::<Vec<Json>>(),
        )
    }

    /// A regular expression that each value has to match as a whole.
    #[must_use]
    pub fn allowed_pattern(self, pattern: impl Into<Text>) -> Self {
        self.with("AllowedPattern", pattern.into())
    }

    /// What CloudFormation says when a value is refused.
    #[must_use]
    pub fn constraint_description(self, description: impl Into<Text>) -> Self {
        self.with("ConstraintDescription", description.into())
    }

    /// Hides the value in consoles and answers.
    #[must_use]
    pub fn no_echo(self) -> Self {
        self.with("NoEcho", true)
    }

    /// Any other key of the declaration, such as `MinLength` or `MaxValue`.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Json>) -> Self {
        self.declaration.insert(key, value);
        self
    }

    pub(super) fn into_declaration(self) -> Object {
        self.declaration
    }
}

impl Parameter<String> {
    /// A text.
    pub fn text() -> Self {
        Self::of_type("String")
    }
}

impl Parameter<i64> {
    /// A number.
    pub fn number() -> Self {
        Self::of_type("Number")
    }
}

impl Parameter<Vec<Value<String>>> {
    /// Texts with commas between them.
    pub fn comma_delimited_list() -> Self {
        Self::of_type("CommaDelimitedList")
    }
}

/// A parameter of a stack.
#[derive(Debug, Clone)]
pub struct ParameterHandle<T> {
    name: Text,
    value: PhantomData<fn() -> T>,
}

impl<T> ParameterHandle<T> {
    pub(super) fn new(name: Text) -> Self {
        Self {
            name,
            value: PhantomData,
        }
    }

    /// The value that the deployment gives.
    pub fn value(&self) -> Value<T> {
        Value::call(Function::Ref, self.name.clone())
    }

    /// The parameter's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Something that holds or does not: the expression of a condition, or of a rule's assertion.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Intrinsic);

impl Condition {
    /// Two values are equal.
    pub fn equals(left: impl Into<Json>, right: impl Into<Json>) -> Self {
        Self::call(Function::Equals, vec![left.into(), right.into()])
    }

    /// All of 2 to 10 conditions hold.
    pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self::call(Function::And, Self::list(conditions))
    }

    /// One of 2 to 10 conditions holds.
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self::call(Function::Or, Self::list(conditions))
    }

    /// A text is one of a list; in rules only.
    pub fn contains(list: impl Into<Json>, text: impl Into<Json>) -> Self {
        Self::call(Function::Contains, vec![list.into(), text.into()])
    }

    /// Each member of a list equals a text; in rules only.
    pub fn each_member_equals(list: impl Into<Json>, text: impl Into<Json>) -> Self {
        Self::call(Function::EachMemberEquals, vec![list.into(), text.into()])
    }

    /// Each member of a list is in another; in rules only.
    pub fn each_member_in(list: impl Into<Json>, other: impl Into<Json>) -> Self {
        Self::call(Function::EachMemberIn, vec![list.into(), other.into()])
    }

    fn call(function: Function, argument: impl Into<Json>) -> Self {
        Self(Intrinsic::new(function, argument))
    }

    fn list(conditions: impl IntoIterator<Item = Condition>) -> Vec<Json> {
        conditions.into_iter().map(Json::from).collect()
    }
}

impl std::ops::Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        Self::call(Function::Not, vec![Json::from(self)])
    }
}

impl From<Condition> for Json {
    fn from(Condition(call): Condition) -> Self {
        [(call.function.key(), call.argument)].into()
    }
}

/// A condition of a stack, by its name.
#[derive(Debug, Clone)]
pub struct ConditionHandle {
    name: Text,
}

impl ConditionHandle {
    pub(super) fn new(name: Text) -> Self {
        Self { name }
    }

    /// The condition, as a part of another.
    pub fn holds(&self) -> Condition {
        Condition::call(Function::Condition, self.name.clone())
    }

    /// The condition's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl From<&ConditionHandle> for Text {
    fn from(condition: &ConditionHandle) -> Self {
        condition.name.clone()
    }
}

impl fmt::Display for ConditionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A mapping of a stack.
#[derive(Debug, Clone)]
pub struct MappingHandle {
    name: Text,
}

impl MappingHandle {
    pub(super) fn new(name: Text) -> Self {
        Self { name }
    }

    /// The value at two keys, each a literal or a reference.
    pub fn find<T>(
        &self,
        top_level_key: impl Into<Value<String>>,
        second_level_key: impl Into<Value<String>>,
    ) -> Value<T> {
        Value::find_in_map(
            self.name.clone().into_owned(),
            top_level_key,
            second_level_key,
        )
    }
}
