//! The order of a deployment: stages as their files list them, and within a stage, what a stack
//! imports before the stack. Pure.

use std::collections::{BTreeMap, BTreeSet};

/// A stack of a stage with what decides its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The stage.
    pub stage: String,
    /// The stack.
    pub stack: String,
    /// The names that it exports.
    pub exports: BTreeSet<String>,
    /// The names that it imports.
    pub imports: BTreeSet<String>,
}

/// Stacks that may be deployed at the same time, by their place in the list that was given.
pub type Wave = Vec<usize>;

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOrder {
    /// Two stage files list two stages in opposite order.
    #[error("the stage files do not agree on the order of the stages {}", list(.0))]
    Stages(Vec<String>),
    /// Stacks import from each other in a circle.
    #[error("in stage `{stage}`, the stacks {} import from each other in a circle", list(.stacks))]
    Imports {
        /// The stage.
        stage: String,
        /// The stacks.
        stacks: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The waves, each of which is deployed when the one before it serves. Every stack's members come in
/// the order of its stage file.
///
/// # Errors
///
/// Stages or stacks that each want to be before the other.
pub fn waves(members: &[Member]) -> Result<Vec<Wave>, NoOrder> {
    let mut waves = Vec::new();
    for stage in stages(members)? {
        let mut left: Vec<usize> = (0..members.len())
            .filter(|index| members[*index].stage == stage)
            .collect();
        while !left.is_empty() {
            let (ready, waiting): (Vec<usize>, Vec<usize>) = left.iter().partition(|index| {
                !left.iter().any(|other| {
                    other != *index
                        && !members[*other]
                            .exports
                            .is_disjoint(&members[**index].imports)
                })
            });
            if ready.is_empty() {
                let stacks = waiting
                    .into_iter()
                    .map(|index| members[index].stack.clone())
                    .collect();
                return Err(NoOrder::Imports { stage, stacks });
            }
            waves.push(ready);
            left = waiting;
        }
    }
    Ok(waves)
}

/// The stages in an order that every stack's file agrees with; otherwise as they come up.
fn stages(members: &[Member]) -> Result<Vec<String>, NoOrder> {
    let mut before: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut found: Vec<&str> = Vec::new();
    let mut by_stack: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for member in members {
        if !found.contains(&member.stage.as_str()) {
            found.push(&member.stage);
        }
        let earlier = by_stack.entry(&member.stack).or_default();
        before
            .entry(&member.stage)
            .or_default()
            .extend(earlier.iter());
        earlier.push(&member.stage);
    }
    let mut order: Vec<String> = Vec::new();
    while !found.is_empty() {
        let next = found
            .iter()
            .position(|stage| before[stage].iter().all(|other| !found.contains(other)));
        let Some(next) = next else {
            return Err(NoOrder::Stages(
                found.into_iter().map(str::to_owned).collect(),
            ));
        };
        order.push(found.remove(next).to_owned());
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(stage: &str, stack: &str, exports: &[&str], imports: &[&str]) -> Member {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Member {
            stage: stage.to_owned(),
            stack: stack.to_owned(),
            exports: set(exports),
            imports: set(imports),
        }
    }

    #[test]
    fn stages_come_in_the_order_of_the_files_and_stacks_together() {
        let members = [
            member("Staging", "a", &[], &[]),
            member("Production", "a", &[], &[]),
            member("Development", "b", &[], &[]),
            member("Staging", "b", &[], &[]),
        ];
        assert_eq!(waves(&members).unwrap(), [vec![2], vec![0, 3], vec![1]]);
    }

    #[test]
    fn what_a_stack_imports_comes_first() {
        let members = [
            member("S", "reader", &[], &["topic"]),
            member("S", "other", &[], &["elsewhere"]),
            member("S", "writer", &["topic"], &[]),
        ];
        assert_eq!(waves(&members).unwrap(), [vec![1, 2], vec![0]]);
    }

    #[test]
    fn opposite_orders_and_circles_are_named() {
        let opposite = [
            member("A", "x", &[], &[]),
            member("B", "x", &[], &[]),
            member("B", "y", &[], &[]),
            member("A", "y", &[], &[]),
        ];
        assert_eq!(
            waves(&opposite).unwrap_err().to_string(),
            "the stage files do not agree on the order of the stages `A`, `B`"
        );
        let circle = [
            member("A", "x", &["1"], &["2"]),
            member("A", "y", &["2"], &["1"]),
        ];
        assert_eq!(
            waves(&circle).unwrap_err().to_string(),
            "in stage `A`, the stacks `x`, `y` import from each other in a circle"
        );
    }

    #[test]
    fn a_stack_may_import_what_it_exports_itself() {
        let own = [member("A", "x", &["1"], &["1"])];
        assert_eq!(waves(&own).unwrap(), [vec![0]]);
    }
}
