//! The environment variables of containers.

use crate::secret;

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::containers;

/// The greatest number of variables of one container (`EnvironmentMap`).
const MOST_ENTRIES: usize = 100;
/// The greatest length of a variable's name and of its value (`EnvironmentKey`, `EnvironmentValue`).
const MOST_CHARACTERS: usize = 1024;
/// The greatest size of all variables of a model together, in bytes (`ContainerDefinition`).
const MOST_BYTES: usize = 32 * 1024;

/// The variables that are written out: those that a function makes are not known.
fn variables(container: Node<'_>) -> impl Iterator<Item = (&str, Node<'_>)> {
    container
        .get("Environment")
        .entries()
        .filter(|(name, _)| !name.starts_with("Fn::"))
}

pub(super) fn entries(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let environment = container.get("Environment");
        let count = variables(container).count();
        if count > MOST_ENTRIES {
            found
                .at(
                    environment,
                    format!("expected at most {MOST_ENTRIES} variables, got {count}"),
                )
                .got(count)
                .allowed(format_args!("at most {MOST_ENTRIES}"))
                .hint("put what belongs together into one variable, or into the model archive");
        }
        for (name, value) in variables(container) {
            if !is_name(name) {
                let shown: String = name.chars().take(80).collect();
                found
                    .at(
                        value,
                        format!(
                            "expected a variable's name of letters, digits and `_`, of which the \
                             first is no digit, got `{shown}`"
                        ),
                    )
                    .hint("rename the variable");
            }
            let length = value.text().map_or(0, |text| text.chars().count());
            if length > MOST_CHARACTERS {
                found
                    .at(
                        value,
                        format!("expected at most {MOST_CHARACTERS} characters, got {length}"),
                    )
                    .got(length)
                    .allowed(format_args!("at most {MOST_CHARACTERS} characters"))
                    .hint("put long values into the model archive");
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.len() <= MOST_CHARACTERS
}

pub(super) fn total(model: Resource<'_>, found: &mut Found<'_>) {
    let mut bytes = 0;
    for container in containers(model) {
        for (name, value) in variables(container) {
            bytes += name.len() + value.text().map_or(0, |text| text.len());
        }
        if bytes > MOST_BYTES {
            found
                .at(
                    container.get("Environment"),
                    format!(
                        "expected at most {MOST_BYTES} bytes of variables in a model, got {bytes}"
                    ),
                )
                .got(bytes)
                .allowed(format_args!("at most {MOST_BYTES} bytes"))
                .hint("put long values into the model archive");
            return;
        }
    }
}

pub(super) fn secrets(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        for (name, value) in variables(container) {
            if value.text().is_some_and(|text| secret::is_one(name, &text)) {
                found
                    .at(
                        value,
                        format!(
                            "`{name}` looks like a secret, which everybody who may describe the model can read"
                        ),
                    )
                    .hint(
                        "keep it in Secrets Manager, pass the secret's name, and let the container \
                         read it with the model's role",
                    );
            }
        }
    }
}

/// Variables from which AWS's containers take what they download, and of which the value then is
/// a folder instead where nothing can be downloaded.
const DOWNLOADED: &[&str] = &[
    "HF_MODEL_ID",
    "OPTION_MODEL_ID",
    "SAGEMAKER_SUBMIT_DIRECTORY",
];

pub(super) fn isolated(model: Resource<'_>, found: &mut Found<'_>) {
    if model.get("EnableNetworkIsolation").boolean() != Some(true) {
        return;
    }
    for container in containers(model) {
        for (name, value) in variables(container) {
            let Some(text) = value.text().filter(|_| DOWNLOADED.contains(&name)) else {
                continue;
            };
            let local = text.starts_with(['/', '.']) || text.starts_with("file:");
            if !local && text.contains('/') {
                found
                    .at(
                        value,
                        format!(
                            "`{name}` is downloaded by the container, which `EnableNetworkIsolation` \
                             keeps from any network: expected a folder, got `{}`",
                            value.shown()
                        ),
                    )
                    .hint(
                        "pack it into the model archive and name its folder below `/opt/ml/model`, \
                         or remove `EnableNetworkIsolation`",
                    );
            }
        }
    }
}
