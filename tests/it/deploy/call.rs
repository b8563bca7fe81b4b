//! A request to AWS, decoded: which API of which service, with which parameters.

use std::collections::BTreeMap;

use serde_json::Value;

use super::http::Message;

/// How a service is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsQuery, with the version of the API: CloudFormation, STS.
    Query(String),
    /// awsJson1.1: SageMaker.
    Json,
    /// S3.
    Rest,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// `CreateChangeSet`, `PutObject` and the like.
    pub(crate) api: String,
    pub(crate) protocol: Protocol,
    /// By their names in awsQuery, such as `Tags.member.1.Key`; for S3 `Bucket`, `Key`, the query and
    /// the headers that are about the object.
    pub(crate) parameters: BTreeMap<String, String>,
    /// `Region`, `Service` and `AccessKeyId` of the signature; nothing of an unsigned request.
    pub(crate) signature: BTreeMap<&'static str, String>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn of(request: &Message) -> Self {
        let mut parameters = BTreeMap::new();
        let (api, protocol) = if let Some(target) = request.header("X-Amz-Target") {
            let body = serde_json::from_slice(&request.body).unwrap_or_default();
            flatten("", &body, &mut parameters);
            (
                target.rsplit('.').next().unwrap().to_owned(),
                Protocol::Json,
            )
        } else if request.method() == "POST" && request.target() == "/" {
            parameters = form(&String::from_utf8_lossy(&request.body));
            let version = parameters.remove("Version").unwrap_or_default();
            let api = parameters.remove("Action").unwrap_or_default();
            (api, Protocol::Query(version))
        } else {
            (rest(request, &mut parameters), Protocol::Rest)
        };
        Self {
            api,
            protocol,
            parameters,
            signature: signature(request.header("Authorization").unwrap_or_default()),
            body: request.body.clone(),
        }
    }

    /// A parameter, or what the signature says.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.get(name);
        found
            .or_else(|| self.signature.get(name))
            .map(String::as_str)
    }

    /// Whether it changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        // Drift detection changes nothing either, but whoever starts it means to.
        ["Describe", "Get", "List", "Head"]
            .iter()
            .any(|verb| self.api.starts_with(verb))
    }
}

/// Whether a text is what a pattern says, in which `*` stands for anything.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                .any(|at| matches(rest, &text[at..]))
        }),
    }
}

fn form(text: &str) -> BTreeMap<String, String> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(name), unescape(value))
        })
        .collect()
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                flatten(&below(key), value, into);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(&below(&(at + 1).to_string()), item, into);
            }
        }
        Value::String(text) => {
            into.insert(path.to_owned(), text.clone());
        }
        other => {
            into.insert(path.to_owned(), other.to_string());
        }
    }
}

/// The API of a request to S3, path-style.
fn rest(request: &Message, parameters: &mut BTreeMap<String, String>) -> String {
    let (path, query) = request
        .target()
        .split_once('?')
        .unwrap_or((request.target(), ""));
    *parameters = form(query);
    let path = path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let thing = match (key, parameters.contains_key("location")) {
        ("", true) => "BucketLocation",
        ("", false) => "Bucket",
        _ => "Object",
    };
    parameters.remove("location");
    parameters.insert("Bucket".to_owned(), unescape(bucket));
    if !key.is_empty() {
        parameters.insert("Key".to_owned(), unescape(key));
    }
    for (name, value) in &request.headers {
        let name = name.to_ascii_lowercase();
        let about_the_object = name.starts_with("x-amz-") || name == "if-none-match";
        let about_the_request = [
            "x-amz-date",
            "x-amz-content-sha256",
            "x-amz-security-token",
            "x-amz-user-agent",
        ];
        if about_the_object && !about_the_request.contains(&name.as_str()) {
            parameters.insert(name, value.clone());
        }
    }
    let method = request.method().to_ascii_lowercase();
    let verb = method[..1].to_ascii_uppercase() + &method[1..];
    verb + thing
}

/// `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`
fn signature(header: &str) -> BTreeMap<&'static str, String> {
    let scope = header
        .strip_prefix("AWS4-HMAC-SHA256 Credential=")
        .unwrap_or_default();
    let parts: Vec<&str> = scope
        .split(',')
        .next()
        .unwrap_or_default()
        .split('/')
        .collect();
    match parts[..] {
        [key, _, region, service, "aws4_request"] => BTreeMap::from([
            ("AccessKeyId", key.to_owned()),
            ("Region", region.to_owned()),
            ("Service", service.to_owned()),
        ]),
        _ => BTreeMap::new(),
    }
}
