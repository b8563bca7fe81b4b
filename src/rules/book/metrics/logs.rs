//! The logs of endpoints.

use super::super::super::node::{Part, Resource};
use super::super::found::Found;
use super::super::hosting::{ENDPOINT, comes_after};

pub(super) const GROUP: &str = "AWS::Logs::LogGroup";

/// An endpoint's log group is this and its name.
const OF_ENDPOINTS: &str = "/aws/sagemaker/Endpoints/";

/// SageMaker makes the log group with the endpoint's first line, unless it is there already.
pub(super) fn order(group: Resource<'_>, found: &mut Found<'_>) {
    let name = group.get("LogGroupName");
    let parts = name.parts();
    let after = match parts.as_slice() {
        [Part::Text(text), Part::Reference(id, _)] if text == OF_ENDPOINTS => group
            .world()
            .resource(id)
            .filter(|resource| resource.kind() == ENDPOINT),
        [Part::Text(text)] => text
            .strip_prefix(OF_ENDPOINTS)
            .and_then(|endpoint| group.world().named(ENDPOINT, "EndpointName", endpoint)),
        _ => None,
    };
    let Some(endpoint) = after.filter(|endpoint| !comes_after(*endpoint, group)) else {
        return;
    };
    let (endpoint, group) = (endpoint.id(), group.id());
    found
        .at(
            name,
            format!("`{endpoint}` may be made first, and SageMaker makes this log group with it"),
        )
        .hint(format!(
            "name the endpoint by a text here, and let `{endpoint}` depend on `{group}`"
        ));
}

pub(super) fn retention(group: Resource<'_>, found: &mut Found<'_>) {
    let name = group.get("LogGroupName");
    let is_ours = matches!(
        name.parts().first(),
        Some(Part::Text(text)) if text.starts_with("/aws/sagemaker/")
    );
    let days = group.get("RetentionInDays");
    if is_ours && days.is_absent() {
        found
            .at(days, "the logs are kept, and paid for, for ever")
            .hint("set `RetentionInDays`, unless they have to be kept");
    }
}
