//! What is written and published beside answers: captured data, explanations, metrics.

use crate::config::{self, Baseline};
use crate::hosting::{
    CapturedSide, DataCapture, ExplainedRecords, Explainer, FeatureType, Granularity, Metrics,
    PublishFrequency, ShapBaseline, TextFeatures,
};
use crate::literal::ContentType;
use crate::value::Value;

use super::CHECKED;

pub(super) fn data_capture(capture: &config::DataCapture) -> DataCapture {
    let sides = capture.capture.iter().map(|side| match side {
        config::Capture::Input => CapturedSide::Input,
        config::Capture::Output => CapturedSide::Output,
    });
    let mut construct = DataCapture::to(
        capture.destination_s3_uri.clone(),
        capture.sampling_percentage.clone(),
    )
    .sides(sides)
    .csv_content_types(capture.csv_content_types.iter().cloned())
    .json_content_types(capture.json_content_types.iter().cloned());
    if let Some(key) = &capture.kms_key_id {
        construct = construct.kms_key(key.clone());
    }
    construct
}

pub(super) fn metrics(metrics: &config::Metrics) -> Metrics {
    let mut construct = Metrics::new();
    // `false` is what leaving it out means.
    let wanted = |flag: &Value<bool>| *flag != Value::Literal(false);
    if wanted(&metrics.enhanced_metrics) {
        construct = construct.enhanced(metrics.enhanced_metrics.clone());
    }
    if wanted(&metrics.detailed_observability) {
        construct = construct.detailed_observability(metrics.detailed_observability.clone());
    }
    match metrics.publish_frequency {
        Some(frequency) => {
            let seconds = u32::try_from(frequency.seconds()).ok();
            let frequency = seconds.and_then(PublishFrequency::parse_seconds);
            construct.publish_every(frequency.expect(CHECKED))
        }
        None => construct,
    }
}

pub(super) fn explainer(explainer: &config::Explainer) -> Explainer {
    let mut construct = Explainer::clarify(match &explainer.baseline {
        Baseline::Inline(records) => ShapBaseline::Inline(records.clone()),
        Baseline::Uri(uri) => ShapBaseline::Uri(uri.clone()),
    });
    if let Some(kind) = &explainer.mime_type {
        let kind = ContentType::parse(kind.as_str()).expect(CHECKED);
        construct = construct.baseline_type(kind);
    }
    if let Some(expression) = &explainer.enable_explanations {
        construct = construct.enable_explanations(expression.clone());
    }
    if let Some(samples) = &explainer.number_of_samples {
        construct = construct.number_of_samples(samples.clone());
    }
    if let Some(seed) = &explainer.seed {
        construct = construct.seed(seed.clone());
    }
    // `false` is what leaving it out means.
    if explainer.use_logit != Value::Literal(false) {
        construct = construct.use_logit(explainer.use_logit.clone());
    }
    if let Some(text) = &explainer.text {
        let granularity = match text.granularity {
            config::Granularity::Token => Granularity::Token,
            config::Granularity::Sentence => Granularity::Sentence,
            config::Granularity::Paragraph => Granularity::Paragraph,
        };
        construct = construct.text(TextFeatures::new(text.language.clone(), granularity));
    }
    construct.records(records(&explainer.inference))
}

fn records(inference: &config::ExplainerInference) -> ExplainedRecords {
    let mut records = ExplainedRecords::new();
    macro_rules! set {
        ($($field:ident)+) => {$(
            if let Some(value) = &inference.$field {
                records = records.$field(value.clone());
            }
        )+};
    }
    set!(features_attribute content_template max_record_count max_payload_in_mb);
    set!(probability_index label_index probability_attribute label_attribute);
    if !inference.label_headers.is_empty() {
        records = records.label_headers(inference.label_headers.iter().cloned());
    }
    if !inference.feature_headers.is_empty() {
        records = records.feature_headers(inference.feature_headers.iter().cloned());
    }
    if !inference.feature_types.is_empty() {
        let types = inference.feature_types.iter().map(|kind| match kind {
            config::FeatureType::Numerical => FeatureType::Numerical,
            config::FeatureType::Categorical => FeatureType::Categorical,
            config::FeatureType::Text => FeatureType::Text,
        });
        records = records.feature_types(types);
    }
    records
}
