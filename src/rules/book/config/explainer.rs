//! Explanations of predictions.

use super::super::super::node::Resource;
use super::super::found::Found;
use super::super::hosting::is_async;

pub(super) fn baseline(config: Resource<'_>, found: &mut Found<'_>) {
    let settings = config.get("ExplainerConfig").at([
        "ClarifyExplainerConfig",
        "ShapConfig",
        "ShapBaselineConfig",
    ]);
    let uri = settings.get("ShapBaselineUri");
    if uri.is_present() && settings.get("ShapBaseline").is_present() {
        found
            .at(
                uri,
                "the baseline is written as `ShapBaseline` too, and one of them is not used",
            )
            .hint("keep `ShapBaselineUri` or `ShapBaseline`");
    }
}

pub(super) fn queue(config: Resource<'_>, found: &mut Found<'_>) {
    let explainer = config.get("ExplainerConfig");
    if explainer.is_present() && is_async(config) {
        found
            .at(
                explainer,
                "nothing tells whether predictions that are answered from a queue are explained",
            )
            .hint("try it before you rely on it, or explain on an endpoint that answers at once");
    }
}
