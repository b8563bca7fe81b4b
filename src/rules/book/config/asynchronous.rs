//! Endpoints that answer from a queue.

use super::super::super::node::{Node, Resource};
use super::super::access::{Grant, Policies, roles};
use super::super::found::Found;
use super::super::hosting::{comes_after, endpoints_of, is_async};
use super::permission::writes;
use super::{models, product};

fn output(config: Resource<'_>) -> Node<'_> {
    config.get("AsyncInferenceConfig").get("OutputConfig")
}

pub(super) fn single(config: Resource<'_>, found: &mut Found<'_>) {
    let list = config.get("ProductionVariants");
    let count = list.list().map_or(0, |variants| variants.len());
    if count > 1 && is_async(config) {
        found
            .at(
                list,
                format!("expected one variant beside `AsyncInferenceConfig`, got {count}"),
            )
            .got(count)
            .allowed("1 variant")
            .hint("make an endpoint for each variant");
    }
}

pub(super) fn topics(config: Resource<'_>, found: &mut Found<'_>) {
    let settings = output(config).get("NotificationConfig");
    for item in settings.get("IncludeInferenceResponseIn").items() {
        let (name, topic) = match item.text().as_deref() {
            Some("SUCCESS_NOTIFICATION_TOPIC") => ("SUCCESS_NOTIFICATION_TOPIC", "SuccessTopic"),
            Some("ERROR_NOTIFICATION_TOPIC") => ("ERROR_NOTIFICATION_TOPIC", "ErrorTopic"),
            _ => continue,
        };
        if settings.get(topic).is_absent() {
            found
                .at(
                    item,
                    format!("`{name}` is the topic of `{topic}`, which is missing"),
                )
                .hint(format!("write `{topic}`, or remove `{name}`"));
        }
    }
}

pub(super) fn publish(config: Resource<'_>, found: &mut Found<'_>) {
    let settings = output(config).get("NotificationConfig");
    let topics = ["SuccessTopic", "ErrorTopic"].map(|key| settings.get(key));
    let Some(topic) = topics.into_iter().find(|topic| topic.is_present()) else {
        return;
    };
    for role in roles(config) {
        match Policies::of(role).grant("sns:Publish") {
            Grant::Nothing => {
                found
                    .at(
                        topic,
                        format!(
                            "the role `{}` does not allow `sns:Publish`, and a new endpoint sends a test message to the topic",
                            role.id()
                        ),
                    )
                    .hint("allow `sns:Publish` on the topic in an inline policy of the role");
            }
            Grant::Separate(policies) => {
                for endpoint in endpoints_of(config) {
                    if policies.iter().any(|policy| comes_after(endpoint, *policy)) {
                        continue;
                    }
                    let id = policies.first().map_or("", |policy| policy.id());
                    found
                        .at(
                            endpoint.entry().get("DependsOn"),
                            format!(
                                "the endpoint may be created before `{id}` allows `sns:Publish`, and then its test message fails"
                            ),
                        )
                        .hint(format!(
                            "write `DependsOn: {id}`, or make it an inline policy of the role"
                        ));
                }
            }
            Grant::Role => {}
        }
    }
}

pub(super) fn results(config: Resource<'_>, found: &mut Found<'_>) {
    let output = output(config);
    for key in ["S3OutputPath", "S3FailurePath"] {
        writes(config, output.get(key), "the results", found);
    }
}

pub(super) fn no_product(config: Resource<'_>, found: &mut Found<'_>) {
    if !is_async(config) {
        return;
    }
    for package in models(config).into_iter().filter_map(product) {
        found
            .at(
                package,
                format!(
                    "a product of AWS Marketplace excludes `AsyncInferenceConfig`, with which `{}` deploys it",
                    config.id()
                ),
            )
            .hint("deploy the product with an endpoint that answers at once");
    }
}
