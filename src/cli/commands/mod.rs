//! One file per verb: its arguments, and one function that runs it.

#[cfg(feature = "deploy")]
pub(super) mod apply;
pub(super) mod completions;
#[cfg(feature = "deploy")]
pub(super) mod deploy;
#[cfg(feature = "deploy")]
pub(super) mod destroy;
#[cfg(feature = "deploy")]
pub(super) mod discard;
#[cfg(feature = "deploy")]
pub(super) mod drift;
#[cfg(feature = "deploy")]
pub(super) mod events;
pub(super) mod init;
#[cfg(feature = "deploy")]
pub(super) mod outputs;
pub(super) mod permissions;
#[cfg(feature = "deploy")]
pub(super) mod plan;
#[cfg(feature = "deploy")]
pub(super) mod rollback;
pub(super) mod schema;
#[cfg(feature = "deploy")]
pub(super) mod status;
pub(super) mod synth;
pub(super) mod validate;
