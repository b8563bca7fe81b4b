//! What the registry's schemas do not say about the actions of their handlers: which are needed only
//! for some property, which act on something else than the resource, which are missing, and which no
//! resource can be named for.
//!
//! Types and actions are patterns, in which `*` stands for any text. The service authorization
//! reference says which actions there are and what they apply to.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use super::policy::covers;

/// On what an action is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The resource itself.
    Own,
    /// The roles that the resource's properties name, passed to this service.
    PassedRoles(&'static str),
    /// The roles that the resource's properties name.
    Roles,
    /// The keys that the resource's properties name.
    Keys,
    /// The objects in S3 that the resource's properties name.
    Objects,
    /// Their buckets.
    Buckets,
    /// The repositories of the images that the resource's properties name.
    Repositories,
    /// What this property names: the key, and what follows `arn:<partition>:`.
    Property(&'static str, &'static str),
    /// What the target of scaling names, where it is one of this kind.
    Scaled(&'static str),
    /// The role that scales endpoints, which Application Auto Scaling makes once per account.
    ScalingRole,
    /// The role that CloudFormation itself has.
    OwnRole,
    /// Always the same: what follows `arn:<partition>:`.
    Fixed(&'static str),
    /// No resource can be named, for this reason.
    Everything(&'static str),
}

/// An action, and what is special about it.
#[derive(Debug)]
pub(super) struct Special {
    pub(super) type_name: &'static str,
    pub(super) action: &'static str,
    pub(super) target: Target,
}

macro_rules! specials {
    ($($type_name:literal $action:literal => $target:expr;)*) => {
        &[$(Special { type_name: $type_name, action: $action, target: $target }),*]
    };
}

/// Actions that the schemas name and that the service authorization reference does not know: IAM
/// would accept them, and they would allow nothing.
pub(super) const UNKNOWN: &[&str] = &[
    "lambda:AssociateRuntimeAlias",
    "s3:DeleteBucketAnalyticsConfiguration",
    "s3:DeleteBucketCors",
    "s3:DeleteBucketEncryption",
    "s3:DeleteBucketLifecycle",
    "s3:DeleteBucketMetricsConfiguration",
    "s3:DeleteBucketReplication",
    "s3:PutBucketReplication",
    "s3:PutObjectLockConfiguration",
    "s3:REST.PUT.OBJECT",
    "s3:UpdateBucketMetadataAnnotationTableConfiguration",
    "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation",
];

/// Actions that are needed only where one of these properties is set, at any depth.
pub(super) const NEEDS: &[(&str, &str, &[&str])] = &[
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "application-autoscaling:*ScheduledAction",
        &["ScheduledActions"],
    ),
    (
        "AWS::CodeBuild::Project",
        "codebuild:*Webhook",
        &["Triggers"],
    ),
    (
        "AWS::CodePipeline::Pipeline",
        "codestar-connections:PassConnection",
        &["ConnectionArn"],
    ),
    (
        "AWS::CodePipeline::Pipeline",
        "codepipeline:*StageTransition",
        &["DisableInboundStageTransitions"],
    ),
    (
        "AWS::CodePipeline::Pipeline",
        "codepipeline:StartPipelineExecution",
        &["RestartExecutionOnUpdate"],
    ),
    (
        "AWS::EC2::VPCEndpoint",
        "vpc-lattice:*",
        &["ServiceNetworkArn"],
    ),
    ("AWS::EC2::VPCEndpoint", "vpce:*", &["ServiceRegion"]),
    (
        "AWS::ECR::Repository",
        "ecr:*LifecyclePolicy",
        &["LifecyclePolicy"],
    ),
    (
        "AWS::ECR::Repository",
        "ecr:*RepositoryPolicy",
        &["RepositoryPolicyText"],
    ),
    ("AWS::IAM::Policy", "iam:*GroupPolicy", &["Groups"]),
    ("AWS::IAM::Policy", "iam:*RolePolicy", &["Roles"]),
    ("AWS::IAM::Policy", "iam:*UserPolicy", &["Users"]),
    ("AWS::IAM::ManagedPolicy", "iam:*GroupPolicy", &["Groups"]),
    ("AWS::IAM::ManagedPolicy", "iam:*RolePolicy", &["Roles"]),
    ("AWS::IAM::ManagedPolicy", "iam:*UserPolicy", &["Users"]),
    (
        "AWS::IAM::Role",
        "iam:AttachRolePolicy",
        &["ManagedPolicyArns"],
    ),
    (
        "AWS::IAM::Role",
        "iam:DetachRolePolicy",
        &["ManagedPolicyArns"],
    ),
    (
        "AWS::IAM::Role",
        "iam:*RolePermissionsBoundary",
        &["PermissionsBoundary"],
    ),
    ("AWS::IAM::Role", "iam:PutRolePolicy", &["Policies"]),
    ("AWS::IAM::Role", "iam:DeleteRolePolicy", &["Policies"]),
    ("AWS::Lambda::Function", "ec2:*", &["VpcConfig"]),
    (
        "AWS::Lambda::Function",
        "elasticfilesystem:*",
        &["FileSystemConfigs"],
    ),
    (
        "AWS::Lambda::Function",
        "lambda:*CodeSigningConfig",
        &["CodeSigningConfigArn"],
    ),
    (
        "AWS::Lambda::Function",
        "lambda:*FunctionScalingConfig",
        &["FunctionScalingConfig"],
    ),
    (
        "AWS::Lambda::Function",
        "lambda:GetLayerVersion",
        &["Layers"],
    ),
    (
        "AWS::Lambda::Function",
        "lambda:PassCapacityProvider",
        &["CapacityProviderConfig"],
    ),
    ("AWS::Lambda::Function", "s3files:*", &["FileSystemConfigs"]),
    ("AWS::Logs::LogGroup", "firehose:*", &["LogGroupClass"]),
    (
        "AWS::Logs::LogGroup",
        "logs:*DataProtectionPolicy",
        &["DataProtectionPolicy"],
    ),
    (
        "AWS::Logs::LogGroup",
        "logs:*IndexPolic*",
        &["FieldIndexPolicies"],
    ),
    ("AWS::Logs::LogGroup", "logs:*KmsKey", &["KmsKeyId"]),
    (
        "AWS::Logs::LogGroup",
        "logs:*ResourcePolic*",
        &["ResourcePolicyDocument"],
    ),
    (
        "AWS::Logs::LogGroup",
        "logs:CreateLogDelivery",
        &["LogGroupClass"],
    ),
    (
        "AWS::Logs::LogGroup",
        "logs:PutBearerTokenAuthentication",
        &["BearerTokenAuthenticationEnabled"],
    ),
    (
        "AWS::Logs::LogGroup",
        "logs:PutLogGroupDeletionProtection",
        &["DeletionProtectionEnabled"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:*AccelerateConfiguration",
        &["AccelerateConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:*Metadata*",
        &["MetadataConfiguration", "MetadataTableConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:DeleteObject",
        &["MetadataConfiguration", "MetadataTableConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutAnalyticsConfiguration",
        &["AnalyticsConfigurations"],
    ),
    ("AWS::S3::Bucket", "s3:PutBucketAbac", &["AbacStatus"]),
    ("AWS::S3::Bucket", "s3:PutBucketAcl", &["AccessControl"]),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketCORS",
        &["CorsConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketLogging",
        &["LoggingConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketNotification",
        &["NotificationConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketObjectLockConfiguration",
        &["ObjectLockConfiguration", "ObjectLockEnabled"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketOwnershipControls",
        &["OwnershipControls"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketPublicAccessBlock",
        &["PublicAccessBlockConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketVersioning",
        &["VersioningConfiguration", "ObjectLockEnabled"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutBucketWebsite",
        &["WebsiteConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:*BucketWebsite",
        &["WebsiteConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutEncryptionConfiguration",
        &["BucketEncryption"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutIntelligentTieringConfiguration",
        &["IntelligentTieringConfigurations"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutInventoryConfiguration",
        &["InventoryConfigurations"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutLifecycleConfiguration",
        &["LifecycleConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3:PutMetricsConfiguration",
        &["MetricsConfigurations"],
    ),
    ("AWS::S3::Bucket", "s3:PutObjectAcl", &["AccessControl"]),
    (
        "AWS::S3::Bucket",
        "s3:PutReplicationConfiguration",
        &["ReplicationConfiguration"],
    ),
    (
        "AWS::S3::Bucket",
        "s3tables:*",
        &["MetadataConfiguration", "MetadataTableConfiguration"],
    ),
    (
        "AWS::SNS::Topic",
        "sns:*DataProtectionPolicy",
        &["DataProtectionPolicy"],
    ),
    ("AWS::SNS::Topic", "sns:*ubscri*", &["Subscription"]),
    (
        "AWS::SageMaker::ModelPackage",
        "ecr:*Scan*",
        &["ValidationSpecification"],
    ),
    (
        "AWS::SageMaker::ModelPackage",
        "iam:PassRole",
        &["ValidationSpecification"],
    ),
    (
        "AWS::SageMaker::ModelPackage",
        "sagemaker:*T*Job",
        &["ValidationSpecification"],
    ),
    (
        "AWS::SageMaker::ModelPackage",
        "sagemaker:CreateModel",
        &["ValidationSpecification"],
    ),
    (
        "AWS::SageMaker::ModelPackageGroup",
        "sagemaker:PutModelPackageGroupPolicy",
        &["ModelPackageGroupPolicy"],
    ),
    (
        "AWS::SageMaker::ModelPackageGroup",
        "sagemaker:DeleteModelPackageGroupPolicy",
        &["ModelPackageGroupPolicy"],
    ),
    (
        "AWS::SecretsManager::Secret",
        "secretsmanager:*Regions*",
        &["ReplicaRegions"],
    ),
    (
        "AWS::SecretsManager::Secret",
        "secretsmanager:GetRandomPassword",
        &["GenerateSecretString"],
    ),
];

/// Where actions apply that do not apply to the resource itself; the first that matches counts.
const TARGETS: &[Special] = specials! {
    // Named by no resource, whoever calls them.
    "*" "application-autoscaling:Describe*" => Target::Everything("Application Auto Scaling describes by namespace, not by resource");
    "*" "cloudwatch:GetMetricData" => Target::Everything("metrics have no ARN");
    "*" "codestar-connections:CreateConnection" => Target::Everything("a connection has no ARN before it is made");
    "*" "ec2:Describe*" => Target::Everything("EC2 describes without naming resources");
    "*" "elasticfilesystem:Describe*" => Target::Everything("the mount targets are looked up before their file system is known");
    "*" "kms:CreateKey" => Target::Everything("a key has no ARN before it is made");
    "*" "kms:ListAliases" => Target::Everything("KMS lists aliases of the whole account");
    "*" "logs:CreateLogDelivery" => Target::Everything("a log delivery has no ARN");
    "*" "logs:Describe*" => Target::Everything("CloudWatch Logs describes without naming resources");
    "*" "logs:*IndexPolicy" => Target::Everything("an index policy has no ARN");
    "*" "logs:*ResourcePolicy" => Target::Everything("a resource policy is one of the account");
    "*" "secretsmanager:GetRandomPassword" => Target::Everything("a random password is nobody's");
    "*" "vpc-lattice:*" => Target::Everything("an association has no ARN before it is made");
    "*" "vpce:*" => Target::Everything("it is about the service, which may be in another region");
    // Roles.
    "AWS::SageMaker::*" "iam:PassRole" => Target::PassedRoles("sagemaker.amazonaws.com");
    "AWS::ApplicationAutoScaling::*" "iam:PassRole" => Target::PassedRoles("application-autoscaling.amazonaws.com");
    "AWS::ApplicationAutoScaling::*" "iam:CreateServiceLinkedRole" => Target::ScalingRole;
    "AWS::CloudFormation::Stack" "iam:PassRole" => Target::OwnRole;
    "AWS::CodeBuild::*" "iam:PassRole" => Target::PassedRoles("codebuild.amazonaws.com");
    "AWS::CodePipeline::*" "iam:PassRole" => Target::PassedRoles("codepipeline.amazonaws.com");
    "AWS::Events::*" "iam:PassRole" => Target::PassedRoles("events.amazonaws.com");
    "AWS::Lambda::*" "iam:PassRole" => Target::PassedRoles("lambda.amazonaws.com");
    "AWS::S3::*" "iam:PassRole" => Target::PassedRoles("s3.amazonaws.com");
    "AWS::SNS::*" "iam:PassRole" => Target::PassedRoles("sns.amazonaws.com");
    "AWS::Scheduler::*" "iam:PassRole" => Target::PassedRoles("scheduler.amazonaws.com");
    "AWS::StepFunctions::*" "iam:PassRole" => Target::PassedRoles("states.amazonaws.com");
    "AWS::IAM::*" "iam:*GroupPolicy" => Target::Property("Groups", "iam::{account}:group/{name}");
    "AWS::IAM::*" "iam:*UserPolicy" => Target::Property("Users", "iam::{account}:user/{name}");
    "AWS::IAM::ManagedPolicy" "iam:*RolePolicy" => Target::Property("Roles", "iam::{account}:role/{name}");
    "AWS::IAM::*" "*" => Target::Own;
    "*" "iam:GetRole" => Target::Roles;
    // Keys, objects, images.
    "AWS::KMS::*" "*" => Target::Own;
    "*" "kms:*" => Target::Keys;
    "AWS::S3::*" "s3:*" => Target::Own;
    "*" "s3:ListBucket" => Target::Buckets;
    "*" "s3:GetObject*" => Target::Objects;
    "AWS::ECR::*" "ecr:*" => Target::Own;
    "*" "ecr:*" => Target::Repositories;
    // The service's other resources.
    "AWS::ApplicationAutoScaling::ScalableTarget" "cloudwatch:*" => Target::Property("ResourceId", "cloudwatch:{region}:{account}:alarm:TargetTracking-{name}*");
    "AWS::ApplicationAutoScaling::ScalableTarget" "lambda:*" => Target::Fixed("lambda:{region}:{account}:function:*");
    "AWS::CodePipeline::Pipeline" "codestar-connections:*" => Target::Property("ConnectionArn", "codestar-connections:{region}:{account}:connection/{name}");
    "AWS::Lambda::Function" "lambda:GetCodeSigningConfig" => Target::Property("CodeSigningConfigArn", "lambda:{region}:{account}:code-signing-config:{name}");
    "AWS::Lambda::Function" "lambda:GetLayerVersion" => Target::Property("Layers", "lambda:{region}:{account}:layer:{name}:*");
    "AWS::Lambda::Function" "lambda:PassCapacityProvider" => Target::Property("CapacityProviderArn", "lambda:{region}:{account}:capacity-provider:{name}");
    "AWS::SageMaker::ModelPackage" "sagemaker:CreateModel" => Target::Fixed("sagemaker:{region}:{account}:model/*");
    "AWS::SageMaker::ModelPackage" "sagemaker:*TransformJob" => Target::Fixed("sagemaker:{region}:{account}:transform-job/*");
    "AWS::SageMaker::ModelPackage" "sagemaker:*TrainingJob" => Target::Fixed("sagemaker:{region}:{account}:training-job/*");
};

/// Actions that the schemas do not list, each with the properties that they are needed for, if any.
const ADDED: &[(Special, &[&str])] = &[
    // An endpoint is made of its configuration, and both are resources of the call.
    // <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>
    (
        Special {
            type_name: "AWS::SageMaker::Endpoint",
            action: "sagemaker:CreateEndpoint",
            target: Target::Property(
                "EndpointConfigName",
                "sagemaker:{region}:{account}:endpoint-config/{name}",
            ),
        },
        &[],
    ),
    (
        Special {
            type_name: "AWS::SageMaker::Endpoint",
            action: "sagemaker:UpdateEndpoint",
            target: Target::Property(
                "EndpointConfigName",
                "sagemaker:{region}:{account}:endpoint-config/{name}",
            ),
        },
        &[],
    ),
    (
        Special {
            type_name: "AWS::SageMaker::InferenceComponent",
            action: "sagemaker:CreateInferenceComponent",
            target: Target::Property(
                "EndpointName",
                "sagemaker:{region}:{account}:endpoint/{name}",
            ),
        },
        &[],
    ),
    // An endpoint whose configuration names a key gives SageMaker a grant on it.
    // <https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html>
    (
        Special {
            type_name: "AWS::SageMaker::EndpointConfig",
            action: "kms:CreateGrant",
            target: Target::Keys,
        },
        &["KmsKeyId"],
    ),
    // A target is registered with the caller's permissions on what scales.
    // <https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html>
    (
        Special {
            type_name: "AWS::ApplicationAutoScaling::ScalableTarget",
            action: "sagemaker:DescribeEndpoint",
            target: Target::Scaled("endpoint"),
        },
        &[],
    ),
    (
        Special {
            type_name: "AWS::ApplicationAutoScaling::ScalableTarget",
            action: "sagemaker:UpdateEndpointWeightsAndCapacities",
            target: Target::Scaled("endpoint"),
        },
        &[],
    ),
    (
        Special {
            type_name: "AWS::ApplicationAutoScaling::ScalableTarget",
            action: "sagemaker:DescribeInferenceComponent",
            target: Target::Scaled("inference-component"),
        },
        &[],
    ),
    (
        Special {
            type_name: "AWS::ApplicationAutoScaling::ScalableTarget",
            action: "sagemaker:UpdateInferenceComponentRuntimeConfig",
            target: Target::Scaled("inference-component"),
        },
        &[],
    ),
    // The configuration that the endpoint runs at that moment, which may be an earlier one.
    (
        Special {
            type_name: "AWS::ApplicationAutoScaling::ScalableTarget",
            action: "sagemaker:DescribeEndpointConfig",
            target: Target::Scaled("endpoint-config"),
        },
        &[],
    ),
    // CloudFormation calls whatever stands behind a custom resource.
    // <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html>
    (
        Special {
            type_name: "AWS::CloudFormation::CustomResource",
            action: "lambda:InvokeFunction",
            target: Target::Property("ServiceToken", "lambda:{region}:{account}:function:{name}"),
        },
        &[],
    ),
    (
        Special {
            type_name: "AWS::CloudFormation::CustomResource",
            action: "sns:Publish",
            target: Target::Property("ServiceToken", "sns:{region}:{account}:{name}"),
        },
        &[],
    ),
];

/// The actions of types whose schemas declare no handlers, by handler.
///
/// <https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-permissions-reference.html>
pub(super) const WITHOUT_HANDLERS: &[(&str, &[&str], &[&str])] = &[(
    "AWS::CodeBuild::Project",
    &[
        "codebuild:BatchGetProjects",
        "codebuild:CreateProject",
        "codebuild:CreateWebhook",
        "codebuild:UpdateProject",
        "codebuild:UpdateWebhook",
        "iam:PassRole",
    ],
    &["codebuild:DeleteProject", "codebuild:DeleteWebhook"],
)];

/// The properties of which one must be set for the action to be needed; `None` for none of them.
pub(super) fn needs(type_name: &str, action: &str) -> Option<&'static [&'static str]> {
    NEEDS
        .iter()
        .find(|(types, actions, _)| covers(types, type_name) && covers(actions, action))
        .map(|(_, _, keys)| *keys)
}

/// Where an action of a type applies; `None` where nothing special is known.
pub(super) fn target(type_name: &str, action: &str) -> Option<Target> {
    TARGETS
        .iter()
        .find(|special| covers(special.type_name, type_name) && covers(special.action, action))
        .map(|special| special.target)
}

/// What a type needs besides its handlers' actions.
pub(super) fn added(
    type_name: &str,
) -> impl Iterator<Item = (&'static Special, &'static [&'static str])> {
    let type_name = type_name.to_owned();
    ADDED
        .iter()
        .filter(move |(special, _)| special.type_name == type_name)
        .map(|(special, keys)| (special, *keys))
}
