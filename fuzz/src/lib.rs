//! What the fuzz targets demand of any bytes; `cargo test` replays `seeds` through it.

use sageform::app::{StackInput, synthesize};
use sageform::config::Text;
use sageform::config::yaml::{Limits, parse};
use sageform::json::Json;
use sageform::rules::{Checked, check_update};
use sageform::template::Template;

/// Any text is a template with findings: it is read, checked, and compared with itself.
///
/// # Panics
///
/// When an update that changes nothing has a finding.
pub fn validate(bytes: &[u8]) {
    let (document, _) = parse("template.yaml", bytes, &Limits::TEMPLATE);
    let Some(document) = document else { return };
    if let Json::Object(object) = document.to_json() {
        let template = Template::from_document(object);
        let checked = Checked::new(&template, bytes.len());
        for finding in checked.faults.iter().chain(&checked.hints) {
            if let Some(path) = &finding.place.path {
                document.locate(path);
            }
        }
        let update = check_update(&template, &template);
        assert!(
            update.is_empty(),
            "nothing changes, and there is {update:?}"
        );
    }
}

/// Any text is a stage file: it is refused, or the standard stack builds it.
///
/// # Panics
///
/// When it is neither refused nor built.
pub fn stage_file(bytes: &[u8]) {
    let input = StackInput {
        name: "churn",
        build: None,
        stage_file: Text {
            file: "config/churn.yaml",
            bytes,
        },
        lock_file: None,
    };
    let synthesis = synthesize(&[input], |_| true);
    assert!(synthesis.has_errors() || !synthesis.templates.is_empty());
}
