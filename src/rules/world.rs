//! What the parameters and conditions of a template may be, one combination at a time.
//!
//! A rule sees a template as it would be deployed: each world decides every condition and gives each
//! parameter that matters a value. The first world is the template with its defaults. What no world
//! knows (a parameter without a default, a function of the account) stays unknown, and no rule
//! judges it.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::{Finding, Severity};
use crate::json::{Json, Object};
use crate::template::{ResourceView, Template};
use crate::value::Function;

use super::node::{Node, Resource};

/// So many combinations are looked at; of more, the first one and those that differ from it once.
const MOST: usize = 64;
/// Not even all of those, if there are more.
const MOST_SINGLE: usize = 256;
/// Conditions that name conditions end here, also those that name themselves.
const DEPTH: usize = 32;

/// The resources of a template, to be found by id and by type.
pub(super) struct Index<'t> {
    template: &'t Template,
    by_id: BTreeMap<&'t str, ResourceView<'t>>,
    by_type: BTreeMap<&'t str, Vec<ResourceView<'t>>>,
    /// So many functions may still be followed.
    steps: Cell<u32>,
    /// So much may still be read and compared of long texts.
    work: Cell<usize>,
}

/// More functions than any template calls: one that calls itself by way of others, each several
/// times, would never end.
const STEPS: u32 = 1_000_000;
/// More characters than the policies and the state machines of any template are read for: each rule
/// reads them again in each world, and compares patterns with names.
const WORK: usize = 1 << 26;

impl<'t> Index<'t> {
    pub(super) fn of(template: &'t Template) -> Self {
        let mut by_id = BTreeMap::new();
        let mut by_type: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for view in template.resources() {
            by_id.insert(view.id, view);
            by_type.entry(view.type_name).or_default().push(view);
        }
        Self {
            template,
            by_id,
            by_type,
            steps: Cell::new(STEPS),
            work: Cell::new(WORK),
        }
    }
}

/// A template whose conditions are decided.
pub(super) struct World<'t> {
    index: &'t Index<'t>,
    parameters: BTreeMap<&'t str, &'t Json>,
    conditions: BTreeMap<&'t str, bool>,
    /// How it differs from the template with its defaults; empty for that.
    when: String,
    /// Whether it is one that the template's author has in mind: its defaults, and both ways of
    /// each condition, but not whatever else a parameter is allowed to be.
    meant: bool,
}

impl<'t> World<'t> {
    /// The template with its defaults.
    pub(super) fn first(index: &'t Index<'t>, values: &'t Values<'t>) -> World<'t> {
        Self::new(index, values, &vec![0; values.variables.len()])
    }

    /// Every world of a template that is worth a look, the one with its defaults first.
    pub(super) fn all(index: &'t Index<'t>, values: &'t Values<'t>) -> Vec<World<'t>> {
        let variables = &values.variables;
        let sizes = variables.iter().map(|variable| variable.choices.len());
        let product = sizes
            .clone()
            .try_fold(1_usize, usize::checked_mul)
            .filter(|all| *all <= MOST);
        let mut picks = vec![vec![0; variables.len()]];
        if product.is_some() {
            for (at, size) in sizes.enumerate() {
                let before = picks.clone();
                for choice in 1..size {
                    picks.extend(before.iter().cloned().map(|mut pick| {
                        pick[at] = choice;
                        pick
                    }));
                }
            }
        } else {
            for (at, size) in sizes.enumerate() {
                for choice in 1..size {
                    let mut pick = vec![0; variables.len()];
                    pick[at] = choice;
                    picks.push(pick);
                }
            }
            picks.truncate(MOST_SINGLE);
        }
        picks
            .iter()
            .map(|pick| Self::new(index, values, pick))
            .collect()
    }

    fn new(index: &'t Index<'t>, values: &'t Values<'t>, pick: &[usize]) -> Self {
        let mut world = Self {
            index,
            parameters: values
                .fixed
                .iter()
                .map(|(name, value)| (*name, value))
                .collect(),
            conditions: BTreeMap::new(),
            when: String::new(),
            meant: true,
        };
        let mut atoms = Vec::new();
        let mut differs = Vec::new();
        for (variable, &choice) in values.variables.iter().zip(pick) {
            let chosen = &variable.choices[choice];
            world.meant &= chosen.meant;
            match variable.of {
                Of::Parameter(name) => {
                    if let Some(value) = &chosen.value {
                        world.parameters.insert(name, value);
                    }
                    if choice > 0 {
                        differs.push(match &chosen.value {
                            Some(value) => format!("`{name}` is `{}`", shown(value)),
                            None => format!("`{name}` is another value"),
                        });
                    }
                }
                Of::Equals(arguments) => atoms.push((arguments, choice > 0)),
            }
        }
        let conditions = index.template.section("Conditions");
        for (name, expression) in conditions.into_iter().flat_map(Object::iter) {
            let holds = world.holds(expression, &atoms, DEPTH).unwrap_or(false);
            if atoms.iter().any(|(_, chosen)| *chosen) && holds {
                differs.push(format!("`{name}` holds"));
            }
            world.conditions.insert(name, holds);
        }
        world.when = differs.join(" and ");
        world
    }

    fn holds(&self, expression: &Json, atoms: &[(&Json, bool)], depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let (key, argument) = expression.as_object()?.single()?;
        let each = || argument.as_array().into_iter().flatten();
        match key {
            "Condition" => {
                let conditions = self.index.template.section("Conditions")?;
                self.holds(conditions.get(argument.as_str()?)?, atoms, depth)
            }
            "Fn::Not" => Some(!self.holds(each().next()?, atoms, depth)?),
            "Fn::And" => {
                each().try_fold(true, |all, one| Some(all & self.holds(one, atoms, depth)?))
            }
            "Fn::Or" => {
                each().try_fold(false, |any, one| Some(any | self.holds(one, atoms, depth)?))
            }
            "Fn::Equals" => {
                let mut sides = each();
                let (left, right) = (sides.next()?, sides.next()?);
                if let Some((_, chosen)) = atoms.iter().find(|(known, _)| *known == argument) {
                    return Some(*chosen);
                }
                self.equal(left, right)
            }
            _ => None,
        }
    }

    /// Whether two sides of a condition are equal, as far as that is known here.
    fn equal(&self, left: &Json, right: &Json) -> Option<bool> {
        let known = |side: &Json| Node::new(self, side).text().map(Cow::into_owned);
        match (known(left), known(right)) {
            (Some(left), Some(right)) => Some(left == right),
            // Each value that it is compared with has a world: here it is none of them.
            (None, Some(_)) if reference(left).is_some() => Some(false),
            (Some(_), None) if reference(right).is_some() => Some(false),
            _ => None,
        }
    }

    /// Whether it is the one with the template's defaults.
    pub(super) fn is_first(&self) -> bool {
        self.when.is_empty()
    }

    /// Adds to what is found in this world, when that is so.
    pub(super) fn qualify(&self, finding: &mut Finding) {
        if !self.when.is_empty() {
            let _ = write!(finding.message, ", when {}", self.when);
        }
        if !self.meant && finding.severity == Severity::Error {
            finding.severity = Severity::Warning;
        }
    }

    /// Whether a function may still be followed.
    pub(super) fn step(&self) -> bool {
        let left = self.index.steps.get();
        self.index.steps.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether more may be read or compared, of which so many characters are then taken.
    pub(super) fn work(&self, characters: usize) -> bool {
        let left = self.index.work.get();
        self.index.work.set(left.saturating_sub(characters));
        left > 0
    }

    /// The value that a parameter has.
    pub(super) fn parameter(&self, name: &str) -> Option<&Json> {
        self.parameters.get(name).copied()
    }

    /// Whether a condition holds.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }

    /// What a mapping says.
    pub(super) fn mapped(&self, map: &str, key: &str, attribute: &str) -> Option<&Json> {
        let mappings = self.index.template.section("Mappings")?;
        let value = mappings.get(map)?.get(key)?.get(attribute)?;
        is_literal(value).then_some(value)
    }

    /// Whether this is the logical id of a resource, whether or not that exists here.
    pub(super) fn is_resource(&self, id: &str) -> bool {
        self.index.by_id.contains_key(id)
    }

    /// The resource with this logical id, where it exists.
    pub(super) fn resource(&self, id: &str) -> Option<Resource<'_>> {
        let view = self.index.by_id.get(id)?;
        self.exists(view)
    }

    /// The resources of a type that exist.
    pub(super) fn of_type(&self, name: &str) -> impl Iterator<Item = Resource<'_>> {
        let views = self.index.by_type.get(name).into_iter().flatten();
        views.filter_map(|view| self.exists(view))
    }

    /// The resource of a type that gives itself a literal name with the property.
    pub(super) fn named(
        &self,
        kind: &str,
        property: &'static str,
        name: &str,
    ) -> Option<Resource<'_>> {
        let mut resources = self.of_type(kind);
        resources.find(|one| one.get(property).text().is_some_and(|text| text == name))
    }

    /// The outputs that exist, by name.
    pub(super) fn outputs(&self) -> impl Iterator<Item = (&str, Node<'_>)> {
        let outputs = self.index.template.section("Outputs");
        let outputs = outputs.into_iter().flat_map(Object::iter);
        outputs
            .filter(|(_, output)| self.has(output))
            .map(|(name, output)| (name, Node::new(self, output)))
    }

    /// Whether there was more to follow or to read than is done for any template.
    pub(super) fn gave_up(&self) -> bool {
        self.index.steps.get() == 0 || self.index.work.get() == 0
    }

    /// Whether there is a resource of one of the types, whether or not it exists here.
    pub(super) fn may_have(&self, types: &[&str]) -> bool {
        types
            .iter()
            .any(|name| self.index.by_type.contains_key(name))
    }

    /// All resources that exist.
    pub(super) fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.index
            .by_id
            .values()
            .filter_map(|view| self.exists(view))
    }

    fn exists(&self, view: &ResourceView<'t>) -> Option<Resource<'_>> {
        self.has(view.entry).then(|| Resource::new(self, *view))
    }

    /// Whether the condition of an entry, if it has one, holds.
    fn has(&self, entry: &Json) -> bool {
        let condition = entry.get("Condition").and_then(Json::as_str);
        condition.is_none_or(|name| self.condition(name).unwrap_or(true))
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.chars().take(80).collect(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Whether CloudFormation takes it as it stands: what calls a function here could call itself.
fn is_literal(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().all(is_literal),
        Json::Object(_) => false,
        _ => true,
    }
}

/// What a template's parameters may be.
pub(super) struct Values<'t> {
    fixed: Vec<(&'t str, Json)>,
    variables: Vec<Variable<'t>>,
}

struct Variable<'t> {
    of: Of<'t>,
    choices: Vec<Choice>,
}

enum Of<'t> {
    /// A parameter, or a pseudo parameter such as `AWS::Region`.
    Parameter(&'t str),
    /// The arguments of an `Fn::Equals` that cannot be decided otherwise: no, and yes.
    Equals(&'t Json),
}

struct Choice {
    /// `None` for anything that is not a choice of its own.
    value: Option<Json>,
    meant: bool,
}

impl<'t> Values<'t> {
    pub(super) fn of(template: &'t Template, index: &'t Index<'t>) -> Self {
        let mut compared: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut equalities = Vec::new();
        let conditions = template.section("Conditions");
        for (_, expression) in conditions.into_iter().flat_map(Object::iter) {
            comparisons(expression, &mut compared, &mut equalities);
        }
        let mut values = Self {
            fixed: Vec::new(),
            variables: Vec::new(),
        };
        let parameters = template.section("Parameters");
        for (name, parameter) in parameters.into_iter().flat_map(Object::iter) {
            values.parameter(name, parameter, compared.remove(name).unwrap_or_default());
        }
        for (name, texts) in compared {
            if name.starts_with("AWS::") {
                values.vary(name, None, texts);
            }
        }
        // What is still not decided is tried both ways.
        let first = World::first(index, &values);
        let mut open: Vec<&Json> = Vec::new();
        for arguments in equalities {
            if let Some([left, right]) = arguments.as_array()
                && first.equal(left, right).is_none()
                && !open.contains(&arguments)
            {
                open.push(arguments);
            }
        }
        for arguments in open {
            let choice = || Choice {
                value: None,
                meant: true,
            };
            values.variables.push(Variable {
                of: Of::Equals(arguments),
                choices: vec![choice(), choice()],
            });
        }
        values
    }

    fn parameter(&mut self, name: &'t str, parameter: &Json, compared: BTreeSet<&str>) {
        let kind = parameter
            .get("Type")
            .and_then(Json::as_str)
            .unwrap_or_default();
        // Its default is the name of the value.
        let elsewhere = kind.starts_with("AWS::SSM::Parameter::Value");
        let listed = kind == "CommaDelimitedList" || kind.starts_with("List<");
        let value = |json: &Json| match json {
            Json::String(text) if listed => {
                let items = text
                    .split(',')
                    .map(|item| Json::from(item.trim().to_owned()));
                Json::Array(items.collect())
            }
            other => other.clone(),
        };
        let default = parameter
            .get("Default")
            .filter(|default| !elsewhere && is_literal(default))
            .map(value);
        let allowed = parameter.get("AllowedValues").and_then(Json::as_array);
        match allowed.filter(|allowed| !allowed.is_empty() && !elsewhere && !listed) {
            None => self.vary(name, default, compared),
            Some(allowed) => {
                let has_default = default.is_some();
                let mut choices: Vec<_> = default
                    .into_iter()
                    .map(|value| Choice {
                        value: Some(value),
                        meant: true,
                    })
                    .collect();
                for value in allowed.iter().filter(|value| is_literal(value)) {
                    if choices
                        .iter()
                        .all(|choice| choice.value.as_ref() != Some(value))
                    {
                        let text = value.as_str().unwrap_or_default();
                        choices.push(Choice {
                            value: Some(value.clone()),
                            meant: compared.contains(text) || !has_default && allowed.len() == 1,
                        });
                    }
                }
                self.push(name, choices);
            }
        }
    }

    /// A parameter that may be anything: its default, what it is compared with, or something else.
    fn vary(&mut self, name: &'t str, default: Option<Json>, compared: BTreeSet<&str>) {
        let had_default = default.is_some();
        let choice = |value| Choice { value, meant: true };
        let mut choices = vec![choice(default)];
        let any = !compared.is_empty();
        for text in compared {
            let value = Some(Json::from(text.to_owned()));
            if choices[0].value != value {
                choices.push(choice(value));
            }
        }
        if had_default && any {
            choices.push(choice(None));
        }
        self.push(name, choices);
    }

    fn push(&mut self, name: &'t str, mut choices: Vec<Choice>) {
        if choices.len() > 1 {
            self.variables.push(Variable {
                of: Of::Parameter(name),
                choices,
            });
        } else if let Some(value) = choices.pop().and_then(|choice| choice.value) {
            self.fixed.push((name, value));
        }
    }
}

/// The texts that parameters are compared with, and the arguments of every `Fn::Equals`.
fn comparisons<'t>(
    expression: &'t Json,
    compared: &mut BTreeMap<&'t str, BTreeSet<&'t str>>,
    equalities: &mut Vec<&'t Json>,
) {
    let Some((key, argument)) = expression.as_object().and_then(Object::single) else {
        return;
    };
    if key != "Fn::Equals" {
        for inner in argument.as_array().into_iter().flatten() {
            comparisons(inner, compared, equalities);
        }
        return;
    }
    equalities.push(argument);
    if let Some([left, right]) = argument.as_array() {
        for (side, other) in [(left, right), (right, left)] {
            if let (Some(name), Some(text)) = (reference(side), other.as_str()) {
                compared.entry(name).or_default().insert(text);
            }
        }
    }
}

/// The name that a `Ref` refers to.
fn reference(json: &Json) -> Option<&str> {
    let (key, argument) = json.as_object()?.single()?;
    (key == Function::Ref.key()).then_some(argument.as_str()?)
}
