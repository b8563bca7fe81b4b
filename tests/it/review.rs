//! Reviews: `tests/cases/review/<case>/` holds `base.json` and `new.json` (either may be missing) and
//! what is said about them, as text, Markdown and JSON.
//!
//! `SNAPSHOTS=overwrite cargo test --test it review` accepts what is said now.

use std::path::Path;

use proptest::prelude::*;
use sageform::json::{Json, Object};
use sageform::review::{
    self, Action, Level, MARKDOWN_LIMIT, MARKER, Review, StageReview, compare, contrast, markdown,
};
use sageform::template::Template;

use crate::support::{document, entries, folder, golden};

fn template(path: &Path) -> Option<Template> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(Template::from_document(document(&text)))
}

fn stage(review: Review) -> StageReview {
    StageReview {
        stage: "Staging".to_owned(),
        stack: "inference".to_owned(),
        region: None,
        account: None,
        base: "templates/".to_owned(),
        new: "stage files".to_owned(),
        review,
        notes: Vec::new(),
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn each_pair_of_templates_is_reviewed_as_expected() {
    let cases = entries(&folder("review"));
    assert!(cases.len() > 20, "the cases are gone");
    for case in cases {
        let base = template(&case.join("base.json"));
        let new = template(&case.join("new.json"));
        assert!(base.is_some() || new.is_some(), "{}", case.display());
        let reviews = [stage(compare(base.as_ref(), new.as_ref()))];
        golden(&case.join("expected.txt"), plain(&review::text(&reviews)));
        golden(
            &case.join("expected.md"),
            markdown(&reviews, MARKDOWN_LIMIT),
        );
        golden(&case.join("expected.json"), review::json(&reviews));
    }
}

/// No secret of the case is in any form; each is called `hunter2…` or is made up of its parts here.
#[test]
fn secrets_are_in_no_format() {
    let case = folder("review").join("secrets");
    let base = template(&case.join("base.json"));
    let new = template(&case.join("new.json"));
    let review = compare(base.as_ref(), new.as_ref());
    assert!(!review.is_empty());
    let debug = format!("{review:?}");
    let reviews = [stage(review)];
    for text in [
        debug,
        review::text(&reviews),
        markdown(&reviews, MARKDOWN_LIMIT),
        review::json(&reviews),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!text.contains("IOSFODNN7"), "{text}");
        assert!(text.contains("****"), "{text}");
    }
}

/// A template of `count` models, each with an image and an environment.
fn models(count: usize, image: &str) -> Template {
    let resources: Object = (0..count)
        .map(|index| {
            let container = Json::from([
                ("Image", Json::from(format!("{image}/{}", "x".repeat(100)))),
                (
                    "Environment",
                    Json::from([("A", Json::from(image.to_owned()))]),
                ),
            ]);
            let model = Json::from([
                ("Type", Json::from("AWS::SageMaker::Model")),
                ("Properties", Json::from([("PrimaryContainer", container)])),
            ]);
            (format!("Model{index}"), model)
        })
        .collect();
    Template::from_document([("Resources", resources)].into_iter().collect())
}

fn bucket(id: &str) -> Template {
    let text = format!(r#"{{"Resources": {{"{id}": {{"Type": "AWS::S3::Bucket"}}}}}}"#);
    Template::from_document(document(&text))
}

#[test]
fn a_huge_comment_is_cut_to_githubs_size_from_the_least_risk_up() {
    let (base, new) = (models(500, "one"), models(500, "two"));
    let mut reviews = vec![
        stage(compare(Some(&base), Some(&new))),
        // What is removed is a greater risk and comes last in the comment.
        stage(compare(Some(&bucket("Precious")), None)),
    ];
    reviews[1].stage = "Production".to_owned();
    let whole = markdown(&reviews, usize::MAX);
    assert!(whole.len() > 2 * MARKDOWN_LIMIT, "{}", whole.len());
    let cut = markdown(&reviews, MARKDOWN_LIMIT);
    assert!(cut.len() <= MARKDOWN_LIMIT, "{}", cut.len());
    assert!(cut.len() > MARKDOWN_LIMIT * 9 / 10, "{}", cut.len());
    assert!(cut.contains("-   Precious  AWS::S3::Bucket  removed"));
    assert!(cut.contains("lines of the least risk left out"));
    assert_eq!(cut.matches("<details>").count(), 2);
    assert_eq!(cut.matches("</details>").count(), 2);
    assert!(!whole.contains("left out"));
}

#[test]
fn a_comment_on_very_many_stages_keeps_within_its_size() {
    let review = stage(compare(Some(&bucket("A")), Some(&bucket("B"))));
    let reviews: Vec<StageReview> = (0..3000)
        .map(|index| StageReview {
            stage: format!("Stage{index}"),
            ..review.clone()
        })
        .collect();
    let text = markdown(&reviews, MARKDOWN_LIMIT);
    assert!(text.len() <= MARKDOWN_LIMIT, "{}", text.len());
    assert!(text.starts_with(MARKER) && text.contains("more rows left out"));
}

/// Values cannot end the block that they stand in, mention anybody, or format anything.
#[test]
fn hostile_values_stay_within_the_code_of_a_comment() {
    let case = folder("review").join("hostile");
    let base = template(&case.join("base.json"));
    let new = template(&case.join("new.json"));
    let mut one = stage(compare(base.as_ref(), new.as_ref()));
    one.stack = "x|`@all` <b>\n</details>".to_owned();
    let text = markdown(&[one], MARKDOWN_LIMIT);
    let fence = text
        .lines()
        .find(|line| line.ends_with("diff") && line.starts_with("```"))
        .unwrap();
    let ticks = fence.trim_end_matches("diff");
    let (before, inside) = text.split_once(fence).unwrap();
    let (inside, after) = inside.split_once(&format!("\n{ticks}\n")).unwrap();
    assert_eq!(after, "\n</details>\n");
    assert!(!before.contains('@') && !before.contains("<b>"), "{before}");
    assert_eq!(before.matches("</details>").count(), 0);
    assert!(inside.contains("@everyone") && inside.contains("```"));
    let columns = |line: &str| line.matches('|').count();
    let rows: Vec<usize> = before
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(columns)
        .collect();
    assert_eq!(rows, [7, 7, 7]);
    // Nothing that a terminal acts upon is left in the text either.
    let text = plain(&review::text(&[stage(compare(
        base.as_ref(),
        new.as_ref(),
    ))]));
    assert!(
        text.chars()
            .all(|character| character == '\n' || !character.is_control())
    );
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn protected_resources_that_go_or_are_replaced_need_an_acknowledgement() {
    let needs = |case: &str| -> Vec<String> {
        let case = folder("review").join(case);
        let base = template(&case.join("base.json"));
        let new = template(&case.join("new.json"));
        compare(base.as_ref(), new.as_ref())
            .needs_acknowledgement()
            .into_iter()
            .map(|change| change.logical_id.clone())
            .collect()
    };
    assert_eq!(needs("endpoint_renamed"), ["Endpoint"]);
    assert_eq!(needs("bucket_removed"), ["Results"]);
    assert_eq!(needs("bucket_retained"), [""; 0]);
    assert_eq!(needs("new_model"), [""; 0]);
    assert_eq!(needs("nothing"), [""; 0]);
}

/// A new model is what happens every week: one rollout, and nothing that alarms.
#[test]
fn a_new_model_is_one_rollout_and_alarms_nobody() {
    let case = folder("review").join("new_model");
    let base = template(&case.join("base.json"));
    let new = template(&case.join("new.json"));
    let review = compare(base.as_ref(), new.as_ref());
    assert_eq!(review.rollouts.len(), 1);
    assert!(review.attention.iter().all(|one| one.level == Level::Note));
    let counts = review.counts();
    assert_eq!((counts.replace, counts.update, counts.remove), (2, 1, 0));
    assert!(
        review
            .changes
            .iter()
            .all(|change| change.rollout == Some(0))
    );
    let styled = review::text(&[stage(review)]);
    assert!(!styled.contains("\u{1b}[31m"), "{styled}");
}

/// Only an endpoint that its callers lose is red.
#[test]
fn only_the_loss_of_an_endpoint_is_red() {
    for case in entries(&folder("review")) {
        let base = template(&case.join("base.json"));
        let new = template(&case.join("new.json"));
        let review = compare(base.as_ref(), new.as_ref());
        let lost = review.changes.iter().any(|change| {
            change.resource_type == "AWS::SageMaker::Endpoint" && change.loses_the_old()
        });
        let red = review::text(&[stage(review)]).contains("\u{1b}[31m");
        assert_eq!(red, lost, "{}", case.display());
    }
}

/// Two stages differ in names, and nobody replaces one with the other.
#[test]
fn stages_side_by_side_lose_nothing() {
    let read = |name: &str| template(&folder("../../templates").join(name)).unwrap();
    let staging = read("Staging/fraud.template.json");
    let production = read("Production/fraud.template.json");
    assert_eq!(
        compare(Some(&staging), Some(&production))
            .needs_acknowledgement()
            .len(),
        1
    );
    let review = contrast(&staging, &production);
    assert!(review.needs_acknowledgement().is_empty() && review.attention.is_empty());
    assert!(review.change("Endpoint").is_some() && review.rollouts.is_empty());
    // It only refers to what differs.
    assert!(
        review
            .change("ScalingPolicy")
            .is_none_or(|change| change.action == Action::Add)
    );
    assert!(contrast(&staging, &staging).is_empty());
}

/// Every shipped template against every other: no panic, and the same twice.
#[test]
fn the_shipped_templates_can_be_compared_with_each_other() {
    let mut templates = Vec::new();
    for stage in entries(&folder("../../templates")) {
        templates.extend(entries(&stage).iter().filter_map(|path| template(path)));
    }
    assert!(templates.len() >= 8);
    for base in &templates {
        for new in &templates {
            let review = compare(Some(base), Some(new));
            assert_eq!(review, compare(Some(base), Some(new)));
            assert_eq!(review.is_empty(), base.document == new.document);
            let back = compare(Some(new), Some(base));
            let ids = |review: &Review, action: Action| -> Vec<String> {
                review
                    .changes
                    .iter()
                    .filter(|change| change.action == action)
                    .map(|change| change.logical_id.clone())
                    .collect()
            };
            let mut gone = ids(&review, Action::Remove);
            gone.extend(ids(&review, Action::Retain));
            gone.sort();
            assert_eq!(gone, ids(&back, Action::Add));
        }
    }
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-zA-Z0-9:/.${}@`|<>* -]{0,24}".prop_map(Json::from),
        Just(Json::from([("Ref", Json::from("Other"))])),
        Just(Json::from([("Fn::Sub", Json::from("${Other}/x"))])),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::btree_map("[A-Za-z]{1,8}|Name|Key|Value|Environment", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn random_template() -> impl Strategy<Value = Template> {
    let kinds = prop::sample::select(vec![
        "AWS::SageMaker::Model",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Endpoint",
        "AWS::S3::Bucket",
        "AWS::IAM::Role",
        "Custom::Thing",
        "AWS::Unknown::Thing",
    ]);
    let names = prop::sample::select(vec![
        "EndpointConfigName",
        "ProductionVariants",
        "PrimaryContainer",
        "Tags",
        "Policies",
        "DeploymentConfig",
        "BucketName",
    ]);
    let properties = prop::collection::btree_map(names, json(), 0..4);
    let resource = (kinds, properties).prop_map(|(kind, properties)| {
        Json::from([
            ("Type", Json::from(kind)),
            ("Properties", properties.into_iter().collect()),
        ])
    });
    let ids = prop::sample::select(vec!["Model", "Other", "Endpoint", "Config"]);
    let sections =
        prop::collection::btree_map("Parameters|Outputs|Metadata|Mappings", json(), 0..3);
    (prop::collection::btree_map(ids, resource, 0..4), sections).prop_map(
        |(resources, sections)| {
            let mut document: Object = sections.into_iter().collect();
            document.insert("Resources", resources.into_iter().collect::<Json>());
            Template::from_document(document)
        },
    )
}

/// The same value with all keys in the opposite order.
fn reversed(value: &Json) -> Json {
    match value {
        Json::Array(items) => Json::Array(items.iter().map(reversed).collect()),
        Json::Object(object) => {
            let entries: Vec<(String, Json)> = object
                .iter()
                .map(|(key, value)| (key.to_owned(), reversed(value)))
                .collect();
            entries.into_iter().rev().collect()
        }
        other => other.clone(),
    }
}

fn reverse(template: &Template) -> Template {
    match reversed(&Json::Object(template.document.clone())) {
        Json::Object(document) => Template::from_document(document),
        _ => unreachable!("an object stays one"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_template_does_not_differ_from_itself(template in random_template()) {
        let review = compare(Some(&template), Some(&template));
        prop_assert!(review.is_empty(), "{review:?}");
        prop_assert!(compare(Some(&reverse(&template)), Some(&template)).is_empty());
    }

    #[test]
    fn the_order_of_keys_changes_nothing(base in random_template(), new in random_template()) {
        let review = compare(Some(&base), Some(&new));
        let other = compare(Some(&reverse(&base)), Some(&reverse(&new)));
        prop_assert_eq!(review::text(&[stage(review)]), review::text(&[stage(other)]));
    }

    #[test]
    fn any_two_templates_can_be_shown(base in random_template(), new in random_template()) {
        let reviews = [stage(compare(Some(&base), Some(&new)))];
        let text = plain(&review::text(&reviews));
        prop_assert!(text.ends_with('\n') && !text.contains('\r'));
        prop_assert!(markdown(&reviews, 4096).len() <= 4096);
        let json: serde_json::Value = serde_json::from_str(&review::json(&reviews)).unwrap();
        prop_assert_eq!(&json["schema_version"], 1);
    }
}
