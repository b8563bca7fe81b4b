//! F4: the standard hosting stack: what a stage file says, built with `hosting`.

use crate::config::Stage;
use crate::template::Stack;

/// Builds a stage as its file describes it.
pub fn standard(_stack: &mut Stack, _stage: &Stage) {}
