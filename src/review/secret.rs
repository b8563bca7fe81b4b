//! What is not shown: secrets in values, by where they stand and by what they look like
//! ([`crate::secret`]).
//!
//! A secret in a template is a mistake, and reviews are where mistakes become public. The rules err
//! on the side of masking; names, references and dynamic references are no secrets.

use std::borrow::Cow;

use crate::json::{Json, Object};
pub(super) use crate::secret::{looks_like_one, smells};
use crate::value::Function;

use super::reference::call;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "****";

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere: only what looks like a secret is one.
    Plain,
    /// Among environment variables: their names tell.
    Environment,
    /// Where a secret belongs.
    Secret,
}

/// Properties that hold nothing but secrets.
const SECRET_KEYS: &[&str] = &[
    "AccessToken",
    "AuthToken",
    "AuthorizationToken",
    "ClientSecret",
    "MasterUserPassword",
    "OAuthToken",
    "Password",
    "Passphrase",
    "PrivateKey",
    "SecretAccessKey",
    "SecretString",
    "SecretStringTemplate",
    "SecretToken",
    "UserPassword",
];

/// Properties that hold environment variables.
const ENVIRONMENT_KEYS: &[&str] = &[
    "Environment",
    "EnvironmentVariables",
    "EnvironmentVariableOverrides",
    "Env",
    "Hyperparameters",
    "HyperParameters",
];

impl Place {
    /// The place of what an object has at this key.
    pub(super) fn at(self, object: &Object, key: &str) -> Self {
        if self == Self::Secret || SECRET_KEYS.contains(&key) {
            return Self::Secret;
        }
        let named = || {
            let name = object.get("Name").or_else(|| object.get("Key"))?.as_str()?;
            Some(smells(name, object.get("Value")))
        };
        if key == "Value" && named() == Some(true) {
            return Self::Secret;
        }
        if self == Self::Environment && smells(key, object.get(key)) {
            return Self::Secret;
        }
        if ENVIRONMENT_KEYS.contains(&key) {
            return Self::Environment;
        }
        self
    }
}

/// A value without its secrets, and whether it had any.
pub(super) fn masked(value: &Json, place: Place) -> (Json, bool) {
    match value {
        Json::String(text) => {
            if is_secret(text, place) {
                (Json::from(MASK), true)
            } else {
                (value.clone(), false)
            }
        }
        Json::Number(_) if place == Place::Secret => (Json::from(MASK), true),
        Json::Array(items) => {
            let mut any = false;
            let items: Vec<Json> = items
                .iter()
                .map(|item| {
                    let (item, masked) = masked(item, place);
                    any |= masked;
                    item
                })
                .collect();
            (Json::Array(items), any)
        }
        Json::Object(object) => {
            // What a reference names is no secret, whatever it yields.
            if let Some((Function::Ref | Function::GetAtt | Function::ImportValue, _)) = call(value)
            {
                return (value.clone(), false);
            }
            let mut any = false;
            let object: Object = object
                .iter()
                .map(|(key, value)| {
                    let (value, masked) = masked(value, place.at(object, key));
                    any |= masked;
                    (key.to_owned(), value)
                })
                .collect();
            (Json::Object(object), any)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => (value.clone(), false),
    }
}

/// The text of a property's value, as change sets have it, without its secrets. `path` is where it
/// stands: a JSON pointer, or a property's name.
pub fn without_secrets(path: &str, text: &str) -> String {
    let value = match serde_json::from_str(text) {
        Ok(value @ (Json::Object(_) | Json::Array(_))) => value,
        // CloudFormation cuts long values off, and nobody knows what is in half a document.
        Err(_) if text.starts_with(['{', '[']) && !text.starts_with("{{") => {
            return MASK.to_owned();
        }
        _ => Json::from(text.to_owned()),
    };
    let place = path.split('/').fold(Place::Plain, |place, step| {
        let object: Object = [(step.to_owned(), value.clone())].into_iter().collect();
        place.at(&object, step)
    });
    match masked(&value, place) {
        (_, false) => text.to_owned(),
        (Json::String(masked), true) => masked.to_string(),
        (masked, true) => serde_json::to_string(&masked).unwrap_or_else(|_| MASK.to_owned()),
    }
}

/// A text for a name or message without what looks like a secret.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if looks_like_one(text) {
        Cow::Borrowed(MASK)
    } else {
        Cow::Borrowed(text)
    }
}

fn is_secret(text: &str, place: Place) -> bool {
    if text.is_empty() {
        return false;
    }
    match place {
        Place::Secret => !is_name_of_secret(text),
        Place::Environment | Place::Plain => looks_like_one(text),
    }
}

/// Whether a text where a secret belongs only says where the secret is.
fn is_name_of_secret(text: &str) -> bool {
    let dynamic = text.starts_with("{{resolve:") && text.ends_with("}}");
    let arn = text.starts_with("arn:") && !text.contains(char::is_whitespace);
    let literal = text == "true" || text == "false";
    (dynamic || arn || literal) && !looks_like_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_change_sets_are_masked_by_their_path() {
        for (path, text, expected) in [
            (
                "/Properties/PrimaryContainer/Environment/API_TOKEN",
                "abc",
                "****",
            ),
            ("/Properties/PrimaryContainer/Environment/WORKERS", "2", "2"),
            (
                "PrimaryContainer",
                r#"{"Environment":{"API_TOKEN":"abc","WORKERS":"2"}}"#,
                r#"{"Environment":{"API_TOKEN":"****","WORKERS":"2"}}"#,
            ),
            (
                "PrimaryContainer",
                r#"{"Environment":{"API_TOKEN":"a"#,
                "****",
            ),
            ("EndpointName", "churn", "churn"),
            (
                "Password",
                "{{resolve:secretsmanager:churn}}",
                "{{resolve:secretsmanager:churn}}",
            ),
        ] {
            assert_eq!(without_secrets(path, text), expected, "{path}");
        }
    }

    #[test]
    fn what_names_a_secret_is_shown_where_one_belongs() {
        let shown = |value: Json| !masked(&value, Place::Secret).1;
        assert!(shown([("Ref", Json::from("Password"))].into()));
        assert!(shown(
            "{{resolve:secretsmanager:db:SecretString:password}}".into()
        ));
        assert!(shown(
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db".into()
        ));
        assert!(!shown("hunter2".into()));
        assert!(!shown(Json::from(12345i64)));
        assert!(!shown([("Fn::Sub", Json::from("hunter2-${Stage}"))].into()));
    }
}
