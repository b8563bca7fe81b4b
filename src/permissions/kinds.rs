//! How the resources of each type are named: their ARNs, and where the names in these come from.
//!
//! The ARNs are those of the service authorization reference. A type that is not listed has no ARN
//! here, so that its actions get `*`, with that reason.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

/// A resource type.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) type_name: &'static str,
    /// What follows `arn:<partition>:`, with `{region}`, `{account}` and `{name}`.
    pub(super) arns: &'static [&'static str],
    pub(super) naming: Naming,
}

/// Where the name comes from.
#[derive(Debug)]
pub(super) enum Naming {
    /// The property, or what CloudFormation makes up, up to so many characters.
    Given(&'static str, Generated, usize),
    /// The name or ARN of another resource, or a list of them, in this property: the resource is a
    /// part of that one.
    Of(&'static str),
    /// The service makes it up.
    Random,
}

/// The names that CloudFormation makes up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Generated {
    /// `<stack>-<LogicalId>-<random>`.
    Stack,
    /// The same, in lower case.
    StackInLowerCase,
    /// `<LogicalId>-<random>`, or with the stack's name: it depends on the age of the type's handlers.
    Either,
    /// `CFN-<LogicalId>-<random>`, or with the stack's name.
    Parameter,
}

use Generated::{Either, Parameter, Stack, StackInLowerCase};
use Naming::{Given, Of, Random};

/// How resources of a type are named.
pub(super) fn kind(type_name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.type_name == type_name)
}

macro_rules! kinds {
    ($($type_name:literal: [$($arn:literal),+], $naming:expr;)*) => {
        const KINDS: &[Kind] = &[$(Kind { type_name: $type_name, arns: &[$($arn),+], naming: $naming }),*];
    };
}

kinds! {
    "AWS::CloudFormation::Stack": ["cloudformation:{region}:{account}:stack/{name}/*"], Given("StackName", Stack, 128);
    "AWS::CloudWatch::Alarm": ["cloudwatch:{region}:{account}:alarm:{name}"], Given("AlarmName", Stack, 255);
    "AWS::CloudWatch::CompositeAlarm": ["cloudwatch:{region}:{account}:alarm:{name}"], Given("AlarmName", Stack, 255);
    "AWS::CloudWatch::Dashboard": ["cloudwatch::{account}:dashboard/{name}"], Given("DashboardName", Either, 255);
    "AWS::CodeBuild::Project": ["codebuild:{region}:{account}:project/{name}"], Given("Name", Either, 255);
    "AWS::CodePipeline::Pipeline": ["codepipeline:{region}:{account}:{name}"], Given("Name", Stack, 100);
    "AWS::CodeStarConnections::Connection": ["codestar-connections:{region}:{account}:connection/{name}"], Random;
    "AWS::EC2::SecurityGroup": ["ec2:{region}:{account}:security-group/{name}", "ec2:{region}:{account}:security-group-rule/{name}", "ec2:{region}:{account}:vpc/{name}"], Random;
    "AWS::EC2::VPCEndpoint": ["ec2:{region}:{account}:vpc-endpoint/{name}", "ec2:{region}:{account}:vpc/{name}", "ec2:{region}:{account}:route-table/{name}", "ec2:{region}:{account}:security-group/{name}", "ec2:{region}:{account}:subnet/{name}"], Random;
    "AWS::ECR::Repository": ["ecr:{region}:{account}:repository/{name}"], Given("RepositoryName", StackInLowerCase, 256);
    "AWS::Events::Rule": ["events:{region}:{account}:rule/{name}"], Given("Name", Stack, 64);
    "AWS::IAM::ManagedPolicy": ["iam::{account}:policy/{name}"], Given("ManagedPolicyName", Stack, 128);
    "AWS::IAM::Policy": ["iam::{account}:role/{name}"], Of("Roles");
    "AWS::IAM::Role": ["iam::{account}:role/{name}"], Given("RoleName", Stack, 64);
    "AWS::KMS::Alias": ["kms:{region}:{account}:{name}"], Given("AliasName", Stack, 256);
    "AWS::KMS::Key": ["kms:{region}:{account}:key/{name}"], Random;
    "AWS::Lambda::Function": ["lambda:{region}:{account}:function:{name}"], Given("FunctionName", Stack, 64);
    "AWS::Lambda::Permission": ["lambda:{region}:{account}:function:{name}"], Of("FunctionName");
    "AWS::Logs::LogGroup": ["logs:{region}:{account}:log-group:{name}", "logs:{region}:{account}:log-group:{name}:*"], Given("LogGroupName", Stack, 512);
    "AWS::S3::Bucket": ["s3:::{name}"], Given("BucketName", StackInLowerCase, 63);
    "AWS::S3::BucketPolicy": ["s3:::{name}"], Of("Bucket");
    "AWS::SNS::Subscription": ["sns:{region}:{account}:{name}"], Of("TopicArn");
    "AWS::SNS::Topic": ["sns:{region}:{account}:{name}"], Given("TopicName", Stack, 256);
    "AWS::SNS::TopicPolicy": ["sns:{region}:{account}:{name}"], Of("Topics");
    "AWS::SQS::Queue": ["sqs:{region}:{account}:{name}"], Given("QueueName", Stack, 80);
    "AWS::SQS::QueuePolicy": ["sqs:{region}:{account}:{name}"], Of("Queues");
    "AWS::SSM::Parameter": ["ssm:{region}:{account}:parameter/{name}"], Given("Name", Parameter, 2048);
    "AWS::SageMaker::DataQualityJobDefinition": ["sagemaker:{region}:{account}:data-quality-job-definition/{name}"], Given("JobDefinitionName", Either, 63);
    "AWS::SageMaker::Endpoint": ["sagemaker:{region}:{account}:endpoint/{name}"], Given("EndpointName", Either, 63);
    "AWS::SageMaker::EndpointConfig": ["sagemaker:{region}:{account}:endpoint-config/{name}"], Given("EndpointConfigName", Either, 63);
    "AWS::SageMaker::InferenceComponent": ["sagemaker:{region}:{account}:inference-component/{name}"], Given("InferenceComponentName", Either, 63);
    "AWS::SageMaker::InferenceExperiment": ["sagemaker:{region}:{account}:inference-experiment/{name}"], Given("Name", Either, 120);
    "AWS::SageMaker::Model": ["sagemaker:{region}:{account}:model/{name}"], Given("ModelName", Either, 63);
    "AWS::SageMaker::ModelBiasJobDefinition": ["sagemaker:{region}:{account}:model-bias-job-definition/{name}"], Given("JobDefinitionName", Either, 63);
    "AWS::SageMaker::ModelCard": ["sagemaker:{region}:{account}:model-card/{name}"], Given("ModelCardName", Either, 63);
    "AWS::SageMaker::ModelExplainabilityJobDefinition": ["sagemaker:{region}:{account}:model-explainability-job-definition/{name}"], Given("JobDefinitionName", Either, 63);
    "AWS::SageMaker::ModelPackage": ["sagemaker:{region}:{account}:model-package-group/{name}", "sagemaker:{region}:{account}:model-package/{name}/*"], Of("ModelPackageGroupName");
    "AWS::SageMaker::ModelPackageGroup": ["sagemaker:{region}:{account}:model-package-group/{name}"], Given("ModelPackageGroupName", Either, 63);
    "AWS::SageMaker::ModelQualityJobDefinition": ["sagemaker:{region}:{account}:model-quality-job-definition/{name}"], Given("JobDefinitionName", Either, 63);
    "AWS::SageMaker::MonitoringSchedule": ["sagemaker:{region}:{account}:monitoring-schedule/{name}"], Given("MonitoringScheduleName", Either, 63);
    "AWS::SageMaker::Pipeline": ["sagemaker:{region}:{account}:pipeline/{name}"], Given("PipelineName", Either, 256);
    // Targets are numbered by the service, and narrowed by conditions instead.
    "AWS::ApplicationAutoScaling::ScalableTarget": ["application-autoscaling:{region}:{account}:scalable-target/{name}"], Random;
    "AWS::ApplicationAutoScaling::ScalingPolicy": ["application-autoscaling:{region}:{account}:scalable-target/{name}"], Random;
    "AWS::Scheduler::Schedule": ["scheduler:{region}:{account}:schedule/*/{name}"], Given("Name", Either, 64);
    "AWS::Scheduler::ScheduleGroup": ["scheduler:{region}:{account}:schedule-group/{name}", "scheduler:{region}:{account}:schedule/{name}/*"], Given("Name", Either, 64);
    "AWS::SecretsManager::Secret": ["secretsmanager:{region}:{account}:secret:{name}-*"], Given("Name", Either, 512);
    "AWS::StepFunctions::StateMachine": ["states:{region}:{account}:stateMachine:{name}"], Given("StateMachineName", Either, 80);
}
