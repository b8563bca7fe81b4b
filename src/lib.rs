//! sageform
pub mod app;
pub mod cfn;
pub mod cli;
pub mod config;
pub mod finding;
pub mod json;
pub mod literal;
pub mod rules;
pub mod standard;
pub mod template;
pub mod value;
