//! The floors of `src/`: a module uses only lower ones, and what the crate's documentation promises
//! is not undone in passing.

use std::fs;
use std::path::Path;

use crate::support::rust_files;

/// Every module by its floor. Those in one inner list do not see each other.
const FLOORS: &[&[&[&str]]] = &[
    // What everything is made of: these may use each other.
    &[
        &["finding"],
        &["json"],
        &["value"],
        &["literal"],
        &["secret"],
    ],
    &[&["cfn"], &["catalog"]],
    &[&["template"]],
    &[&["hosting"], &["rules"], &["config"]],
    &[&["standard"], &["review"], &["permissions"]],
    &[&["app"]],
    &[&["deploy"]],
    &[&["cli"]],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS
        .iter()
        .position(|floor| floor.iter().any(|modules| modules.contains(&module)))
}

/// A file of `src/`.
struct SourceFile {
    name: String,
    module: String,
    text: String,
}

fn source_files() -> Vec<SourceFile> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    rust_files(&src)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_str().unwrap();
            let name = name.replace('\\', "/");
            let module = name.split('/').next().unwrap().trim_end_matches(".rs");
            SourceFile {
                module: module.to_owned(),
                text: fs::read_to_string(&path).unwrap(),
                name,
            }
        })
        // What `init` writes is part of another project, and unit tests may use what they like.
        .filter(|file| !file.name.starts_with("cli/commands/init/"))
        .filter(|file| !file.name.ends_with("/tests.rs") && !file.name.ends_with("/testing.rs"))
        .collect()
}

/// The code of a file: without comments, and without its unit tests, which stand at the end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.split_inclusive('\n')
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect()
}

/// The modules of the crate that a piece of code names: `crate::json::Json`, or
/// `use crate::{json::Json, value}`.
fn used_modules(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for character in list.chars() {
                match character {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => used.push(first_word(&std::mem::take(&mut word))),
                    _ if depth == 0 => word.push(character),
                    _ => {}
                }
            }
            used.push(first_word(&word));
        } else {
            used.push(first_word(rest));
        }
    }
    used.retain(|module| !module.is_empty());
    used
}

fn first_word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

#[test]
fn used_modules_are_found_in_every_form() {
    let code = "use crate::json::Json;\nuse crate::{value::{Value, Raw}, cfn};\nlet x = crate::app::run();\nmacro_rules! m { () => { $crate::cli::main() } }";
    assert_eq!(used_modules(code), ["json", "value", "cfn", "app"]);
}

#[test]
fn every_module_has_a_floor() {
    for file in source_files() {
        assert!(
            file.module == "lib" || floor(&file.module).is_some(),
            "`src/{}`: `{}` is on no floor; list it in `{}`",
            file.name,
            file.module,
            file!()
        );
    }
}

#[test]
fn modules_use_lower_floors_only() {
    let mut broken = Vec::new();
    for file in source_files() {
        let Some(own) = floor(&file.module) else {
            continue;
        };
        for used in used_modules(&code(&file.text)) {
            let Some(other) = floor(&used) else { continue };
            // On the ground floor, values, findings and trees are made of each other.
            if used != file.module && (other > own || (other == own && own > 0)) {
                broken.push(format!(
                    "`src/{}` (floor {own}) uses `{used}` (floor {other})",
                    file.name
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Fails for each word that stands in the code of a module for which `allowed` does not hold.
fn refuse(words: &[&str], why: &str, allowed: impl Fn(&SourceFile) -> bool) {
    let mut broken = Vec::new();
    for file in source_files().iter().filter(|file| !allowed(file)) {
        let code = code(&file.text);
        for word in words.iter().filter(|word| code.contains(*word)) {
            broken.push(format!("`src/{}` has `{word}`: {why}", file.name));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_is_ordered_by_a_hash() {
    refuse(
        &["HashMap", "HashSet"],
        "its order differs from run to run",
        |_| false,
    );
}

#[test]
fn only_the_command_line_prints_and_exits() {
    refuse(
        &[
            "println!",
            "eprintln!",
            "print!(",
            "eprint!(",
            "dbg!(",
            "process::exit",
            "io::stdout",
            "io::stderr",
        ],
        "only `cli` prints or exits",
        |file| file.module == "cli",
    );
    refuse(
        &[
            "println!",
            "eprintln!",
            "io::stdout",
            "io::stderr",
            "anstream::std",
        ],
        "only `cli/printer.rs` prints",
        |file| file.name == "cli/printer.rs" || file.module != "cli",
    );
}

#[test]
fn only_the_outer_floors_touch_the_outside() {
    refuse(
        &[
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "std::time::SystemTime",
            "std::time::Instant",
            "tokio::",
        ],
        "only `cli`, `config` and `deploy` touch the outside",
        |file| ["cli", "config", "deploy"].contains(&file.module.as_str()),
    );
}

#[test]
fn only_the_connection_names_the_sdk() {
    refuse(
        &[
            "aws_config",
            "aws_credential_types",
            "aws_sdk_",
            "aws_sigv4",
            "aws_smithy_",
            "aws_types",
        ],
        "only `deploy/aws` knows the SDK; what it answers is in our own words",
        |file| file.name == "deploy/aws.rs" || file.name.starts_with("deploy/aws/"),
    );
}

#[test]
fn the_library_knows_no_stack() {
    refuse(&["stacks::", "../stacks"], "a stack is the user's", |_| {
        false
    });
}
