//! The declaration of a map's keys, and the JSON Schema that it yields.

use super::shape::{Form, Key};
use crate::json::{Json, Object};

/// A property of a schema while it is put together.
pub(crate) struct Property {
    pub(crate) key: Key,
    pub(crate) doc: &'static str,
    pub(crate) required: bool,
    pub(crate) default: Option<Json>,
    pub(crate) schema: Json,
}

/// The schema of a map with these keys and no others.
pub(crate) fn map_schema(doc: &str, form: Form, properties: Vec<Property>) -> Json {
    let mut schema = Object::new();
    schema.insert("type", "object");
    if !doc.is_empty() {
        schema.insert("description", paragraphs(doc));
    }
    let (mut declared, mut required) = (Object::new(), Vec::new());
    for property in properties {
        if property.required && form == Form::Whole {
            required.push(Json::from(property.key.name));
        }
        let mut value = property.schema;
        if form == Form::Merged {
            value = or_null(value);
        }
        if let Some(object) = value.as_object_mut() {
            object.insert("description", paragraphs(property.doc));
            if let Some(default) = property.default {
                object.insert("default", default);
            }
        }
        if let Some(alias) = property.key.alias {
            let mut other = value.clone();
            if let Some(object) = other.as_object_mut() {
                object.insert(
                    "description",
                    format!("Another name of `{}`.", property.key.name),
                );
                object.insert("deprecated", true);
            }
            declared.insert(alias, other);
        }
        declared.insert(property.key.name, value);
    }
    schema.insert("properties", declared);
    if !required.is_empty() {
        schema.insert("required", required);
    }
    schema.insert("additionalProperties", false);
    schema.into()
}

/// The same schema, with `null` accepted too.
pub(crate) fn or_null(schema: Json) -> Json {
    let null: Json = [("type", Json::from("null"))].into();
    match schema {
        Json::Object(mut object) => {
            let plain = object.get("type").and_then(Json::as_str).map(str::to_owned);
            if let (Some(kind), false) = (plain, object.contains_key("enum")) {
                object.insert("type", vec![Json::from(kind), Json::from("null")]);
                return object.into();
            }
            if let Some(Json::Array(any)) = object.get_mut("anyOf") {
                any.push(null);
                return object.into();
            }
            [("anyOf", Json::Array(vec![object.into(), null]))].into()
        }
        other => other,
    }
}

/// A doc comment as running text: one line per paragraph.
pub(crate) fn paragraphs(doc: &str) -> String {
    let lines: Vec<_> = doc.lines().map(str::trim).collect();
    lines
        .split(|line| line.is_empty())
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.join(" "))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// Declares a map of the stage file: `"Key" => required field: Type as Codec [bounds]`.
///
/// Instead of `required` a field may be `optional`, which makes it an `Option`, or
/// `default(expression)`. `"Key" | "Alias"` gives a key a second name.
macro_rules! shape {
    (
        $(#[doc = $doc:literal])+
        $vis:vis struct $name:ident {$(
            $(#[doc = $field_doc:literal])+
            $key:literal $(| $alias:literal)? =>
            $presence:ident $(($default:expr))? $field:ident: $ty:ty $(as $codec:ty)? $([$bounds:expr])?,
        )*}
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        $vis struct $name {$(
            $(#[doc = $field_doc])+
            #[serde(rename = $key)]
            $vis $field: $crate::config::declare::shape!(@type $presence $ty),
        )*}

        impl $name {
            pub(crate) const KEYS: &'static [$crate::config::shape::Key] = &[$(
                $crate::config::shape::Key {
                    name: $key,
                    alias: $crate::config::declare::shape!(@option $($alias)?),
                },
            )*];
        }

        impl $crate::config::shape::Shape for $name {
            fn expected(_: $crate::config::shape::Bounds) -> String {
                "a map".to_owned()
            }

            fn decode(
                at: &$crate::config::shape::At<'_>,
                _: $crate::config::shape::Bounds,
                cx: &mut $crate::config::shape::Cx<'_>,
            ) -> Option<Self> {
                let fields = cx.fields(at, Self::KEYS)?;
                $(
                    let $field = fields.$presence::<
                        $ty,
                        $crate::config::declare::shape!(@codec $($codec)?),
                    >(
                        cx,
                        $crate::config::shape::Key {
                            name: $key,
                            alias: $crate::config::declare::shape!(@option $($alias)?),
                        },
                        $crate::config::declare::shape!(@bounds $($bounds)?),
                        $(|| $default)?
                    );
                )*
                Some(Self { $($field: $field?,)* })
            }

            fn schema(
                _: $crate::config::shape::Bounds,
                form: $crate::config::shape::Form,
            ) -> $crate::json::Json {
                let properties = vec![$(
                    $crate::config::declare::Property {
                        key: $crate::config::shape::Key {
                            name: $key,
                            alias: $crate::config::declare::shape!(@option $($alias)?),
                        },
                        doc: concat!($($field_doc, "\n"),+),
                        required: $crate::config::declare::shape!(@required $presence),
                        default: $crate::config::declare::shape!(@default $ty $(, $default)?),
                        schema: <
                            $crate::config::declare::shape!(@codec $($codec)?)
                            as $crate::config::shape::Codec<$ty>
                        >::schema($crate::config::declare::shape!(@bounds $($bounds)?), form),
                    },
                )*];
                $crate::config::declare::map_schema(concat!($($doc, "\n"),+), form, properties)
            }
        }
    };
    (@type required $ty:ty) => { $ty };
    (@type optional $ty:ty) => { Option<$ty> };
    (@type default $ty:ty) => { $ty };
    (@option) => { None };
    (@option $alias:literal) => { Some($alias) };
    (@codec) => { $crate::config::shape::Plain };
    (@codec $codec:ty) => { $codec };
    (@bounds) => { $crate::config::shape::Bounds::NONE };
    (@bounds $bounds:expr) => { $bounds };
    (@required required) => { true };
    (@required $presence:ident) => { false };
    (@default $ty:ty) => { None };
    (@default $ty:ty, $default:expr) => {{
        let default: $ty = $default;
        $crate::config::types::default_of(&default)
    }};
}

pub(crate) use shape;
