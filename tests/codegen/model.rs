//! A schema as the emitter wants it: every reference resolved to a named object or inlined, and
//! everything that a template may not set left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Result;
use super::attributes;
use super::prune::{keep_reachable, prune};
use super::sets::Sets;
use super::types::Type;

/// A resource type.
pub(super) struct Resource {
    pub(super) kind: Type,
    /// The object types, by name; the resource's own is called like the resource.
    pub(super) objects: BTreeMap<String, Object>,
    /// The open sets of values, by name.
    pub(super) sets: BTreeMap<String, Vec<String>>,
    pub(super) attributes: Vec<String>,
    pub(super) create_only: Vec<String>,
    pub(super) conditional_create_only: Vec<String>,
    pub(super) read_only: Vec<String>,
    pub(super) write_only: Vec<String>,
    pub(super) primary_identifier: Vec<String>,
    pub(super) handlers: BTreeMap<String, Handler>,
    pub(super) tag_property: Option<String>,
}

#[derive(Default)]
pub(super) struct Handler {
    pub(super) permissions: Vec<String>,
    pub(super) timeout: Option<u64>,
}

#[derive(Default)]
pub(super) struct Object {
    /// By CloudFormation's name.
    pub(super) properties: BTreeMap<String, Property>,
    pub(super) open: bool,
    pub(super) constraints: Vec<Constraint>,
}

pub(super) struct Property {
    pub(super) required: bool,
    pub(super) shape: Shape,
}

/// What a schema states about properties in relation to each other.
pub(super) enum Constraint {
    ExactlyOne(Vec<String>),
    AtLeastOne(Vec<String>),
    Requires(String, Vec<String>),
    Excludes(String, Vec<String>),
}

pub(super) enum Shape {
    Text(Text),
    Integer {
        minimum: Option<i64>,
        maximum: Option<i64>,
        values: Vec<i64>,
    },
    Number {
        minimum: Option<f64>,
        maximum: Option<f64>,
    },
    Boolean,
    Json,
    List {
        items: Box<Shape>,
        min: Option<u64>,
        max: Option<u64>,
        unique: bool,
    },
    Map(Box<Shape>),
    Object(String),
}

pub(super) struct Text {
    pub(super) min: Option<u64>,
    pub(super) max: Option<u64>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<String>,
    /// The only value, where there is one. More than one are a set.
    pub(super) only: Option<String>,
    /// The set as it was met while reading.
    pub(super) set: Option<usize>,
    /// The set's type, once all are known.
    pub(super) set_name: Option<String>,
}

impl Resource {
    pub(super) fn read(kind: Type, schema: &Value) -> Result<Self> {
        let mut reader = Reader {
            document: schema,
            objects: BTreeMap::new(),
            inline: BTreeMap::new(),
            reading: Vec::new(),
            sets: Sets::default(),
        };
        reader.object(kind.resource, schema)?;
        let Reader {
            mut objects, sets, ..
        } = reader;

        let read_only = paths(schema, "readOnlyProperties")?;
        prune(kind.resource, &mut objects, &read_only)?;
        keep_reachable(kind.resource, &mut objects);
        let taken: BTreeSet<String> = objects.keys().cloned().collect();
        let sets = sets.named(&mut objects, &taken)?;
        let tagging = schema.get("tagging");
        let taggable =
            tagging.and_then(|tagging| tagging.get("taggable")) != Some(&Value::Bool(false));
        Ok(Self {
            kind,
            attributes: attributes::read(kind, schema, &read_only)?,
            create_only: paths(schema, "createOnlyProperties")?,
            conditional_create_only: paths(schema, "conditionalCreateOnlyProperties")?,
            write_only: paths(schema, "writeOnlyProperties")?,
            primary_identifier: paths(schema, "primaryIdentifier")?,
            read_only,
            handlers: handlers(schema)?,
            tag_property: tagging
                .filter(|_| taggable)
                .and_then(|tagging| tagging.get("tagProperty")?.as_str())
                .map(|path| path.trim_start_matches("/properties").to_owned()),
            objects,
            sets,
        })
    }
}

struct Reader<'a> {
    document: &'a Value,
    objects: BTreeMap<String, Object>,
    /// Objects without a definition of their own, by the name that they got.
    inline: BTreeMap<String, &'a Value>,
    reading: Vec<String>,
    sets: Sets,
}

impl<'a> Reader<'a> {
    /// Reads an object type, unless it is known.
    fn object(&mut self, name: &str, schema: &'a Value) -> Result<Shape> {
        if self.reading.iter().any(|reading| reading == name) {
            return Err(format!(
                "`{name}` contains itself: teach the emitter where to box"
            ));
        }
        if !self.objects.contains_key(name) {
            self.reading.push(name.to_owned());
            let object = self.read_object(name, schema)?;
            self.reading.pop();
            self.objects.insert(name.to_owned(), object);
        }
        Ok(Shape::Object(name.to_owned()))
    }

    fn read_object(&mut self, name: &str, schema: &'a Value) -> Result<Object> {
        let mut object = Object {
            open: schema.get("additionalProperties") != Some(&Value::Bool(false))
                || schema.get("patternProperties").is_some(),
            ..Object::default()
        };
        let required = texts(schema, "required")?;
        let mut declared: Vec<(&'a String, &'a Value)> = entries(schema, "properties");
        // Alternatives with properties of their own are one object of which a template sets one.
        for alternative in list(schema, "oneOf") {
            declared.extend(entries(alternative, "properties"));
            object.open &= alternative.get("additionalProperties") != Some(&Value::Bool(false));
        }
        for (property, schema) in declared {
            let shape = self
                .shape(property, name, schema)
                .map_err(|message| format!("{property}: {message}"))?;
            let required = required.contains(property);
            object
                .properties
                .insert(property.clone(), Property { required, shape });
        }
        object.constraints = constraints(schema)?;
        for property in required
            .iter()
            .chain(object.constraints.iter().flat_map(Constraint::names))
        {
            if !object.properties.contains_key(property) {
                return Err(format!(
                    "`{name}` speaks of `{property}`, which it does not have"
                ));
            }
        }
        Ok(object)
    }

    /// The shape of `property` of the object `parent`.
    fn shape(&mut self, property: &str, parent: &str, schema: &'a Value) -> Result<Shape> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference
                .strip_prefix("#/definitions/")
                .ok_or_else(|| format!("`{reference}` is not a definition"))?;
            let target = self
                .document
                .pointer(&format!("/definitions/{name}"))
                .ok_or_else(|| format!("no definition `{name}`"))?;
            return self.named(name, parent, target);
        }
        if is_object(schema) {
            let name = self.inline_name(property, parent, schema);
            return self.object(&name, schema);
        }
        self.plain(property, parent, schema)
    }

    /// The shape of a definition.
    fn named(&mut self, name: &str, parent: &str, schema: &'a Value) -> Result<Shape> {
        if is_object(schema) {
            self.object(name, schema)
        } else {
            self.shape(name, parent, schema)
        }
    }

    /// A name for an object that the schema left without: the property's, unless that is taken.
    fn inline_name(&mut self, property: &str, parent: &str, schema: &'a Value) -> String {
        let defined = self
            .document
            .pointer(&format!("/definitions/{property}"))
            .is_some();
        let other = self
            .inline
            .get(property)
            .is_some_and(|other| *other != schema);
        if defined || other {
            return format!("{parent}{property}");
        }
        self.inline.insert(property.to_owned(), schema);
        property.to_owned()
    }

    /// Anything but an object with properties.
    fn plain(&mut self, property: &str, parent: &str, schema: &'a Value) -> Result<Shape> {
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            None if schema.get("anyOf").is_some() => return Ok(Shape::Json),
            _ => return Err(format!("no type in {schema}")),
        };
        Ok(match kinds.as_slice() {
            ["string"] => Shape::Text(self.text(property, parent, schema)?),
            ["integer"] => Shape::Integer {
                minimum: integer(schema, "minimum")?,
                maximum: integer(schema, "maximum")?,
                values: list(schema, "enum")
                    .iter()
                    .filter_map(Value::as_i64)
                    .collect(),
            },
            ["number"] => Shape::Number {
                minimum: schema.get("minimum").and_then(Value::as_f64),
                maximum: schema.get("maximum").and_then(Value::as_f64),
            },
            ["boolean"] => Shape::Boolean,
            ["array"] => {
                let items = schema.get("items").ok_or("a list of what?")?;
                Shape::List {
                    items: Box::new(self.shape(
                        &super::naming::singular(property),
                        parent,
                        items,
                    )?),
                    min: schema.get("minItems").and_then(Value::as_u64),
                    max: schema.get("maxItems").and_then(Value::as_u64),
                    unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
                }
            }
            ["object"] => match entries(schema, "patternProperties").first() {
                Some((_, values)) => Shape::Map(Box::new(self.shape(property, parent, values)?)),
                None => Shape::Json,
            },
            _ => Shape::Json,
        })
    }

    fn text(&mut self, property: &str, parent: &str, schema: &'a Value) -> Result<Text> {
        let mut values = texts(schema, "enum")?;
        values.sort();
        values.dedup();
        let constant = schema
            .get("const")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let several = values.len() > 1 && constant.is_none();
        Ok(Text {
            min: schema.get("minLength").and_then(Value::as_u64),
            max: schema.get("maxLength").and_then(Value::as_u64),
            pattern: schema
                .get("pattern")
                .and_then(Value::as_str)
                .map(str::to_owned),
            format: schema
                .get("format")
                .and_then(Value::as_str)
                .map(str::to_owned),
            set_name: None,
            set: several.then(|| self.sets.add(property, parent, values.clone())),
            only: constant.or_else(|| if several { None } else { values.pop() }),
        })
    }
}

impl Shape {
    /// Itself, or what a list or map is made of.
    pub(super) fn innermost(&self) -> &Self {
        match self {
            Self::List { items, .. } | Self::Map(items) => items.innermost(),
            shape => shape,
        }
    }

    pub(super) fn innermost_mut(&mut self) -> &mut Self {
        match self {
            Self::List { items, .. } | Self::Map(items) => items.innermost_mut(),
            shape => shape,
        }
    }
}

impl Constraint {
    fn names(&self) -> Vec<&String> {
        match self {
            Self::ExactlyOne(names) | Self::AtLeastOne(names) => names.iter().collect(),
            Self::Requires(name, names) | Self::Excludes(name, names) => {
                std::iter::once(name).chain(names).collect()
            }
        }
    }
}

fn constraints(schema: &Value) -> Result<Vec<Constraint>> {
    let mut constraints = Vec::new();
    // `[{ required: [A] }, { required: [B] }]`: one of A and B.
    let alternatives = |key: &str| -> Result<Vec<String>> {
        let mut names = Vec::new();
        for alternative in list(schema, key) {
            names.extend(texts(alternative, "required")?);
        }
        if names.len() != list(schema, key).len() {
            return Err(format!("`{key}` is more than a choice of properties"));
        }
        Ok(names)
    };
    let exactly = [alternatives("oneOf")?, texts(schema, "requiredXor")?];
    constraints.extend(
        exactly
            .into_iter()
            .filter(|one| !one.is_empty())
            .map(Constraint::ExactlyOne),
    );
    let some = [alternatives("anyOf")?, texts(schema, "requiredOr")?];
    constraints.extend(
        some.into_iter()
            .filter(|one| !one.is_empty())
            .map(Constraint::AtLeastOne),
    );
    for (name, _) in entries(schema, "dependentRequired") {
        let others = texts(&schema["dependentRequired"], name)?;
        constraints.push(Constraint::Requires(name.clone(), others));
    }
    for (name, _) in entries(schema, "dependentExcluded") {
        let others = texts(&schema["dependentExcluded"], name)?;
        constraints.push(Constraint::Excludes(name.clone(), others));
    }
    Ok(constraints)
}

fn handlers(schema: &Value) -> Result<BTreeMap<String, Handler>> {
    let mut handlers = BTreeMap::new();
    for (name, handler) in entries(schema, "handlers") {
        let permissions = texts(handler, "permissions")?;
        let timeout = handler.get("timeoutInMinutes").and_then(Value::as_u64);
        handlers.insert(
            name.clone(),
            Handler {
                permissions,
                timeout,
            },
        );
    }
    Ok(handlers)
}

/// Whether it becomes a struct: known keys, or none at all.
fn is_object(schema: &Value) -> bool {
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false))
        && schema.get("patternProperties").is_none()
        && schema.get("type") == Some(&Value::String("object".to_owned()));
    let alternatives = list(schema, "oneOf")
        .iter()
        .any(|one| one.get("properties").is_some());
    closed || alternatives || schema.get("properties").is_some()
}

/// Property paths, without the `/properties` that all of them begin with.
fn paths(schema: &Value, key: &str) -> Result<Vec<String>> {
    let mut paths: Vec<String> = texts(schema, key)?
        .iter()
        .map(|path| {
            path.trim_start_matches("/properties")
                .replace("/properties/", "/")
        })
        .collect();
    if key != "primaryIdentifier" {
        paths.sort();
        paths.dedup();
    }
    Ok(paths)
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn entries<'a>(schema: &'a Value, key: &str) -> Vec<(&'a String, &'a Value)> {
    schema
        .get(key)
        .and_then(Value::as_object)
        .map_or_else(Vec::new, |map: &Map<_, _>| map.iter().collect())
}

fn texts(schema: &Value, key: &str) -> Result<Vec<String>> {
    list(schema, key)
        .iter()
        .map(|text| {
            text.as_str()
                .map(str::to_owned)
                .ok_or_else(|| format!("`{key}` holds {text}"))
        })
        .collect()
}

fn integer(schema: &Value, key: &str) -> Result<Option<i64>> {
    let Some(bound) = schema.get(key) else {
        return Ok(None);
    };
    bound
        .as_i64()
        .map(Some)
        .ok_or_else(|| format!("`{key}` is {bound}"))
}
