//! The project on disk: where it is, which stacks it has, and what their files hold.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::app::{self, Build, StackInput, Synthesis};
use crate::config;
use crate::config::files::{self, FOLDER as CONFIG};
use crate::config::yaml::Limits;
use crate::finding::{Finding, closest};

use super::args::Selection;
use super::silence::Silenced;
use super::{Context, Failure};

/// The folder of the stacks in Rust.
const STACKS: &str = "stacks";

/// A project whose files have been read.
#[derive(Debug)]
pub(super) struct Project {
    /// The folder that holds `config/`.
    pub(super) root: PathBuf,
    stacks: Vec<StackFiles>,
    findings: Vec<Finding>,
    silenced: Silenced,
}

/// The files of a stack.
#[derive(Debug)]
struct StackFiles {
    name: String,
    build: Option<Build>,
    stage_file: TextFile,
    lock_file: Option<TextFile>,
}

/// A file that was read.
#[derive(Debug)]
struct TextFile {
    /// Its name relative to the project, with `/`.
    shown: String,
    bytes: Vec<u8>,
}

impl TextFile {
    fn text(&self) -> config::Text<'_> {
        config::Text {
            file: &self.shown,
            bytes: &self.bytes,
        }
    }
}

impl Project {
    /// Finds the project and reads what is selected. What is wrong with single files is kept, to be
    /// reported with the findings of the synthesis.
    pub(super) fn open(context: &Context<'_>, selection: &Selection) -> Result<Self, Failure> {
        let root = root(context)?;
        let (mut builds, mut findings) = names(&root, context.stacks)?;
        unknown_stacks(&builds, &findings, selection)?;
        if builds.is_empty() && findings.is_empty() {
            return Err(Finding::error(
                "no-stage-files",
                format!("`{CONFIG}/` holds no stage file, so that there is nothing to do"),
            )
            .hint("write one, such as `config/inference.yaml`; `sageform --help` shows four lines that work")
            .into());
        }
        builds.retain(|name, _| selection.has_stack(name));
        findings.retain(|finding| {
            let stack = finding.place.stack.as_deref();
            stack.is_none_or(|stack| selection.has_stack(stack))
        });
        let mut stacks = Vec::new();
        for (name, build) in builds {
            let stage_file = files::stage_file(&name);
            let lock_file = files::lock_file(&name);
            match (read(&root, stage_file), read(&root, lock_file)) {
                (Ok(Some(stage_file)), Ok(lock_file)) => stacks.push(StackFiles {
                    name,
                    build,
                    stage_file,
                    lock_file,
                }),
                (stage_file, lock_file) => {
                    // It was listed a moment ago, or is a link to nothing.
                    let gone = matches!(stage_file, Ok(None)).then(|| files::missing(&name));
                    findings.extend(
                        [stage_file.err(), gone, lock_file.err()]
                            .into_iter()
                            .flatten()
                            .map(|finding| in_stack(finding, &name)),
                    );
                }
            }
        }
        let (silenced, wrong) = Silenced::read(&root);
        findings.extend(wrong);
        Ok(Self {
            root,
            stacks,
            findings,
            silenced,
        })
    }

    /// Synthesizes what is selected, and adds what was wrong with the files.
    pub(super) fn synthesize(&self, selection: &Selection) -> Synthesis {
        self.synthesis(selection, false)
    }

    /// The same, with what is worth knowing and no fault.
    pub(super) fn synthesize_with_hints(&self, selection: &Selection) -> Synthesis {
        self.synthesis(selection, true)
    }

    fn synthesis(&self, selection: &Selection, hints: bool) -> Synthesis {
        let inputs: Vec<StackInput<'_>> = self
            .stacks
            .iter()
            .map(|stack| StackInput {
                name: &stack.name,
                build: stack.build,
                stage_file: stack.stage_file.text(),
                lock_file: stack.lock_file.as_ref().map(TextFile::text),
            })
            .collect();
        // Stages of a file that cannot be read are not known, so that a name is only called unknown
        // when every file could be.
        let known = RefCell::new(Vec::<String>::new());
        let wanted = |stage: &str| {
            let mut known = known.borrow_mut();
            if !known.iter().any(|name| name == stage) {
                known.push(stage.to_owned());
            }
            selection.has_stage(stage)
        };
        let mut synthesis = if hints {
            app::synthesize_with_hints(&inputs, wanted)
        } else {
            app::synthesize(&inputs, wanted)
        };
        synthesis.findings.splice(0..0, self.findings.clone());
        if !synthesis.has_errors() {
            let known = known.into_inner();
            let unknown = selection.stage.iter().filter(|name| !known.contains(name));
            synthesis
                .findings
                .extend(unknown.map(|name| unknown_name("stage", name, &known)));
        }
        let mut silenced = self.silenced.clone();
        silenced.apply(&mut synthesis.findings);
        // Of a part of the project, the other parts are not known.
        if selection.is_everything() && !synthesis.has_errors() {
            synthesis.findings.extend(silenced.unused());
        }
        synthesis
    }

    /// The command that runs this program here.
    pub(super) fn command(&self) -> &'static str {
        command(&self.root)
    }
}

/// The command that runs this program in a project.
pub(super) fn command(root: &Path) -> &'static str {
    if root.join(STACKS).join("main.rs").is_file() && root.join("Cargo.toml").is_file() {
        "cargo run --"
    } else {
        "sageform"
    }
}

/// The folder from which the project is looked for.
pub(super) fn start(context: &Context<'_>) -> Result<PathBuf, Finding> {
    let start = match &context.global.project {
        Some(folder) => folder.canonicalize(),
        None => current_folder(),
    };
    start
        .and_then(|start| {
            if start.is_dir() {
                Ok(start)
            } else {
                Err(io::ErrorKind::NotADirectory.into())
            }
        })
        .map_err(|error| {
            let folder = context.global.project.as_deref().unwrap_or(Path::new("."));
            Finding::error(
                "no-folder",
                format!("cannot work in `{}`: {error}", folder.display()),
            )
            .hint("name a folder that exists with `--project`")
        })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what turns the working folder into a project's root"
)]
fn current_folder() -> io::Result<PathBuf> {
    std::env::current_dir()
}

/// The nearest folder, from the start upwards, that holds a project.
pub(super) fn root(context: &Context<'_>) -> Result<PathBuf, Finding> {
    let start = start(context)?;
    start
        .ancestors()
        .find(|folder| is_project(folder))
        .map(Path::to_path_buf)
        .ok_or_else(|| {
            Finding::error(
                "no-project",
                format!(
                    "no project found: neither `{}` nor a folder above it holds `config/` with a \
                     stage file, such as `config/inference.yaml`",
                    start.display()
                ),
            )
            .hint("make a project with `sageform init DIR`, or name one with `--project DIR`")
        })
}

fn is_project(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder.join(CONFIG)) else {
        return false;
    };
    folder.join("Cargo.toml").is_file() && folder.join(STACKS).join("main.rs").is_file()
        || entries
            .flatten()
            .any(|entry| stage_file_stem(&entry.file_name().to_string_lossy()).is_some())
}

/// The stack that a file in `config/` belongs to, and whether its ending is `.yaml`.
fn stage_file_stem(file_name: &str) -> Option<(&str, bool)> {
    if file_name.starts_with('.') {
        return None;
    }
    file_name
        .strip_suffix(".yaml")
        .map(|stem| (stem, true))
        .or_else(|| file_name.strip_suffix(".yml").map(|stem| (stem, false)))
}

type Builds = BTreeMap<String, Option<Build>>;

/// The stacks of a project by name, each with the Rust function that builds it.
fn names(root: &Path, registered: &[(&str, Build)]) -> Result<(Builds, Vec<Finding>), Finding> {
    let mut findings = Vec::new();
    let mut stems = BTreeSet::new();
    let mut locks = BTreeSet::new();
    let unreadable =
        |error: io::Error| Finding::error("read", format!("cannot list `{CONFIG}/`: {error}"));
    let mut file_names = Vec::new();
    for entry in fs::read_dir(root.join(CONFIG)).map_err(unreadable)? {
        file_names.push(entry.map_err(unreadable)?.file_name());
    }
    file_names.sort();
    for file_name in file_names {
        let file_name = file_name.to_string_lossy();
        match stage_file_stem(&file_name) {
            None => {}
            Some((stem, false)) => findings.push(
                Finding::error(
                    "yml-file",
                    format!("stage files end in `.yaml`, got `{CONFIG}/{file_name}`"),
                )
                .hint(format!("rename it to `{CONFIG}/{stem}.yaml`")),
            ),
            Some((stem, true)) => {
                if let Some(name) = stem.strip_suffix(".lock") {
                    locks.insert(name.to_owned());
                } else if is_name(stem) {
                    stems.insert(stem.to_owned());
                } else {
                    findings.push(bad_name(&file_name));
                }
            }
        }
    }
    for name in locks.difference(&stems) {
        let finding = Finding::warning(
            "lock-without-stage-file",
            format!("`{CONFIG}/{name}.lock.yaml` has no stage file `{CONFIG}/{name}.yaml`"),
        )
        .hint("delete it, or give it the name of its stage file");
        findings.push(in_stack(finding, name));
    }
    let mut builds = Builds::new();
    for name in stems {
        let build = registered.iter().find(|(known, _)| *known == name);
        let in_rust = rust_file(root, &name);
        if let (Some(file), None) = (&in_rust, build) {
            let finding = Finding::error(
                "unlisted-stack",
                format!("`{file}` is not listed in `{STACKS}/main.rs`"),
            )
            .hint(format!(
                "list it there: `(\"{name}\", {name}::{name})`, or run this with `cargo run --`"
            ));
            findings.push(in_stack(finding, &name));
        } else {
            // An installed program must not build a stranger's stage file with a stack of its own
            // that happens to bear the same name.
            let build = build.filter(|_| in_rust.is_some()).map(|(_, build)| *build);
            builds.insert(name, build);
        }
    }
    for (name, _) in registered {
        let known = builds.contains_key(*name)
            || findings
                .iter()
                .any(|finding| finding.place.stack.as_deref() == Some(name));
        if let (false, Some(file)) = (known, rust_file(root, name)) {
            let finding = Finding::error(
                "missing-stage-file",
                format!("`{file}` has no stage file: `{CONFIG}/{name}.yaml` is missing"),
            )
            .hint(format!(
                "write it, or remove the stack from `{STACKS}/main.rs`"
            ));
            findings.push(in_stack(finding, name));
        }
    }
    Ok((builds, findings))
}

fn rust_file(root: &Path, name: &str) -> Option<String> {
    [
        format!("{STACKS}/{name}.rs"),
        format!("{STACKS}/{name}/mod.rs"),
    ]
    .into_iter()
    .find(|file| name != "main" && root.join(file).is_file())
}

/// Whether a stack or a stage may have this name, which becomes the name of files and folders.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
}

fn bad_name(file_name: &str) -> Finding {
    Finding::error(
        "stack-name",
        format!(
            "a stack's name holds letters, digits, `-` and `_` and starts with a letter or digit, \
             got `{CONFIG}/{file_name}`"
        ),
    )
    .hint("rename the file; where it is not a stage file, move it out of the folder")
}

/// Stacks that are there and cannot be built count as known: they have findings of their own.
fn unknown_stacks(
    builds: &Builds,
    findings: &[Finding],
    selection: &Selection,
) -> Result<(), Failure> {
    let broken = findings
        .iter()
        .filter_map(|finding| finding.place.stack.as_ref());
    let known: BTreeSet<&String> = builds.keys().chain(broken).collect();
    let known: Vec<String> = known.into_iter().cloned().collect();
    let unknown: Vec<Finding> = selection
        .stack
        .iter()
        .filter(|name| !known.contains(name))
        .map(|name| unknown_name("stack", name, &known))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(unknown.into())
}

pub(super) fn unknown_name(noun: &str, name: &str, known: &[String]) -> Finding {
    let rule = if noun == "stage" {
        "unknown-stage"
    } else {
        "unknown-stack"
    };
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let list = match list.as_slice() {
        [] => format!("there are no {noun}s"),
        list => format!("the {noun}s are {}", list.join(", ")),
    };
    let finding = Finding::error(rule, format!("unknown {noun} `{name}`: {list}"));
    match closest(name, known.iter().map(String::as_str)) {
        Some(meant) => finding.hint(format!("did you mean `--{noun} {meant}`?")),
        None => finding,
    }
}

fn in_stack(mut finding: Finding, stack: &str) -> Finding {
    finding.place.stack = Some(stack.to_owned());
    finding
}

fn read(root: &Path, shown: String) -> Result<Option<TextFile>, Finding> {
    let bytes = files::read(root, &shown, &Limits::STAGE_FILE)?;
    Ok(bytes.map(|bytes| TextFile { shown, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &mut crate::template::Stack, _: &config::Stage) {}

    /// A project that has these files, all of them empty.
    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn found(files: &[&str], registered: &[(&str, Build)]) -> (Vec<(String, bool)>, Vec<String>) {
        let (builds, findings) = names(project(files).path(), registered).unwrap();
        (
            builds
                .into_iter()
                .map(|(name, build)| (name, build.is_some()))
                .collect(),
            findings
                .into_iter()
                .map(|finding| finding.message)
                .collect(),
        )
    }

    #[test]
    fn a_stack_in_rust_builds_the_stage_file_of_its_name() {
        let (stacks, findings) = found(
            &[
                "config/fraud.yaml",
                "config/plain.yaml",
                "stacks/main.rs",
                "stacks/fraud.rs",
            ],
            &[("fraud", nothing)],
        );
        assert_eq!(
            stacks,
            [("fraud".to_owned(), true), ("plain".to_owned(), false)]
        );
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn a_compiled_in_stack_builds_nothing_where_its_file_is_not() {
        let (stacks, findings) = found(&["config/fraud.yaml"], &[("fraud", nothing)]);
        assert_eq!(stacks, [("fraud".to_owned(), false)]);
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn a_stack_in_rust_needs_a_stage_file() {
        let (stacks, findings) = found(
            &["config/other.yaml", "stacks/fraud/mod.rs"],
            &[("fraud", nothing)],
        );
        assert_eq!(stacks, [("other".to_owned(), false)]);
        assert_eq!(
            findings,
            ["`stacks/fraud/mod.rs` has no stage file: `config/fraud.yaml` is missing"]
        );
    }

    #[test]
    fn a_stack_in_rust_must_be_listed() {
        let (stacks, findings) = found(&["config/fraud.yaml", "stacks/fraud.rs"], &[]);
        assert!(stacks.is_empty(), "{stacks:?}");
        assert_eq!(
            findings,
            ["`stacks/fraud.rs` is not listed in `stacks/main.rs`"]
        );
    }
}
