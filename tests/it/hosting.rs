//! Stage files and the templates that the standard hosting stack makes of them:
//! `tests/cases/hosting/<case>/config/<stack>.yaml` and `<Stage>.template.json`, or `findings.txt`
//! where something is wrong.
//!
//! `SNAPSHOTS=overwrite cargo test --test it hosting` accepts what comes out now. Read it against
//! the contract in `contract.rs`, and run `tests/validators/check.py`, before you commit it.

use std::path::PathBuf;

use sageform::app::StageTemplate;

use crate::support::{entries, folder, golden, render, synthesize};

fn cases() -> Vec<PathBuf> {
    let cases = entries(&folder("hosting"));
    assert!(cases.len() > 12, "the cases are gone");
    cases
}

#[test]
fn each_stage_becomes_the_expected_template() {
    for case in cases() {
        let synthesis = synthesize(&case);
        let findings = case.join("findings.txt");
        if synthesis.findings.is_empty() {
            assert!(!findings.exists(), "{} has none", findings.display());
        } else {
            golden(&findings, render(&synthesis.findings));
        }
        let mut expected = Vec::new();
        if !synthesis.has_errors() {
            for StageTemplate { stage, text, .. } in &synthesis.templates {
                let path = case.join(format!("{stage}.template.json"));
                golden(&path, text.clone());
                expected.push(path);
            }
        }
        expected.sort();
        let mut there = entries(&case);
        there.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        assert_eq!(there, expected, "templates without a stage");
    }
}
