//! The page: every key in Markdown, block by block.

use std::fmt::Write as _;

use super::super::coverage;
use super::super::declare::{Described, Keys as _, Parts, paragraphs};
use super::super::keys::StageKeys;
use super::examples::{Example, examples};
use super::{absolute, items_of};

/// How the page begins.
const INTRODUCTION: &str = "\
# The keys of a stage file

`config/<stack>.yaml` describes the stages of one stack. Its top-level keys are the names of the stages,
in the order of promotion; what is below the reserved key `Defaults` holds for all of them. Maps merge,
lists and single values replace, and `null` in a stage removes what it inherits:

```yaml
Defaults:
  InstanceType: ml.m5.large
  Tags: {team: growth}
Staging:
  InstanceCount: 1
Production:
  InstanceCount: 4
  InstanceType: ml.m5.xlarge
```

Durations are written `90s`, `10m` or `2h`, latencies `250ms` or `2s`, percentages `25%`. Where a
property takes a value, a function may stand for it (`!Ref`, `!Sub`, `!GetAtt`, `!ImportValue`, or
`Fn::…`), and so may a dynamic reference (`{{resolve:ssm:/name}}`); only what has to be known before the
deployment is written out.

The last column names the CloudFormation property that a key becomes. This page is made from the
program: `sageform schema --format markdown --write` writes it anew.
";

/// The section of the keys that variants share.
const INSTANCES: &str = "Instances";

/// A section of the page.
struct Section {
    title: String,
    /// What the map is; where nothing is said of the key itself.
    doc: String,
    /// Where else it may stand.
    places: Vec<String>,
    /// The name of its declaration.
    declaration: &'static str,
    keys: Vec<Described>,
    /// The properties of the map itself.
    bases: Vec<String>,
    depth: usize,
}

/// The page as Markdown.
pub fn markdown() -> String {
    let mut sections = Vec::new();
    let keys = StageKeys::described();
    let (instances, own): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.shared.is_some());
    let (serverless, own): (Vec<_>, Vec<_>) = own
        .into_iter()
        .partition(|key| key.key.name.starts_with("Serverless"));
    let part = |title: &str, doc: &str, declaration, keys| Section {
        title: title.to_owned(),
        doc: doc.to_owned(),
        places: Vec::new(),
        declaration,
        keys,
        bases: Vec::new(),
        depth: 0,
    };
    sections.push(part(
        "Stage",
        "The keys of a stage. Those of its instances and of serverless endpoints are below.",
        "StageKeys",
        own.clone(),
    ));
    sections.push(part(
        INSTANCES,
        "The instances of an endpoint, and how they are set up: keys of the stage itself, of each of \
         `Variants`, and of `ShadowVariant`.",
        "FleetKeys",
        instances.clone(),
    ));
    let tops: Vec<_> = instances
        .iter()
        .chain(&own)
        .filter_map(|key| Some((key.parts.block()?.name, key.key.name)))
        .collect();
    let mut pages = Pages {
        tops,
        elsewhere: Vec::new(),
        sections,
    };
    for key in &instances {
        pages.blocks(key, "", &[], 1);
    }
    pages.sections.push(part(
        "Serverless",
        "What makes an endpoint serverless: keys of the stage instead of those of instances.",
        "",
        serverless,
    ));
    for key in &own {
        pages.blocks(key, "", &[], 0);
    }
    let sections = pages.sections;
    let mut page = INTRODUCTION.to_owned();
    contents(&sections, &mut page);
    for section in &sections {
        section.write(&sections, &mut page);
    }
    coverage::write(&mut page);
    page
}

/// The sections while they are put together.
struct Pages {
    /// The blocks of the stage itself, by the names of their declarations.
    tops: Vec<(&'static str, &'static str)>,
    /// Where such a block stands too, as far as it was met before its section.
    elsewhere: Vec<(&'static str, String)>,
    sections: Vec<Section>,
}

impl Pages {
    /// The block of a key and the blocks within it, each at one place: in the stage if it is there,
    /// or else where it stands first.
    fn blocks(&mut self, key: &Described, above: &str, bases: &[String], depth: usize) {
        let Some(block) = key.parts.block() else {
            return;
        };
        let path = if above.is_empty() {
            key.key.name.to_owned()
        } else {
            format!("{above}.{}", key.key.name)
        };
        let top = self.tops.iter().find(|(name, _)| *name == block.name);
        let known = self
            .sections
            .iter_mut()
            .find(|section| section.declaration == block.name);
        match (known, top) {
            (Some(known), _) => {
                known.places.push(path);
                return;
            }
            (None, Some((_, top))) if *top != path => {
                self.elsewhere.push((block.name, path));
                return;
            }
            _ => {}
        }
        let properties = absolute(bases, &key.properties);
        let listed = matches!(key.parts, Parts::Items(_));
        let bases: Vec<_> = if listed {
            properties.iter().map(|one| items_of(one)).collect()
        } else {
            properties
        };
        let places = self
            .elsewhere
            .iter()
            .filter(|(name, _)| *name == block.name)
            .map(|(_, path)| path.clone());
        self.sections.push(Section {
            title: path.clone(),
            doc: paragraphs(block.doc),
            places: places.collect(),
            declaration: block.name,
            keys: block.keys.clone(),
            bases: bases.clone(),
            depth,
        });
        let inner = if listed { format!("{path}[]") } else { path };
        for key in &block.keys {
            self.blocks(key, &inner, &bases, depth + 1);
        }
    }
}

fn contents(sections: &[Section], page: &mut String) {
    page.push('\n');
    for section in sections.iter().filter(|section| section.depth == 0) {
        let _ = writeln!(page, "- [{}](#{})", section.heading(), section.anchor());
    }
}

impl Section {
    fn heading(&self) -> String {
        match self.title.as_str() {
            "Stage" => "The stage".to_owned(),
            INSTANCES | "Serverless" => self.title.clone(),
            path => format!("`{path}`"),
        }
    }

    /// As renderers make anchors of headings: lower case, without punctuation.
    fn anchor(&self) -> String {
        let heading = self.heading().to_lowercase();
        heading
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-')
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    }

    fn write(&self, sections: &[Section], page: &mut String) {
        let marks = if self.depth == 0 { "##" } else { "###" };
        let _ = write!(page, "\n{marks} {}\n\n{}\n", self.heading(), self.doc);
        if !self.places.is_empty() {
            let places: Vec<_> = self
                .places
                .iter()
                .map(|place| format!("`{place}`"))
                .collect();
            let _ = write!(page, "\nThe same keys are in {}.\n", places.join(", "));
        }
        if let Some(Example { yaml, .. }) = examples().iter().find(|one| one.of == self.title) {
            let _ = write!(page, "\n```yaml\n{yaml}```\n");
        }
        // The keys of one container are those that a model has for its only one.
        let taken_in = sections.iter().find(|other| {
            other.title != "Stage"
                && other
                    .keys
                    .iter()
                    .any(|key| key.shared == Some(self.declaration))
                && self.title != INSTANCES
        });
        if let Some(other) = taken_in {
            let keys: Vec<_> = self
                .keys
                .iter()
                .map(|key| format!("`{}`", key.key.name))
                .collect();
            let bases: Vec<_> = self.bases.iter().map(|base| format!("`{base}`")).collect();
            let _ = write!(
                page,
                "\nThe keys are those of [{}](#{}) that are about one: {}. Here they become properties \
                 of {}.\n",
                other.heading(),
                other.anchor(),
                keys.join(", "),
                bases.join(" and ")
            );
            return;
        }
        page.push_str("\n| Key | Value | What it is | Becomes |\n|---|---|---|---|\n");
        let instances = sections.iter().find(|other| other.title == INSTANCES);
        let of_instances = |key: &Described| {
            self.title != INSTANCES
                && key.shared.is_some()
                && key.shared == instances.map(|section| section.declaration)
        };
        for key in self.keys.iter().filter(|key| !of_instances(key)) {
            self.row(key, sections, page);
        }
        if let Some(instances) = instances.filter(|_| self.keys.iter().any(of_instances)) {
            let _ = write!(
                page,
                "\nAnd the keys of [{}](#{}).\n",
                instances.heading(),
                instances.anchor()
            );
        }
    }

    fn row(&self, key: &Described, sections: &[Section], page: &mut String) {
        let mut value = capital(&key.value);
        let block = match &key.parts {
            Parts::None => None,
            Parts::Map(block) | Parts::Items(block) => Some(block),
        };
        if let Some(other) = block.and_then(|block| {
            sections
                .iter()
                .find(|other| other.declaration == block.name)
        }) {
            let link = format!("[{}](#{})", other.heading(), other.anchor());
            value = match (&key.parts, key.value.as_str()) {
                (Parts::Map(_), "a map") => format!("A map: {link}"),
                (Parts::Items(_), expected) if expected.starts_with("a list") => {
                    let maps = expected.replace(" items", " maps").replace(" item", " map");
                    format!("{}: {link}", capital(&maps))
                }
                _ => format!("{value}: {link}"),
            };
        }
        if key.required {
            value.push_str("; required");
        } else if let Some(default) = &key.default {
            let default = serde_json::to_string(default).unwrap_or_default();
            let default = default.trim_matches('"');
            let _ = write!(value, "; `{default}` when left out");
        }
        let mut doc = paragraphs(key.doc).replace("\n\n", "<br>");
        if let Some(alias) = key.key.alias {
            let _ = write!(doc, " `{alias}` is another name of it.");
        }
        let becomes = match key.effect {
            Some(effect) => capital(effect),
            None => absolute(&self.bases, &key.properties)
                .iter()
                .map(|property| format!("`{property}`"))
                .collect::<Vec<_>>()
                .join("<br>"),
        };
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            key.key.name,
            cell(&value),
            cell(&doc),
            cell(&becomes)
        );
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
