//! Values within a longer text: `Fn::Sub`.

use crate::json::Json;
use crate::value::{Function, Value};

use super::access::escape;

/// The variables of a text that is put together piece by piece.
#[derive(Debug, Default)]
pub(super) struct Variables(Vec<Value<String>>);

impl Variables {
    /// What stands for a value in the text: itself where it is literal, its reference where `Fn::Sub`
    /// can make it, a variable otherwise.
    pub(super) fn placeholder(&mut self, value: &Value<String>) -> String {
        let call = match value {
            Value::Literal(text) => return escape(text),
            Value::Intrinsic(call) => Some(call),
            Value::Raw(_) => None,
        };
        match call.map(|call| (call.function, &call.argument)) {
            Some((Function::Ref, Json::String(id))) => return format!("${{{id}}}"),
            Some((Function::Sub, Json::String(text))) => return text.to_string(),
            Some((Function::GetAtt, Json::Array(names))) => {
                if let [Json::String(id), Json::String(attribute)] = names.as_slice() {
                    return format!("${{{id}.{attribute}}}");
                }
            }
            _ => {}
        }
        let index = self.0.iter().position(|known| known == value);
        let index = index.unwrap_or_else(|| {
            self.0.push(value.clone());
            self.0.len() - 1
        });
        format!("${{{}}}", name(index))
    }

    /// The text, with its placeholders.
    pub(super) fn fill(self, text: String) -> Value<String> {
        if self.0.is_empty() {
            return if text.contains("${") {
                Value::sub(text)
            } else {
                text.into()
            };
        }
        let variables = self.0.into_iter().enumerate();
        Value::sub_with(text, variables.map(|(index, value)| (name(index), value)))
    }
}

fn name(index: usize) -> String {
    format!("Value{}", index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_as_what_sub_understands() {
        let mut variables = Variables::default();
        let imported: Value<String> = Value::import("name");
        let attribute = Value::call(Function::GetAtt, vec!["Endpoint", "EndpointName"]);
        for (value, expected) in [
            ("${x}".into(), "${!x}"),
            (Value::reference("Alarm"), "${Alarm}"),
            (attribute, "${Endpoint.EndpointName}"),
            (Value::sub("a-${B}"), "a-${B}"),
            (imported.clone(), "${Value1}"),
            (Value::dynamic("ssm:/name"), "${Value2}"),
            (imported, "${Value1}"),
        ] {
            assert_eq!(variables.placeholder(&value), expected);
        }
        let text = variables.fill("${Value1}${Value2}".to_owned()).into_json();
        assert_eq!(
            serde_json::to_string(&text).unwrap(),
            r#"{"Fn::Sub":["${Value1}${Value2}",{"Value1":{"Fn::ImportValue":"name"},"Value2":"{{resolve:ssm:/name}}"}]}"#
        );
    }
}
