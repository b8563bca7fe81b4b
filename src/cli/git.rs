//! Files of a git revision, read by the `git` program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::config::yaml::Limits;
use crate::finding::Finding;

/// A folder within a git repository.
#[derive(Debug)]
pub(super) struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// The repository that a folder is in, at its top or below.
    pub(super) fn open(folder: &Path) -> Result<Self, Finding> {
        let repository = Self {
            folder: folder.to_path_buf(),
        };
        let output = repository.run(["rev-parse", "--is-inside-work-tree"])?;
        if output.status.success() && output.stdout.starts_with(b"true") {
            return Ok(repository);
        }
        Err(Finding::error(
            "no-repository",
            format!(
                "`--base` needs a git repository, and `{}` is in none that can be read{}",
                folder.display(),
                said(&output)
            ),
        )
        .hint("run it in a checkout, or leave `--base` out to compare with `templates/`"))
    }

    /// The commit that is checked out in a folder, for people who look at a plan later; `None` where
    /// there is no repository, no commit or no git.
    #[cfg(feature = "deploy")]
    pub(super) fn head(folder: &Path) -> Option<String> {
        Self::open(folder).ok()?.commit("HEAD").ok()
    }

    /// The id of the commit that a name, such as `main`, `HEAD~1` or a tag, stands for.
    pub(super) fn commit(&self, name: &str) -> Result<String, Finding> {
        // What begins with a dash would be an option.
        if !name.starts_with('-') && !name.is_empty() {
            let commit = format!("{name}^{{commit}}");
            let output = self.run(["rev-parse", "--verify", "--quiet", commit.as_str()])?;
            let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if output.status.success() && !id.is_empty() {
                return Ok(id);
            }
        }
        Err(Finding::error(
            "unknown-revision",
            format!("git knows no revision `{name}`"),
        )
        .hint(
            "name a branch, a tag or a commit that is here: a shallow clone has few of them, and \
             `git fetch origin main` gets `origin/main`",
        ))
    }

    /// The files of a commit below a folder, relative to this one; none where the commit has no such
    /// folder.
    pub(super) fn files(&self, commit: &str, folder: &str) -> Result<Vec<String>, Finding> {
        let folder = format!("{folder}/");
        let output = self.run([
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            commit,
            folder.as_str(),
        ])?;
        if !output.status.success() {
            return Err(failed(&format!("list `{folder}` of `{commit}`"), &output));
        }
        let names = String::from_utf8_lossy(&output.stdout);
        let names = names.split('\0').filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    }

    /// The bytes of a file of a commit, which is named relative to this folder.
    pub(super) fn read(&self, commit: &str, file: &str) -> Result<Vec<u8>, Finding> {
        let object = format!("{commit}:./{file}");
        let output = self.run(["cat-file", "blob", object.as_str()])?;
        if !output.status.success() {
            return Err(failed(&format!("read `{file}` of `{commit}`"), &output));
        }
        // One byte above the limit is enough to be refused by the parser.
        let mut bytes = output.stdout;
        bytes.truncate(Limits::TEMPLATE.bytes.saturating_add(1));
        Ok(bytes)
    }

    fn run<const N: usize>(&self, arguments: [impl AsRef<OsStr>; N]) -> Result<Output, Finding> {
        Command::new("git")
            .args(["--no-optional-locks", "--literal-pathspecs"])
            .args(arguments)
            .current_dir(&self.folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| {
                Finding::error("no-git", format!("`git` cannot be run: {error}"))
                    .hint("install git, or leave `--base` out to compare with `templates/`")
            })
    }
}

fn failed(what: &str, output: &Output) -> Finding {
    Finding::error("git", format!("git cannot {what}{}", said(output)))
}

/// The first line of what git complains of.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    match text.lines().next() {
        Some(first) if !first.is_empty() => format!(": {first}"),
        _ => String::new(),
    }
}
