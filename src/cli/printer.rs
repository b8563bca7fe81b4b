//! The only door to standard output and standard error.
//!
//! Texts for people may always carry colours. Whether these reach the reader is decided by
//! `--color`, by `NO_COLOR`, and by whether the stream is a terminal.

#[cfg(feature = "deploy")]
use std::io::IsTerminal as _;
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

/// Whether somebody watches standard error as it is written.
#[cfg(feature = "deploy")]
pub(super) fn is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether somebody can be asked.
#[cfg(feature = "deploy")]
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && is_terminal()
}

/// Asks on the terminal; `None` where nobody can be asked.
#[cfg(feature = "deploy")]
pub(super) fn ask(question: &str) -> Option<String> {
    if !can_ask() {
        return None;
    }
    say(question);
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).ok()?;
    Some(answer)
}
