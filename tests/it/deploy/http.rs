//! HTTP/1.1 messages over a socket: as much as an AWS client and an AWS service need of each other.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A request or an answer, its body complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// `POST / HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub(crate) start: String,
    /// In the order in which they were sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A socket that messages are read from.
pub(crate) type Reader = BufReader<TcpStream>;

impl Message {
    /// An answer.
    pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let mut message = Self {
            start: format!("HTTP/1.1 {status} {}", reason(status)),
            headers: Vec::new(),
            body,
        };
        if !content_type.is_empty() {
            message.set("Content-Type", content_type);
        }
        message.set("Content-Length", &message.body.len().to_string());
        message
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The method of a request.
    pub(crate) fn method(&self) -> &str {
        self.start.split(' ').next().unwrap()
    }

    /// Path and query of a request.
    pub(crate) fn target(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or("/")
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.target().parse().unwrap_or(0)
    }

    /// Everything before the body.
    pub(crate) fn head(&self) -> String {
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head + "\r\n"
    }

    pub(crate) fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        let mut bytes = self.head().into_bytes();
        bytes.extend(&self.body);
        stream.write_all(&bytes)?;
        stream.flush()
    }

    /// Reads a request; `None` when the client has closed the connection.
    pub(crate) fn request(reader: &mut Reader) -> io::Result<Option<Self>> {
        let Some(mut message) = Self::read_head(reader)? else {
            return Ok(None);
        };
        if message.header("Expect").is_some() {
            reader
                .get_mut()
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        message.read_body(reader, false)?;
        Ok(Some(message))
    }

    /// Reads the answer to a request.
    pub(crate) fn response(reader: &mut Reader, method: &str) -> io::Result<Self> {
        loop {
            let Some(mut message) = Self::read_head(reader)? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            if message.status() != 100 {
                if method != "HEAD" {
                    message.read_body(reader, true)?;
                }
                return Ok(message);
            }
        }
    }

    fn read_head(reader: &mut Reader) -> io::Result<Option<Self>> {
        let start = line(reader)?;
        if start.is_empty() {
            return Ok(None);
        }
        let mut headers = Vec::new();
        loop {
            let line = line(reader)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(Some(Self {
            start,
            headers,
            body: Vec::new(),
        }))
    }

    /// The body, which from here on has a length, however it was sent.
    fn read_body(&mut self, reader: &mut Reader, until_end: bool) -> io::Result<()> {
        let chunked = self
            .header("Transfer-Encoding")
            .is_some_and(|encoding| encoding.contains("chunked"));
        if chunked {
            loop {
                let size = line(reader)?;
                let digits = size.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(digits, 16)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
                if size == 0 {
                    while !line(reader)?.is_empty() {}
                    break;
                }
                self.take(reader, size)?;
                line(reader)?;
            }
            self.headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("Transfer-Encoding"));
            self.set("Content-Length", &self.body.len().to_string());
        } else if let Some(length) = self.header("Content-Length") {
            let length = length
                .parse()
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.take(reader, length)?;
        } else if until_end {
            reader.read_to_end(&mut self.body)?;
            self.set("Content-Length", &self.body.len().to_string());
        }
        Ok(())
    }

    fn take(&mut self, reader: &mut Reader, length: u64) -> io::Result<()> {
        let read = reader.take(length).read_to_end(&mut self.body)?;
        if read as u64 == length {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

/// What a connection is read with. A test that hangs ends after half a minute.
pub(crate) fn reader(stream: &TcpStream) -> io::Result<Reader> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream.try_clone()?))
}

fn line(reader: &mut Reader) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        412 => "Precondition Failed",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Other",
    }
}

/// Listens on a free port; every connection gets a thread.
pub(crate) fn listen(
    serve: impl Fn(TcpStream) + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming() {
            if stopped.load(Ordering::SeqCst) {
                return;
            }
            if let Ok(stream) = stream {
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream));
            }
        }
    });
    (address, stop)
}

/// Ends what [`listen`] began, by a last connection that makes it look.
pub(crate) fn hang_up(address: SocketAddr, stop: &AtomicBool) {
    stop.store(true, Ordering::SeqCst);
    let _ = TcpStream::connect(address);
}
