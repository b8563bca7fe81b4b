//! `sageform explain`: the rules of the book, one by one or all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::finding::{Finding, Severity, closest};
use crate::rules::book::{self, Rule};

use super::super::output::{Change, Plan};
use super::super::project::{command, root};
use super::super::report::{self, plural};
use super::super::{Context, Exit, Failure, printer};

/// The page of all rules, in the project's root.
const PAGE: &str = "rules.md";

const INTRODUCTION: &str = "\
# Rules

What `sageform validate` and `sageform synth` know of SageMaker hosting, by rule: its sentence, its
reason, an example, and where it is written.

- **error**: an API of AWS refuses it, and nothing is written while one stands.
- **warning**: it is accepted, and then fails, stalls, misleads or costs.
- **note**: it works, and something else is better. Only `validate` shows these.

An example is a difference. With its lines that begin with `-` the template breaks the rule, with
those that begin with `+` it does not. `sageform explain RULE` prints one of them at a terminal.

This page is written by `sageform explain --format markdown --write`.
";

/// Explain a rule: what it demands, why, an example, and where it is written.
///
/// RULE is the id that a finding bears in brackets, such as `ep-retain`. Without it, all rules are
/// listed.
#[derive(Debug, Args)]
#[command(
    after_long_help = "With `--format json`, an object, or an array of them:\n  \
    id        id of the rule\n  \
    family    what it is about\n  \
    severity  `error`, `warning` or `note`\n  \
    sentence  what it demands\n  \
    reason    why, in Markdown\n  \
    example   `deployed`, or null; `difference`, `bad` and `good`: templates in YAML\n  \
    sources   addresses\n\n\
    Examples:\n  \
    sageform explain ep-retain\n  \
    sageform explain                              all rules, a line each\n  \
    sageform explain --format markdown --write    write the page of all rules, `rules.md`"
)]
pub(in super::super) struct ExplainArgs {
    /// The rule's id. Without it, all rules.
    #[arg(value_name = "RULE")]
    rule: Option<String>,

    /// Write the page of all rules to the project: `rules.md`.
    #[arg(long, conflicts_with_all = ["check", "rule"])]
    write: bool,

    /// Fail when that page is missing or stale.
    #[arg(long, conflicts_with = "rule")]
    check: bool,

    /// How to print it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A page.
    Markdown,
}

pub(in super::super) fn run(args: &ExplainArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if args.write || args.check {
        return on_disk(args, context);
    }
    let printed = match (&args.rule, args.format) {
        (Some(id), format) => {
            let (family, rule) = known(id)?;
            match format {
                Format::Text => printer::report(&text(family, rule)),
                Format::Json => printer::data(&json(&Explained::of(family, rule))),
                Format::Markdown => printer::data(&section("#", rule)),
            }
        }
        (None, Format::Text) => printer::report(&list()),
        (None, Format::Json) => {
            let all: Vec<_> = all()
                .map(|(family, rule)| Explained::of(family, rule))
                .collect();
            printer::data(&json(&all))
        }
        (None, Format::Markdown) => printer::data(&page()),
    };
    printed.map_err(Failure::Output)?;
    Ok(Exit::Done)
}

/// Every rule with its family.
fn all() -> impl Iterator<Item = (&'static str, &'static Rule)> {
    book::families().flat_map(|(family, rules)| rules.iter().map(move |rule| (family, rule)))
}

fn known(id: &str) -> Result<(&'static str, &'static Rule), Finding> {
    all().find(|(_, rule)| rule.id == id).ok_or_else(|| {
        let shown = report::visible(id);
        Finding::error("unknown-rule", format!("no rule has the name `{shown}`")).hint(
            match closest(id, book::rules().map(|rule| rule.id)) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "`sageform explain` lists all rules".to_owned(),
            },
        )
    })
}

/// Writes the page, or compares it with what is there.
fn on_disk(args: &ExplainArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if args.format != Format::Markdown {
        let option = if args.write { "--write" } else { "--check" };
        return Err(Finding::error(
            "usage",
            format!("`{option}` is about the page of all rules, which is Markdown"),
        )
        .hint(format!("run `sageform explain --format markdown {option}`"))
        .into());
    }
    let root = root(context)?;
    let plan = Plan::new(&root, BTreeMap::from([(PAGE.to_owned(), page())]))?;
    let change = plan.changes.get(PAGE).copied().unwrap_or(Change::Keep);
    if args.write {
        plan.apply()?;
    }
    let said = match (change, args.check) {
        (Change::Keep | Change::Remove, _) => format!("{PAGE}: up to date\n"),
        (Change::Create, false) => format!("created {PAGE}\n"),
        (Change::Update, false) => format!("updated {PAGE}\n"),
        (change, true) => {
            let word = if change == Change::Create {
                "missing"
            } else {
                "stale"
            };
            let finding =
                Finding::error("stale-rules", format!("`{PAGE}` is {word}")).hint(format!(
                    "run `{} explain --format markdown --write` and commit the file",
                    command(&root)
                ));
            printer::say(&report::render(&[finding], None));
            return Ok(Exit::Findings);
        }
    };
    printer::say(&said);
    Ok(Exit::Done)
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

const fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::BrightGreen,
    };
    colour.on_default().bold()
}

/// A rule for a terminal.
fn text(family: &str, rule: &Rule) -> String {
    let example = rule.example();
    let severity = colour(rule.severity);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{severity}{}{severity:#}{BOLD}[{}]: {}{BOLD:#}",
        rule.severity,
        rule.id,
        one_line(rule.sentence())
    );
    let _ = writeln!(out, "{DIM}{family}{DIM:#}\n\n{}\n", rule.reason());
    if let Some(deployed) = &example.deployed {
        let _ = writeln!(out, "{BOLD}Deployed{BOLD:#}");
        for line in deployed.lines() {
            let _ = writeln!(out, "   {line}");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{BOLD}Example{BOLD:#}");
    for line in example.difference.lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'+') => AnsiColor::Green.on_default(),
            _ => Style::new(),
        };
        let _ = writeln!(out, "  {style}{line}{style:#}");
    }
    let _ = writeln!(out, "\n{BOLD}Sources{BOLD:#}");
    for source in rule.sources() {
        let _ = writeln!(out, "  {source}");
    }
    out
}

/// All rules for a terminal, a line each.
fn list() -> String {
    let width = book::rules().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (family, rules) in filled() {
        let _ = writeln!(out, "{BOLD}{family}{BOLD:#}");
        for rule in rules {
            let style = colour(rule.severity);
            let _ = writeln!(
                out,
                "  {:width$}  {style}{:7}{style:#}  {}",
                rule.id,
                rule.severity.to_string(),
                one_line(rule.sentence())
            );
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "{}; `sageform explain RULE` explains one",
        plural(book::rules().count(), "rule")
    );
    out
}

/// The families that have rules.
fn filled() -> impl Iterator<Item = (&'static str, &'static [Rule])> {
    book::families().filter(|(_, rules)| !rules.is_empty())
}

/// The page of all rules.
fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push('\n');
    for (family, rules) in filled() {
        let _ = writeln!(page, "- [{family}](#{})", anchor(family));
        for rule in rules {
            let _ = writeln!(
                page,
                "  - [`{id}`](#{id}): {}",
                one_line(rule.sentence()),
                id = rule.id
            );
        }
    }
    for (family, rules) in filled() {
        let _ = writeln!(page, "\n## {family}");
        for rule in rules {
            page.push('\n');
            page.push_str(&section("###", rule));
        }
    }
    page
}

/// A rule in Markdown, below a heading of this depth.
fn section(heading: &str, rule: &Rule) -> String {
    let example = rule.example();
    let mut out = format!(
        "{heading} {}\n\n**{}**: {}\n\n{}\n",
        rule.id,
        rule.severity,
        one_line(rule.sentence()),
        rule.reason()
    );
    if let Some(deployed) = &example.deployed {
        let _ = write!(out, "\nWhere this is deployed:\n\n```yaml\n{deployed}```\n");
    }
    let _ = write!(out, "\n```diff\n{}```\n\n", example.difference);
    for source in rule.sources() {
        let _ = writeln!(out, "- <{source}>");
    }
    out
}

/// The name that a heading is linked by.
fn anchor(heading: &str) -> String {
    heading
        .chars()
        .filter_map(|character| match character {
            ' ' | '-' => Some('-'),
            character if character.is_alphanumeric() => Some(character.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}

/// A sentence that is wrapped in its page.
pub(in super::super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A rule for programs.
#[derive(Serialize)]
struct Explained {
    id: &'static str,
    family: &'static str,
    severity: Severity,
    sentence: String,
    reason: &'static str,
    example: Example,
    sources: Vec<&'static str>,
}

#[derive(Serialize)]
struct Example {
    deployed: Option<String>,
    difference: &'static str,
    bad: String,
    good: String,
}

impl Explained {
    fn of(family: &'static str, rule: &'static Rule) -> Self {
        let book::Example {
            deployed,
            difference,
            bad,
            good,
        } = rule.example();
        Self {
            id: rule.id,
            family,
            severity: rule.severity,
            sentence: one_line(rule.sentence()),
            reason: rule.reason(),
            example: Example {
                deployed,
                difference,
                bad,
                good,
            },
            sources: rule.sources(),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a rule is texts and lists");
    text.push('\n');
    text
}
