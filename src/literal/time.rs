//! Spans of time that are shorter than a second.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::LiteralError;
use super::check::number;

/// A span of time in whole milliseconds, written `250ms` or `2s`: a latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milliseconds(u64);

impl Milliseconds {
    /// What it looks like, as the end of "expected …".
    pub const EXPECTED: &'static str = "a time such as `250ms` or `2s`";
    /// The same as a regular expression.
    pub const PATTERN: &'static str = "^[0-9]{1,9}(ms|s)$";

    /// Checks a literal such as `"250ms"`; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// Unless it is a number of at most nine digits and one of `ms` and `s`.
    #[track_caller]
    pub const fn new(text: &'static str) -> Self {
        match milliseconds_of(text.as_bytes()) {
            Some(milliseconds) => Self(milliseconds),
            None => panic!("not a time such as `250ms` or `2s`"),
        }
    }

    /// Reads a text from a file.
    ///
    /// # Errors
    ///
    /// Unless it is a number of at most nine digits and one of `ms` and `s`.
    pub fn parse(text: impl Into<String>) -> Result<Self, LiteralError> {
        let text = text.into();
        milliseconds_of(text.as_bytes())
            .map(Self)
            .ok_or_else(|| LiteralError::new(Self::EXPECTED, &text))
    }

    /// So many milliseconds.
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// The length in milliseconds.
    pub const fn milliseconds(self) -> u64 {
        self.0
    }

    /// The length in microseconds, which is what SageMaker's latency metrics are in.
    pub const fn microseconds(self) -> u64 {
        self.0 * 1000
    }
}

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            long if long > 0 && long % 1000 == 0 => write!(f, "{}s", long / 1000),
            short => write!(f, "{short}ms"),
        }
    }
}

impl Serialize for Milliseconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

const fn milliseconds_of(bytes: &[u8]) -> Option<u64> {
    match bytes {
        [digits @ .., b'm', b's'] => number(digits),
        [digits @ .., b's'] => match number(digits) {
            Some(seconds) => Some(seconds * 1000),
            None => None,
        },
        _ => None,
    }
}
