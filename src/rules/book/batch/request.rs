//! A request as plain JSON, of which some is not known.

use crate::json::{Json, Object};

use super::super::super::node::{Node, Part};
use super::super::super::world::World;

/// Stands for what is not known.
const OPEN: char = '\u{e000}';

/// What is known of a text, with a mark for what is not.
pub(super) fn marked(node: Node<'_>) -> String {
    let mut text = String::new();
    for part in node.parts() {
        match part {
            Part::Text(known) => text.push_str(&known),
            Part::Reference(..) | Part::Unknown => text.push(OPEN),
        }
    }
    text
}

/// Whether all of a text is known.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains(OPEN)
}

fn unknown() -> Json {
    Json::from(OPEN.to_string())
}

/// An object of a template as plain JSON.
pub(super) fn plain(node: Node<'_>) -> Json {
    if let Some(items) = node.list() {
        return items.into_iter().map(plain).collect::<Vec<_>>().into();
    }
    let mut object = Object::default();
    for (key, value) in node.entries() {
        object.insert(key.to_owned(), plain(value));
    }
    match node.known() {
        Some(Json::Object(written)) if !object.is_empty() || written.is_empty() => object.into(),
        Some(json @ (Json::Bool(_) | Json::Number(_) | Json::Null)) => json.clone(),
        _ => marked(node).into(),
    }
}

/// The JSON that a value is the text of: `Err` where all of it is known and is none, `None` inside
/// where too little of it is known.
pub(super) fn parsed<'w>(world: &'w World<'w>, node: Node<'w>) -> Result<Option<Json>, String> {
    if let Some((key, argument)) = node.written.as_object().and_then(Object::single)
        && key == "Fn::ToJsonString"
    {
        return Ok(Some(plain(Node::new(world, argument))));
    }
    let text = marked(node);
    if !world.work(text.len()) {
        return Ok(None);
    }
    match serde_json::from_str::<Json>(&text) {
        Ok(json) => Ok(Some(json)),
        Err(error) if node.text().is_some() => Err(error.to_string()),
        Err(_) => Ok(None),
    }
}

/// A value within a request.
#[derive(Clone)]
pub(super) enum Value<'j> {
    Absent,
    Unknown,
    Known(&'j Json),
}

impl<'j> Value<'j> {
    pub(super) fn new(json: &'j Json) -> Self {
        match json {
            Json::String(text) if is_dynamic(text) => Self::Unknown,
            other => Self::Known(other),
        }
    }

    pub(super) fn get(&self, key: &str) -> Self {
        match self {
            Self::Known(Json::Object(object)) => match object.get(key) {
                Some(value) => Self::new(value),
                None if object.contains_key(&format!("{key}.$")) => Self::Unknown,
                None => Self::Absent,
            },
            Self::Absent => Self::Absent,
            _ => Self::Unknown,
        }
    }

    pub(super) fn at(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |value, key| value.get(key))
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(super) fn is_present(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    pub(super) fn text(&self) -> Option<&'j str> {
        match self {
            Self::Known(json) => json.as_str(),
            _ => None,
        }
    }

    /// The text, or what stands for it where it is absent.
    pub(super) fn text_or(&self, default: &'j str) -> Option<&'j str> {
        match self {
            Self::Absent => Some(default),
            _ => self.text(),
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Known(Json::Number(number)) => number.as_i64(),
            _ => None,
        }
    }

    pub(super) fn object(&self) -> Option<&'j Object> {
        match self {
            Self::Known(Json::Object(object)) => Some(object),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &'j [Json] {
        match self {
            Self::Known(Json::Array(items)) => items,
            _ => &[],
        }
    }
}

/// Whether a text becomes another one before the request is made.
fn is_dynamic(text: &str) -> bool {
    !is_known(text)
        || text.contains("${")
        || text.contains("<aws.scheduler.")
        || text.trim_start().starts_with("{%")
}

/// Nothing is known of a request.
pub(super) fn open() -> Json {
    unknown()
}
