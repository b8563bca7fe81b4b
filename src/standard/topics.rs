//! Topics that the stack makes, and who may publish to them.

use crate::cfn::sns::{Topic, TopicPolicy};
use crate::config::{self, NotifyTopic, Stage};
use crate::hosting::{AsyncOutput, NotifiedOutcome};
use crate::json::Json;
use crate::literal::{KmsKey, RoleArn, TopicArn};
use crate::template::{Handle, Stack};
use crate::value::Value;

/// A topic, encrypted where there is a key.
fn topic(stack: &mut Stack, name: &str, key: Option<&Value<KmsKey>>) -> Handle<Topic> {
    let properties = Topic {
        kms_master_key_id: key.map(|key| key.clone().map(String::from)),
        ..Default::default()
    };
    stack.add(name, properties)
}

/// The topic that hears of alarms; `None` where nobody does.
pub(super) fn of_alarms(
    stack: &mut Stack,
    stage: &Stage,
    endpoint: &config::Endpoint,
) -> Option<Value<TopicArn>> {
    match endpoint.alarms.notify.as_ref()? {
        NotifyTopic::Arn(arn) => Some(arn.clone()),
        NotifyTopic::Create { kms_key_id } => {
            let source = stage.source("Alarms.NotifyTopic");
            let handle = stack.caused_by(Some(source), |stack| {
                topic(stack, "AlarmTopic", kms_key_id.as_ref())
            });
            stack
                .output("AlarmTopicArn", handle.reference())
                .description("The ARN of the topic that hears of alarms");
            Some(handle.reference().cast())
        }
    }
}

/// The topics of asynchronous inference that the stack makes, by their logical ids.
pub(super) type Made = Vec<(&'static str, Handle<Topic>)>;

/// Where results go, and the topics that are made for who hears of them.
pub(super) fn of_results(
    stack: &mut Stack,
    inference: &config::AsyncInference,
) -> (AsyncOutput, Made) {
    let mut made = Vec::new();
    let mut topic = |name: &'static str, topic: &config::Topic| -> Value<TopicArn> {
        match topic {
            config::Topic::Arn(arn) => arn.clone(),
            config::Topic::Create => {
                let handle = self::topic(stack, name, inference.topic_kms_key_id.as_ref());
                let arn = handle.reference().cast();
                made.push((name, handle));
                arn
            }
        }
    };
    let mut output = AsyncOutput::builder().s3_output_path(inference.s3_output_path.clone());
    if let Some(path) = &inference.s3_failure_path {
        output = output.s3_failure_path(path.clone());
    }
    if let Some(success) = &inference.success_topic {
        output = output.success_topic(topic("SuccessTopic", success));
    }
    if let Some(error) = &inference.error_topic {
        output = output.error_topic(topic("ErrorTopic", error));
    }
    if let Some(key) = &inference.kms_key_id {
        output = output.kms_key(key.clone());
    }
    if let Some(most) = &inference.max_concurrent_invocations_per_instance {
        output = output.max_concurrent_invocations_per_instance(most.clone());
    }
    let include = inference
        .include_inference_response_in
        .iter()
        .map(|outcome| match outcome {
            config::Notification::Success => NotifiedOutcome::Success,
            config::Notification::Error => NotifiedOutcome::Error,
        });
    (output.include_response_in(include).build(), made)
}

/// Lets a role that the stack does not make publish to its topics.
pub(super) fn policy(
    stack: &mut Stack,
    topics: &Made,
    role: &Value<RoleArn>,
) -> Handle<TopicPolicy> {
    let arns: Vec<Json> = topics
        .iter()
        .map(|(_, topic)| topic.reference().into_json())
        .collect();
    let statement = Json::from([
        ("Sid", "PublishNotifications".into()),
        ("Effect", "Allow".into()),
        ("Principal", [("AWS", role.clone().into_json())].into()),
        ("Action", "sns:Publish".into()),
        ("Resource", arns.into()),
    ]);
    let document = Json::from([
        ("Version", "2012-10-17".into()),
        ("Statement", vec![statement].into()),
    ]);
    let topics: Value<Vec<Value<String>>> =
        topics.iter().map(|(_, topic)| topic.reference()).collect();
    stack.add("TopicPolicy", TopicPolicy::new(document, topics))
}
