//! Ten stacks in three stages, deployed side by side and one by one.
//!
//! `cargo bench --bench deploy` runs the program twice against the emulator of `tests/emulator/`, each
//! time from nothing, in an account of its own. A proxy between the two adds to every request what a
//! way to AWS takes, and every endpoint takes its time as well, though not minutes. Wall times, their
//! ratio, the requests per API and the most in one second are printed. Without the emulator, it says
//! so and ends well.

#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a benchmark needs a clock and prints, and does not need all of what tests share with it"
)]

#[path = "../../tests/it/deploy/call.rs"]
mod call;
#[path = "../../tests/it/emulator.rs"]
mod emulator;
#[path = "../../tests/it/deploys/fleet.rs"]
mod fleet;
#[path = "../../tests/it/deploy/http.rs"]
mod http;
#[path = "../../tests/it/deploy/proxy.rs"]
mod proxy;
#[path = "../../tests/it/deploy/shapes.rs"]
mod shapes;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use emulator::Emulator;
use fleet::{STAGES, Seen, applied, names, overlap, peaks, write};
use proxy::{Proxy, address};

/// What every request takes longer.
const LATENCY: Duration = Duration::from_millis(30);

/// What making an endpoint takes.
const ENDPOINT_SECONDS: f64 = 2.0;

/// How many stacks are worked on at the same time in the one run; the program's default.
const PARALLEL: &str = "8";

fn main() {
    // Also run by `cargo test --benches`, which has no time for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!(
        "10 stacks x 3 stages; every request {} ms longer, every endpoint {ENDPOINT_SECONDS} s",
        LATENCY.as_millis()
    );
    let Some((together, log)) = deploy(PARALLEL) else {
        println!("skipped: there is no emulator");
        return;
    };
    report(PARALLEL, together, &log);
    let Some((apart, log)) = deploy("1") else {
        return;
    };
    report("1", apart, &log);
    println!(
        "one by one takes {:.1} times as long",
        apart.as_secs_f64() / together.as_secs_f64()
    );
}

/// Deploys everything from nothing: how long that took, and what was asked.
fn deploy(parallel: &str) -> Option<(Duration, Vec<Seen>)> {
    let account = Emulator::account("eu-west-1")?;
    let project = TempDir::new().unwrap();
    write(project.path());
    let program = env!("CARGO_BIN_EXE_sageform");
    let synth = Command::new(program)
        .arg("synth")
        .current_dir(project.path())
        .stderr(Stdio::null())
        .status();
    assert!(synth.unwrap().success());
    for name in names() {
        let wait = json!({"seconds": ENDPOINT_SECONDS});
        account.next(&name, "AWS::SageMaker::Endpoint", "create", wait);
    }
    let upstream = address(&account.env()["AWS_ENDPOINT_URL"]);
    let proxy = Proxy::routed(LATENCY, move |_| upstream);
    let mut command = account.command(program);
    command
        .args(["deploy", "--yes", "--poll-interval", "0.5"])
        .args(["--max-parallel", parallel])
        .env("AWS_ENDPOINT_URL", proxy.url())
        .env("AWS_ENDPOINT_URL_SAGEMAKER", proxy.url())
        .current_dir(project.path())
        .stdin(Stdio::null());
    let begun = Instant::now();
    let output = command.output().unwrap();
    let took = begun.elapsed();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen = |entry: proxy::Entry| Seen {
        at: entry.at,
        region: entry.call.get("Region").unwrap_or_default().to_owned(),
        api: entry.call.api,
        parameters: entry.call.parameters,
    };
    Some((took, proxy.log().into_iter().map(seen).collect()))
}

fn report(parallel: &str, took: Duration, log: &[Seen]) {
    let spans: Vec<_> = applied(log).into_values().collect();
    println!(
        "\n--max-parallel {parallel}: {:.1} s, {} stacks, {} of them at once, {} requests",
        took.as_secs_f64(),
        spans.len(),
        overlap(&spans),
        log.len()
    );
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for seen in log {
        *counts.entry(&seen.api).or_default() += 1;
    }
    let peaks = peaks(log, Duration::from_secs(1));
    println!("  {:<24} requests  most in 1 s and a region", "API");
    for (api, count) in counts {
        let peak = STAGES
            .iter()
            .filter_map(|(_, region)| peaks.get(&((*region).to_owned(), api.to_owned())))
            .max()
            .copied()
            .unwrap_or_default();
        println!("  {api:<24} {count:>8}  {peak:>6}");
    }
}
