//! The integration tests: one binary, one module per subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod contract;
mod document;
mod floors;
mod hosting;
mod l1;
mod review;
mod rules;
mod shipped;
mod stage_files;
mod support;
mod ui;
mod values;
