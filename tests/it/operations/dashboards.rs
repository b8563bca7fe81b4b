//! Bodies of dashboards against CloudWatch's description of them.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>

use std::collections::BTreeSet;

use sageform::json::Json;

use super::shapes::SHAPES;
use super::template;

/// The body as CloudWatch receives it: with something in each `${…}`.
fn body(name: &str) -> Json {
    let (_, build) = SHAPES.iter().find(|(shape, _)| *shape == name).unwrap();
    let (template, _) = template(name, *build);
    let dashboard = template.resources().find(|one| one.id == "Dashboard");
    let properties = dashboard.unwrap().properties().unwrap();
    assert_eq!(properties.get("DashboardName"), None, "{name}");
    let sub = properties
        .get("DashboardBody")
        .unwrap()
        .get("Fn::Sub")
        .unwrap();
    let text = match sub {
        Json::Array(items) => items[0].as_str().unwrap(),
        text => text.as_str().unwrap(),
    };
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (reference, after) = after.split_once('}').unwrap();
        filled.push_str(before);
        match reference.strip_prefix('!') {
            Some(literal) => filled.extend(["${", literal, "}"]),
            None => filled.extend(["<", reference, ">"]),
        }
        rest = after;
    }
    filled.push_str(rest);
    serde_json::from_str(&filled).unwrap()
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_str).unwrap()
}

fn number(json: &Json, key: &str) -> i64 {
    match json.get(key) {
        Some(Json::Number(number)) => number.as_i64().unwrap(),
        other => panic!("{key}: {other:?}"),
    }
}

fn keys(json: &Json) -> Vec<&str> {
    json.as_object().unwrap().keys().collect()
}

/// Each line is a metric with its rendering, or an expression over ids of the same chart.
fn check_metrics(chart: &Json) {
    let title = text(chart, "title");
    let mut ids = BTreeSet::new();
    let mut expressions = Vec::new();
    for line in chart.get("metrics").unwrap().as_array().unwrap() {
        let line = line.as_array().unwrap();
        let (rendering, metric) = line.split_last().unwrap();
        for key in keys(rendering) {
            let known = ["id", "label", "stat", "visible", "yAxis", "expression"];
            assert!(known.contains(&key), "{title}: {key}");
        }
        if let Some(id) = rendering.get("id").and_then(Json::as_str) {
            assert!(id.starts_with(|first: char| first.is_ascii_lowercase()));
            assert!(ids.insert(id), "{title}: {id} is there twice");
        }
        if let Some(expression) = rendering.get("expression").and_then(Json::as_str) {
            assert!(metric.is_empty(), "{title}");
            expressions.push(expression);
        } else {
            // Namespace, name, and pairs of dimensions.
            assert!(metric.len() >= 4 && metric.len() % 2 == 0, "{title}");
            assert!(metric.iter().all(|part| part.as_str().is_some()), "{title}");
            assert!(rendering.get("stat").is_some(), "{title}");
        }
    }
    for expression in expressions {
        let used = expression.split(' ').filter(|word| word.starts_with('m'));
        assert!(used.clone().count() >= 1, "{title}: {expression}");
        for id in used {
            assert!(ids.contains(id), "{title}: {expression}");
        }
    }
}

#[test]
fn every_widget_is_as_cloudwatch_describes_it() {
    for (name, _) in SHAPES {
        let body = body(name);
        assert_eq!(keys(&body), ["widgets"]);
        let widgets = body.get("widgets").unwrap().as_array().unwrap();
        assert!((1..=500).contains(&widgets.len()), "{name}");
        let mut taken = BTreeSet::new();
        for widget in widgets {
            let (x, y) = (number(widget, "x"), number(widget, "y"));
            let (width, height) = (number(widget, "width"), number(widget, "height"));
            assert!(x >= 0 && width >= 1 && x + width <= 24, "{name}");
            for column in x..x + width {
                for row in y..y + height {
                    assert!(taken.insert((column, row)), "{name}: {column}, {row}");
                }
            }
            let properties = widget.get("properties").unwrap();
            match text(widget, "type") {
                "metric" => {
                    assert_eq!(text(properties, "region"), "<AWS::Region>");
                    assert_eq!(text(properties, "view"), "timeSeries");
                    assert_eq!(number(properties, "period") % 60, 0);
                    check_metrics(properties);
                }
                "text" => assert!(text(properties, "markdown").starts_with("## ")),
                "alarm" => {
                    let alarms = properties.get("alarms").unwrap().as_array().unwrap();
                    assert!((1..=100).contains(&alarms.len()), "{name}");
                }
                other => panic!("{name}: {other}"),
            }
        }
    }
}

#[test]
fn texts_stand_for_themselves() {
    let body = body("real_time");
    let widgets = body.get("widgets").unwrap().as_array().unwrap();
    let alarms = widgets[0].get("properties").unwrap().get("alarms").unwrap();
    let alarms = alarms.as_array().unwrap();
    assert_eq!(alarms[0].as_str(), Some("<Unwell.Arn>"));
    let named = alarms.last().unwrap().as_str().unwrap();
    assert!(
        named.ends_with(r#":alarm:checkout "failures" ${x}"#),
        "{named}"
    );
}

/// The titles of the charts of one mode.
fn titles(name: &str) -> Vec<String> {
    let body = body(name);
    let widgets = body.get("widgets").unwrap().as_array().unwrap();
    let title = |widget: &Json| {
        let properties = widget.get("properties").unwrap();
        let title = properties.get("title").or(properties.get("markdown"));
        title.unwrap().as_str().unwrap().to_owned()
    };
    widgets.iter().map(title).collect()
}

#[test]
fn each_mode_shows_what_it_publishes() {
    assert_eq!(
        titles("serverless"),
        [
            "Alarms",
            "Invocations",
            "Errors",
            "Latency of the model",
            "Latency around the model",
            "Cold starts",
            "Concurrency and memory in use",
            "Provisioned concurrency in use",
        ]
    );
    let queue = titles("asynchronous");
    assert!(queue.contains(&"Backlog".to_owned()));
    // Not published.
    assert!(!queue.contains(&"Invocations".to_owned()));
    let components = titles("components");
    for header in ["## primary", "## churn-llama", "## <Value1>"] {
        assert!(components.contains(&header.to_owned()), "{components:?}");
    }
    let variants = titles("variants");
    assert_eq!(
        variants.iter().filter(|title| *title == "Errors").count(),
        2
    );
}
