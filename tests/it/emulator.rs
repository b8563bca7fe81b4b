//! Deployments against emulators over real HTTP: see `tests/emulator/README.md`.

#![expect(
    clippy::disallowed_methods,
    reason = "deployments run in time, and the environment says where the emulator is"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _, stderr};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::{Value, json};

/// The emulator of this test binary.
///
/// It ends with the binary, because it holds the other end of a pipe, and is killed when dropped.
pub(crate) struct Emulator {
    /// `http://127.0.0.1:<port>`; every service answers there.
    pub(crate) url: String,
    process: Mutex<Child>,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap();
        // It may have ended by itself.
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Emulator {
    /// An account of the emulator that nobody else uses; `None`, having said so, without emulator.
    pub(crate) fn account(region: &'static str) -> Option<Account> {
        static SHARED: OnceLock<Result<Emulator, String>> = OnceLock::new();
        static ACCOUNTS: AtomicU64 = AtomicU64::new(100_000_000_001);
        match SHARED.get_or_init(Self::start) {
            Ok(emulator) => Some(Account {
                emulator,
                id: ACCOUNTS.fetch_add(1, Ordering::Relaxed).to_string(),
                region,
            }),
            Err(reason) => {
                assert!(
                    env::var_os("SAGEFORM_EMULATOR").is_none_or(|value| value != "required"),
                    "{reason}"
                );
                let test = thread::current().name().unwrap_or("test").to_owned();
                // Past the capture of the test harness, which shows nothing of a test that passes.
                writeln!(stderr().lock(), "skipped: {test}: {reason}").unwrap();
                None
            }
        }
    }

    /// Starts an emulator of its own; why there is none otherwise.
    fn start() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = python();
        if !python.exists() {
            return Err(format!(
                "no emulator: `{}` is not there; run `python3 -m venv target/emulator-venv && \
                 target/emulator-venv/bin/pip install -r tests/emulator/requirements.txt`",
                python.display()
            ));
        }
        let mut process = Command::new(&python)
            // Without a folder of compiled modules between the sources.
            .arg("-B")
            .arg(root.join("tests/emulator/serve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the emulator did not start: it said {line:?}"));
        Ok(Self {
            url: ready["url"].as_str().unwrap().to_owned(),
            process: Mutex::new(process),
        })
    }

    /// One request, without the signature that no emulator checks.
    fn http(&self, head: &str, authorization: &str, body: &[u8]) -> (u16, String) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        // Version 1.0, so that no answer comes in chunks.
        let (request, headers) = head.split_once('\n').unwrap_or((head, ""));
        let mut message = format!("{request} HTTP/1.0\r\nHost: {address}\r\n");
        for header in headers.lines() {
            write!(message, "{header}\r\n").unwrap();
        }
        write!(message, "Authorization: {authorization}\r\n").unwrap();
        write!(message, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
        stream.write_all(message.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }
}

/// An account in a region: what one test has to itself.
pub(crate) struct Account {
    emulator: &'static Emulator,
    /// Twelve digits, which are the access key id as well.
    pub(crate) id: String,
    /// The region.
    pub(crate) region: &'static str,
}

impl Account {
    /// What sends a program that uses an AWS SDK here and nowhere else.
    pub(crate) fn env(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("AWS_ACCESS_KEY_ID", self.id.clone()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            // For SDKs that do not read `AWS_REGION`.
            ("AWS_DEFAULT_REGION", self.region.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_ENDPOINT_URL", self.emulator.url.clone()),
            ("AWS_ENDPOINT_URL_SAGEMAKER", self.emulator.url.clone()),
            ("AWS_REGION", self.region.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ])
    }

    /// A program with this environment, and nothing of AWS from the one that runs the tests.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.point(&mut command);
        command
    }

    /// Gives a program this environment, and nothing of AWS from the one that runs the tests.
    pub(crate) fn point(&self, command: &mut Command) {
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command.envs(self.env());
    }

    fn call(&self, service: &str, head: &str, body: &[u8]) -> (u16, String) {
        let (id, region) = (&self.id, self.region);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={id}/20260101/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        self.emulator.http(head, &authorization, body)
    }

    /// An action of `CloudFormation`: the status and the XML.
    pub(crate) fn cloudformation(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, String) {
        let mut body = format!("Action={action}&Version=2010-05-15");
        for (name, value) in parameters {
            write!(body, "&{name}=").unwrap();
            for byte in value.bytes() {
                write!(body, "%{byte:02X}").unwrap();
            }
        }
        let head = "POST /\nContent-Type: application/x-www-form-urlencoded";
        self.call("cloudformation", head, body.as_bytes())
    }

    /// An operation of `SageMaker`: the status and the JSON.
    pub(crate) fn sagemaker(&self, operation: &str, request: &Value) -> (u16, Value) {
        let head = format!(
            "POST /\nX-Amz-Target: SageMaker.{operation}\nContent-Type: application/x-amz-json-1.1"
        );
        let (status, body) = self.call("sagemaker", &head, request.to_string().as_bytes());
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// A request to S3, such as `PUT` of `/bucket/key`: the status and the body.
    pub(crate) fn s3(&self, method: &str, path: &str, body: &[u8]) -> (u16, String) {
        self.call("s3", &format!("{method} {path}"), body)
    }

    /// The endpoint as `DescribeEndpoint` shows it.
    pub(crate) fn endpoint(&self, name: &str) -> Value {
        let (status, endpoint) = self.sagemaker("DescribeEndpoint", &json!({"EndpointName": name}));
        assert_eq!(status, 200, "{endpoint}");
        endpoint
    }

    /// What the next `operation` on the stack's resource of a type does otherwise, such as
    /// `{"effect": "fail", "reason": "no capacity"}`: see `tests/emulator/README.md`.
    pub(crate) fn next(&self, stack: &str, resource: &str, operation: &str, mut rule: Value) {
        rule["account"] = self.id.clone().into();
        rule["stack"] = stack.into();
        rule["resource"] = resource.into();
        rule["operation"] = operation.into();
        self.control("next", &rule);
    }

    /// Sets what an endpoint says it is doing, as if someone else had it do that.
    pub(crate) fn set_endpoint_status(&self, name: &str, status: &str) {
        let (account, region) = (&self.id, self.region);
        self.control(
            "endpoint",
            &json!({"account": account, "region": region, "name": name, "status": status}),
        );
    }

    fn control(&self, path: &str, body: &Value) {
        let head = format!("POST /_emulator/{path}");
        let (status, answer) = self.call("emulator", &head, body.to_string().as_bytes());
        assert_eq!(status, 200, "{answer}");
    }

    /// Creates and executes a change set, and waits; the stack's status, `None` without changes.
    pub(crate) fn deploy(&self, kind: &str, stack: &str, template: &str) -> Option<String> {
        static SETS: AtomicU64 = AtomicU64::new(1);
        let name = format!("set-{}", SETS.fetch_add(1, Ordering::Relaxed));
        let (status, answer) = self.cloudformation(
            "CreateChangeSet",
            &[
                ("StackName", stack),
                ("ChangeSetName", &name),
                ("ChangeSetType", kind),
                ("Capabilities.member.1", "CAPABILITY_IAM"),
                ("TemplateBody", template),
            ],
        );
        assert_eq!(status, 200, "{answer}");
        let set = ("ChangeSetName", element(&answer, "Id"));
        let (_, described) = self.cloudformation("DescribeChangeSet", &[set]);
        if element(&described, "Status") == "FAILED" {
            return None;
        }
        let (status, answer) = self.cloudformation("ExecuteChangeSet", &[set]);
        assert_eq!(status, 200, "{answer}");
        Some(self.settled(stack))
    }

    /// The stack's status once nothing is in progress; `gone` when there is no such stack.
    pub(crate) fn settled(&self, stack: &str) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let (code, answer) = self.cloudformation("DescribeStacks", &[("StackName", stack)]);
            if code != 200 {
                return "gone".to_owned();
            }
            let status = element(&answer, "StackStatus");
            if !status.ends_with("_IN_PROGRESS") {
                return status.to_owned();
            }
            assert!(Instant::now() < deadline, "{stack} stays {status}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The interpreter that has the emulators, if it is there.
fn python() -> PathBuf {
    env::var_os("SAGEFORM_EMULATOR_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/emulator-venv/bin/python"),
        PathBuf::from,
    )
}

/// The text of the first element of this name.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split_once("</").unwrap().0
}

const ENDPOINT: &str = "AWS::SageMaker::Endpoint";

fn template(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn a_new_model_replaces_model_and_config_and_updates_the_endpoint() {
    let Some(account) = Emulator::account("eu-west-1") else {
        return;
    };
    let (stack, first) = ("fraud-Staging", template("Staging/fraud.template.json"));
    let created = account.deploy("CREATE", stack, &first);
    assert_eq!(created.as_deref(), Some("CREATE_COMPLETE"));
    let before = account.endpoint(stack);
    assert_eq!(before["EndpointStatus"], "InService");

    assert_eq!(account.deploy("UPDATE", stack, &first), None, "no changes");

    let second = first.replace("2026-11/model.tar.gz", "2026-12/model.tar.gz");
    let updated = account.deploy("UPDATE", stack, &second);
    assert_eq!(updated.as_deref(), Some("UPDATE_COMPLETE"));
    let after = account.endpoint(stack);
    assert_ne!(before["EndpointConfigName"], after["EndpointConfigName"]);
    let (_, config) = account.sagemaker(
        "DescribeEndpointConfig",
        &json!({"EndpointConfigName": after["EndpointConfigName"]}),
    );
    let (_, model) = account.sagemaker(
        "DescribeModel",
        &json!({"ModelName": config["ProductionVariants"][0]["ModelName"]}),
    );
    assert_eq!(
        model["PrimaryContainer"]["ModelDataUrl"],
        "s3://payments-models/fraud/2026-12/model.tar.gz"
    );

    let alarm = second.replace("\"Threshold\": 20000", "\"Threshold\": 30000");
    let updated = account.deploy("UPDATE", stack, &alarm);
    assert_eq!(updated.as_deref(), Some("UPDATE_COMPLETE"));
    let untouched = account.endpoint(stack);
    assert_eq!(after, untouched, "only the alarm changed");

    account.cloudformation("DeleteStack", &[("StackName", stack)]);
    assert_eq!(account.settled(stack), "gone");
    let name = json!({"EndpointName": stack});
    assert_eq!(account.sagemaker("DescribeEndpoint", &name).0, 400);
}

#[test]
fn a_failed_update_leaves_the_endpoint_on_its_old_config() {
    let Some(account) = Emulator::account("eu-west-1") else {
        return;
    };
    let (stack, first) = ("fraud-Staging", template("Staging/fraud.template.json"));
    account.deploy("CREATE", stack, &first);
    let before = account.endpoint(stack);

    account.next(
        stack,
        ENDPOINT,
        "update",
        json!({"effect": "fail", "reason": "no capacity", "seconds": 0.2}),
    );
    let second = first.replace("2026-11/model.tar.gz", "2026-12/model.tar.gz");
    let updated = account.deploy("UPDATE", stack, &second);
    assert_eq!(updated.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    let after = account.endpoint(stack);
    assert_eq!(before["EndpointConfigName"], after["EndpointConfigName"]);
    // The new config is gone, and an update that someone else began is not disturbed.
    let (_, configs) = account.sagemaker("ListEndpointConfigs", &json!({}));
    assert_eq!(configs["EndpointConfigs"].as_array().unwrap().len(), 1);
    account.set_endpoint_status(stack, "Updating");
    let updated = account.deploy("UPDATE", stack, &second);
    assert_eq!(updated.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
}

#[test]
fn a_program_with_an_aws_sdk_finds_the_emulator_by_its_environment() {
    let Some(account) = Emulator::account("eu-central-1") else {
        return;
    };
    let python = python();
    let program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])";
    let output = account
        .command(python.to_str().unwrap())
        .args(["-c", program])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), account.id);
}

#[test]
fn a_template_comes_from_s3_when_it_is_too_large_for_a_request() {
    let Some(account) = Emulator::account("us-east-1") else {
        return;
    };
    let mut large: Value =
        serde_json::from_str(&template("Staging/registry.template.json")).unwrap();
    large["Metadata"]["Padding"] = "x".repeat(60_000).into();
    let large = large.to_string();
    let bucket = format!("templates-{}", account.id);
    let key = format!("/{bucket}/large.json");
    assert_eq!(account.s3("PUT", &format!("/{bucket}"), b"").0, 200);
    assert_eq!(account.s3("PUT", &key, large.as_bytes()).0, 200);

    let request = [
        ("StackName", "registry-Staging"),
        ("ChangeSetName", "large"),
        ("ChangeSetType", "CREATE"),
    ];
    let mut direct = request.to_vec();
    direct.push(("TemplateBody", &large));
    let (status, answer) = account.cloudformation("CreateChangeSet", &direct);
    assert_eq!(status, 400);
    assert_eq!(element(&answer, "Code"), "ValidationError");

    let url = format!("{}{key}", account.env()["AWS_ENDPOINT_URL"]);
    let mut by_url = request.to_vec();
    by_url.push(("TemplateURL", &url));
    let (status, answer) = account.cloudformation("CreateChangeSet", &by_url);
    assert_eq!(status, 200, "{answer}");
    let set = ("ChangeSetName", element(&answer, "Id"));
    assert_eq!(account.cloudformation("ExecuteChangeSet", &[set]).0, 200);
    assert_eq!(account.settled("registry-Staging"), "CREATE_COMPLETE");
}
