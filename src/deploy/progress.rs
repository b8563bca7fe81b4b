//! What a deployment says while it runs. Only `cli` knows how to print it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::event::StackEvent;

/// A stack of a stage, as people call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The stage.
    pub stage: String,
    /// The stack.
    pub stack: String,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.stage, self.stack)
    }
}

/// Something that whoever waits wants to know.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "each is passed on once and never kept"
)]
pub enum Notice {
    /// What is begun now, such as `making the change set`.
    Step(String),
    /// A change set exists that did not before.
    Made {
        /// Its ARN.
        change_set: String,
        /// The stack's ARN.
        stack_id: String,
    },
    /// A change set is being executed: from here on, the deployment goes on without this program.
    Executing {
        /// The stack's ARN.
        stack_id: String,
    },
    /// An event of the stack or of a stack nested in it.
    Event(StackEvent),
    /// Nothing has happened for a while: what is being waited for, and for how long.
    Waiting {
        /// What, such as `Endpoint UPDATE_IN_PROGRESS`.
        what: String,
        /// Since its last event.
        since: Duration,
    },
    /// Something that does not stop the deployment.
    Warning(String),
}

/// Whoever listens. Called from several tasks at once.
pub type Listener = Arc<dyn Fn(&Subject, Notice) + Send + Sync>;

/// How often AWS is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks, during the first two minutes.
    pub poll: Duration,
    /// Between two looks afterwards: endpoints take minutes to hours.
    pub poll_later: Duration,
    /// How long it may be silent before it says what it waits for.
    pub heartbeat: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(5),
            poll_later: Duration::from_secs(12),
            heartbeat: Duration::from_secs(30),
        }
    }
}
