//! Explanations of predictions.

use super::super::super::node::Resource;
use super::super::found::Found;

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
