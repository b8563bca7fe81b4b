//! Throws away a change set that is not wanted, and what was only made for it.

use super::aws::Aws;
use super::error::AwsError;
use super::planning::token;
use super::stack::DeleteStack;
use super::state::Entry;

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
    if Entry::of(Some(&stack.status)) != Entry::UnderReview
        || !aws.change_sets(&stack.id).await?.is_empty()
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
