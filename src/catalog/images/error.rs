//! Why there is no such image.

use crate::finding::closest;

/// A request that no image answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImageError {
    /// What part of the request is wrong, or missing.
    pub part: Part,
    /// What the request has there, cut when it is absurdly long.
    pub got: Option<String>,
    /// What could stand there, given the parts before it. Of hardware, the processors that there are
    /// images for.
    pub known: Vec<&'static str>,
    message: String,
    hint: String,
}

/// A part of a [`Request`](super::Request).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The framework or algorithm.
    Framework,
    /// Its version.
    Version,
    /// The framework under Hugging Face's Transformers.
    BaseFramework,
    /// The Python version.
    PyVersion,
    /// The region.
    Region,
    /// The instance type, or what stands for one.
    Hardware,
}

/// How many of the known values a hint lists.
const SHOWN: usize = 12;

impl ImageError {
    /// One of several was expected.
    pub(super) fn choice(
        part: Part,
        expected: &str,
        got: Option<&str>,
        known: Vec<&'static str>,
    ) -> Self {
        let got = got.map(cut);
        let message = match &got {
            Some(got) => format!("expected {expected}, got `{got}`"),
            None => format!("expected {expected}, got none"),
        };
        let meant = got
            .as_deref()
            .and_then(|got| closest(got, known.iter().copied()));
        let hint = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => "leave it out".to_owned(),
            None => {
                let shown = known.get(..SHOWN).unwrap_or(&known).join("`, `");
                match known.len().saturating_sub(SHOWN) {
                    0 => format!("known are `{shown}`"),
                    more => format!("known are `{shown}` and {more} more"),
                }
            }
        };
        Self {
            part,
            got,
            known,
            message,
            hint,
        }
    }

    /// No image runs there.
    pub(super) fn hardware(got: Option<&str>, known: Vec<&'static str>, message: String) -> Self {
        Self {
            part: Part::Hardware,
            got: got.map(cut),
            known,
            message,
            hint: "choose another instance type, or give the URI of an image that runs there"
                .to_owned(),
        }
    }

    /// What to do about it, in the style of a [`Finding`](crate::finding::Finding)'s hint.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
