//! The role: the one that the stage names, or one that is made of what the stage declares.

use crate::cfn::iam::Role;
use crate::config;
use crate::hosting::{
    AsyncOutput, CoreDump, DataCapture, ExecutionRole, Explainer, Network, NotDerivable,
    RollbackAlarms,
};
use crate::literal::{InferenceComponentName, KmsKey, RoleArn, S3Uri};
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::model::PreparedModel;

/// The role that the containers run under.
pub(super) struct RoleInUse {
    pub(super) arn: Value<RoleArn>,
    pub(super) handle: Option<Handle<Role>>,
}

/// An input that a role cannot name, and the path at which the stage states it.
pub(super) struct NotNameable {
    pub(super) error: NotDerivable,
    pub(super) path: String,
}

fn at(path: impl Into<String>) -> impl FnOnce(NotDerivable) -> NotNameable {
    let path = path.into();
    |error| NotNameable { error, path }
}

/// What the role has to allow beside models.
#[derive(Default)]
pub(super) struct Inputs<'a> {
    pub(super) network: Option<&'a Network>,
    pub(super) capture: Option<&'a DataCapture>,
    pub(super) output: Option<&'a AsyncOutput>,
    pub(super) payloads: &'a [Value<S3Uri>],
    /// The key of the topics that results are told to.
    pub(super) topic_key: Option<&'a Value<KmsKey>>,
    pub(super) explainer: Option<&'a Explainer>,
    /// Each with the path at which the stage states it.
    pub(super) core_dumps: Vec<(String, CoreDump)>,
    /// Each with the path at which the stage states it.
    pub(super) adapters: Vec<(String, &'a Value<S3Uri>)>,
    pub(super) components: Vec<&'a Value<InferenceComponentName>>,
    pub(super) rollback: Vec<RollbackAlarms>,
}

impl Inputs<'_> {
    pub(super) fn role<'m>(
        self,
        stack: &mut Stack,
        endpoint: &config::Endpoint,
        models: impl IntoIterator<Item = &'m PreparedModel>,
    ) -> Result<RoleInUse, NotNameable> {
        if let Some(arn) = &endpoint.execution_role_arn {
            return Ok(RoleInUse {
                arn: arn.clone(),
                handle: None,
            });
        }
        let mut role = ExecutionRole::new(endpoint.name.clone());
        for model in models {
            for container in model.containers() {
                role = role.container(&container).map_err(at(model.path()))?;
            }
        }
        for location in self.payloads {
            role = role
                .reads_input(location)
                .map_err(at("Async.S3InputPath"))?;
        }
        if let Some(output) = self.output {
            role = role.async_output(output).map_err(at("Async"))?;
        }
        if let Some(key) = self.topic_key {
            role = role.topic_key(key);
        }
        if let Some(capture) = self.capture {
            let path = "DataCapture.DestinationS3Uri";
            role = role.data_capture(capture).map_err(at(path))?;
        }
        if let Some(explainer) = self.explainer {
            let path = "Explainer.ShapBaselineUri";
            role = role.explainer(explainer).map_err(at(path))?;
        }
        for (path, dump) in &self.core_dumps {
            role = role.core_dump(dump).map_err(at(path))?;
        }
        for (path, artifact) in &self.adapters {
            role = role.reads_object(artifact).map_err(at(path))?;
        }
        for name in self.components {
            role = role.component(name.clone());
        }
        for alarms in &self.rollback {
            role = role.rollback_alarms(alarms);
        }
        if let Some(key) = &endpoint.kms_key_id {
            role = role.volume_key(key);
        }
        if let Some(network) = self.network {
            role = role.network(network);
        }
        let handle = role.add_to(stack, "ExecutionRole");
        Ok(RoleInUse {
            arn: Value::from(&handle),
            handle: Some(handle),
        })
    }
}
