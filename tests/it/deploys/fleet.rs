//! Ten stacks in three stages, and what their deployment in one run looked like from outside.
//!
//! The benchmark `deploy` uses this file too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The number of stacks.
pub(crate) const STACKS: usize = 10;

/// The stages in their order, each in a region of its own.
pub(crate) const STAGES: [(&str, &str); 3] = [
    ("Development", "eu-west-1"),
    ("Staging", "us-east-1"),
    ("Production", "ap-south-1"),
];

/// CloudFormation's name of every stack, which is its endpoint's too, stage by stage.
pub(crate) fn names() -> Vec<String> {
    let of_stage =
        |stage: &'static str| (0..STACKS).map(move |stack| format!("model-{stack}-{stage}"));
    STAGES
        .iter()
        .flat_map(|(stage, _)| of_stage(stage))
        .collect()
}

/// Writes the stage files.
pub(crate) fn write(project: &Path) {
    let config = project.join("config");
    fs::create_dir_all(&config).unwrap();
    for stack in 0..STACKS {
        let mut text = format!(
            "Defaults:
  InstanceType: ml.m5.large
  InstanceCount: 1
  Model:
    Image: 141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1
    ModelDataUrl: s3://models/model-{stack}/1.tar.gz
"
        );
        for (stage, region) in STAGES {
            writeln!(text, "{stage}: {{Region: {region}}}").unwrap();
        }
        fs::write(config.join(format!("model-{stack}.yaml")), text).unwrap();
    }
}

/// A call as a proxy saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Since the proxy began.
    pub(crate) at: Duration,
    /// The region that it was signed for.
    pub(crate) region: String,
    pub(crate) api: String,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// From a first moment to a last.
pub(crate) type Span = (Duration, Duration);

/// The greatest number of calls of one API in one region within any window of this length.
pub(crate) fn peaks(log: &[Seen], window: Duration) -> BTreeMap<(String, String), usize> {
    let mut peaks = BTreeMap::new();
    for (from, first) in log.iter().enumerate() {
        let within = log[from..]
            .iter()
            .filter(|seen| seen.at < first.at + window)
            .filter(|seen| (&seen.api, &seen.region) == (&first.api, &first.region))
            .count();
        let peak = peaks
            .entry((first.region.clone(), first.api.clone()))
            .or_insert(0);
        *peak = within.max(*peak);
    }
    peaks
}

/// When each stack was being applied: from the execution of its change set to the last look at its
/// endpoint.
pub(crate) fn applied(log: &[Seen]) -> BTreeMap<String, Span> {
    // The name of a change set is its stack's alone.
    let made: BTreeMap<&str, &str> = log
        .iter()
        .filter(|seen| seen.api == "CreateChangeSet")
        .map(|seen| {
            let [set, stack] = ["ChangeSetName", "StackName"].map(|name| &seen.parameters[name]);
            (set.as_str(), stack.as_str())
        })
        .collect();
    let mut spans: BTreeMap<String, Span> = BTreeMap::new();
    for seen in log {
        match seen.api.as_str() {
            "ExecuteChangeSet" => {
                let arn = &seen.parameters["ChangeSetName"];
                let stack = made[arn.split('/').nth(1).unwrap()];
                spans.entry(stack.to_owned()).or_insert((seen.at, seen.at));
            }
            "DescribeEndpoint" => {
                if let Some(span) = spans.get_mut(&seen.parameters["EndpointName"]) {
                    span.1 = seen.at;
                }
            }
            _ => {}
        }
    }
    spans
}

/// The greatest number of spans at any moment.
pub(crate) fn overlap(spans: &[Span]) -> usize {
    let at = |moment: Duration| {
        let running = spans
            .iter()
            .filter(|(from, to)| (*from..=*to).contains(&moment));
        running.count()
    };
    spans.iter().map(|(from, _)| at(*from)).max().unwrap_or(0)
}
