//! The revision that the project's files are of, for people who look at a plan later.

use std::path::Path;
use std::process::{Command, Stdio};

/// The commit that is checked out; `None` where there is no repository or no git.
pub(super) fn of(root: &Path) -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--verify", "--quiet", "HEAD"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let commit = text.trim();
    (output.status.success() && !commit.is_empty()).then(|| commit.to_owned())
}
