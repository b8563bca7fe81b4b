//! A project in a folder of its own, deployed to an account of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::emulator::{Account, Emulator};
use crate::transcript::{copy, sageform};

/// The type of endpoints.
pub(super) const ENDPOINT: &str = "AWS::SageMaker::Endpoint";

/// A project and an account.
pub(super) struct Room {
    folder: TempDir,
    pub(super) account: Account,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ran {
    /// Ended with this exit code.
    #[track_caller]
    pub(super) fn ends(self, code: i32) -> Self {
        let Self { out, err, .. } = &self;
        assert_eq!(self.code, Some(code), "{out}{err}");
        self
    }

    /// Said this, on standard output or beside it.
    #[track_caller]
    pub(super) fn says(self, words: &str) -> Self {
        let Self { out, err, .. } = &self;
        assert!(
            out.contains(words) || err.contains(words),
            "expected `{words}` in\n{out}{err}"
        );
        self
    }

    /// Did not say this.
    #[track_caller]
    pub(super) fn does_not_say(self, words: &str) -> Self {
        let Self { out, err, .. } = &self;
        assert!(
            !out.contains(words) && !err.contains(words),
            "expected no `{words}` in\n{out}{err}"
        );
        self
    }
}

impl Room {
    /// This project as it ships; `None` without emulator.
    pub(super) fn shipped() -> Option<Self> {
        let account = Emulator::account("eu-west-1")?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = TempDir::new().unwrap();
        for name in ["config", "stacks", "templates"] {
            let part = copy(&[root.join(name)]);
            fs::rename(part.keep(), folder.path().join(name)).unwrap();
        }
        Some(Self { folder, account })
    }

    /// A project of one stage file, synthesized; `None` without emulator.
    pub(super) fn of(stack: &str, stage_file: &str) -> Option<Self> {
        // The region in which buckets need not name theirs.
        let account = Emulator::account("us-east-1")?;
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("config")).unwrap();
        let file = folder.path().join(format!("config/{stack}.yaml"));
        fs::write(file, stage_file).unwrap();
        let room = Self { folder, account };
        room.run("synth").ends(0);
        Some(room)
    }

    /// A path below the project.
    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file below the project.
    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A committed template.
    pub(super) fn template(&self, stage: &str, stack: &str) -> Value {
        let name = format!("templates/{stage}/{stack}.template.json");
        serde_json::from_str(&self.read(&name)).unwrap()
    }

    /// Replaces something in a stage file, and writes the templates anew.
    #[track_caller]
    pub(super) fn edit(&self, stack: &str, from: &str, to: &str) {
        let name = format!("config/{stack}.yaml");
        let text = self.read(&name);
        assert!(text.contains(from), "no `{from}` in {text}");
        fs::write(self.path(&name), text.replace(from, to)).unwrap();
        self.run("synth").ends(0);
    }

    /// The program with the room's account, to be run in its folder. It does not wait longer than it
    /// has to.
    pub(super) fn command(&self, arguments: &str) -> Command {
        let mut command = sageform(self.folder.path());
        self.account.point(&mut command);
        let words: Vec<&str> = arguments.split_whitespace().collect();
        command.args(&words);
        if !["synth", "--help"].contains(&words[0]) {
            command.args(["--poll-interval", "0.05", "--requests-per-second", "200"]);
        }
        command
    }

    /// Runs the program.
    pub(super) fn run(&self, arguments: &str) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// The stack's status; `gone` when there is none.
    pub(super) fn status(&self, stack: &str) -> String {
        self.account.settled(stack)
    }

    /// The names of the endpoint configs, models or packages that there are.
    pub(super) fn list(&self, kind: &str) -> Vec<String> {
        let (_, answer) = self.account.sagemaker(&format!("List{kind}s"), &json!({}));
        let all = answer[format!("{kind}s")].as_array().unwrap();
        let name = |one: &Value| one[format!("{kind}Name")].as_str().unwrap().to_owned();
        all.iter().map(name).collect()
    }

    /// The config that the endpoint is in service on.
    #[track_caller]
    pub(super) fn in_service(&self, endpoint: &str) -> String {
        let endpoint = self.account.endpoint(endpoint);
        assert_eq!(endpoint["EndpointStatus"], "InService");
        endpoint["EndpointConfigName"].as_str().unwrap().to_owned()
    }

    /// The first container of the model behind the first variant of a config.
    pub(super) fn container(&self, config: &str) -> Value {
        let (status, config) = self.account.sagemaker(
            "DescribeEndpointConfig",
            &json!({"EndpointConfigName": config}),
        );
        assert_eq!(status, 200, "{config}");
        let (status, model) = self.account.sagemaker(
            "DescribeModel",
            &json!({"ModelName": config["ProductionVariants"][0]["ModelName"]}),
        );
        assert_eq!(status, 200, "{model}");
        model["PrimaryContainer"].clone()
    }

    /// Registers a version of a package group that is there: its ARN.
    pub(super) fn register(&self, group: &str) -> String {
        register(&self.account, group)
    }
}

/// Registers a version of a package group that is there: its ARN.
pub(super) fn register(account: &Account, group: &str) -> String {
    let (status, package) = account.sagemaker(
        "CreateModelPackage",
        &json!({
            "ModelPackageGroupName": group,
            "ModelApprovalStatus": "Approved",
            "InferenceSpecification": {
                "Containers": [{
                    "Image": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
                    "ModelDataUrl": "s3://models/inference/1.tar.gz",
                }],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        }),
    );
    assert_eq!(status, 200, "{package}");
    package["ModelPackageArn"].as_str().unwrap().to_owned()
}

/// The parameters of the stack `inference`, which serves whichever version it is told to.
pub(super) fn package(arn: &str) -> String {
    format!(
        "--parameter inference.ModelPackageArn={arn} \
         --parameter ModelImageRepositoryArns=arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-xgboost \
         --parameter ModelDataObjectArns=arn:aws:s3:::models/inference/1.tar.gz \
         --parameter ModelDataKeyArn=none"
    )
}

/// Runs a command to its end.
pub(super) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
