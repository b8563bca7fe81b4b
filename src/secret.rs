//! F0: what a secret is called, and what it looks like.
//!
//! Two questions are asked. [`smells`] and [`looks_like_one`] decide what a review masks, and err on the
//! side of masking. [`is_one`] decides what is refused, and would rather let one pass than refuse what
//! is none.

use crate::json::Json;

/// Whether a text at a key is a secret for certain enough to be refused.
///
/// Either it looks like one, whatever its key: a token that its issuer marks, a private key, a login
/// in an address. Or its key says so and it is no number, path, address, ARN or name of a secret.
///
/// ```
/// use sageform::secret::is_one;
///
/// assert!(is_one("DB_PASSWORD", "hunter2"));
/// assert!(!is_one("DB_PASSWORD_SECRET_NAME", "churn-db"));
/// assert!(!is_one("EOS_TOKEN", "</s>"));
/// ```
pub fn is_one(key: &str, text: &str) -> bool {
    if text.is_empty() || is_harmless(text) {
        return false;
    }
    if is_marked(text)
        || (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY"))
        || has_login(text)
    {
        return true;
    }
    match told(key) {
        Told::Secret => !is_pointer(text),
        Told::Perhaps => is_generated(text),
        Told::Nothing => false,
    }
}

/// What a key tells of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It is a secret.
    Secret,
    /// It is a token or key of some kind.
    Perhaps,
    /// Nothing.
    Nothing,
}

fn told(key: &str) -> Told {
    const LAST: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "apikey",
        "secretkey",
        "accesskey",
        "privatekey",
        "authtoken",
        "accesstoken",
    ];
    const PAIRS: &[(&str, &str)] = &[
        ("api", "key"),
        ("access", "key"),
        ("secret", "key"),
        ("private", "key"),
        ("signing", "key"),
        ("encryption", "key"),
        ("auth", "token"),
        ("access", "token"),
        ("api", "token"),
        ("bearer", "token"),
        ("refresh", "token"),
    ];
    let words = words(key);
    let mut words = words.iter().rev().map(String::as_str);
    let (Some(last), before) = (words.next(), words.next()) else {
        return Told::Nothing;
    };
    if LAST.contains(&last) || before.is_some_and(|before| PAIRS.contains(&(before, last))) {
        Told::Secret
    } else if last.ends_with("token") || last.ends_with("key") || last == "credentials" {
        Told::Perhaps
    } else {
        Told::Nothing
    }
}

/// A number, a switch, or a word that stands for nothing.
fn is_harmless(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled",
        "required", "optional", "default", "auto",
    ];
    text.parse::<f64>().is_ok() || WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether it says where something is: an ARN, a path, an address, a dynamic reference, or words in
/// lower case with slashes between them, as names of secrets and parameters are.
fn is_pointer(text: &str) -> bool {
    let name = text.contains('/')
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/_-.".contains(&byte)
        });
    name || text.starts_with("arn:")
        || text.starts_with(['/', '~'])
        || text.starts_with("./")
        || text.contains("://")
        || text.contains("{{resolve:")
}

/// Whether nobody would think of such a text: letters and digits without a space, of which many.
fn is_generated(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.".contains(&byte));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    plain && text.len() >= 16 && digits >= 3 && letters >= 3 && !is_pointer(text)
}

/// A token whose issuer marks it, with a body that has been generated.
fn is_marked(text: &str) -> bool {
    const MARKS: &[(&str, usize)] = &[
        ("AKIA", 16),
        ("ASIA", 16),
        ("ghp_", 30),
        ("gho_", 30),
        ("ghs_", 30),
        ("github_pat_", 30),
        ("glpat-", 20),
        ("hf_", 30),
        ("sk-", 32),
        ("sk_live_", 20),
        ("xoxb-", 20),
        ("xoxp-", 20),
    ];
    MARKS.iter().any(|(mark, least)| {
        text.match_indices(mark).any(|(at, _)| {
            let begins = text[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_ascii_alphanumeric());
            let body: String = text[at + mark.len()..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
                .collect();
            let upper = body.bytes().any(|byte| byte.is_ascii_uppercase());
            let digit = body.bytes().any(|byte| byte.is_ascii_digit());
            begins && body.len() >= *least && upper && digit
        })
    })
}

/// Whether a name says that its value is a secret. The value helps with words that have another
/// meaning too: `MAX_TOKENS` is a number.
pub fn smells(name: &str, value: Option<&Json>) -> bool {
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
pub fn looks_like_one(text: &str) -> bool {
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
    fn what_is_refused_is_a_secret_for_certain() {
        // Put together here, so that nobody's scanner takes this file for a leak.
        let key = format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE");
        let hub = format!("{}{}", "hf_", "aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567");
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("API_KEY", "test"),
            ("apiKey", "abc"),
            ("CLIENT_SECRET", "0f8fad5b-d9cb"),
            ("HF_TOKEN", &hub),
            ("ARGS", &format!("--key {key}")),
            ("HUGGING_FACE_HUB_TOKEN", "abcdef0123456789"),
            (
                "DATABASE_URL",
                "postgres://app:hunter2@db.internal:5432/scores",
            ),
            ("CERTIFICATE", "-----BEGIN RSA PRIVATE KEY-----\nMII"),
        ] {
            assert!(is_one(name, value), "{name}");
        }
        for (name, value) in [
            ("MAX_TOTAL_TOKENS", "4096"),
            ("TOKENIZERS_PARALLELISM", "false"),
            ("EOS_TOKEN", "</s>"),
            ("PAD_TOKEN", "<|endoftext|>"),
            ("TOKENIZER", "bert-base-uncased"),
            ("PARTITION_KEY", "customer_id"),
            ("SECRET_NAME", "churn-db"),
            ("SECRET", "prod/churn/db"),
            (
                "DB_PASSWORD_ARN",
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db",
            ),
            (
                "DB_PASSWORD",
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db",
            ),
            ("PASSWORD_FILE", "/run/secrets/db"),
            (
                "PASSWORD",
                "{{resolve:secretsmanager:db:SecretString:password}}",
            ),
            ("AUTH", "none"),
            ("API_KEY", "false"),
            ("MODEL_REVISION", "0123456789abcdef0123456789abcdef01234567"),
            ("JAVA_OPTS", "-Dmax-token=4096 -Xmx2g"),
            ("HF_MODEL_ID", "hf_internal_testing_tiny_random_model_2024"),
            ("FRAMEWORK", "sk-learn-pipeline-2024-with-a-very-long-name"),
            ("KMS_KEY_ID", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ("AWS_ACCESS_KEY_ID", ""),
        ] {
            assert!(!is_one(name, value), "{name}");
        }
    }
}
