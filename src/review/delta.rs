//! The deep comparison of two values: which parts differ, and which of these cannot change in place.

use std::collections::BTreeMap;

use crate::cfn::ResourceSchema;
use crate::json::{Json, Object};

use super::reference::{call, certainly_differ, is_no_value, same};
use super::secret::{self, Place, masked};
use super::{PropertyChange, Recreation};

/// What identifies an item of a list, the most specific first.
const KEYS: &[&str] = &[
    "VariantName",
    "ContainerHostname",
    "Sid",
    "PolicyName",
    "Key",
    "Name",
    "AlarmName",
    "DestinationIdentifier",
    "Id",
    "InstanceType",
];

/// What decides whether a change replaces a resource.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rules {
    /// The registry's schema.
    Schema(&'static ResourceSchema),
    /// No schema is known: any change may.
    Unknown,
    /// It is no property of a resource that is changed: none does.
    Nothing,
}

/// How a property's path stands to the paths that cannot change in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It is one of them, or below one.
    Within,
    /// One of them is below it: the rest of the path.
    Above(&'static str),
}

impl Rules {
    /// Whether a change at this path (list items as `*`) from one value to the other replaces the
    /// resource.
    fn recreation(self, path: &[&str], before: Option<&Json>, after: Option<&Json>) -> Recreation {
        let schema = match self {
            Self::Schema(schema) => schema,
            Self::Unknown => return Recreation::Conditionally,
            Self::Nothing => return Recreation::Never,
        };
        let always = schema
            .create_only
            .iter()
            .filter_map(|pointer| touched(pointer, path, before, after))
            .max();
        let may = schema
            .conditional_create_only
            .iter()
            .filter_map(|pointer| touched(pointer, path, before, after))
            .map(|_| Recreation::Conditionally)
            .max();
        always.max(may).unwrap_or(Recreation::Never)
    }

    /// Whether the property at this path cannot change in place; `None` where that is not known.
    pub(super) fn create_only(self, path: &[&str]) -> Option<bool> {
        match self {
            Self::Nothing => Some(false),
            Self::Unknown => None,
            Self::Schema(schema) => {
                let within = |pointers: &'static [&'static str]| {
                    pointers
                        .iter()
                        .any(|pointer| relation(pointer, path) == Some(Match::Within))
                };
                if within(schema.create_only) {
                    Some(true)
                } else if within(schema.conditional_create_only) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }

    fn is_tag(self, path: &[&str]) -> bool {
        let Self::Schema(schema) = self else {
            return path.first() == Some(&"Tags");
        };
        schema
            .tag_property
            .is_some_and(|pointer| relation(pointer, path) == Some(Match::Within))
    }
}

/// How a path stands to a schema's pointer, such as `/A/*/B`.
fn relation(pointer: &'static str, path: &[&str]) -> Option<Match> {
    let mut rest = pointer.strip_prefix('/')?;
    let mut steps = path.iter();
    loop {
        let Some(step) = steps.next() else {
            return Some(Match::Above(rest));
        };
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        if segment != *step {
            return None;
        }
        match after {
            Some(after) => rest = after,
            None => return Some(Match::Within),
        }
    }
}

/// Whether a change touches what a pointer names, and how certain that is.
fn touched(
    pointer: &'static str,
    path: &[&str],
    before: Option<&Json>,
    after: Option<&Json>,
) -> Option<Recreation> {
    let grade = |certain| {
        if certain {
            Recreation::Always
        } else {
            Recreation::Conditionally
        }
    };
    let rest = match relation(pointer, path)? {
        Match::Within => return Some(grade(certainly_differ(before, after))),
        Match::Above(rest) => rest,
    };
    let unknown = |value: Option<&Json>| value.is_some_and(|value| call(value).is_some());
    if unknown(before) || unknown(after) {
        return Some(Recreation::Conditionally);
    }
    let (mut old, mut new) = (Vec::new(), Vec::new());
    pick(before, rest, &mut old);
    pick(after, rest, &mut new);
    let equal = old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| same(old, new));
    if equal {
        return None;
    }
    let certain = old.len() != new.len()
        || old
            .iter()
            .zip(&new)
            .any(|(old, new)| certainly_differ(Some(old), Some(new)));
    Some(grade(certain))
}

/// The values below a value that a path names.
fn pick<'a>(value: Option<&'a Json>, rest: &str, found: &mut Vec<&'a Json>) {
    let Some(value) = value else { return };
    let (segment, after) = match rest.split_once('/') {
        Some((segment, after)) => (segment, Some(after)),
        None => (rest, None),
    };
    let next: Vec<&Json> = match (segment, value) {
        ("*", Json::Array(items)) => items.iter().collect(),
        (key, Json::Object(object)) => object.get(key).into_iter().collect(),
        _ => Vec::new(),
    };
    for value in next {
        match after {
            Some(after) => pick(Some(value), after, found),
            None => found.push(value),
        }
    }
}

/// The parts in which two objects differ, such as the properties of a resource.
pub(super) fn objects(
    rules: Rules,
    place: Place,
    before: Option<&Json>,
    after: Option<&Json>,
) -> Vec<PropertyChange> {
    static NOTHING: Json = Json::Object(Object::new());
    let mut delta = Delta {
        rules,
        pointer: Vec::new(),
        shown: Vec::new(),
        changes: Vec::new(),
    };
    let before = before.unwrap_or(&NOTHING);
    let after = after.unwrap_or(&NOTHING);
    delta.value(Some(before), Some(after), place);
    delta.changes
}

/// The parts in which two values differ, below a path that is shown.
pub(super) fn values(
    path: &str,
    place: Place,
    before: Option<&Json>,
    after: Option<&Json>,
) -> Vec<PropertyChange> {
    let mut delta = Delta {
        rules: Rules::Nothing,
        pointer: Vec::new(),
        shown: vec![path.to_owned()],
        changes: Vec::new(),
    };
    delta.value(before, after, place);
    delta.changes
}

/// A key as a step of a path.
pub(super) fn key_step(key: &str) -> String {
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_-:/".contains(character));
    if plain {
        key.to_owned()
    } else {
        format!(
            "[{}]",
            super::show::value(&Json::from(secret::text(key).into_owned()))
        )
    }
}

/// A path from its steps.
pub(super) fn join(steps: &[String]) -> String {
    let mut path = String::new();
    for step in steps {
        if !path.is_empty() && !step.starts_with('[') {
            path.push('.');
        }
        path.push_str(step);
    }
    path
}

struct Delta<'a> {
    rules: Rules,
    /// Where it is in the words of the schema.
    pointer: Vec<&'a str>,
    /// Where it is in words for people.
    shown: Vec<String>,
    changes: Vec<PropertyChange>,
}

impl<'a> Delta<'a> {
    fn value(&mut self, before: Option<&'a Json>, after: Option<&'a Json>, place: Place) {
        let before = before.filter(|value| !is_no_value(value));
        let after = after.filter(|value| !is_no_value(value));
        let (old, new) = match (before, after) {
            (None, None) => return,
            (Some(old), Some(new)) => (old, new),
            _ => return self.push(before, after, place),
        };
        if same(old, new) {
            return;
        }
        match (old, new) {
            (Json::Object(ours), Json::Object(theirs))
                if call(old).is_none() && call(new).is_none() =>
            {
                self.object(ours, theirs, place);
            }
            (Json::Array(ours), Json::Array(theirs)) => self.array(ours, theirs, old, new, place),
            _ => self.push(before, after, place),
        }
    }

    fn object(&mut self, before: &'a Object, after: &'a Object, place: Place) {
        // By name, so that the order in which keys are written changes nothing.
        let mut keys: BTreeMap<&'a str, (Option<&'a Json>, Option<&'a Json>)> = BTreeMap::new();
        for (key, value) in before.iter() {
            keys.entry(key).or_default().0 = Some(value);
        }
        for (key, value) in after.iter() {
            keys.entry(key).or_default().1 = Some(value);
        }
        for (key, (old, new)) in keys {
            let secret = place.at(before, key) == Place::Secret;
            let below = if secret {
                Place::Secret
            } else {
                place.at(after, key)
            };
            self.pointer.push(key);
            self.shown.push(key_step(key));
            self.value(old, new, below);
            self.shown.pop();
            self.pointer.pop();
        }
    }

    fn array(
        &mut self,
        before: &'a [Json],
        after: &'a [Json],
        old: &'a Json,
        new: &'a Json,
        place: Place,
    ) {
        let is_structured = |items: &[Json]| {
            items
                .iter()
                .all(|item| item.as_object().is_some() && call(item).is_none())
        };
        // A list of texts is read as a whole.
        if !is_structured(before) || !is_structured(after) {
            return self.push(Some(old), Some(new), place);
        }
        match identified(before, after) {
            Some((before, after)) => self.keyed(&before, &after, place),
            None => self.indexed(before, after, place),
        }
    }

    fn keyed(
        &mut self,
        before: &[(&'a str, &'a Json)],
        after: &[(&'a str, &'a Json)],
        place: Place,
    ) {
        let old: BTreeMap<&str, &'a Json> = before.iter().copied().collect();
        let new: BTreeMap<&str, &'a Json> = after.iter().copied().collect();
        self.pointer.push("*");
        let gone = before.iter().filter(|(key, _)| !new.contains_key(key));
        for (key, _) in after.iter().chain(gone) {
            self.shown.push(format!("[{}]", super::show::line(key)));
            self.value(old.get(key).copied(), new.get(key).copied(), place);
            self.shown.pop();
        }
        self.pointer.pop();
        let order =
            |items: &[(&'a str, &'a Json)], others: &BTreeMap<&str, &Json>| -> Vec<&'a str> {
                items
                    .iter()
                    .map(|(key, _)| *key)
                    .filter(|key| others.contains_key(key))
                    .collect()
            };
        let (old, new) = (order(before, &new), order(after, &old));
        // Tags are a set.
        if old != new && !self.rules.is_tag(&self.pointer) {
            let names = |names: Vec<&str>| {
                let names = names.into_iter().map(str::to_owned).collect::<Vec<_>>();
                Some(Json::from(names))
            };
            let change = PropertyChange {
                path: join(&self.shown),
                requires_recreation: self.rules.recreation(&self.pointer, None, None),
                before: names(old),
                after: names(new),
                masked: false,
                reordered: true,
                tag: false,
            };
            self.changes.push(change);
        }
    }

    /// What is equal at both ends belongs together, so that one item put between others is one
    /// change.
    fn indexed(&mut self, before: &'a [Json], after: &'a [Json], place: Place) {
        let shorter = before.len().min(after.len());
        let head = before
            .iter()
            .zip(after)
            .take_while(|(before, after)| same(before, after))
            .count();
        let tail = before
            .iter()
            .rev()
            .zip(after.iter().rev())
            .take(shorter - head)
            .take_while(|(before, after)| same(before, after))
            .count();
        let old = &before[head..before.len() - tail];
        let new = &after[head..after.len() - tail];
        self.pointer.push("*");
        for index in 0..old.len().max(new.len()) {
            self.shown.push(format!("[{}]", head + index));
            self.value(old.get(index), new.get(index), place);
            self.shown.pop();
        }
        self.pointer.pop();
    }

    fn push(&mut self, before: Option<&Json>, after: Option<&Json>, place: Place) {
        let mut any = false;
        let mut mask = |value: Option<&Json>| {
            let (value, masked) = masked(value?, place);
            any |= masked;
            Some(value)
        };
        let (shown_before, shown_after) = (mask(before), mask(after));
        let change = PropertyChange {
            path: join(&self.shown),
            before: shown_before,
            after: shown_after,
            requires_recreation: self.rules.recreation(&self.pointer, before, after),
            masked: any,
            reordered: false,
            tag: self.rules.is_tag(&self.pointer),
        };
        self.changes.push(change);
    }
}

type Items<'a> = Vec<(&'a str, &'a Json)>;

/// The items of two lists by what identifies them, where one key does so in both.
fn identified<'a>(before: &'a [Json], after: &'a [Json]) -> Option<(Items<'a>, Items<'a>)> {
    let by = |items: &'a [Json], key: &str| -> Option<Items<'a>> {
        let items: Items<'a> = items
            .iter()
            .map(|item| Some((item.get(key)?.as_str()?, item)))
            .collect::<Option<_>>()?;
        let mut names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let distinct = names.windows(2).all(|pair| pair[0] != pair[1]);
        let harmless = names.iter().all(|name| !secret::looks_like_one(name));
        (distinct && harmless).then_some(items)
    };
    KEYS.iter()
        .find_map(|key| Some((by(before, key)?, by(after, key)?)))
}
