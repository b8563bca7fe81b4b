//! Requests and responses that are kept.

use super::super::super::node::Resource;
use super::super::found::Found;
use super::super::hosting::{ENDPOINT, config_of};
use super::access;

/// Whether requests are kept, for sure.
fn captures(config: Resource<'_>) -> bool {
    let capture = config.get("DataCaptureConfig");
    let enabled = capture.get("EnableCapture");
    capture.is_present() && (enabled.is_absent() || enabled.boolean() == Some(true))
}

/// The jobs that read what is captured.
const READERS: &[&str] = &[
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::ModelBiasJobDefinition",
    "AWS::SageMaker::ModelExplainabilityJobDefinition",
    "AWS::SageMaker::ModelQualityJobDefinition",
];
const INPUTS: &[&str] = &[
    "DataQualityJobInput",
    "ModelBiasJobInput",
    "ModelExplainabilityJobInput",
    "ModelQualityJobInput",
];

pub(super) fn encoded(config: Resource<'_>, found: &mut Found<'_>) {
    let header = config
        .get("DataCaptureConfig")
        .get("CaptureContentTypeHeader");
    if !captures(config) || !header.is_absent() {
        return;
    }
    let read = READERS.iter().zip(INPUTS).any(|(kind, input)| {
        config.world().of_type(kind).any(|job| {
            job.get(input)
                .at(["EndpointInput", "EndpointName"])
                .named(ENDPOINT, "EndpointName")
                .and_then(config_of)
                .is_some_and(|known| known.is(config))
        })
    });
    if read {
        found
            .at(
                header,
                "without `CaptureContentTypeHeader` all data is captured as base64, also CSV and JSON that monitoring reads",
            )
            .hint("write the content types of your requests and responses as `CsvContentTypes` or `JsonContentTypes`");
    }
}

pub(super) fn allowed(config: Resource<'_>, found: &mut Found<'_>) {
    if captures(config) {
        let place = config.get("DataCaptureConfig").get("DestinationS3Uri");
        access::writes(config, place, "captured data", found);
    }
}
