//! Parameters that nobody may read: no stage file declares one, so the library is asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sageform::deploy::aws::{Access, Aws, Keys, Limiter, Settings};
use sageform::deploy::plan::Plan;
use sageform::deploy::planning::{Planned, Wanted, plan};
use sageform::deploy::progress::{Listener, Pace, Subject};

use super::script::Script;
use super::scripted::Scripted;

const TEMPLATE: &str = r#"{"Parameters": {"Password": {"Type": "String", "NoEcho": true}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}"#;

/// A stack that has the parameter, masked as CloudFormation masks it.
const HAVING: &str = r#"
Base: update
DescribeStacks:
  Stacks:
    - Like: Updated
      StackStatus: UPDATE_COMPLETE
      Parameters: [{ParameterKey: Password, ParameterValue: "****"}]
DescribeChangeSet:
  Like: ChangeSet
  Parameters: [{ParameterKey: Password, ParameterValue: "****"}]
"#;

async fn planned(service: &Scripted, parameters: &[(&str, &str)]) -> Planned {
    let settings = Settings {
        endpoint_url: Some(service.url()),
        keys: Some(Keys {
            access_key_id: "AKIASCRIPTED".to_owned(),
            secret_access_key: "not-a-secret".to_owned(),
            session_token: None,
        }),
        ..Settings::default()
    };
    let access = Access {
        profile: None,
        region: Some("eu-west-1".to_owned()),
    };
    let limiter = Limiter::per_second(1000.0);
    let aws = Aws::connect_with(&access, &limiter, &settings)
        .await
        .unwrap();
    let wanted = Wanted {
        subject: Subject {
            stage: "Staging".to_owned(),
            stack: "inference".to_owned(),
        },
        stack_name: "inference-Staging".to_owned(),
        order: 0,
        path: "templates/Staging/inference.template.json".to_owned(),
        text: TEMPLATE.to_owned(),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        tags: BTreeMap::new(),
        role_arn: None,
        termination_protection: false,
        template_bucket: None,
        monitoring_minutes: 0,
        attach: false,
    };
    let pace = Pace {
        poll: Duration::from_millis(1),
        ..Pace::default()
    };
    let nobody: Listener = Arc::new(|_: &Subject, _| {});
    plan(&aws, &wanted, pace, &nobody).await.unwrap()
}

fn sent(service: &Scripted, parameter: &str) -> Option<String> {
    let records = service.records();
    let create = records
        .iter()
        .find(|record| record.call.api == "CreateChangeSet")?;
    create.call.get(parameter).map(str::to_owned)
}

#[tokio::test]
async fn a_secret_that_is_given_is_sent_and_kept_nowhere() {
    let service = Scripted::start(Script::parse(HAVING, Vec::new()));
    let planned = planned(&service, &[("Password", "hunter-2-hunter-2")]).await;
    let value = sent(&service, "Parameters.member.1.ParameterValue");
    assert_eq!(value.as_deref(), Some("hunter-2-hunter-2"));
    let file = Plan::new(vec![planned.stack.clone()], None).text();
    assert!(file.contains(r#""Value": "****""#), "{file}");
    let everything = format!("{planned:?}{file}");
    assert!(!everything.contains("hunter-2"), "{everything}");
}

#[tokio::test]
async fn a_secret_that_the_stack_has_stays_and_its_mask_is_not_sent() {
    let service = Scripted::start(Script::parse(HAVING, Vec::new()));
    let planned = planned(&service, &[]).await;
    let previous = sent(&service, "Parameters.member.1.UsePreviousValue");
    assert_eq!(previous.as_deref(), Some("true"));
    assert_eq!(sent(&service, "Parameters.member.1.ParameterValue"), None);
    assert!(planned.stack.change_set.is_some());
}
