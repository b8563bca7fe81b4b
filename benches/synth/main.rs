//! Synthesis beside a floor that writes the same bytes.
//!
//! A service is a role, a model, a configuration, an endpoint with a canary rollout, two alarms,
//! scaling and outputs; 25 services make a stack, and there are two stages. `synth` reads the stage
//! file, builds every stack with the typed constructs, runs every check and renders. `floor` builds
//! the same documents from plain `serde_json` values, which it moves and never copies, and renders
//! them. The two are compared byte by byte before anything is timed.
//!
//! `cargo bench` prints time and peak of allocated memory per number of services.
//! `cargo bench -- --ratio` runs the two in turn and prints how many times the floor's time synthesis
//! takes: a figure that holds on a noisy machine.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a benchmark needs a clock and prints, and one that cannot go on fails"
)]

mod floor;
mod service;

use std::hint::black_box;
use std::time::Instant;

use divan::{AllocProfiler, Bencher};
use sageform::app::{StackInput, synthesize};
use sageform::config::Text;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const SERVICES: &[usize] = &[1, 10, 50, 200];
const SERVICES_PER_STACK: usize = 25;
const STAGES: &[&str] = &["Staging", "Production"];
const STAGE_FILE: &str = "Staging: {InstanceType: ml.m5.large, InstanceCount: 2}
Production: {InstanceType: ml.m5.xlarge, InstanceCount: 4}
";

/// The stacks' names: the first service and the number of services of each.
fn stacks(services: usize) -> Vec<(String, usize, usize)> {
    (0..services)
        .step_by(SERVICES_PER_STACK)
        .map(|first| {
            let count = SERVICES_PER_STACK.min(services - first);
            (format!("services-{first}-{count}"), first, count)
        })
        .collect()
}

fn synth(services: usize) -> Vec<String> {
    let stacks = stacks(services);
    let inputs: Vec<_> = stacks
        .iter()
        .map(|(name, _, _)| StackInput {
            name,
            build: Some(service::services),
            stage_file: Text {
                file: "config/services.yaml",
                bytes: STAGE_FILE.as_bytes(),
            },
            lock_file: None,
        })
        .collect();
    let synthesis = synthesize(&inputs, |_| true);
    assert!(!synthesis.has_errors(), "{:#?}", synthesis.findings);
    synthesis
        .templates
        .into_iter()
        .map(|template| template.text)
        .collect()
}

fn floor(services: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for (name, first, count) in stacks(services) {
        for stage in STAGES {
            let document = floor::document(&name, stage, first, count);
            let mut text = serde_json::to_string_pretty(&document).unwrap();
            text.push('\n');
            texts.push(text);
        }
    }
    texts
}

#[divan::bench(name = "synth", args = SERVICES)]
fn bench_synth(bencher: Bencher<'_, '_>, services: usize) {
    bencher.bench(|| synth(black_box(services)));
}

#[divan::bench(name = "floor", args = SERVICES)]
fn bench_floor(bencher: Bencher<'_, '_>, services: usize) {
    bencher.bench(|| floor(black_box(services)));
}

/// Runs both in turn, so that whatever slows the machine slows both.
fn ratios() {
    const ROUNDS: usize = 41;
    println!("services  synth ms  floor ms  synth/floor  (medians of {ROUNDS} pairs)");
    for &services in SERVICES {
        let mut times = (Vec::new(), Vec::new());
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let synth = milliseconds(services, synth);
            let floor = milliseconds(services, floor);
            times.0.push(synth);
            times.1.push(floor);
            ratios.push(synth / floor);
        }
        let (synth, floor) = (median(times.0), median(times.1));
        println!(
            "{services:>8}  {synth:>8.3}  {floor:>8.3}  {:>11.2}",
            median(ratios)
        );
    }
}

/// The time of one run, from as many as make the clock's steps and a cold cache small.
fn milliseconds(services: usize, run: fn(usize) -> Vec<String>) -> f64 {
    let runs = 200_u32.div_ceil(u32::try_from(services).unwrap());
    let start = Instant::now();
    for _ in 0..runs {
        black_box(run(black_box(services)));
    }
    start.elapsed().as_secs_f64() * 1e3 / f64::from(runs)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    for &services in SERVICES {
        let (ours, theirs) = (synth(services), floor(services));
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let line = ours
                .lines()
                .zip(theirs.lines())
                .find(|(ours, theirs)| ours != theirs);
            assert!(ours == theirs, "the floor writes other bytes: {line:?}");
        }
    }
    if std::env::args().any(|argument| argument == "--ratio") {
        ratios();
    } else {
        divan::main();
    }
}
