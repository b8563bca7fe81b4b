//! What the tests of several families ask.

use crate::config::yaml::{Limits, parse};
use crate::json::Json;
use crate::template::Template;

use super::super::Checked;
use super::{Rule, covered, rule};

/// Those of the rules that a template breaks, in order and each once.
pub(super) fn broken(rules: &[Rule], yaml: &str) -> Vec<&'static str> {
    let (document, findings) = parse("t.yaml", yaml.as_bytes(), &Limits::TEMPLATE);
    assert!(findings.is_empty(), "{findings:?}");
    let Some(Json::Object(object)) = document.map(|document| document.to_json()) else {
        panic!("a template is an object");
    };
    let checked = Checked::new(&Template::from_document(object), yaml.len());
    let mut broken: Vec<_> = checked
        .faults
        .into_iter()
        .chain(checked.hints)
        .map(|finding| finding.rule)
        .filter(|rule| rules.iter().any(|own| own.id == *rule))
        .collect();
    broken.sort_unstable();
    broken.dedup();
    broken
}

#[test]
fn what_the_schemas_state_is_found_by_a_rule_that_there_is() {
    for (id, finder) in covered() {
        assert!(rule(finder).is_some(), "{id}: there is no rule `{finder}`");
        assert!(rule(id).is_none(), "{id} is a rule of its own");
    }
}
