//! Stages with keys of other stages: the reader refuses what does not go together, or the standard
//! stack builds it. It trusts the reader, so that what the reader overlooks would be a panic.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::stage_files::as_json;
use crate::support::{entries, folder, only_stack, render, synthesize_text};

type Stage = Map<String, Value>;

/// Every stage that a case or a shipped stack has, with what it inherits.
fn stages() -> Vec<Stage> {
    let shipped = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"));
    let of_cases = entries(&folder("hosting"))
        .into_iter()
        .map(|case| case.join(format!("config/{}.yaml", only_stack(&case))));
    let mut stages = Vec::new();
    for file in shipped.into_iter().chain(of_cases) {
        if file.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let Some(Value::Object(mut file)) = as_json(&fs::read(file).unwrap()) else {
            continue;
        };
        let defaults = file.remove("Defaults").unwrap_or_else(|| json!({}));
        for (_, stage) in file {
            let mut whole = defaults.clone();
            inherit(&mut whole, stage);
            if let Value::Object(stage) = whole {
                stages.push(stage);
            }
        }
    }
    assert!(stages.len() > 100, "the cases are gone");
    stages
}

fn inherit(base: &mut Value, stage: Value) {
    match (base, stage) {
        (_, Value::Null) => {}
        (Value::Object(base), Value::Object(stage)) => {
            for (key, value) in stage {
                match value {
                    Value::Null => drop(base.remove(&key)),
                    value => inherit(base.entry(key).or_insert(Value::Null), value),
                }
            }
        }
        (base, stage) => *base = stage,
    }
}

#[derive(Debug, Clone)]
enum Graft {
    /// A key of another stage; where both have the map that it is in, in there.
    Key { stage: Index, path: Vec<Index> },
    /// A value that another key has.
    Value {
        stage: Index,
        from: Vec<Index>,
        to: Vec<Index>,
    },
    /// A value that is odd everywhere.
    Odd { value: Index, to: Vec<Index> },
    /// One key less.
    Without(Vec<Index>),
}

const ODD: [fn() -> Value; 9] = [
    || json!(0),
    || json!(1),
    || json!(1000),
    || json!(true),
    || json!("0s"),
    || json!("100%"),
    || json!([]),
    || json!({}),
    || json!({"Fn::ImportValue": "elsewhere"}),
];

fn graft() -> impl Strategy<Value = Graft> {
    let path = || prop::collection::vec(any::<Index>(), 4);
    let key = (any::<Index>(), path()).prop_map(|(stage, path)| Graft::Key { stage, path });
    prop_oneof![
        5 => key,
        1 => (any::<Index>(), path(), path())
            .prop_map(|(stage, from, to)| Graft::Value { stage, from, to }),
        1 => (any::<Index>(), path()).prop_map(|(value, to)| Graft::Odd { value, to }),
        1 => path().prop_map(Graft::Without),
    ]
}

/// A value within a stage, by the choice of a key, or an item, on each level; at a map it may stop.
fn chosen<'a>(stage: &'a mut Stage, path: &[Index]) -> Option<&'a mut Value> {
    let [first, rest @ ..] = path else {
        return None;
    };
    if stage.is_empty() {
        return None;
    }
    let key = stage.keys().nth(first.index(stage.len()))?.clone();
    within(stage.get_mut(&key)?, rest)
}

fn within<'a>(value: &'a mut Value, path: &[Index]) -> Option<&'a mut Value> {
    let [choice, rest @ ..] = path else {
        return Some(value);
    };
    // One time in four the whole.
    if choice.index(4) == 0 {
        return Some(value);
    }
    let whole = match &value {
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => true,
    };
    match value {
        value if whole => Some(value),
        Value::Array(items) => {
            let index = choice.index(items.len());
            within(&mut items[index], rest)
        }
        Value::Object(object) => chosen(object, path),
        value => Some(value),
    }
}

fn insert(stage: &mut Stage, other: &Stage, path: &[Index]) {
    let [first, rest @ ..] = path else { return };
    if other.is_empty() {
        return;
    }
    let (key, value) = other.iter().nth(first.index(other.len())).unwrap();
    match (stage.get_mut(key), value) {
        (Some(Value::Object(own)), Value::Object(value)) => insert(own, value, rest),
        (Some(Value::Array(own)), Value::Array(value)) if !own.is_empty() && !value.is_empty() => {
            let index = first.index(own.len());
            match (&mut own[index], &value[first.index(value.len())]) {
                (Value::Object(own), Value::Object(value)) => insert(own, value, rest),
                (own, value) => *own = value.clone(),
            }
        }
        _ => {
            stage.insert(key.clone(), value.clone());
        }
    }
}

fn apply(stage: &mut Stage, stages: &[Stage], graft: &Graft) {
    match graft {
        Graft::Key { stage: other, path } => insert(stage, other.get(stages), path),
        Graft::Value {
            stage: other,
            from,
            to,
        } => {
            let value = chosen(&mut other.get(stages).clone(), from).cloned();
            if let (Some(to), Some(value)) = (chosen(stage, to), value) {
                *to = value;
            }
        }
        Graft::Odd { value, to } => {
            if let Some(to) = chosen(stage, to) {
                *to = value.get(&ODD)();
            }
        }
        Graft::Without(path) => {
            if let Some(value) = chosen(stage, path) {
                *value = Value::Null;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_refused_is_built(
        seed in any::<Index>(),
        grafts in prop::collection::vec(graft(), 1..5),
    ) {
        thread_local! {
            static STAGES: Vec<Stage> = stages();
        }
        STAGES.with(|stages| {
            let mut stage = seed.get(stages).clone();
            for graft in &grafts {
                apply(&mut stage, stages, graft);
            }
            let text = json!({"Stage": stage}).to_string();
            let synthesis = synthesize_text("churn", text.as_bytes(), None);
            render(&synthesis.findings);
            prop_assert!(synthesis.has_errors() || !synthesis.templates.is_empty(), "{}", text);
            Ok(())
        })?;
    }
}
