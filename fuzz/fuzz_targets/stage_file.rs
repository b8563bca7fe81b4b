//! Any text is a stage file: it is refused, or the standard stack builds it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sageform::app::{StackInput, synthesize};
use sageform::config::Text;

fuzz_target!(|bytes: &[u8]| {
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
});
