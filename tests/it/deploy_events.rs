//! Why operations failed: `tests/cases/events/<case>.events` and what is told of it in `.txt`.
//!
//! A line of a case is one event, oldest first: the stack's name, the logical id, the type, the
//! status, and after `|` the reason. The line after a hook's event begins with `hook`. A stack is its
//! own resource where its logical id is `-`, and a nested one in its parent where the physical id, in
//! brackets, is the nested stack's.
//!
//! `SNAPSHOTS=overwrite cargo test --test it deploy_events` accepts what is told now.

use std::fmt::Write as _;

use sageform::deploy::cause::{Cause, STACK, orphans};
use sageform::deploy::event::StackEvent;

use crate::support::{entries, folder, golden};

fn arn(stack: &str) -> String {
    format!("arn:aws:cloudformation:eu-west-1:123456789012:stack/{stack}/1")
}

fn events(text: &str) -> Vec<StackEvent> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .enumerate()
        .map(|(at, line)| event(at, line))
        .collect()
}

fn event(at: usize, line: &str) -> StackEvent {
    let (head, reason) = line.split_once('|').unwrap_or((line, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let [stack, logical_id, resource_type, status, rest @ ..] = words.as_slice() else {
        panic!("not an event: {line}");
    };
    let root = *logical_id == "-";
    let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    // `hook TYPE STATUS MODE` tells the reason as the hook's.
    let hook = rest.iter().position(|word| *word == "hook");
    let of_hook = |offset: usize| hook.map(|at| rest[at + offset].to_owned());
    let physical_id = rest
        .iter()
        .find_map(|word| word.strip_prefix('[')?.strip_suffix(']'))
        .map(|id| {
            if *resource_type == STACK {
                arn(id)
            } else {
                id.to_owned()
            }
        });
    StackEvent {
        id: format!("event-{at}"),
        stack_id: arn(stack),
        operation_id: None,
        token: None,
        timestamp: format!("2026-11-20T10:00:{at:02}Z"),
        logical_id: if root { *stack } else { *logical_id }.to_owned(),
        physical_id: if root { Some(arn(stack)) } else { physical_id },
        resource_type: (*resource_type).to_owned(),
        status: (*status).to_owned(),
        status_reason: if hook.is_some() { None } else { reason.clone() },
        detailed_status: None,
        hook_type: of_hook(1),
        hook_status: of_hook(2),
        hook_status_reason: if hook.is_some() { reason } else { None },
        hook_failure_mode: of_hook(3),
        hook_invocation_id: hook.map(|_| format!("run-{at}")),
    }
}

#[test]
fn each_operation_has_the_expected_cause() {
    let mut cases = entries(&folder("events"));
    cases.retain(|path| path.extension().is_some_and(|kind| kind == "events"));
    assert!(cases.len() > 10, "the cases are gone");
    for case in cases {
        let events = events(&std::fs::read_to_string(&case).unwrap());
        let mut told = match Cause::of(&events) {
            Some(cause) => format!("{cause}\n"),
            None => "nothing failed\n".to_owned(),
        };
        for orphan in orphans(&events) {
            let physical = orphan.physical_id.unwrap_or_default();
            writeln!(told, "orphaned: {} {physical}", orphan.logical_id).unwrap();
        }
        golden(&case.with_extension("txt"), told);
    }
}

/// Adding cancellations and what stacks above say, anywhere, changes nothing of what is told.
#[test]
fn noise_does_not_hide_the_cause() {
    let quiet = "app Endpoint AWS::SageMaker::Endpoint UPDATE_FAILED [ep] | no capacity";
    let expected = Cause::of(&events(quiet)).unwrap().to_string();
    let noise = [
        "app Alarm AWS::CloudWatch::Alarm UPDATE_FAILED | Resource update cancelled",
        "app - AWS::CloudFormation::Stack UPDATE_ROLLBACK_IN_PROGRESS | The following resource(s) failed to update: [Endpoint].",
        "top App AWS::CloudFormation::Stack UPDATE_FAILED [app] | Embedded stack app was not successfully updated.",
        "app Role AWS::IAM::Role UPDATE_COMPLETE",
    ];
    for line in noise {
        for text in [format!("{line}\n{quiet}"), format!("{quiet}\n{line}")] {
            assert_eq!(
                Cause::of(&events(&text)).unwrap().to_string(),
                expected,
                "{text}"
            );
        }
    }
}
