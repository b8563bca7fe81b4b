//! A proxy that injects faults: between the program and whoever plays AWS.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::call::Call;
use super::http::{Message, hang_up, listen, reader};
use super::shapes;

/// A running proxy. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    stop: Arc<AtomicBool>,
}

/// What is done to which calls. The first rule that fits counts.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) at: At,
    pub(crate) fault: Fault,
}

/// Calls, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    /// All of them.
    Every,
    /// The call with this number, of all.
    Call(usize),
    /// Every call whose number is a multiple of this.
    Multiple(usize),
    /// The call of this API with this number.
    Api(&'static str, usize),
    /// The first calls of this API, so many.
    First(&'static str, usize),
    /// Every call of this API.
    EveryOf(&'static str),
}

/// What is done.
#[derive(Clone)]
pub(crate) enum Fault {
    /// "Rate exceeded", in the service's shape; the service does not see the call.
    Throttle,
    /// A 5xx in the service's shape; the service does not see the call.
    Status(u16),
    /// A 5xx in the service's shape, after the service did what was asked.
    StatusAfter(u16),
    /// A load balancer's 502; the service does not see the call.
    HtmlPage,
    /// The connection is closed, and the service does not see the call.
    DropBefore,
    /// The service does what is asked; the connection is closed instead of the answer.
    DropAfter,
    /// The service does what is asked; the proxy sends no answer, and closes only its direction.
    HalfClose,
    /// The service does what is asked; half of the answer arrives.
    Truncate,
    /// The answer takes this much longer.
    Slow(Duration),
    /// Runs something, and closes the connection; the service does not see the call.
    RunBefore(Hook),
    /// The service does what is asked; then something runs, and the connection is closed.
    RunAfter(Hook),
    /// The call is answered; then something runs, and the connection is closed.
    RunAnswered(Hook),
}

/// Something to run when a call comes, such as ending the program that made it.
pub(crate) type Hook = Arc<dyn Fn(&Entry) + Send + Sync>;

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Fault {
    /// Every kind that needs no hook, with delays of this length.
    pub(crate) fn kinds(slow: Duration) -> Vec<Self> {
        vec![
            Self::Throttle,
            Self::Status(500),
            Self::Status(503),
            Self::StatusAfter(500),
            Self::HtmlPage,
            Self::DropBefore,
            Self::DropAfter,
            Self::HalfClose,
            Self::Truncate,
            Self::Slow(slow),
        ]
    }

    /// What it is called in a report.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Throttle => "throttle".to_owned(),
            Self::Status(status) => format!("{status} before"),
            Self::StatusAfter(status) => format!("{status} after"),
            Self::HtmlPage => "html page".to_owned(),
            Self::DropBefore => "drop before".to_owned(),
            Self::DropAfter => "drop after".to_owned(),
            Self::HalfClose => "half-close".to_owned(),
            Self::Truncate => "truncate".to_owned(),
            Self::Slow(_) => "slow".to_owned(),
            Self::RunBefore(_) => "run before".to_owned(),
            Self::RunAfter(_) => "run after".to_owned(),
            Self::RunAnswered(_) => "run answered".to_owned(),
        }
    }
}

/// A call that came through.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Since the proxy began.
    pub(crate) at: Duration,
    /// Among all calls, from 1.
    pub(crate) number: usize,
    /// Among the calls of its API, from 1.
    pub(crate) nth: usize,
    pub(crate) call: Call,
    /// What was done to it.
    pub(crate) fault: Option<String>,
    /// The status that the service answered; `None` when it has not seen the call.
    pub(crate) status: Option<u16>,
}

struct State {
    begun: Instant,
    latency: Duration,
    rules: Mutex<Vec<Rule>>,
    upstream: Box<dyn Fn(&Call) -> SocketAddr + Send + Sync>,
    log: Mutex<Vec<Entry>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

impl Proxy {
    /// A proxy before one service, by its URL, that passes everything on until it has rules.
    pub(crate) fn start(upstream: &str) -> Self {
        Self::routed(Duration::ZERO, {
            let address = address(upstream);
            move |_| address
        })
    }

    /// A proxy before several services, which makes every call take this much longer.
    pub(crate) fn routed(
        latency: Duration,
        upstream: impl Fn(&Call) -> SocketAddr + Send + Sync + 'static,
    ) -> Self {
        let state = Arc::new(State {
            begun: now(),
            latency,
            rules: Mutex::default(),
            upstream: Box::new(upstream),
            log: Mutex::default(),
        });
        let (address, stop) = listen({
            let state = Arc::clone(&state);
            move |stream| {
                // Whoever is cut off in the middle is what this is about.
                let _ = state.serve(stream);
            }
        });
        Self {
            address,
            state,
            stop,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the rules, and counts and logs from here on anew.
    pub(crate) fn set(&self, rules: Vec<Rule>) {
        *self.state.rules.lock().unwrap() = rules;
        self.state.log.lock().unwrap().clear();
    }

    /// Every call since the rules were set.
    pub(crate) fn log(&self) -> Vec<Entry> {
        self.state.log.lock().unwrap().clone()
    }

    /// The greatest number of calls of each API within any window of this length.
    pub(crate) fn peaks(&self, window: Duration) -> BTreeMap<String, usize> {
        let log = self.log();
        let mut peaks = BTreeMap::new();
        for (from, entry) in log.iter().enumerate() {
            let within = log[from..]
                .iter()
                .take_while(|other| other.at < entry.at + window)
                .filter(|other| other.call.api == entry.call.api)
                .count();
            let peak = peaks.entry(entry.call.api.clone()).or_insert(0);
            *peak = within.max(*peak);
        }
        peaks
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        hang_up(self.address, &self.stop);
    }
}

/// The time, against which rates and delays are measured.
#[expect(
    clippy::disallowed_methods,
    reason = "what is measured here is not synthesis"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The address of a URL on this machine.
pub(crate) fn address(url: &str) -> SocketAddr {
    let host = url.strip_prefix("http://").unwrap_or(url);
    host.trim_end_matches('/').parse().unwrap()
}

impl State {
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut reader = reader(&stream)?;
        while let Some(request) = Message::request(&mut reader)? {
            let (entry, fault) = self.note(&request);
            thread::sleep(self.latency);
            if !self.handle(&request, &entry, fault.as_ref(), &mut stream)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Counts and logs a call, and finds what is to be done to it.
    fn note(&self, request: &Message) -> (Entry, Option<Fault>) {
        let call = Call::of(request);
        let mut log = self.log.lock().unwrap();
        let number = log.len() + 1;
        let same = |entry: &&Entry| entry.call.api == call.api;
        let nth = log.iter().filter(same).count() + 1;
        let rules = self.rules.lock().unwrap();
        let rule = rules.iter().find(|rule| match rule.at {
            At::Every => true,
            At::Call(wanted) => wanted == number,
            At::Multiple(of) => number.is_multiple_of(of),
            At::Api(api, wanted) => call.api == api && wanted == nth,
            At::First(api, count) => call.api == api && nth <= count,
            At::EveryOf(api) => call.api == api,
        });
        let fault = rule.map(|rule| rule.fault.clone());
        let entry = Entry {
            at: self.begun.elapsed(),
            number,
            nth,
            call,
            fault: fault.as_ref().map(Fault::name),
            status: None,
        };
        log.push(entry.clone());
        (entry, fault)
    }

    /// Answers; whether the connection stays open.
    fn handle(
        &self,
        request: &Message,
        entry: &Entry,
        fault: Option<&Fault>,
        stream: &mut TcpStream,
    ) -> io::Result<bool> {
        let (call, number) = (&entry.call, entry.number);
        match fault {
            Some(Fault::Throttle) => shapes::throttled(call, number).send(stream)?,
            Some(Fault::Status(status)) => {
                shapes::failed(call, *status, number).send(stream)?;
            }
            Some(Fault::HtmlPage) => shapes::html_page(502).send(stream)?,
            Some(Fault::DropBefore) => return Ok(false),
            Some(Fault::RunBefore(hook)) => {
                hook(entry);
                return Ok(false);
            }
            None => self.forward(request, entry)?.send(stream)?,
            Some(Fault::Slow(delay)) => {
                let answer = self.forward(request, entry)?;
                thread::sleep(*delay);
                answer.send(stream)?;
            }
            Some(Fault::StatusAfter(status)) => {
                self.forward(request, entry)?;
                shapes::failed(call, *status, number).send(stream)?;
            }
            Some(Fault::DropAfter) => {
                self.forward(request, entry)?;
                return Ok(false);
            }
            Some(Fault::RunAfter(hook)) => {
                self.forward(request, entry)?;
                hook(entry);
                return Ok(false);
            }
            Some(Fault::RunAnswered(hook)) => {
                self.forward(request, entry)?.send(stream)?;
                hook(entry);
                return Ok(false);
            }
            Some(Fault::Truncate) => {
                let answer = self.forward(request, entry)?;
                let half = answer.body.len() / 2;
                stream.write_all(answer.head().as_bytes())?;
                stream.write_all(&answer.body[..half])?;
                return Ok(false);
            }
            Some(Fault::HalfClose) => {
                self.forward(request, entry)?;
                stream.shutdown(Shutdown::Write)?;
                // The other direction stays open until the client closes it.
                stream.read_to_end(&mut Vec::new())?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Has the service do what is asked, on a connection of its own.
    fn forward(&self, request: &Message, entry: &Entry) -> io::Result<Message> {
        let mut stream = TcpStream::connect((self.upstream)(&entry.call))?;
        let mut reader = reader(&stream)?;
        let mut request = request.clone();
        request.set("Connection", "close");
        request
            .headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("Expect"));
        request.send(&mut stream)?;
        let mut answer = Message::response(&mut reader, request.method())?;
        answer
            .headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("Connection"));
        let mut log = self.log.lock().unwrap();
        let logged = log.get_mut(entry.number - 1);
        if let Some(logged) = logged.filter(|logged| logged.at == entry.at) {
            logged.status = Some(answer.status());
        }
        Ok(answer)
    }
}
