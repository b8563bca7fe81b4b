//! What CloudFormation is asked to make a change set of.

use std::collections::BTreeMap;

use crate::deploy::change_set::{
    ChangeSetType, NewChangeSet, ParameterValue, RollbackConfiguration, TemplateSource,
};
use crate::deploy::digest::{sha256, sha256_of};
use crate::deploy::inputs;
use crate::deploy::plan::Base;
use crate::deploy::stack::StackDescription;
use crate::deploy::stop::{Reason, Stop};
use crate::finding::Finding;
use crate::template::Template;

use super::{PREFIX, Planning};

impl Planning<'_> {
    /// The alarms of the stack that guard its endpoints.
    pub(super) async fn rollback(
        &self,
        stack: &StackDescription,
        base: &Template,
        new: &Template,
    ) -> Result<Option<RollbackConfiguration>, Stop> {
        let alarms = inputs::guarding_alarms(new, base);
        if alarms.is_empty() {
            return Ok(None);
        }
        let resources = self
            .aws
            .stack_resources(&stack.id)
            .await
            .map_err(|error| Stop::before(&error))?;
        let identity = self.aws.identity();
        let alarm_arns = resources
            .iter()
            .filter(|resource| alarms.contains(&resource.logical_id))
            .filter_map(|resource| resource.physical_id.as_deref())
            .map(|name| {
                format!(
                    "arn:{}:cloudwatch:{}:{}:alarm:{name}",
                    identity.partition,
                    self.aws.region(),
                    identity.account
                )
            })
            .collect();
        Ok(Some(RollbackConfiguration {
            alarm_arns,
            monitoring_minutes: self.wanted.monitoring_minutes,
        }))
    }

    /// Puts a template that is too large for a request where CloudFormation can read it.
    pub(super) async fn upload(&self) -> Result<Option<String>, Stop> {
        let size = self.wanted.text.len();
        if size <= inputs::LARGEST_BODY {
            return Ok(None);
        }
        let Some(bucket) = &self.wanted.template_bucket else {
            let finding = Finding::error(
                "template-bucket",
                format!(
                    "the template has {size} bytes, and a request holds {} at most",
                    inputs::LARGEST_BODY
                ),
            )
            .hint("name a bucket that it may be put into with `--template-bucket NAME`");
            return Err(Stop::new(Reason::Refused, finding));
        };
        let bucket = bucket
            .replace("{account}", &self.aws.identity().account)
            .replace("{region}", self.aws.region());
        // Content-addressed, so that it is uploaded once and never replaced.
        let key = format!(
            "sageform/{}.template.json",
            sha256(self.wanted.text.as_bytes())
        );
        let url = self
            .aws
            .upload_template(&bucket, &key, &self.wanted.text)
            .await
            .map_err(|error| Stop::before(&error))?;
        Ok(Some(url))
    }

    pub(super) fn request(
        &self,
        base: Option<&Base>,
        url: Option<&str>,
        parameters: BTreeMap<String, ParameterValue>,
        capabilities: Vec<String>,
        rollback: Option<RollbackConfiguration>,
    ) -> NewChangeSet {
        let wanted = self.wanted;
        let identity = self.aws.identity();
        let digest = {
            let base = base.map(|base| format!("{base:?}")).unwrap_or_default();
            sha256_of(&[
                &wanted.stack_name,
                &identity.account,
                &identity.arn,
                self.aws.region(),
                &base,
                &wanted.text,
                &format!("{parameters:?}"),
                &format!("{:?}", wanted.tags),
                &format!("{:?}", wanted.role_arn),
                &format!("{rollback:?}"),
                &capabilities.join(","),
            ])
        };
        let short = digest.get(..20).unwrap_or(&digest);
        let name = format!("{PREFIX}{}-{short}", name_part(&wanted.subject.stage));
        NewChangeSet {
            stack: base.map_or_else(|| wanted.stack_name.clone(), |base| base.stack_id.clone()),
            description: format!(
                "{} of {}, template sha256 {}",
                wanted.subject.stack,
                wanted.subject.stage,
                sha256(wanted.text.as_bytes())
            ),
            kind: if base.is_some() {
                ChangeSetType::Update
            } else {
                ChangeSetType::Create
            },
            template: match url {
                Some(url) => TemplateSource::Url(url.to_owned()),
                None => TemplateSource::Body(wanted.text.clone()),
            },
            parameters,
            tags: wanted.tags.clone(),
            capabilities,
            role_arn: wanted.role_arn.clone(),
            rollback,
            on_stack_failure: None,
            token: name.clone(),
            name,
        }
    }
}

/// A stage's name as part of a change set's.
fn name_part(stage: &str) -> String {
    stage
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .take(64)
        .collect()
}
