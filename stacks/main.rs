//! The application: lists the stacks and hands over to the command line.

fn main() -> std::process::ExitCode {
    // One line per stack with a file in this folder: `("fraud", fraud::fraud)`.
    sageform::cli::main(&[])
}
