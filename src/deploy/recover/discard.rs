//! Throws plans away: their change sets, and the stacks under review that nothing else needs.

use crate::deploy::aws::Aws;
use crate::deploy::change_set::ChangeSetSummary;
use crate::deploy::diagnosis::{Diagnosis, diagnose};
use crate::deploy::error::AwsError;
use crate::deploy::follow::Before;
use crate::deploy::stack::{DeleteStack, StackResource, StackStatus};

use super::token;

/// A change set of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its ARN.
    pub change_set: String,
    /// The ARN of its stack.
    pub stack_id: String,
}

/// What became of a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discarded {
    /// It was deleted.
    Deleted {
        /// Whether the stack under review went with it.
        shell: bool,
    },
    /// It was not there any more.
    Gone {
        /// Whether the stack under review, which it had left, was deleted.
        shell: bool,
    },
    /// It is being executed, or was: there is nothing left to throw away.
    Executed,
}

/// Whether a stack is a shell that nothing needs: under review, without a change set other than those
/// given, and without a resource.
pub fn is_abandoned(
    status: &StackStatus,
    change_sets: &[ChangeSetSummary],
    discarded: &[&str],
    resources: &[StackResource],
) -> bool {
    // One that is being deleted is as good as gone, whoever deletes it.
    let needed = change_sets
        .iter()
        .filter(|set| !discarded.contains(&set.id.as_str()))
        .any(|set| !set.status.starts_with("DELETE_") || set.status == "DELETE_FAILED");
    status.as_str() == "REVIEW_IN_PROGRESS" && !needed && resources.is_empty()
}

/// Deletes the change sets of a plan, and the stacks under review that are left without any. Other
/// plans' change sets are never touched. The answers are in the order of what was given.
///
/// # Errors
///
/// The first that CloudFormation refuses; what was deleted until then stays deleted, and doing it again
/// goes on from there.
pub async fn discard(aws: &Aws, planned: &[Planned]) -> Result<Vec<Discarded>, AwsError> {
    let mut all = Vec::new();
    for plan in planned {
        all.push(discard_one(aws, plan).await?);
    }
    Ok(all)
}

async fn discard_one(aws: &Aws, plan: &Planned) -> Result<Discarded, AwsError> {
    let Some(set) = aws.change_set(&plan.change_set, false).await? else {
        let shell = remove_shell(aws, plan).await?;
        return Ok(Discarded::Gone { shell });
    };
    if matches!(diagnose(&set), Diagnosis::Executing | Diagnosis::Executed)
        || set.execution_status == "EXECUTE_FAILED"
    {
        return Ok(Discarded::Executed);
    }
    aws.delete_change_set(&plan.change_set).await?;
    let shell = remove_shell(aws, plan).await?;
    Ok(Discarded::Deleted { shell })
}

/// Deletes the stack of a change set that is gone, where it is an abandoned shell; whether it was.
///
/// # Errors
///
/// What CloudFormation refuses.
pub async fn remove_shell(aws: &Aws, plan: &Planned) -> Result<bool, AwsError> {
    let Some(stack) = aws.stack(&plan.stack_id).await? else {
        return Ok(false);
    };
    if stack.status.as_str() != "REVIEW_IN_PROGRESS" {
        return Ok(false);
    }
    let resources = aws.stack_resources(&stack.id).await?;
    let before = Before::look(aws, &stack).await;
    // Last, so that hardly any time is left for somebody else's plan to come in between.
    let change_sets = aws.change_sets(&stack.id).await?;
    if !is_abandoned(&stack.status, &change_sets, &[&plan.change_set], &resources) {
        return Ok(false);
    }
    aws.delete_stack(&DeleteStack {
        token: token("discard", &stack.id, &before),
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
    fn only_a_shell_that_nothing_needs_is_abandoned() {
        let status = |name: &str| StackStatus(name.to_owned());
        let set = |id: &str, status: &str| ChangeSetSummary {
            id: id.to_owned(),
            name: id.to_owned(),
            description: None,
            status: status.to_owned(),
            execution_status: "AVAILABLE".to_owned(),
            creation_time: None,
        };
        let resource = StackResource {
            logical_id: "Role".to_owned(),
            physical_id: None,
            resource_type: "AWS::IAM::Role".to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
            status_reason: None,
        };
        let review = status("REVIEW_IN_PROGRESS");
        assert!(is_abandoned(&review, &[], &["ours"], &[]));
        // Its deletion may still be on its way.
        let ours = set("ours", "CREATE_COMPLETE");
        assert!(is_abandoned(
            &review,
            std::slice::from_ref(&ours),
            &["ours"],
            &[]
        ));
        let leaving = set("theirs", "DELETE_IN_PROGRESS");
        assert!(is_abandoned(&review, &[leaving], &["ours"], &[]));
        for theirs in [
            "CREATE_COMPLETE",
            "CREATE_PENDING",
            "FAILED",
            "DELETE_FAILED",
        ] {
            let sets = [ours.clone(), set("theirs", theirs)];
            assert!(!is_abandoned(&review, &sets, &["ours"], &[]), "{theirs}");
        }
        assert!(!is_abandoned(&review, &[], &["ours"], &[resource]));
        for other in ["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "CREATE_IN_PROGRESS"] {
            assert!(
                !is_abandoned(&status(other), &[], &["ours"], &[]),
                "{other}"
            );
        }
    }
}
