//! The page of a rule, taken apart.

/// Templates in YAML, or parts of them, that break a rule and keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The template that is deployed already, where the rule is about an update.
    pub deployed: Option<String>,
    /// The difference between the two others: each line begins with `-`, `+` or a space.
    pub difference: &'static str,
    /// Breaks the rule.
    pub bad: String,
    /// Keeps it.
    pub good: String,
}

/// A page of the book: a title, a sentence, a reason, an example and sources.
pub(super) struct Page {
    pub(super) title: &'static str,
    pub(super) sentence: &'static str,
    pub(super) reason: &'static str,
    pub(super) example: Example,
    pub(super) sources: Vec<&'static str>,
}

impl Page {
    pub(super) fn parse(text: &'static str) -> Self {
        let (before, deployed, rest) = match text.split_once("```yaml\n") {
            None => (text, None, text),
            Some((before, rest)) => {
                let (deployed, rest) = rest.split_once("```\n").unwrap_or((rest, ""));
                (before, Some(deployed.to_owned()), rest)
            }
        };
        let (above, rest) = rest.split_once("```diff\n").unwrap_or((rest, ""));
        let before = if deployed.is_some() { before } else { above };
        let (difference, after) = rest.split_once("```\n").unwrap_or((rest, ""));
        let before = before.trim_end().trim_end_matches("Deployed:");
        let (title, prose) = before.split_once("\n\n").unwrap_or((before, ""));
        let (sentence, reason) = prose.split_once("\n\n").unwrap_or((prose, ""));
        let sources = after
            .lines()
            .filter_map(|line| line.strip_prefix("- <")?.strip_suffix('>'));
        Self {
            title: title.trim_start_matches("# "),
            sentence: sentence.trim(),
            reason: reason.trim(),
            example: Example {
                deployed,
                difference,
                bad: side(difference, '+'),
                good: side(difference, '-'),
            },
            sources: sources.collect(),
        }
    }
}

/// One side of a difference: its lines without those of the other side.
fn side(difference: &str, other: char) -> String {
    difference
        .lines()
        .filter(|line| !line.starts_with(other))
        .flat_map(|line| [line.get(1..).unwrap_or_default(), "\n"])
        .collect()
}
