//! What the pages do not show: other ways to write it, and what is left alone.

use super::super::testing;

/// The rules of this family that a template breaks.
fn broken(yaml: &str) -> Vec<&'static str> {
    testing::broken(super::RULES, yaml)
}

/// Lines below a key that is so deep.
fn indented(lines: &str, depth: usize) -> String {
    let line = |line: &str| format!("{:depth$}{line}\n", "");
    lines.lines().map(line).collect()
}

const HOSTING: &str = "\
Config:
  Type: AWS::SageMaker::EndpointConfig
  Properties:
    ProductionVariants: [{VariantName: primary, ServerlessConfig: {MemorySizeInMB: 2048, MaxConcurrency: 5}}]
Queue:
  Type: AWS::SageMaker::EndpointConfig
  Properties:
    AsyncInferenceConfig: {OutputConfig: {}}
    ProductionVariants: [{VariantName: primary}]
Endpoint:
  Type: AWS::SageMaker::Endpoint
  Properties: {EndpointName: churn, EndpointConfigName: !GetAtt Config.EndpointConfigName}
Async:
  Type: AWS::SageMaker::Endpoint
  Properties: {EndpointName: scores, EndpointConfigName: !GetAtt Queue.EndpointConfigName}
";

/// A template with endpoints and this resource.
fn with(resource: &str) -> String {
    format!(
        "Resources:\n{}{}",
        indented(HOSTING, 2),
        indented(resource, 2)
    )
}

/// An alarm on a metric with dimensions.
fn alarm(namespace: &str, metric: &str, dimensions: &str) -> String {
    with(&format!(
        "Alarm:\n  Type: AWS::CloudWatch::Alarm\n  Properties:\n    Namespace: {namespace}\n    \
         MetricName: {metric}\n    Dimensions: {dimensions}\n    Statistic: Sum"
    ))
}

/// The dimensions of a variant of an endpoint.
fn of(endpoint: &str, variant: &str) -> String {
    format!("[{{Name: EndpointName, Value: {endpoint}}}, {{Name: VariantName, Value: {variant}}}]")
}

#[test]
fn a_metric_is_where_it_is_published() {
    let variant = of("other", "primary");
    let component = "[{Name: InferenceComponentName, Value: llama}]";
    let cases: [(&str, &str, &str, &[&str]); 12] = [
        (
            "AWS/SageMaker",
            "CPUUtilization",
            &variant,
            &["cw-namespace"],
        ),
        ("AWS/Sagemaker", "Invocations", &variant, &["cw-namespace"]),
        (
            "aws/sagemaker/Endpoints",
            "CPUUtilization",
            &variant,
            &["cw-namespace"],
        ),
        (
            "/aws/sagemaker/Endpoints",
            "ModelLatency",
            &variant,
            &["cw-namespace"],
        ),
        (
            "AWS/SageMaker",
            "GPUUtilizationNormalized",
            component,
            &["cw-namespace"],
        ),
        (
            "/aws/sagemaker/TrainingJobs",
            "CPUUtilization",
            &variant,
            &[],
        ),
        (
            "/aws/sagemaker/InferenceComponents",
            "CPUUtilization",
            component,
            &[],
        ),
        ("AWS/SageMaker", "InvocationErrors5XX", &variant, &[]),
        ("AWS/SageMaker", "invocations", &variant, &["cw-unknown"]),
        ("AWS/SageMaker", "Invocations", component, &[]),
        ("Mine", "Invocations5XXErrors", "[]", &[]),
        (
            "/aws/sagemaker/Endpoints",
            "CPUUtilization",
            component,
            &["cw-dims"],
        ),
    ];
    for (namespace, metric, dimensions, rules) in cases {
        let yaml = alarm(namespace, metric, dimensions);
        assert_eq!(broken(&yaml), rules, "{namespace} {metric} {dimensions}");
    }
}

#[test]
fn a_kind_of_endpoint_has_its_metrics() {
    let backlog = "[{Name: EndpointName, Value: churn}]";
    let queue = "[{Name: EndpointName, Value: !GetAtt Async.EndpointName}]";
    let cases: [(&str, &str, &str, &[&str]); 6] = [
        (
            "AWS/SageMaker",
            "Invocations",
            &of("scores", "primary"),
            &["cw-unknown"],
        ),
        (
            "AWS/SageMaker",
            "InvocationFailures",
            &of("scores", "primary"),
            &[],
        ),
        (
            "AWS/SageMaker",
            "HasBacklogWithoutCapacity",
            backlog,
            &["cw-unknown"],
        ),
        ("AWS/SageMaker", "HasBacklogWithoutCapacity", queue, &[]),
        (
            "/aws/sagemaker/Endpoints",
            "CPUUtilization",
            &of("churn", "primary"),
            &["cw-unknown"],
        ),
        (
            "/aws/sagemaker/Endpoints",
            "MemoryUtilization",
            &of("churn", "primary"),
            &[],
        ),
    ];
    for (namespace, metric, dimensions, rules) in cases {
        assert_eq!(
            broken(&alarm(namespace, metric, dimensions)),
            rules,
            "{metric} {dimensions}"
        );
    }
}

#[test]
fn dimensions_are_names_of_what_there_is() {
    let cases: [(&str, &[&str]); 8] = [
        (&of("!Ref Endpoint", "primary"), &["cw-dims"]),
        (&of("!GetAtt Endpoint.EndpointName", "second"), &["cw-dims"]),
        (&of("!GetAtt Endpoint.EndpointName", "primary"), &[]),
        (&of("!ImportValue Endpoint", "primary"), &[]),
        ("[{Name: EndpointName, Value: churn}]", &["cw-dims"]),
        ("[{Name: !ImportValue Name, Value: churn}]", &[]),
        ("!Ref AWS::NoValue", &["cw-dims"]),
        (
            "[{Name: EndpointName, Value: e}, {Name: VariantName, Value: v}, {Name: ContainerName, Value: c}]",
            &[],
        ),
    ];
    for (dimensions, rules) in cases {
        assert_eq!(
            broken(&alarm("AWS/SageMaker", "Invocations", dimensions)),
            rules,
            "{dimensions}"
        );
    }
    let backlog = alarm(
        "AWS/SageMaker",
        "ApproximateBacklogSize",
        &of("scores", "primary"),
    );
    assert_eq!(broken(&backlog), ["cw-dims"]);
}

/// An alarm with metric math: a metric, its statistic, and how the alarm compares.
fn math(metric: &str, statistic: &str, returned: bool, threshold: &str) -> String {
    let dimensions = of("other", "primary");
    with(&format!(
        "Alarm:\n  Type: AWS::CloudWatch::Alarm\n  Properties:\n    {threshold}\n    Metrics:\n      \
         - Id: m\n        ReturnData: {returned}\n        MetricStat:\n          Stat: {statistic}\n          Period: 60\n          \
         Metric: {{Namespace: AWS/SageMaker, MetricName: {metric}, Dimensions: {dimensions}}}\n      \
         - {{Id: e, Expression: m / 1000, ReturnData: {}}}",
        !returned
    ))
}

#[test]
fn thresholds_are_those_of_what_is_compared() {
    const ABOVE: &str = "ComparisonOperator: GreaterThanThreshold\n    Threshold:";
    let cases: [(&str, &str, bool, &str, &[&str]); 10] = [
        ("ModelLatency", "p99", true, "500", &["cw-latency-us"]),
        ("ModelLatency", "p99", true, "0", &[]),
        ("ModelLatency", "p99", true, "20000", &[]),
        ("ModelLatency", "SampleCount", true, "500", &[]),
        ("ModelLatency", "p99", false, "500", &[]),
        ("Invocation5XXErrors", "Average", true, "5", &["cw-stat"]),
        ("Invocation5XXErrors", "Average", true, "0.05", &[]),
        ("Invocation5XXErrors", "Sum", true, "5", &[]),
        ("Invocation5XXErrors", "Average", false, "5", &[]),
        ("Invocations", "Average", false, "5", &["cw-stat"]),
    ];
    for (metric, statistic, returned, number, rules) in cases {
        let yaml = math(metric, statistic, returned, &format!("{ABOVE} {number}"));
        assert_eq!(
            broken(&yaml),
            rules,
            "{metric} {statistic} {returned} {number}"
        );
    }
    let below = "ComparisonOperator: LessThanThreshold\n    Threshold: 500";
    assert!(broken(&math("ModelLatency", "p99", true, below)).is_empty());
    let at_most = "ComparisonOperator: GreaterThanOrEqualToThreshold\n    Threshold: 1";
    assert!(broken(&math("Invocation5XXErrors", "Average", true, at_most)).is_empty());
}

#[test]
fn a_log_group_is_made_first_and_ends() {
    let group = |name: &str, days: &str| {
        format!(
            "Logs:\n  Type: AWS::Logs::LogGroup\n  Properties:\n    LogGroupName: {name}\n{days}"
        )
    };
    let days = "    RetentionInDays: 30";
    let cases: [(&str, &str, &[&str]); 6] = [
        (
            "!Sub '/aws/sagemaker/Endpoints/${Endpoint.EndpointName}'",
            days,
            &["log-group"],
        ),
        ("/aws/sagemaker/Endpoints/churn", days, &["log-group"]),
        ("/aws/sagemaker/Endpoints/other", days, &[]),
        ("/aws/sagemaker/TransformJobs", "", &["log-retention"]),
        ("/aws/lambda/churn", "", &[]),
        ("!ImportValue Name", "", &[]),
    ];
    for (name, days, rules) in cases {
        assert_eq!(broken(&with(&group(name, days))), rules, "{name}");
    }
    let after = with(&group("/aws/sagemaker/Endpoints/churn", days))
        .replace("  Config:\n", "  Config:\n    DependsOn: [Logs]\n");
    assert!(broken(&after).is_empty());
}
