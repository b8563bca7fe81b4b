//! Which resource types are generated, and where they go.

use super::naming;

/// CloudFormation's service, our module, and its resource types.
const SERVICES: &[(&str, &str, &[&str])] = &[
    (
        "ApplicationAutoScaling",
        "application_auto_scaling",
        &["ScalableTarget", "ScalingPolicy"],
    ),
    (
        "CloudFormation",
        "cloudformation",
        &["CustomResource", "Stack"],
    ),
    (
        "CloudWatch",
        "cloudwatch",
        &["Alarm", "CompositeAlarm", "Dashboard"],
    ),
    ("CodeBuild", "code_build", &["Project"]),
    ("CodePipeline", "code_pipeline", &["Pipeline"]),
    (
        "CodeStarConnections",
        "code_star_connections",
        &["Connection"],
    ),
    ("EC2", "ec2", &["SecurityGroup", "VPCEndpoint"]),
    ("ECR", "ecr", &["Repository"]),
    ("Events", "events", &["Rule"]),
    ("IAM", "iam", &["ManagedPolicy", "Policy", "Role"]),
    ("KMS", "kms", &["Alias", "Key"]),
    ("Lambda", "lambda", &["Function", "Permission"]),
    ("Logs", "logs", &["LogGroup"]),
    ("S3", "s3", &["Bucket", "BucketPolicy"]),
    ("SNS", "sns", &["Subscription", "Topic", "TopicPolicy"]),
    ("SQS", "sqs", &["Queue", "QueuePolicy"]),
    ("SSM", "ssm", &["Parameter"]),
    (
        "SageMaker",
        "sagemaker",
        &[
            "DataQualityJobDefinition",
            "Endpoint",
            "EndpointConfig",
            "InferenceComponent",
            "InferenceExperiment",
            "Model",
            "ModelBiasJobDefinition",
            "ModelCard",
            "ModelExplainabilityJobDefinition",
            "ModelPackage",
            "ModelPackageGroup",
            "ModelQualityJobDefinition",
            "MonitoringSchedule",
            "Pipeline",
        ],
    ),
    ("Scheduler", "scheduler", &["Schedule", "ScheduleGroup"]),
    ("SecretsManager", "secrets_manager", &["Secret"]),
    ("StepFunctions", "step_functions", &["StateMachine"]),
];

/// A resource type.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) service: &'static str,
    /// The service's module.
    pub(super) module: &'static str,
    pub(super) resource: &'static str,
}

impl Type {
    /// `AWS::SageMaker::Model`.
    pub(super) fn name(self) -> String {
        format!("AWS::{}::{}", self.service, self.resource)
    }

    /// The resource type's module.
    pub(super) fn file(self) -> String {
        naming::snake(self.resource)
    }

    /// Below the schemas' folder.
    pub(super) fn schema_path(self) -> String {
        format!("{}/{}.json", self.module, self.file())
    }

    /// The page of the resource type, or of one of its property types.
    pub(super) fn page(self, property_type: Option<&str>) -> String {
        const REFERENCE: &str =
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference";
        let resource = format!("{}-{}", self.service, self.resource).to_lowercase();
        match property_type {
            None => format!("{REFERENCE}/aws-resource-{resource}.html"),
            Some(name) => {
                format!(
                    "{REFERENCE}/aws-properties-{resource}-{}.html",
                    name.to_lowercase()
                )
            }
        }
    }
}

/// Every type, in the order of their names.
pub(super) fn all() -> Vec<Type> {
    let mut types: Vec<Type> = SERVICES
        .iter()
        .flat_map(|(service, module, resources)| {
            resources.iter().map(|resource| Type {
                service,
                module,
                resource,
            })
        })
        .collect();
    types.sort_by_key(|kind| kind.name());
    types
}
