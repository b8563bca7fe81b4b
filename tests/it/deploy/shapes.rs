//! Results and errors in the shapes of AWS's protocols.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html>

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::call::{Call, Protocol};
use super::http::Message;

/// The result of a call, by its members. `number` makes the request's id.
pub(crate) fn result(call: &Call, members: &Value, number: usize) -> Message {
    let mut answer = match &call.protocol {
        Protocol::Query(version) => {
            let api = &call.api;
            let mut body = format!("<{api}Response xmlns=\"{}\">\n", namespace(version));
            if !["DeleteStack", "CancelUpdateStack"].contains(&api.as_str()) {
                element(&mut body, &format!("{api}Result"), members, 1);
            }
            writeln!(body, "  <ResponseMetadata>").unwrap();
            writeln!(body, "    <RequestId>{}</RequestId>", request_id(number)).unwrap();
            writeln!(body, "  </ResponseMetadata>\n</{api}Response>").unwrap();
            Message::answer(200, "text/xml", body)
        }
        Protocol::Json => Message::answer(200, "application/x-amz-json-1.1", members.to_string()),
        Protocol::Rest => {
            let body = text(&members["Body"]);
            let mut answer = Message::answer(200, "", body);
            for (name, value) in members.as_object().into_iter().flatten() {
                if name != "Body" {
                    answer.set(name, &text(value));
                }
            }
            answer
        }
    };
    answer.set(id_header(call), &request_id(number));
    answer
}

/// An error of a call. Without a status, the one that AWS documents for the code.
pub(crate) fn error(
    call: &Call,
    code: &str,
    message: &str,
    status: Option<u16>,
    number: usize,
) -> Message {
    let status = status.unwrap_or_else(|| default_status(code, &call.protocol));
    let whose = if status < 500 { "Sender" } else { "Receiver" };
    let (code_text, message_text) = (escape(code), escape(message));
    let id = request_id(number);
    let mut answer = match &call.protocol {
        Protocol::Query(version) => {
            let namespace = namespace(version);
            let body = format!(
                "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{whose}</Type>\n    \
                 <Code>{code_text}</Code>\n    <Message>{message_text}</Message>\n  </Error>\n  \
                 <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
            );
            Message::answer(status, "text/xml", body)
        }
        Protocol::Json => {
            let body = json!({"__type": code, "message": message});
            Message::answer(status, "application/x-amz-json-1.1", body.to_string())
        }
        Protocol::Rest if call.api.starts_with("Head") => Message::answer(status, "", ""),
        Protocol::Rest => {
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code_text}</Code>\
                 <Message>{message_text}</Message><RequestId>{id}</RequestId></Error>"
            );
            Message::answer(status, "application/xml", body)
        }
    };
    answer.set(id_header(call), &id);
    answer
}

/// What a service says when it is asked too often.
pub(crate) fn throttled(call: &Call, number: usize) -> Message {
    match call.protocol {
        Protocol::Query(_) => error(call, "Throttling", "Rate exceeded", None, number),
        Protocol::Json => error(call, "ThrottlingException", "Rate exceeded", None, number),
        Protocol::Rest => {
            let message = "Please reduce your request rate.";
            error(call, "SlowDown", message, None, number)
        }
    }
}

/// What a service says when it fails.
pub(crate) fn failed(call: &Call, status: u16, number: usize) -> Message {
    let (code, message) = match status {
        503 => ("ServiceUnavailable", "Service is unable to handle request."),
        _ => (
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
        ),
    };
    error(call, code, message, Some(status), number)
}

/// What a load balancer says when what is behind it does not answer.
pub(crate) fn html_page(status: u16) -> Message {
    let body = "<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body>\r\n\
                <center><h1>Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
    Message::answer(status, "text/html", body)
}

/// A scalar as text; nothing for `null`.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn default_status(code: &str, protocol: &Protocol) -> u16 {
    match (code, protocol) {
        ("InternalFailure" | "InternalError", _) => 500,
        ("ServiceUnavailable" | "SlowDown", _) => 503,
        ("PreconditionFailed", _) => 412,
        (
            "NoSuchKey"
            | "NoSuchBucket"
            | "NotFound"
            | "ChangeSetNotFound"
            | "StackNotFoundException"
            | "OperationNotFound",
            _,
        ) => 404,
        // awsJson answers every refusal with 400.
        (_, Protocol::Json) => 400,
        (
            "AccessDenied"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch"
            | "OptInRequired",
            _,
        ) => 403,
        _ => 400,
    }
}

fn namespace(version: &str) -> String {
    match version {
        "2011-06-15" => "https://sts.amazonaws.com/doc/2011-06-15/".to_owned(),
        version => format!("http://cloudformation.amazonaws.com/doc/{version}/"),
    }
}

fn id_header(call: &Call) -> &'static str {
    match call.protocol {
        Protocol::Rest => "x-amz-request-id",
        _ => "x-amzn-RequestId",
    }
}

fn request_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// A member as XML: items of lists as `member`, what is `null` left out.
fn element(out: &mut String, name: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    let children: Vec<(&str, &Value)> = match value {
        Value::Null => return,
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.as_str(), value))
            .collect(),
        Value::Array(items) => items.iter().map(|item| ("member", item)).collect(),
        scalar => {
            let text = escape(&text(scalar));
            writeln!(out, "{indent}<{name}>{text}</{name}>").unwrap();
            return;
        }
    };
    if children.is_empty() {
        writeln!(out, "{indent}<{name}/>").unwrap();
        return;
    }
    writeln!(out, "{indent}<{name}>").unwrap();
    for (name, child) in children {
        element(out, name, child, depth + 1);
    }
    writeln!(out, "{indent}</{name}>").unwrap();
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        // Without this, a parser of XML makes it a line feed.
        .replace('\r', "&#xD;")
}
