//! The requests for batch transforms and for recommendations.

use crate::catalog::instances::{LocalNvme, facts};
use crate::cfn::sagemaker::endpoint_config::InstanceType as Hosting;
use crate::json::Object;
use crate::literal::InstanceType;

use super::super::super::node::Resource;
use super::super::found::Found;
use super::jobs::{Job, SCHEDULE, jobs};
use super::request::Value;

/// The batch transforms of a schedule or a state machine.
fn transforms(resource: Resource<'_>) -> Vec<Job<'_>> {
    let mut jobs = jobs(resource);
    jobs.retain(|job| job.action == "createTransformJob");
    jobs
}

/// A fault at a key of a request.
fn fault(job: &Job<'_>, key: &str, message: &str, hint: &str, found: &mut Found<'_>) {
    found
        .at(job.node, format!("`{key}` in `{}`: {message}", job.place))
        .hint(hint);
}

/// What a request for a batch transform has at least.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html>
const NEEDED: &[&[&str]] = &[
    &["TransformJobName"],
    &["ModelName"],
    &["TransformInput"],
    &["TransformInput", "DataSource"],
    &["TransformInput", "DataSource", "S3DataSource"],
    &["TransformInput", "DataSource", "S3DataSource", "S3DataType"],
    &["TransformInput", "DataSource", "S3DataSource", "S3Uri"],
    &["TransformOutput"],
    &["TransformOutput", "S3OutputPath"],
    &["TransformResources"],
    &["TransformResources", "InstanceCount"],
    &["TransformResources", "InstanceType"],
];

pub(super) fn keys(resource: Resource<'_>, found: &mut Found<'_>) {
    for job in transforms(resource) {
        let request = job.request();
        let mut keys = request.object().into_iter().flat_map(Object::keys);
        if let Some(key) =
            keys.find(|key| key.starts_with(|letter: char| letter.is_ascii_lowercase()))
        {
            let hint = "begin each key with a capital letter, as the API does";
            fault(&job, key, "expected a key of the API", hint, found);
            continue;
        }
        let missing = NEEDED.iter().find(|keys| request.at(keys).is_absent());
        if let Some(keys) = missing {
            let hint = "the API refuses a request without it, when the job is to start";
            fault(
                &job,
                &keys.join("."),
                "expected it, got nothing",
                hint,
                found,
            );
        }
    }
}

pub(super) fn name(resource: Resource<'_>, found: &mut Found<'_>) {
    let scheduled = resource.kind() == SCHEDULE;
    if scheduled {
        let often = resource.get("ScheduleExpression").text();
        if !often.is_some_and(|text| text.starts_with("rate(") || text.starts_with("cron(")) {
            return;
        }
    }
    let hint = if scheduled {
        "add `<aws.scheduler.execution-id>` to it"
    } else {
        "make it of the execution's name, `$$.Execution.Name`"
    };
    for job in transforms(resource) {
        if let Some(name) = job.request().get("TransformJobName").text() {
            let message = format!("expected another name at each run, got always `{name}`");
            fault(&job, "TransformJobName", &message, hint, found);
        }
    }
}

pub(super) fn payload(resource: Resource<'_>, found: &mut Found<'_>) {
    for job in transforms(resource) {
        let request = job.request();
        let Some(size) = request.get("MaxPayloadInMB").number() else {
            continue;
        };
        let together = request.get("MaxConcurrentTransforms").number();
        if !(0..=100).contains(&size) {
            let message = format!("expected 0 to 100 MB, got `{size}`");
            let hint = "0 streams a request of any size";
            fault(&job, "MaxPayloadInMB", &message, hint, found);
        } else if let Some(count) = together.filter(|count| count.saturating_mul(size) > 100) {
            let message = format!("expected at most 100 MB at a time, got {count} times {size} MB");
            let hint = "allow fewer requests at a time, or smaller ones";
            fault(&job, "MaxPayloadInMB", &message, hint, found);
        }
    }
}

pub(super) fn strategy(resource: Resource<'_>, found: &mut Found<'_>) {
    for job in transforms(resource) {
        let request = job.request();
        let split = request.at(&["TransformInput", "SplitType"]).text_or("None");
        if request.get("BatchStrategy").text() == Some("MultiRecord") && split == Some("None") {
            let message = "`MultiRecord` needs a `SplitType`, got `None`";
            let hint = "set `TransformInput.SplitType` to `Line`, `RecordIO` or `TFRecord`";
            fault(&job, "BatchStrategy", message, hint, found);
        }
    }
}

pub(super) fn join(resource: Resource<'_>, found: &mut Found<'_>) {
    for job in transforms(resource) {
        let request = job.request();
        let (input, output) = (
            request.get("TransformInput"),
            request.get("TransformOutput"),
        );
        let processing = request.get("DataProcessing");
        for key in ["InputFilter", "OutputFilter"] {
            let length = processing
                .get(key)
                .text()
                .map_or(0, |text| text.chars().count());
            if length > 63 {
                let message = format!("expected at most 63 characters, got {length}");
                fault(&job, key, &message, "choose fewer attributes", found);
            }
        }
        if processing.get("JoinSource").text() != Some("Input") {
            continue;
        }
        let (sent, got) = (input.get("ContentType").text(), output.get("Accept").text());
        if let (Some(sent), Some(got)) = (sent, got)
            && media_type(sent) != media_type(got)
        {
            let message = format!("joining needs the `ContentType`, `{sent}`, got `{got}`");
            fault(&job, "Accept", &message, "ask for what is sent", found);
        }
        let split = input.get("SplitType").text_or("None");
        let assembled = output.get("AssembleWith").text_or("None");
        if let (Some(split @ ("None" | "Line")), Some(assembled)) = (split, assembled)
            && split != assembled
        {
            let message = format!("joining needs the `SplitType`, `{split}`, got `{assembled}`");
            let hint = "assemble the output as the input is split";
            fault(&job, "AssembleWith", &message, hint, found);
        }
    }
}

/// Without parameters such as the charset.
fn media_type(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

/// Numbers of a request, and what is allowed of them.
const BOUNDS: &[(&[&str], i64, i64)] = &[
    (&["TransformResources", "InstanceCount"], 1, 100),
    (
        &["ModelClientConfig", "InvocationsTimeoutInSeconds"],
        1,
        3600,
    ),
    (&["ModelClientConfig", "InvocationsMaxRetries"], 0, 3),
];

/// Texts of a request, and what is allowed of them.
const VALUES: &[(&[&str], &[&str])] = &[
    (&["BatchStrategy"], &["MultiRecord", "SingleRecord"]),
    (
        &["TransformInput", "SplitType"],
        &["Line", "None", "RecordIO", "TFRecord"],
    ),
    (&["TransformInput", "CompressionType"], &["Gzip", "None"]),
    (
        &["TransformInput", "DataSource", "S3DataSource", "S3DataType"],
        &[
            "AugmentedManifestFile",
            "Converse",
            "ManifestFile",
            "S3Prefix",
        ],
    ),
    (&["TransformOutput", "AssembleWith"], &["Line", "None"]),
    (&["DataProcessing", "JoinSource"], &["Input", "None"]),
];

pub(super) fn bounds(resource: Resource<'_>, found: &mut Found<'_>) {
    for job in transforms(resource) {
        let request = job.request();
        for (keys, least, most) in BOUNDS {
            let value = request.at(keys);
            between(&job, &keys.join("."), &value, (*least, *most), found);
        }
        for (keys, allowed) in VALUES {
            if let Some(text) = request.at(keys).text()
                && !allowed.contains(&text)
            {
                let message = format!("expected `{}`, got `{text}`", allowed.join("` or `"));
                fault(
                    &job,
                    &keys.join("."),
                    &message,
                    "mind the capital letters",
                    found,
                );
            }
        }
        let variables = request.get("Environment").object().map_or(0, Object::len);
        if variables > 16 {
            let message = format!("expected at most 16 variables, got {variables}");
            fault(
                &job,
                "Environment",
                &message,
                "build the rest into the image",
                found,
            );
        }
        volume(&job, &request.get("TransformResources"), found);
    }
}

fn volume(job: &Job<'_>, resources: &Value<'_>, found: &mut Found<'_>) {
    let Some(text) = resources.get("InstanceType").text() else {
        return;
    };
    let local = InstanceType::parse(text)
        .ok()
        .and_then(|kind| facts(&kind))
        .is_some_and(|facts| facts.local_nvme == LocalNvme::Present);
    if local && resources.get("VolumeKmsKeyId").is_present() {
        let message = format!("`{text}` has disks of its own, which take no key");
        let hint = "remove it: such disks are encrypted by their hardware";
        let key = "TransformResources.VolumeKmsKeyId";
        fault(job, key, &message, hint, found);
    }
}

/// The instance types of batch transform, by family.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformResources.html>
#[rustfmt::skip]
const TYPES: &[(&str, &[&str])] = &[
    ("c4", &["xlarge", "2xlarge", "4xlarge", "8xlarge"]),
    ("c5", &["xlarge", "2xlarge", "4xlarge", "9xlarge", "18xlarge"]),
    ("c6i", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"]),
    ("c7i", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    ("g4dn", &["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]),
    ("g5", &["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    ("g6", &["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    ("inf2", &["xlarge", "8xlarge", "24xlarge", "48xlarge"]),
    ("m4", &["xlarge", "2xlarge", "4xlarge", "10xlarge", "16xlarge"]),
    ("m5", &["large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge"]),
    ("m6i", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"]),
    ("m7i", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    ("p2", &["xlarge", "8xlarge", "16xlarge"]),
    ("p3", &["2xlarge", "8xlarge", "16xlarge"]),
    ("r6i", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"]),
    ("r7i", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    ("trn1", &["2xlarge", "32xlarge"]),
];

pub(super) fn instance(resource: Resource<'_>, found: &mut Found<'_>) {
    for job in transforms(resource) {
        let Some(text) = job
            .request()
            .at(&["TransformResources", "InstanceType"])
            .text()
        else {
            continue;
        };
        let Ok(kind) = InstanceType::parse(text.to_owned()) else {
            continue;
        };
        let known = TYPES
            .iter()
            .any(|(family, sizes)| *family == kind.family() && sizes.contains(&kind.size()));
        // Newer types than those that host may have been added here too.
        if !known && Hosting::VALUES.contains(&text) {
            let message = format!("expected an instance type of batch transform, got `{text}`");
            let hint = "this type hosts endpoints only: take one such as `ml.m5.xlarge`";
            fault(
                &job,
                "TransformResources.InstanceType",
                &message,
                hint,
                found,
            );
        }
    }
}

pub(super) fn recommendations(resource: Resource<'_>, found: &mut Found<'_>) {
    let mut jobs = jobs(resource);
    jobs.retain(|job| job.action == "createInferenceRecommendationsJob");
    for job in jobs {
        let request = job.request();
        let input = request.get("InputConfig");
        for key in ["JobName", "JobType", "RoleArn", "InputConfig"] {
            if request.get(key).is_absent() {
                let hint = "the API refuses a request without it";
                fault(&job, key, "expected it, got nothing", hint, found);
            }
        }
        if let Some(kind) = request.get("JobType").text()
            && !matches!(kind, "Default" | "Advanced")
        {
            let message = format!("expected `Default` or `Advanced`, got `{kind}`");
            fault(&job, "JobType", &message, "mind the capital letter", found);
        }
        let named =
            input.get("ModelPackageVersionArn").is_absent() && input.get("ModelName").is_absent();
        if named && input.is_present() {
            let hint = "name the model, or the version of a model package";
            fault(
                &job,
                "InputConfig",
                "expected a model, got none",
                hint,
                found,
            );
        }
        let traffic = input.get("TrafficPattern");
        for phase in traffic.get("Phases").items() {
            let phase = Value::new(phase);
            between(
                &job,
                "InitialNumberOfUsers",
                &phase.get("InitialNumberOfUsers"),
                (1, 3),
                found,
            );
            between(
                &job,
                "DurationInSeconds",
                &phase.get("DurationInSeconds"),
                (120, 3600),
                found,
            );
        }
        between(
            &job,
            "UsersPerStep",
            &traffic.get("Stairs").get("UsersPerStep"),
            (1, 3),
            found,
        );
        between(
            &job,
            "JobDurationInSeconds",
            &input.get("JobDurationInSeconds"),
            (1, 18_000),
            found,
        );
        let many = input.get("EndpointConfigurations").items().len();
        if many > 10 {
            let message = format!("expected at most 10, got {many}");
            fault(
                &job,
                "EndpointConfigurations",
                &message,
                "make two jobs of it",
                found,
            );
        }
    }
}

fn between(
    job: &Job<'_>,
    key: &str,
    value: &Value<'_>,
    (least, most): (i64, i64),
    found: &mut Found<'_>,
) {
    if let Some(number) = value.number()
        && !(least..=most).contains(&number)
    {
        let message = format!("expected {least} to {most}, got `{number}`");
        fault(job, key, &message, "stay within that", found);
    }
}
