//! Ten stacks in three stages in one run: all serve, in order, within the bounds that were set.

use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::fleet::{STACKS, STAGES, Seen, applied, names, overlap, peaks, write};
use super::room::{ENDPOINT, ran};
use crate::deploy::proxy::{Entry, Proxy};
use crate::emulator::Emulator;
use crate::transcript::sageform;

const PARALLEL: usize = 6;
const RATE: usize = 8;

/// Requests that may be sent at once after a pause.
const BURST: usize = 2 * RATE;

fn seen(entry: Entry) -> Seen {
    Seen {
        at: entry.at,
        region: entry.call.get("Region").unwrap_or_default().to_owned(),
        api: entry.call.api,
        parameters: entry.call.parameters,
    }
}

#[test]
fn ten_stacks_in_three_stages_deploy_in_order_within_the_bounds_that_were_set() {
    let Some(account) = Emulator::account("eu-west-1") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    write(folder.path());
    ran(sageform(folder.path()).arg("synth")).ends(0);
    for name in names() {
        // Long enough for every stack that may be begun to be begun.
        account.next(&name, ENDPOINT, "create", json!({"seconds": 1}));
    }
    let proxy = Proxy::start(&account.env()["AWS_ENDPOINT_URL"]);
    let mut command = sageform(folder.path());
    account.point(&mut command);
    command
        .args(["deploy", "--yes", "--poll-interval", "0.2"])
        .args(["--max-parallel", &PARALLEL.to_string()])
        .args(["--requests-per-second", &RATE.to_string()])
        .env("AWS_ENDPOINT_URL", proxy.url())
        .env("AWS_ENDPOINT_URL_SAGEMAKER", proxy.url());
    let run = ran(&mut command).ends(0);
    assert_eq!(run.out.matches(" is InService").count(), 30, "{}", run.out);

    let log: Vec<Seen> = proxy.log().into_iter().map(seen).collect();
    let spans = applied(&log);
    assert_eq!(spans.keys().cloned().collect::<Vec<_>>(), {
        let mut names = names();
        names.sort();
        names
    });
    let mut before = Duration::ZERO;
    for (stage, region) in STAGES {
        let of_stage: Vec<_> = spans
            .iter()
            .filter(|(name, _)| name.ends_with(stage))
            .map(|(_, span)| *span)
            .collect();
        assert_eq!(of_stage.len(), STACKS);
        assert_eq!(overlap(&of_stage), PARALLEL, "{stage}: {of_stage:?}");
        // Credentials are looked at before anything; the rest waits for the stage before.
        let first = log
            .iter()
            .find(|seen| seen.region == region && seen.api != "GetCallerIdentity")
            .unwrap();
        assert!(
            first.at > before,
            "{first:?}, and the stage before ended {before:?}"
        );
        before = of_stage.iter().map(|(_, last)| *last).max().unwrap();
    }

    for seconds in [1, 5] {
        // Requests that were sent apart may arrive half a second closer together on a busy machine.
        let most = BURST + RATE * seconds + RATE / 2;
        for (api, peak) in peaks(&log, Duration::from_secs(seconds as u64)) {
            assert!(
                peak <= most,
                "{api:?}: {peak} in {seconds} s, expected at most {most}"
            );
        }
    }
    // The bound was met, so that it is what held them back.
    let peak = peaks(&log, Duration::from_secs(1)).into_values().max();
    assert!(peak >= Some(BURST), "{peak:?}");
}
