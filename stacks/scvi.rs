//! A single-cell model (scvi): batches of cells come into one bucket, latent spaces go into another.
//!
//! The stage file says how it is served. This file adds what surrounds it: the buckets that the
//! stage file refers to, and the model's place in the registry, from which it is served.

use indexmap::IndexMap;
use sageform::cfn::s3::Bucket;
use sageform::cfn::s3::bucket::PublicAccessBlockConfiguration;
use sageform::cfn::sagemaker::ModelPackage;
use sageform::cfn::sagemaker::model_package::{
    InferenceSpecification, ModelApprovalStatus, ModelPackageContainerDefinition,
};
use sageform::config::{Container, Mode, ModelData, ModelSource, Stage};
use sageform::hosting::ModelPackageGroup;
use sageform::literal::ModelPackageGroupName;
use sageform::standard::standard;
use sageform::template::{DeletionPolicy, Stack, UpdateReplacePolicy};
use sageform::value::Value;

const GROUP: ModelPackageGroupName = ModelPackageGroupName::new("scvi");

/// The buckets, the registered version, and an endpoint that serves it.
pub fn scvi(stack: &mut Stack, stage: &Stage) {
    private_bucket(stack, "Payloads");
    private_bucket(stack, "Results");
    let mut stage = stage.clone();
    if let Some(endpoint) = &mut stage.endpoint
        && let Mode::Async(mode) = &mut endpoint.mode
        && let ModelSource::Container(container) = &mode.variant.model
    {
        mode.variant.model = register(stack, container);
    }
    standard(stack, &stage);
}

/// Data outlives the stack that made its bucket.
fn private_bucket(stack: &mut Stack, name: &str) {
    let bucket = Bucket {
        public_access_block_configuration: Some(
            PublicAccessBlockConfiguration {
                block_public_acls: Some(true.into()),
                block_public_policy: Some(true.into()),
                ignore_public_acls: Some(true.into()),
                restrict_public_buckets: Some(true.into()),
            }
            .into(),
        ),
        ..Default::default()
    };
    let handle = stack.add(name, bucket);
    stack
        .resource(&handle)
        .deletion_policy(DeletionPolicy::Retain)
        .update_replace_policy(UpdateReplacePolicy::Retain);
    stack.output(format!("{name}Bucket"), handle.reference());
}

/// Registers the container as a version of the group. Another image or model is another version; the
/// versions before stay.
fn register(stack: &mut Stack, container: &Container) -> ModelSource {
    let group = ModelPackageGroup::new(GROUP)
        .description("Variational autoencoders of single-cell data")
        .add_to(stack, "PackageGroup");
    let archive = match &container.data {
        Some(ModelData::Archive { location, .. }) => Some(location.clone()),
        _ => None,
    };
    let definition = ModelPackageContainerDefinition {
        environment: Some(container.environment.clone().into()),
        model_data_url: archive.clone().map(|archive| archive.map(String::from)),
        ..ModelPackageContainerDefinition::new(container.image.clone().map(String::from))
    };
    let specification = InferenceSpecification {
        supported_realtime_inference_instance_types: Some(["ml.g5.xlarge", "ml.g5.2xlarge"].into()),
        ..InferenceSpecification::new([definition], ["application/x-h5ad"], ["application/x-npy"])
    };
    let version = stack.add(
        "PackageVersion",
        ModelPackage {
            inference_specification: Some(specification.into()),
            // What is merged here has been reviewed.
            model_approval_status: Some(ModelApprovalStatus::APPROVED.into()),
            model_package_group_name: Some(GROUP.as_str().into()),
            ..Default::default()
        },
    );
    stack
        .resource(&version)
        .depends_on(&group)
        .deletion_policy(DeletionPolicy::Retain)
        .update_replace_policy(UpdateReplacePolicy::Retain);
    ModelSource::Package {
        arn: Value::cast(version.get_att(&ModelPackage::MODEL_PACKAGE_ARN)),
        model_data_urls: archive.into_iter().collect(),
        images: vec![container.image.clone()],
        environment: IndexMap::default(),
        inference_specification_name: None,
    }
}
