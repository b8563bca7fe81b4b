//! Throws away a change set that is not wanted, and what was only made for it.

use super::aws::Aws;
use super::change_set::ChangeSetSummary;
use super::diagnosis::{Diagnosis, diagnose};
use super::error::AwsError;
use super::planning::token;
use super::stack::{DeleteStack, StackStatus};
use super::state::Entry;

/// What became of a change set of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discarded {
    /// It was deleted.
    Deleted,
    /// It was not there any more.
    Gone,
    /// It is being executed, or was: there is nothing left to throw away.
    Executed,
}

/// Throws a plan's change set away, unless it was executed, and the stack if it is an abandoned shell
/// then; whether the stack was deleted. Doing it again does no harm.
///
/// # Errors
///
/// When CloudFormation does not answer, or does not allow it.
pub async fn throw_away(
    aws: &Aws,
    change_set: &str,
    stack_id: &str,
) -> Result<(Discarded, bool), AwsError> {
    let fate = match aws.change_set(change_set, false).await? {
        None => Discarded::Gone,
        Some(set)
            if matches!(diagnose(&set), Diagnosis::Executing | Diagnosis::Executed)
                || set.execution_status == "EXECUTE_FAILED" =>
        {
            return Ok((Discarded::Executed, false));
        }
        Some(_) => {
            aws.delete_change_set(change_set).await?;
            Discarded::Deleted
        }
    };
    Ok((fate, discard_shell(aws, stack_id).await?))
}

/// Whether nothing needs a stack: it is under review, so that it has neither a template nor resources,
/// and nobody has a change set for it that is not being deleted.
pub fn is_abandoned(status: &StackStatus, change_sets: &[ChangeSetSummary]) -> bool {
    let needed = |set: &ChangeSetSummary| {
        !set.status.starts_with("DELETE_") || set.status == "DELETE_FAILED"
    };
    Entry::of(Some(status)) == Entry::UnderReview && !change_sets.iter().any(needed)
}

/// Deletes a change set, and the stack if it is still under review and nobody has another change set
/// for it. What is gone already is no error.
///
/// # Errors
///
/// When the change set cannot be deleted, such as while it is being executed, or CloudFormation does
/// not answer. The change set is then as it was.
pub async fn discard(aws: &Aws, change_set: &str, stack_id: &str) -> Result<(), AwsError> {
    aws.delete_change_set(change_set).await?;
    discard_shell(aws, stack_id).await.map(|_| ())
}

/// Deletes a stack, by name or ARN, that is under review and has no change set: it has neither a
/// template nor resources, and nobody has a plan for it. Whether it was there.
///
/// # Errors
///
/// When CloudFormation does not answer, or does not allow it. The next plan meets the stack again.
pub async fn discard_shell(aws: &Aws, stack: &str) -> Result<bool, AwsError> {
    let Some(stack) = aws.stack(stack).await? else {
        return Ok(false);
    };
    // Only then are its change sets worth a question.
    if Entry::of(Some(&stack.status)) != Entry::UnderReview
        || !is_abandoned(&stack.status, &aws.change_sets(&stack.id).await?)
    {
        return Ok(false);
    }
    aws.delete_stack(&DeleteStack {
        token: token("delete", &stack.id),
        stack_id: stack.id,
        ..DeleteStack::default()
    })
    .await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_shell_that_nobody_needs_is_abandoned() {
        let abandoned = |status: &str, sets: &[&str]| {
            let sets: Vec<ChangeSetSummary> = sets
                .iter()
                .map(|status| ChangeSetSummary {
                    id: "arn".to_owned(),
                    name: "theirs".to_owned(),
                    description: None,
                    status: (*status).to_owned(),
                    execution_status: "AVAILABLE".to_owned(),
                    creation_time: None,
                })
                .collect();
            is_abandoned(&StackStatus(status.to_owned()), &sets)
        };
        assert!(abandoned("REVIEW_IN_PROGRESS", &[]));
        // Ours, whose deletion is still on its way.
        assert!(abandoned("REVIEW_IN_PROGRESS", &["DELETE_IN_PROGRESS"]));
        for theirs in ["CREATE_COMPLETE", "CREATE_PENDING", "FAILED", "DELETE_FAILED"] {
            assert!(!abandoned("REVIEW_IN_PROGRESS", &["DELETE_COMPLETE", theirs]));
        }
        for other in ["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "CREATE_IN_PROGRESS"] {
            assert!(!abandoned(other, &[]), "{other}");
        }
    }
}
