//! Templates that others have made, `tests/cases/foreign/`: no rule calls them wrong.
//!
//! `SNAPSHOTS=overwrite cargo test --test it foreign` accepts the warnings that are found now.

use std::fmt::Write as _;
use std::fs;

use sageform::config::yaml::{Limits, parse};
use sageform::finding::Finding;
use sageform::json::Json;
use sageform::rules;
use sageform::template::Template;

use crate::support::{entries, folder, golden, render};

#[test]
fn no_template_of_others_is_called_wrong() {
    let mut checked = 0;
    for origin in entries(&folder("foreign")) {
        if !origin.is_dir() {
            continue;
        }
        let mut warnings = String::new();
        for path in entries(&origin) {
            if path
                .extension()
                .is_none_or(|kind| kind != "json" && kind != "yaml")
            {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy();
            let (document, findings) = parse(&name, &bytes, &Limits::TEMPLATE);
            assert!(findings.is_empty(), "{name}\n{}", render(&findings));
            let Json::Object(object) = document.unwrap().to_json() else {
                panic!("{name} is no template");
            };
            let findings = rules::check(&Template::from_document(object), bytes.len());
            let errors: Vec<Finding> = findings
                .iter()
                .filter(|finding| finding.is_error())
                .cloned()
                .collect();
            assert!(errors.is_empty(), "{name}\n{}", render(&errors));
            if !findings.is_empty() {
                let _ = writeln!(warnings, "== {name}\n{}", render(&findings));
            }
            checked += 1;
        }
        golden(&origin.join("warnings.txt"), warnings);
    }
    assert!(checked > 25, "the templates are gone");
}
