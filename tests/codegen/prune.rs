//! What a template cannot set, and what it cannot reach.

use std::collections::{BTreeMap, BTreeSet};

use super::Result;
use super::model::{Object, Shape};

/// Takes out what only the service sets.
pub(super) fn prune(
    root: &str,
    objects: &mut BTreeMap<String, Object>,
    read_only: &[String],
) -> Result<()> {
    let mut doomed: BTreeSet<(String, String)> = BTreeSet::new();
    for path in read_only {
        let mut names: Vec<&str> = path
            .split('/')
            .skip(1)
            .filter(|name| *name != "*")
            .collect();
        let last = names.pop().ok_or_else(|| format!("empty path `{path}`"))?;
        let mut owner = root;
        for name in names {
            let property = objects
                .get(owner)
                .and_then(|object| object.properties.get(name));
            match property.map(|property| property.shape.innermost()) {
                Some(Shape::Object(next)) => owner = next,
                _ => return Err(format!("read-only `{path}` leads nowhere")),
            }
        }
        doomed.insert((owner.to_owned(), last.to_owned()));
    }
    while let Some((owner, name)) = doomed.pop_first() {
        let object = objects
            .get_mut(&owner)
            .ok_or_else(|| format!("no object `{owner}`"))?;
        match object.properties.remove(&name) {
            Some(property) if property.required => {
                return Err(format!("`{owner}.{name}` is required and read-only"));
            }
            _ => {}
        }
        if object.properties.is_empty() {
            // An object of nothing but read-only properties is read-only itself.
            for (parent, object) in &*objects {
                for (name, property) in &object.properties {
                    if matches!(property.shape.innermost(), Shape::Object(kind) if *kind == owner) {
                        doomed.insert((parent.clone(), name.clone()));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Drops the object types that no property leads to.
pub(super) fn keep_reachable(root: &str, objects: &mut BTreeMap<String, Object>) {
    let mut reached = BTreeSet::new();
    let mut next = vec![root.to_owned()];
    while let Some(name) = next.pop() {
        for property in objects
            .get(&name)
            .iter()
            .flat_map(|object| object.properties.values())
        {
            if let Shape::Object(kind) = property.shape.innermost() {
                next.push(kind.clone());
            }
        }
        reached.insert(name.clone());
        next.retain(|name| !reached.contains(name));
    }
    objects.retain(|name, _| reached.contains(name));
}
