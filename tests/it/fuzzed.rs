//! What fuzzing has found, replayed: `fuzz/seeds` holds inputs that reach each part of the code that
//! reads templates and stage files.

use std::path::Path;

use crate::support::entries;

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
mod targets;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let seeds = entries(&folder);
    assert!(seeds.len() > 100, "the seeds are gone");
    for seed in seeds {
        let bytes = std::fs::read(&seed).unwrap();
        let done = std::panic::catch_unwind(|| run(&bytes));
        assert!(done.is_ok(), "with {}", seed.display());
    }
}

#[test]
fn no_template_stops_the_rules() {
    replay("validate", targets::validate);
}

#[test]
fn no_stage_file_stops_synthesis() {
    replay("stage_file", targets::stage_file);
}
