//! The application: lists the stacks and hands over to the command line.
//!
//! A stack without a file here is built by the library from its stage file alone.

#![allow(
    unreachable_pub,
    reason = "a stack is a public function of its file's name"
)]

mod fraud;
mod scvi;

fn main() -> std::process::ExitCode {
    sageform::cli::main(&[("fraud", fraud::fraud), ("scvi", scvi::scvi)])
}
