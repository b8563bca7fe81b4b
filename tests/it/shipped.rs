//! The shipped stacks, as people read them: the YAML view of each template.
//!
//! `templates/` holds what is deployed; `snapshots/` shows a reviewer the same in fewer
//! lines. `INSTA_UPDATE=always cargo test --test it shipped` accepts new ones.

use std::path::Path;
use std::process::Command;

/// Every stack of the repository.
pub(crate) const STACKS: &[&str] = &[
    "ab_test",
    "canary",
    "components",
    "fraud",
    "inference",
    "multi_model",
    "pipeline_model",
    "registry",
    "scvi",
    "serverless",
    "shadow",
];
const STAGES: &[&str] = &["Staging", "Production"];

#[test]
fn each_shipped_stack_looks_as_reviewed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for stack in STACKS {
        for stage in STAGES {
            let output = Command::new(env!("CARGO_BIN_EXE_sageform"))
                .current_dir(root)
                .args([
                    "synth", "--stdout", "--yaml", "--stack", stack, "--stage", stage,
                ])
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let yaml = String::from_utf8(output.stdout).unwrap();
            settings.bind(|| insta::assert_snapshot!(format!("{stage}.{stack}"), yaml));
        }
    }
}
