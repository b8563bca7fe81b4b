//! The integration tests, one binary: each module says what it holds the library to.

mod l1;
