//! Transcripts: what is typed, and what is printed.
//!
//! Lines that begin with `$ ` are run in a copy of the case's input, and what they print is compared
//! with the lines that follow: standard output as it is, standard error after `! `, an exit code other
//! than 0 after `? `. Lines that begin with `## ` are remarks. Besides `sageform`, which may have
//! `NAME=value` before it and `> FILE` after it, there are `cd`, `clone`, `tree`, `cat`, `append`,
//! `mkdir`, `rm`, `mv` and `git`, which knows nothing of who runs it, and when.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A copy of folders, the later over the earlier.
pub(crate) fn copy(folders: &[PathBuf]) -> TempDir {
    let copy = TempDir::new().unwrap();
    for (name, bytes) in folders.iter().flat_map(|folder| files(folder)) {
        let path = copy.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    copy
}

/// Every file below a folder by its name; none when the folder is not there.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            for (below, bytes) in files(&entry.path()) {
                found.insert(format!("{name}/{below}"), bytes);
            }
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// The program, to be run in a folder.
pub(crate) fn sageform(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sageform"));
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Git with a fixed author and time, so that the ids of commits are the same everywhere.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).stdin(Stdio::null()).envs([
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_COMMITTER_NAME", "A"),
        ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
    ]);
    command
}

/// Runs the commands of a transcript in a folder, each after `prepare`, and returns the transcript with
/// what they print now.
pub(crate) fn replay(folder: &Path, text: &str, prepare: &dyn Fn(&mut Command)) -> String {
    let root = folder.canonicalize().unwrap();
    let mut folder = root.clone();
    let mut actual = String::new();
    for line in text.lines() {
        if line.starts_with("## ") {
            writeln!(actual, "{line}").unwrap();
        } else if let Some(command) = line.strip_prefix("$ ") {
            writeln!(actual, "{line}").unwrap();
            let words: Vec<&str> = command.split(' ').collect();
            let output = execute(&words, &mut folder, prepare);
            actual.push_str(&output.replace(root.to_str().unwrap(), "[ROOT]"));
            actual.push('\n');
        }
    }
    actual
}

fn execute(words: &[&str], folder: &mut PathBuf, prepare: &dyn Fn(&mut Command)) -> String {
    let is_variable = |word: &&&str| {
        let name = word.split_once('=').unwrap_or_default().0;
        !name.is_empty() && !name.contains(|c: char| c.is_ascii_lowercase())
    };
    let (variables, words) = words.split_at(words.iter().take_while(is_variable).count());
    match words {
        ["sageform", arguments @ ..] => {
            let mut command = sageform(folder);
            prepare(&mut command);
            command.envs(variables.iter().filter_map(|word| word.split_once('=')));
            let (arguments, file) = match arguments {
                [arguments @ .., ">", file] => (arguments, Some(file)),
                _ => (arguments, None),
            };
            let output = command.args(arguments).output().unwrap();
            let mut text = String::from_utf8(output.stdout).unwrap();
            if let Some(file) = file {
                fs::write(folder.join(file), std::mem::take(&mut text)).unwrap();
            }
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str("[no line end]\n");
            }
            for line in String::from_utf8(output.stderr).unwrap().lines() {
                writeln!(text, "{}", format!("! {line}").trim_end()).unwrap();
            }
            match output.status.code() {
                Some(0) => {}
                code => writeln!(text, "? {}", code.unwrap_or(-1)).unwrap(),
            }
            text
        }
        ["cd", target] => {
            *folder = folder.join(target).canonicalize().unwrap();
            String::new()
        }
        // What git leaves in an empty clone, and cannot keep within another repository.
        ["clone", target] => {
            fs::create_dir_all(folder.join(target).join(".git")).unwrap();
            fs::write(
                folder.join(target).join(".git/HEAD"),
                "ref: refs/heads/main\n",
            )
            .unwrap();
            String::new()
        }
        ["git", arguments @ ..] => {
            let output = git(folder).args(arguments).output().unwrap();
            assert!(
                output.status.success(),
                "git {arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            String::from_utf8(output.stdout).unwrap()
        }
        ["tree"] => files(folder)
            .keys()
            .fold(String::new(), |list, name| list + name + "\n"),
        ["cat", file] => fs::read_to_string(folder.join(file)).unwrap(),
        ["append", file, text @ ..] => {
            let mut bytes = fs::read(folder.join(file)).unwrap_or_default();
            bytes.extend(text.join(" ").bytes());
            bytes.push(b'\n');
            fs::write(folder.join(file), bytes).unwrap();
            String::new()
        }
        ["mkdir", name] => {
            fs::create_dir_all(folder.join(name)).unwrap();
            String::new()
        }
        ["rm", file] => {
            fs::remove_file(folder.join(file)).unwrap();
            String::new()
        }
        ["mv", from, to] => {
            fs::rename(folder.join(from), folder.join(to)).unwrap();
            String::new()
        }
        other => panic!("no such command: {other:?}"),
    }
}
