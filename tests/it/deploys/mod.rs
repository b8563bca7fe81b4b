//! Whole deployments: the program as users run it, against the emulator.
//!
//! Every test has an account of its own. `tests/emulator/README.md` says what the emulator is and what
//! it does not do.

mod failures;
mod fleet;
mod many;
mod plans;
mod room;
mod shipped;
