//! The integration tests: one binary, one module per subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(feature = "deploy")]
mod aws_client;
mod builders;
mod catalog;
mod cli;
mod constructors;
mod contract;
mod coverage;
#[cfg(feature = "deploy")]
mod deploy;
#[cfg(feature = "deploy")]
mod deploy_events;
#[cfg(feature = "deploy")]
mod deploys;
mod document;
mod emulator;
#[cfg(feature = "deploy")]
mod faults;
mod floors;
mod foreign;
mod fuzzed;
mod grafts;
mod hosting;
mod l1;
mod mutations;
mod operations;
mod permissions;
mod review;
mod rule_book;
mod rules;
mod serving;
mod shipped;
mod stage_files;
mod support;
mod transcript;
mod ui;
mod validate;
mod values;
mod workflow;
