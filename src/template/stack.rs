//! The stack under construction.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::Arc;

use crate::cfn::Resource;
use crate::finding::{Finding, Source, closest};
use crate::json::{Json, Object, Text, to_json};
use crate::value::Value;

use super::Template;
use super::cause::{Cause, Causes};
use super::elements::{Condition, ConditionHandle, MappingHandle, Parameter, ParameterHandle};
use super::handle::{Handle, LogicalId};
use super::resource::{Entry, ResourceMut};

/// A stack for one stage, while code adds to it.
#[derive(Debug)]
pub struct Stack {
    name: String,
    scopes: Vec<String>,
    description: Option<Text>,
    transform: Vec<Text>,
    metadata: Object,
    parameters: Object,
    rules: Object,
    mappings: Object,
    conditions: Object,
    resources: Vec<Entry>,
    /// Where each resource stands in `resources`.
    index: BTreeMap<LogicalId, usize>,
    outputs: Object,
    tags: Vec<(Text, Json)>,
    cause: Option<Arc<Source>>,
    causes: Causes,
    findings: Vec<Finding>,
}

impl Stack {
    /// An empty stack.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            scopes: Vec::new(),
            description: None,
            transform: Vec::new(),
            metadata: Object::new(),
            parameters: Object::new(),
            rules: Object::new(),
            mappings: Object::new(),
            conditions: Object::new(),
            resources: Vec::new(),
            index: BTreeMap::new(),
            outputs: Object::new(),
            tags: Vec::new(),
            cause: None,
            causes: Causes::default(),
            findings: Vec::new(),
        }
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the stack is: at most 1,024 bytes.
    pub fn describe(&mut self, description: impl Into<Text>) {
        self.description = Some(description.into());
    }

    /// Adds a macro, such as `AWS::LanguageExtensions`.
    pub fn transform(&mut self, name: impl Into<Text>) {
        self.transform.push(name.into());
    }

    /// Sets a key of the template's `Metadata`.
    pub fn metadata(&mut self, key: impl Into<Text>, value: impl Into<Json>) {
        self.metadata.insert(key, value);
    }

    /// Adds a tag to every resource that can change its tags without being replaced.
    ///
    /// A resource that sets the same key itself keeps its own value.
    pub fn tag(&mut self, key: impl Into<Text>, value: impl Into<Value<String>>) {
        self.tags.push((key.into(), value.into().into_json()));
    }

    /// Names the resources that `build` adds below `scope`: their logical ids begin with it.
    pub fn scoped<T>(&mut self, scope: impl Into<String>, build: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(scope.into());
        let result = build(self);
        self.scopes.pop();
        result
    }

    /// States what causes whatever `build` adds, such as a line of a stage file. Without it, the
    /// cause is the line of Rust that adds the resource.
    pub fn caused_by<T>(&mut self, cause: Option<Source>, build: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.cause, cause.map(Arc::new));
        let result = build(self);
        self.cause = outer;
        result
    }

    /// Reports something that is wrong with what the stack was asked for.
    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Adds a resource.
    ///
    /// `name` and the scopes around it make the logical id: letters and digits, unique in the stack.
    /// A name that is taken is a finding, and the first resource stays.
    #[expect(
        clippy::missing_panics_doc,
        reason = "generated properties always become JSON"
    )]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "properties are made to be added, and reading them here is no reason to borrow"
    )]
    #[track_caller]
    pub fn add<R: Resource>(&mut self, name: &str, properties: R) -> Handle<R> {
        let id = LogicalId::of(&self.scopes, name);
        let cause = self.cause();
        let properties =
            to_json(&properties).expect("generated properties are plain data with text keys");
        if self.index.contains_key(&id) {
            let finding = Finding::error(
                "duplicate-logical-id",
                format!("two resources have the logical id `{id}`"),
            );
            self.findings.push(
                finding
                    .on(id.as_str())
                    .at(cause.source())
                    .hint("give one of them another name or scope"),
            );
        } else {
            self.index.insert(id.clone(), self.resources.len());
            self.causes.add(id.clone(), cause);
            self.resources.push(Entry {
                id: id.clone(),
                schema: R::SCHEMA,
                condition: None,
                depends_on: Vec::new(),
                deletion_policy: None,
                update_replace_policy: None,
                metadata: Object::new(),
                properties,
            });
        }
        Handle::new(id)
    }

    /// The resource of a handle, to set its attributes or a raw property.
    ///
    /// # Panics
    ///
    /// When the handle is another stack's.
    #[track_caller]
    pub fn resource<R>(&mut self, handle: &Handle<R>) -> ResourceMut<'_> {
        let id = handle.logical_id();
        match self.index.get(id) {
            Some(index) => ResourceMut {
                entry: &mut self.resources[*index],
            },
            None => panic!("`{id}` is not a resource of the stack `{}`", self.name),
        }
    }

    /// Adds a parameter.
    #[track_caller]
    pub fn parameter<T>(
        &mut self,
        name: impl Into<Text>,
        parameter: Parameter<T>,
    ) -> ParameterHandle<T> {
        let name = name.into();
        self.declare(
            |stack| &mut stack.parameters,
            "parameter",
            &name,
            parameter.into_declaration().into(),
        );
        ParameterHandle::new(name)
    }

    /// Adds a condition.
    #[track_caller]
    pub fn condition(&mut self, name: impl Into<Text>, condition: Condition) -> ConditionHandle {
        let name = name.into();
        self.declare(
            |stack| &mut stack.conditions,
            "condition",
            &name,
            condition.into(),
        );
        ConditionHandle::new(name)
    }

    /// Adds a mapping of two levels.
    #[track_caller]
    pub fn mapping(&mut self, name: impl Into<Text>, mapping: impl Into<Json>) -> MappingHandle {
        let name = name.into();
        self.declare(
            |stack| &mut stack.mappings,
            "mapping",
            &name,
            mapping.into(),
        );
        MappingHandle::new(name)
    }

    /// Adds a rule: assertions about the parameters, each with what to say when it fails, checked
    /// when `condition` holds (or always).
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>
    #[track_caller]
    pub fn rule<D: Into<Text>>(
        &mut self,
        name: impl Into<Text>,
        condition: Option<Condition>,
        assertions: impl IntoIterator<Item = (Condition, D)>,
    ) {
        let mut rule = Object::new();
        if let Some(condition) = condition {
            rule.insert("RuleCondition", condition);
        }
        let assertions = assertions.into_iter().map(|(assertion, description)| {
            let description: Text = description.into();
            Json::from([
                ("Assert", assertion.into()),
                ("AssertDescription", description.into()),
            ])
        });
        rule.insert("Assertions", assertions.collect::<Vec<Json>>());
        let name = name.into();
        self.declare(|stack| &mut stack.rules, "rule", &name, rule.into());
    }

    /// Adds an output.
    #[expect(
        clippy::missing_panics_doc,
        reason = "an output is declared as an object"
    )]
    #[track_caller]
    pub fn output(
        &mut self,
        name: impl Into<Text>,
        value: impl Into<Value<String>>,
    ) -> OutputMut<'_> {
        let name = name.into();
        self.declare(
            |stack| &mut stack.outputs,
            "output",
            &name,
            [("Value", value.into().into_json())].into(),
        );
        let output = self.outputs.get_mut(&name).and_then(Json::as_object_mut);
        OutputMut {
            output: output.expect("an output is declared as an object"),
        }
    }

    #[track_caller]
    fn declare(
        &mut self,
        section: impl Fn(&mut Self) -> &mut Object,
        kind: &str,
        name: &Text,
        declaration: Json,
    ) {
        let cause = self.cause();
        if section(self).contains_key(name) {
            let message = format!("two {kind}s have the name `{name}`");
            self.findings.push(
                Finding::error("duplicate-logical-id", message)
                    .on(name.clone())
                    .at(cause.source())
                    .hint("give one of them another name"),
            );
            return;
        }
        self.causes.add(LogicalId::of(&[], name), cause);
        section(self).insert(name.clone(), declaration);
    }

    #[track_caller]
    fn cause(&self) -> Cause {
        // Not in a closure, which would name itself as the caller.
        let location = Location::caller();
        match &self.cause {
            Some(source) => Cause::File(source.clone()),
            None => Cause::Rust(location),
        }
    }

    /// Merges raw properties into the resource with this logical id: objects merge key by key, `null`
    /// removes a property, anything else replaces it. For properties that no construct offers.
    pub fn override_properties(
        &mut self,
        logical_id: &str,
        properties: Json,
        cause: Option<Source>,
    ) {
        let found = self
            .resources
            .iter_mut()
            .find(|entry| entry.id.as_str() == logical_id);
        if let Some(entry) = found {
            if let (Some(cause), Some(properties)) = (cause, properties.as_object()) {
                let cause = Cause::File(Arc::new(cause));
                for name in properties.keys() {
                    self.causes.add_override(logical_id, name, cause.clone());
                }
            }
            entry.properties.merge(properties);
            return;
        }
        let known = self.resources.iter().map(|entry| entry.id.as_str());
        let hint = match closest(logical_id, known.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the stack has {}", known.collect::<Vec<_>>().join(", ")),
        };
        let message = format!("no resource has the logical id `{logical_id}`");
        let mut finding = Finding::error("unknown-logical-id", message).hint(hint);
        finding.place.source = cause;
        self.findings.push(finding);
    }

    /// The template, and what was found to be wrong while it was built.
    pub fn finish(self) -> (Template, Vec<Finding>) {
        let mut resources = Object::with_capacity(self.resources.len());
        for entry in self.resources {
            let (id, json) = entry.into_json(&self.tags);
            // The index above has kept ids apart.
            resources.push(id, json);
        }
        let mut document = Object::with_capacity(10);
        document.insert("AWSTemplateFormatVersion", "2010-09-09");
        if let Some(description) = self.description {
            document.insert("Description", description);
        }
        match self.transform.len() {
            0 => {}
            1 => document.insert(
                "Transform",
                self.transform.into_iter().next().unwrap_or_default(),
            ),
            _ => document.insert("Transform", self.transform),
        }
        let sections = [
            ("Metadata", self.metadata),
            ("Parameters", self.parameters),
            ("Rules", self.rules),
            ("Mappings", self.mappings),
            ("Conditions", self.conditions),
        ];
        for (name, section) in sections {
            if !section.is_empty() {
                document.insert(name, section);
            }
        }
        document.insert("Resources", resources);
        if !self.outputs.is_empty() {
            document.insert("Outputs", self.outputs);
        }
        let template = Template {
            document,
            causes: self.causes,
        };
        (template, self.findings)
    }
}

/// An output of a stack, which is being declared.
#[derive(Debug)]
pub struct OutputMut<'a> {
    output: &'a mut Object,
}

#[expect(
    clippy::return_self_not_must_use,
    reason = "each step takes effect on the stack"
)]
impl OutputMut<'_> {
    /// What the output is: at most 1,024 bytes.
    pub fn description(self, description: impl Into<Text>) -> Self {
        self.output.insert("Description", description.into());
        self
    }

    /// Lets other stacks of the account and region import it by this name.
    pub fn export(self, name: impl Into<Value<String>>) -> Self {
        self.output
            .insert("Export", Json::from([("Name", name.into().into_json())]));
        self
    }

    /// Declares it only while the condition holds.
    pub fn condition(self, condition: &ConditionHandle) -> Self {
        let condition: Text = condition.into();
        self.output.insert("Condition", condition);
        self
    }
}
