//! What a deployment says while it runs: lines of events on a log, a moving line per stack on a
//! terminal, or one JSON object a line for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::deploy::event::StackEvent;
use crate::deploy::progress::{Listener, Notice, Subject};

use super::printer;
use super::report::visible;

/// How what is said is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people, on standard error.
    Text,
    /// For programs, on standard output.
    JsonLines,
}

/// Listens, shows, and remembers what a signal makes it necessary to know.
#[derive(Debug)]
pub(super) struct Ear {
    form: Form,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Change sets that exist and are not being executed: ARN and the stack's ARN.
    made: Vec<(String, String)>,
    /// Stacks whose deployment goes on by itself.
    executing: BTreeMap<Subject, String>,
    bars: Option<Bars>,
}

#[derive(Debug)]
struct Bars {
    all: MultiProgress,
    each: BTreeMap<Subject, ProgressBar>,
}

impl Ear {
    /// Begins to listen.
    pub(super) fn new(form: Form) -> Arc<Self> {
        let bars = (form == Form::Text && printer::is_terminal()).then(|| Bars {
            all: MultiProgress::new(),
            each: BTreeMap::new(),
        });
        Arc::new(Self {
            form,
            state: Mutex::new(State {
                bars,
                ..State::default()
            }),
        })
    }

    /// What the lower floors call.
    pub(super) fn listener(self: &Arc<Self>) -> Listener {
        let ear = Arc::clone(self);
        Arc::new(move |subject, notice| ear.hear(subject, &notice))
    }

    /// The change sets that were made and not executed.
    pub(super) fn made(&self) -> Vec<(String, String)> {
        self.state().made.clone()
    }

    /// The stacks whose deployment goes on by itself.
    pub(super) fn executing(&self) -> Vec<Subject> {
        self.state().executing.keys().cloned().collect()
    }

    /// A stack is done with.
    pub(super) fn finish(&self, subject: &Subject) {
        let mut state = self.state();
        state.executing.remove(subject);
        if let Some(bar) = state
            .bars
            .as_mut()
            .and_then(|bars| bars.each.remove(subject))
        {
            bar.finish_and_clear();
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // What is in it stays right, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, subject: &Subject, notice: &Notice) {
        let mut state = self.state();
        match notice {
            Notice::Made {
                change_set,
                stack_id,
            } => state.made.push((change_set.clone(), stack_id.clone())),
            Notice::Executing { stack_id } => {
                state.made.retain(|(_, id)| id != stack_id);
                state.executing.insert(subject.clone(), stack_id.clone());
            }
            _ => {}
        }
        match self.form {
            Form::JsonLines => {
                // Nobody is left to be told.
                let _ = printer::data(&format!("{}\n", object(subject, notice)));
            }
            Form::Text => {
                if let Some(bars) = &mut state.bars {
                    bars.show(subject, notice);
                } else if let Some(line) = line(subject, notice) {
                    printer::say(&line);
                }
            }
        }
    }
}

impl Bars {
    fn show(&mut self, subject: &Subject, notice: &Notice) {
        let all = &self.all;
        let bar = self.each.entry(subject.clone()).or_insert_with(|| {
            let bar = all.add(ProgressBar::new_spinner());
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {prefix} {wide_msg} {elapsed}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(subject.to_string());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        match notice {
            Notice::Event(event) => bar.set_message(format!(
                "{} {}",
                visible(&event.logical_id),
                visible(&event.status)
            )),
            Notice::Step(text) => bar.set_message(visible(text)),
            Notice::Waiting { what, .. } => bar.set_message(visible(what)),
            _ => {}
        }
        // The moving line says the rest.
        if matches!(notice, Notice::Event(_) | Notice::Warning(_))
            && let Some(line) = line(subject, notice)
        {
            bar.suspend(|| printer::say(&line));
        }
    }
}

/// A notice as a line for people.
fn line(subject: &Subject, notice: &Notice) -> Option<String> {
    let mut text = format!("{subject}  ");
    match notice {
        Notice::Step(step) => text.push_str(&visible(step)),
        Notice::Executing { .. } => text.push_str("executing the change set"),
        Notice::Made { .. } => return None,
        Notice::Warning(warning) => {
            let _ = write!(text, "warning: {}", visible(warning));
        }
        Notice::Waiting { what, since } => {
            let _ = write!(
                text,
                "still waiting: {} for {}",
                visible(what),
                short(*since)
            );
        }
        Notice::Event(event) => text.push_str(&event_line(event)),
    }
    text.push('\n');
    Some(text)
}

/// An event without its stack: time, status, resource, and why.
pub(super) fn event_line(event: &StackEvent) -> String {
    let time = event
        .timestamp
        .split_once('T')
        .map_or(event.timestamp.as_str(), |(_, time)| time);
    let time = time.get(..8).unwrap_or(time);
    let mut text = format!(
        "{time}  {}  {}  {}",
        visible(&event.status),
        visible(&event.resource_type),
        visible(&event.logical_id)
    );
    if let Some(reason) = event
        .status_reason
        .as_deref()
        .filter(|text| !text.is_empty())
    {
        let _ = write!(text, "  {}", visible(reason));
    }
    if let Some(hook) = &event.hook_type {
        let _ = write!(
            text,
            "  hook {} {}",
            visible(hook),
            visible(event.hook_status_reason.as_deref().unwrap_or_default())
        );
    }
    text
}

/// `12m 5s`.
pub(super) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}

fn object(subject: &Subject, notice: &Notice) -> serde_json::Value {
    let mut object = match notice {
        Notice::Step(text) => json!({"Type": "Step", "Message": text}),
        Notice::Made { change_set, .. } => json!({"Type": "Made", "ChangeSet": change_set}),
        Notice::Executing { stack_id } => json!({"Type": "Executing", "StackId": stack_id}),
        Notice::Warning(text) => json!({"Type": "Warning", "Message": text}),
        Notice::Waiting { what, since } => {
            json!({"Type": "Waiting", "For": what, "Seconds": since.as_secs()})
        }
        Notice::Event(event) => event_object(event),
    };
    object["Stage"] = json!(subject.stage);
    object["Stack"] = json!(subject.stack);
    object
}

/// An event as a JSON object.
pub(super) fn event_object(event: &StackEvent) -> serde_json::Value {
    json!({
        "Type": "Event",
        "EventId": event.id,
        "StackId": event.stack_id,
        "Timestamp": event.timestamp,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.resource_type,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.status_reason,
        "HookType": event.hook_type,
        "HookStatus": event.hook_status,
        "HookStatusReason": event.hook_status_reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        let texts = [5, 65, 3700].map(|seconds| short(Duration::from_secs(seconds)));
        assert_eq!(texts, ["5s", "1m 5s", "1h 1m"]);
    }
}
