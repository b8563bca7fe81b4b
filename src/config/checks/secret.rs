//! Secrets in environment variables: whoever may describe a model reads them.

use super::models;
use crate::config::document::Scalar;
use crate::config::shape::Cx;
use crate::config::subject::Subject;
use crate::finding::Finding;
use crate::secret;

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    for model in models(stage) {
        let mut containers = vec![model.path.clone()];
        let listed = stage.items(&format!("{}.Containers", model.path));
        containers.extend(listed.into_iter().map(|(path, _)| path));
        for container in containers {
            environment(stage, &format!("{container}.Environment"), cx);
        }
    }
}

fn environment(stage: Subject<'_>, block: &str, cx: &mut Cx<'_>) {
    for entry in stage.pairs(block) {
        // Functions, numbers and booleans are no secrets.
        let Some(Scalar::Text(text)) = entry.value.scalar() else {
            continue;
        };
        let path = format!("{block}.{}", entry.key);
        let key = &entry.key;
        if !text.contains("{{resolve:") && secret::is_one(key, text) {
            let message = format!(
                "`{key}` looks like a secret, and would stand in the template and in the model for \
                 everybody who may read them"
            );
            let hint = format!(
                "keep it in Secrets Manager, pass its name as `{key}_SECRET_NAME`, and let the \
                 container read it: it acts with the stage's role. \
                 `{{{{resolve:secretsmanager:…}}}}` would keep it out of the template, but not out \
                 of the model"
            );
            let finding = Finding::error("secret-in-environment", message).hint(hint);
            cx.report(finding, entry.value.span, &path);
            cx.hidden.push(entry.value.span);
        }
    }
}
