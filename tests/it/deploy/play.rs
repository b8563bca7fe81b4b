//! A script that is being played: which answer is due, and what it says to this very request.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::call::{Call, Protocol, matches};
use super::http::Message;
use super::script::{Answer, Event, Kind, Moment, Script, merge};
use super::shapes::{self, text};

/// A script and what has happened so far.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) script: Script,
    pub(crate) records: Vec<Record>,
    /// What the script did not foresee.
    pub(crate) problems: Vec<String>,
    /// How often each answer was given, by API, section and place.
    given: BTreeMap<(String, usize, usize), usize>,
    /// What is still to be read page by page, by the request.
    pages: BTreeMap<String, (Value, String, usize)>,
    /// The events of each stack so far, by its name, oldest first.
    events: BTreeMap<String, Vec<Value>>,
    /// What was uploaded, by bucket and key.
    pub(super) objects: BTreeMap<String, String>,
}

/// A call that was made.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) call: Call,
    /// `ok`, the code of an error, or what became of the connection.
    pub(crate) outcome: String,
    /// Whether the service did what was asked.
    pub(crate) done: bool,
}

/// What the service does with a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) delay: Duration,
    /// `None` closes the connection.
    pub(crate) message: Option<Message>,
}

impl Play {
    pub(crate) fn new(script: Script) -> Self {
        Self {
            script,
            records: Vec::new(),
            problems: Vec::new(),
            given: BTreeMap::new(),
            pages: BTreeMap::new(),
            events: BTreeMap::new(),
            objects: BTreeMap::new(),
        }
    }

    pub(crate) fn answer(&mut self, call: &Call) -> Reply {
        let number = self.records.len() + 1;
        self.check_signature(call);
        self.records.push(Record {
            call: call.clone(),
            outcome: String::new(),
            done: false,
        });
        let (reply, outcome, done) = match self.due(call, number) {
            Ok(found) => found,
            Err(problem) => {
                let message = shapes::error(call, "Unscripted", &problem, Some(400), number);
                self.problems.push(problem);
                let reply = Reply {
                    delay: Duration::ZERO,
                    message: Some(message),
                };
                (reply, "Unscripted".to_owned(), false)
            }
        };
        if done && call.api == "PutObject" {
            let name = format!("{}/{}", call.parameters["Bucket"], call.parameters["Key"]);
            let body = String::from_utf8_lossy(&call.body).into_owned();
            self.objects.insert(name, body);
        }
        let record = &mut self.records[number - 1];
        (record.outcome, record.done) = (outcome, done);
        reply
    }

    fn check_signature(&mut self, call: &Call) {
        if call.api == "AssumeRoleWithWebIdentity" {
            return;
        }
        let expected = match &call.protocol {
            Protocol::Query(version) if version == "2011-06-15" => Some("sts"),
            Protocol::Query(version) if version == "2010-05-15" => Some("cloudformation"),
            Protocol::Rest => Some("s3"),
            _ => None,
        };
        match (call.get("Service"), expected) {
            (None, _) => self.problems.push(format!("{} is not signed", call.api)),
            (Some(service), Some(expected)) if service != expected => {
                let api = &call.api;
                self.problems
                    .push(format!("{api} is signed for {service}, not {expected}"));
            }
            _ => {}
        }
    }

    fn due(&mut self, call: &Call, number: usize) -> Result<(Reply, String, bool), String> {
        if let Some(page) = self.next_page(call) {
            let message = Some(shapes::result(call, &page?, number));
            let delay = Duration::ZERO;
            return Ok((Reply { delay, message }, "ok".to_owned(), true));
        }
        let (answer, first) = self.choose(call)?;
        let delay = answer.delay;
        let (message, outcome, done) = match &answer.kind {
            Kind::Result(members) => {
                let mut members = self.resolve(members, 0)?;
                self.expand_events(&mut members, call, first)?;
                if let Some((list, size)) = answer.page {
                    members = self.first_page(call, members, list, size)?;
                }
                let message = shapes::result(call, &members, number);
                (Some(message), "ok".to_owned(), true)
            }
            Kind::Error(error) => {
                let error = self.resolve(error, 0)?;
                let code = text(&error["Code"]);
                let status = error["Status"]
                    .as_u64()
                    .map(|status| u16::try_from(status).unwrap());
                let words = text(&error["Message"]);
                let message = shapes::error(call, &code, &words, status, number);
                (Some(message), code, false)
            }
            Kind::Raw(raw) => {
                let raw = self.resolve(raw, 0)?;
                let status = u16::try_from(raw["Status"].as_u64().unwrap_or(200)).unwrap();
                let kind = text(&raw["ContentType"]);
                let message = Message::answer(status, &kind, text(&raw["Body"]));
                (Some(message), status.to_string(), status < 300)
            }
            Kind::Close { done } => (None, "closed".to_owned(), *done),
        };
        Ok((Reply { delay, message }, outcome, done))
    }

    /// The answer that is due, and whether it is given for the first time.
    fn choose(&mut self, call: &Call) -> Result<(Answer, bool), String> {
        let parameters = &call.parameters;
        let unscripted = |what: &str| Err(format!("{} {what}: {parameters:?}", call.api));
        let known = self
            .script
            .sections
            .iter()
            .find(|(api, _)| *api == call.api);
        let Some((_, sections)) = known else {
            return unscripted("is not in the script");
        };
        // What happened last decides, and before anything has, what has not.
        let current = sections
            .iter()
            .enumerate()
            .filter_map(|(place, section)| {
                let since = match &section.moment {
                    Moment::Always => Some(0),
                    Moment::Before(event) => self.happened(event).is_none().then_some(0),
                    Moment::After(event) => self.happened(event),
                };
                let count = match &section.moment {
                    Moment::After(event) => event.count,
                    _ => 0,
                };
                since.map(|since| ((since, count, place), section))
            })
            .max_by_key(|(rank, _)| *rank)
            .map(|((_, _, place), section)| (place, section));
        let Some((place, section)) = current else {
            return unscripted("is not in the script at this moment");
        };
        let fits = |answer: &Answer| {
            answer
                .when
                .iter()
                .all(|(name, pattern)| match (call.get(name), pattern) {
                    (None, None) => true,
                    (Some(value), Some(pattern)) => matches(pattern, value),
                    _ => false,
                })
        };
        let mut fitting: Vec<usize> = (0..section.answers.len())
            .filter(|at| fits(&section.answers[*at]))
            .collect();
        // Those that are for such requests go before those that are for any.
        let special = |at: &usize| !section.answers[*at].when.is_empty();
        if fitting.iter().any(special) {
            fitting.retain(special);
        }
        let key = |at: usize| (call.api.clone(), place, at);
        let times = |at: usize| self.given.get(&key(at)).copied().unwrap_or(0);
        let fresh = fitting
            .iter()
            .find(|at| times(**at) < section.answers[**at].times);
        let Some(at) = fresh.or(fitting.last()).copied() else {
            return unscripted("has no answer for these parameters");
        };
        let answer = section.answers[at].clone();
        let given = self.given.entry(key(at)).or_default();
        *given += 1;
        Ok((answer, *given == 1))
    }

    /// When it happened last, as the number of the call, if it happened often enough.
    fn happened(&self, event: &Event) -> Option<usize> {
        let times: Vec<usize> = self
            .records
            .iter()
            .enumerate()
            .filter(|(_, record)| record.done && event.is(&record.call))
            .map(|(at, _)| at + 1)
            .collect();
        times.last().filter(|_| times.len() >= event.count).copied()
    }

    /// Cuts a list to its first page, and keeps the rest for whoever comes with the token.
    fn first_page(
        &mut self,
        call: &Call,
        members: Value,
        list: String,
        size: usize,
    ) -> Result<Value, String> {
        self.pages.insert(pages_key(call), (members, list, size));
        self.page(call, 1)
    }

    fn next_page(&self, call: &Call) -> Option<Result<Value, String>> {
        let token = call.get("NextToken")?.strip_prefix("page-")?;
        Some(self.page(call, token.parse().unwrap()))
    }

    fn page(&self, call: &Call, page: usize) -> Result<Value, String> {
        let Some((members, list, size)) = self.pages.get(&pages_key(call)) else {
            return Err(format!("{}: nobody was given this token", call.api));
        };
        let items = members[list]
            .as_array()
            .ok_or_else(|| format!("{}: `{list}` is not a list that can be cut", call.api))?;
        let from = (page - 1) * size;
        let to = items.len().min(from + size);
        if from > items.len() {
            return Err(format!("{}: nobody was given this token", call.api));
        }
        let mut cut = members.clone();
        cut[list] = items[from..to].into();
        if to < items.len() {
            cut["NextToken"] = format!("page-{}", page + 1).into();
        }
        Ok(cut)
    }

    /// `Events`, one line each, becomes all of the stack's events so far, newest first.
    fn expand_events(
        &mut self,
        members: &mut Value,
        call: &Call,
        first: bool,
    ) -> Result<(), String> {
        let Some(lines) = members
            .as_object_mut()
            .and_then(|map| map.shift_remove("Events"))
        else {
            return Ok(());
        };
        let asked = call.get("StackName").unwrap_or_default();
        let name = asked.split('/').nth(1).unwrap_or(asked).to_owned();
        let id = if asked.starts_with("arn:") {
            asked.to_owned()
        } else {
            text(&self.lookup("StackId", 0)?)
        };
        if !self.events.contains_key(&name) {
            self.events.insert(name.clone(), Vec::new());
            for line in self.past(&call.api)? {
                let event = self.event(&line, &name, &id, false)?;
                self.events.entry(name.clone()).or_default().push(event);
            }
        }
        if first {
            for line in lines.as_array().into_iter().flatten() {
                let event = self.event(line, &name, &id, true)?;
                self.events.entry(name.clone()).or_default().push(event);
            }
        }
        let events = self.events.get(&name).into_iter().flatten().rev().cloned();
        members["StackEvents"] = events.collect();
        Ok(())
    }

    /// What had happened before anybody asked: the events of sections that hold no more.
    fn past(&self, api: &str) -> Result<Vec<Value>, String> {
        let mut past = Vec::new();
        let known = self.script.sections.iter().find(|(name, _)| name == api);
        for section in known.into_iter().flat_map(|(_, sections)| sections) {
            let over = match &section.moment {
                Moment::Before(event) => self.happened(event).is_some(),
                _ => false,
            };
            for answer in section.answers.iter().filter(|_| over) {
                if let Kind::Result(members) = &answer.kind {
                    let lines = self.resolve(&members["Events"], 0)?;
                    past.extend(lines.as_array().into_iter().flatten().cloned());
                }
            }
        }
        Ok(past)
    }

    /// An event from `LogicalId STATUS reason`, or from its members.
    fn event(
        &self,
        line: &Value,
        stack: &str,
        id: &str,
        of_operation: bool,
    ) -> Result<Value, String> {
        let mut given = Map::new();
        match line {
            Value::Object(map) => given.clone_from(map),
            line => {
                let names = [
                    "LogicalResourceId",
                    "ResourceStatus",
                    "ResourceStatusReason",
                ];
                for (name, word) in names.iter().zip(text(line).splitn(3, ' ')) {
                    given.insert((*name).to_owned(), word.into());
                }
            }
        }
        let logical = given.get("LogicalResourceId").map(text).unwrap_or_default();
        let number = self.events.get(stack).map_or(0, Vec::len) + 1;
        let (minute, second) = (number / 60, number % 60);
        let mut event = Map::new();
        event.insert("StackId".to_owned(), id.into());
        event.insert("EventId".to_owned(), format!("{stack}-{number:04}").into());
        event.insert("StackName".to_owned(), stack.into());
        if logical == "Stack" {
            given.insert("LogicalResourceId".to_owned(), stack.into());
            event.insert("PhysicalResourceId".to_owned(), id.into());
            event.insert(
                "ResourceType".to_owned(),
                "AWS::CloudFormation::Stack".into(),
            );
        } else {
            let resources = self.lookup("Resources", 0)?;
            let resource = &resources[&logical];
            let kind = given.get("ResourceType").unwrap_or(&resource["Type"]);
            if kind.is_null() {
                return Err(format!("`Let: Resources` does not say what `{logical}` is"));
            }
            event.insert("PhysicalResourceId".to_owned(), resource["Id"].clone());
            event.insert("ResourceType".to_owned(), kind.clone());
        }
        let time = format!("2026-11-20T10:{minute:02}:{second:02}.000Z");
        event.insert("Timestamp".to_owned(), time.into());
        let begun = self
            .records
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, record)| {
                let token = record.call.get("ClientRequestToken")?;
                record.done.then_some((at, token))
            });
        if let Some((at, token)) = begun.filter(|_| of_operation) {
            event.insert("ClientRequestToken".to_owned(), token.into());
            let operation = format!("00000000-0000-4000-9000-{at:012}");
            event.insert("OperationId".to_owned(), operation.into());
        }
        merge(&mut event, given);
        Ok(Value::Object(event))
    }
}

/// A request without its token: all pages are of the same request.
fn pages_key(call: &Call) -> String {
    let mut parameters = call.parameters.clone();
    parameters.remove("NextToken");
    format!("{} {parameters:?}", call.api)
}
