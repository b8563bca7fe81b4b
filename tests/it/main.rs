//! The integration tests, one binary: each module says what it holds the library to.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod l1;
