//! What is deployed over what, by which commands.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::json;
use tempfile::TempDir;

use super::cases::Expected;
use super::state::{State, value};
use crate::deploy::point;
use crate::deploy::proxy::Proxy;
use crate::deploy::victim::{Ended, Victim};
use crate::emulator::{Account, Emulator};
use crate::transcript::{copy, sageform};

const REGION: &str = "eu-west-1";

/// The account in the stage file of the project that is copied.
const ACCOUNT: &str = "111111111111";

const STACK: &str = "inference-Staging";

/// Package groups whose descriptions do not fit into a request.
pub(super) const GROUPS: usize = 44;

const CONFIG: &str = r#"Staging:
  Account: "111111111111"
  Region: eu-west-1
  Tags: {team: payments}
  TerminationProtection: true
  Model:
    Image: 763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6-cpu
    ModelDataUrl: s3://models/inference/2/model.tar.gz
  InstanceType: ml.m5.large
  InstanceCount: 1
"#;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// A stack is made.
    Create,
    /// A stack gets a new model.
    Update,
    /// The same by a plan and its application.
    PlanAndApply,
    /// A stack that is as it has to be is deployed again.
    Nothing,
    /// A stack is made whose template does not fit into a request.
    Large,
}

/// What is done, and how long it takes.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) action: Action,
    /// For how long the endpoint is being updated.
    pub(super) seconds: u32,
}

/// An account and a project in which a scenario is about to begin.
pub(super) struct Run<'a> {
    scenario: &'a Scenario,
    pub(super) account: Account,
    pub(super) proxy: Proxy,
    pub(super) victim: Victim,
    project: TempDir,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.action {
            Action::Create => "deploy, new stack",
            Action::Update => "deploy, new model",
            Action::PlanAndApply => "plan and apply, new model",
            Action::Nothing => "deploy, no change",
            Action::Large => "deploy, template in S3",
        })?;
        if self.seconds > 0 {
            write!(f, " (under way for {} s)", self.seconds)?;
        }
        Ok(())
    }
}

impl Scenario {
    /// One that takes no time.
    pub(super) fn new(action: Action) -> Self {
        Self { action, seconds: 0 }
    }

    /// What is typed.
    pub(super) fn commands(&self) -> &'static [&'static [&'static str]] {
        match self.action {
            Action::Create | Action::Update | Action::Nothing => &[&["deploy", "--yes"]],
            Action::PlanAndApply => &[&["plan"], &["apply", "plan.json", "--yes"]],
            Action::Large => &[&[
                "deploy",
                "--yes",
                "--template-bucket",
                "templates-{account}",
            ]],
        }
    }

    /// What happens when nothing goes wrong; `None` without emulator.
    pub(super) fn undisturbed(&self) -> Option<Expected> {
        let run = self.begin()?;
        for command in self.commands() {
            let ended = run.command(command, &[]);
            assert!(ended.status.success(), "{self}: {ended:?}");
        }
        let state = State::look(&run.account);
        state.assert_deployed(self.action);
        let log = run.proxy.log();
        Some(Expected {
            calls: log.into_iter().map(|entry| entry.call.api).collect(),
            state,
        })
    }

    /// What is there before; `None` without emulator.
    pub(super) fn begin(&self) -> Option<Run<'_>> {
        let account = Emulator::account(REGION)?;
        let project = copy(&[self.project()]);
        for name in ["inference", "registry"] {
            let path = project.path().join(format!("config/{name}.yaml"));
            if let Ok(text) = fs::read_to_string(&path) {
                fs::write(path, text.replace(ACCOUNT, &account.id)).unwrap();
            }
        }
        let template = || {
            let path = "templates/Staging/inference.template.json";
            fs::read_to_string(project.path().join(path)).unwrap()
        };
        match self.action {
            Action::Create => {}
            Action::Update | Action::PlanAndApply => {
                let old = template().replace("inference/2/", "inference/1/");
                assert_ne!(old, template());
                deployed(&account, &old, false);
            }
            Action::Nothing => deployed(&account, &template(), true),
            Action::Large => {
                let bucket = format!("/templates-{}", account.id);
                let place = format!(
                    "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>\
                     </CreateBucketConfiguration>"
                );
                assert_eq!(account.s3("PUT", &bucket, place.as_bytes()).0, 200);
            }
        }
        if self.seconds > 0 {
            let rule = json!({"seconds": self.seconds});
            account.next(STACK, "AWS::SageMaker::Endpoint", "update", rule);
        }
        let proxy = Proxy::start(&account.env()["AWS_ENDPOINT_URL"]);
        Some(Run {
            scenario: self,
            account,
            proxy,
            victim: Victim::default(),
            project,
        })
    }

    /// The project with its templates.
    fn project(&self) -> PathBuf {
        static SMALL: OnceLock<TempDir> = OnceLock::new();
        static LARGE: OnceLock<TempDir> = OnceLock::new();
        let (shared, name, config) = match self.action {
            Action::Large => (&LARGE, "registry", large()),
            _ => (&SMALL, "inference", CONFIG.to_owned()),
        };
        let project = shared.get_or_init(|| {
            let project = TempDir::new().unwrap();
            let folder = project.path().join("config");
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(format!("{name}.yaml")), config).unwrap();
            let output = sageform(project.path()).arg("synth").output().unwrap();
            assert!(output.status.success(), "{output:?}");
            project
        });
        project.path().to_owned()
    }
}

/// A stage file whose template has more than 51,200 bytes.
fn large() -> String {
    let mut text =
        format!("Staging:\n  Account: \"{ACCOUNT}\"\n  Region: {REGION}\n  PackageGroups:\n");
    for number in 0..GROUPS {
        let description = "x".repeat(1000);
        writeln!(
            text,
            "    - {{Name: group-{number}, Description: {description}}}"
        )
        .unwrap();
    }
    text
}

/// Has a template deployed, as the program would have it.
fn deployed(account: &Account, template: &str, complete: bool) {
    let mut request = vec![
        ("StackName", STACK),
        ("ChangeSetName", "before"),
        ("ChangeSetType", "CREATE"),
        ("Capabilities.member.1", "CAPABILITY_IAM"),
        ("TemplateBody", template),
    ];
    if complete {
        request.extend([
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "payments"),
        ]);
    }
    let (status, answer) = account.cloudformation("CreateChangeSet", &request);
    assert_eq!(status, 200, "{answer}");
    let set = ("ChangeSetName", value(&answer, "Id"));
    let (status, answer) = account.cloudformation("ExecuteChangeSet", &[set]);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(account.settled(STACK), "CREATE_COMPLETE");
    if complete {
        let on = [
            ("StackName", STACK),
            ("EnableTerminationProtection", "true"),
        ];
        let (status, answer) = account.cloudformation("UpdateTerminationProtection", &on);
        assert_eq!(status, 200, "{answer}");
    }
}

impl Run<'_> {
    /// Runs a command to its end.
    pub(super) fn command(&self, arguments: &[&str], more: &[&str]) -> Ended {
        let mut command = sageform(self.project.path());
        point(&mut command, &self.proxy.url());
        command
            .env("AWS_ACCESS_KEY_ID", &self.account.id)
            .args(arguments)
            .args(more)
            .args(["--poll-interval", self.poll()]);
        self.victim.run(&mut command)
    }

    /// Seconds between two looks.
    fn poll(&self) -> &'static str {
        if self.scenario.seconds > 0 {
            "0.15"
        } else {
            "0.05"
        }
    }
}
