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

/// A rule with these properties.
fn rule(properties: &str) -> String {
    format!(
        "Parameters:\n  Group: {{Type: String}}\nResources:\n  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n{}",
        indented(properties, 6)
    )
}

/// A rule with this pattern, in JSON, and one with the text of it.
fn both(pattern: &str) -> [String; 2] {
    [
        rule(&format!("EventPattern: {pattern}")),
        rule(&format!("EventPattern: '{pattern}'")),
    ]
}

#[test]
fn a_slip_is_found_in_both_forms() {
    let cases: [(&str, &[&str]); 12] = [
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": ["SageMaker Endpoint status change"]}"#,
            &["ev-source"],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": ["SageMaker Pipeline Execution State Change"]}"#,
            &["ev-source"],
        ),
        (
            r#"{"detail-type": ["SageMaker Endpiont State Change"]}"#,
            &["ev-source"],
        ),
        (
            r#"{"source": ["sagemaker.amazonaws.com"], "detail-type": ["SageMaker Endpoint State Change"]}"#,
            &["ev-source"],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": ["AWS API Call via CloudTrail"]}"#,
            &[],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": ["SageMaker Inference Component State Change"]}"#,
            &[],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": ["SageMaker HyperPod Cluster Event"]}"#,
            &[],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": [{"prefix": "SageMaker Endpoint"}]}"#,
            &[],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail": {"EndpointStatus": ["UpdateRollbackFailed"]}}"#,
            &["ev-status-case"],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail": {"EndpointStatus": ["InService", "IN_SERVICE"]}}"#,
            &[],
        ),
        (
            r#"{"source": ["aws.sagemaker"], "detail-type": ["SageMaker Transform Job State Change"], "detail": {"TransformJobStatus": ["FAILED"]}}"#,
            &["ev-status-case"],
        ),
        (
            r#"{"source": ["my.app"], "detail": {"EndpointStatus": ["InService"]}}"#,
            &[],
        ),
    ];
    for (pattern, rules) in cases {
        for yaml in both(pattern) {
            assert_eq!(broken(&yaml), rules, "{yaml}");
        }
    }
}

#[test]
fn who_waits_for_approvals_says_which() {
    const PACKAGE: &str =
        r#""source": ["aws.sagemaker"], "detail-type": ["SageMaker Model Package State Change"]"#;
    let cases: [(&str, &[&str]); 7] = [
        ("", &[]),
        (
            r#", "detail": {"ModelApprovalStatus": ["Approved"]}"#,
            &["ev-approval-pattern"],
        ),
        (
            r#", "detail": {"ModelPackageGroupName": ["churn"]}"#,
            &["ev-approval-pattern"],
        ),
        (
            r#", "detail": {"ModelPackageGroupName": ["churn"], "ModelPackageStatus": ["Failed"]}"#,
            &[],
        ),
        (r#", "detail": {"ModelApprovalStatus": ["Rejected"]}"#, &[]),
        (
            r#", "resources": [{"prefix": "arn:"}], "detail": {"ModelApprovalStatus": ["Approved"]}"#,
            &[],
        ),
        (
            r#", "detail": {"$or": [{"ModelPackageGroupName": ["churn"]}], "ModelApprovalStatus": ["Approved"]}"#,
            &[],
        ),
    ];
    for (detail, rules) in cases {
        for yaml in both(&format!("{{{PACKAGE}{detail}}}")) {
            assert_eq!(broken(&yaml), rules, "{yaml}");
        }
    }
}

#[test]
fn what_is_not_known_is_left_alone() {
    for properties in [
        "EventPattern: !Ref Group",
        "EventPattern: '{'",
        "ScheduleExpression: rate(1 day)",
        "EventPattern: {source: !Ref Group, detail-type: !Ref Group, detail: !Ref Group}",
        "EventPattern:\n  source: [aws.sagemaker]\n  detail-type: [SageMaker Model Package State Change]\n  \
         detail: {ModelPackageGroupName: [!Ref Group], ModelApprovalStatus: [Approved]}",
        // On a bus of one's own, events may say what they like.
        "EventBusName: mine\nEventPattern: {source: [sagemaker], detail-type: [SageMaker Endpoint State Change]}",
    ] {
        assert!(broken(&rule(properties)).is_empty(), "{properties}");
    }
}
