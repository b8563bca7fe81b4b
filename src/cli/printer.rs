//! The only door to standard output and standard error.
//!
//! Texts for people may always carry colours. Whether these reach the reader is decided by
//! `--color`, by `NO_COLOR`, and by whether the stream is a terminal.

use std::io::{self, Write as _};

/// Writes data to standard output as it is, byte by byte.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a text for people to standard output, because it is what was asked for.
pub(super) fn report(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a text for people to standard error.
pub(super) fn say(text: &str) {
    let mut out = anstream::stderr().lock();
    // Nobody is left to be told.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
