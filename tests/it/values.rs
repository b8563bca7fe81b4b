//! Values and JSON: what they are written as, and that nothing is lost on the way.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sageform::config::yaml::{self, Limits};
use sageform::json::{Json, Number, Object, Text, from_json, to_json};
use sageform::template::{json_text, yaml_text};
use sageform::value::{Function, Pseudo, Value};
use serde_json::json;

fn text(value: &Json) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn constructors_write_the_long_forms() {
    type V = Value<String>;
    type L = Value<Vec<Value<String>>>;
    let parameter = || V::reference("Parameter");
    let cases: Vec<(Json, serde_json::Value)> = vec![
        (parameter().into(), json!({"Ref": "Parameter"})),
        (
            V::call(Function::GetAtt, vec!["Role", "Arn"]).into(),
            json!({"Fn::GetAtt": ["Role", "Arn"]}),
        ),
        (
            V::sub("${A}-${!B}").into(),
            json!({"Fn::Sub": "${A}-${!B}"}),
        ),
        (
            V::sub_with("${A}", [("A", parameter())]).into(),
            json!({"Fn::Sub": ["${A}", {"A": {"Ref": "Parameter"}}]}),
        ),
        (
            V::join("-", ["a".into(), parameter()]).into(),
            json!({"Fn::Join": ["-", ["a", {"Ref": "Parameter"}]]}),
        ),
        (
            L::split(",", parameter()).into(),
            json!({"Fn::Split": [",", {"Ref": "Parameter"}]}),
        ),
        (
            V::select(1, L::split(",", "a,b")).into(),
            json!({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}),
        ),
        (
            V::select(0, ["a", "b"]).into(),
            json!({"Fn::Select": [0, ["a", "b"]]}),
        ),
        (
            V::when("Yes", "a", V::pseudo(Pseudo::NoValue)).into(),
            json!({"Fn::If": ["Yes", "a", {"Ref": "AWS::NoValue"}]}),
        ),
        (
            V::find_in_map("Types", V::pseudo(Pseudo::Region), "Type").into(),
            json!({"Fn::FindInMap": ["Types", {"Ref": "AWS::Region"}, "Type"]}),
        ),
        (
            V::import(V::sub("${AWS::StackName}-x")).into(),
            json!({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-x"}}),
        ),
        (V::base64("text").into(), json!({"Fn::Base64": "text"})),
        (L::availability_zones("").into(), json!({"Fn::GetAZs": ""})),
        (
            L::cidr("10.0.0.0/16", 2, 8).into(),
            json!({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}),
        ),
        (
            Value::<i64>::length(["a", "b"]).into(),
            json!({"Fn::Length": ["a", "b"]}),
        ),
        (
            V::to_json_string([("a", Json::from(1_i64))]).into(),
            json!({"Fn::ToJsonString": {"a": 1}}),
        ),
        (
            V::call(Function::Transform, [("Name", Json::from("AWS::Include"))]).into(),
            json!({"Fn::Transform": {"Name": "AWS::Include"}}),
        ),
        (V::dynamic("ssm:/a:3").into(), json!("{{resolve:ssm:/a:3}}")),
        (V::raw(2_i64).into(), json!(2)),
        (Value::from(1.5).into(), json!(1.5)),
        (Value::<f64>::from(70.0).into(), json!(70)),
        (
            Value::<Vec<Value<String>>>::from(["a"]).into(),
            json!(["a"]),
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(text(&value), expected);
        // Read again, a call is a call.
        let again: Value<String> = from_json(&value).unwrap();
        assert_eq!(text(&again.into_json()), expected);
    }
    let pseudo = [
        "AWS::AccountId",
        "AWS::NotificationARNs",
        "AWS::NoValue",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    ];
    for (pseudo, name) in Pseudo::ALL.iter().zip(pseudo) {
        assert_eq!(
            text(&Value::<String>::pseudo(*pseudo).into_json()),
            json!({"Ref": name})
        );
    }
    assert_eq!(Pseudo::ALL.len(), pseudo.len());
    for function in Function::ALL {
        assert_eq!(Function::from_key(function.key()), Some(*function));
    }
}

#[test]
fn a_value_is_a_literal_where_it_can_be() {
    let read = |json: serde_json::Value| -> Value<i64> { serde_json::from_value(json).unwrap() };
    assert!(matches!(read(json!(2)), Value::Literal(2)));
    assert!(matches!(read(json!({"Ref": "Count"})), Value::Intrinsic(_)));
    // CloudFormation coerces it; it is written as it was read.
    assert!(matches!(read(json!("2")), Value::Raw(_)));
    assert!(matches!(read(json!({"Ref": "A", "B": 1})), Value::Raw(_)));
    assert_eq!(read(json!(2)).cast::<String>(), Value::raw(2_i64));
    assert_eq!(read(json!(2)).map(|count| count + 1), Value::Literal(3));
    let computed = read(json!({"Ref": "Count"}));
    assert_eq!(computed.clone().map(|count| count + 1), computed);
}

#[test]
fn a_key_that_is_there_twice_is_an_error() {
    for text in [
        r#"{"a": 1, "a": 1}"#,
        r#"{"b": [{"c": {"a": 1, "b": 2, "a": 3}}]}"#,
        r#"{"\u0061": 1, "a": 2}"#,
    ] {
        let error = serde_json::from_str::<Json>(text).unwrap_err();
        assert!(error.to_string().contains("duplicate key `a`"), "{error}");
    }
}

fn object(entries: impl IntoIterator<Item = (String, Json)>) -> Object {
    entries.into_iter().collect()
}

/// Texts, with those that YAML and templates could take for something else.
fn texts() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "",
        " ",
        "~",
        "null",
        "yes",
        "No",
        "on",
        "true",
        "012",
        "0x1F",
        "1_000",
        "1e3",
        "12:30:45",
        ".inf",
        "-",
        "- a",
        "a: b",
        "# a",
        "a #b",
        "!Ref A",
        "&a",
        "*a",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "\"",
        "\\",
        "a\nb",
        "a\n",
        "\n\na",
        "\t",
        "a\t",
        "  a  ",
        "\u{85}",
        "\u{2028}",
        "é",
        "\u{1F600}",
        "\u{FEFF}",
        "\u{7f}",
        "\u{0}",
        "\r\n",
        "{{resolve:ssm:a}}",
        "${A}",
        "---",
        "...",
        "=",
        "<<",
        "2010-09-09",
        "?",
        "? a",
        "[",
        "{",
        ",",
        "Ref",
    ]);
    prop_oneof![
        odd.prop_map(str::to_owned),
        any::<String>(),
        "[A-Za-z:]{1,8}"
    ]
}

fn jsons() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|number| Json::Number(number.into())),
        (-1e9..1e9_f64).prop_map(|number| Json::Number(Number::from_f64(number).unwrap())),
        texts().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::btree_map(texts(), inner, 0..6)
                .prop_map(|entries| Json::Object(object(entries))),
        ]
    })
}

fn objects() -> impl Strategy<Value = Object> {
    prop::collection::btree_map(texts(), jsons(), 0..6).prop_map(object)
}

fn reversed(json: &Json) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.iter().map(reversed).collect()),
        Json::Object(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| (key.to_owned(), reversed(value)))
                .collect();
            entries.reverse();
            Json::Object(object(entries))
        }
        other => other.clone(),
    }
}

fn has_null(json: &Json) -> bool {
    match json {
        Json::Object(entries) => entries
            .iter()
            .any(|(_, value)| *value == Json::Null || has_null(value)),
        _ => false,
    }
}

/// What merging means, said once more and differently: over sorted maps.
fn merged(target: &Json, source: &Json) -> Json {
    let Json::Object(source) = source else {
        return source.clone();
    };
    let mut entries: BTreeMap<String, Json> = target
        .as_object()
        .into_iter()
        .flat_map(Object::iter)
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect();
    for (key, value) in source.iter() {
        let before = entries.remove(key).unwrap_or_default();
        if *value != Json::Null {
            entries.insert(key.to_owned(), merged(&before, value));
        }
    }
    Json::Object(object(entries))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_as_it_was_written(json in jsons()) {
        let text = serde_json::to_string_pretty(&json).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Json>(&text).unwrap(), &json);
        prop_assert_eq!(&from_json::<Json>(&json).unwrap(), &json);
        let value: Value<Json> = from_json(&json).unwrap();
        prop_assert_eq!(&value.into_json(), &json);
        let again = to_json(&json).unwrap();
        prop_assert_eq!(to_json(&again).unwrap(), again);
    }

    #[test]
    fn the_yaml_view_is_the_same_document(document in objects()) {
        let text = yaml_text(&document);
        let (read, findings) = yaml::parse("t.yaml", text.as_bytes(), &Limits::TEMPLATE);
        prop_assert!(findings.is_empty(), "{}\n{:#?}", text, findings);
        prop_assert_eq!(read.unwrap().to_json(), Json::Object(document), "{}", text);
    }

    #[test]
    fn the_order_of_keys_is_kept_and_does_not_matter(document in objects()) {
        let text = json_text(&document);
        prop_assert_eq!(text.chars().last(), Some(char::from(10)));
        let read: Object = serde_json::from_str(&text).unwrap();
        prop_assert!(read.keys().eq(document.keys()));
        let document = Json::Object(document);
        prop_assert_eq!(&reversed(&document), &document);
        let mut other = document.clone();
        other.as_object_mut().unwrap().insert("another key", true);
        prop_assert_ne!(&other, &document);
    }

    #[test]
    fn merging_is_that_of_rfc_7386(target in jsons(), source in jsons()) {
        let mut once = target.clone();
        once.merge(source.clone());
        prop_assert_eq!(&once, &merged(&target, &source));
        let mut twice = once.clone();
        twice.merge(source.clone());
        prop_assert_eq!(&twice, &once);
        let mut fresh = Json::Null;
        fresh.merge(source);
        prop_assert!(!has_null(&fresh), "{:?}", fresh);
    }
}

#[test]
fn an_object_keeps_the_place_of_a_key_that_is_set_again() {
    let mut object: Object = [("b", 1_i64), ("a", 2)].into_iter().collect();
    object.insert(Text::Borrowed("b"), 3_i64);
    assert_eq!(object.keys().collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(object.remove("b"), Some(Json::from(3_i64)));
    assert_eq!(object.remove("b"), None);
    assert_eq!(object.single(), Some(("a", &Json::from(2_i64))));
}
