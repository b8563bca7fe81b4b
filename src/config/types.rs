//! The types that a key's value can have.

use serde::Serialize;

use super::declare::Parts;
use super::document::{Kind, Scalar};
use super::shape::{At, Bounds, Cx, Form, Shape};
use crate::finding::Finding;
use crate::json::{Json, Object, to_json};
use crate::literal::Literal;
use crate::value::{Function, Intrinsic, Value};

/// A default as a schema shows it: nothing for a list or map that is empty.
pub(crate) fn default_of<T: Serialize>(default: &T) -> Option<Json> {
    to_json(default).ok().filter(|json| match json {
        Json::Array(items) => !items.is_empty(),
        Json::Object(object) => !object.is_empty(),
        _ => true,
    })
}

pub(super) fn typed(kind: &'static str) -> Object {
    let mut schema = Object::new();
    schema.insert("type", kind);
    schema
}

pub(super) fn out_of_range(at: &At<'_>, expected: &str, got: &str, cx: &mut Cx<'_>) {
    cx.refuse(at, at.expected("out-of-range", expected, got));
}

impl Shape for bool {
    fn expected(_: Bounds) -> String {
        "`true` or `false`".to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        if let Some(Scalar::Bool(value)) = at.node.scalar() {
            return Some(value);
        }
        cx.wrong_type(at, &Self::expected(bounds));
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        typed("boolean").into()
    }
}

impl Shape for i64 {
    fn expected(bounds: Bounds) -> String {
        format!("a whole number{}", bounds.words(""))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "only compared with small bounds"
    )]
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        match at.node.scalar() {
            Some(Scalar::Integer(number)) if bounds.hold(number as f64) => return Some(number),
            Some(Scalar::Integer(number)) => {
                out_of_range(at, &Self::expected(bounds), &number.to_string(), cx);
            }
            _ => cx.wrong_type(at, &Self::expected(bounds)),
        }
        None
    }

    fn schema(bounds: Bounds, _: Form) -> Json {
        let mut schema = typed("integer");
        bounds.write(&mut schema, "minimum", "maximum");
        schema.into()
    }
}

impl Shape for f64 {
    fn expected(bounds: Bounds) -> String {
        format!("a number{}", bounds.words(""))
    }

    #[expect(clippy::cast_precision_loss, reason = "such numbers are small")]
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let number = match at.node.scalar() {
            Some(Scalar::Integer(number)) => number as f64,
            Some(Scalar::Float(number)) => number,
            _ => {
                cx.wrong_type(at, &Self::expected(bounds));
                return None;
            }
        };
        if bounds.hold(number) {
            return Some(number);
        }
        out_of_range(at, &Self::expected(bounds), &number.to_string(), cx);
        None
    }

    fn schema(bounds: Bounds, _: Form) -> Json {
        let mut schema = typed("number");
        bounds.write(&mut schema, "minimum", "maximum");
        schema.into()
    }
}

impl Shape for String {
    fn expected(bounds: Bounds) -> String {
        format!("a text{}", bounds.words(" characters"))
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let Some(Scalar::Text(text)) = at.node.scalar() else {
            // An empty text in quotes is a text.
            cx.wrong_type(at, "a text");
            return None;
        };
        within_length(at, text, bounds, cx).then(|| text.to_owned())
    }

    fn schema(bounds: Bounds, _: Form) -> Json {
        let mut schema = typed("string");
        bounds.write(&mut schema, "minLength", "maxLength");
        schema.into()
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths are small")]
fn within_length(at: &At<'_>, text: &str, bounds: Bounds, cx: &mut Cx<'_>) -> bool {
    let length = text.chars().count();
    if bounds.hold(length as f64) {
        return true;
    }
    let expected = format!("a text{}", bounds.words(" characters"));
    let message = format!("`{}`: expected {expected}, got {length}", at.name);
    let finding = Finding::error("out-of-range", message);
    cx.refuse(at, finding.expecting(expected, length.to_string()));
    false
}

impl<L: Literal> Shape for L {
    fn expected(_: Bounds) -> String {
        L::EXPECTED.to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let Some(Scalar::Text(text)) = at.node.scalar() else {
            cx.wrong_type(at, L::EXPECTED);
            return None;
        };
        match L::read(text) {
            Ok(literal) => within_length(at, text, bounds, cx).then_some(literal),
            Err(error) => {
                let mut finding = at.expected("invalid-value", error.expected, &error.got);
                // What people forget or mistype most often.
                finding.hint = [
                    format!("ml.{text}"),
                    text.to_lowercase(),
                    text.replace('_', "-"),
                    format!("{text}/"),
                    format!("s3://{text}"),
                    text.trim().to_owned(),
                ]
                .into_iter()
                .chain(schedules(text))
                .find(|repaired| text.len() < 200 && repaired != text && L::read(repaired).is_ok())
                .map(|repaired| format!("did you mean `{repaired}`?"));
                cx.refuse(at, finding);
                None
            }
        }
    }

    fn schema(bounds: Bounds, _: Form) -> Json {
        let mut schema = typed("string");
        let max = bounds
            .max
            .and_then(|max| usize::try_from(max).ok())
            .unwrap_or(L::MAX);
        schema.insert("minLength", u32::try_from(L::MIN).unwrap_or(0));
        schema.insert(
            "maxLength",
            u32::try_from(max.min(L::MAX)).unwrap_or(u32::MAX),
        );
        schema.insert("pattern", L::PATTERN);
        schema.into()
    }
}

/// What a schedule was probably meant to be: singular and plural, upper case, the year.
fn schedules(text: &str) -> Vec<String> {
    let Some(inner) = text
        .strip_prefix("cron(")
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return match text.strip_prefix("rate(1 ") {
            Some(_) => vec![text.replace("s)", ")")],
            None => vec![text.replace(')', "s)")],
        };
    };
    let upper = inner.to_uppercase();
    let mut fields: Vec<&str> = upper.split_whitespace().collect();
    if fields.len() == 5 {
        fields.push("*");
    }
    // One of the two days is left open.
    if let [_, _, day, _, weekday, _] = fields.as_mut_slice()
        && *day != "?"
        && *weekday != "?"
    {
        *(if *weekday == "*" { weekday } else { day }) = "?";
    }
    vec![format!("cron({})", fields.join(" "))]
}

impl<T: Shape> Shape for Value<T> {
    fn expected(bounds: Bounds) -> String {
        T::expected(bounds)
    }

    fn told(bounds: Bounds) -> String {
        T::told(bounds)
    }

    fn parts() -> Parts {
        T::parts()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        if let Some((function, argument)) = at.node.call() {
            if matches!(&argument.kind, Kind::Scalar { text, .. } if text.is_empty()) {
                let message = format!("`{}`: `{}` has no argument", at.name, function.key());
                cx.refuse(at, Finding::error("no-value", message));
                return None;
            }
            return Intrinsic::from_json(&at.node.to_json())
                .map(|call| Value::Intrinsic(Box::new(call)));
        }
        match at.node.scalar() {
            Some(Scalar::Text(text)) if is_dynamic_reference(text) => {
                Some(Value::raw(text.to_owned()))
            }
            _ => T::decode(at, bounds, cx).map(Value::Literal),
        }
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let intrinsic: Json = [("$ref", Json::from("#/$defs/Intrinsic"))].into();
        let dynamic: Json = [("$ref", Json::from("#/$defs/DynamicReference"))].into();
        [(
            "anyOf",
            Json::Array(vec![T::schema(bounds, form), intrinsic, dynamic]),
        )]
        .into()
    }
}

fn is_dynamic_reference(text: &str) -> bool {
    text.split_once("{{resolve:")
        .is_some_and(|(_, rest)| rest.contains("}}"))
}

/// The definitions that the schemas of values refer to.
pub(crate) fn value_definitions() -> Object {
    let functions: Vec<Json> = Function::ALL
        .iter()
        .filter(|function| **function != Function::Condition)
        .map(|function| Json::from(function.key()))
        .collect();
    let mut intrinsic = typed("object");
    intrinsic.insert(
        "description",
        "An intrinsic function, evaluated by CloudFormation.",
    );
    intrinsic.insert("minProperties", 1_u32);
    intrinsic.insert("maxProperties", 1_u32);
    intrinsic.insert("propertyNames", [("enum", Json::Array(functions))]);
    let mut dynamic = typed("string");
    dynamic.insert(
        "description",
        "A dynamic reference, such as `{{resolve:ssm:/name}}`.",
    );
    dynamic.insert("pattern", r"\{\{resolve:.*\}\}");
    let mut definitions = Object::new();
    definitions.insert("Intrinsic", intrinsic);
    definitions.insert("DynamicReference", dynamic);
    definitions
}

impl<T: Shape> Shape for Vec<T> {
    fn expected(bounds: Bounds) -> String {
        match (bounds.min, bounds.max) {
            (None | Some(0), None) => "a list".to_owned(),
            (Some(1), None) => "a list of at least 1 item".to_owned(),
            _ => format!(
                "a list{}",
                bounds.words(" items").replacen(" from ", " of ", 1)
            ),
        }
    }

    fn told(bounds: Bounds) -> String {
        let list = Self::expected(bounds);
        match T::parts() {
            // The map has a place of its own.
            Parts::Map(_) => list,
            _ => format!("{list}, each {}", T::told(Bounds::NONE)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let items = match &at.node.kind {
            Kind::List(items) if !at.node.is_call() => items,
            _ => {
                cx.wrong_type(at, &Self::expected(bounds));
                return None;
            }
        };
        let mut complete = bounds.hold(items.len() as f64);
        if !complete {
            out_of_range(at, &Self::expected(bounds), &items.len().to_string(), cx);
        }
        // Items are whole: no half of them stands elsewhere.
        let half = std::mem::replace(&mut cx.half, false);
        let mut decoded = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match T::decode(&at.item(index, item), Bounds::NONE, cx) {
                Some(item) => decoded.push(item),
                None => complete = false,
            }
        }
        cx.half = half;
        complete.then_some(decoded)
    }

    fn schema(bounds: Bounds, _: Form) -> Json {
        let mut schema = typed("array");
        bounds.write(&mut schema, "minItems", "maxItems");
        schema.insert("items", T::schema(Bounds::NONE, Form::Whole));
        schema.into()
    }

    fn parts() -> Parts {
        T::parts().listed()
    }
}

/// A map of raw properties, kept as JSON.
impl Shape for Object {
    fn expected(_: Bounds) -> String {
        "a map of properties".to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        if let Some(Json::Object(object)) = at.node.entries().map(|_| at.node.to_json()) {
            return Some(object);
        }
        cx.wrong_type(at, &Self::expected(bounds));
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        typed("object").into()
    }
}

/// Declares a closed set of words. A word is the variant's name, or what stands after its `=`.
macro_rules! choice {
    ($(#[$doc:meta])+ $vis:vis enum $name:ident { $($(#[$word_doc:meta])+ $word:ident $(= $text:literal)?,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name {
            $($(#[$word_doc])+ $word,)+
        }

        impl $name {
            /// The word in the file.
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $crate::config::types::choice!(@text $word $($text)?),)+
                }
            }

            /// All of them, in the order in which they are declared.
            #[allow(dead_code, reason = "not every set is looked through")]
            $vis const ALL: &'static [Self] = &[$(Self::$word),+];

            const WORDS: &'static [&'static str] =
                &[$($crate::config::types::choice!(@text $word $($text)?)),+];
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(
                &self,
                serializer: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::config::shape::Shape for $name {
            fn expected(_: $crate::config::shape::Bounds) -> String {
                $crate::config::types::listed_or(Self::WORDS)
            }

            fn decode(
                at: &$crate::config::shape::At<'_>,
                _: $crate::config::shape::Bounds,
                cx: &mut $crate::config::shape::Cx<'_>,
            ) -> Option<Self> {
                let word = $crate::config::types::word(at, Self::WORDS, cx)?;
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }

            fn schema(
                _: $crate::config::shape::Bounds,
                _: $crate::config::shape::Form,
            ) -> $crate::json::Json {
                [("enum", $crate::json::Json::from(Self::WORDS.to_vec()))].into()
            }
        }
    };
    (@text $word:ident) => { stringify!($word) };
    (@text $word:ident $text:literal) => { $text };
}

pub(crate) use choice;

/// Words as the end of "expected …".
pub(crate) fn listed_or(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

/// The one of the words that stands there.
pub(crate) fn word(
    at: &At<'_>,
    words: &'static [&'static str],
    cx: &mut Cx<'_>,
) -> Option<&'static str> {
    let expected = listed_or(words);
    let Some(Scalar::Text(text)) = at.node.scalar() else {
        cx.wrong_type(at, &expected);
        return None;
    };
    let found = words.iter().find(|word| **word == text).copied();
    if found.is_none() {
        let shown: String = text.chars().take(80).collect();
        let mut finding = at.expected("invalid-value", &expected, &shown);
        finding.hint = crate::finding::closest(text, words.iter().copied())
            .map(|close| format!("did you mean `{close}`?"));
        cx.refuse(at, finding);
    }
    found
}
