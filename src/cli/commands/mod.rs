//! One file per verb: its arguments, and one function that runs it.

pub(super) mod completions;
pub(super) mod diff;
pub(super) mod init;
pub(super) mod schema;
pub(super) mod synth;
pub(super) mod validate;
