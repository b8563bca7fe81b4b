//! The committed templates are what the stacks and stage files say.

use std::process::Command;

#[test]
fn templates_are_up_to_date() {
    let output = Command::new(env!("CARGO_BIN_EXE_{{name}}"))
        .args(["synth", "--check"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
