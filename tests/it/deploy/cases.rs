//! Whole deployments, as transcripts: `tests/cases/deploy/<case>/`, described in
//! `tests/cases/deploy/README.md`.
//!
//! `SNAPSHOTS=overwrite cargo test --test it deploy::cases` accepts what happens now.

use std::fs;
use std::path::PathBuf;

use snapbox::{Assert, Data};

use super::calls::Normal;
use super::point;
use super::script::{Script, base_folder};
use super::scripted::Scripted;
use crate::support::{entries, folder, golden, stem};
use crate::transcript::{copy, replay, sageform};

macro_rules! cases {
    ($($name:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { case(stringify!($name)); })*
    };
}

cases! {
    delete_failed
    destroy_imported
    destroy_lists_and_deletes
    destroy_protected
    destroy_review_in_progress
    discard_a_plan
    discard_beside_another_plan
    drift_of_what_is_compared
    events_follow_a_running_update
    events_follow_a_silent_rollback
    events_of_a_failed_update
    events_when_denied
    outputs_of_a_stack
    rollback_complete
    rollback_nothing
    rollback_update_failed
    rollback_update_in_progress
    status_of_everything
    update_rollback_failed
    what_needs_no_account_asks_nobody
}

#[test]
fn every_case_is_listed() {
    let folders: Vec<PathBuf> = entries(&folder("deploy"))
        .into_iter()
        .filter(|path| path.is_dir() && *path != base_folder())
        .collect();
    let names: Vec<&str> = folders.iter().map(|path| stem(path)).collect();
    assert_eq!(names, CASES);
}

/// The template of the project that cases share is what its stage file says, and what is deployed
/// differs from it by the model.
#[test]
fn the_shared_project_is_up_to_date() {
    let project = copy(&[base_folder().join("in")]);
    let output = sageform(project.path()).arg("synth").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let file = "templates/Staging/inference.template.json";
    let template = fs::read_to_string(project.path().join(file)).unwrap();
    let deployed = template.replace("inference/2/model.tar.gz", "inference/1/model.tar.gz");
    assert_ne!(deployed, template);
    golden(&base_folder().join("in").join(file), template);
    golden(&base_folder().join("deployed.template.json"), deployed);
}

fn case(name: &str) {
    let case = folder("deploy").join(name);
    let project = copy(&[base_folder().join("in"), case.join("in")]);
    let mut script = Script::read(&case);
    script.folders.insert(0, project.path().to_owned());
    let known = script.text.clone();
    let service = Scripted::start(script);

    let transcript = case.join("transcript.txt");
    let commands = fs::read_to_string(&transcript).unwrap();
    let url = service.url();
    let printed = replay(project.path(), &commands, &|command| point(command, &url));
    let problems = service.problems();
    assert!(
        problems.is_empty(),
        "{}\n\nafter\n{}\n{printed}",
        problems.join("\n"),
        service.calls()
    );

    // Both are compared before either fails.
    let expectations = [
        (transcript, Normal::new(&known).apply(&printed)),
        (case.join("calls.txt"), service.calls()),
    ];
    let results = expectations.map(|(path, actual)| {
        Assert::new()
            .action_env("SNAPSHOTS")
            .normalize_paths(false)
            .try_eq(
                Some(&path.display()),
                Data::text(actual),
                Data::read_from(&path, None).raw(),
            )
    });
    let failures: Vec<String> = results
        .into_iter()
        .filter_map(|result| result.err().map(|error| error.to_string()))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
