//! The connection to AWS against a server that answers as AWS does.

mod environment;
mod server;
mod signed;

use std::collections::BTreeMap;
use std::time::Duration;

use sageform::deploy::aws::{Access, Aws, Keys, Limiter, Settings};
use sageform::deploy::change_set::{
    ChangeSetType, NewChangeSet, OnStackFailure, ParameterValue, RollbackConfiguration,
    TemplateSource,
};
use sageform::deploy::error::ErrorKind;
use sageform::deploy::stack::DeleteStack;
use tokio::time::Instant;

use server::{Reply, Server, answer, error, result};

fn settings(server: &Server) -> Settings {
    Settings {
        read_timeout: Duration::from_millis(500),
        attempts: 3,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(5),
        endpoint_url: Some(server.url.clone()),
        keys: Some(Keys {
            access_key_id: "AKID".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: Some("session".to_owned()),
        }),
        ..Settings::default()
    }
}

fn ireland() -> Access {
    Access {
        profile: None,
        region: Some("eu-west-1".to_owned()),
    }
}

async fn connect(server: &Server) -> Aws {
    let limiter = Limiter::per_second(1000.0);
    Aws::connect_with(&ireland(), &limiter, &settings(server))
        .await
        .unwrap()
}

/// A server that fails if it is asked anything but who asks.
fn nothing() -> Server {
    Server::start(|request, _| panic!("{request:?}"))
}

#[tokio::test]
async fn the_first_call_says_who_and_where() {
    let server = nothing();
    let aws = connect(&server).await;
    assert_eq!(aws.identity().account, "123456789012");
    assert_eq!(aws.identity().partition, "aws");
    assert!(aws.identity().arn.ends_with(":assumed-role/Deploy/ci"));
    assert_eq!(aws.region(), "eu-west-1");
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_none() {
    let server =
        Server::start(|_, _| error(400, "ValidationError", "Stack with id a does not exist"));
    let aws = connect(&server).await;
    assert_eq!(aws.stack("a").await.unwrap(), None);
    let delete = DeleteStack::default();
    aws.delete_stack(&delete).await.unwrap();
    aws.delete_change_set("arn").await.unwrap();
    let refused = aws.stack_resources("a").await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotFound);
    assert_eq!(
        refused.to_string(),
        "cloudformation:ListStackResources: Stack with id a does not exist (ValidationError)"
    );
}

#[tokio::test]
async fn a_stack_is_described_with_times_as_they_were_sent() {
    let server = Server::start(|_, _| {
        result(
            "DescribeStacks",
            "<Stacks><member><StackId>arn:s</StackId><StackName>s</StackName>\
             <StackStatus>SOMETHING_NEW</StackStatus>\
             <CreationTime>2026-11-21T03:04:05.678Z</CreationTime>\
             <EnableTerminationProtection>true</EnableTerminationProtection>\
             <Tags><member><Key>stage</Key><Value>prod</Value></member></Tags>\
             <Outputs><member><OutputKey>Endpoint</OutputKey><OutputValue>e</OutputValue></member></Outputs>\
             </member></Stacks>",
        )
    });
    let stack = connect(&server).await.stack("s").await.unwrap().unwrap();
    assert_eq!(stack.status.as_str(), "SOMETHING_NEW");
    assert_eq!(
        stack.creation_time.as_deref(),
        Some("2026-11-21T03:04:05.678Z")
    );
    assert_eq!(stack.last_updated_time, None);
    assert!(stack.termination_protection);
    assert_eq!(stack.tags["stage"], "prod");
    assert_eq!(stack.outputs[0].key, "Endpoint");
}

fn change_set_page(changes: &str, next: Option<&str>) -> Reply {
    let next = next.map_or(String::new(), |next| {
        format!("<NextToken>{next}</NextToken>")
    });
    result(
        "DescribeChangeSet",
        &format!(
            "<ChangeSetId>arn:c</ChangeSetId><ChangeSetName>c</ChangeSetName>\
             <StackId>arn:s</StackId><Status>CREATE_COMPLETE</Status>\
             <ExecutionStatus>AVAILABLE</ExecutionStatus><Changes>{changes}</Changes>{next}"
        ),
    )
}

fn change(action: &str, id: &str) -> String {
    format!(
        "<member><Type>Resource</Type><ResourceChange><Action>{action}</Action>\
         <LogicalResourceId>{id}</LogicalResourceId><ResourceType>AWS::SageMaker::Model</ResourceType>\
         <Scope><member>Properties</member><member>Novelties</member></Scope>\
         <Details><member><Target><Attribute>Properties</Attribute><Name>Image</Name></Target>\
         <ChangeSource>Telepathy</ChangeSource></member></Details></ResourceChange></member>"
    )
}

#[tokio::test]
async fn a_change_set_is_read_through_all_pages_and_keeps_what_is_new() {
    let server = Server::start(|request, _| match request.form().get("NextToken") {
        None => change_set_page(&change("Add", "First"), Some("2")),
        Some(token) if token == "2" => {
            let odd = "<member><Type>Weather</Type></member><member/>";
            change_set_page(&format!("{odd}{}", change("Teleport", "Second")), Some("3"))
        }
        Some(_) => change_set_page(&change("Remove", "Third"), None),
    });
    let aws = connect(&server).await;
    let set = aws.change_set("arn:c", true).await.unwrap().unwrap();
    let changes: Vec<_> = set
        .changes
        .iter()
        .map(|change| (&*change.action, &*change.logical_id))
        .collect();
    assert_eq!(
        changes,
        [
            ("Add", "First"),
            ("Teleport", "Second"),
            ("Remove", "Third")
        ]
    );
    assert_eq!(set.changes[1].scope, ["Properties", "Novelties"]);
    let detail = &set.changes[1].details[0];
    assert_eq!(detail.change_source.as_deref(), Some("Telepathy"));
    assert_eq!(set.execution_status, "AVAILABLE");
    for request in server.requests("DescribeChangeSet") {
        assert_eq!(request.form()["IncludePropertyValues"], "true");
    }
}

#[tokio::test]
async fn a_page_token_that_repeats_is_an_error_and_no_loop() {
    let server = Server::start(|_, _| change_set_page("", Some("again")));
    let aws = connect(&server).await;
    let error = aws.change_set("arn:c", false).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unexpected);
    assert_eq!(server.requests("DescribeChangeSet").len(), 2);
}

#[tokio::test]
async fn a_change_set_that_is_gone_is_none() {
    let server = Server::start(|_, _| error(404, "ChangeSetNotFound", "ChangeSet [c] is gone"));
    let aws = connect(&server).await;
    assert_eq!(aws.change_set("c", false).await.unwrap(), None);
    assert_eq!(aws.change_set_named("s", "c").await.unwrap(), None);
    let named = &server.requests("DescribeChangeSet")[1].form();
    assert_eq!((&*named["StackName"], &*named["ChangeSetName"]), ("s", "c"));
}

#[tokio::test]
async fn events_are_read_until_there_are_enough() {
    let server = Server::start(|request, _| {
        let first = request
            .form()
            .get("NextToken")
            .map_or(0, |token| token.parse::<u32>().unwrap());
        let events = [first, first + 1];
        let events = events.map(|id| format!("<member><EventId>{id}</EventId></member>"));
        let events = events.concat();
        let next = first + 2;
        result(
            "DescribeStackEvents",
            &format!("<StackEvents>{events}</StackEvents><NextToken>{next}</NextToken>"),
        )
    });
    let aws = connect(&server).await;
    let events = aws.stack_events("s", &|event| event.id == "3").await;
    let ids: Vec<_> = events.unwrap().into_iter().map(|event| event.id).collect();
    assert_eq!(ids, ["0", "1", "2"]);
    assert_eq!(server.requests("DescribeStackEvents").len(), 2);
}

#[tokio::test]
async fn hooks_come_with_advice_where_it_may_be_read() {
    let server = Server::start(|request, _| match &*request.operation() {
        "ListHookResults" => result(
            "ListHookResults",
            "<HookResults><member><HookResultId>1</HookResultId><TypeName>A::B::C</TypeName>\
             <Status>HOOK_COMPLETE_FAILED</Status><FailureMode>FAIL</FailureMode></member>\
             <member><HookResultId>2</HookResultId><TypeName>A::B::D</TypeName></member></HookResults>",
        ),
        _ if request.form()["HookResultId"] == "2" => error(403, "AccessDenied", "no"),
        _ => result(
            "GetHookResult",
            "<HookResultId>1</HookResultId><TypeName>A::B::C</TypeName>\
             <Status>HOOK_COMPLETE_FAILED</Status><Annotations><member>\
             <AnnotationName>encrypted</AnnotationName><Status>FAILED</Status>\
             <RemediationMessage>set KmsKeyId</RemediationMessage></member></Annotations>",
        ),
    });
    let aws = connect(&server).await;
    let hooks = aws.change_set_hooks("arn:c").await.unwrap();
    let advice = hooks[0].annotations[0].remediation.as_deref();
    assert_eq!(advice, Some("set KmsKeyId"));
    assert_eq!(hooks[1].type_name, "A::B::D");
    let list = &server.requests("ListHookResults")[0].form();
    assert_eq!(list["TargetType"], "CHANGE_SET");
}

#[tokio::test]
async fn an_export_that_nobody_imports_has_no_imports() {
    let server = Server::start(|_, _| {
        let message = "Export 'a' is not imported by any stack.";
        error(400, "ValidationError", message)
    });
    let aws = connect(&server).await;
    assert_eq!(aws.imports("a").await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_throttled_is_sent_again() {
    let server = Server::start(|_, before| match before {
        0 | 1 => error(400, "Throttling", "Rate exceeded"),
        _ => result("DescribeStacks", "<Stacks/>"),
    });
    let aws = connect(&server).await;
    assert_eq!(aws.stack("a").await.unwrap(), None);
    assert_eq!(server.requests("DescribeStacks").len(), 3);
}

#[tokio::test]
async fn throttling_that_does_not_end_is_told() {
    let server = Server::start(|_, _| error(400, "Throttling", "Rate exceeded"));
    let aws = connect(&server).await;
    let error = aws.stack("a").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert_eq!(server.requests("DescribeStacks").len(), 3);
}

#[tokio::test]
async fn a_page_of_html_is_quoted() {
    let server = Server::start(|_, _| answer(500, "<html><body>Bad <b>Gateway</body>"));
    let aws = connect(&server).await;
    let error = aws.stack("a").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains("Bad <b>Gateway"), "{error}");
    assert!(error.message.contains("500"), "{error}");
    assert_eq!(server.requests("DescribeStacks").len(), 3);

    let server = Server::start(|_, _| answer(200, "<html>log in to the hotel</html>"));
    let error = connect(&server).await.stack("a").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unexpected);
    assert!(error.message.contains("log in to the hotel"), "{error}");
}

#[tokio::test]
async fn expired_credentials_and_used_quotas_are_not_tried_again() {
    for (code, kind) in [
        ("ExpiredToken", ErrorKind::Expired),
        ("InvalidClientTokenId", ErrorKind::Credentials),
        ("AccessDenied", ErrorKind::Denied),
        ("LimitExceededException", ErrorKind::Limit),
        ("AlreadyExistsException", ErrorKind::AlreadyExists),
        ("InsufficientCapabilitiesException", ErrorKind::Invalid),
    ] {
        let server = Server::start(move |_, _| error(400, code, "in AWS's words"));
        let aws = connect(&server).await;
        let error = aws.create_change_set(&new_change_set()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!((&*error.code, &*error.message), (code, "in AWS's words"));
        assert_eq!(server.requests("CreateChangeSet").len(), 1, "{code}");
    }
}

fn new_change_set() -> NewChangeSet {
    let value = ParameterValue::Value("a b&c=ü".to_owned());
    NewChangeSet {
        stack: "s".to_owned(),
        name: "plan-1".to_owned(),
        description: "what for".to_owned(),
        kind: ChangeSetType::Create,
        template: TemplateSource::Body("{}".to_owned()),
        parameters: BTreeMap::from([
            ("Kept".to_owned(), ParameterValue::UsePreviousValue),
            ("Sent".to_owned(), value),
        ]),
        tags: BTreeMap::from([("stage".to_owned(), "prod".to_owned())]),
        capabilities: vec!["CAPABILITY_IAM".to_owned()],
        role_arn: Some("arn:role".to_owned()),
        rollback: Some(RollbackConfiguration {
            alarm_arns: vec!["arn:alarm".to_owned()],
            monitoring_minutes: 10,
        }),
        on_stack_failure: Some(OnStackFailure::Delete),
        token: "token-1".to_owned(),
    }
}

#[tokio::test]
async fn a_change_set_is_asked_for_with_everything() {
    let server =
        Server::start(|_, _| result("CreateChangeSet", "<Id>arn:c</Id><StackId>arn:s</StackId>"));
    let aws = connect(&server).await;
    let created = aws.create_change_set(&new_change_set()).await.unwrap();
    assert_eq!((&*created.id, &*created.stack_id), ("arn:c", "arn:s"));
    let form = server.requests("CreateChangeSet")[0].form();
    let form: Vec<_> = form.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(
        form,
        [
            ("Action", "CreateChangeSet"),
            ("Capabilities.member.1", "CAPABILITY_IAM"),
            ("ChangeSetName", "plan-1"),
            ("ChangeSetType", "CREATE"),
            ("ClientToken", "token-1"),
            ("Description", "what for"),
            ("IncludeNestedStacks", "true"),
            ("OnStackFailure", "DELETE"),
            ("Parameters.member.1.ParameterKey", "Kept"),
            ("Parameters.member.1.UsePreviousValue", "true"),
            ("Parameters.member.2.ParameterKey", "Sent"),
            ("Parameters.member.2.ParameterValue", "a b&c=ü"),
            ("RoleARN", "arn:role"),
            ("RollbackConfiguration.MonitoringTimeInMinutes", "10"),
            (
                "RollbackConfiguration.RollbackTriggers.member.1.Arn",
                "arn:alarm"
            ),
            (
                "RollbackConfiguration.RollbackTriggers.member.1.Type",
                "AWS::CloudWatch::Alarm"
            ),
            ("StackName", "s"),
            ("Tags.member.1.Key", "stage"),
            ("Tags.member.1.Value", "prod"),
            ("TemplateBody", "{}"),
            ("Version", "2010-05-15"),
        ]
    );
}

#[tokio::test]
async fn no_tags_are_sent_as_no_tags() {
    let server =
        Server::start(|_, _| result("CreateChangeSet", "<Id>arn:c</Id><StackId>arn:s</StackId>"));
    let mut new = new_change_set();
    new.tags.clear();
    new.template = TemplateSource::Url("https://b.s3.amazonaws.com/k".to_owned());
    connect(&server)
        .await
        .create_change_set(&new)
        .await
        .unwrap();
    let form = server.requests("CreateChangeSet")[0].form();
    assert_eq!(form["Tags"], "");
    assert_eq!(form["TemplateURL"], "https://b.s3.amazonaws.com/k");
}

#[tokio::test]
async fn a_change_set_is_executed_with_its_token_and_rolled_back_if_it_fails() {
    let server = Server::start(|_, _| result("ExecuteChangeSet", ""));
    let aws = connect(&server).await;
    aws.execute_change_set("arn:c", "token-2").await.unwrap();
    let form = server.requests("ExecuteChangeSet")[0].form();
    assert_eq!(form["ChangeSetName"], "arn:c");
    assert_eq!(form["ClientRequestToken"], "token-2");
    assert_eq!(form["DisableRollback"], "false");
}

#[tokio::test]
async fn a_change_set_that_says_what_becomes_of_failures_is_not_told_again() {
    let server = Server::start(|request, _| {
        if request.form().contains_key("DisableRollback") {
            let message = "DisableRollback cannot be specified with OnStackFailure";
            return error(400, "ValidationError", message);
        }
        result("ExecuteChangeSet", "")
    });
    let aws = connect(&server).await;
    aws.execute_change_set("arn:c", "token-2").await.unwrap();
    let requests = server.requests("ExecuteChangeSet");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].form()["ClientRequestToken"], "token-2");
}

#[tokio::test]
async fn silence_ends() {
    let half = || Reply::Half("<DescribeStacksResponse>".to_owned());
    for script in [(|| Reply::Silence) as fn() -> Reply, half as fn() -> Reply] {
        let server = Server::start(move |_, _| script());
        let aws = connect(&server).await;
        let start = Instant::now();
        for error in [
            aws.stack("a").await.unwrap_err(),
            aws.endpoint("a").await.unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
            assert!(!error.message.is_empty());
        }
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let server = nothing();
    let mut settings = settings(&server);
    settings.endpoint_url = Some("http://127.0.0.1:1".to_owned());
    let error = Aws::connect_with(&ireland(), &Limiter::default(), &settings).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains("onnection refused"), "{error}");
}

#[tokio::test]
async fn requests_keep_to_the_rate_also_when_they_are_sent_again() {
    let server = Server::start(|request, before| match &*request.operation() {
        "DescribeStacks" if before % 2 == 0 => error(400, "Throttling", "Rate exceeded"),
        "DescribeStacks" => result("DescribeStacks", "<Stacks/>"),
        _ => answer(200, "{}"),
    });
    let limiter = Limiter::per_second(10.0);
    let connect = || async {
        let settings = settings(&server);
        let aws = Aws::connect_with(&ireland(), &limiter, &settings).await;
        aws.unwrap()
    };
    let (one, other) = (connect().await, connect().await);
    let start = Instant::now();
    for _ in 0..6 {
        one.stack("a").await.unwrap();
        other.stack("a").await.unwrap();
    }
    // 24 requests, of which 20 go at once: 4 wait for a tenth of a second each.
    assert_eq!(server.requests("DescribeStacks").len(), 24);
    assert!(start.elapsed() >= Duration::from_millis(390));
    // Another API has a bucket of its own.
    let start = Instant::now();
    one.endpoint("e").await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(90));
}

/// What is awaited on several stacks at once has to be able to move.
#[test]
fn calls_can_be_spawned() {
    fn movable<T: Send>(_: impl FnOnce(&'static Aws) -> T) {}
    movable(|aws| aws.stack("a"));
    movable(|aws| aws.stack_events("a", &|_| true));
    movable(|aws| aws.change_set("a", true));
    movable(|aws| aws.change_set_hooks("a"));
    movable(|aws| aws.imports("a"));
    movable(|aws| aws.endpoint("a"));
    movable(|aws| aws.upload_template("a", "b", "c"));
}
