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
    access_denied_names_the_verb_that_prints_policies
    account_of_somebody_else_is_told_from_the_stages
    alarms_guard_an_update_once_they_exist
    change_set_deleted_while_it_is_made_is_told
    change_set_left_failed_is_made_again
    change_set_of_an_unknown_status_is_not_planned
    change_set_of_outputs_and_tags_is_planned
    change_set_of_the_same_plan_is_found_again
    change_set_of_values_of_the_future_is_shown_in_their_words
    change_set_on_three_pages_is_read_to_the_end
    change_set_refused_by_a_hook_says_how_to_please_it
    change_set_refused_by_early_validation_names_every_mistake
    change_set_refused_by_early_validation_that_may_not_be_asked_for
    change_set_refused_in_a_nested_stack_says_what_is_wrong_there
    change_set_takes_its_time
    change_set_that_cannot_import_names_what_exists
    change_set_that_is_fine_comes_with_its_warnings
    change_set_that_is_not_accepted_leaves_no_shell
    change_set_that_is_not_accepted_says_why
    change_set_with_another_template_is_refused
    change_set_with_incomplete_values_drops_nothing
    change_set_with_nested_ones_shows_their_changes
    change_set_with_the_words_of_an_empty_one_is_planned
    change_set_without_changes_goes_with_its_shell
    change_set_without_changes_is_removed
    credentials_that_are_missing_are_asked_for
    credentials_that_are_not_valid_are_told
    credentials_that_expired_are_not_tried_again
    endpoint_may_not_be_looked_at
    parameters_are_given_or_kept_or_missing
    partition_of_somebody_else_is_told_from_the_regions
    plan_as_json_is_the_plan_file_with_its_digest
    plan_as_markdown_is_for_the_pull_request
    plan_says_when_an_update_resets_what_scaling_has_set
    plan_shows_no_secret_in_any_form
    plan_tells_changes_by_its_exit_code
    plan_that_cannot_be_written_leaves_nothing
    plan_that_replaces_an_endpoint_has_to_be_acknowledged
    region_of_the_stage_comes_before_the_environments
    region_that_nobody_names_is_asked_for
    role_and_protection_that_the_stack_keeps_are_told
    role_and_protection_that_the_stage_asks_for_are_told
    stack_absent_is_planned_as_create
    stack_create_failed_is_still_paid_for
    stack_delete_complete_is_made_anew
    stack_delete_failed_needs_to_be_destroyed_again
    stack_delete_in_progress_is_busy
    stack_review_in_progress_is_planned_as_create
    stack_review_in_progress_stays_with_another_plan
    stack_rollback_complete_needs_to_be_destroyed
    stack_rollback_failed_needs_to_be_destroyed
    stack_stable_is_updated
    stack_unknown_in_progress_is_busy
    stack_unknown_is_left_alone
    stack_update_complete_cleanup_in_progress_is_busy
    stack_update_failed_needs_a_rollback
    stack_update_in_progress_is_busy
    stack_update_rollback_complete_cleanup_in_progress_is_busy
    stack_update_rollback_failed_needs_its_rollback_continued
    stages_that_disagree_on_their_order_are_told
    template_of_more_than_51200_bytes_goes_through_a_bucket
    templates_that_are_not_what_the_stage_file_says_are_refused
    throttling_passes_and_is_waited_out
    two_stacks_are_planned_or_none
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
