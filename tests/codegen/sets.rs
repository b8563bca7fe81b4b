//! Names for the sets of values: the property's name, and its owner's before it where two differ.

use std::collections::{BTreeMap, BTreeSet};

use super::Result;
use super::model::{Object, Shape};
use super::naming;

/// The sets in the order in which they were met.
#[derive(Default)]
pub(super) struct Sets(Vec<Set>);

struct Set {
    property: String,
    parent: String,
    values: Vec<String>,
}

impl Sets {
    pub(super) fn add(&mut self, property: &str, parent: &str, values: Vec<String>) -> usize {
        self.0.push(Set {
            property: property.to_owned(),
            parent: parent.to_owned(),
            values,
        });
        self.0.len() - 1
    }

    /// Names the sets that are in use, and points their users at the first of each name.
    pub(super) fn named(
        &self,
        objects: &mut BTreeMap<String, Object>,
        taken: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<String>>> {
        let mut used = Vec::new();
        for object in objects.values() {
            for property in object.properties.values() {
                if let Shape::Text(text) = property.shape.innermost() {
                    used.extend(text.set);
                }
            }
        }
        let mut names: BTreeMap<usize, String> = BTreeMap::new();
        let mut sets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for index in used {
            let set = self.0.get(index).ok_or("a set that nobody added")?;
            let base = naming::type_name(&set.property);
            let rivals = self.0.iter().filter(|other| other.property == set.property);
            let alone = rivals.clone().all(|other| other.values == set.values);
            // The same values elsewhere in the module are the same set.
            let first = rivals
                .clone()
                .find(|other| other.values == set.values)
                .unwrap_or(set);
            let name = if alone && !taken.contains(&base) {
                base
            } else {
                format!("{}{base}", naming::type_name(&first.parent))
            };
            if taken.contains(&name) || sets.get(&name).is_some_and(|other| *other != set.values) {
                return Err(format!("two things would be called `{name}`"));
            }
            sets.insert(name.clone(), set.values.clone());
            names.insert(index, name);
        }
        for object in objects.values_mut() {
            for property in object.properties.values_mut() {
                if let Shape::Text(text) = property.shape.innermost_mut() {
                    text.set_name = text.set.and_then(|index| names.get(&index).cloned());
                }
            }
        }
        Ok(sets)
    }
}
