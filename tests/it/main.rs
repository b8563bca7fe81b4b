//! Integration tests: one binary, one module per room.

mod stage_files;
