//! Spans of time.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::LiteralError;
use super::check::number;

/// A span of time in whole seconds, written `90s`, `10m` or `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    /// What a duration looks like, as the end of "expected …".
    pub const EXPECTED: &'static str = "a duration such as `90s`, `10m` or `2h`";
    /// The same as a regular expression.
    pub const PATTERN: &'static str = "^[0-9]{1,9}[smh]$";

    /// Checks a literal such as `"10m"`; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// Unless it is a number of at most nine digits and one of `s`, `m` and `h`.
    #[track_caller]
    pub const fn new(text: &'static str) -> Self {
        match seconds_of(text.as_bytes()) {
            Some(seconds) => Self(seconds),
            None => panic!("not a duration such as `90s`, `10m` or `2h`"),
        }
    }

    /// Reads a text from a file.
    ///
    /// # Errors
    ///
    /// Unless it is a number of at most nine digits and one of `s`, `m` and `h`.
    pub fn parse(text: impl Into<String>) -> Result<Self, LiteralError> {
        let text = text.into();
        seconds_of(text.as_bytes())
            .map(Self)
            .ok_or_else(|| LiteralError::new(Self::EXPECTED, &text))
    }

    /// So many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// So many minutes.
    pub const fn from_minutes(minutes: u64) -> Self {
        Self(minutes * 60)
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds > 0 && seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            seconds if seconds > 0 && seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

const fn seconds_of(bytes: &[u8]) -> Option<u64> {
    let [digits @ .., unit] = bytes else {
        return None;
    };
    let unit = match *unit {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        _ => return None,
    };
    match number(digits) {
        Some(number) => Some(number * unit),
        None => None,
    }
}
