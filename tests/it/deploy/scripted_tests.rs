//! The scripted service does what its scripts say.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::client::{ask, json, query, request, send};
use super::http::Message;
use super::script::Script;
use super::scripted::Scripted;

fn play(script: &str) -> Scripted {
    Scripted::start(Script::parse(script, Vec::new()))
}

fn text(message: Message) -> String {
    String::from_utf8(message.body).unwrap()
}

/// The content of every element of this name.
fn all(xml: &str, name: &str) -> Vec<String> {
    xml.split(&format!("<{name}>"))
        .skip(1)
        .map(|rest| rest.split(&format!("</{name}>")).next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_result_is_xml_with_members() {
    let service = play(
        "DescribeStacks: {Stacks: [{StackName: a&b, DisableRollback: false, Tags: [], Gone: ~}]}",
    );
    assert_eq!(
        ask(&service.url(), "DescribeStacks"),
        r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult>
    <Stacks>
      <member>
        <StackName>a&amp;b</StackName>
        <DisableRollback>false</DisableRollback>
        <Tags/>
      </member>
    </Stacks>
  </DescribeStacksResult>
  <ResponseMetadata>
    <RequestId>00000000-0000-4000-8000-000000000001</RequestId>
  </ResponseMetadata>
</DescribeStacksResponse>
"#
    );
}

#[test]
fn an_error_has_the_shape_and_status_of_its_service() {
    let service = play(
        "
DescribeStacks: {Error: {Code: ValidationError, Message: Stack with id a does not exist}}
GetCallerIdentity: {Error: {Code: ExpiredToken, Message: The security token is expired}}
ListChangeSets: {Error: {Code: InternalFailure, Message: Oops, Status: 503}}
DescribeEndpoint: {Error: {Code: ValidationException, Message: Could not find endpoint}}
GetObject: {Error: {Code: NoSuchKey, Message: The specified key does not exist.}}
HeadObject: {Error: {Code: NotFound, Message: Not Found}}
",
    );
    let url = service.url();
    let answer = send(&url, &query("DescribeStacks StackName=a")).unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(
        text(answer),
        r#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <Error>
    <Type>Sender</Type>
    <Code>ValidationError</Code>
    <Message>Stack with id a does not exist</Message>
  </Error>
  <RequestId>00000000-0000-4000-8000-000000000001</RequestId>
</ErrorResponse>
"#
    );
    let answer = send(&url, &query("GetCallerIdentity")).unwrap();
    assert_eq!(answer.status(), 403);
    assert!(text(answer).contains("https://sts.amazonaws.com/doc/2011-06-15/"));

    let answer = send(&url, &query("ListChangeSets")).unwrap();
    assert_eq!(answer.status(), 503);
    assert!(text(answer).contains("<Type>Receiver</Type>"));

    let answer = send(&url, &json("SageMaker.DescribeEndpoint", "{}")).unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(
        answer.header("content-type"),
        Some("application/x-amz-json-1.1")
    );
    assert_eq!(
        text(answer),
        r#"{"__type":"ValidationException","message":"Could not find endpoint"}"#
    );

    let answer = send(&url, &request("GET", "/bucket/a%2Fb", "s3", Vec::new())).unwrap();
    assert_eq!(answer.status(), 404);
    assert!(text(answer).contains("<Error><Code>NoSuchKey</Code>"));
    let answer = send(&url, &request("HEAD", "/bucket/a", "s3", Vec::new())).unwrap();
    assert_eq!((answer.status(), answer.body.len()), (404, 0));
}

#[test]
fn answers_come_in_order_and_the_last_repeats() {
    let service = play(
        "
DescribeStacks:
  - {Stacks: [{StackStatus: A}], Times: 2}
  - {Stacks: [{StackStatus: B}]}
  - {Stacks: [{StackStatus: C}]}
",
    );
    let status = |_| all(&ask(&service.url(), "DescribeStacks"), "StackStatus").concat();
    let statuses: String = (0..6).map(status).collect();
    assert_eq!(statuses, "AABCCC");
}

#[test]
fn what_was_called_decides_which_answers_hold() {
    let service = play(
        "
DescribeStacks:
  before CreateChangeSet: {Stacks: [{StackStatus: NONE}]}
  after CreateChangeSet: {Stacks: [{StackStatus: REVIEW}]}
  after ExecuteChangeSet(ChangeSetName=*second*): {Stacks: [{StackStatus: DONE}]}
  after 2 DeleteStack: {Stacks: [{StackStatus: GONE}]}
CreateChangeSet: [Error: {Code: Throttling, Message: Rate exceeded}, {}]
ExecuteChangeSet: [{}]
DeleteStack: [{Close: before}, {Close: after}, {}]
",
    );
    let url = service.url();
    let status = || all(&ask(&url, "DescribeStacks"), "StackStatus").concat();
    assert_eq!(status(), "NONE");
    ask(&url, "CreateChangeSet");
    assert_eq!(status(), "NONE", "what was refused did not happen");
    ask(&url, "CreateChangeSet");
    assert_eq!(status(), "REVIEW");
    ask(&url, "ExecuteChangeSet ChangeSetName=a-first-one");
    assert_eq!(status(), "REVIEW");
    ask(&url, "ExecuteChangeSet ChangeSetName=a-second-one");
    assert_eq!(status(), "DONE");
    // Not done, done without an answer, done.
    assert!(send(&url, &query("DeleteStack")).is_err());
    assert!(send(&url, &query("DeleteStack")).is_err());
    assert_eq!(status(), "DONE");
    ask(&url, "DeleteStack");
    assert_eq!(status(), "GONE");
}

#[test]
fn an_answer_may_be_for_some_parameters() {
    let service = play(
        "
DescribeStacks:
  - {Stacks: [{StackName: any}]}
  - {When: {StackName: a-*}, Stacks: [{StackName: a}]}
  - {When: {StackName: ~}, Stacks: [{StackName: all}]}
  - {When: {Region: us-*}, Stacks: [{StackName: elsewhere}]}
",
    );
    let name = |call: &str| all(&ask(&service.url(), call), "StackName").concat();
    assert_eq!(name("DescribeStacks StackName=b"), "any");
    assert_eq!(name("DescribeStacks StackName=a-1"), "a");
    assert_eq!(name("DescribeStacks"), "all");
}

#[test]
fn a_list_is_cut_into_pages() {
    let service = play(
        "
DescribeChangeSet:
  Status: CREATE_COMPLETE
  Changes: [{Type: A}, {Type: B}, {Type: C}]
  Page: {Changes: 2}
",
    );
    let url = service.url();
    let first = ask(&url, "DescribeChangeSet ChangeSetName=a");
    assert_eq!(all(&first, "Type"), ["A", "B"]);
    assert_eq!(all(&first, "NextToken"), ["page-2"]);
    let second = ask(&url, "DescribeChangeSet ChangeSetName=a NextToken=page-2");
    assert_eq!(all(&second, "Type"), ["C"]);
    assert_eq!(all(&second, "Status"), ["CREATE_COMPLETE"]);
    assert!(all(&second, "NextToken").is_empty());

    let stray = ask(&url, "DescribeChangeSet ChangeSetName=b NextToken=page-2");
    assert_eq!(all(&stray, "Code"), ["Unscripted"]);
    assert_eq!(
        service.problems(),
        ["DescribeChangeSet: nobody was given this token"]
    );
}

#[test]
fn an_answer_repeats_what_was_sent() {
    let service = play(
        "
Let:
  Arn: arn:aws:cloudformation:changeSet/${CreateChangeSet.ChangeSetName}
  Stack: {StackName: s, Tags: [{Key: k, Value: \"${Arn}\"}]}
CreateChangeSet: {Id: \"${Arn}/1\"}
DescribeStacks: {Stacks: [{Like: Stack, StackName: t, Count: 2}]}
DescribeChangeSet:
  A: ${CreateChangeSet(StackName=*a).ChangeSetName}
  B: ${CreateChangeSet(StackName=*b).Tags.member.1.Key}
",
    );
    let url = service.url();
    let created = ask(
        &url,
        "CreateChangeSet StackName=s.a ChangeSetName=plan-1 Tags.member.1.Key=x",
    );
    assert_eq!(
        all(&created, "Id"),
        ["arn:aws:cloudformation:changeSet/plan-1/1"]
    );
    let stack = ask(&url, "DescribeStacks");
    assert_eq!(all(&stack, "StackName"), ["t"]);
    assert_eq!(
        all(&stack, "Value"),
        ["arn:aws:cloudformation:changeSet/plan-1"]
    );
    ask(
        &url,
        "CreateChangeSet StackName=s.b ChangeSetName=plan-2 Tags.member.1.Key=y",
    );
    let change_set = ask(&url, "DescribeChangeSet");
    assert_eq!(all(&change_set, "A"), ["plan-1"]);
    assert_eq!(all(&change_set, "B"), ["y"]);
}

#[test]
fn a_template_is_the_one_that_was_submitted() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("old.json"), "{\"old\": \"<1>\"}").unwrap();
    let script = "
CreateChangeSet: {}
PutObject: {ETag: '\"1\"'}
GetTemplate:
  - {When: {ChangeSetName: '*'}, TemplateBody: {Request: CreateChangeSet}}
  - {TemplateBody: {File: old.json}}
";
    let service = Scripted::start(Script::parse(script, vec![folder.path().to_owned()]));
    let url = service.url();
    let template = |call: &str| all(&ask(&url, call), "TemplateBody").concat();
    assert_eq!(
        template("GetTemplate StackName=a"),
        "{&quot;old&quot;: &quot;&lt;1&gt;&quot;}"
    );
    ask(&url, "CreateChangeSet TemplateBody=%7B%22a%22:1%7D+");
    assert_eq!(
        template("GetTemplate ChangeSetName=b"),
        "{&quot;a&quot;:1} "
    );
    let upload = request("PUT", "/bucket/t/1.json", "s3", b"large".to_vec());
    let answer = send(&url, &upload).unwrap();
    assert_eq!(answer.header("etag"), Some("\"1\""));
    ask(
        &url,
        "CreateChangeSet TemplateURL=https://bucket.s3.eu-west-1.amazonaws.com/t/1.json",
    );
    assert_eq!(template("GetTemplate ChangeSetName=b"), "large");
}

#[test]
fn events_add_up_newest_first() {
    let service = play(
        "
Let:
  Resources: {Endpoint: {Type: AWS::SageMaker::Endpoint, Id: e}}
ExecuteChangeSet: {}
DescribeStackEvents:
  before ExecuteChangeSet: {Events: [Stack CREATE_COMPLETE]}
  after ExecuteChangeSet:
    - Events: [Stack UPDATE_IN_PROGRESS User Initiated]
    - Events:
        - Endpoint UPDATE_FAILED it did not stabilize
        - {LogicalResourceId: Endpoint, ResourceStatus: UPDATE_FAILED, HookStatus: HOOK_COMPLETE_FAILED}
      Page: {StackEvents: 3}
",
    );
    let url = service.url();
    let events = "DescribeStackEvents StackName=arn:aws:cloudformation:r:a:stack/s/1";
    assert_eq!(all(&ask(&url, events), "EventId"), ["s-0001"]);
    assert_eq!(all(&ask(&url, events), "EventId"), ["s-0001"], "again");
    ask(&url, "ExecuteChangeSet ClientRequestToken=t-1");
    let second = ask(&url, events);
    assert_eq!(all(&second, "EventId"), ["s-0002", "s-0001"]);
    assert_eq!(all(&second, "ClientRequestToken"), ["t-1"]);
    assert_eq!(all(&second, "ResourceStatusReason"), ["User Initiated"]);
    assert_eq!(
        all(&second, "PhysicalResourceId"),
        ["arn:aws:cloudformation:r:a:stack/s/1"; 2]
    );
    let third = ask(&url, events);
    assert_eq!(all(&third, "EventId"), ["s-0004", "s-0003", "s-0002"]);
    assert_eq!(all(&third, "HookStatus"), ["HOOK_COMPLETE_FAILED"]);
    assert_eq!(
        all(&third, "ResourceStatusReason"),
        ["it did not stabilize", "User Initiated"]
    );
    let rest = ask(&url, &format!("{events} NextToken=page-2"));
    assert_eq!(all(&rest, "EventId"), ["s-0001"]);
}

#[test]
fn events_of_the_past_are_there_for_who_asks_late() {
    let service = play(
        "
Let: {StackId: 'arn:aws:cloudformation:r:a:stack/s/1'}
ExecuteChangeSet: {}
DescribeStackEvents:
  before ExecuteChangeSet: [{Events: [Stack CREATE_IN_PROGRESS]}, {Events: [Stack CREATE_COMPLETE]}]
  after ExecuteChangeSet: {Events: [Stack UPDATE_IN_PROGRESS]}
",
    );
    let url = service.url();
    ask(&url, "ExecuteChangeSet ClientRequestToken=t");
    let events = ask(&url, "DescribeStackEvents StackName=s");
    let statuses = [
        "UPDATE_IN_PROGRESS",
        "CREATE_COMPLETE",
        "CREATE_IN_PROGRESS",
    ];
    assert_eq!(all(&events, "ResourceStatus"), statuses);
    assert_eq!(all(&events, "ClientRequestToken"), ["t"]);
}

#[test]
fn an_answer_may_be_none() {
    let service = play(
        "
DescribeStacks:
  - Raw: {Status: 502, ContentType: text/html, Body: <h1>Bad Gateway</h1>}
  - {Close: true}
  - {Delay: 50ms, Stacks: []}
",
    );
    let url = service.url();
    let answer = send(&url, &query("DescribeStacks")).unwrap();
    assert_eq!(
        (answer.status(), text(answer)),
        (502, "<h1>Bad Gateway</h1>".to_owned())
    );
    assert!(send(&url, &query("DescribeStacks")).is_err());
    let begun = super::proxy::now();
    send(&url, &query("DescribeStacks")).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(50));
}

#[test]
fn what_is_not_in_the_script_is_reported() {
    let service = play(
        "
DescribeStacks: {When: {StackName: a}, Stacks: []}
ListChangeSets: {after CreateChangeSet: {Summaries: []}}
GetTemplate: {TemplateBody: \"${CreateChangeSet.TemplateBody}\"}
ListExports: {Name: \"${Nothing}\"}
",
    );
    let url = service.url();
    for call in [
        "DeleteStack StackName=a",
        "DescribeStacks StackName=b",
        "ListChangeSets",
        "GetTemplate",
        "ListExports",
    ] {
        let answer = send(&url, &query(call)).unwrap();
        assert_eq!(answer.status(), 400);
        assert!(text(answer).contains("<Code>Unscripted</Code>"), "{call}");
    }
    let mut unsigned = query("DescribeStacks StackName=a");
    unsigned.set("Authorization", "");
    assert_eq!(send(&url, &unsigned).unwrap().status(), 200);
    assert_eq!(
        service.problems(),
        [
            r#"DeleteStack is not in the script: {"StackName": "a"}"#,
            r#"DescribeStacks has no answer for these parameters: {"StackName": "b"}"#,
            "ListChangeSets is not in the script at this moment: {}",
            "no CreateChangeSet has sent a TemplateBody",
            "`Let` does not say what `Nothing` is",
            "DescribeStacks is not signed",
        ]
    );
}

#[test]
#[should_panic(expected = "DeleteStack is not in the script")]
fn a_test_that_does_not_ask_for_problems_fails() {
    let service = play("{}");
    ask(&service.url(), "DeleteStack");
}

#[test]
fn calls_are_listed_once_per_stretch_of_reading() {
    let service = play(
        "
Let: {StackId: arn:aws:cloudformation:r:a:stack/s/1}
DescribeStacks: {Stacks: []}
DescribeStackEvents: [Error: {Code: Throttling, Message: Rate exceeded}, {Events: []}]
CreateChangeSet: {}
ExecuteChangeSet: [Close: after]
",
    );
    let url = service.url();
    let id = "StackName=arn:aws:cloudformation:r:a:stack/s/1";
    let digest = "0a1b2c3d4e5f";
    ask(&url, &format!("DescribeStacks {id}"));
    ask(
        &url,
        &format!("CreateChangeSet {id} ClientToken={digest} TemplateBody=x Description=for+12s"),
    );
    let _ = send(
        &url,
        &query(&format!("ExecuteChangeSet ClientRequestToken=t-{digest}")),
    );
    for _ in 0..3 {
        ask(&url, &format!("DescribeStacks {id}"));
        ask(&url, &format!("DescribeStackEvents {id}"));
    }
    assert_eq!(
        service.calls(),
        "DescribeStacks StackName=${StackId}
CreateChangeSet
  ClientToken: [#1]
  Description: for [DURATION]
  StackName: ${StackId}
  TemplateBody: [template]
ExecuteChangeSet -> closed
  ClientRequestToken: t-[#1]
DescribeStacks StackName=${StackId}
DescribeStackEvents StackName=${StackId} -> Throttling
DescribeStackEvents StackName=${StackId}
"
    );
}

#[test]
fn a_connection_serves_several_requests_and_bodies_in_chunks() {
    use std::io::Write as _;

    let service = play("DescribeStacks: [{Stacks: [{StackName: a}]}, {Stacks: [{StackName: b}]}]");
    let mut stream = std::net::TcpStream::connect(super::proxy::address(&service.url())).unwrap();
    let mut reader = super::http::reader(&stream).unwrap();
    query("DescribeStacks").send(&mut stream).unwrap();
    let answer = Message::response(&mut reader, "POST").unwrap();
    assert!(text(answer).contains("<StackName>a<"));

    let mut chunked = query("DescribeStacks");
    let body = std::mem::take(&mut chunked.body);
    chunked.set("Transfer-Encoding", "chunked");
    chunked.headers.retain(|(name, _)| name != "Content-Length");
    chunked.send(&mut stream).unwrap();
    for part in [&body[..7], &body[7..], b""] {
        write!(stream, "{:x}\r\n", part.len()).unwrap();
        stream.write_all(part).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    let answer = Message::response(&mut reader, "POST").unwrap();
    assert!(text(answer).contains("<StackName>b<"));
}

/// Every base stands by itself, and tells a whole deployment to a client that is not ours.
#[test]
fn the_bases_tell_a_deployment_from_beginning_to_end() {
    for (base, first, last) in [
        ("update", "UPDATE_COMPLETE", "UPDATE_COMPLETE"),
        ("create", "", "CREATE_COMPLETE"),
    ] {
        let service = play(&format!("Base: {base}"));
        let url = service.url();
        let status = || {
            all(
                &ask(&url, "DescribeStacks StackName=inference-Staging"),
                "StackStatus",
            )
        };
        assert_eq!(
            all(&ask(&url, "GetCallerIdentity"), "Account"),
            ["111111111111"]
        );
        assert_eq!(status().concat(), first);
        let created = ask(
            &url,
            "CreateChangeSet StackName=inference-Staging ChangeSetName=plan-1 Description=d TemplateBody=x",
        );
        let id = &all(&created, "Id")[0];
        let describe = format!("DescribeChangeSet ChangeSetName={id}");
        assert_eq!(
            all(&ask(&url, &describe), "ExecutionStatus"),
            ["UNAVAILABLE"]
        );
        let change_set = ask(&url, &describe);
        assert_eq!(all(&change_set, "ExecutionStatus"), ["AVAILABLE"]);
        assert_eq!(&all(&change_set, "ChangeSetId")[0], id);
        assert!(!all(&change_set, "ResourceChange").is_empty());
        let template = ask(&url, &format!("GetTemplate ChangeSetName={id}"));
        assert_eq!(all(&template, "TemplateBody"), ["x"]);
        ask(
            &url,
            &format!("ExecuteChangeSet ChangeSetName={id} ClientRequestToken=t"),
        );
        let events = "DescribeStackEvents StackName=inference-Staging";
        let mut seen = vec![status().concat()];
        while seen.last().unwrap() != last {
            ask(&url, events);
            seen.push(status().concat());
        }
        assert!(seen.len() > 2, "{seen:?}");
        assert!(all(&ask(&url, events), "ResourceStatus").contains(&last.to_owned()));
        let endpoint = || {
            let body = send(&url, &json("SageMaker.DescribeEndpoint", "{}")).unwrap();
            serde_json::from_slice::<serde_json::Value>(&body.body).unwrap()
        };
        assert_ne!(endpoint()["EndpointStatus"], "InService");
        let endpoint = endpoint();
        assert_eq!(endpoint["EndpointStatus"], "InService");
        assert_eq!(endpoint["EndpointConfigName"], "EndpointConfig-new");
    }
}
