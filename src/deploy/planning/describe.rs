//! What change sets would do, in full and without secrets.

use std::collections::BTreeMap;

use crate::deploy::aws::Aws;
use crate::deploy::change_set::{Change, ChangeSet};
use crate::deploy::error::AwsError;
use crate::review;

/// A change set with its property values, as complete as CloudFormation lets it be, and without
/// secrets.
///
/// Asked for values, CloudFormation drops whole resources whose values it cannot work out, and says
/// so in the status reason; the plain answer has them.
pub(in crate::deploy) async fn describe(
    aws: &Aws,
    id: &str,
) -> Result<Option<ChangeSet>, AwsError> {
    let Some(mut with_values) = aws.change_set(id, true).await? else {
        return Ok(None);
    };
    hide_secrets(&mut with_values.changes);
    let incomplete = with_values
        .status_reason
        .as_deref()
        .is_some_and(|reason| reason.contains("can return incomplete ChangeSet data"));
    if !incomplete {
        return Ok(Some(with_values));
    }
    let Some(plain) = aws.change_set(id, false).await? else {
        return Ok(None);
    };
    let mut changes = plain.changes;
    for change in &mut changes {
        let valued = with_values
            .changes
            .iter_mut()
            .find(|valued| valued.logical_id == change.logical_id);
        if let Some(valued) = valued {
            std::mem::swap(change, valued);
        }
    }
    with_values.changes = changes;
    with_values.status_reason = plain.status_reason;
    Ok(Some(with_values))
}

/// A plan goes into files, logs and pull requests.
fn hide_secrets(changes: &mut [Change]) {
    for detail in changes.iter_mut().flat_map(|change| &mut change.details) {
        let place = detail.path.as_deref().or(detail.name.as_deref());
        let place = place.unwrap_or_default();
        for value in [&mut detail.before, &mut detail.after]
            .into_iter()
            .flatten()
        {
            *value = review::without_secrets(place, value);
        }
    }
}

/// The changes of nested stacks, by the ARN of their change sets.
pub(super) async fn nested(
    aws: &Aws,
    changes: &[Change],
) -> Result<BTreeMap<String, Vec<Change>>, AwsError> {
    let mut found = BTreeMap::new();
    let mut waiting: Vec<String> = nested_sets(changes).collect();
    while let Some(id) = waiting.pop() {
        if found.contains_key(&id) {
            continue;
        }
        let described = describe(aws, &id).await?;
        let changes = described.map(|set| set.changes).unwrap_or_default();
        waiting.extend(nested_sets(&changes));
        found.insert(id, changes);
    }
    Ok(found)
}

fn nested_sets(changes: &[Change]) -> impl Iterator<Item = String> {
    changes
        .iter()
        .filter_map(|change| change.change_set_id.clone())
}
