//! What the blocks of an endpoint decide beside its capacity: network, capture, topics, explanations.

use super::unique;
use crate::config::document::Scalar;
use crate::config::keys::is_tag_text;
use crate::config::shape::Cx;
use crate::config::subject::Subject;
use crate::finding::Finding;

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for rule in [
        whole_vpc,
        async_has_topics,
        topic_key_has_a_topic,
        capture_once,
        one_baseline,
        whole_text,
        tag_values,
        package_groups_are_unique,
    ] {
        rule(stage, cx);
    }
}

/// Reports the one of two keys that is missing.
fn both(stage: Subject<'_>, block: &str, keys: [&str; 2], cx: &mut Cx<'_>) {
    for (key, other) in [(keys[0], keys[1]), (keys[1], keys[0])] {
        let path = format!("{block}.{key}");
        if stage.has(&path) && !stage.has(&format!("{block}.{other}")) {
            stage.missing(cx, other, &path);
        }
    }
}

fn whole_vpc(stage: Subject<'_>, cx: &mut Cx<'_>) {
    both(stage, "Network", ["Subnets", "SecurityGroupIds"], cx);
}

/// Only a topic that the stack makes takes the key: others have their own.
fn topic_key_has_a_topic(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let path = "Async.TopicKmsKeyId";
    let made = |topic: &str| stage.text(&format!("Async.{topic}")) == Some("create");
    if stage.has(path) && !made("SuccessTopic") && !made("ErrorTopic") {
        let message = "`TopicKmsKeyId` has no topic: it is for those that the stack makes";
        let finding = Finding::error("missing-key", message)
            .hint("write `SuccessTopic: create` or `ErrorTopic: create`, or remove it");
        stage.at_key(cx, path, finding);
    }
}

fn one_baseline(stage: Subject<'_>, cx: &mut Cx<'_>) {
    if !stage.has("Explainer") {
        return;
    }
    let (inline, uri) = ("Explainer.ShapBaseline", "Explainer.ShapBaselineUri");
    match (stage.has(inline), stage.has(uri)) {
        (true, true) => stage.exclude(cx, inline, uri, "there is one baseline"),
        (false, false) => {
            stage.missing_in(cx, "ShapBaseline` or `ShapBaselineUri", "Explainer");
        }
        _ => {}
    }
}

fn whole_text(stage: Subject<'_>, cx: &mut Cx<'_>) {
    both(stage, "Explainer", ["Granularity", "Language"], cx);
}

fn async_has_topics(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for (path, item) in stage.items("Async.IncludeInferenceResponseIn") {
        let (word, topic) = match item.scalar() {
            Some(Scalar::Text("Success")) => ("Success", "SuccessTopic"),
            Some(Scalar::Text("Error")) => ("Error", "ErrorTopic"),
            _ => continue,
        };
        if !stage.has(&format!("Async.{topic}")) {
            let message = format!("`{word}` needs `{topic}`, which is missing");
            stage.at_value(cx, &path, Finding::error("missing-key", message));
        }
    }
}

fn capture_once(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let mut seen = Vec::new();
    for (path, item) in stage.items("DataCapture.Capture") {
        let Some(Scalar::Text(text)) = item.scalar() else {
            continue;
        };
        if seen.contains(&text) {
            let message = format!("`{text}` is captured already");
            stage.at_value(cx, &path, Finding::error("duplicate-name", message));
        }
        seen.push(text);
    }
}

fn tag_values(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for entry in stage.pairs("Tags") {
        let Some(Scalar::Text(text)) = entry.value.scalar() else {
            continue;
        };
        let dynamic = text.contains("{{resolve:");
        if !dynamic && (text.chars().count() > 256 || !is_tag_text(text)) {
            let message = format!(
                "`{}`: expected at most 256 letters, digits, spaces and `_.:/=+-@`",
                entry.key
            );
            let path = format!("Tags.{}", entry.key);
            cx.report(
                Finding::error("invalid-value", message),
                entry.value.span,
                &path,
            );
        }
    }
}

fn package_groups_are_unique(stage: Subject<'_>, cx: &mut Cx<'_>) {
    unique(stage, "PackageGroups", ".Name", "model package group", cx);
}
