//! A script: what a service answers, call by call. `tests/cases/deploy/README.md` describes the
//! format.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sageform::config::yaml::{self, Limits};
use serde_json::{Map, Value};

use super::call::{Call, matches};
use super::shapes::text;

/// Everything that a script says.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The constants.
    pub(crate) lets: Map<String, Value>,
    /// By API.
    pub(crate) sections: Vec<(String, Vec<Section>)>,
    /// How `calls.txt` lists what was called.
    pub(crate) listing: Listing,
    /// Where files are looked for, one after the other.
    pub(crate) folders: Vec<PathBuf>,
    /// The script and those that it is based on, as written.
    pub(crate) text: String,
}

/// How calls are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// In order; what only reads once per stretch.
    Ordered,
    /// As `Ordered`, and what only reads by name: for a program that polls several things at once.
    Sorted,
    /// Only what changes something.
    Writes,
}

/// Answers of an API that hold for some time.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) moment: Moment,
    pub(crate) answers: Vec<Answer>,
}

/// When a section holds.
#[derive(Debug, Clone)]
pub(crate) enum Moment {
    Always,
    Before(Event),
    After(Event),
}

/// That an API was called, with these parameters, so many times.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) api: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) count: usize,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The parameters of the requests that it is for; `None` for one that is not to be there.
    pub(crate) when: Vec<(String, Option<String>)>,
    /// How often it is given before the next one is due.
    pub(crate) times: usize,
    pub(crate) delay: Duration,
    /// The list that is cut into pages, and how many items a page holds.
    pub(crate) page: Option<(String, usize)>,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// The members of a result.
    Result(Value),
    Error(Value),
    Raw(Value),
    /// The connection is closed; whether the service has done what was asked.
    Close {
        done: bool,
    },
}

impl Script {
    /// The script of a case folder.
    pub(crate) fn read(case: &Path) -> Self {
        let text = fs::read_to_string(case.join("script.yaml")).unwrap();
        Self::parse(&text, vec![case.to_owned()])
    }

    /// A script from its text; files that it names are looked for in these folders, then beside the
    /// scripts that others are based on.
    pub(crate) fn parse(text: &str, mut folders: Vec<PathBuf>) -> Self {
        folders.push(base_folder());
        let mut known = text.to_owned();
        let mut merged = document("script.yaml", text);
        while let Some(base) = merged.remove("Base") {
            let base = base.as_str().unwrap().to_owned() + ".yaml";
            let text = fs::read_to_string(base_folder().join(&base))
                .unwrap_or_else(|error| panic!("base {base}: {error}"));
            let mut below = document(&base, &text);
            known.push_str(&text);
            base_on(&mut below, merged);
            merged = below;
        }
        let lets = match merged.remove("Let") {
            Some(Value::Object(lets)) => lets,
            None => Map::new(),
            other => panic!("`Let` is a map, not {other:?}"),
        };
        let listing = match merged.remove("Calls").as_ref().map(text_of) {
            None | Some("ordered") => Listing::Ordered,
            Some("sorted") => Listing::Sorted,
            Some("writes") => Listing::Writes,
            other => panic!("`Calls` is ordered, sorted or writes, not {other:?}"),
        };
        let sections = merged
            .into_iter()
            .map(|(api, value)| {
                let sections = sections(&api, value);
                (api, sections)
            })
            .collect();
        Self {
            lets,
            sections,
            listing,
            folders,
            text: known,
        }
    }
}

impl Event {
    /// Whether a call is one of these.
    pub(crate) fn is(&self, call: &Call) -> bool {
        let fits = |(name, pattern): &(String, String)| {
            call.get(name).is_some_and(|value| matches(pattern, value))
        };
        self.api == call.api && self.parameters.iter().all(fits)
    }

    /// `ExecuteChangeSet`, `2 ExecuteChangeSet`, `ExecuteChangeSet(StackName=*a*, Region=eu-west-1)`.
    pub(crate) fn parse(text: &str) -> Self {
        let (count, rest) = match text.split_once(' ') {
            Some((count, rest)) if count.parse::<usize>().is_ok() => (count.parse().unwrap(), rest),
            _ => (1, text),
        };
        let (api, parameters) = rest.split_once('(').unwrap_or((rest, ")"));
        let parameters = parameters
            .strip_suffix(')')
            .unwrap_or_else(|| panic!("`{text}` lacks a `)`"));
        let parameters = parameters
            .split(',')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, pattern) = pair
                    .split_once('=')
                    .unwrap_or_else(|| panic!("`{text}`: `{pair}` is not name=pattern"));
                (name.trim().to_owned(), pattern.trim().to_owned())
            })
            .collect();
        Self {
            api: api.trim().to_owned(),
            parameters,
            count,
        }
    }
}

impl Answer {
    fn parse(api: &str, value: Value) -> Self {
        let Value::Object(mut map) = value else {
            panic!("{api}: an answer is a map, not {value}");
        };
        let mut take = |key: &str| map.remove(key);
        let when = match take("When") {
            Some(Value::Object(when)) => when
                .iter()
                .map(|(name, value)| {
                    let pattern = (!value.is_null()).then(|| text(value));
                    (name.clone(), pattern)
                })
                .collect(),
            None => Vec::new(),
            Some(other) => panic!("{api}: `When` is a map, not {other}"),
        };
        let times = take("Times").map_or(1, |times| number(&times));
        let delay = take("Delay").map_or(Duration::ZERO, |delay| duration(&text(&delay)));
        let page = take("Page").map(|page| {
            let page = page.as_object().unwrap();
            assert_eq!(page.len(), 1, "{api}: `Page` names one list");
            let (list, size) = page.iter().next().unwrap();
            (list.clone(), number(size))
        });
        let special = [take("Error"), take("Raw"), take("Close")];
        let kind = match special {
            [None, None, None] => Kind::Result(Value::Object(map)),
            [Some(error), None, None] if map.is_empty() => Kind::Error(error),
            [None, Some(raw), None] if map.is_empty() => Kind::Raw(raw),
            [None, None, Some(close)] if map.is_empty() => Kind::Close {
                done: match text(&close).as_str() {
                    "true" | "before" => false,
                    "after" => true,
                    other => panic!("{api}: `Close` is before or after, not {other}"),
                },
            },
            _ => panic!("{api}: an answer is a result, or one of `Error`, `Raw` and `Close`"),
        };
        Self {
            when,
            times,
            delay,
            page,
            kind,
        }
    }
}

/// Whether a key is a section's.
#[expect(clippy::ptr_arg, reason = "keys of maps are strings")]
fn is_moment(key: &String) -> bool {
    key.starts_with("before ") || key.starts_with("after ")
}

fn sections(api: &str, value: Value) -> Vec<Section> {
    match value {
        Value::Object(map) if map.keys().any(is_moment) => map
            .into_iter()
            .map(|(key, value)| {
                let (word, event) = key.split_once(' ').unwrap_or_default();
                let moment = match word {
                    "before" => Moment::Before(Event::parse(event)),
                    "after" => Moment::After(Event::parse(event)),
                    _ => panic!("{api}: `{key}` is not `before …` or `after …`"),
                };
                let answers = answers(api, value);
                Section { moment, answers }
            })
            .collect(),
        value => vec![Section {
            moment: Moment::Always,
            answers: answers(api, value),
        }],
    }
}

fn answers(api: &str, value: Value) -> Vec<Answer> {
    match value {
        Value::Array(items) => items
            .into_iter()
            .map(|item| Answer::parse(api, item))
            .collect(),
        one => vec![Answer::parse(api, one)],
    }
}

/// Puts a script over the one that it is based on: constants are merged, sections replaced one by one,
/// answers as a whole, and `null` removes.
fn base_on(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (_, Value::Null) => {
                below.shift_remove(&key);
            }
            (Some(Value::Object(below)), Value::Object(above)) if key == "Let" => {
                merge(below, above);
            }
            (Some(Value::Object(below)), Value::Object(above))
                if below.keys().chain(above.keys()).all(is_moment) =>
            {
                base_on(below, above);
            }
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

/// Puts one map over another: maps within them alike, everything else in place of what was there, and
/// `null` removes it.
pub(crate) fn merge(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (_, Value::Null) => {
                below.shift_remove(&key);
            }
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

/// The folder of the scripts that others are based on.
pub(crate) fn base_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/deploy/_base")
}

fn document(name: &str, text: &str) -> Map<String, Value> {
    let (document, findings) = yaml::parse(name, text.as_bytes(), &Limits::TEMPLATE);
    assert!(findings.is_empty(), "{name}: {findings:#?}");
    let value = serde_json::to_value(document.unwrap().to_json()).unwrap();
    match value {
        Value::Object(map) => map,
        Value::Null => Map::new(),
        other => panic!("{name} is a map, not {other}"),
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> usize {
    let number = value
        .as_u64()
        .unwrap_or_else(|| panic!("not a number: {value}"));
    usize::try_from(number).unwrap()
}

fn duration(text: &str) -> Duration {
    let parse = |digits: &str| {
        digits
            .parse()
            .unwrap_or_else(|_| panic!("not a duration: {text}"))
    };
    match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(millis), _) => Duration::from_millis(parse(millis)),
        (None, Some(seconds)) => Duration::from_secs(parse(seconds)),
        _ => panic!("not a duration: {text}"),
    }
}
