use super::super::testing::broken;
use super::RULES;

fn machine(definition: &str) -> Vec<&'static str> {
    let template = "
Parameters: {Count: {Type: Number}}
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111111111111:role/machine
      DEFINITION
";
    broken(RULES, &template.replace("DEFINITION", definition))
}

const REST: &str = r#""ModelName": "churn",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}},
    "TransformOutput": {"S3OutputPath": "s3://b/out"}"#;

#[test]
fn tasks_are_found_wherever_they_are() {
    let task = r#"{"Type": "Task", "Resource": "arn:aws:states:::sagemaker:createTransformJob.waitForTaskToken", "End": true}"#;
    let within = |state: &str| {
        machine(&format!(
            "DefinitionString: '{{\"StartAt\": \"A\", \"States\": {{\"A\": {state}}}}}'"
        ))
    };
    let states = format!(r#"{{"StartAt": "B", "States": {{"B": {task}}}}}"#);
    assert_eq!(within(task), ["tj-sfn-arn"]);
    for state in [
        format!(r#"{{"Type": "Parallel", "Branches": [{states}], "End": true}}"#),
        format!(r#"{{"Type": "Map", "ItemProcessor": {states}, "End": true}}"#),
        format!(r#"{{"Type": "Map", "Iterator": {states}, "End": true}}"#),
    ] {
        assert_eq!(within(&state), ["tj-sfn-arn"], "{state}");
    }
}

#[test]
fn what_is_substituted_is_not_known() {
    let with = |name: &str, count: &str| {
        machine(&format!(
            r#"DefinitionString: !Sub |
        {{"StartAt": "A", "States": {{"A": {{"Type": "Task", "End": true,
          "Resource": "arn:${{AWS::Partition}}:states:::sagemaker:createTransformJob.sync",
          "Parameters": {{{name}, {},
            "TransformResources": {{"InstanceType": "ml.m5.xlarge", "InstanceCount": {count}}}
        }}}}}}}}"#,
            REST.replace('\n', " ")
        ))
    };
    let own = r#""TransformJobName.$": "$$.Execution.Name""#;
    assert_eq!(with(own, "1"), [""; 0]);
    assert_eq!(with(own, "101"), ["tj-bounds"]);
    // A number that is not known: then no more of it is.
    assert_eq!(with(r#""TransformJobName": "x""#, "${Count}"), [""; 0]);
    assert_eq!(with(r#""TransformJobName": "x""#, "1"), ["tj-unique-name"]);
    assert_eq!(
        with(r#""TransformJobName": "${AWS::StackName}-x""#, "1"),
        [""; 0]
    );
    assert_eq!(with(r#""TransformJobName": "${!Name}""#, "1"), [""; 0]);
    assert_eq!(with(r#""Tags": []"#, "1"), ["tj-input-keys"]);
}

#[test]
fn schedules_of_other_services_are_none_of_it() {
    let schedule = |expression: &str, target: &str| {
        broken(
            RULES,
            &format!(
                "
Resources:
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: {{Mode: 'OFF'}}
      ScheduleExpression: {expression}
      Target: {{RoleArn: 'arn:aws:iam::111111111111:role/nightly', {target}}}
"
            ),
        )
    };
    let queue = "Arn: 'arn:aws:sqs:eu-west-1:111111111111:q', Input: hello";
    assert_eq!(schedule("rate(1 day)", queue), [""; 0]);
    for good in [
        "rate(5 minutes)",
        "cron(0 3 ? * MON-FRI *)",
        "at(2030-01-31T03:00:00)",
    ] {
        assert_eq!(schedule(good, queue), [""; 0], "{good}");
    }
    for bad in [
        "rate(0 days)",
        "rate(1 week)",
        "cron(0 3 * * * *)",
        "every night",
    ] {
        assert_eq!(schedule(bad, queue), ["tj-rate"], "{bad}");
    }
    let call = |arn: &str| format!("Arn: 'arn:aws:scheduler:::aws-sdk:{arn}', Input: '{{}}'");
    let of = |arn: &str| schedule("rate(1 day)", &call(arn));
    assert_eq!(of("sagemaker:updateEndpointWeightsAndCapacities"), [""; 0]);
    assert_eq!(of("s3:listBuckets"), [""; 0]);
    for bad in ["sagemaker:listEndpoints", "SageMaker:createTransformJob"] {
        assert_eq!(of(bad), ["tj-arn-sched"], "{bad}");
    }
}
