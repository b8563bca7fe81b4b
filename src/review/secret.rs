//! What is not shown: secrets in values, by where they stand and by what they look like.
//!
//! A secret in a template is a mistake, and reviews are where mistakes become public. The rules err
//! on the side of masking; names, references and dynamic references are no secrets.

use std::borrow::Cow;

use crate::json::{Json, Object};
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

/// Whether a name says that its value is a secret. The value helps with words that have another
/// meaning too: `MAX_TOKENS` is a number.
pub(super) fn smells(name: &str, value: Option<&Json>) -> bool {
    const ANYWHERE: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "secret",
        "credential",
        "apikey",
        "accesskey",
        "privatekey",
        "authorization",
    ];
    const ENDS: &[&str] = &["token", "key", "pwd", "keys"];
    const WORDS: &[&str] = &["pass", "pat", "auth", "dsn", "jwt", "bearer"];
    let lower = name.to_ascii_lowercase();
    let joined: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    if ANYWHERE.iter().any(|word| joined.contains(word)) {
        return true;
    }
    let words = words(name);
    if words
        .iter()
        .any(|word| WORDS.contains(&word.as_str()) || ENDS.iter().any(|end| word.ends_with(end)))
    {
        return true;
    }
    // `MAX_TOTAL_TOKENS` is a limit.
    let is_number = match value {
        Some(Json::Number(_) | Json::Bool(_)) => true,
        Some(Json::String(text)) => text.parse::<f64>().is_ok(),
        _ => false,
    };
    words.iter().any(|word| word == "tokens") && !is_number
}

/// The words of `API_KEY`, `api-key`, `apiKey`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for character in name.chars() {
        let boundary = character.is_ascii_uppercase() && previous_lower;
        if boundary || !character.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if character.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(character.to_ascii_lowercase());
        }
        previous_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a text looks like a secret, wherever it stands.
pub(super) fn looks_like_one(text: &str) -> bool {
    const PREFIXES: &[(&str, usize)] = &[
        ("AKIA", 16),
        ("ASIA", 16),
        ("ghp_", 20),
        ("gho_", 20),
        ("ghs_", 20),
        ("github_pat_", 20),
        ("glpat-", 16),
        ("hf_", 20),
        ("sk-", 20),
        ("sk_live_", 16),
        ("xoxb-", 16),
        ("xoxp-", 16),
        ("eyJ", 40),
    ];
    let is_token =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    let prefixed = PREFIXES.iter().any(|(prefix, least)| {
        text.match_indices(prefix).any(|(at, _)| {
            let starts = text[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_ascii_alphanumeric());
            let length = text[at + prefix.len()..]
                .chars()
                .take_while(|character| is_token(*character))
                .count();
            starts && length >= *least
        })
    });
    prefixed
        || (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY"))
        || has_login(text)
        || has_assignment(text)
        || is_random(text)
}

/// `postgres://user:password@host`.
fn has_login(text: &str) -> bool {
    text.match_indices("://").any(|(at, separator)| {
        let authority: &str = text[at + separator.len()..]
            .split(['/', '?', '#', ' '])
            .next()
            .unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(login, _)| {
            login
                .split_once(':')
                .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with("${"))
        })
    })
}

/// `--password=…`, `token=…`.
fn has_assignment(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "password=",
        "passwd=",
        "secret=",
        "token=",
        "apikey=",
        "api_key=",
    ]
    .iter()
    .any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let rest = &lower[at + word.len()..];
            let value = rest.split([' ', '&', ';']).next().unwrap_or_default();
            value.len() >= 4 && !value.starts_with("${") && !value.starts_with("{{resolve:")
        })
    })
}

/// A whole text of 32 or more hexadecimal digits, or of 40 or more characters of Base64 that change
/// their kind too often to be words.
fn is_random(text: &str) -> bool {
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    if text.len() < 40
        || !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte))
    {
        return false;
    }
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 0u8,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let kinds: Vec<u8> = text.bytes().map(kind).collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    [0, 1, 2].iter().all(|kind| kinds.contains(kind)) && changes * 10 >= text.len() * 4
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
    fn names_of_environment_variables_tell_what_is_secret() {
        for name in [
            "PASSWORD",
            "DB_PASSWD",
            "apiKey",
            "API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "HF_TOKEN",
            "hfToken",
            "GITHUB_PAT",
            "clientSecret",
            "Credentials",
            "MYKEY",
            "AUTH",
            "REDIS_DSN",
            "ACCESS_TOKENS",
        ] {
            assert!(smells(name, Some(&Json::from("x"))), "{name}");
        }
        for name in [
            "OMP_NUM_THREADS",
            "TOKENIZERS_PARALLELISM",
            "KEYFRAMES",
            "PATH",
            "AUTHOR",
            "MODEL_ID",
            "COMPASS",
            "SAGEMAKER_PROGRAM",
        ] {
            assert!(!smells(name, Some(&Json::from("x"))), "{name}");
        }
        assert!(!smells("MAX_TOTAL_TOKENS", Some(&Json::from("4096"))));
        assert!(smells("MAX_TOTAL_TOKENS", Some(&Json::from("abc"))));
    }

    #[test]
    fn values_that_look_like_secrets_are_told_from_names() {
        // Put together here, so that nobody's scanner takes this file for a leak.
        let key = format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE");
        let base64 = format!("{}{}", "wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY0a1b2");
        for value in [
            key.as_str(),
            &format!("--key {key}"),
            &base64,
            "0123456789abcdef0123456789ABCDEF",
            "postgres://app:hunter2@db.internal:5432/scores",
            "serve --password=hunter2",
            "-----BEGIN RSA PRIVATE KEY-----\nMII",
        ] {
            assert!(looks_like_one(value), "{value}");
        }
        for value in [
            "141502667606.dkr.ecr.eu-west-1.amazonaws.com/xgboost@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "s3://payments-models/fraud/2026-11/model.tar.gz",
            "arn:aws:iam::123456789012:role/service-role/CloudFormationExecution2026",
            "CloudFormationServiceRoleForSageMakerEndpoints2026",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "https://example.com/a:b@c",
            "ml.c6i.xlarge",
            "password=${Password}",
        ] {
            assert!(!looks_like_one(value), "{value}");
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
