//! The JSON form: versioned and complete, with secrets masked.

use serde::Serialize;

use super::{Counts, SCHEMA_VERSION, StageReview};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    changed: bool,
    reviews: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    stage: &'a StageReview,
    changed: bool,
    counts: Counts,
    needs_acknowledgement: Vec<&'a str>,
}

/// The reviews as one JSON document, for programs.
#[expect(clippy::missing_panics_doc, reason = "a review always becomes text")]
pub fn json(reviews: &[StageReview]) -> String {
    let entries: Vec<Entry<'_>> = reviews
        .iter()
        .map(|stage| Entry {
            changed: !stage.review.is_empty(),
            counts: stage.review.counts(),
            needs_acknowledgement: stage
                .review
                .needs_acknowledgement()
                .into_iter()
                .map(|change| change.logical_id.as_str())
                .collect(),
            stage,
        })
        .collect();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        changed: entries.iter().any(|entry| entry.changed),
        reviews: entries,
    };
    let mut text = serde_json::to_string_pretty(&document)
        .expect("a review is texts, numbers, lists and trees with text keys");
    text.push('\n');
    text
}
