//! F0: a property's value: a literal, or an intrinsic function that CloudFormation evaluates.
//!
//! The type of a [`Value`] is the type of what it evaluates to, so that a list where a text belongs
//! does not compile, whether it is spelled out or computed by the template.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::json::{Json, Text, from_json, to_json};

/// A value of type `T` as a template may state it.
#[derive(Clone, PartialEq)]
pub enum Value<T> {
    /// The value itself.
    Literal(T),
    /// A function that yields the value when the stack is deployed.
    Intrinsic(Box<Intrinsic>),
    /// JSON that is not a `T` and that CloudFormation coerces or refuses: a `"2"` where a number
    /// belongs, a dynamic reference, a property that the pinned schema does not know yet. It is
    /// written as it was read.
    Raw(Box<Json>),
}

/// A call of an intrinsic function, or a condition or rule function.
#[derive(Debug, Clone, PartialEq)]
pub struct Intrinsic {
    /// Which function.
    pub function: Function,
    /// Its argument, in the long form.
    pub argument: Json,
}

macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// CloudFormation's functions.
        ///
        /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Function {
            $($(#[$doc])* $variant,)*
        }

        impl Function {
            /// Every function.
            pub const ALL: &'static [Function] = &[$(Self::$variant),*];

            /// The key that calls it.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The function that this key calls.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

functions! {
    /// A parameter's value, or what a resource type returns for itself.
    Ref = "Ref",
    /// A resource's attribute.
    GetAtt = "Fn::GetAtt",
    /// A text with `${…}` filled in.
    Sub = "Fn::Sub",
    /// Texts joined by a delimiter.
    Join = "Fn::Join",
    /// A text split into a list.
    Split = "Fn::Split",
    /// One item of a list.
    Select = "Fn::Select",
    /// One of two values, by a condition.
    If = "Fn::If",
    /// A value of a mapping.
    FindInMap = "Fn::FindInMap",
    /// Another stack's export.
    ImportValue = "Fn::ImportValue",
    /// A text in Base64.
    Base64 = "Fn::Base64",
    /// CIDR blocks.
    Cidr = "Fn::Cidr",
    /// The availability zones of a region.
    GetAzs = "Fn::GetAZs",
    /// How many items a list has (needs the language extensions transform).
    Length = "Fn::Length",
    /// An object as JSON text (needs the language extensions transform).
    ToJsonString = "Fn::ToJsonString",
    /// A macro's result.
    Transform = "Fn::Transform",
    /// All conditions hold.
    And = "Fn::And",
    /// One of the conditions holds.
    Or = "Fn::Or",
    /// The condition does not hold.
    Not = "Fn::Not",
    /// Two values are equal.
    Equals = "Fn::Equals",
    /// A condition by its name.
    Condition = "Condition",
    /// A text is in a list (rules only).
    Contains = "Fn::Contains",
    /// Each member of a list equals a text (rules only).
    EachMemberEquals = "Fn::EachMemberEquals",
    /// Each member of a list is in another (rules only).
    EachMemberIn = "Fn::EachMemberIn",
    /// Values of all parameters of a type (rules only).
    RefAll = "Fn::RefAll",
    /// An attribute of a parameter's value (rules only).
    ValueOf = "Fn::ValueOf",
    /// An attribute of the values of all parameters of a type (rules only).
    ValueOfAll = "Fn::ValueOfAll",
}

/// A pseudo parameter.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pseudo {
    /// The account's id.
    AccountId,
    /// ARNs that receive the stack's events.
    NotificationArns,
    /// Removes the property.
    NoValue,
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    Partition,
    /// The region's name.
    Region,
    /// The stack's ARN.
    StackId,
    /// The stack's name.
    StackName,
    /// `amazonaws.com` and its kin.
    UrlSuffix,
}

impl Pseudo {
    /// Every pseudo parameter.
    pub const ALL: &'static [Pseudo] = &[
        Self::AccountId,
        Self::NotificationArns,
        Self::NoValue,
        Self::Partition,
        Self::Region,
        Self::StackId,
        Self::StackName,
        Self::UrlSuffix,
    ];

    /// The name that `Ref` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountId => "AWS::AccountId",
            Self::NotificationArns => "AWS::NotificationARNs",
            Self::NoValue => "AWS::NoValue",
            Self::Partition => "AWS::Partition",
            Self::Region => "AWS::Region",
            Self::StackId => "AWS::StackId",
            Self::StackName => "AWS::StackName",
            Self::UrlSuffix => "AWS::URLSuffix",
        }
    }
}

impl Intrinsic {
    /// A call of `function` with an argument in the long form.
    pub fn new(function: Function, argument: impl Into<Json>) -> Self {
        Self {
            function,
            argument: argument.into(),
        }
    }

    /// The call that this JSON is: an object whose only key is a function's.
    pub fn from_json(json: &Json) -> Option<Self> {
        let (key, argument) = json.as_object()?.single()?;
        Some(Self::new(Function::from_key(key)?, argument.clone()))
    }
}

impl<T> Value<T> {
    /// The literal, unless the template computes the value.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Intrinsic(_) | Self::Raw(_) => None,
        }
    }

    /// The value with its literal converted; what the template computes stays.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Value<U> {
        match self {
            Self::Literal(literal) => Value::Literal(convert(literal)),
            Self::Intrinsic(call) => Value::Intrinsic(call),
            Self::Raw(json) => Value::Raw(json),
        }
    }

    /// A call of a function with an argument in the long form, for what the constructors below do
    /// not offer.
    pub fn call(function: Function, argument: impl Into<Json>) -> Self {
        Self::Intrinsic(Box::new(Intrinsic::new(function, argument)))
    }

    /// JSON that is written as it is.
    pub fn raw(json: impl Into<Json>) -> Self {
        Self::Raw(Box::new(json.into()))
    }

    /// A pseudo parameter.
    pub fn pseudo(pseudo: Pseudo) -> Self {
        Self::call(Function::Ref, pseudo.name())
    }

    /// `Ref` to a parameter or a resource by its logical id. A handle's method is the safer way.
    pub fn reference(logical_id: impl Into<Text>) -> Self {
        Self::call(Function::Ref, logical_id.into())
    }

    /// A [dynamic reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html)
    /// such as `ssm:/models/churn:3`, without its braces.
    pub fn dynamic(reference: &str) -> Self {
        Self::raw(format!("{{{{resolve:{reference}}}}}"))
    }

    /// One item of a list, counted from 0.
    pub fn select(index: impl Into<Value<i64>>, list: impl Into<Value<Vec<Value<T>>>>) -> Self
    where
        T: Serialize,
    {
        Self::call(
            Function::Select,
            vec![index.into().into_json(), list.into().into_json()],
        )
    }

    /// `then` while the condition holds, `otherwise` while it does not.
    pub fn when(
        condition: impl Into<Text>,
        then: impl Into<Value<T>>,
        otherwise: impl Into<Value<T>>,
    ) -> Self
    where
        T: Serialize,
    {
        let condition = Json::String(condition.into());
        Self::call(
            Function::If,
            vec![
                condition,
                then.into().into_json(),
                otherwise.into().into_json(),
            ],
        )
    }

    /// The value at two keys of a mapping.
    pub fn find_in_map(
        mapping: impl Into<Value<String>>,
        top_level_key: impl Into<Value<String>>,
        second_level_key: impl Into<Value<String>>,
    ) -> Self {
        let keys = [
            mapping.into(),
            top_level_key.into(),
            second_level_key.into(),
        ];
        Self::call(Function::FindInMap, keys.map(Value::into_json).to_vec())
    }

    /// What another stack of the account and region exports by this name.
    pub fn import(name: impl Into<Value<String>>) -> Self {
        Self::call(Function::ImportValue, name.into().into_json())
    }
}

impl<T: Serialize> Value<T> {
    /// The same value as another type, which the caller knows it to be: a `Ref` to a parameter of
    /// CloudFormation's type `String` that holds an ARN, say. A literal becomes raw JSON.
    pub fn cast<U>(self) -> Value<U> {
        match self {
            Self::Literal(literal) => Value::raw(Value::Literal(literal).into_json()),
            Self::Intrinsic(call) => Value::Intrinsic(call),
            Self::Raw(json) => Value::Raw(json),
        }
    }

    /// The value as JSON.
    #[expect(clippy::missing_panics_doc, reason = "literals always become JSON")]
    pub fn into_json(self) -> Json {
        match self {
            Self::Literal(literal) => to_json(&literal)
                .expect("literals are plain data with text keys, which always become JSON"),
            Self::Intrinsic(call) => [(call.function.key(), call.argument)].into(),
            Self::Raw(json) => *json,
        }
    }
}

impl Value<String> {
    /// A text with `${Name}`, `${Resource.Attribute}` and `${!Literal}` as `Fn::Sub` reads them.
    pub fn sub(template: impl Into<Text>) -> Self {
        Self::call(Function::Sub, template.into())
    }

    /// A text with `${…}`, where `variables` are looked up first.
    pub fn sub_with<K: Into<Text>>(
        template: impl Into<Text>,
        variables: impl IntoIterator<Item = (K, Value<String>)>,
    ) -> Self {
        let variables: Json = variables
            .into_iter()
            .map(|(name, value)| (name, value.into_json()))
            .collect();
        Self::call(
            Function::Sub,
            vec![Json::String(template.into()), variables],
        )
    }

    /// The texts, one after the other with the delimiter between them.
    pub fn join(delimiter: impl Into<Text>, texts: impl Into<Value<Vec<Value<String>>>>) -> Self {
        Self::call(
            Function::Join,
            vec![Json::String(delimiter.into()), texts.into().into_json()],
        )
    }

    /// The text in Base64.
    pub fn base64(text: impl Into<Value<String>>) -> Self {
        Self::call(Function::Base64, text.into().into_json())
    }

    /// A document as JSON text.
    pub fn to_json_string(document: impl Into<Json>) -> Self {
        Self::call(Function::ToJsonString, document)
    }
}

impl Value<Vec<Value<String>>> {
    /// The parts of a text between the delimiters.
    pub fn split(delimiter: impl Into<Text>, text: impl Into<Value<String>>) -> Self {
        Self::call(
            Function::Split,
            vec![Json::String(delimiter.into()), text.into().into_json()],
        )
    }

    /// The availability zones of a region; those of the stack's own for `Pseudo::Region`.
    pub fn availability_zones(region: impl Into<Value<String>>) -> Self {
        Self::call(Function::GetAzs, region.into().into_json())
    }

    /// `count` CIDR blocks of 2^`bits` addresses in `block`.
    pub fn cidr(
        block: impl Into<Value<String>>,
        count: impl Into<Value<i64>>,
        bits: impl Into<Value<i64>>,
    ) -> Self {
        let arguments = vec![
            block.into().into_json(),
            count.into().into_json(),
            bits.into().into_json(),
        ];
        Self::call(Function::Cidr, arguments)
    }
}

impl Value<i64> {
    /// How many items a list has.
    pub fn length(list: impl Into<Value<Vec<Value<String>>>>) -> Self {
        Self::call(Function::Length, list.into().into_json())
    }
}

impl<T: fmt::Debug> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::Intrinsic(call) => call.fmt(f),
            Self::Raw(json) => f.debug_tuple("Raw").field(json).finish(),
        }
    }
}

impl<T> From<T> for Value<T> {
    fn from(literal: T) -> Self {
        Self::Literal(literal)
    }
}

impl From<&str> for Value<String> {
    fn from(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }
}

impl From<u32> for Value<i64> {
    fn from(number: u32) -> Self {
        Self::Literal(number.into())
    }
}

impl From<i32> for Value<i64> {
    fn from(number: i32) -> Self {
        Self::Literal(number.into())
    }
}

impl<T, V: Into<Value<T>>, const N: usize> From<[V; N]> for Value<Vec<Value<T>>> {
    fn from(items: [V; N]) -> Self {
        Self::Literal(items.into_iter().map(Into::into).collect())
    }
}

impl<T> FromIterator<Value<T>> for Value<Vec<Value<T>>> {
    fn from_iter<I: IntoIterator<Item = Value<T>>>(items: I) -> Self {
        Self::Literal(items.into_iter().collect())
    }
}

impl<T> FromIterator<(String, Value<T>)> for Value<IndexMap<String, Value<T>>> {
    fn from_iter<I: IntoIterator<Item = (String, Value<T>)>>(entries: I) -> Self {
        Self::Literal(entries.into_iter().collect())
    }
}

impl<T: Serialize> From<Value<T>> for Json {
    fn from(value: Value<T>) -> Self {
        value.into_json()
    }
}

impl<T: Serialize> Serialize for Value<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(literal) => literal.serialize(serializer),
            Self::Intrinsic(call) => call.serialize(serializer),
            Self::Raw(json) => json.serialize(serializer),
        }
    }
}

impl Serialize for Intrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.function.key(), &self.argument)?;
        map.end()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Value<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        // The intrinsic goes first: a free-form document is a `T` too, and so is `{"Ref": "X"}`.
        if let Some(call) = Intrinsic::from_json(&json) {
            return Ok(Self::Intrinsic(Box::new(call)));
        }
        Ok(match from_json(&json) {
            Ok(literal) => Self::Literal(literal),
            Err(_) => Self::Raw(Box::new(json)),
        })
    }
}
