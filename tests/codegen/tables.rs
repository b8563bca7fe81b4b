//! The facts of a schema as static tables: one line per property, so that the diff of a schema
//! update reads as a list of what changed.

use std::fmt::Write as _;

use super::model::{Constraint, Handler, Object, Resource, Shape, Text};
use super::naming;

/// The statics of a resource's module.
pub(super) fn tables(resource: &Resource, out: &mut String) {
    let kind = resource.kind;
    let own = naming::constant(kind.resource);
    let handler = |name: &str| match resource.handlers.get(name) {
        None => "None".to_owned(),
        Some(Handler {
            permissions,
            timeout,
        }) => format!(
            "Some(Handler {{ permissions: {}, timeout_minutes: {} }})",
            list(permissions),
            option(timeout.as_ref())
        ),
    };
    let tag_property = match &resource.tag_property {
        Some(path) => format!("Some({})", text(path)),
        None => "None".to_owned(),
    };
    out.push_str("\n#[rustfmt::skip]\nstatic SCHEMA: ResourceSchema = ResourceSchema {\n");
    let fields = [
        ("type_name", text(&kind.name())),
        ("properties", format!("&{own}")),
        ("create_only", list(&resource.create_only)),
        (
            "conditional_create_only",
            list(&resource.conditional_create_only),
        ),
        ("read_only", list(&resource.read_only)),
        ("write_only", list(&resource.write_only)),
        ("primary_identifier", list(&resource.primary_identifier)),
        ("attributes", list(&resource.attributes)),
        ("open_attributes", super::attributes::open(kind).to_string()),
    ];
    for (name, value) in fields {
        let _ = writeln!(out, "    {name}: {value},");
    }
    out.push_str("    handlers: Handlers {\n");
    for name in ["create", "read", "update", "delete", "list"] {
        let _ = writeln!(out, "        {name}: {},", handler(name));
    }
    let _ = writeln!(out, "    }},\n    tag_property: {tag_property},\n}};");

    for (name, object) in &resource.objects {
        let constant = naming::constant(name);
        let stated = if name == kind.resource {
            kind.name()
        } else {
            name.clone()
        };
        let _ = writeln!(
            out,
            "\n#[rustfmt::skip]\nstatic {constant}: ObjectSchema = ObjectSchema {{\n    name: {},\n    properties: &[",
            text(&stated)
        );
        for (name, property) in &object.properties {
            let _ = writeln!(
                out,
                "        Property {{ name: {}, required: {}, schema: {} }},",
                text(name),
                property.required,
                shape(&property.shape)
            );
        }
        let _ = writeln!(
            out,
            "    ],\n    open: {},\n    constraints: {},\n}};",
            object.open,
            constraints(object)
        );
    }
}

fn constraints(object: &Object) -> String {
    let constraints: Vec<String> = object
        .constraints
        .iter()
        .map(|constraint| match constraint {
            Constraint::ExactlyOne(names) => format!("Constraint::ExactlyOne({})", list(names)),
            Constraint::AtLeastOne(names) => format!("Constraint::AtLeastOne({})", list(names)),
            Constraint::Requires(name, names) => {
                format!("Constraint::Requires({}, {})", text(name), list(names))
            }
            Constraint::Excludes(name, names) => {
                format!("Constraint::Excludes({}, {})", text(name), list(names))
            }
        })
        .collect();
    format!("&[{}]", constraints.join(", "))
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Text(text) => string(text),
        Shape::Integer {
            minimum,
            maximum,
            values,
        } => {
            let values: Vec<String> = values.iter().map(i64::to_string).collect();
            format!(
                "Schema::Integer {{ minimum: {}, maximum: {}, values: &[{}] }}",
                option(minimum.as_ref()),
                option(maximum.as_ref()),
                values.join(", ")
            )
        }
        Shape::Number { minimum, maximum } => {
            let bound = |bound: &Option<f64>| match bound {
                Some(bound) => format!("Some({bound:?})"),
                None => "None".to_owned(),
            };
            format!(
                "Schema::Number {{ minimum: {}, maximum: {} }}",
                bound(minimum),
                bound(maximum)
            )
        }
        Shape::Boolean => "Schema::Boolean".to_owned(),
        Shape::Json => "Schema::Json".to_owned(),
        Shape::List {
            items,
            min,
            max,
            unique,
        } => format!(
            "Schema::List(&ListSchema {{ items: {}, min_items: {}, max_items: {}, unique_items: {unique} }})",
            self::shape(items),
            option(min.as_ref()),
            option(max.as_ref())
        ),
        Shape::Map(values) => format!("Schema::Map(&{})", self::shape(values)),
        Shape::Object(name) => format!("Schema::Object(&{})", naming::constant(name)),
    }
}

fn string(schema: &Text) -> String {
    let mut fields = Vec::new();
    if let Some(min) = schema.min {
        fields.push(format!("min_length: Some({min})"));
    }
    if let Some(max) = schema.max {
        fields.push(format!("max_length: Some({max})"));
    }
    if let Some(pattern) = &schema.pattern {
        fields.push(format!("pattern: Some({})", text(pattern)));
    }
    if let Some(format) = &schema.format {
        fields.push(format!("format: Some({})", text(format)));
    }
    match (&schema.set_name, &schema.only) {
        (Some(set), _) => fields.push(format!("values: {set}::VALUES")),
        (None, Some(only)) => fields.push(format!("values: &[{}]", text(only))),
        (None, None) => {}
    }
    if fields.is_empty() {
        return "Schema::String(&StringSchema::ANY)".to_owned();
    }
    format!(
        "Schema::String(&StringSchema {{ {}, ..StringSchema::ANY }})",
        fields.join(", ")
    )
}

/// A literal; a raw one where escapes would hide a pattern.
pub(super) fn text(text: &str) -> String {
    if !text.contains(['"', '\\']) || text.contains(char::is_control) {
        format!("{text:?}")
    } else if text.contains('"') {
        format!("r#\"{text}\"#")
    } else {
        format!("r\"{text}\"")
    }
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|item| text(item)).collect();
    format!("&[{}]", texts.join(", "))
}

fn option<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(
        || "None".to_owned(),
        |value| format!("Some({})", value.to_string()),
    )
}
