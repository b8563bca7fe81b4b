//! Models and their containers.

use indexmap::IndexMap;

use super::image::ImageKey;
use super::texts::EnvironmentKeys;
use crate::config::codecs::{MapOf, OnlyTrue};
use crate::config::declare::shape;
use crate::config::shape::Bounds;
use crate::config::types::choice;
use crate::literal::{
    ContainerHostname, FunctionArn, HubContentArn, ImageUri, ModelPackageArn,
    ModelPackageGroupName, S3Prefix, S3Uri,
};
use crate::value::Value;

shape! {
    /// A model: one container of your own, a version of a model package, or a pipeline.
    pub(crate) struct ModelKeys {
        /// The model package group whose pinned, approved version is hosted. Left out, and where no
        /// other source is given, it bears the stack's name.
        #[becomes("AWS::SageMaker::Model.PrimaryContainer.ModelPackageName")]
        "PackageGroup" => optional package_group: ModelPackageGroupName,
        /// Pins this version of `PackageGroup` by hand. Left out, the lock file says which one it is.
        #[becomes("AWS::SageMaker::Model.PrimaryContainer.ModelPackageName")]
        "Version" => optional version: i64 [Bounds::of(1, 999_999_999)],
        /// One version of a model package, by its ARN.
        #[becomes("AWS::SageMaker::Model.PrimaryContainer.ModelPackageName")]
        "ModelPackageArn" => optional model_package_arn: Value<ModelPackageArn>,
        /// With `ModelPackageArn`: where the package's model data is, so that the role may read it.
        #[becomes("AWS::IAM::Role.Policies")]
        "ModelDataUrls" => optional model_data_urls: Vec<Value<S3Uri>> [Bounds::of(1, 15)],
        /// With `ModelPackageArn`: the package's images, so that the role may pull them.
        #[becomes("AWS::IAM::Role.Policies")]
        "Images" => optional images: Vec<Value<ImageUri>> [Bounds::of(1, 15)],
        /// With `PackageGroup` or `ModelPackageArn`: which of the package's inference specifications
        /// is served. Left out, its own.
        #[becomes("AWS::SageMaker::Model.PrimaryContainer.InferenceSpecificationName")]
        "InferenceSpecificationName" => optional inference_specification_name: Value<String> [Bounds::of(1, 63)],
        #[below("AWS::SageMaker::Model.PrimaryContainer")]
        ..container: ContainerKeys,
        /// Several containers instead of one: a pipeline, or containers that are called one by one.
        /// Left out, there is one.
        #[becomes("AWS::SageMaker::Model.Containers")]
        "Containers" => optional containers: Vec<ContainerKeys> [Bounds::of(2, 15)],
        /// Whether `Containers` run one after the other or are called one by one.
        /// Left out, they run one after the other.
        #[becomes("AWS::SageMaker::Model.InferenceExecutionConfig.Mode")]
        "ExecutionMode" => optional execution_mode: ExecutionMode,
    }
}

shape! {
    /// One container.
    pub(crate) struct ContainerKeys {
        /// The container's image: its URI, or a framework and a version, from which the URI follows
        /// with the stage's region and instance type.
        #[becomes(".Image")]
        "Image" => optional image: ImageKey,
        /// The model: a `.tar.gz` in S3, or the prefix of many with `Mode: MultiModel`. Left out, as
        /// the two below, the image holds the model.
        #[becomes(".ModelDataUrl")]
        "ModelDataUrl" => optional model_data_url: Value<S3Uri>,
        /// The model as uncompressed files: everything below a prefix that ends with `/`.
        #[becomes(".ModelDataSource.S3DataSource.S3Uri", ".ModelDataSource.S3DataSource.S3DataType", ".ModelDataSource.S3DataSource.CompressionType")]
        "ModelDataPrefix" => optional model_data_prefix: Value<S3Prefix>,
        /// The model as a single uncompressed file.
        #[becomes(".ModelDataSource.S3DataSource.S3Uri", ".ModelDataSource.S3DataSource.S3DataType", ".ModelDataSource.S3DataSource.CompressionType")]
        "ModelDataObject" => optional model_data_object: Value<S3Uri>,
        /// That you accept the end-user license agreement of the model data, after having read it.
        /// Left out, the model data needs none.
        #[becomes(".ModelDataSource.S3DataSource.ModelAccessConfig.AcceptEula")]
        "AcceptEula" => optional accept_eula: bool as OnlyTrue,
        /// The content of a SageMaker hub that the model data is of, to be given access to it.
        /// Left out, it is of none.
        #[becomes(".ModelDataSource.S3DataSource.HubAccessConfig.HubContentArn")]
        "HubContentArn" => optional hub_content_arn: Value<HubContentArn>,
        /// Environment variables of the container, none of them a secret: whoever may describe the
        /// model reads them. Left out, there are none.
        #[becomes(".Environment")]
        "Environment" => default(IndexMap::new()) environment: IndexMap<String, Value<String>> as MapOf<EnvironmentKeys> [Bounds::to(100)],
        /// Whether the container serves one model or many. Left out, it serves one.
        #[becomes(".Mode")]
        "Mode" => optional mode: ContainerMode,
        /// With `Mode: MultiModel`: whether models stay in memory after a call. Left out, they do.
        #[becomes(".MultiModelConfig.ModelCacheSetting")]
        "ModelCacheSetting" => optional model_cache_setting: ModelCacheSetting,
        /// The name by which callers address one container of several. All of them have one, or
        /// none. Left out, it has none.
        #[becomes(".ContainerHostname")]
        "ContainerHostname" => optional container_hostname: ContainerHostname,
        /// Whether the image is in ECR or in a private registry in the stage's VPC. Left out, it is
        /// in ECR.
        #[becomes(".ImageConfig.RepositoryAccessMode")]
        "RepositoryAccessMode" => optional repository_access_mode: RepositoryAccessMode,
        /// With `RepositoryAccessMode: Vpc`: the function that yields the registry's credentials.
        /// Left out, the registry asks for none.
        #[becomes(".ImageConfig.RepositoryAuthConfig.RepositoryCredentialsProviderArn")]
        "RepositoryCredentialsProviderArn" => optional repository_credentials_provider_arn: Value<FunctionArn>,
    }
}

choice! {
    /// Whether a container serves one model or many.
    pub(crate) enum ContainerMode {
        /// One model.
        SingleModel,
        /// Many models below one prefix, loaded when they are called.
        MultiModel,
    }
}

choice! {
    /// Whether models stay in memory after a call.
    pub enum ModelCacheSetting {
        /// They stay as long as there is room.
        Enabled,
        /// They are loaded for each call.
        Disabled,
    }
}

choice! {
    /// Where an image is.
    pub(crate) enum RepositoryAccessMode {
        /// In ECR.
        Platform,
        /// In a private registry in the stage's VPC.
        Vpc,
    }
}

choice! {
    /// How several containers are called.
    pub enum ExecutionMode {
        /// One after the other, each with the output of the one before.
        Serial,
        /// The caller names the one that is meant.
        Direct,
    }
}
