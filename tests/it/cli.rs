//! The command line, as transcripts: `tests/cases/cli/<case>/transcript.txt`.
//!
//! A case's `in/` is copied to a temporary folder, and [`transcript`](super::transcript) says how the
//! transcript is read.
//!
//! `SNAPSHOTS=overwrite cargo test --test it cli` accepts what is printed now.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use snapbox::{Assert, Data};
use tempfile::TempDir;

use super::transcript::{copy, files, replay, sageform};

macro_rules! cases {
    ($($name:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { transcript(stringify!($name)); })*
    };
}

cases! {
    check
    diff
    diff_base
    diff_hostile
    disk
    errors
    explain
    help
    hostile
    init
    missing_file
    no_project
    permissions
    schema
    selection
    silence
    stacks
    stdout
    subfolder
    synth
    usage
    validate_file
    yaml
}

#[test]
fn every_case_is_listed() {
    let mut folders: Vec<String> = fs::read_dir(cases())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, CASES);
}

/// The same project yields the same bytes, whoever synthesizes it, wherever, in whatever order.
#[test]
fn output_depends_on_the_files_only() {
    let reference = project("synth");
    run(sageform(reference.path()).arg("synth"));
    let expected = files(&reference.path().join("templates"));
    assert!(expected.len() > 1, "{expected:?}");

    let again = project("synth");
    for _ in 0..2 {
        run(sageform(again.path()).arg("synth"));
        assert_eq!(files(&again.path().join("templates")), expected);
    }

    let elsewhere = project("synth");
    let other_folder = TempDir::new().unwrap();
    run(sageform(other_folder.path())
        .arg("synth")
        .arg("-C")
        .arg(elsewhere.path())
        .envs([
            ("TZ", "Asia/Kathmandu"),
            ("LANG", "tr_TR.UTF-8"),
            ("LC_ALL", "tr_TR.UTF-8"),
        ])
        .envs([
            ("HOME", "/nonexistent"),
            ("AWS_REGION", "ap-south-1"),
            ("COLUMNS", "20"),
        ]));
    assert_eq!(files(&elsewhere.path().join("templates")), expected);

    let one_by_one = project("synth");
    for stage in ["Production", "Staging"] {
        run(sageform(one_by_one.path()).args(["synth", "--stage", stage]));
    }
    assert_eq!(files(&one_by_one.path().join("templates")), expected);

    let printed = project("synth");
    for stage in ["Staging", "Production"] {
        let text = run(sageform(printed.path()).args(["synth", "--stdout", "--stage", stage]));
        assert_eq!(
            expected[&format!("{stage}/inference.template.json")],
            text.into_bytes()
        );
    }
}

/// The shipped templates are what the shipped stage files say: the first thing a change breaks.
#[test]
fn own_templates_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    run(sageform(root).args(["schema", "--check"]));
    run(sageform(root).args(["schema", "--check", "--format", "markdown"]));
    run(sageform(root).args(["explain", "--check", "--format", "markdown"]));
    run(sageform(root).args(["synth", "--check"]));
}

/// The two commands of a new project's README work.
#[test]
fn a_new_project_builds_and_passes_its_test() {
    let folder = TempDir::new().unwrap();
    run(sageform(folder.path())
        .args(["init", "my-endpoint", "--sageform-path"])
        .arg(env!("CARGO_MANIFEST_DIR")));
    let project = folder.path().join("my-endpoint");
    // The versions that are built already, so that nothing is downloaded.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    fs::copy(lock, project.join("Cargo.lock")).unwrap();
    // The folder that this test was built in holds most dependencies already.
    let target = Path::new(env!("CARGO_BIN_EXE_sageform"))
        .ancestors()
        .nth(2)
        .unwrap();
    let cargo = || {
        let mut command = Command::new(env!("CARGO"));
        command
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true");
        command
    };
    run(cargo().args(["run", "--quiet", "--", "synth"]));
    let written = files(&project.join("templates"));
    assert_eq!(
        written.keys().collect::<Vec<_>>(),
        [
            "Production/inference.template.json",
            "Staging/inference.template.json"
        ]
    );
    run(cargo().args(["test", "--quiet"]));

    fs::write(
        project.join("templates/Staging/inference.template.json"),
        "{}",
    )
    .unwrap();
    let failed = cargo().args(["test", "--quiet"]).output().unwrap();
    let text = String::from_utf8_lossy(&failed.stdout).into_owned();
    assert!(!failed.status.success());
    assert!(text.contains("run `cargo run -- synth`"), "{text}");
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cli")
}

/// A copy of a case's input.
fn project(case: &str) -> TempDir {
    copy(&[cases().join(case).join("in")])
}

/// Runs a command that is to succeed, and returns its standard output.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn transcript(case: &str) {
    let path = cases().join(case).join("transcript.txt");
    let expected = fs::read_to_string(&path).unwrap();
    let project = project(case);
    let actual = replay(project.path(), &expected, &|_| {});
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(Data::text(actual), Data::read_from(&path, None).raw());
}
