//! One case: what goes wrong, and what has to come of it.

use std::fmt;
use std::time::Duration;

use super::scenario::{Run, Scenario};
use super::state::State;
use crate::deploy::proxy::{At, Fault, Rule};
use crate::deploy::victim::Ended;

/// What goes wrong once.
#[derive(Debug, Clone)]
pub(super) enum Wrong {
    /// The line, or the service.
    Fault(Fault),
    /// The answer comes after the program has given up waiting for it.
    TooLate,
    /// No call comes through from here on, until the program has given up.
    Outage,
    /// The program is killed, and the service does not see the call.
    EndBefore,
    /// The service does what is asked, and the program is killed before the answer.
    EndAfter,
    /// The program is killed when it is answered.
    EndAnswered,
}

/// What goes wrong at which call.
#[derive(Debug)]
pub(super) struct Case {
    /// From 1.
    pub(super) call: usize,
    pub(super) wrong: Wrong,
    /// How often the program sends a request.
    pub(super) attempts: u32,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The call was not made, as one of many looks at a stack may not be: nothing went wrong.
    Unharmed,
    /// The program went on by itself.
    Through,
    /// It stopped in this way, and went through when it was run again.
    Again(String),
}

/// What there is when nothing goes wrong.
#[derive(Debug)]
pub(super) struct Expected {
    /// The APIs that are called, in order.
    pub(super) calls: Vec<String>,
    /// What is there in the end.
    pub(super) state: State,
}

impl Wrong {
    /// Every kind of fault.
    pub(super) fn faults(slow: Duration) -> Vec<Self> {
        let faults = Fault::kinds(slow).into_iter().map(Self::Fault);
        faults.chain([Self::TooLate]).collect()
    }

    /// Whether the program's first run ends with it.
    fn ends(&self) -> bool {
        matches!(self, Self::EndBefore | Self::EndAfter | Self::EndAnswered)
    }

    /// For how long the first run waits for an answer, in seconds.
    fn timeout(&self) -> &'static str {
        match self {
            Self::TooLate => "0.5",
            _ => "30",
        }
    }

    fn fault(&self, run: &Run<'_>) -> Fault {
        match self {
            Self::Fault(fault) => fault.clone(),
            Self::TooLate => Fault::Slow(Duration::from_secs(1)),
            Self::Outage => Fault::DropBefore,
            Self::EndBefore => Fault::RunBefore(run.victim.ender()),
            Self::EndAfter => Fault::RunAfter(run.victim.ender()),
            Self::EndAnswered => Fault::RunAnswered(run.victim.ender()),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.wrong {
            Wrong::Fault(fault) => fault.name(),
            other => format!("{other:?}"),
        };
        let (call, attempts) = (self.call, self.attempts);
        write!(
            f,
            "{name} at call {call} of a program that tries {attempts} times"
        )
    }
}

/// Runs a case.
///
/// # Errors
///
/// What is not as it has to be.
pub(super) fn run(
    scenario: &Scenario,
    case: &Case,
    expected: &Expected,
) -> Result<Outcome, String> {
    let run = scenario.begin().ok_or("there is no emulator")?;
    let last = match case.wrong {
        Wrong::Outage => case.call + 100,
        _ => case.call,
    };
    let rules = (case.call..=last).map(|call| Rule {
        at: At::Call(call),
        fault: case.wrong.fault(&run),
    });
    run.proxy.set(rules.collect());
    let (attempts, timeout) = (case.attempts.to_string(), case.wrong.timeout());
    let mut stopped = None;
    for command in scenario.commands() {
        let ended = run.command(command, &["--attempts", &attempts, "--timeout", timeout]);
        if ended.status.success() {
            continue;
        }
        if stopped.is_some() {
            return Err(format!("it stopped twice\n{}", words(&ended)));
        }
        let how = how(&ended, &case.wrong)?;
        run.proxy.set(Vec::new());
        let again = run.command(command, &["--timeout", "30"]);
        if !again.status.success() {
            return Err(format!(
                "the first run:\n{}\nthe second run:\n{}",
                words(&ended),
                words(&again)
            ));
        }
        stopped = Some(how);
    }
    let state = State::look(&run.account);
    if state != expected.state {
        return Err(format!("expected {:#?}\ngot {state:#?}", expected.state));
    }
    let harmed = run.proxy.log().iter().any(|entry| entry.fault.is_some());
    Ok(match stopped {
        Some(how) => Outcome::Again(how),
        // Killed when all was said, it may have come to its end first.
        None if harmed => Outcome::Through,
        None => Outcome::Unharmed,
    })
}

/// Runs the commands again and again, killed one call later each time, until they are done: how often.
///
/// # Errors
///
/// What is not as it has to be.
pub(super) fn kill_again_and_again(
    scenario: &Scenario,
    expected: &Expected,
    wrong: &Wrong,
) -> Result<usize, String> {
    let run = scenario.begin().ok_or("there is no emulator")?;
    let mut kills = 0;
    for command in scenario.commands() {
        let mut call = 1;
        loop {
            run.proxy.set(vec![Rule {
                at: At::Call(call),
                fault: wrong.fault(&run),
            }]);
            let ended = run.command(command, &[]);
            if ended.status.success() {
                break;
            }
            how(&ended, wrong)?;
            kills += 1;
            call += 1;
        }
    }
    let state = State::look(&run.account);
    if state == expected.state {
        Ok(kills)
    } else {
        Err(format!("expected {:#?}\ngot {state:#?}", expected.state))
    }
}

/// How a first run stopped, which has to be one of the documented ways.
fn how(ended: &Ended, wrong: &Wrong) -> Result<String, String> {
    match ended.status.code() {
        None if wrong.ends() => Ok("killed".to_owned()),
        Some(30) if !wrong.ends() => Ok("exit 30".to_owned()),
        _ => Err(format!("expected exit 30, got {}", words(ended))),
    }
}

fn words(ended: &Ended) -> String {
    format!("{}\n{}{}", ended.status, ended.stdout, ended.stderr)
}
