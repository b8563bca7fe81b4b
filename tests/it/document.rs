//! The document that a stack becomes: sections, attributes, names, references.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use sageform::cfn::Attribute;
use sageform::cfn::cloudformation::CustomResource;
use sageform::cfn::sns::Topic;
use sageform::finding::{Finding, Source};
use sageform::rules;
use sageform::template::{
    Condition, DeletionPolicy, Handle, Parameter, Stack, Template, UpdateReplacePolicy, json_text,
};
use sageform::value::{Pseudo, Value};
use serde_json::json;

use crate::support::{document, render};

fn check(template: &Template) -> Vec<Finding> {
    rules::check(template, json_text(&template.document).len())
}

fn finished(stack: Stack) -> serde_json::Value {
    let (template, findings) = stack.finish();
    assert!(findings.is_empty(), "{}", render(&findings));
    let findings = check(&template);
    assert!(findings.is_empty(), "{}", render(&findings));
    assert_eq!(document(&json_text(&template.document)), template.document);
    serde_json::to_value(&template.document).unwrap()
}

#[expect(clippy::too_many_lines, reason = "one document, written out")]
#[test]
fn every_section_is_written_in_its_place() {
    let mut stack = Stack::new("all");
    let hook = stack.add(
        "Hook",
        CustomResource::new("arn:aws:lambda:eu-west-1:111111111111:function:a"),
    );
    let topic = stack.add("Topic", Topic::default());
    stack
        .output("Computed", hook.get_att(&Attribute::custom("Anything")))
        .export(Value::sub("${AWS::StackName}-computed"));
    let stage = stack.parameter(
        "Stage",
        Parameter::text()
            .description("The stage")
            .default_value("staging")
            .allowed_values(["staging", "production"])
            .constraint_description("a stage"),
    );
    let secret = stack.parameter(
        "Secret",
        Parameter::text().allowed_pattern("[a-z]*").no_echo(),
    );
    let count = stack.parameter("Count", Parameter::number().with("MinValue", 1_i64));
    let zones = stack.parameter("Zones", Parameter::comma_delimited_list());
    let vpc = stack.parameter("Vpc", Parameter::<String>::of_type("AWS::EC2::VPC::Id"));
    let production = stack.condition(
        "IsProduction",
        Condition::equals(stage.value(), "production"),
    );
    let some = stack.condition("HasSecret", !Condition::equals(secret.value(), ""));
    let both = stack.condition("Both", Condition::all([production.holds(), some.holds()]));
    stack.condition(
        "Either",
        Condition::any([both.holds(), !production.holds()]),
    );
    let names = stack.mapping(
        "Names",
        [("production", [("Name", "orders".into())].into())],
    );
    stack.rule(
        "Sizes",
        Some(Condition::equals(stage.value(), "production")),
        [
            (
                Condition::contains(vec!["1", "2"], count.value()),
                "a size that exists",
            ),
            (
                Condition::each_member_in(zones.value(), vec!["a", "b"]),
                "zones that exist",
            ),
            (
                Condition::each_member_equals(zones.value(), "a"),
                "one zone",
            ),
        ],
    );
    stack.rule(
        "Always",
        None,
        [(Condition::equals(vpc.value(), "x"), "a network")],
    );
    stack.metadata("Author", "us");
    stack.describe("Everything");
    stack
        .resource(&topic)
        .depends_on(&hook)
        .depends_on(&hook)
        .condition(&production)
        .deletion_policy(DeletionPolicy::RetainExceptOnCreate)
        .update_replace_policy(UpdateReplacePolicy::Snapshot)
        .metadata("Reason", "none")
        .property("TopicName", names.find::<String>(stage.value(), "Name"))
        .property("FifoTopic", false);
    stack
        .output("TopicArn", topic.reference())
        .description("The topic")
        .condition(&production);
    stack.tag("team", "growth");
    let json = finished(stack);
    assert_eq!(
        json,
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "Everything",
            "Metadata": {"Author": "us"},
            "Parameters": {
                "Stage": {"Type": "String", "Description": "The stage", "Default": "staging",
                    "AllowedValues": ["staging", "production"], "ConstraintDescription": "a stage"},
                "Secret": {"Type": "String", "AllowedPattern": "[a-z]*", "NoEcho": true},
                "Count": {"Type": "Number", "MinValue": 1},
                "Zones": {"Type": "CommaDelimitedList"},
                "Vpc": {"Type": "AWS::EC2::VPC::Id"},
            },
            "Rules": {
                "Sizes": {
                    "RuleCondition": {"Fn::Equals": [{"Ref": "Stage"}, "production"]},
                    "Assertions": [
                        {"Assert": {"Fn::Contains": [["1", "2"], {"Ref": "Count"}]},
                            "AssertDescription": "a size that exists"},
                        {"Assert": {"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "b"]]},
                            "AssertDescription": "zones that exist"},
                        {"Assert": {"Fn::EachMemberEquals": [{"Ref": "Zones"}, "a"]},
                            "AssertDescription": "one zone"},
                    ],
                },
                "Always": {"Assertions": [
                    {"Assert": {"Fn::Equals": [{"Ref": "Vpc"}, "x"]}, "AssertDescription": "a network"},
                ]},
            },
            "Mappings": {"Names": {"production": {"Name": "orders"}}},
            "Conditions": {
                "IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "production"]},
                "HasSecret": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Secret"}, ""]}]},
                "Both": {"Fn::And": [{"Condition": "IsProduction"}, {"Condition": "HasSecret"}]},
                "Either": {"Fn::Or": [{"Condition": "Both"}, {"Fn::Not": [{"Condition": "IsProduction"}]}]},
            },
            "Resources": {
                "Hook": {
                    "Type": "AWS::CloudFormation::CustomResource",
                    "Properties": {"ServiceToken": "arn:aws:lambda:eu-west-1:111111111111:function:a"},
                },
                "Topic": {
                    "Type": "AWS::SNS::Topic",
                    "Condition": "IsProduction",
                    "DependsOn": ["Hook"],
                    "DeletionPolicy": "RetainExceptOnCreate",
                    "UpdateReplacePolicy": "Snapshot",
                    "Metadata": {"Reason": "none"},
                    "Properties": {
                        "TopicName": {"Fn::FindInMap": ["Names", {"Ref": "Stage"}, "Name"]},
                        "FifoTopic": false,
                        "Tags": [{"Key": "team", "Value": "growth"}],
                    },
                },
            },
            "Outputs": {
                "Computed": {
                    "Value": {"Fn::GetAtt": ["Hook", "Anything"]},
                    "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-computed"}},
                },
                "TopicArn": {"Value": {"Ref": "Topic"}, "Description": "The topic", "Condition": "IsProduction"},
            },
        })
    );
}

#[test]
fn sections_come_in_the_order_in_which_people_read_them() {
    let mut stack = Stack::new("order");
    let topic = stack.add("Topic", Topic::default());
    stack.output("Arn", topic.reference());
    stack.condition("Yes", Condition::equals("a", "a"));
    stack.mapping("M", [("A", [("B", "c".into())].into())]);
    stack.parameter("P", Parameter::text());
    stack.rule("R", None, [(Condition::equals("a", "a"), "is")]);
    stack.metadata("M", "m");
    stack.transform("AWS::LanguageExtensions");
    stack.describe("d");
    let (template, _) = stack.finish();
    let expected = [
        "AWSTemplateFormatVersion",
        "Description",
        "Transform",
        "Metadata",
        "Parameters",
        "Rules",
        "Mappings",
        "Conditions",
        "Resources",
        "Outputs",
    ];
    assert_eq!(template.document.keys().collect::<Vec<_>>(), expected);
}

#[test]
fn one_transform_is_a_text_and_several_are_a_list() {
    let with = |names: &[&'static str]| {
        let mut stack = Stack::new("transforms");
        stack.add("Topic", Topic::default());
        for name in names {
            stack.transform(*name);
        }
        finished(stack)["Transform"].clone()
    };
    assert_eq!(with(&[]), json!(null));
    assert_eq!(
        with(&["AWS::LanguageExtensions"]),
        json!("AWS::LanguageExtensions")
    );
    assert_eq!(
        with(&["AWS::LanguageExtensions", "Mine"]),
        json!(["AWS::LanguageExtensions", "Mine"])
    );
}

#[test]
fn names_that_are_taken_are_found_and_the_first_stays() {
    let mut stack = Stack::new("twice");
    stack.add(
        "Topic",
        Topic {
            display_name: Some("first".into()),
            ..Topic::default()
        },
    );
    stack.add(
        "Topic",
        Topic {
            display_name: Some("second".into()),
            ..Topic::default()
        },
    );
    stack.scoped("To", |stack| stack.add("pic", Topic::default()));
    stack.parameter("P", Parameter::text());
    stack.parameter("P", Parameter::number());
    stack.condition("C", Condition::equals("a", "a"));
    stack.condition("C", Condition::equals("a", "b"));
    stack.mapping("M", [("A", [("B", "c".into())].into())]);
    stack.mapping("M", [("X", [("Y", "z".into())].into())]);
    stack.rule("R", None, [(Condition::equals("a", "a"), "is")]);
    stack.rule("R", None, [(Condition::equals("a", "b"), "is not")]);
    stack.output("O", "first");
    stack.output("O", "second");
    let (template, findings) = stack.finish();
    let messages: Vec<_> = findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "two resources have the logical id `Topic`",
            "two resources have the logical id `Topic`",
            "two parameters have the name `P`",
            "two conditions have the name `C`",
            "two mappings have the name `M`",
            "two rules have the name `R`",
            "two outputs have the name `O`",
        ]
    );
    for finding in &findings {
        let source = finding.place.source.as_ref().unwrap();
        assert_eq!(source.file, "tests/it/document.rs");
        assert!(finding.is_error());
    }
    let json = serde_json::to_value(&template.document).unwrap();
    assert_eq!(
        json["Resources"]["Topic"]["Properties"]["DisplayName"],
        "first"
    );
    assert_eq!(json["Parameters"]["P"]["Type"], "String");
    assert_eq!(json["Outputs"]["O"]["Value"], "first");
}

#[test]
fn a_handle_of_another_stack_is_refused_by_name() {
    let mut other = Stack::new("other");
    let handle = other.add("Topic", Topic::default());
    let mut stack = Stack::new("mine");
    let panic = catch_unwind(AssertUnwindSafe(|| {
        stack.resource(&handle);
    }));
    let message = panic.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*message, "`Topic` is not a resource of the stack `mine`");
}

/// A reference by such a handle becomes text before anybody knows; the rules find it.
#[test]
fn a_reference_into_another_stack_dangles() {
    let mut other = Stack::new("other");
    let handle = other.add("Topic", Topic::default());
    let mut stack = Stack::new("mine");
    stack.add("Mine", Topic::default());
    stack.output("Arn", handle.reference());
    let (template, _) = stack.finish();
    let findings = check(&template);
    assert_eq!(
        findings[0].message,
        "no parameter or resource has the name `Topic`"
    );
}

#[test]
fn tags_go_to_what_can_be_tagged_and_keeps_its_own() {
    let mut stack = Stack::new("tags");
    let own = Value::from([sageform::cfn::sns::topic::Tag::new("team", "own")]);
    stack.add(
        "Own",
        Topic {
            tags: Some(own),
            ..Topic::default()
        },
    );
    let computed = Value::reference("Tags");
    stack.add(
        "Computed",
        Topic {
            tags: Some(computed),
            ..Topic::default()
        },
    );
    stack.add("Hook", CustomResource::new("arn"));
    stack.parameter("Tags", Parameter::comma_delimited_list());
    stack.tag("team", "stack");
    stack.tag("owner", Value::pseudo(Pseudo::AccountId));
    let json = finished(stack);
    let owner = json!({"Key": "owner", "Value": {"Ref": "AWS::AccountId"}});
    assert_eq!(
        json["Resources"]["Own"]["Properties"]["Tags"],
        json!([{"Key": "team", "Value": "own"}, owner])
    );
    assert_eq!(
        json["Resources"]["Computed"]["Properties"]["Tags"],
        json!({"Ref": "Tags"})
    );
    assert_eq!(
        json["Resources"]["Hook"]["Properties"],
        json!({"ServiceToken": "arn"})
    );
}

#[test]
fn an_override_is_a_cause() {
    let cause = Source {
        file: "a.yaml".into(),
        line: 7,
        column: 1,
        length: 1,
        text: None,
    };
    let mut stack = Stack::new("overridden");
    stack.add(
        "Topic",
        Topic {
            display_name: Some("a".into()),
            ..Topic::default()
        },
    );
    let properties = [
        ("DisplayNam", "b".into()),
        ("DisplayName", sageform::json::Json::Null),
    ];
    stack.override_properties("Topic", properties.into(), Some(cause.clone()));
    stack.override_properties("Topik", [("A", "b".into())].into(), Some(cause.clone()));
    let (template, mut findings) = stack.finish();
    findings.extend(check(&template));
    assert_eq!(findings.len(), 2, "{}", render(&findings));
    for finding in findings {
        assert_eq!(finding.place.source.as_ref(), Some(&cause));
    }
    let json = serde_json::to_value(&template.document).unwrap();
    assert_eq!(
        json["Resources"]["Topic"]["Properties"],
        json!({"DisplayNam": "b"})
    );
}

fn nested(stack: &mut Stack, scopes: &[String], name: &str) -> Handle<Topic> {
    match scopes {
        [] => stack.add(name, Topic::default()),
        [first, rest @ ..] => stack.scoped(first, |stack| nested(stack, rest, name)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever else the stack has, and in whatever order.
    #[test]
    fn a_logical_id_follows_from_its_path_alone(
        scopes in prop::collection::vec("[A-Z][a-z0-9]{0,5}", 0..4),
        name in "[A-Z][a-z0-9]{0,5}",
        others in prop::collection::vec("[A-Z][a-z0-9]{6,9}", 0..6),
    ) {
        let id = scopes.concat() + &name;
        let mut alone = Stack::new("alone");
        let handle = nested(&mut alone, &scopes, &name);
        prop_assert_eq!(handle.logical_id().as_str(), &id);
        let mut among = Stack::new("among");
        for (index, other) in others.iter().enumerate() {
            among.scoped(other, |stack| stack.add("Before", Topic::default()));
            among.parameter(format!("{other}{index}"), Parameter::text());
        }
        let handle = nested(&mut among, &scopes, &name);
        prop_assert_eq!(handle.logical_id().as_str(), &id);
        let again = nested(&mut among, &scopes, &name);
        prop_assert_eq!(again.logical_id().as_str(), &id);
        let (template, _) = among.finish();
        prop_assert!(template.resources().any(|resource| resource.id == id));
    }
}
