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
    a_change_set_that_does_something_else_is_not_applied
    a_change_set_that_has_failed_is_not_applied
    a_change_set_that_is_gone_is_not_applied
    a_change_set_with_another_template_is_not_applied
    a_creation_is_followed_event_by_event
    a_creation_that_failed_and_was_kept_needs_a_person
    a_creation_that_is_still_read_as_under_review_is_waited_for
    a_creation_whose_rollback_failed_needs_a_person
    a_custom_name_that_is_in_the_way_is_to_be_removed
    a_deployment_does_not_take_up_somebody_elses
    a_deployment_takes_up_its_own
    a_deployment_that_ended_unseen_is_verified
    a_deployment_that_failed_unseen_says_why
    a_deployment_that_was_cut_short_is_picked_up
    a_deployment_whose_change_set_is_gone_is_known_by_the_stack
    a_failed_creation_that_was_rolled_back_says_why
    a_failed_update_that_was_rolled_back_says_why
    a_hook_that_refuses_a_resource_says_what_would_satisfy_it
    a_program_reads_a_failure_as_json
    a_program_reads_events_and_results_as_json
    a_role_that_may_not_is_told_how_to_read_the_refusal
    a_service_that_fails_after_the_plan_leaves_everything_as_it_was
    a_stack_that_has_failed_since_is_not_applied
    a_stack_that_may_not_be_seen_any_more_loses_contact
    a_stack_that_somebody_is_updating_is_busy
    a_stack_that_was_made_again_after_the_plan_is_not_applied
    a_stack_that_was_updated_after_the_plan_is_not_applied
    a_stack_without_an_endpoint_is_done_when_cloudformation_says_so
    a_stage_that_fails_ends_the_deployment
    a_stage_that_is_not_begun_is_named
    a_stage_whose_endpoint_went_back_ends_the_deployment
    a_status_that_cannot_be_read_for_a_while_is_asked_for_again
    a_status_that_nobody_knows_is_told_as_it_is
    a_template_that_is_gone_is_not_applied
    a_template_that_was_edited_after_the_plan_is_not_applied
    a_variant_below_its_count_is_waited_for
    a_variant_that_is_missing_does_not_serve
    access_denied_names_the_verb_that_prints_policies
    account_of_somebody_else_is_told_from_the_stages
    alarms_guard_an_update_once_they_exist
    an_endpoint_in_a_status_that_nobody_knows_does_not_serve
    an_endpoint_is_replaced_only_if_it_is_named
    an_endpoint_on_another_configuration_is_updated_only_if_that_is_accepted
    an_endpoint_that_failed_after_the_stack_succeeded_does_not_serve
    an_endpoint_that_has_failed_is_noticed_before_the_update
    an_endpoint_that_is_gone_afterwards_does_not_serve
    an_endpoint_that_is_gone_is_noticed_before_the_update
    an_endpoint_that_is_still_going_back_is_waited_for_and_does_not_serve
    an_endpoint_that_is_still_updating_is_waited_for
    an_endpoint_that_silently_went_back_does_not_serve
    an_endpoint_that_somebody_is_updating_is_busy
    an_endpoint_with_a_deployment_pending_is_waited_for
    an_execution_that_is_denied_executes_nothing
    an_execution_that_is_refused_executes_nothing
    an_execution_that_was_refused_because_it_has_begun_is_followed
    an_execution_whose_answer_is_lost_is_executed_once
    an_obsolete_change_set_is_not_applied
    an_update_is_followed_event_by_event
    an_update_that_stopped_half_way_needs_a_person
    an_update_whose_rollback_failed_needs_a_person
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
    credentials_of_another_account_apply_nothing
    credentials_that_are_missing_are_asked_for
    credentials_that_are_not_valid_are_told
    credentials_that_expire_while_it_is_followed_lose_contact
    credentials_that_expired_are_not_tried_again
    delete_failed
    destroy_imported
    destroy_lists_and_deletes
    destroy_protected
    destroy_review_in_progress
    diff_against_what_is_deployed
    discard_a_plan
    discard_beside_another_plan
    drift_of_what_is_compared
    endpoint_may_not_be_looked_at
    events_follow_a_running_update
    events_follow_a_silent_rollback
    events_of_a_failed_update
    events_that_are_throttled_fail_nothing
    events_that_may_not_be_read_fail_nothing
    events_when_denied
    nothing_to_change_and_an_endpoint_that_serves_is_done
    nothing_to_change_is_good_news_only_if_the_endpoint_agrees
    only_the_approved_plan_is_applied
    other_peoples_change_sets_that_go_are_named
    outputs_of_a_stack
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
    rollback_complete
    rollback_nothing
    rollback_update_failed
    rollback_update_in_progress
    sagemaker_that_does_not_answer_for_a_while_is_asked_again
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
    stages_are_applied_one_after_the_other
    stages_that_disagree_on_their_order_are_told
    status_of_everything
    template_of_more_than_51200_bytes_goes_through_a_bucket
    templates_that_are_not_what_the_stage_file_says_are_refused
    termination_protection_is_never_switched_off
    termination_protection_is_not_switched_on_after_a_failure
    termination_protection_is_switched_on_after_success
    the_events_of_a_nested_stack_are_told_too
    the_success_of_the_time_before_is_not_taken_for_the_new_one
    throttling_passes_and_is_waited_out
    two_stacks_are_planned_or_none
    update_rollback_failed
    what_could_not_be_cleaned_up_is_a_warning
    what_is_no_plan_is_not_applied
    what_needs_no_account_asks_nobody
    without_a_terminal_somebody_has_to_have_said_yes
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
