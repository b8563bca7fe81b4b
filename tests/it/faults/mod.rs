//! Whatever goes wrong between the program and AWS, and wherever the program ends: repeating the
//! command ends in the same state, executes each change set once, and leaves nothing over.
//!
//! Each case has an account of the emulator to itself. One thing goes wrong at one call, then the same
//! command is repeated until it succeeds, and what is there in the end is compared with what is there
//! when nothing goes wrong. A case counts only when something did go wrong.

mod cases;
mod scenario;
mod state;

use std::collections::BTreeMap;
use std::io::{Write as _, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use self::cases::{Case, Outcome, Wrong, kill_again_and_again, run};
use self::scenario::{Action, Scenario};
use crate::deploy::proxy::Fault;

/// Cases that run at the same time.
const THREADS: usize = 4;

/// How long an answer takes that is slow, and still comes in time.
const SLOW: Duration = Duration::from_millis(100);

/// How often a request is sent when nobody says otherwise.
const ATTEMPTS: u32 = 8;

/// Everything goes wrong at every call of an update, with the program trying again and without.
#[test]
fn an_update_survives_every_fault_at_every_call_and_its_end() {
    sweep(&Scenario::new(Action::Update), 400, |index, _| {
        let mut wrongs = Wrong::faults(SLOW);
        wrongs.extend(every_end());
        let mut cases = with_attempts(wrongs, ATTEMPTS);
        cases.extend(with_attempts(thinned(index), 1));
        cases
    });
}

#[test]
fn a_creation_survives_a_fault_at_every_call_and_its_end() {
    sweep(&Scenario::new(Action::Create), 95, thinner);
}

#[test]
fn an_apply_of_a_plan_survives_a_fault_at_every_call_and_its_end() {
    sweep(&Scenario::new(Action::PlanAndApply), 125, thinner);
}

#[test]
fn a_deployment_of_nothing_survives_a_fault_at_every_call_and_its_end() {
    sweep(&Scenario::new(Action::Nothing), 40, thinner);
}

#[test]
fn a_template_in_s3_survives_a_fault_at_every_call_and_its_end() {
    sweep(&Scenario::new(Action::Large), 25, |index, calls| {
        let uploaded = calls.iter().position(|api| api == "CreateChangeSet");
        if uploaded.is_some_and(|uploaded| index <= uploaded + 2) {
            thinner(index, calls)
        } else {
            Vec::new()
        }
    });
}

/// The update takes a second, so that what comes after the end of the program finds it under way.
#[test]
fn whoever_repeats_what_is_still_under_way_picks_it_up() {
    for (action, least) in [(Action::Update, 8), (Action::PlanAndApply, 8)] {
        let scenario = Scenario {
            seconds: 1,
            ..Scenario::new(action)
        };
        sweep(&scenario, least, |index, calls| {
            let executed = calls.iter().position(|api| api == "ExecuteChangeSet");
            let after = executed.and_then(|executed| index.checked_sub(executed + 1));
            let wrongs = match after {
                Some(0) => vec![Wrong::EndAfter, Wrong::EndAnswered],
                Some(1..=6) => vec![Wrong::EndBefore],
                _ => Vec::new(),
            };
            with_attempts(wrongs, ATTEMPTS)
        });
    }
}

/// Up to the execution; after it, contact is looked for much longer than a test takes.
#[test]
fn an_outage_leaves_what_the_next_run_needs() {
    for (action, least) in [
        (Action::Create, 8),
        (Action::Update, 14),
        (Action::Large, 8),
    ] {
        sweep(&Scenario::new(action), least, |index, calls| {
            let executed = calls.iter().position(|api| api == "ExecuteChangeSet");
            match executed {
                Some(executed) if index <= executed + 1 => with_attempts(vec![Wrong::Outage], 1),
                _ => Vec::new(),
            }
        });
    }
}

/// Each run comes one call further than the one before it.
#[test]
fn whoever_is_killed_again_and_again_gets_there_in_the_end() {
    for action in [Action::Update, Action::Create, Action::PlanAndApply] {
        let scenario = Scenario::new(action);
        let Some(expected) = scenario.undisturbed() else {
            return;
        };
        let kills: usize = thread::scope(|scope| {
            let threads: Vec<_> = every_end()
                .into_iter()
                .map(|wrong| {
                    let (scenario, expected) = (&scenario, &expected);
                    scope.spawn(move || kill_again_and_again(scenario, expected, &wrong))
                })
                .collect();
            let kills = threads.into_iter().map(|thread| thread.join().unwrap());
            kills.map(|kills| kills.unwrap()).sum()
        });
        say(&format!(
            "{scenario}: killed {kills} times in 3 cases, and done"
        ));
        assert!(kills >= 35, "{kills}");
    }
}

fn every_end() -> Vec<Wrong> {
    vec![Wrong::EndBefore, Wrong::EndAfter, Wrong::EndAnswered]
}

fn with_attempts(wrongs: Vec<Wrong>, attempts: u32) -> Vec<(Wrong, u32)> {
    wrongs.into_iter().map(|wrong| (wrong, attempts)).collect()
}

/// One fault that the service does not see and one that it does, by turns.
fn thinned(index: usize) -> Vec<Wrong> {
    let unseen = [
        Fault::Throttle,
        Fault::Status(503),
        Fault::HtmlPage,
        Fault::DropBefore,
    ];
    let seen = [
        Fault::DropAfter,
        Fault::StatusAfter(500),
        Fault::Truncate,
        Fault::HalfClose,
    ];
    vec![
        Wrong::Fault(unseen[index % unseen.len()].clone()),
        Wrong::Fault(seen[index % seen.len()].clone()),
    ]
}

/// By turns one fault with the program trying again, and two without; and the ends.
fn thinner(index: usize, calls: &[String]) -> Vec<(Wrong, u32)> {
    let mut faults = Wrong::faults(SLOW);
    let turn = index % faults.len();
    let mut wrongs = vec![faults.swap_remove(turn), Wrong::EndBefore, Wrong::EndAfter];
    // Anywhere else that is the same as to end before the next call.
    if index == calls.len() {
        wrongs.push(Wrong::EndAnswered);
    }
    let mut cases = with_attempts(wrongs, ATTEMPTS);
    cases.extend(with_attempts(
        thinned(index).into_iter().take(2).collect(),
        1,
    ));
    cases
}

fn say(figure: &str) {
    // Past the capture of the test harness, which shows nothing of a test that passes.
    writeln!(stderr().lock(), "faults: {figure}").unwrap();
}

/// Runs the cases of every call, and prints how many there were.
///
/// # Panics
///
/// When one ends otherwise than it would have without a fault, or there are fewer than `least`.
fn sweep(scenario: &Scenario, least: usize, of: impl Fn(usize, &[String]) -> Vec<(Wrong, u32)>) {
    let Some(expected) = scenario.undisturbed() else {
        return;
    };
    let cases: Vec<Case> = (1..=expected.calls.len())
        .flat_map(|index| {
            of(index, &expected.calls)
                .into_iter()
                .map(move |(wrong, attempts)| Case {
                    call: index,
                    wrong,
                    attempts,
                })
        })
        .collect();
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(scenario, case, &expected);
                    outcomes.lock().unwrap().push((case, outcome));
                }
            });
        }
    });

    let outcomes = outcomes.into_inner().unwrap();
    let mut failures = Vec::new();
    let (mut through, mut again) = (0, 0);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for (case, outcome) in &outcomes {
        match outcome {
            Ok(Outcome::Unharmed) => {}
            Ok(Outcome::Through) => through += 1,
            Ok(Outcome::Again(how)) => {
                again += 1;
                *codes.entry(how.clone()).or_default() += 1;
            }
            Err(message) => {
                let api = &expected.calls[case.call - 1];
                failures.push(format!("{case} ({api}):\n{message}"));
            }
        }
    }
    let codes: Vec<String> = codes
        .into_iter()
        .map(|(how, count)| format!("{how}: {count}"))
        .collect();
    say(&format!(
        "{scenario}: {} calls, {} cases: {through} went through, {again} needed one rerun ({})",
        expected.calls.len(),
        through + again,
        codes.join(", "),
    ));
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n\n{}",
        failures.len(),
        outcomes.len(),
        failures.join("\n\n")
    );
    assert!(
        through + again >= least,
        "expected {least} cases at least, got {}",
        through + again
    );
}
