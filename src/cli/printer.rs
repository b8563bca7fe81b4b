//! The only door to standard output and standard error.

use std::io::{self, Write as _};

/// Prints. Whether colours reach the terminal is decided by `--color`, `NO_COLOR` and what the
/// stream is; the texts may always carry them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Printer;

impl Printer {
    /// Writes data to standard output as it is, byte by byte.
    pub(super) fn data(self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Writes a text for people to standard output, because it is what was asked for.
    pub(super) fn report(self, text: &str) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Writes a text for people to standard error.
    pub(super) fn say(self, text: &str) {
        let mut out = anstream::stderr().lock();
        // Nobody is left to be told.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
