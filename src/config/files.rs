//! Finding and reading the files of a project: the only part of `config` that touches the outside.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::yaml::{Limits, too_large};
use crate::finding::Finding;

/// The folder of stage files, below the project's root.
pub const FOLDER: &str = "config";

/// A stack's stage file, as it is printed.
pub fn stage_file(stack: &str) -> String {
    format!("{FOLDER}/{stack}.yaml")
}

/// A stack's lock file, as it is printed.
pub fn lock_file(stack: &str) -> String {
    format!("{FOLDER}/{stack}.lock.yaml")
}

/// The bytes of a file below the root, which is named as it is printed; `None` when it is not there.
///
/// # Errors
///
/// When it is not a regular file, is larger than the limit, or cannot be read.
pub fn read(root: &Path, file: &str, limits: &Limits) -> Result<Option<Vec<u8>>, Finding> {
    let path = root.join(file);
    let unreadable = |error: std::io::Error| {
        Finding::error(
            "unreadable-file",
            format!("`{file}` cannot be read: {error}"),
        )
    };
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if !metadata.is_file() {
        let kind = if metadata.is_dir() {
            "a folder"
        } else {
            "something else"
        };
        let message = format!("`{file}`: expected a file, got {kind}");
        return Err(Finding::error("unreadable-file", message));
    }
    if metadata.len() > limits.bytes as u64 {
        return Err(too_large(file, metadata.len(), limits));
    }
    // It may have grown since: one byte above the limit is enough to be refused by the parser.
    let mut bytes = Vec::new();
    let file = fs::File::open(&path).map_err(unreadable)?;
    file.take(limits.bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(Some(bytes))
}

/// The finding about a stack without a stage file.
pub fn missing(stack: &str) -> Finding {
    let file = stage_file(stack);
    let mut finding = Finding::error("missing-file", format!("`{file}` is not there"))
        .hint(format!("write `{file}` with the stages of `{stack}`"));
    finding.place.stack = Some(stack.to_owned());
    finding
}
