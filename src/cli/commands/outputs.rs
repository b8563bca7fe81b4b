//! `sageform outputs`: what deployed stacks give to others.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::deploy::state;
use crate::deploy::stop::Reason;

use super::super::args::Selection;
use super::super::report::visible;
use super::super::session::AwsArgs;
use super::super::targets::{Found, look_up, print_json, refused};
use super::super::{Context, Exit, Failure, printer};
use crate::cli::deployment::stopped;

/// Print the outputs of deployed stacks, such as the endpoint's name.
///
/// A stack that is not deployed has none, and is an error.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    sageform outputs --stage Staging\n  \
    sageform outputs --stage Staging --stack inference --output EndpointName    the bare value\n  \
    sageform outputs --format json | jq -r '.Staging.inference.EndpointName'\n\n\
    Exit codes: 0 printed; 1 a stack or an output is not there; 30 no contact.")]
pub(in super::super) struct OutputsArgs {
    #[command(flatten)]
    selection: Selection,

    /// Print the value of this output of the one stack that is selected, and nothing else.
    #[arg(long, value_name = "KEY", conflicts_with = "format")]
    output: Option<String>,

    /// How to print the outputs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    aws: AwsArgs,
}

/// How outputs are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One output a line: stage and stack, name, value.
    Text,
    /// `{stage: {stack: {name: value}}}`.
    Json,
}

pub(in super::super) fn run(args: &OutputsArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let (_, _, found) = look_up(context, &args.selection, &args.aws)?;
    let missing = found.iter().filter(|found| found.stack.is_none());
    let stops: Vec<_> = missing
        .map(|found| {
            let name = &found.target.stack_name;
            refused(
                Reason::Refused,
                "not-deployed",
                &found.target.subject,
                format!("there is no stack `{name}`, so that it has no outputs"),
                state::advice(None, &found.target.subject),
            )
        })
        .collect();
    if !stops.is_empty() {
        return Err(stopped(stops));
    }
    match (&args.output, args.format) {
        (Some(key), _) => print_one(key, &found)?,
        (None, Format::Json) => print_json(&object(&found))?,
        (None, Format::Text) => printer::data(&lines(&found)).map_err(Failure::Output)?,
    }
    Ok(Exit::Done)
}

fn print_one(key: &str, found: &[Found]) -> Result<(), Failure> {
    let [Found { target, stack, .. }] = found else {
        let message = format!(
            "`--output` is of one stack, and {} are selected",
            found.len()
        );
        let finding = crate::finding::Finding::error("one-stack", message);
        return Err(finding
            .hint("select one with `--stage STAGE --stack STACK`")
            .into());
    };
    let outputs = stack.as_ref().map_or(&[][..], |stack| &stack.outputs);
    if let Some(output) = outputs.iter().find(|output| output.key == key) {
        return printer::data(&format!("{}\n", output.value)).map_err(Failure::Output);
    }
    let names: Vec<String> = outputs
        .iter()
        .map(|output| format!("`{}`", output.key))
        .collect();
    let known = if names.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has {}", names.join(", "))
    };
    Err(stopped(vec![refused(
        Reason::Refused,
        "unknown-output",
        &target.subject,
        format!("the stack has no output `{key}`: {known}"),
        "outputs are named in the template's `Outputs`".to_owned(),
    )]))
}

fn lines(found: &[Found]) -> String {
    let mut text = String::new();
    for Found { target, stack, .. } in found {
        for output in stack.iter().flat_map(|stack| &stack.outputs) {
            let (key, value) = (visible(&output.key), visible(&output.value));
            let _ = writeln!(text, "{}  {key}  {value}", target.subject);
        }
    }
    text
}

fn object(found: &[Found]) -> Value {
    let mut object = json!({});
    for Found { target, stack, .. } in found {
        let mut outputs = json!({});
        for output in stack.iter().flat_map(|stack| &stack.outputs) {
            outputs[&output.key] = json!(output.value);
        }
        object[&target.subject.stage][&target.subject.stack] = outputs;
    }
    object
}
