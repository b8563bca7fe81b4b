//! What SIGINT and SIGTERM do: nothing to what runs in AWS, and away with what was only planned.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a signal comes in time")]

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::point;
use super::script::{Script, base_folder};
use super::scripted::Scripted;
use super::victim::{Ended, Victim};
use crate::transcript::{copy, sageform};

/// An update that goes on until the program is run again.
const ENDLESS: &str = "
Base: update
DescribeStacks:
  after ExecuteChangeSet:
    - Stacks: [{Like: Updated, StackStatus: UPDATE_IN_PROGRESS, ChangeSetId: '${ChangeSetId}', LastUpdatedTime: 2026-11-20T10:00:01.000Z}]
  after 2 GetCallerIdentity:
    - Stacks: [{Like: Updated, StackStatus: UPDATE_IN_PROGRESS, ChangeSetId: '${ChangeSetId}', LastUpdatedTime: 2026-11-20T10:00:01.000Z}]
      Times: 3
    - Stacks: [{Like: Updated, StackStatus: UPDATE_COMPLETE, ChangeSetId: '${ChangeSetId}', LastUpdatedTime: 2026-11-20T10:00:01.000Z}]
DescribeStackEvents:
  after ExecuteChangeSet:
    - Events: [Stack UPDATE_IN_PROGRESS User Initiated, Endpoint UPDATE_IN_PROGRESS]
  after 2 GetCallerIdentity:
    - Events: [Endpoint UPDATE_COMPLETE, Stack UPDATE_COMPLETE]
DescribeChangeSet:
  before ExecuteChangeSet: {Like: ChangeSet}
  after ExecuteChangeSet: {Like: ChangeSet, ExecutionStatus: EXECUTE_IN_PROGRESS}
";

/// A creation whose change set is never ready.
const PONDERING: &str = "
Base: create
DescribeChangeSet: {Like: ChangeSet, Status: CREATE_IN_PROGRESS, ExecutionStatus: UNAVAILABLE}
DeleteChangeSet: {}
DeleteStack: {}
ListStackResources: {StackResourceSummaries: []}
";

/// Runs `deploy`, and sends it a signal once this API has been called so often.
fn signalled(service: &Scripted, project: &Path, signal: &str, api: &str, calls: usize) -> Ended {
    let victim = Victim::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            let begun = Instant::now();
            let called = || {
                let records = service.records();
                let done = records
                    .iter()
                    .filter(|record| record.call.api == api && !record.outcome.is_empty());
                done.count()
            };
            // A program that ends too early is told by how it ended.
            while called() < calls && begun.elapsed() < Duration::from_secs(30) {
                thread::sleep(Duration::from_millis(2));
            }
            victim.signal(signal);
        });
        victim.run(&mut deploy(service, project))
    })
}

fn deploy(service: &Scripted, project: &Path) -> std::process::Command {
    let mut command = sageform(project);
    point(&mut command, &service.url());
    command.args(["deploy", "--yes", "--poll-interval", "0.02"]);
    command
}

fn count(service: &Scripted, api: &str) -> usize {
    let records = service.records();
    records
        .iter()
        .filter(|record| record.call.api == api)
        .count()
}

fn a_signal_leaves_the_deployment_running(signal: &str, code: i32) {
    let project = copy(&[base_folder().join("in")]);
    let service = Scripted::start(Script::parse(ENDLESS, vec![project.path().to_owned()]));
    // Executed, and looked at once more.
    let ended = signalled(&service, project.path(), signal, "DescribeStackEvents", 2);
    assert_eq!(ended.status.code(), Some(code), "{ended:?}");
    let told = "Staging/inference: the deployment goes on; follow it with \
                `sageform events --follow --stage Staging --stack inference`, \
                or repeat this command";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    for api in [
        "CancelUpdateStack",
        "DeleteChangeSet",
        "DeleteStack",
        "RollbackStack",
    ] {
        assert_eq!(count(&service, api), 0, "{api}");
    }

    let output = deploy(&service, project.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert!(
        stderr.contains("its execution has begun already: following it"),
        "{stderr}"
    );
    assert!(stderr.contains("UPDATE_COMPLETE"), "{stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.contains("Staging/inference  deployed; endpoint inference-Staging is InService"),
        "{stdout}"
    );
    for api in ["CreateChangeSet", "ExecuteChangeSet"] {
        assert_eq!(count(&service, api), 1, "{api}");
    }
}

#[test]
fn sigint_leaves_the_deployment_running_and_a_rerun_follows_it() {
    a_signal_leaves_the_deployment_running("INT", 130);
}

#[test]
fn sigterm_leaves_the_deployment_running_and_a_rerun_follows_it() {
    a_signal_leaves_the_deployment_running("TERM", 143);
}

#[test]
fn a_signal_while_planning_deletes_what_was_made() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let project = copy(&[base_folder().join("in")]);
        let service = Scripted::start(Script::parse(PONDERING, vec![project.path().to_owned()]));
        let ended = signalled(&service, project.path(), signal, "DescribeChangeSet", 2);
        assert_eq!(ended.status.code(), Some(code), "{ended:?}");
        let told = "stopped before anything was executed; deleting the change sets that were made";
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
        // The shell that the change set had made goes too.
        for (api, calls) in [
            ("CreateChangeSet", 1),
            ("DeleteChangeSet", 1),
            ("DeleteStack", 1),
            ("ExecuteChangeSet", 0),
        ] {
            assert_eq!(count(&service, api), calls, "{signal} {api}");
        }
    }
}
