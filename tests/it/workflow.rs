//! What users copy to deploy from CI: `.github/workflows/deploy.yml` and `ci/deploy.sh` call the
//! program with options that it has, and the script does what it says with every exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The words after `sageform` of every call in a file, with something in place of each variable.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("# ").trim_start();
        let line = line.strip_prefix("- ").unwrap_or(line);
        let line = line.strip_prefix("run: ").unwrap_or(line);
        // A call begins its line, or is named in a piece of advice after `see: `.
        let at = if line.starts_with("sageform ") {
            0
        } else if let Some(at) = line.find("see: sageform ") {
            at + "see: ".len()
        } else {
            continue;
        };
        let mut words = Vec::new();
        // What `${NAME:+--option "$NAME"}` adds is an option like any other.
        let line = line.replace("${", " ${").replace(":+--", ":+ --");
        for word in line[at..].split_whitespace().skip(1) {
            if ["||", "|", "&&", "\\"].contains(&word) || word.starts_with('>') {
                break;
            }
            let last = word.ends_with(';');
            let word = word.trim_matches(|one| "\"';}`".contains(one));
            if word == "$@" || word.is_empty() {
                continue;
            }
            if !(word.starts_with("${") && word.ends_with(":+")) {
                let known = !word.contains('$');
                words.push(if known {
                    word.to_owned()
                } else {
                    "x".to_owned()
                });
            }
            if last {
                break;
            }
        }
        calls.push(words);
    }
    calls
}

fn sageform(arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sageform"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn calls_are_found_with_their_arguments() {
    let text = "        run: sageform synth --check\n#   sageform events --stage A\n\
                  sageform plan --out \"$3\" ${B:+--template-bucket \"$B\"} > plan.md || code=$?\n\
                ended with sageform plan\n  22) say \"see: sageform status --stage $stage\" ;;\n";
    let found: Vec<String> = calls(text).iter().map(|words| words.join(" ")).collect();
    assert_eq!(
        found,
        [
            "synth --check",
            "events --stage A",
            "plan --out x --template-bucket x",
            "status --stage x"
        ]
    );
}

#[test]
fn every_call_has_options_that_the_program_has() {
    for (file, least) in [(".github/workflows/deploy.yml", 8), ("ci/deploy.sh", 8)] {
        let calls = calls(&read(file));
        assert!(calls.len() >= least, "{file}: {calls:?}");
        for words in calls {
            let mut arguments = words.clone();
            arguments.push("--help".to_owned());
            let output = sageform(&arguments);
            assert!(
                output.status.success(),
                "{file}: sageform {}\n{}",
                words.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

#[test]
fn only_pinned_actions_run_and_only_jobs_that_need_it_may_write() {
    let text = read(".github/workflows/deploy.yml");
    for line in text.lines().filter(|line| line.contains("uses: ")) {
        let commit = line.split_once('@').unwrap().1;
        let (commit, version) = commit.split_once(" # v").unwrap();
        assert!(
            commit.len() == 40 && commit.chars().all(|one| one.is_ascii_hexdigit()),
            "{line}"
        );
        assert!(
            version.starts_with(|first: char| first.is_ascii_digit()),
            "{line}"
        );
    }
    assert!(!text.contains("secrets."), "no secret is needed");
    assert!(!text.contains("pull_request_target"));
    let jobs: Vec<&str> = text.split("\n  ").collect();
    assert!(jobs.len() > 7);
    // The jobs that get credentials are the four that plan and apply.
    assert_eq!(text.matches("id-token: write").count(), 4);
    assert_eq!(text.matches("pull-requests: write").count(), 1);
}

/// A `sageform` that writes down how it was called, writes a plan, and ends with a code.
#[cfg(unix)]
fn stand_in(folder: &Path, code: u8) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("sageform");
    let text = format!(
        "#!/bin/sh\necho \"$*\" >> calls\n\
         if [ \"$1\" = plan ]; then printf 'a plan' > plan.json; fi\n\
         if [ \"$1\" = synth ]; then exit 0; fi\nexit {code}\n"
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
fn script(code: u8, arguments: &[&str], acknowledged: &str) -> (Option<i32>, String, String) {
    let folder = TempDir::new().unwrap();
    let output = Command::new("sh")
        .arg(root().join("ci/deploy.sh"))
        .args(arguments)
        .current_dir(folder.path())
        .env("SAGEFORM", stand_in(folder.path(), code))
        .env("CI_OUTPUT", "output")
        .env("ACKNOWLEDGED", acknowledged)
        .env_remove("BUCKET")
        .output()
        .unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    (output.status.code(), read("calls"), read("output"))
}

#[cfg(unix)]
#[test]
fn the_script_plans_and_says_whether_there_are_changes() {
    let plan = ["plan", "Staging", "plan.json"];
    let (code, calls, output) = script(0, &plan, "");
    assert_eq!((code, output.as_str()), (Some(0), "changes=false\n"));
    assert_eq!(
        calls,
        "synth --check\nplan --stage Staging --out plan.json --detailed-exitcode\n"
    );
    // The SHA-256 of `a plan`.
    let changes =
        "changes=true\ndigest=a27fa2bacd5796b82680016a6b8865a616a9e4f6b6a198d3776ddc07536e3158\n";
    for code in [2, 3] {
        let (ended, _, output) = script(code, &plan, "");
        assert_eq!((ended, output.as_str()), (Some(0), changes));
    }
    for code in [1, 10, 12, 21, 30, 130] {
        let (ended, _, output) = script(code, &plan, "");
        assert_eq!((ended, output.as_str()), (Some(i32::from(code)), ""));
    }
}

#[cfg(unix)]
#[test]
fn the_script_applies_what_was_approved_and_ends_as_the_program_does() {
    let apply = ["apply", "Staging", "plan.json", "abc"];
    for code in [0, 1, 3, 11, 12, 13, 20, 21, 22, 30, 130, 143] {
        let (ended, calls, _) = script(code, &apply, "");
        assert_eq!(ended, Some(i32::from(code)));
        assert_eq!(
            calls,
            "apply plan.json --stage Staging --approve abc --yes\n"
        );
    }
    let (_, calls, _) = script(0, &apply, "churn/Endpoint churn/Bucket");
    assert_eq!(
        calls,
        "apply plan.json --stage Staging --approve abc --yes --allow-replacement churn/Endpoint \
         --allow-replacement churn/Bucket\n"
    );
}

#[cfg(unix)]
#[test]
fn the_script_says_how_it_is_used() {
    for arguments in [
        &[][..],
        &["fly"],
        &["plan", "Staging"],
        &["apply", "Staging"],
    ] {
        assert_eq!(script(0, arguments, "").0, Some(1), "{arguments:?}");
    }
}
