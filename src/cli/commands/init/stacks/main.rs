//! Lists the stacks and hands over to sageform's command line.

mod inference;

fn main() -> std::process::ExitCode {
    sageform::cli::main(&[("inference", inference::inference)])
}
