//! What the tests of several families ask.

use crate::config::yaml::{Limits, parse};
use crate::json::Json;
use crate::template::Template;

use super::{Rule, check};

/// Those of the rules that a template breaks, in order and each once.
pub(super) fn broken(rules: &[Rule], yaml: &str) -> Vec<&'static str> {
    let (document, findings) = parse("t.yaml", yaml.as_bytes(), &Limits::TEMPLATE);
    assert!(findings.is_empty(), "{findings:?}");
    let Some(Json::Object(object)) = document.map(|document| document.to_json()) else {
        panic!("a template is an object");
    };
    let mut broken: Vec<_> = check(&Template::from_document(object))
        .into_iter()
        .map(|finding| finding.rule)
        .filter(|rule| rules.iter().any(|own| own.id == *rule))
        .collect();
    broken.sort_unstable();
    broken.dedup();
    broken
}
