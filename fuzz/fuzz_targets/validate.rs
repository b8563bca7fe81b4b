//! Any text is a template with findings: it is read, checked, and compared with itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sageform::config::yaml::{Limits, parse};
use sageform::json::Json;
use sageform::rules::{Checked, check_update};
use sageform::template::Template;

fuzz_target!(|bytes: &[u8]| {
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
        assert!(check_update(&template, &template).is_empty(), "nothing changes");
    }
});
