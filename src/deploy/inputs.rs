//! What a change set is given beside its template, worked out from the template. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, closest};
use crate::json::Json;
use crate::template::Template;

pub use crate::permissions::LARGEST_BODY;

use super::change_set::ParameterValue;

/// What stands for a value that nobody may read.
pub const MASK: &str = "****";

/// The most alarms that a rollback configuration may name.
const MOST_ALARMS: usize = 5;

/// Resources that need `CAPABILITY_IAM`, each with the property that names it: with it,
/// `CAPABILITY_NAMED_IAM` is needed.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html#using-iam-capabilities>
const IAM: &[(&str, Option<&str>)] = &[
    ("AWS::IAM::AccessKey", None),
    ("AWS::IAM::Group", Some("GroupName")),
    ("AWS::IAM::InstanceProfile", Some("InstanceProfileName")),
    ("AWS::IAM::ManagedPolicy", Some("ManagedPolicyName")),
    ("AWS::IAM::Policy", None),
    ("AWS::IAM::GroupPolicy", None),
    ("AWS::IAM::Role", Some("RoleName")),
    ("AWS::IAM::RolePolicy", None),
    ("AWS::IAM::User", Some("UserName")),
    ("AWS::IAM::UserPolicy", None),
    ("AWS::IAM::UserToGroupAddition", None),
];

/// Reads a template that this program or another submitted.
///
/// # Errors
///
/// What is wrong with a text that is not a JSON object.
pub fn read_template(text: &str) -> Result<Template, String> {
    match serde_json::from_str(text) {
        Ok(Json::Object(document)) => Ok(Template::from_document(document)),
        Ok(other) => Err(format!("expected an object, got {}", other.kind())),
        Err(error) => Err(error.to_string()),
    }
}

/// The capabilities that a template needs and no others, sorted.
pub fn capabilities(template: &Template) -> Vec<String> {
    let mut needed = BTreeSet::new();
    for resource in template.resources() {
        if let Some((_, name)) = IAM.iter().find(|(known, _)| *known == resource.type_name) {
            let named = name
                .and_then(|name| resource.properties()?.get(name))
                .is_some();
            needed.insert(if named {
                "CAPABILITY_NAMED_IAM"
            } else {
                "CAPABILITY_IAM"
            });
        }
    }
    if needed.contains("CAPABILITY_NAMED_IAM") {
        // It covers unnamed ones too.
        needed.remove("CAPABILITY_IAM");
    }
    if template.document.get("Transform").is_some() || has_macro(template) {
        needed.insert("CAPABILITY_AUTO_EXPAND");
    }
    needed.into_iter().map(str::to_owned).collect()
}

fn has_macro(template: &Template) -> bool {
    fn within(json: &Json) -> bool {
        match json {
            Json::Object(object) => object
                .iter()
                .any(|(key, value)| key == "Fn::Transform" || within(value)),
            Json::Array(items) => items.iter().any(within),
            _ => false,
        }
    }
    template.document.iter().any(|(_, section)| within(section))
}

/// Every parameter of a template with the value that it gets: the one that was given, the one that
/// the stack has, or the template's default.
///
/// # Errors
///
/// Each parameter that has none of these, and each value for a parameter that is not there.
pub fn parameters(
    template: &Template,
    given: &BTreeMap<String, String>,
    previous: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, ParameterValue>, Vec<Finding>> {
    let mut values = BTreeMap::new();
    let mut findings = Vec::new();
    let declared: Vec<(&str, &Json)> = template
        .section("Parameters")
        .map(|section| section.iter().collect())
        .unwrap_or_default();
    for (name, declaration) in &declared {
        if let Some(value) = given.get(*name) {
            values.insert((*name).to_owned(), ParameterValue::Value(value.clone()));
        } else if previous.contains_key(*name) {
            values.insert((*name).to_owned(), ParameterValue::UsePreviousValue);
        } else if let Some(default) = declaration.get("Default") {
            values.insert((*name).to_owned(), ParameterValue::Value(plain(default)));
        } else {
            let meaning = declaration
                .get("Description")
                .and_then(Json::as_str)
                .map(|text| format!(": {text}"))
                .unwrap_or_default();
            findings.push(
                Finding::error(
                    "missing-parameter",
                    format!("parameter `{name}` has no value{meaning}"),
                )
                .on(*name)
                .hint(format!("give it with `--parameter {name}=VALUE`")),
            );
        }
    }
    for name in given.keys() {
        if !declared.iter().any(|(known, _)| known == name) {
            let finding = Finding::error(
                "unknown-parameter",
                format!("the template has no parameter `{name}`"),
            );
            let meant = closest(name, declared.iter().map(|(known, _)| *known));
            findings.push(match meant {
                Some(meant) => finding.hint(format!("did you mean `{meant}`?")),
                None => finding,
            });
        }
    }
    if findings.is_empty() {
        Ok(values)
    } else {
        Err(findings)
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.to_string(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The parameters whose values nobody may read.
pub fn secret_parameters(template: &Template) -> BTreeSet<&str> {
    let Some(section) = template.section("Parameters") else {
        return BTreeSet::new();
    };
    section
        .iter()
        .filter(|(_, declaration)| {
            declaration.get("NoEcho").is_some_and(|secret| {
                *secret == Json::Bool(true) || secret.as_str() == Some("true")
            })
        })
        .map(|(name, _)| name)
        .collect()
}

/// An endpoint of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointInTemplate {
    /// Its logical id.
    pub logical_id: String,
    /// The logical id of its configuration, where the template has it.
    pub config: Option<String>,
    /// Its name, where the template says it in plain text.
    pub name: Option<String>,
    /// The logical ids of the alarms that take an update of it back.
    pub alarms: Vec<String>,
    /// The variants of its configuration, with the count of instances that each begins with.
    pub variants: Vec<VariantInTemplate>,
}

/// A variant of an endpoint's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantInTemplate {
    /// Its name.
    pub name: String,
    /// The count of instances that it begins with; `None` where it has none or it is not plain.
    pub initial_instance_count: Option<i64>,
}

/// The endpoints of a template, sorted by logical id.
pub fn endpoints(template: &Template) -> Vec<EndpointInTemplate> {
    let mut found: Vec<EndpointInTemplate> = template
        .resources()
        .filter(|resource| resource.type_name == "AWS::SageMaker::Endpoint")
        .map(|resource| {
            let property = |name: &str| resource.properties().and_then(|all| all.get(name));
            let config = property("EndpointConfigName").and_then(referred);
            let alarms = property("DeploymentConfig")
                .and_then(|config| config.get("AutoRollbackConfiguration")?.get("Alarms"))
                .and_then(Json::as_array)
                .unwrap_or_default();
            EndpointInTemplate {
                logical_id: resource.id.to_owned(),
                name: property("EndpointName")
                    .and_then(Json::as_str)
                    .map(str::to_owned),
                alarms: alarms
                    .iter()
                    .filter_map(|alarm| referred(alarm.get("AlarmName")?))
                    .map(str::to_owned)
                    .collect(),
                variants: config
                    .map(|config| variants(template, config))
                    .unwrap_or_default(),
                config: config.map(str::to_owned),
            }
        })
        .collect();
    found.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
    found
}

fn variants(template: &Template, config: &str) -> Vec<VariantInTemplate> {
    let config = template.resources().find(|resource| resource.id == config);
    config
        .and_then(|config| config.properties()?.get("ProductionVariants")?.as_array())
        .unwrap_or_default()
        .iter()
        .filter_map(|variant| {
            Some(VariantInTemplate {
                name: variant.get("VariantName")?.as_str()?.to_owned(),
                initial_instance_count: variant
                    .get("InitialInstanceCount")
                    .and_then(|count| plain(count).parse().ok()),
            })
        })
        .collect()
}

/// The logical id that a `Ref` or `Fn::GetAtt` refers to.
fn referred(value: &Json) -> Option<&str> {
    if let Some(id) = value.get("Ref") {
        return id.as_str();
    }
    let target = value.get("Fn::GetAtt")?;
    match target.as_array() {
        Some(parts) => parts.first()?.as_str(),
        None => target.as_str()?.split('.').next(),
    }
}

/// The alarms that take an update of the stack back: those that guard its endpoints, as far as both
/// the stack as it is and the template have them, because CloudFormation refuses alarms that are not
/// there. By logical id, at most five.
pub fn guarding_alarms(template: &Template, base: &Template) -> Vec<String> {
    let existing = |id: &str| base.resources().any(|resource| resource.id == id);
    let alarms: BTreeSet<String> = endpoints(template)
        .into_iter()
        .flat_map(|endpoint| endpoint.alarms)
        .filter(|id| existing(id))
        .collect();
    alarms.into_iter().take(MOST_ALARMS).collect()
}

/// The names that a template exports, and those that it imports, as far as they are plain.
pub fn exports_and_imports(template: &Template) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut exports = BTreeSet::new();
    for (_, output) in template
        .section("Outputs")
        .into_iter()
        .flat_map(crate::json::Object::iter)
    {
        let name = output.get("Export").and_then(|export| export.get("Name"));
        exports.extend(name.and_then(Json::as_str).map(str::to_owned));
    }
    let mut imports = BTreeSet::new();
    for (_, section) in template.document.iter() {
        collect_imports(section, &mut imports);
    }
    (exports, imports)
}

fn collect_imports(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(object) => {
            for (key, value) in object.iter() {
                match (key, value.as_str()) {
                    ("Fn::ImportValue", Some(name)) => {
                        found.insert(name.to_owned());
                    }
                    _ => collect_imports(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| collect_imports(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        let json: Json = serde_json::from_str(text).unwrap();
        let Json::Object(document) = json else {
            panic!("expected an object")
        };
        Template::from_document(document)
    }

    fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn only_the_capabilities_that_are_needed_are_given() {
        let nothing = template(r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}"#);
        assert!(capabilities(&nothing).is_empty());
        let role = template(r#"{"Resources": {"A": {"Type": "AWS::IAM::Role"}}}"#);
        assert_eq!(capabilities(&role), ["CAPABILITY_IAM"]);
        let named = template(
            r#"{"Resources": {"A": {"Type": "AWS::IAM::Role"},
                "B": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "b"}}}}"#,
        );
        assert_eq!(capabilities(&named), ["CAPABILITY_NAMED_IAM"]);
        let transform = template(
            r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"Fn::Transform": {"Name": "M"}}}}}"#,
        );
        assert_eq!(capabilities(&transform), ["CAPABILITY_AUTO_EXPAND"]);
    }

    #[test]
    fn a_parameter_is_given_or_kept_or_has_a_default_or_is_missing() {
        let template = template(
            r#"{"Parameters": {"Given": {"Type": "String"}, "Kept": {"Type": "String", "Default": "d"},
                "Defaulted": {"Type": "Number", "Default": 3}, "Missing": {"Type": "String", "Description": "What"}}}"#,
        );
        let previous = map(&[("Given", "old"), ("Kept", "k"), ("Gone", "g")]);
        let found = parameters(
            &template,
            &map(&[("Given", "new"), ("Givn", "x")]),
            &previous,
        );
        let messages: Vec<String> = found.unwrap_err().into_iter().map(|f| f.message).collect();
        assert_eq!(
            messages,
            [
                "parameter `Missing` has no value: What",
                "the template has no parameter `Givn`"
            ]
        );
        let found = parameters(
            &template,
            &map(&[("Given", "new"), ("Missing", "m")]),
            &previous,
        )
        .unwrap();
        assert_eq!(found["Given"], ParameterValue::Value("new".to_owned()));
        assert_eq!(found["Kept"], ParameterValue::UsePreviousValue);
        assert_eq!(found["Defaulted"], ParameterValue::Value("3".to_owned()));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn alarms_guard_an_update_once_they_exist() {
        let with = |alarm: &str| {
            template(&format!(
                r#"{{"Resources": {{{alarm} "Endpoint": {{"Type": "AWS::SageMaker::Endpoint", "Properties": {{
                    "EndpointConfigName": {{"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
                    "DeploymentConfig": {{"AutoRollbackConfiguration": {{"Alarms": [{{"AlarmName": {{"Ref": "Errors"}}}}, {{"AlarmName": "elsewhere"}}]}}}}
                }}}}}}}}"#
            ))
        };
        let without = with("");
        let having = with(r#""Errors": {"Type": "AWS::CloudWatch::Alarm"},"#);
        assert_eq!(guarding_alarms(&having, &having), ["Errors"]);
        assert!(guarding_alarms(&having, &without).is_empty());
        assert_eq!(endpoints(&having)[0].config.as_deref(), Some("Config"));
    }

    #[test]
    fn imports_are_found_wherever_they_stand() {
        let template = template(
            r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": ["${x}", {"x": {"Fn::ImportValue": "shared"}}]}}}},
                "Outputs": {"O": {"Value": 1, "Export": {"Name": "mine"}}}}"#,
        );
        let (exports, imports) = exports_and_imports(&template);
        assert_eq!(exports.into_iter().collect::<Vec<_>>(), ["mine"]);
        assert_eq!(imports.into_iter().collect::<Vec<_>>(), ["shared"]);
    }

    #[test]
    fn secrets_are_known_by_no_echo() {
        let template = template(
            r#"{"Parameters": {"A": {"NoEcho": true}, "B": {"NoEcho": "true"}, "C": {"NoEcho": false}}}"#,
        );
        assert_eq!(
            secret_parameters(&template).into_iter().collect::<Vec<_>>(),
            ["A", "B"]
        );
    }
}
