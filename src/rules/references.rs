//! What a template refers to is there, and nothing refers to itself in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::cfn::schema_of;
use crate::finding::{Finding, closest};
use crate::json::{Json, Object};
use crate::template::Template;
use crate::template::reference::{Target, placeholders, targets};
use crate::value::{Function, Pseudo};

use super::circles::circles;
use super::path::Path;

pub(super) fn check(template: &Template) -> Vec<Finding> {
    let names = Names::of(template);
    let mut walk = Walk {
        names: &names,
        findings: Vec::new(),
        edges: Vec::new(),
        from: None,
    };
    let mut graph = vec![Vec::new(); names.resources.len()];
    for resource in template.resources() {
        walk.from = Some(resource.id);
        let Some(entry) = resource.entry.as_object() else {
            continue;
        };
        for (key, value) in entry.iter() {
            let path = Path::Root.key(key);
            match key {
                "DependsOn" => walk.depends_on(value, &path),
                "Condition" => walk.condition(value, &path),
                // Properties are named without their section, as people know them.
                "Properties" => walk.value(value, &Path::Root),
                "Metadata" | "CreationPolicy" | "UpdatePolicy" => walk.value(value, &path),
                _ => {}
            }
        }
        if let Some(resource) = names.resources.get(resource.id) {
            let mut edges = std::mem::take(&mut walk.edges);
            // A circle is one, however many of its references close it.
            let mut known = BTreeSet::new();
            edges.retain(|target| known.insert(*target));
            graph[resource.index] = edges;
        }
    }
    for (name, output) in template
        .section("Outputs")
        .into_iter()
        .flat_map(Object::iter)
    {
        walk.from = Some(name);
        for (key, value) in output.as_object().into_iter().flat_map(Object::iter) {
            let path = Path::Root.key(key);
            if key == "Condition" {
                walk.condition(value, &path);
            } else {
                walk.value(value, &path);
            }
        }
    }
    for (name, condition) in template
        .section("Conditions")
        .into_iter()
        .flat_map(Object::iter)
    {
        walk.from = Some(name);
        walk.condition_expression(condition, &Path::Root);
    }
    let mut findings = walk.findings;
    let ids: Vec<&str> = template.resources().map(|resource| resource.id).collect();
    let circles = circles(&graph).into_iter();
    findings.extend(circles.map(|circle| cycle(template, &names, &ids, &circle)));
    findings.extend(condition_cycles(template));
    findings
}

fn condition_cycles(template: &Template) -> Vec<Finding> {
    let Some(conditions) = template.section("Conditions") else {
        return Vec::new();
    };
    let names: Vec<&str> = conditions.keys().collect();
    let index: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
    let asked = |condition: &Json| {
        let targets = targets(condition).into_iter();
        targets
            .filter_map(|target| match target {
                Target::Condition(name) => index.get(name.as_str()).copied(),
                Target::Name(..) | Target::Mapping(_) => None,
            })
            .collect()
    };
    let graph: Vec<Vec<usize>> = conditions.iter().map(|(_, one)| asked(one)).collect();
    let finding = |circle: Vec<usize>| {
        let steps: Vec<_> = circle
            .iter()
            .zip(circle.iter().cycle().skip(1))
            .map(|(from, to)| format!("`{}` asks for `{}`", names[*from], names[*to]))
            .collect();
        let message = format!(
            "conditions depend on each other in a circle: {}",
            steps.join(", ")
        );
        Finding::error("dependency-cycle", message)
            .on(names[circle[0]])
            .hint("let one of them compare values instead")
    };
    circles(&graph).into_iter().map(finding).collect()
}

/// The names that references may use.
struct Names<'a> {
    parameters: BTreeSet<&'a str>,
    resources: BTreeMap<&'a str, Referenced<'a>>,
    conditions: BTreeSet<&'a str>,
    mappings: BTreeSet<&'a str>,
    /// A transform may add names that are not in the document.
    transformed: bool,
}

struct Referenced<'a> {
    index: usize,
    type_name: &'a str,
}

impl<'a> Names<'a> {
    fn of(template: &'a Template) -> Self {
        let keys = |section: &str| -> BTreeSet<&'a str> {
            template
                .section(section)
                .into_iter()
                .flat_map(Object::keys)
                .collect()
        };
        let resources = template.resources().enumerate().map(|(index, resource)| {
            (
                resource.id,
                Referenced {
                    index,
                    type_name: resource.type_name,
                },
            )
        });
        Self {
            parameters: keys("Parameters"),
            resources: resources.collect(),
            conditions: keys("Conditions"),
            mappings: keys("Mappings"),
            transformed: template.document.contains_key("Transform")
                || template.document.contains_key("Fn::Transform"),
        }
    }

    fn referable(&self) -> impl Iterator<Item = &'a str> {
        self.parameters
            .iter()
            .copied()
            .chain(self.resources.keys().copied())
    }
}

struct Walk<'a> {
    names: &'a Names<'a>,
    findings: Vec<Finding>,
    /// What the resource at hand refers to, by index.
    edges: Vec<usize>,
    from: Option<&'a str>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &'a Json, path: &Path<'_>) {
        match value {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &path.index(index));
                }
            }
            Json::Object(object) => {
                if let Some((key, argument)) = object.single()
                    && let Some(function) = Function::from_key(key)
                    && self.call(function, argument, path)
                {
                    return;
                }
                for (key, value) in object.iter() {
                    self.value(value, &path.key(key));
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// Checks a call; says whether its argument needs no further look.
    fn call(&mut self, function: Function, argument: &'a Json, path: &Path<'_>) -> bool {
        match (function, argument) {
            (Function::Ref, Json::String(name)) => {
                self.reference(name, path);
                true
            }
            (Function::GetAtt, Json::String(text)) => {
                if let Some((id, attribute)) = text.split_once('.') {
                    self.attribute(id, Some(attribute), path);
                }
                true
            }
            (Function::GetAtt, Json::Array(parts)) => {
                if let Some(Json::String(id)) = parts.first() {
                    self.attribute(id, parts.get(1).and_then(Json::as_str), path);
                }
                false
            }
            (Function::Sub, Json::String(text)) => {
                self.substitution(text, None, path);
                true
            }
            (Function::Sub, Json::Array(parts)) => {
                if let Some(Json::String(text)) = parts.first() {
                    self.substitution(text, parts.get(1).and_then(Json::as_object), path);
                }
                false
            }
            (Function::If, Json::Array(parts)) => {
                if let Some(condition) = parts.first() {
                    self.condition(condition, path);
                }
                false
            }
            (Function::FindInMap, Json::Array(parts)) => {
                if let Some(Json::String(name)) = parts.first()
                    && !self.names.mappings.contains(name.as_ref())
                    && !self.names.transformed
                {
                    let names = self.names;
                    self.dangling("mapping", name, names.mappings.iter().copied(), path);
                }
                false
            }
            _ => false,
        }
    }

    fn reference(&mut self, name: &'a str, path: &Path<'_>) {
        let names = self.names;
        if let Some(resource) = names.resources.get(name) {
            self.edges.push(resource.index);
        } else if !names.parameters.contains(name)
            && Pseudo::ALL.iter().all(|pseudo| pseudo.name() != name)
            && !names.transformed
        {
            if name.starts_with("AWS::") {
                let pseudo = Pseudo::ALL.iter().map(|pseudo| pseudo.name());
                self.dangling("pseudo parameter", name, pseudo, path);
            } else {
                self.dangling("parameter or resource", name, names.referable(), path);
            }
        }
    }

    fn attribute(&mut self, id: &'a str, attribute: Option<&str>, path: &Path<'_>) {
        let names = self.names;
        let Some(resource) = names.resources.get(id) else {
            if !names.transformed {
                self.dangling("resource", id, names.resources.keys().copied(), path);
            }
            return;
        };
        self.edges.push(resource.index);
        let (Some(attribute), Some(schema)) = (attribute, schema_of(resource.type_name)) else {
            return;
        };
        if schema.open_attributes || schema.attributes.contains(&attribute) {
            return;
        }
        let message = format!("`{}` has no attribute `{attribute}`", resource.type_name);
        let hint = match closest(attribute, schema.attributes.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if schema.attributes.is_empty() => "it has none".to_owned(),
            None => format!("it has `{}`", schema.attributes.join("`, `")),
        };
        self.push(
            Finding::error("unknown-attribute", message).hint(hint),
            path,
        );
    }

    fn substitution(&mut self, text: &'a str, variables: Option<&Object>, path: &Path<'_>) {
        for name in placeholders(text) {
            if variables.is_some_and(|known| known.contains_key(name)) {
                continue;
            }
            match name.split_once('.') {
                Some((id, attribute)) => self.attribute(id, Some(attribute), path),
                None => self.reference(name, path),
            }
        }
    }

    fn depends_on(&mut self, value: &'a Json, path: &Path<'_>) {
        let one = std::slice::from_ref(value);
        for id in value
            .as_array()
            .unwrap_or(one)
            .iter()
            .filter_map(Json::as_str)
        {
            self.attribute(id, None, path);
        }
    }

    fn condition(&mut self, name: &'a Json, path: &Path<'_>) {
        if let Json::String(name) = name
            && !self.names.conditions.contains(name.as_ref())
            && !self.names.transformed
        {
            let names = self.names;
            self.dangling("condition", name, names.conditions.iter().copied(), path);
        }
    }

    /// Within conditions alone, `{"Condition": …}` is a call.
    fn condition_expression(&mut self, expression: &'a Json, path: &Path<'_>) {
        match expression {
            Json::Object(object) => match object.single() {
                Some(("Condition", name)) => self.condition(name, path),
                Some((key @ ("Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals"), argument)) => {
                    self.condition_expression(argument, &path.key(key));
                }
                _ => self.value(expression, path),
            },
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.condition_expression(item, &path.index(index));
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    fn dangling<'n>(
        &mut self,
        kind: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
        path: &Path<'_>,
    ) {
        let mut finding = Finding::error(
            "dangling-reference",
            format!("no {kind} has the name `{name}`"),
        );
        if let Some(meant) = closest(name, known) {
            finding = finding.hint(format!("did you mean `{meant}`?"));
        }
        self.push(finding, path);
    }

    fn push(&mut self, finding: Finding, path: &Path<'_>) {
        let path = path.to_string();
        let finding = if path.is_empty() {
            finding
        } else {
            finding.path(path)
        };
        self.findings
            .push(finding.on(self.from.unwrap_or_default()));
    }
}

fn cycle(template: &Template, names: &Names<'_>, ids: &[&str], circle: &[usize]) -> Finding {
    let steps: Vec<String> = (0..circle.len())
        .map(|step| {
            let (from, to) = (ids[circle[step]], ids[circle[(step + 1) % circle.len()]]);
            let by = place_of_reference(template, names, from, to);
            format!("`{from}` refers to `{to}` by `{by}`")
        })
        .collect();
    let message = format!(
        "resources depend on each other in a circle: {}",
        steps.join(", ")
    );
    Finding::error("dependency-cycle", message)
        .on(ids[circle[0]])
        .hint("give one of them the other's name as a literal, or move one into another stack")
}

/// The path below `from` at which it first refers to `to`.
fn place_of_reference(template: &Template, names: &Names<'_>, from: &str, to: &str) -> String {
    let Some(resource) = template.resources().find(|resource| resource.id == from) else {
        return String::new();
    };
    let Some(target) = names.resources.get(to) else {
        return String::new();
    };
    let mut place = None;
    visit(resource.entry, &Path::Root, &mut |value, path| {
        if place.is_some() {
            return;
        }
        let mut walk = Walk {
            names,
            findings: Vec::new(),
            edges: Vec::new(),
            from: None,
        };
        let at_depends_on = matches!(path, Path::Key(Path::Root, "DependsOn"));
        if at_depends_on {
            walk.depends_on(value, path);
        } else if let Some((key, argument)) = value.as_object().and_then(Object::single)
            && let Some(function) = Function::from_key(key)
        {
            walk.call(function, argument, path);
        }
        if walk.edges.contains(&target.index) {
            place = Some(path.to_string());
        }
    });
    let place = place.unwrap_or_default();
    place
        .strip_prefix("Properties.")
        .unwrap_or(&place)
        .to_owned()
}

fn visit<'a>(value: &'a Json, path: &Path<'_>, act: &mut impl FnMut(&'a Json, &Path<'_>)) {
    act(value, path);
    match value {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &path.index(index), act);
            }
        }
        Json::Object(object) => {
            for (key, value) in object.iter() {
                visit(value, &path.key(key), act);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
