//! The proxy does what its rules say, and nothing else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::client::{ask, json, query, request, send};
use super::proxy::{At, Entry, Fault, Proxy, Rule, address, now};
use super::script::Script;
use super::scripted::Scripted;
use super::victim::Victim;

const SCRIPT: &str = "
DescribeStacks: {Stacks: [{StackName: a}]}
ExecuteChangeSet: {}
DescribeEndpoint: {EndpointName: e}
HeadObject: {}
";

fn service() -> (Scripted, Proxy) {
    let service = Scripted::start(Script::parse(SCRIPT, Vec::new()));
    let proxy = Proxy::start(&service.url());
    (service, proxy)
}

fn rule(at: At, fault: Fault) -> Rule {
    Rule { at, fault }
}

#[test]
fn without_rules_everything_passes() {
    let (service, proxy) = service();
    for message in [
        query("DescribeStacks StackName=a"),
        json("SageMaker.DescribeEndpoint", "{\"EndpointName\": \"e\"}"),
        request("HEAD", "/bucket/key", "s3", Vec::new()),
    ] {
        let direct = send(&service.url(), &message).unwrap();
        let through = send(&proxy.url(), &message).unwrap();
        assert_eq!((direct.status(), through.status()), (200, 200));
        // Request ids count up.
        assert_eq!(direct.body.len(), through.body.len());
    }
    let log = proxy.log();
    let seen: Vec<_> = log
        .iter()
        .map(|entry| {
            (
                entry.number,
                entry.call.api.as_str(),
                entry.nth,
                entry.status,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (1, "DescribeStacks", 1, Some(200)),
            (2, "DescribeEndpoint", 1, Some(200)),
            (3, "HeadObject", 1, Some(200)),
        ]
    );
    assert!(log.is_sorted_by_key(|entry| entry.at));
}

/// For each kind of fault: what the client gets, and whether the service has done what was asked.
#[test]
fn each_fault_is_what_its_name_says() {
    let slow = Duration::from_millis(50);
    for fault in Fault::kinds(slow) {
        let (service, proxy) = service();
        let name = fault.name();
        proxy.set(vec![rule(At::Api("ExecuteChangeSet", 2), fault)]);
        let url = proxy.url();
        let execute = query("ExecuteChangeSet ChangeSetName=a");
        assert_eq!(send(&url, &execute).unwrap().status(), 200, "{name}");

        let begun = now();
        let answer = send(&url, &execute);
        let took = begun.elapsed();
        let seen = match &answer {
            Ok(answer) => answer.status().to_string(),
            Err(_) => "broken".to_owned(),
        };
        let done = service.records().len() == 2;
        let expected = match name.as_str() {
            "throttle" => ("400", false),
            "500 before" => ("500", false),
            "503 before" => ("503", false),
            "500 after" => ("500", true),
            "html page" => ("502", false),
            "drop before" => ("broken", false),
            "drop after" | "half-close" | "truncate" => ("broken", true),
            "slow" => ("200", true),
            other => panic!("{other}"),
        };
        assert_eq!((seen.as_str(), done), expected, "{name}");
        assert_eq!(took >= slow, name == "slow", "{name}: {took:?}");
        let logged = &proxy.log()[1];
        assert_eq!(logged.fault.as_ref(), Some(&name));
        assert_eq!(logged.status.is_some(), done, "{name}");

        // Once.
        assert_eq!(send(&url, &execute).unwrap().status(), 200, "{name}");
    }
}

#[test]
fn a_throttle_has_the_shape_of_its_service() {
    let (_service, proxy) = service();
    proxy.set(vec![rule(At::Every, Fault::Throttle)]);
    let url = proxy.url();
    assert!(ask(&url, "DescribeStacks").contains("<Code>Throttling</Code>"));
    let answer = send(&url, &json("SageMaker.DescribeEndpoint", "{}")).unwrap();
    let body = String::from_utf8(answer.body).unwrap();
    assert!(body.contains("\"__type\":\"ThrottlingException\""));
    let answer = send(&url, &request("PUT", "/bucket/key", "s3", Vec::new())).unwrap();
    assert_eq!(answer.status(), 503);
    let body = String::from_utf8(answer.body).unwrap();
    assert!(body.contains("<Code>SlowDown</Code>"));
}

#[test]
fn rules_choose_calls() {
    let (_service, proxy) = service();
    let url = proxy.url();
    let broken = |rules: Vec<Rule>| {
        proxy.set(rules);
        let calls = [
            "DescribeStacks",
            "ExecuteChangeSet",
            "DescribeStacks",
            "DescribeStacks",
        ];
        calls.map(|call| u8::from(send(&url, &query(call)).is_err()))
    };
    let drop = || Fault::DropBefore;
    assert_eq!(broken(Vec::new()), [0, 0, 0, 0]);
    assert_eq!(broken(vec![rule(At::Every, drop())]), [1, 1, 1, 1]);
    assert_eq!(broken(vec![rule(At::Call(3), drop())]), [0, 0, 1, 0]);
    assert_eq!(broken(vec![rule(At::Multiple(2), drop())]), [0, 1, 0, 1]);
    let second = At::Api("DescribeStacks", 2);
    assert_eq!(broken(vec![rule(second, drop())]), [0, 0, 1, 0]);
    let first = At::First("DescribeStacks", 2);
    assert_eq!(broken(vec![rule(first, drop())]), [1, 0, 1, 0]);
    let every = At::EveryOf("DescribeStacks");
    assert_eq!(broken(vec![rule(every.clone(), drop())]), [1, 0, 1, 1]);
    // The first rule that fits counts.
    let exception = rule(At::Call(3), Fault::Slow(Duration::ZERO));
    assert_eq!(broken(vec![exception, rule(every, drop())]), [1, 0, 0, 1]);
}

#[test]
fn a_hook_runs_before_or_after_the_service_sees_the_call() {
    let (service, proxy) = service();
    let service = Arc::new(service);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = || {
        let (seen, service) = (Arc::clone(&seen), Arc::clone(&service));
        Arc::new(move |entry: &Entry| {
            let call = (entry.number, service.records().len());
            seen.lock().unwrap().push(call);
        })
    };
    proxy.set(vec![
        rule(At::Call(1), Fault::RunBefore(hook())),
        rule(At::Call(2), Fault::RunAfter(hook())),
    ]);
    for _ in 0..2 {
        assert!(send(&proxy.url(), &query("ExecuteChangeSet")).is_err());
    }
    assert_eq!(*seen.lock().unwrap(), [(1, 0), (2, 1)]);
    assert_eq!(service.records().len(), 1);
}

#[test]
fn services_may_be_several_and_far_away() {
    let sagemaker = Scripted::start(Script::parse("DescribeEndpoint: {A: 1}", Vec::new()));
    let cloudformation = Scripted::start(Script::parse(SCRIPT, Vec::new()));
    let addresses = (address(&sagemaker.url()), address(&cloudformation.url()));
    let latency = Duration::from_millis(20);
    let proxy = Proxy::routed(latency, move |call| match call.get("Service") {
        Some("sagemaker") => addresses.0,
        _ => addresses.1,
    });
    let begun = now();
    let url = proxy.url();
    let answer = send(&url, &json("SageMaker.DescribeEndpoint", "{}")).unwrap();
    assert_eq!(answer.body, b"{\"A\":1}");
    assert!(ask(&url, "DescribeStacks").contains("<StackName>a<"));
    assert!(begun.elapsed() >= 2 * latency);
    assert_eq!(
        (sagemaker.records().len(), cloudformation.records().len()),
        (1, 1)
    );
}

#[test]
fn peaks_count_the_calls_of_an_api_within_a_window() {
    let (_service, proxy) = service();
    for _ in 0..5 {
        ask(&proxy.url(), "DescribeStacks");
    }
    ask(&proxy.url(), "ExecuteChangeSet");
    let peaks = |window| proxy.peaks(window).into_values().collect::<Vec<_>>();
    assert_eq!(peaks(Duration::from_mins(1)), [5, 1]);
    assert_eq!(peaks(Duration::from_nanos(1)), [1, 1]);
}

#[test]
fn a_program_ends_at_the_call_that_a_rule_names() {
    let (service, proxy) = service();
    let victim = Victim::default();
    proxy.set(vec![rule(At::Call(2), Fault::RunAfter(victim.ender()))]);
    let url = proxy.url();
    let caller = std::thread::spawn(move || {
        [(); 2].map(|()| send(&url, &query("ExecuteChangeSet")).is_ok())
    });
    // It would last an hour.
    let ended = victim.run(std::process::Command::new("sleep").arg("3600"));
    assert_eq!(caller.join().unwrap(), [true, false]);
    assert_eq!(ended.status.code(), None, "by a signal");
    assert_eq!(service.records().len(), 2, "the service has done it");

    // The next one is left alone.
    let script = "echo out; echo err >&2; exit 3";
    let ended = victim.run(std::process::Command::new("sh").args(["-c", script]));
    let (stdout, stderr) = (ended.stdout.as_str(), ended.stderr.as_str());
    assert_eq!(
        (ended.status.code(), stdout, stderr),
        (Some(3), "out\n", "err\n")
    );
}
