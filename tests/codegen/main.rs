//! `cargo codegen`: the registry's schemas become the Rust of `src/cfn/generated`.
//!
//! Run by `cargo test` it writes nothing and fails naming every file that is not what the committed
//! schemas say. `cargo codegen` writes them. `cargo codegen -- --from <folder>` first strips the
//! schemas of an unpacked cfn-lint (`cfnlint/data/schemas`) into `src/cfn/schema`, and
//! `cargo codegen -- --images-from <folder>` reduces the image tables of an unpacked sagemaker-core
//! to `src/catalog/images/facts`.
//!
//! This is a test target, not a build script, so that the output is reviewed, and so that nobody who
//! builds the crate waits for it. The price: the crate has to compile before this runs. When the
//! generated code does not, restore it (`git checkout src/cfn/generated`) and run again.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test harness speaks to the terminal"
)]

mod attributes;
mod emit;
mod fixups;
mod image_uris;
mod images;
mod model;
mod naming;
mod prune;
mod sets;
mod strip;
mod tables;
mod types;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Relative to the package, which is where cargo runs a test target.
const SCHEMA: &str = "src/cfn/schema";
const GENERATED: &str = "src/cfn/generated";
const IMAGE_FACTS: &str = "src/catalog/images/facts";
const GENERATED_IMAGES: &str = "src/catalog/images/generated";

/// What is wrong, in words. There is nobody to tell errors apart.
type Result<T> = std::result::Result<T, String>;

/// Files by path.
type Files = BTreeMap<PathBuf, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("generated_code_is_up_to_date: test\n\n1 test, 0 benchmarks");
        return ExitCode::SUCCESS;
    }
    // Other flags are libtest's, which `cargo test -- <flags>` hands to every target.
    let write = arguments.iter().any(|argument| argument == "--write");
    let outcome = pin(&arguments).and_then(|()| {
        for (root, files) in [
            (GENERATED, generate()?),
            (GENERATED_IMAGES, generate_images()?),
        ] {
            if write {
                put(root, &files)?;
            } else {
                compare(root, &files)?;
            }
        }
        Ok(())
    });

    println!("\nrunning 1 test");
    match outcome {
        Ok(()) => {
            println!("test generated_code_is_up_to_date ... ok\n");
            println!(
                "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n"
            );
            ExitCode::SUCCESS
        }
        Err(message) => {
            println!("test generated_code_is_up_to_date ... FAILED\n\n{message}\n");
            println!(
                "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n"
            );
            ExitCode::FAILURE
        }
    }
}

/// Renews what is pinned, when asked to.
fn pin(arguments: &[String]) -> Result<()> {
    let folder_of = |flag: &str| -> Result<Option<&Path>> {
        let Some(index) = arguments.iter().position(|argument| argument == flag) else {
            return Ok(None);
        };
        let folder = arguments.get(index + 1);
        folder
            .map(|folder| Some(Path::new(folder)))
            .ok_or_else(|| format!("`{flag}` takes a folder"))
    };
    if let Some(folder) = folder_of("--from")? {
        put(SCHEMA, &strip::strip(folder)?)?;
    }
    if let Some(folder) = folder_of("--images-from")? {
        put(IMAGE_FACTS, &image_uris::reduce(folder)?)?;
    }
    Ok(())
}

/// The generated files, from the committed schemas.
fn generate() -> Result<Files> {
    let mut resources = Vec::new();
    for kind in types::all() {
        let path = Path::new(SCHEMA).join(kind.schema_path());
        let mut schema = serde_json::from_str(&read(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        fixups::apply(&kind, &mut schema)?;
        let resource = model::Resource::read(kind, &schema)
            .map_err(|message| format!("{}: {message}", path.display()))?;
        resources.push(resource);
    }
    let version = read(&Path::new(SCHEMA).join("VERSION"))?;
    emit::files(&resources, version.lines().next().unwrap_or_default())
}

/// The generated files, from the committed facts about images.
fn generate_images() -> Result<Files> {
    let folder = Path::new(IMAGE_FACTS);
    let path = folder.join("images.json");
    let facts = serde_json::from_str(&read(&path)?)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    images::files(&facts, read(&folder.join("VERSION"))?.trim())
}

/// Makes the folder hold these files and no other of their kinds.
fn put(root: &str, files: &Files) -> Result<()> {
    let mut written = 0;
    for (path, text) in files {
        let path = Path::new(root).join(path);
        if fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        let write = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(root)))?;
            fs::write(&path, text)
        };
        write().map_err(|error| format!("{}: {error}", path.display()))?;
        written += 1;
    }
    let strays = strays(Path::new(root), files)?;
    for path in &strays {
        fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    eprintln!(
        "{root}: {} files, {written} written, {} removed",
        files.len(),
        strays.len()
    );
    Ok(())
}

fn compare(root: &str, files: &Files) -> Result<()> {
    let root = Path::new(root);
    let stale = files
        .iter()
        .map(|(path, text)| (root.join(path), text))
        .filter(|(path, text)| !fs::read_to_string(path).is_ok_and(|old| old == **text))
        .map(|(path, _)| path);
    let wrong: Vec<String> = stale
        .chain(strays(root, files)?)
        .map(|path| format!("    {}", path.display()))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "run `cargo codegen`; not as the pinned facts say:\n{}",
        wrong.join("\n")
    ))
}

/// Files of the folder that nothing generates.
fn strays(root: &Path, files: &Files) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry
                .map_err(|error| format!("{}: {error}", folder.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let handwritten = path.extension().is_some_and(|extension| extension == "md");
            let known = path
                .strip_prefix(root)
                .is_ok_and(|path| files.contains_key(path));
            if !handwritten && !known {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
