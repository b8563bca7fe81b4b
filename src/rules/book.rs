//! The rule book: what SageMaker refuses, stalls on or misunderstands, by rule.
//!
//! A rule is a check and a page: `pages/<id>.md` holds its sentence, its reason, an example and its
//! sources, and is what `sageform explain` prints. The example is a difference: the template with
//! the lines that begin with `-` breaks this rule and no other, the one with those that begin with
//! `+` breaks none.

mod found;
mod page;

use std::collections::BTreeSet;

use crate::finding::{Finding, Severity, closest};
use crate::template::Template;

use super::node::Resource;
use super::world::{Index, Values, World};

use found::Found;
pub use page::Example;
use page::Page;

/// What a rule looks at.
#[derive(Clone, Copy)]
enum Check {
    /// Each resource of these types, in each world.
    Resources(&'static [&'static str], fn(Resource<'_>, &mut Found<'_>)),
    /// The whole template, in each world.
    World(fn(&World<'_>, &mut Found<'_>)),
    /// What an update makes of a template: the deployed one and the new one.
    Update(fn(&World<'_>, &World<'_>, &mut Found<'_>)),
    /// What another part of [`rules`](crate::rules) reports.
    Elsewhere,
}

/// A rule over templates.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its id in kebab case, such as `vol-nvme`, which stays what it is.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    page: &'static str,
    check: Check,
}

/// Declares a rule: `declared!("vol-nvme", Error, [CONFIG], check)`.
macro_rules! declared {
    ($id:literal, $severity:ident, [$($on:expr),+], $check:expr) => {
        declared!(@ $id, $severity, Check::Resources(&[$($on),+], $check))
    };
    ($id:literal, $severity:ident, $check:expr) => {
        declared!(@ $id, $severity, Check::World($check))
    };
    (update $id:literal, $severity:ident, $check:expr) => {
        declared!(@ $id, $severity, Check::Update($check))
    };
    ($id:literal, $severity:ident) => {
        declared!(@ $id, $severity, Check::Elsewhere)
    };
    (@ $id:literal, $severity:ident, $check:expr) => {
        Rule {
            id: $id,
            severity: Severity::$severity,
            page: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/rules/book/pages/",
                $id,
                ".md"
            )),
            check: $check,
        }
    };
}

mod access;
mod batch;
mod component;
mod config;
mod deploying;
mod endpoint;
mod events;
mod general;
mod hosting;
mod iam;
mod images;
mod metrics;
mod model;
mod monitoring;
mod registry;
mod scaling;
mod update;

#[cfg(test)]
mod testing;

/// The families, in the order of the page of rules.
const FAMILIES: &[(&str, &[Rule])] = &[
    ("Models", model::RULES),
    ("Images", images::RULES),
    ("Endpoint configurations", config::RULES),
    ("Inference components", component::RULES),
    ("Endpoints and their updates", endpoint::RULES),
    ("Scaling", scaling::RULES),
    ("Replacement and order", deploying::RULES),
    ("Updates", update::RULES),
    ("Model registry", registry::RULES),
    ("Events", events::RULES),
    ("Alarms, metrics and logs", metrics::RULES),
    ("Batch transform and schedules", batch::RULES),
    ("Monitoring and experiments", monitoring::RULES),
    ("Permissions", iam::RULES),
    ("Any template", general::RULES),
];

/// Every rule by its family, in the order of the reference page.
pub fn families() -> impl Iterator<Item = (&'static str, &'static [Rule])> {
    FAMILIES.iter().copied()
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|(_, rules)| rules.iter())
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The rule that finds what a demand of the service, by its id, is about: the registry's schemas, or
/// rules on any template, state it, so that it has no rule of its own.
pub fn finder_of(id: &str) -> Option<&'static str> {
    let (_, finder) = covered().find(|(covered, _)| *covered == id)?;
    Some(finder)
}

fn covered() -> impl Iterator<Item = (&'static str, &'static str)> {
    let families = [
        model::COVERED,
        images::COVERED,
        config::COVERED,
        component::COVERED,
        endpoint::COVERED,
        scaling::COVERED,
        deploying::COVERED,
        registry::COVERED,
        batch::COVERED,
    ];
    families.into_iter().flatten().copied()
}

/// The id of the rule that was probably meant.
pub fn closest_id(id: &str) -> Option<&'static str> {
    closest(id, rules().map(|rule| rule.id))
}

impl Rule {
    /// The title of its page, which is its id.
    pub fn title(&self) -> &'static str {
        self.page().title
    }

    /// What it demands, in one sentence.
    pub fn sentence(&self) -> &'static str {
        self.page().sentence
    }

    /// Why, in Markdown.
    pub fn reason(&self) -> &'static str {
        self.page().reason
    }

    /// Templates that break it and keep it.
    pub fn example(&self) -> Example {
        self.page().example
    }

    /// Where it is written: addresses.
    pub fn sources(&self) -> Vec<&'static str> {
        self.page().sources
    }

    fn page(&self) -> Page {
        Page::parse(self.page)
    }
}

/// What the rules of the book find in a template, of which these are the worlds.
pub(super) fn check(template: &Template, worlds: &[World<'_>]) -> Vec<Finding> {
    if has_macro(template) {
        return Vec::new();
    }
    let concerned = |rule: &&Rule| match rule.check {
        Check::Resources(types, _) => worlds.first().is_some_and(|world| world.may_have(types)),
        Check::World(_) => true,
        Check::Update(_) | Check::Elsewhere => false,
    };
    let rules: Vec<&Rule> = rules().filter(concerned).collect();
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for world in worlds {
        for rule in &rules {
            let mut found = Found::new(rule, world);
            match rule.check {
                Check::Resources(types, check) => {
                    for name in types {
                        for resource in world.of_type(name) {
                            found.now_at(resource);
                            check(resource, &mut found);
                        }
                    }
                }
                Check::World(check) => check(world, &mut found),
                Check::Update(_) | Check::Elsewhere => {}
            }
            for finding in found.into_findings() {
                let place = (
                    finding.rule,
                    finding.place.logical_id.clone(),
                    finding.place.path.clone(),
                );
                if known.insert(place) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}

/// What the rules of the book find in the update from one template to another, both with their
/// defaults: errors, warnings and notes.
pub(super) fn check_update(old: &Template, new: &Template) -> Vec<Finding> {
    if has_macro(old) || has_macro(new) {
        return Vec::new();
    }
    let (old_index, new_index) = (Index::of(old), Index::of(new));
    let (old_values, new_values) = (Values::of(old, &old_index), Values::of(new, &new_index));
    let before = World::first(&old_index, &old_values);
    let after = World::first(&new_index, &new_values);
    let mut findings = Vec::new();
    for rule in rules() {
        if let Check::Update(check) = rule.check {
            let mut found = Found::new(rule, &after);
            check(&before, &after, &mut found);
            findings.extend(found.into_findings());
        }
    }
    findings
}

/// Whether a macro of somebody's makes another template of it, of which nothing is known here.
fn has_macro(template: &Template) -> bool {
    const KNOWN: &[&str] = &[
        "AWS::LanguageExtensions",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
        "AWS::Serverless-2016-10-31",
    ];
    let Some(transform) = template.document.get("Transform") else {
        return template.document.contains_key("Fn::Transform");
    };
    let names = transform
        .as_array()
        .unwrap_or(std::slice::from_ref(transform));
    names
        .iter()
        .any(|name| name.as_str().is_none_or(|name| !KNOWN.contains(&name)))
}
