//! F0: a JSON document as a tree.
//!
//! Templates, policies and the properties of a resource on their way to the template are this type.
//! It differs from `serde_json::Value` in what synthesis needs most: keys and texts that the program
//! itself brings are borrowed, not copied (`Cow<'static, str>`), objects keep the order in which they
//! were written, and a duplicate key in a file is an error instead of "the last one wins".

mod de;
mod ser;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
pub use serde_json::Number;

pub use de::from_json;
pub use ser::to_json;

/// A text or key: borrowed where the program brings it, owned where a file did.
pub type Text = Cow<'static, str>;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Text),
    /// A list.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A JSON object whose keys keep the order in which they were inserted.
///
/// Two objects are equal when they hold the same keys with equal values, in any order.
#[derive(Clone, Default)]
pub struct Object {
    entries: Vec<(Text, Json)>,
}

/// What is wrong with a value that cannot become JSON, or with JSON that cannot become a value.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
}

impl Json {
    /// The object, if this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object, if this is one.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value at this key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.as_object()?.get(key)
    }

    /// What kind of value this is, in the words of a message: `a text`, `an object`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Writes `other` over this value: objects merge key by key, a `null` removes the key, and
    /// anything else replaces what was there. An object that replaces something else merges with an
    /// empty one, so that no `null` of it stays ([RFC 7386](https://www.rfc-editor.org/rfc/rfc7386)).
    pub fn merge(&mut self, other: Json) {
        let source = match other {
            Self::Object(source) => source,
            other => {
                *self = other;
                return;
            }
        };
        if self.as_object().is_none() {
            *self = Self::Object(Object::new());
        }
        let Self::Object(target) = self else { return };
        for (key, value) in source.entries {
            if value == Self::Null {
                target.remove(&key);
            } else if let Some(existing) = target.get_mut(&key) {
                existing.merge(value);
            } else {
                let mut fresh = Self::Null;
                fresh.merge(value);
                target.push(key, fresh);
            }
        }
    }
}

impl Object {
    /// An empty object.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// An empty object with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
        }
    }

    /// The value at this key. Takes time linear in the number of keys, which is small in every
    /// object but a template's `Resources`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The value at this key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.entries
            .iter_mut()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Sets a key, in place if it is there and at the end otherwise.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Json>) {
        let (key, value) = (key.into(), value.into());
        match self.get_mut(&key) {
            Some(existing) => *existing = value,
            None => self.entries.push((key, value)),
        }
    }

    /// Appends a key that the caller knows to be new.
    pub(crate) fn push(&mut self, key: Text, value: Json) {
        self.entries.push((key, value));
    }

    /// Removes a key and returns what it held.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let index = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(index).1)
    }

    /// The keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Json)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_ref())
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The key and value of an object that has just one.
    pub fn single(&self) -> Option<(&str, &Json)> {
        match self.entries.as_slice() {
            [(key, value)] => Some((key.as_ref(), value)),
            _ => None,
        }
    }

    /// The entries, sorted by key, or the key that is there twice.
    fn sorted(&self) -> Result<Vec<(&str, &Json)>, &str> {
        let mut sorted: Vec<_> = self.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        match sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(pair[0].0),
            None => Ok(sorted),
        }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        // In order is the common case and needs no sorting.
        self.len() == other.len()
            && (self.entries == other.entries
                || matches!((self.sorted(), other.sorted()), (Ok(ours), Ok(theirs)) if ours == theirs))
    }
}

impl Eq for Object {}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Into<Text>, V: Into<Json>> FromIterator<(K, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut object = Self::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            object.insert(key, value);
        }
        object
    }
}

impl IntoIterator for Object {
    type Item = (Text, Json);
    type IntoIter = std::vec::IntoIter<(Text, Json)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<K: Into<Text>, V: Into<Json>> FromIterator<(K, V)> for Json {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::Object(Object::from_iter(entries))
    }
}

impl<K: Into<Text>, const N: usize> From<[(K, Json); N]> for Json {
    fn from(entries: [(K, Json); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl From<&'static str> for Json {
    fn from(text: &'static str) -> Self {
        Self::String(Text::Borrowed(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::String(Text::Owned(text))
    }
}

impl From<Text> for Json {
    fn from(text: Text) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            // Whole trees within typed properties (policies, arguments of functions) are handed over
            // to the tree under construction instead of being taken apart and put together again.
            Self::Array(_) | Self::Object(_) => {
                serializer.serialize_newtype_struct(ser::TREE, &ser::Tree(self))
            }
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::Object(object) => Ok(object),
            other => Err(serde::de::Error::custom(format_args!(
                "expected an object, got {}",
                other.kind()
            ))),
        }
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value)
            .map(Json::Number)
            .ok_or_else(|| E::custom("expected a finite number, got one that JSON cannot hold"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(Text::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(Text::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut object = Object::new();
        while let Some((key, value)) = access.next_entry::<String, Json>()? {
            object.push(Text::Owned(key), value);
        }
        // Checked once at the end, so that an object of many keys takes no quadratic time.
        match object.sorted().err().map(str::to_owned) {
            Some(key) => Err(serde::de::Error::custom(format_args!(
                "duplicate key `{key}`"
            ))),
            None => Ok(Json::Object(object)),
        }
    }
}
