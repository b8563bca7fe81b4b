//! Each public constructor of `src/hosting` shows in a doc test what it becomes in a template.

use std::fs;
use std::path::Path;

use crate::support::rust_files;

/// A public function that takes no `self`.
struct Constructor {
    name: String,
    /// Whether it stands in an `impl` for a macro's `$name`.
    in_macro: bool,
    /// The code in the comment above it.
    example: String,
}

struct Source {
    constructors: Vec<Constructor>,
    /// The code in all comments.
    examples: String,
}

fn read(text: &str) -> Source {
    let mut source = Source {
        constructors: Vec::new(),
        examples: String::new(),
    };
    let (mut example, mut in_code, mut in_macro) = (String::new(), false, false);
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix("///").or(line.strip_prefix("//!")) {
            if comment.trim_start().starts_with("```") {
                in_code = !in_code;
            } else if in_code {
                example.push_str(comment);
                example.push('\n');
            }
            continue;
        }
        // Attributes stand between a comment and what it is about, or within it.
        if line.starts_with('#') {
            continue;
        }
        source.examples.push_str(&example);
        if line.starts_with("impl") {
            in_macro = line.contains(" $");
        }
        let function = ["pub fn ", "pub const fn "]
            .iter()
            .find_map(|start| line.strip_prefix(start));
        if let Some(function) = function {
            let mut signature = function.to_owned();
            while !signature.contains(')') {
                signature.push_str(lines.next().unwrap_or(")"));
            }
            let name: String = function
                .chars()
                .take_while(|character| character.is_alphanumeric() || *character == '_')
                .collect();
            let arguments = after_generics(&signature[name.len()..]);
            let first = arguments.split([',', ')', ':']).next().unwrap_or_default();
            if !first.trim_start_matches("mut ").trim().ends_with("self") {
                source.constructors.push(Constructor {
                    name,
                    in_macro,
                    example: std::mem::take(&mut example),
                });
            }
        }
        example.clear();
    }
    source
}

/// What follows the first parenthesis outside of `<…>`.
fn after_generics(signature: &str) -> &str {
    let mut depth = 0_u32;
    for (at, character) in signature.char_indices() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '(' if depth == 0 => return &signature[at + 1..],
            _ => {}
        }
    }
    ""
}

#[test]
fn a_constructor_is_found_with_its_example() {
    let source = read(
        r"
        impl X {
            /// An X.
            ///
            /// ```
            /// assert!(X::of(1).is_one());
            /// ```
            #[track_caller]
            pub fn of<T: Into<i64>>(
                number: T,
            ) -> Self {

            /// Whether it is.
            pub fn is_one(&self) -> bool {

            pub const fn parse(number: i64) -> Option<Self> {
        ",
    );
    let found: Vec<_> = source
        .constructors
        .iter()
        .map(|one| (one.name.as_str(), one.example.contains("X::of(")))
        .collect();
    assert_eq!(found, [("of", true), ("parse", false)]);
}

#[test]
fn each_constructor_shows_what_it_becomes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hosting");
    let (mut count, mut without) = (0, Vec::new());
    for path in rust_files(&folder) {
        let source = read(&fs::read_to_string(&path).unwrap());
        for one in &source.constructors {
            let Constructor { name, example, .. } = one;
            count += 1;
            let call = format!("::{name}(");
            let shown = example.contains(&call) && example.contains("assert");
            // What reads a value from a file is shown beside its twin for literals, and what a macro
            // makes beside the macro's call.
            let beside = name.starts_with("parse") || one.in_macro;
            let shown = shown || beside && source.examples.contains(&call);
            if !shown {
                without.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(count > 45, "only {count} constructors are found");
    assert!(
        without.is_empty(),
        "no doc test shows what these become:\n{}",
        without.join("\n")
    );
}
