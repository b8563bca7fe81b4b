//! The same documents from plain `serde_json` values: what it costs to write them at all.

use serde_json::{Map, Value};

/// The document of one stack and stage.
pub fn document(name: &str, stage: &str, first: usize, count: usize) -> Value {
    let mut resources = Map::new();
    let mut outputs = Map::new();
    for number in first..first + count {
        service(&mut resources, &mut outputs, stage, number);
    }
    let mut document = Map::new();
    document.insert("AWSTemplateFormatVersion".into(), "2010-09-09".into());
    document.insert(
        "Description".into(),
        format!("{name}, stage {stage}").into(),
    );
    document.insert("Resources".into(), Value::Object(resources));
    document.insert("Outputs".into(), Value::Object(outputs));
    Value::Object(document)
}
fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut object = Map::with_capacity(N);
    for (key, value) in entries {
        object.insert(key.to_owned(), value);
    }
    Value::Object(object)
}

fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

fn service(
    resources: &mut Map<String, Value>,
    outputs: &mut Map<String, Value>,
    stage: &str,
    number: usize,
) {
    let (instance_type, count) = if stage == "Staging" {
        ("ml.m5.large", 2)
    } else {
        ("ml.m5.xlarge", 4)
    };
    resources.insert(
        format!("Service{number}ExecutionRole"),
        object([
        ("Type", text("AWS::IAM::Role")),
        ("Metadata", object([
            ("WithoutResource", object([
                ("EcrLogin", text("A token is one for all repositories: the action has no resource")),
                ("PutMetrics", text("Metrics have no ARN: their namespace is the narrowest that IAM offers")),
            ])),
        ])),
        ("Properties", object([
            ("AssumeRolePolicyDocument", object([
                ("Version", text("2012-10-17")),
                ("Statement", Value::Array(vec![
                    object([
                        ("Effect", text("Allow")),
                        ("Principal", object([
                            ("Service", text("sagemaker.amazonaws.com")),
                        ])),
                        ("Action", text("sts:AssumeRole")),
                    ]),
                ])),
            ])),
            ("Policies", Value::Array(vec![
                object([
                    ("PolicyDocument", object([
                        ("Version", text("2012-10-17")),
                        ("Statement", Value::Array(vec![
                            object([
                                ("Sid", text("EcrLogin")),
                                ("Effect", text("Allow")),
                                ("Action", text("ecr:GetAuthorizationToken")),
                                ("Resource", text("*")),
                            ]),
                            object([
                                ("Sid", text("PullImages")),
                                ("Effect", text("Allow")),
                                ("Action", Value::Array(vec![
                                    text("ecr:BatchCheckLayerAvailability"),
                                    text("ecr:BatchGetImage"),
                                    text("ecr:GetDownloadUrlForLayer"),
                                ])),
                                ("Resource", object([
                                    ("Fn::Sub", text("arn:${AWS::Partition}:ecr:eu-west-1:111111111111:repository/services")),
                                ])),
                            ]),
                            object([
                                ("Sid", text("ReadObjects")),
                                ("Effect", text("Allow")),
                                ("Action", text("s3:GetObject")),
                                ("Resource", object([
                                    ("Fn::Sub", text(format!("arn:${{AWS::Partition}}:s3:::models/service-{number}/model.tar.gz"))),
                                ])),
                            ]),
                            object([
                                ("Sid", text("WriteLogs")),
                                ("Effect", text("Allow")),
                                ("Action", Value::Array(vec![
                                    text("logs:CreateLogGroup"),
                                    text("logs:CreateLogStream"),
                                    text("logs:DescribeLogStreams"),
                                    text("logs:PutLogEvents"),
                                ])),
                                ("Resource", Value::Array(vec![
                                    object([
                                        ("Fn::Sub", text(format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:/aws/sagemaker/Endpoints/service-{number}-{stage}"))),
                                    ]),
                                    object([
                                        ("Fn::Sub", text(format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:/aws/sagemaker/Endpoints/service-{number}-{stage}:*"))),
                                    ]),
                                ])),
                            ]),
                            object([
                                ("Sid", text("PutMetrics")),
                                ("Effect", text("Allow")),
                                ("Action", text("cloudwatch:PutMetricData")),
                                ("Resource", text("*")),
                                ("Condition", object([
                                    ("StringLike", object([
                                        ("cloudwatch:namespace", Value::Array(vec![
                                            text("AWS/SageMaker"),
                                            text("/aws/sagemaker/*"),
                                        ])),
                                    ])),
                                ])),
                            ]),
                        ])),
                    ])),
                    ("PolicyName", text("Inputs")),
                ]),
            ])),
        ])),
    ]),
    );
    resources.insert(
        format!("Service{number}Model"),
        object([
            ("Type", text("AWS::SageMaker::Model")),
            ("DeletionPolicy", text("Delete")),
            ("UpdateReplacePolicy", text("Retain")),
            (
                "Properties",
                object([
                    (
                        "ExecutionRoleArn",
                        object([(
                            "Fn::GetAtt",
                            Value::Array(vec![
                                text(format!("Service{number}ExecutionRole")),
                                text("Arn"),
                            ]),
                        )]),
                    ),
                    (
                        "PrimaryContainer",
                        object([
                            (
                                "Environment",
                                object([
                                    ("SERVICE", text(format!("{number}"))),
                                    ("WORKERS", text("4")),
                                ]),
                            ),
                            (
                                "Image",
                                text("111111111111.dkr.ecr.eu-west-1.amazonaws.com/services:1.4"),
                            ),
                            (
                                "ModelDataUrl",
                                text(format!("s3://models/service-{number}/model.tar.gz")),
                            ),
                        ]),
                    ),
                ]),
            ),
        ]),
    );
    resources.insert(
        format!("Service{number}EndpointConfig"),
        object([
            ("Type", text("AWS::SageMaker::EndpointConfig")),
            ("DeletionPolicy", text("Delete")),
            ("UpdateReplacePolicy", text("Retain")),
            (
                "Properties",
                object([(
                    "ProductionVariants",
                    Value::Array(vec![object([
                        ("InitialInstanceCount", Value::from(count)),
                        ("InstanceType", text(instance_type)),
                        (
                            "ModelName",
                            object([(
                                "Fn::GetAtt",
                                Value::Array(vec![
                                    text(format!("Service{number}Model")),
                                    text("ModelName"),
                                ]),
                            )]),
                        ),
                        ("VariantName", text("AllTraffic")),
                    ])]),
                )]),
            ),
        ]),
    );
    resources.insert(
        format!("Service{number}Endpoint"),
        object([
            ("Type", text("AWS::SageMaker::Endpoint")),
            (
                "Properties",
                object([
                    (
                        "DeploymentConfig",
                        object([
                            (
                                "AutoRollbackConfiguration",
                                object([(
                                    "Alarms",
                                    Value::Array(vec![
                                        object([(
                                            "AlarmName",
                                            text(format!("service-{number}-{stage}-errors")),
                                        )]),
                                        object([(
                                            "AlarmName",
                                            text(format!("service-{number}-{stage}-latency")),
                                        )]),
                                    ]),
                                )]),
                            ),
                            (
                                "BlueGreenUpdatePolicy",
                                object([
                                    ("MaximumExecutionTimeoutInSeconds", Value::from(7200)),
                                    ("TerminationWaitInSeconds", Value::from(300)),
                                    (
                                        "TrafficRoutingConfiguration",
                                        object([
                                            (
                                                "CanarySize",
                                                object([
                                                    ("Type", text("CAPACITY_PERCENT")),
                                                    ("Value", Value::from(25)),
                                                ]),
                                            ),
                                            ("Type", text("CANARY")),
                                            ("WaitIntervalInSeconds", Value::from(600)),
                                        ]),
                                    ),
                                ]),
                            ),
                        ]),
                    ),
                    (
                        "EndpointConfigName",
                        object([(
                            "Fn::GetAtt",
                            Value::Array(vec![
                                text(format!("Service{number}EndpointConfig")),
                                text("EndpointConfigName"),
                            ]),
                        )]),
                    ),
                    ("EndpointName", text(format!("service-{number}-{stage}"))),
                    ("RetainAllVariantProperties", Value::Bool(true)),
                ]),
            ),
        ]),
    );
    resources.insert(
        format!("Service{number}ErrorsAlarm"),
        object([
            ("Type", text("AWS::CloudWatch::Alarm")),
            (
                "Properties",
                object([
                    (
                        "AlarmName",
                        text(format!("service-{number}-{stage}-errors")),
                    ),
                    ("ComparisonOperator", text("GreaterThanThreshold")),
                    (
                        "Dimensions",
                        Value::Array(vec![
                            object([
                                ("Name", text("EndpointName")),
                                (
                                    "Value",
                                    object([(
                                        "Fn::GetAtt",
                                        Value::Array(vec![
                                            text(format!("Service{number}Endpoint")),
                                            text("EndpointName"),
                                        ]),
                                    )]),
                                ),
                            ]),
                            object([("Name", text("VariantName")), ("Value", text("AllTraffic"))]),
                        ]),
                    ),
                    ("EvaluationPeriods", Value::from(2)),
                    ("MetricName", text("Invocation5XXErrors")),
                    ("Namespace", text("AWS/SageMaker")),
                    ("Period", Value::from(60)),
                    ("Statistic", text("Average")),
                    ("Threshold", Value::from(0.01)),
                    ("TreatMissingData", text("notBreaching")),
                ]),
            ),
        ]),
    );
    resources.insert(
        format!("Service{number}LatencyAlarm"),
        object([
            ("Type", text("AWS::CloudWatch::Alarm")),
            (
                "Properties",
                object([
                    (
                        "AlarmName",
                        text(format!("service-{number}-{stage}-latency")),
                    ),
                    ("ComparisonOperator", text("GreaterThanThreshold")),
                    (
                        "Dimensions",
                        Value::Array(vec![
                            object([
                                ("Name", text("EndpointName")),
                                (
                                    "Value",
                                    object([(
                                        "Fn::GetAtt",
                                        Value::Array(vec![
                                            text(format!("Service{number}Endpoint")),
                                            text("EndpointName"),
                                        ]),
                                    )]),
                                ),
                            ]),
                            object([("Name", text("VariantName")), ("Value", text("AllTraffic"))]),
                        ]),
                    ),
                    ("EvaluationPeriods", Value::from(2)),
                    ("ExtendedStatistic", text("p90")),
                    ("MetricName", text("ModelLatency")),
                    ("Namespace", text("AWS/SageMaker")),
                    ("Period", Value::from(60)),
                    ("Threshold", Value::from(250000)),
                    ("TreatMissingData", text("notBreaching")),
                ]),
            ),
        ]),
    );
    resources.insert(
        format!("Service{number}ScalingTarget"),
        object([
        ("Type", text("AWS::ApplicationAutoScaling::ScalableTarget")),
        ("Properties", object([
            ("MaxCapacity", Value::from(20)),
            ("MinCapacity", Value::from(2)),
            ("ResourceId", object([
                ("Fn::Sub", text(format!("endpoint/${{Service{number}Endpoint.EndpointName}}/variant/AllTraffic"))),
            ])),
            ("ScalableDimension", text("sagemaker:variant:DesiredInstanceCount")),
            ("ServiceNamespace", text("sagemaker")),
        ])),
    ]),
    );
    resources.insert(
        format!("Service{number}ScalingPolicy"),
        object([
            ("Type", text("AWS::ApplicationAutoScaling::ScalingPolicy")),
            (
                "Properties",
                object([
                    ("PolicyName", text("ScalingPolicy")),
                    ("PolicyType", text("TargetTrackingScaling")),
                    (
                        "ScalingTargetId",
                        object([("Ref", text(format!("Service{number}ScalingTarget")))]),
                    ),
                    (
                        "TargetTrackingScalingPolicyConfiguration",
                        object([
                            (
                                "PredefinedMetricSpecification",
                                object([(
                                    "PredefinedMetricType",
                                    text("SageMakerVariantInvocationsPerInstance"),
                                )]),
                            ),
                            ("TargetValue", Value::from(70)),
                        ]),
                    ),
                ]),
            ),
        ]),
    );
    outputs.insert(
        format!("Service{number}EndpointName"),
        object([(
            "Value",
            object([(
                "Fn::GetAtt",
                Value::Array(vec![
                    text(format!("Service{number}Endpoint")),
                    text("EndpointName"),
                ]),
            )]),
        )]),
    );
    outputs.insert(
        format!("Service{number}EndpointArn"),
        object([(
            "Value",
            object([("Ref", text(format!("Service{number}Endpoint")))]),
        )]),
    );
}
