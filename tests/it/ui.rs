//! What SageMaker refuses by shape does not compile, and the compiler's message names the property.
//!
//! `tests/ui/*.rs` are the shapes, the `.stderr` beside each is what the compiler pinned in
//! `rust-toolchain.toml` says. `TRYBUILD=overwrite cargo test --test it ui` accepts new messages.

use std::fs;
use std::path::Path;

#[test]
fn impossible_shapes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn each_message_names_an_aws_property_that_the_case_is_about() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        cases += 1;
        let source = fs::read_to_string(&path).unwrap();
        let about = source.lines().next().unwrap_or_default();
        // What stands in backticks is CloudFormation's, such as `MemorySizeInMB: 1500`.
        let properties: Vec<_> = about
            .split('`')
            .skip(1)
            .step_by(2)
            .map(|code| code.split(':').next().unwrap_or_default())
            .collect();
        assert!(
            !properties.is_empty(),
            "{}: say what it is about",
            path.display()
        );
        let message = fs::read_to_string(path.with_extension("stderr")).unwrap();
        // The compiler shows the source too: only its own words count. A missing method is named as
        // Rust writes it.
        let words: String = message
            .lines()
            .filter(|line| !line.trim_start().starts_with(|c: char| c.is_ascii_digit()))
            .collect();
        let plain = |text: &str| text.replace('_', "").to_lowercase();
        assert!(
            properties
                .iter()
                .any(|property| plain(&words).contains(&plain(property))),
            "{}: none of {properties:?} in\n{message}",
            path.display()
        );
    }
    assert!(cases >= 20, "{cases} cases");
}
