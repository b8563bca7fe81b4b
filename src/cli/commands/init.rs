//! `sageform init`: a new project that works.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::finding::Finding;

use super::super::output::Plan;
use super::super::project::start;
use super::super::report::plural;
use super::super::{Context, Exit, Failure, printer};
use super::schema;

/// The files of a project, by name; `{{…}}` is filled in.
const ALWAYS: [(&str, &str); 2] = [
    (
        "config/inference.yaml",
        include_str!("init/config/inference.yaml"),
    ),
    (".gitattributes", include_str!("init/gitattributes")),
];
const RUST: [(&str, &str); 6] = [
    ("Cargo.toml", include_str!("init/Cargo.toml.in")),
    ("stacks/main.rs", include_str!("init/stacks/main.rs")),
    (
        "stacks/inference.rs",
        include_str!("init/stacks/inference.rs"),
    ),
    (
        "tests/templates.rs",
        include_str!("init/tests/templates.rs"),
    ),
    (".gitignore", include_str!("init/gitignore")),
    ("README.md", include_str!("init/README.md")),
];

/// Make a new project that works: one stage file, one stack, one test.
///
/// DIR must be empty (a `.git` folder may be there); nothing is ever overwritten. In the new
/// project, `cargo run -- synth` writes the templates and `cargo test` checks them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform init my-endpoint               a project with a stack in Rust\n  \
    sageform init my-endpoint --no-rust     stage files only, for the installed program")]
pub(in super::super) struct InitArgs {
    /// The project's folder, which is made where it does not exist.
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,

    /// Stage files only: the standard hosting stack builds them, and no Rust is needed.
    #[arg(long, conflicts_with = "sageform_path")]
    no_rust: bool,

    /// Depend on the checkout of sageform in this folder, not on the published version.
    #[arg(long, value_name = "DIR")]
    sageform_path: Option<PathBuf>,
}

pub(in super::super) fn run(args: &InitArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let start = start(context)?;
    let root = start.join(&args.dir);
    refuse_content(&root, &args.dir)?;
    let mut texts = BTreeMap::from([(format!("config/{}", schema::FILE_NAME), schema::text())]);
    let mut files = ALWAYS.to_vec();
    if !args.no_rust {
        files.extend(RUST);
    }
    let dependency = match &args.sageform_path {
        Some(folder) => path_dependency(&start, folder)?,
        None => format!("sageform = \"{}\"", env!("CARGO_PKG_VERSION")),
    };
    let name = package_name(&root);
    for (file, text) in files {
        let text = text
            .replace("{{name}}", &name)
            .replace("{{dependency}}", &dependency)
            .replace("{{rust-version}}", env!("CARGO_PKG_RUST_VERSION"));
        texts.insert(file.to_owned(), text);
    }
    let plan = Plan::new(&root, texts)?;
    plan.apply()?;
    let mut said = String::new();
    for file in plan.changes.keys() {
        let _ = writeln!(said, "created {}", args.dir.join(file).display());
    }
    let _ = writeln!(said, "{}\n", plural(plan.changes.len(), "file"));
    said.push_str(&next_steps(args));
    printer::say(&said);
    Ok(Exit::Done)
}

fn next_steps(args: &InitArgs) -> String {
    let folder = if args.dir == Path::new(".") {
        String::new()
    } else {
        format!("  cd {}\n", args.dir.display())
    };
    let commands = if args.no_rust {
        "  sageform synth        write the templates\n"
    } else {
        "  cargo run -- synth    write the templates\n  cargo test            check that they are up to date\n"
    };
    format!("next:\n{folder}{commands}")
}

/// Refuses a folder that holds anything but a repository's own folder.
fn refuse_content(root: &Path, shown: &Path) -> Result<(), Finding> {
    let shown = shown.display();
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(
                Finding::error("init-folder", format!("cannot use `{shown}`: {error}"))
                    .hint("name a folder that is empty or does not exist"),
            );
        }
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != ".git")
        .collect();
    names.sort();
    let Some(first) = names.first() else {
        return Ok(());
    };
    let more = match names.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(Finding::error(
        "init-folder",
        format!("a new project needs an empty folder, and `{shown}` holds `{first}`{more}"),
    )
    .hint("name a folder that does not exist: `sageform init my-endpoint`"))
}

/// The folder's name, as far as Cargo takes it for a package's.
fn package_name(root: &Path) -> String {
    let canonical = root.canonicalize();
    let folder = canonical.as_deref().unwrap_or(root).file_name();
    let name: String = folder
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase()
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    let name = name.trim_matches('-');
    // A package may not bear the name of what it depends on, nor of what Cargo reserves.
    let usable = name.starts_with(|first: char| first.is_ascii_lowercase())
        && ![
            "sageform", "test", "core", "std", "alloc", "build", "deps", "examples",
        ]
        .contains(&name);
    if usable {
        name.to_owned()
    } else {
        "endpoints".to_owned()
    }
}

fn path_dependency(start: &Path, folder: &Path) -> Result<String, Finding> {
    let shown = folder.display();
    let refused = |why: String| {
        Finding::error("sageform-path", why).hint("name the folder of sageform's `Cargo.toml`")
    };
    let path = start
        .join(folder)
        .canonicalize()
        .map_err(|error| refused(format!("cannot use `{shown}`: {error}")))?;
    let manifest = fs::read_to_string(path.join("Cargo.toml"))
        .map_err(|error| refused(format!("cannot read `{shown}/Cargo.toml`: {error}")))?;
    if !manifest
        .lines()
        .any(|line| line.trim() == "name = \"sageform\"")
    {
        return Err(refused(format!("`{shown}/Cargo.toml` is not sageform's")));
    }
    let path = path
        .to_string_lossy()
        .replace('\\', "/")
        .replace('"', "\\\"");
    Ok(format!("sageform = {{ path = \"{path}\" }}"))
}
