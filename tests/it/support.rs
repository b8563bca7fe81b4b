//! What several modules of tests need: case folders, expected output, findings as text.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sageform::app::{self, StackInput, Synthesis};
use sageform::config::{Text, files, yaml::Limits};
use sageform::finding::Finding;
use sageform::json::Object;
use snapbox::{Assert, Data};

/// The folder of the cases of one kind.
pub(crate) fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(kind)
}

/// What is in a folder, by name, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

/// The Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The name without folder and extension.
pub(crate) fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// Compares with the expected output; `SNAPSHOTS=overwrite` accepts what came out.
pub(crate) fn golden(path: &Path, actual: String) {
    let expected = Data::read_from(path, None).raw();
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(Data::text(actual).raw(), expected);
}

/// The only stack of a case folder.
pub(crate) fn only_stack(case: &Path) -> String {
    let mut stacks: Vec<String> = fs::read_dir(case.join("config"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
        .filter(|name| Path::new(name).extension().is_none())
        .collect();
    assert_eq!(stacks.len(), 1, "{}: {stacks:?}", case.display());
    stacks.remove(0)
}

/// Synthesizes the only stack of a case folder with the standard hosting stack.
pub(crate) fn synthesize(case: &Path) -> Synthesis {
    let stack = &only_stack(case);
    let read = |file: &str| files::read(case, file, &Limits::STAGE_FILE).unwrap();
    let (stage_file, lock_file) = (files::stage_file(stack), files::lock_file(stack));
    let (bytes, lock) = (read(&stage_file).unwrap(), read(&lock_file));
    synthesize_text(stack, &bytes, lock.as_deref())
}

/// Synthesizes a stack of these texts with the standard hosting stack.
pub(crate) fn synthesize_text(
    stack: &str,
    stage_file: &[u8],
    lock_file: Option<&[u8]>,
) -> Synthesis {
    let (file, lock) = (files::stage_file(stack), files::lock_file(stack));
    let input = StackInput {
        name: stack,
        build: None,
        stage_file: Text {
            file: &file,
            bytes: stage_file,
        },
        lock_file: lock_file.map(|bytes| Text { file: &lock, bytes }),
    };
    app::synthesize(&[input], |_| true)
}

/// A document from JSON text.
pub(crate) fn document(text: &str) -> Object {
    serde_json::from_str(text).unwrap()
}

/// Findings, one paragraph each.
pub(crate) fn render(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let place = &finding.place;
        let path = [place.logical_id.as_deref(), place.path.as_deref()];
        let path: Vec<_> = path.into_iter().flatten().collect();
        writeln!(
            out,
            "{}[{}] {}",
            finding.severity,
            finding.rule,
            path.join(" ")
        )
        .unwrap();
        writeln!(out, "  {}", finding.message).unwrap();
        if let Some(hint) = &finding.hint {
            writeln!(out, "  hint: {hint}").unwrap();
        }
        if let Some(source) = &place.source {
            let (file, line) = (&source.file, source.line);
            let text = source.text.as_deref().unwrap_or_default().trim();
            writeln!(out, "  {file}:{line}: {text}").unwrap();
        }
        if !place.stages.is_empty() {
            writeln!(out, "  stage {}", place.stages.join(", ")).unwrap();
        }
        out.push('\n');
    }
    out
}

/// Whether a rule is about hosting, and not about the shape of any template.
pub(crate) fn is_of_hosting(rule: &str) -> bool {
    sageform::rules::book::families()
        .filter(|(family, _)| *family != "Any template")
        .any(|(_, rules)| rules.iter().any(|known| known.id == rule))
}
