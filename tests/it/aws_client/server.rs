//! A server that answers as a test says, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What the server was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// By their names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Request {
    /// The operation: `Action` of a form, the target of awsJson, or else the method.
    pub(super) fn operation(&self) -> String {
        let form = self.form();
        let target = self.headers.get("x-amz-target");
        form.get("Action")
            .cloned()
            .or_else(|| Some(target?.split_once('.')?.1.to_owned()))
            .unwrap_or_else(|| self.method.clone())
    }

    /// The fields of a form.
    pub(super) fn form(&self) -> BTreeMap<String, String> {
        let pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(key, value)| (key.to_owned(), decoded(value)))
            .collect()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            let hex = std::str::from_utf8(&hex).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What the server answers.
pub(super) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Nothing, while the connection stays open.
    Silence,
    /// Less of the body than was announced, while the connection stays open.
    Half(String),
}

/// An answer without headers of its own.
pub(super) fn answer(status: u16, body: impl Into<String>) -> Reply {
    Reply::Answer {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

/// An answer in `CloudFormation`'s shape.
pub(super) fn result(operation: &str, inner: &str) -> Reply {
    answer(
        200,
        format!(
            "<{operation}Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">\
             <{operation}Result>{inner}</{operation}Result>\
             <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
        ),
    )
}

/// An error in `CloudFormation`'s shape.
pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    answer(
        status,
        format!(
            "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error>\
             <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>r</RequestId></ErrorResponse>"
        ),
    )
}

/// STS's answer to whoever asks who they are.
pub(super) fn identity() -> Reply {
    result(
        "GetCallerIdentity",
        "<Arn>arn:aws:sts::123456789012:assumed-role/Deploy/ci</Arn><UserId>A</UserId>\
         <Account>123456789012</Account>",
    )
}

type Script = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// The server, until it is dropped.
pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server that answers `GetCallerIdentity` by itself and everything else by `script`, which
    /// gets the request and how many of its operation came before.
    pub(super) fn start(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let script: Arc<Script> = Arc::new(script);
        let thread = std::thread::spawn({
            let (requests, stop) = (Arc::clone(&requests), Arc::clone(&stop));
            move || {
                // Connections that get no answer stay open until the server stops.
                let mut open = Vec::new();
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    open.extend(serve(stream.unwrap(), &requests, &*script));
                }
            }
        });
        Self {
            url,
            requests,
            stop,
            thread: Some(thread),
        }
    }

    /// What the server was asked of one operation, in order.
    pub(super) fn requests(&self, operation: &str) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .filter(|request| request.operation() == operation)
            .cloned()
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for a connection.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Answers one request of a connection: the connection, if it is to stay open.
fn serve(stream: TcpStream, requests: &Mutex<Vec<Request>>, script: &Script) -> Option<TcpStream> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        // A client that gave up has closed the connection.
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut first = lines[0].split(' ').map(str::to_owned);
    let mut request = Request {
        method: first.next().unwrap(),
        path: first.next().unwrap(),
        ..Request::default()
    };
    for line in &lines[1..] {
        let (name, value) = line.split_once(':').unwrap();
        let name = name.to_ascii_lowercase();
        request.headers.insert(name, value.trim().to_owned());
    }
    let length = request.headers.get("content-length");
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    request.body = String::from_utf8(body).unwrap();

    let operation = request.operation();
    let mut seen = requests.lock().unwrap();
    let before = seen.iter().filter(|seen| seen.operation() == operation);
    let before = before.count();
    seen.push(request.clone());
    drop(seen);
    let reply = if operation == "GetCallerIdentity" && request.path == "/" {
        identity()
    } else {
        script(&request, before)
    };
    let mut stream = reader.into_inner();
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n")
    };
    match reply {
        Reply::Silence => return Some(stream),
        Reply::Half(body) => {
            let head = head(200, body.len() + 10);
            stream
                .write_all(format!("{head}\r\n{body}").as_bytes())
                .unwrap();
            return Some(stream);
        }
        Reply::Answer {
            status,
            headers,
            body,
        } => {
            // An answer to HEAD says a length of its own.
            let own = headers.iter().find(|(name, _)| *name == "content-length");
            let length = own.map_or(body.len(), |(_, length)| length.parse().unwrap());
            let mut text = head(status, length);
            for (name, value) in headers.iter().filter(|(name, _)| *name != "content-length") {
                text.extend([name, ": ", value, "\r\n"]);
            }
            text.push_str("\r\n");
            if request.method != "HEAD" {
                text.push_str(&body);
            }
            stream.write_all(text.as_bytes()).unwrap();
        }
    }
    None
}
