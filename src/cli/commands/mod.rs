//! One file per verb: its arguments, and one function that runs it.

#[cfg(feature = "deploy")]
pub(super) mod apply;
pub(super) mod completions;
#[cfg(feature = "deploy")]
pub(super) mod deploy;
pub(super) mod diff;
pub(super) mod init;
pub(super) mod permissions;
#[cfg(feature = "deploy")]
pub(super) mod plan;
pub(super) mod schema;
pub(super) mod synth;
pub(super) mod validate;
