//! The declaration of a map's keys, and what it yields beside the decoder: the JSON Schema, and the
//! description that the reference page is made of.

use super::shape::{Cx, Fields, Form, Key};
use crate::json::{Json, Object};

/// A map with known keys.
pub(crate) trait Keys: Sized {
    /// The keys, in the order in which they are declared.
    fn keys() -> Vec<Key>;
    /// Reads the map's entries, reporting all that is wrong with them.
    fn read(fields: &Fields<'_>, cx: &mut Cx<'_>) -> Option<Self>;
    /// What a schema says of each key.
    fn properties(form: Form) -> Vec<Property>;
    /// What people are told of each key.
    fn described() -> Vec<Described>;
}

/// A key as people are told of it.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub(crate) key: Key,
    pub(crate) doc: &'static str,
    /// What its value is, as the end of "expected …".
    pub(crate) value: String,
    pub(crate) required: bool,
    pub(crate) default: Option<Json>,
    /// The properties that it becomes. One that begins with a dot is below those of the map that
    /// holds it.
    pub(crate) properties: Vec<String>,
    /// What it does instead.
    pub(crate) effect: Option<&'static str>,
    pub(crate) parts: Parts,
    /// The declaration that it is taken in from.
    pub(crate) shared: Option<&'static str>,
}

/// What is inside of a value.
#[derive(Debug, Clone)]
pub(crate) enum Parts {
    /// Nothing with a key.
    None,
    /// A map, by the name of its declaration.
    Map(Block),
    /// A list of maps.
    Items(Block),
}

/// A map as people are told of it. The same one may stand in several places.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The name of its declaration.
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) keys: Vec<Described>,
}

impl Parts {
    /// The map.
    pub(crate) fn block(&self) -> Option<&Block> {
        match self {
            Self::None => None,
            Self::Map(block) | Self::Items(block) => Some(block),
        }
    }

    /// The same as the items of a list.
    pub(crate) fn listed(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Map(block) | Self::Items(block) => Self::Items(block),
        }
    }
}

/// The keys that are shared with other maps, where their properties are below this path.
pub(crate) fn below(
    path: &str,
    declaration: &'static str,
    mut keys: Vec<Described>,
) -> Vec<Described> {
    for key in &mut keys {
        key.shared = Some(declaration);
        for property in &mut key.properties {
            if property.starts_with('.') {
                property.insert_str(0, path);
            }
        }
    }
    keys
}

/// A property of a schema while it is put together.
pub(crate) struct Property {
    pub(crate) key: Key,
    pub(crate) doc: &'static str,
    pub(crate) required: bool,
    pub(crate) default: Option<Json>,
    pub(crate) schema: Json,
}

/// What a map's schema has as its title until it is put among the definitions: the declaration's name.
pub(crate) const NAME: &str = "title";

/// The schema of a map with these keys and no others.
pub(crate) fn map_schema(
    name: &'static str,
    doc: &str,
    form: Form,
    properties: Vec<Property>,
) -> Json {
    let mut schema = Object::new();
    schema.insert(NAME, name);
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
///
/// `#[becomes("AWS::SageMaker::Model.ModelName")]` says which properties a key becomes; one such as
/// `".ModelName"` is below the properties of the map that holds it. What becomes none says what it
/// does instead: `#[does("…")]`.
///
/// `#[below("…")] ..field: Type` takes in the keys of another declaration, whose relative properties
/// are below that path.
macro_rules! shape {
    (
        $(#[doc = $doc:literal])+
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])+
                $(#[becomes($($property:literal),+)])?
                $(#[does($does:literal)])?
                $key:literal $(| $alias:literal)? =>
                $presence:ident $(($default:expr))? $field:ident: $ty:ty $(as $codec:ty)? $([$bounds:expr])?,
            )*
            $(
                #[below($base:literal)]
                ..$flat:ident: $flat_ty:ty,
                $(
                    $(#[doc = $after_doc:literal])+
                    $(#[becomes($($after_property:literal),+)])?
                    $(#[does($after_does:literal)])?
                    $after_key:literal $(| $after_alias:literal)? =>
                    $after_presence:ident $(($after_default:expr))? $after_field:ident: $after_ty:ty $(as $after_codec:ty)? $([$after_bounds:expr])?,
                )*
            )?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        $vis struct $name {
            $(
                $(#[doc = $field_doc])+
                #[serde(rename = $key)]
                $vis $field: $crate::config::declare::shape!(@type $presence $ty),
            )*
            $(
                #[doc = "The keys that it shares with other maps."]
                #[serde(flatten)]
                $vis $flat: $flat_ty,
                $(
                    $(#[doc = $after_doc])+
                    #[serde(rename = $after_key)]
                    $vis $after_field: $crate::config::declare::shape!(@type $after_presence $after_ty),
                )*
            )?
        }

        impl $crate::config::declare::Keys for $name {
            #[allow(unused_mut, reason = "not every map shares keys")]
            fn keys() -> Vec<$crate::config::shape::Key> {
                let mut keys = vec![$($crate::config::declare::shape!(@key $key $(| $alias)?),)*];
                $(
                    keys.extend(<$flat_ty as $crate::config::declare::Keys>::keys());
                    keys.extend(Vec::<$crate::config::shape::Key>::from([$($crate::config::declare::shape!(@key $after_key $(| $after_alias)?),)*]));
                )?
                keys
            }

            fn read(
                fields: &$crate::config::shape::Fields<'_>,
                cx: &mut $crate::config::shape::Cx<'_>,
            ) -> Option<Self> {
                $(
                    let $field = fields.$presence::<
                        $ty,
                        $crate::config::declare::shape!(@codec $($codec)?),
                    >(
                        cx,
                        $crate::config::declare::shape!(@key $key $(| $alias)?),
                        $crate::config::declare::shape!(@bounds $($bounds)?),
                        $(|| $default)?
                    );
                )*
                $(
                    let $flat = <$flat_ty as $crate::config::declare::Keys>::read(fields, cx);
                    $(
                        let $after_field = fields.$after_presence::<
                            $after_ty,
                            $crate::config::declare::shape!(@codec $($after_codec)?),
                        >(
                            cx,
                            $crate::config::declare::shape!(@key $after_key $(| $after_alias)?),
                            $crate::config::declare::shape!(@bounds $($after_bounds)?),
                            $(|| $after_default)?
                        );
                    )*
                )?
                Some(Self {
                    $($field: $field?,)*
                    $($flat: $flat?, $($after_field: $after_field?,)*)?
                })
            }

            #[allow(unused_mut, reason = "not every map shares keys")]
            fn properties(form: $crate::config::shape::Form) -> Vec<$crate::config::declare::Property> {
                let mut properties = vec![$(
                    $crate::config::declare::shape!(
                        @property form [$($field_doc)+] $key $(| $alias)? => $presence [$($default)?] $ty, $(as $codec)? $([$bounds])?
                    ),
                )*];
                $(
                    properties.extend(<$flat_ty as $crate::config::declare::Keys>::properties(form));
                    properties.extend(Vec::<$crate::config::declare::Property>::from([$(
                        $crate::config::declare::shape!(
                            @property form [$($after_doc)+] $after_key $(| $after_alias)? => $after_presence [$($after_default)?] $after_ty, $(as $after_codec)? $([$after_bounds])?
                        ),
                    )*]));
                )?
                properties
            }

            #[allow(unused_mut, reason = "not every map shares keys")]
            fn described() -> Vec<$crate::config::declare::Described> {
                let mut keys = vec![$(
                    $crate::config::declare::shape!(
                        @described [$($field_doc)+] [$($($property),+)?] [$($does)?] $key $(| $alias)? => $presence [$($default)?] $ty, $(as $codec)? $([$bounds])?
                    ),
                )*];
                $(
                    keys.extend($crate::config::declare::below(
                        $base,
                        stringify!($flat_ty),
                        <$flat_ty as $crate::config::declare::Keys>::described(),
                    ));
                    keys.extend(Vec::<$crate::config::declare::Described>::from([$(
                        $crate::config::declare::shape!(
                            @described [$($after_doc)+] [$($($after_property),+)?] [$($after_does)?] $after_key $(| $after_alias)? => $after_presence [$($after_default)?] $after_ty, $(as $after_codec)? $([$after_bounds])?
                        ),
                    )*]));
                )?
                keys
            }
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
                let fields = cx.fields(at, &<Self as $crate::config::declare::Keys>::keys())?;
                <Self as $crate::config::declare::Keys>::read(&fields, cx)
            }

            fn schema(
                _: $crate::config::shape::Bounds,
                form: $crate::config::shape::Form,
            ) -> $crate::json::Json {
                let properties = <Self as $crate::config::declare::Keys>::properties(form);
                $crate::config::declare::map_schema(
                    stringify!($name),
                    concat!($($doc, "\n"),+),
                    form,
                    properties,
                )
            }

            fn parts() -> $crate::config::declare::Parts {
                $crate::config::declare::Parts::Map($crate::config::declare::Block {
                    name: stringify!($name),
                    doc: concat!($($doc, "\n"),+),
                    keys: <Self as $crate::config::declare::Keys>::described(),
                })
            }
        }
    };
    (@property $form:ident [$($doc:literal)+] $key:literal $(| $alias:literal)? => $presence:ident [$($default:expr)?] $ty:ty, $(as $codec:ty)? $([$bounds:expr])?) => {
        $crate::config::declare::Property {
            key: $crate::config::declare::shape!(@key $key $(| $alias)?),
            doc: concat!($($doc, "\n"),+),
            required: $crate::config::declare::shape!(@required $presence),
            default: $crate::config::declare::shape!(@default $ty $(, $default)?),
            schema: <
                $crate::config::declare::shape!(@codec $($codec)?)
                as $crate::config::shape::Codec<$ty>
            >::schema($crate::config::declare::shape!(@bounds $($bounds)?), $form),
        }
    };
    (@described [$($doc:literal)+] [$($property:literal),*] [$($does:literal)?] $key:literal $(| $alias:literal)? => $presence:ident [$($default:expr)?] $ty:ty, $(as $codec:ty)? $([$bounds:expr])?) => {
        $crate::config::declare::Described {
            key: $crate::config::declare::shape!(@key $key $(| $alias)?),
            doc: concat!($($doc, "\n"),+),
            value: <
                $crate::config::declare::shape!(@codec $($codec)?)
                as $crate::config::shape::Codec<$ty>
            >::told($crate::config::declare::shape!(@bounds $($bounds)?)),
            required: $crate::config::declare::shape!(@required $presence),
            default: $crate::config::declare::shape!(@default $ty $(, $default)?),
            properties: vec![$(String::from($property)),*],
            effect: $crate::config::declare::shape!(@option $($does)?),
            parts: <
                $crate::config::declare::shape!(@codec $($codec)?)
                as $crate::config::shape::Codec<$ty>
            >::parts(),
            shared: None,
        }
    };
    (@key $key:literal $(| $alias:literal)?) => {
        $crate::config::shape::Key {
            name: $key,
            alias: $crate::config::declare::shape!(@option $($alias)?),
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
