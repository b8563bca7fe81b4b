//! A value of a template as it would be deployed in one [`World`]: functions are followed as far as
//! they are decidable, what is not is unknown.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::template::ResourceView;
use crate::template::reference::{Target, attribute, call, targets};
use crate::value::{Function, Pseudo};

use super::world::World;

/// A place in a template, and what stands there.
#[derive(Clone, Copy)]
pub(super) struct Node<'w> {
    world: &'w World<'w>,
    state: State<'w>,
    /// Where it is written; for what is absent, what lacks it.
    pub(super) written: &'w Json,
    /// The keys that are absent there.
    pub(super) missing: AbsentKeys<'w>,
}

/// The keys that lead on from what is written to what is not: none where it is there itself.
#[derive(Clone, Copy, Default)]
pub(super) struct AbsentKeys<'w> {
    keys: [&'w str; DEEPEST],
    count: usize,
}

/// Rules look no deeper below what is not there.
const DEEPEST: usize = 6;

impl<'w> AbsentKeys<'w> {
    fn key(self, key: &'w str) -> Self {
        let mut longer = self;
        if let Some(next) = longer.keys.get_mut(self.count) {
            *next = key;
            longer.count += 1;
        }
        longer
    }

    pub(super) fn keys(self) -> impl Iterator<Item = &'w str> {
        self.keys.into_iter().take(self.count)
    }
}

#[derive(Clone, Copy)]
enum State<'w> {
    Absent,
    /// It may be there, and may be anything.
    Unknown,
    Known(&'w Json),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part<'w> {
    /// Text that is known.
    Text(Cow<'w, str>),
    /// What a resource, named by its logical id, is known by, or an attribute of it; or a pseudo
    /// parameter such as `AWS::Region`.
    Reference(Cow<'w, str>, Option<Cow<'w, str>>),
    /// Anything.
    Unknown,
}

impl<'w> Node<'w> {
    pub(super) fn new(world: &'w World<'w>, json: &'w Json) -> Self {
        let absent = Self {
            world,
            state: State::Absent,
            written: json,
            missing: AbsentKeys::default(),
        };
        let mut written = json;
        // Branches of branches end with the document.
        loop {
            let Some((function, argument)) = call(written) else {
                return Self {
                    state: State::Known(written),
                    written,
                    ..absent
                };
            };
            let state = match function {
                Function::If => {
                    let branch = argument.as_array().and_then(|parts| {
                        let [condition, then, otherwise] = parts else {
                            return None;
                        };
                        let holds = world.condition(condition.as_str()?)?;
                        Some(if holds { then } else { otherwise })
                    });
                    match branch {
                        Some(branch) => {
                            written = branch;
                            continue;
                        }
                        None => State::Unknown,
                    }
                }
                Function::Ref => match argument.as_str() {
                    Some(name) if name == Pseudo::NoValue.name() => State::Absent,
                    Some(name) => match world.parameter(name) {
                        Some(value) => State::Known(value),
                        None if world.is_resource(name) || name.starts_with("AWS::") => {
                            State::Known(written)
                        }
                        None => State::Unknown,
                    },
                    None => State::Unknown,
                },
                Function::FindInMap if !world.step() => State::Unknown,
                Function::FindInMap => {
                    let names = argument.as_array().and_then(|parts| {
                        let text = |part| Self::new(world, part).text();
                        match parts {
                            [map, key, attribute] => {
                                Some((text(map)?, text(key)?, text(attribute)?))
                            }
                            _ => None,
                        }
                    });
                    let value = names
                        .and_then(|(map, key, attribute)| world.mapped(&map, &key, &attribute));
                    value.map_or(State::Unknown, State::Known)
                }
                Function::Sub | Function::Join | Function::GetAtt | Function::Select => {
                    State::Known(written)
                }
                _ => State::Unknown,
            };
            return Self {
                state,
                written,
                ..absent
            };
        }
    }

    /// The value at a key. Of what is unknown, everything is unknown; of what is absent, absent.
    pub(super) fn get(self, key: &'w str) -> Self {
        let absent = Self {
            state: State::Absent,
            missing: self.missing.key(key),
            ..self
        };
        let State::Known(json) = self.state else {
            return match self.state {
                State::Absent => absent,
                _ => Self {
                    state: State::Unknown,
                    ..absent
                },
            };
        };
        match json.as_object() {
            Some(object) if call(json).is_none() => match object.get(key) {
                Some(value) => {
                    let node = Self::new(self.world, value);
                    match node.state {
                        // Removed by a function: it is missing there, not the function.
                        State::Absent => absent,
                        _ => node,
                    }
                }
                // `Fn::Transform` and `Fn::ForEach` make keys.
                None if object.keys().any(|key| key.starts_with("Fn::")) => Self {
                    state: State::Unknown,
                    ..absent
                },
                None => absent,
            },
            Some(_) => Self {
                state: State::Unknown,
                ..absent
            },
            None => absent,
        }
    }

    /// The value at the end of several keys.
    pub(super) fn at<const N: usize>(self, keys: [&'w str; N]) -> Self {
        keys.into_iter().fold(self, Self::get)
    }

    /// Whether it is not there for sure.
    pub(super) fn is_absent(self) -> bool {
        matches!(self.state, State::Absent)
    }

    /// Whether it is there for sure, whatever it is.
    pub(super) fn is_present(self) -> bool {
        matches!(self.state, State::Known(_))
    }

    /// The text, where all of it is known. Numbers and booleans are texts too.
    pub(super) fn text(self) -> Option<Cow<'w, str>> {
        match self.state {
            State::Known(Json::String(text)) if !text.contains("{{resolve:") => {
                Some(Cow::Borrowed(text.as_ref()))
            }
            State::Known(Json::Array(_)) => None,
            State::Known(Json::Object(_)) if self.call().is_none() => None,
            State::Known(_) => {
                let mut whole = String::new();
                for part in self.parts() {
                    let Part::Text(text) = part else { return None };
                    whole.push_str(&text);
                }
                Some(Cow::Owned(whole))
            }
            _ => None,
        }
    }

    /// The number, where it is one; texts that read as one are.
    pub(super) fn number(self) -> Option<f64> {
        match self.state {
            State::Known(Json::Number(number)) => number.as_f64(),
            State::Known(Json::Null | Json::Bool(_)) => None,
            _ => self
                .text()?
                .trim()
                .parse()
                .ok()
                .filter(|n: &f64| n.is_finite()),
        }
    }

    /// The whole number, where it is one.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and within what an f64 counts exactly"
    )]
    pub(super) fn integer(self) -> Option<i64> {
        let number = self.number()?;
        (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64)
    }

    /// The boolean, where it is one; `"true"` and `"false"` are.
    pub(super) fn boolean(self) -> Option<bool> {
        match self.state {
            State::Known(Json::Bool(value)) => Some(*value),
            _ => match self.text()?.as_ref() {
                "true" | "True" => Some(true),
                "false" | "False" => Some(false),
                _ => None,
            },
        }
    }

    /// The items of a list, without those that are absent; `None` where it is no list, or may be any.
    pub(super) fn list(self) -> Option<Vec<Node<'w>>> {
        let State::Known(Json::Array(items)) = self.state else {
            return None;
        };
        let nodes = items.iter().map(|item| Self::new(self.world, item));
        // The items of a parameter's list are written where the parameter is referred to.
        let inside = std::ptr::eq(self.written, self.known()?);
        Some(
            nodes
                .filter(|node| !node.is_absent())
                .map(|node| {
                    if inside {
                        node
                    } else {
                        Node {
                            written: self.written,
                            ..node
                        }
                    }
                })
                .collect(),
        )
    }

    /// The items of a list, or the one value that stands for it.
    pub(super) fn one_or_more(self) -> Vec<Node<'w>> {
        self.list().unwrap_or_else(|| vec![self])
    }

    /// The items of a list; none where it is no list or may be any.
    pub(super) fn items(self) -> impl Iterator<Item = Node<'w>> {
        self.list().into_iter().flatten()
    }

    /// The keys and values of an object, without those that are absent; none where it is no object.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'w str, Node<'w>)> {
        let object = match self.state {
            State::Known(json) if call(json).is_none() => json.as_object(),
            _ => None,
        };
        let entries = object.into_iter().flat_map(Object::iter);
        entries
            .map(move |(key, value)| (key, Self::new(self.world, value)))
            .filter(|(_, node)| !node.is_absent())
    }

    /// The pieces of the text: what is known of it.
    pub(super) fn parts(self) -> Vec<Part<'w>> {
        let mut parts = Parts {
            list: Vec::new(),
            left: Parts::MOST,
        };
        self.push_parts(&mut parts);
        parts.list
    }

    fn push_parts(self, parts: &mut Parts<'w>) {
        if parts.left == 0 || !self.world.step() {
            parts.give_up();
            return;
        }
        let State::Known(json) = self.state else {
            if !self.is_absent() {
                parts.push(Part::Unknown);
            }
            return;
        };
        match json {
            Json::String(text) if text.contains("{{resolve:") => parts.push(Part::Unknown),
            Json::String(text) => parts.text(Cow::Borrowed(text.as_ref())),
            Json::Number(number) => parts.text(Cow::Owned(number.to_string())),
            Json::Bool(true) => parts.text(Cow::Borrowed("true")),
            Json::Bool(false) => parts.text(Cow::Borrowed("false")),
            Json::Null | Json::Array(_) => parts.push(Part::Unknown),
            Json::Object(_) => match self.call() {
                Some((function, argument)) => self.push_call(function, argument, parts),
                None => parts.push(Part::Unknown),
            },
        }
    }

    fn push_call(self, function: Function, argument: &'w Json, parts: &mut Parts<'w>) {
        let reference = |id: &'w str, attribute: Option<&'w str>| {
            Part::Reference(Cow::Borrowed(id), attribute.map(Cow::Borrowed))
        };
        let pushed = match (function, argument) {
            (Function::Ref, Json::String(name)) => {
                parts.push(reference(name, None));
                true
            }
            (Function::GetAtt, argument) => match attribute(argument) {
                Some((id, attribute)) => {
                    parts.push(reference(id, Some(attribute)));
                    true
                }
                None => false,
            },
            (Function::Sub, Json::String(text)) => {
                self.push_sub(text, None, parts);
                true
            }
            (Function::Sub, Json::Array(arguments)) => match arguments.as_slice() {
                [Json::String(text), variables] => {
                    self.push_sub(text, variables.as_object(), parts);
                    true
                }
                _ => false,
            },
            (Function::Join, Json::Array(arguments)) => match arguments.as_slice() {
                [Json::String(delimiter), list] => self.push_joined(delimiter, list, parts),
                _ => false,
            },
            (Function::Select, Json::Array(arguments)) => match arguments.as_slice() {
                [index, list] => {
                    let index = Self::new(self.world, index).integer();
                    let items = Self::new(self.world, list).list();
                    let item = index
                        .and_then(|index| usize::try_from(index).ok())
                        .and_then(|index| items?.get(index).copied());
                    item.is_some_and(|item| {
                        item.push_parts(parts);
                        true
                    })
                }
                _ => false,
            },
            _ => false,
        };
        if !pushed {
            parts.push(Part::Unknown);
        }
    }

    fn push_joined(self, delimiter: &'w str, list: &'w Json, parts: &mut Parts<'w>) -> bool {
        let Some(items) = Self::new(self.world, list).list() else {
            return false;
        };
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                parts.text(Cow::Borrowed(delimiter));
            }
            item.push_parts(parts);
        }
        true
    }

    fn push_sub(self, text: &'w str, variables: Option<&'w Object>, parts: &mut Parts<'w>) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            parts.text(Cow::Borrowed(before));
            let Some((name, after)) = after.split_once('}') else {
                parts.text(Cow::Borrowed("${"));
                rest = after;
                continue;
            };
            rest = after;
            if parts.left == 0 || !self.world.step() {
                parts.give_up();
                return;
            }
            let name = name.trim();
            if let Some(literal) = name.strip_prefix('!') {
                parts.text(Cow::Owned(format!("${{{literal}}}")));
            } else if let Some(value) = variables.and_then(|variables| variables.get(name)) {
                Self::new(self.world, value).push_parts(parts);
            } else if let Some(value) = self.world.parameter(name) {
                Self::new(self.world, value).push_parts(parts);
            } else if let Some((id, attribute)) = name.split_once('.') {
                parts.push(Part::Reference(
                    Cow::Borrowed(id),
                    Some(Cow::Borrowed(attribute)),
                ));
            } else if name.starts_with("AWS::") || self.world.is_resource(name) {
                parts.push(Part::Reference(Cow::Borrowed(name), None));
            } else {
                parts.push(Part::Unknown);
            }
        }
        parts.text(Cow::Borrowed(rest));
    }

    /// The resource that the value is a reference to, with the attribute if it is one.
    pub(super) fn target(self) -> Option<(Resource<'w>, Option<Cow<'w, str>>)> {
        let parts = self.parts();
        let [Part::Reference(id, attribute)] = parts.as_slice() else {
            return None;
        };
        Some((self.world.resource(id)?, attribute.clone()))
    }

    /// The resource of a type that the value names: by a reference, or by the literal name that the
    /// resource gives itself with the property.
    pub(super) fn named(self, kind: &str, property: &'static str) -> Option<Resource<'w>> {
        if let Some((resource, _)) = self.target() {
            return (resource.kind() == kind).then_some(resource);
        }
        self.world.named(kind, property, &self.text()?)
    }

    /// What is known of it as it stands, a function that yields a text included.
    pub(super) fn known(self) -> Option<&'w Json> {
        match self.state {
            State::Known(json) => Some(json),
            _ => None,
        }
    }

    /// In the words of a message: its text, or what kind of value it is.
    pub(super) fn shown(self) -> String {
        if let Some(text) = self.text() {
            return text.chars().take(120).collect();
        }
        match self.state {
            State::Absent => "nothing".to_owned(),
            State::Unknown => "an unknown value".to_owned(),
            State::Known(json) => match self.call() {
                Some((function, _)) => function.key().to_owned(),
                None => json.kind().to_owned(),
            },
        }
    }

    fn call(self) -> Option<(Function, &'w Json)> {
        call(self.known()?)
    }
}

/// A text while it is put together.
struct Parts<'w> {
    list: Vec<Part<'w>>,
    /// So many bytes may still come.
    left: usize,
}

impl<'w> Parts<'w> {
    /// No property takes a text that is longer than this.
    const MOST: usize = 200_000;

    fn push(&mut self, part: Part<'w>) {
        if self.left > 0 {
            self.left -= 1;
            self.list.push(part);
        }
    }

    fn text(&mut self, text: Cow<'w, str>) {
        if text.is_empty() || self.left == 0 {
            return;
        }
        if text.len() >= self.left {
            self.give_up();
            return;
        }
        self.left -= text.len();
        if let Some(Part::Text(before)) = self.list.last_mut() {
            before.to_mut().push_str(&text);
        } else {
            self.list.push(Part::Text(text));
        }
    }

    /// What is still to come is not known.
    fn give_up(&mut self) {
        if self.left > 0 {
            self.left = 0;
            self.list.push(Part::Unknown);
        }
    }
}

/// A resource in one world.
#[derive(Clone, Copy)]
pub(super) struct Resource<'w> {
    world: &'w World<'w>,
    view: ResourceView<'w>,
}

impl<'w> Resource<'w> {
    pub(super) fn new(world: &'w World<'w>, view: ResourceView<'w>) -> Self {
        Self { world, view }
    }

    /// The logical id.
    pub(super) fn id(self) -> &'w str {
        self.view.id
    }

    /// The type.
    pub(super) fn kind(self) -> &'w str {
        self.view.type_name
    }

    /// The whole entry.
    pub(super) fn entry(self) -> Node<'w> {
        Node::new(self.world, self.view.entry)
    }

    /// The properties.
    pub(super) fn properties(self) -> Node<'w> {
        self.entry().get("Properties")
    }

    /// A property.
    pub(super) fn get(self, property: &'w str) -> Node<'w> {
        self.properties().get(property)
    }

    /// The world that it is in.
    pub(super) fn world(self) -> &'w World<'w> {
        self.world
    }

    /// Whether it is the same one as another.
    pub(super) fn is(self, other: Resource<'_>) -> bool {
        self.id() == other.id()
    }

    /// The logical ids of what it is created after: what it depends on or refers to. Names of
    /// parameters may be among them.
    pub(super) fn created_after(self) -> BTreeSet<String> {
        let depends = self.entry().get("DependsOn");
        let mut ids: BTreeSet<_> = depends
            .one_or_more()
            .iter()
            .filter_map(|name| Some(name.text()?.into_owned()))
            .collect();
        let targets = self.view.properties().map(targets).unwrap_or_default();
        ids.extend(targets.into_iter().filter_map(|target| match target {
            Target::Name(id, _) => Some(id),
            Target::Condition(_) | Target::Mapping(_) => None,
        }));
        ids
    }
}
