//! Files that a verb writes: all of them or none, and only where the bytes differ.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::finding::Finding;

use super::project::is_name;

/// The folder of the templates.
pub(super) const TEMPLATES: &str = "templates";
const NOTHING: &str = "nothing was written; every file is as it was";
const ENDINGS: [&str; 2] = [".template.json", ".template.yaml"];

/// What is to become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is not there yet.
    Create,
    /// It holds other bytes.
    Update,
    /// It holds these bytes already.
    Keep,
    /// It belongs to nothing any more.
    Remove,
}

/// What there is to do, by the files' names relative to the root, with `/`.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    root: &'a Path,
    texts: BTreeMap<String, String>,
    /// One per file, sorted by name.
    pub(super) changes: BTreeMap<String, Change>,
}

impl<'a> Plan<'a> {
    /// Compares the texts with what the files hold.
    pub(super) fn new(root: &'a Path, texts: BTreeMap<String, String>) -> Result<Self, Finding> {
        let mut changes = BTreeMap::new();
        for (name, text) in &texts {
            let change = match fs::read(root.join(name)) {
                Ok(bytes) if bytes == text.as_bytes() => Change::Keep,
                Ok(_) => Change::Update,
                Err(error) if error.kind() == io::ErrorKind::NotFound => Change::Create,
                Err(error) => return Err(failed("read", name, &error).hint(NOTHING)),
            };
            changes.insert(name.clone(), change);
        }
        Ok(Self {
            root,
            texts,
            changes,
        })
    }

    /// Also removes the templates that none of the texts is: files that bear the name of a
    /// template, `templates/<Stage>/<stack>.template.json` or `.yaml`. Nothing else in the folder
    /// is looked at.
    pub(super) fn remove_orphans(&mut self) -> Result<(), Finding> {
        for stage in names(&self.root.join(TEMPLATES), TEMPLATES)? {
            let folder = format!("{TEMPLATES}/{stage}");
            if !is_name(&stage) || !self.root.join(&folder).is_dir() {
                continue;
            }
            for file in names(&self.root.join(&folder), &folder)? {
                let stack = ENDINGS.iter().find_map(|ending| file.strip_suffix(ending));
                let name = format!("{folder}/{file}");
                if stack.is_some_and(is_name) && !self.texts.contains_key(&name) {
                    self.changes.insert(name, Change::Remove);
                }
            }
        }
        Ok(())
    }

    /// How many files are to be changed in this way.
    pub(super) fn count(&self, change: Change) -> usize {
        self.changes
            .values()
            .filter(|other| **other == change)
            .count()
    }

    /// Does it. Every new text is on the disk before the first file is replaced, so that a full
    /// disk changes nothing.
    pub(super) fn apply(&self) -> Result<(), Finding> {
        let mut ready = Vec::new();
        for (name, text) in &self.texts {
            if self.changes.get(name) != Some(&Change::Keep) {
                let file = stage(&self.root.join(name), text)
                    .map_err(|error| failed("write", name, &error).hint(NOTHING))?;
                ready.push((name, file));
            }
        }
        let total = ready.len();
        for (done, (name, file)) in ready.into_iter().enumerate() {
            file.persist(self.root.join(name)).map_err(|error| {
                failed("replace", name, &error.error).hint(format!(
                    "{done} of {total} files were written before it, each of them completely; the \
                     others are as they were"
                ))
            })?;
        }
        for (name, change) in &self.changes {
            if *change == Change::Remove {
                let path = self.root.join(name);
                fs::remove_file(&path).map_err(|error| {
                    failed("remove", name, &error).hint("all templates were written")
                })?;
                // Fails where something else is left in the folder, which is then kept.
                if let Some(folder) = path.parent() {
                    let _ = fs::remove_dir(folder);
                }
            }
        }
        Ok(())
    }
}

/// Writes one file that a verb was told to write, whole or not at all.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), Finding> {
    let shown = path.display().to_string();
    let file = stage(path, text).map_err(|error| failed("write", &shown, &error))?;
    file.persist(path)
        .map_err(|error| failed("replace", &shown, &error.error))?;
    Ok(())
}

/// Writes a text beside the file that it is going to replace.
fn stage(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sageform-");
    // A temporary file is private unless told otherwise; a template is as readable as any file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(path) {
        fs::set_permissions(file.path(), metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// The names in a folder, sorted; none where it does not exist.
fn names(folder: &PathBuf, shown: &str) -> Result<Vec<String>, Finding> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("list", shown, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed("list", shown, &error))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

fn failed(what: &str, name: &str, error: &io::Error) -> Finding {
    Finding::error("disk", format!("cannot {what} `{name}`: {error}"))
}
