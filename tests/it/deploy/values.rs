//! What a script says in terms of what was sent: constants, parameters of requests, files, templates.

use std::fs;

use serde_json::{Map, Value, json};

use super::play::Play;
use super::script::{Event, merge};
use super::shapes::text;

impl Play {
    /// A value with everything in it that is not known before the request.
    pub(super) fn resolve(&self, value: &Value, depth: usize) -> Result<Value, String> {
        if depth > 20 {
            return Err("the script's constants go round in a circle".to_owned());
        }
        match value {
            Value::String(text) => self.interpolate(text, depth),
            Value::Array(items) => items
                .iter()
                .map(|item| self.resolve(item, depth + 1))
                .collect(),
            Value::Object(map) => {
                let only = (map.len() == 1).then(|| map.iter().next().unwrap());
                match only {
                    Some((key, name)) if key == "File" => return self.file(&text(name)),
                    Some((key, api)) if key == "Request" => return self.submitted(&text(api)),
                    _ => {}
                }
                let mut resolved = Map::new();
                for (key, value) in map.iter().filter(|(key, _)| *key != "Like") {
                    resolved.insert(key.clone(), self.resolve(value, depth + 1)?);
                }
                let Some(like) = map.get("Like") else {
                    return Ok(Value::Object(resolved));
                };
                let Value::Object(mut base) = self.lookup(&text(like), depth + 1)? else {
                    return Err(format!("`Like: {like}` is not a map"));
                };
                merge(&mut base, resolved);
                Ok(Value::Object(base))
            }
            other => Ok(other.clone()),
        }
    }

    /// A constant.
    pub(super) fn lookup(&self, name: &str, depth: usize) -> Result<Value, String> {
        match self.script.lets.get(name) {
            Some(value) => self.resolve(value, depth + 1),
            None => Err(format!("`Let` does not say what `{name}` is")),
        }
    }

    fn interpolate(&self, pattern: &str, depth: usize) -> Result<Value, String> {
        // A constant that is the whole text keeps its type.
        let whole = pattern
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = whole.filter(|name| !name.contains(['.', '}'])) {
            return self.lookup(name, depth);
        }
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| format!("`{pattern}` lacks a `}}`"))?;
            out.push_str(before);
            // Within parentheses, a point belongs to a pattern.
            let head = name.find(')').unwrap_or(0);
            match name[head..].find('.') {
                None => out.push_str(&text(&self.lookup(name, depth)?)),
                Some(point) => {
                    let (event, parameter) = (&name[..head + point], &name[head + point + 1..]);
                    out.push_str(&self.sent(event, parameter)?);
                }
            }
            rest = after;
        }
        Ok((out + rest).into())
    }

    /// What the last such request sent.
    fn sent(&self, event: &str, parameter: &str) -> Result<String, String> {
        let event = Event::parse(event);
        let mut records = self.records.iter().rev();
        records
            .find(|record| event.is(&record.call))
            .and_then(|record| record.call.get(parameter))
            .map(str::to_owned)
            .ok_or_else(|| format!("no {} has sent a {parameter}", event.api))
    }

    fn file(&self, name: &str) -> Result<Value, String> {
        let mut folders = self.script.folders.iter();
        folders
            .find_map(|folder| fs::read_to_string(folder.join(name)).ok())
            .map(Value::from)
            .ok_or_else(|| format!("there is no file `{name}`"))
    }

    /// The template that the last such request submitted, in itself or in S3.
    fn submitted(&self, event: &str) -> Result<Value, String> {
        if let Ok(body) = self.sent(event, "TemplateBody") {
            return Ok(body.into());
        }
        let url = self.sent(event, "TemplateURL")?;
        let path = url.split('?').next().unwrap_or_default();
        let found = self.objects.iter().find(|(name, _)| {
            let (bucket, key) = name.split_once('/').unwrap();
            path.contains(bucket) && path.ends_with(&format!("/{key}"))
        });
        found
            .map(|(_, body)| json!(body))
            .ok_or_else(|| format!("nothing was uploaded as {url}"))
    }
}
