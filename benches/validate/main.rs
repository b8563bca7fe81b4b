//! Validation of templates that each hold a hosting service, from text to findings.
//!
//! The templates are those of the stacks that ship, with other names, until there are as many as are
//! asked for: none equals another.
//!
//! `cargo bench --bench validate` prints the time per run and the peak of allocated memory, which is
//! that of one template, however many there are.
//! `cargo bench --bench validate -- --beside PYTHON` checks some of them with cfn-lint and AWS's
//! cloudformation-validate too, in the same run; PYTHON is an interpreter that has
//! `tests/validators/requirements.txt` installed.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark needs a clock and prints, and one that cannot go on fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use divan::{AllocProfiler, Bencher};
use sageform::config::yaml::{Limits, parse};
use sageform::json::Json;
use sageform::rules::Checked;
use sageform::template::Template;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// The texts of so many templates.
fn templates(count: usize) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut files = Vec::new();
    for stage in fs::read_dir(&root).unwrap() {
        for file in fs::read_dir(stage.unwrap().path()).unwrap() {
            files.push(file.unwrap().path());
        }
    }
    files.sort();
    let texts: Vec<_> = files
        .iter()
        .map(|file| {
            let stack = file.file_name().unwrap().to_str().unwrap();
            let stack = stack
                .strip_suffix(".template.json")
                .unwrap()
                .replace('_', "-");
            (fs::read_to_string(file).unwrap(), stack)
        })
        .collect();
    (0..count)
        .map(|index| {
            let (text, stack) = &texts[index % texts.len()];
            text.replace(&format!("\"{stack}-"), &format!("\"{stack}{index}-"))
        })
        .collect()
}

/// How many findings a template has; none of these should have one.
fn validate(text: &str) -> usize {
    let (document, findings) = parse("template.json", text.as_bytes(), &Limits::TEMPLATE);
    let Some(Json::Object(object)) = document.map(|document| document.to_json()) else {
        return findings.len().max(1);
    };
    Checked::new(&Template::from_document(object), text.len())
        .faults
        .len()
}

fn validate_all(texts: &[String]) -> usize {
    texts.iter().map(|text| validate(black_box(text))).sum()
}

#[divan::bench(args = [1, 10, 100, 1000])]
fn validated(bencher: Bencher<'_, '_>, count: usize) {
    bencher
        .with_inputs(|| templates(count))
        .bench_refs(|texts| validate_all(texts));
}

/// Some of the templates, also with the tools of others.
fn beside(python: &str) {
    const COUNT: usize = 44;
    let texts = templates(COUNT);
    let folder = std::env::temp_dir().join(format!("sageform-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (index, text) in texts.iter().enumerate() {
        fs::write(folder.join(format!("{index:04}.template.json")), text).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/validate/beside.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&folder)
        .output()
        .unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let theirs: BTreeMap<String, Vec<f64>> = serde_json::from_slice(&output.stdout).unwrap();
    let ours: Vec<f64> = texts
        .iter()
        .map(|text| {
            let start = Instant::now();
            black_box(validate(black_box(text)));
            start.elapsed().as_secs_f64()
        })
        .collect();
    let ours = median(ours);
    println!("{COUNT} templates, median milliseconds for each");
    println!("{:<34} {:>10.3}", "sageform", ours * 1e3);
    for (name, seconds) in theirs {
        let theirs = median(seconds);
        println!(
            "{name:<34} {:>10.3}  {:>8.0} times as long",
            theirs * 1e3,
            theirs / ours
        );
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    assert_eq!(validate_all(&templates(100)), 0, "these are right");
    let arguments: Vec<_> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == "--beside") {
        Some(at) => beside(
            arguments
                .get(at + 1)
                .expect("the interpreter comes after `--beside`"),
        ),
        None => divan::main(),
    }
}
