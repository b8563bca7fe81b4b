//! sageform
#![allow(missing_docs)]
pub mod config;
pub mod finding;
pub mod json;
pub mod literal;
pub mod value;
