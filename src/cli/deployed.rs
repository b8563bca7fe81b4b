//! What is deployed, as a base to compare the project with.

use std::collections::BTreeMap;

use crate::app::{StageTemplate, stack_name};
use crate::deploy::progress::Subject;
use crate::deploy::state::Entry;
use crate::deploy::stop::{Reason, Stop};

use super::Failure;
use super::base::{Templates, template};
use super::deployment::connect_all;
use super::session::{AwsArgs, Session};
use super::targets::looked;

/// The templates of the stacks as they are deployed now, whoever wrote them.
///
/// # Errors
///
/// Every stack that cannot be looked up, and templates that cannot be read.
pub(super) fn templates(
    args: &AwsArgs,
    synthesized: &[&StageTemplate],
) -> Result<Templates, Failure> {
    let session = Session::new(args)?;
    let by_key = looked(&session, load(&session, synthesized))?;
    Ok(Templates {
        label: "what is deployed".to_owned(),
        by_key,
        complete: true,
    })
}

type ByKey = BTreeMap<(String, String), crate::template::Template>;

async fn load(session: &Session, synthesized: &[&StageTemplate]) -> Result<ByKey, Vec<Stop>> {
    let subject = |one: &StageTemplate| Subject {
        stage: one.stage.clone(),
        stack: one.stack.clone(),
    };
    let facts = synthesized
        .iter()
        .map(|one| (subject(one), one.deployment.clone()));
    let connections = connect_all(session, facts).await?;
    let mut found = ByKey::new();
    for (aws, one) in connections.iter().zip(synthesized) {
        let subject = subject(one);
        let name = stack_name(&one.stack, &one.stage);
        let failed = |error| vec![Stop::before(&error).about(&subject)];
        let Some(stack) = aws.stack(&name).await.map_err(failed)? else {
            continue;
        };
        // One under review has no template yet.
        if Entry::of(Some(&stack.status)) == Entry::UnderReview {
            continue;
        }
        let text = aws.stack_template(&stack.id).await.map_err(failed)?;
        let template = template(&name, text.as_bytes()).map_err(|findings| {
            let stop = Stop {
                reason: Reason::Refused,
                findings,
            };
            vec![stop.about(&subject)]
        })?;
        found.insert((subject.stage, subject.stack), template);
    }
    Ok(found)
}
