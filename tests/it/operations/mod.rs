//! Scaling, rollouts, alarms and dashboards by builders: whole stacks, and what a constructor cannot
//! show. `tests/cases/operations/<shape>.template.json` are the stacks.
//!
//! `SNAPSHOTS=overwrite cargo test --test it operations` accepts what comes out now.

mod dashboards;
mod findings;
mod shapes;

use sageform::rules;
use sageform::template::{Stack, Template, json_text};

use crate::support::{folder, golden};
use shapes::SHAPES;

/// The template of a shape, in which nothing may be wrong.
fn template(name: &str, build: fn(&mut Stack)) -> (Template, String) {
    let mut stack = Stack::new(name);
    build(&mut stack);
    let (template, findings) = stack.finish();
    assert!(findings.is_empty(), "{name}: {findings:?}");
    let text = json_text(&template.document);
    let findings = rules::check(&template, text.len());
    assert!(findings.is_empty(), "{name}: {findings:?}");
    (template, text)
}

#[test]
fn each_shape_becomes_the_expected_template() {
    for (name, build) in SHAPES {
        let (_, text) = template(name, *build);
        golden(
            &folder("operations").join(format!("{name}.template.json")),
            text.clone(),
        );
        assert_eq!(text, template(name, *build).1, "{name}: a second time");
    }
}
