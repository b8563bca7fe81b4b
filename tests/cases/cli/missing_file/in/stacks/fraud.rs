//! Its stage file is missing.
