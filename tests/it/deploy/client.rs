//! A client that is no SDK, for the tests of what answers: each request on a connection of its own.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use super::http::{Message, reader};
use super::proxy::address;

/// A request in awsQuery, such as `DescribeStacks StackName=a`.
pub(crate) fn query(text: &str) -> Message {
    let mut words = text.split(' ');
    let api = words.next().unwrap();
    let version = match api {
        "GetCallerIdentity" => "2011-06-15",
        _ => "2010-05-15",
    };
    let mut form = format!("Action={api}&Version={version}");
    for word in words {
        form.push('&');
        form.push_str(&word.replace('/', "%2F").replace(':', "%3A"));
    }
    let service = match api {
        "GetCallerIdentity" => "sts",
        _ => "cloudformation",
    };
    request("POST", "/", service, form.into_bytes())
}

/// A request in awsJson.
pub(crate) fn json(target: &str, body: &str) -> Message {
    let mut message = request("POST", "/", "sagemaker", body.as_bytes().to_vec());
    message.set("X-Amz-Target", target);
    message
}

/// A signed request of any kind.
pub(crate) fn request(method: &str, path: &str, service: &str, body: Vec<u8>) -> Message {
    let mut message = Message {
        start: format!("{method} {path} HTTP/1.1"),
        headers: Vec::new(),
        body,
    };
    message.set("Host", "127.0.0.1");
    message.set(
        "Authorization",
        &format!(
            "AWS4-HMAC-SHA256 Credential=AKIASCRIPTED/20261120/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=00"
        ),
    );
    message.set("Content-Length", &message.body.len().to_string());
    message
}

/// Sends a request, and waits for the answer for so long that a slow one still comes.
pub(crate) fn send(url: &str, request: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(address(url))?;
    let mut reader = reader(&stream)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    request.send(&mut stream)?;
    Message::response(&mut reader, request.method())
}

/// The body of the answer to a request in awsQuery.
pub(crate) fn ask(url: &str, text: &str) -> String {
    let answer = send(url, &query(text)).unwrap();
    String::from_utf8(answer.body).unwrap()
}
