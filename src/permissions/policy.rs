//! Statements, and the documents that they become.

use std::collections::BTreeSet;

use crate::json::{Json, Object};

/// How many characters a managed policy may have, white space not counted.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const MANAGED_POLICY_SIZE: usize = 6144;

/// What is allowed on which resources, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its id, unique in the policy: letters and digits.
    pub sid: String,
    /// The actions, such as `sagemaker:CreateModel`.
    pub actions: BTreeSet<String>,
    /// ARNs, with `*` for what is not known; `*` alone where no resource can be named.
    pub resources: BTreeSet<String>,
    /// Under what condition.
    pub condition: Option<Json>,
    /// Why it is needed, and why its resources are no narrower.
    pub reason: String,
}

/// A policy of one principal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policy {
    /// What is allowed.
    pub statements: Vec<Statement>,
    /// What whoever uses the policy has to know, a sentence each.
    pub notes: Vec<String>,
}

impl Statement {
    /// The statement as a policy document holds it.
    pub fn json(&self) -> Json {
        let list = |texts: &BTreeSet<String>| match texts.first() {
            Some(only) if texts.len() == 1 => Json::from(only.clone()),
            _ => Json::from(texts.iter().cloned().collect::<Vec<String>>()),
        };
        let mut object = Object::from_iter([
            ("Sid", Json::from(self.sid.clone())),
            ("Effect", "Allow".into()),
            ("Action", list(&self.actions)),
            ("Resource", list(&self.resources)),
        ]);
        if let Some(condition) = &self.condition {
            object.insert("Condition", condition.clone());
        }
        object.into()
    }
}

impl Policy {
    /// Allows something. A statement that allows the same actions under the same condition for the
    /// same reason gets the resources too; another one of this id makes this one be numbered.
    pub(super) fn allow(&mut self, mut statement: Statement) {
        if statement.actions.is_empty() || statement.resources.is_empty() {
            return;
        }
        let equal = self.statements.iter_mut().find(|other| {
            other.actions == statement.actions
                && other.condition == statement.condition
                && other.reason == statement.reason
        });
        if let Some(other) = equal {
            other.resources.append(&mut statement.resources);
            return;
        }
        self.statements.push(statement);
    }

    /// Says something once.
    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Puts statements about the same resources together, removes resources that another pattern of
    /// the same statement covers, and numbers equal ids.
    pub(super) fn finish(mut self) -> Self {
        let mut together: Vec<Statement> = Vec::new();
        for mut statement in self.statements {
            let equal = together.iter_mut().find(|other| {
                other.resources == statement.resources
                    && other.condition == statement.condition
                    && other.reason == statement.reason
            });
            match equal {
                Some(other) => other.actions.append(&mut statement.actions),
                None => together.push(statement),
            }
        }
        self.statements = together;
        let mut sids: Vec<String> = Vec::new();
        for statement in &mut self.statements {
            let all = statement.resources.clone();
            statement.resources.retain(|resource| {
                !all.iter()
                    .any(|other| other != resource && covers(other, resource))
            });
            let base = statement.sid.clone();
            let mut number = 1;
            while sids.contains(&statement.sid) {
                number += 1;
                statement.sid = format!("{base}{number}");
            }
            sids.push(statement.sid.clone());
        }
        self
    }

    /// The policy as documents, each within the size of a managed policy; one, unless it is too
    /// large. A statement that is too large for itself stands alone.
    pub fn documents(&self) -> Vec<Json> {
        let mut documents = Vec::new();
        let mut part: Vec<&Statement> = Vec::new();
        for statement in &self.statements {
            part.push(statement);
            if size(&document(&part)) > MANAGED_POLICY_SIZE && part.len() > 1 {
                part.pop();
                documents.push(document(&part));
                part = vec![statement];
            }
        }
        if !part.is_empty() {
            documents.push(document(&part));
        }
        documents
    }
}

fn document(statements: &[&Statement]) -> Json {
    let statements: Vec<Json> = statements
        .iter()
        .map(|statement| statement.json())
        .collect();
    Json::from([
        ("Version", Json::from("2012-10-17")),
        ("Statement", statements.into()),
    ])
}

/// The characters of a document that count.
pub fn size(document: &Json) -> usize {
    serde_json::to_string(document).map_or(0, |text| {
        text.chars()
            .filter(|character| !character.is_whitespace())
            .count()
    })
}

/// Whether a pattern with `*` matches everything that another pattern matches.
pub(super) fn covers(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else {
        return false;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.len() >= part.len() && rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sid: &str, action: &str, resource: &str) -> Statement {
        Statement {
            sid: sid.to_owned(),
            actions: BTreeSet::from([action.to_owned()]),
            resources: BTreeSet::from([resource.to_owned()]),
            condition: None,
            reason: sid.to_owned(),
        }
    }

    #[test]
    fn a_pattern_covers_what_it_matches() {
        for (pattern, text) in [
            ("*", "a"),
            ("a*", "a"),
            ("a*", "a*"),
            ("a*c", "abc"),
            ("a*b*c", "a1b2c"),
            ("a", "a"),
        ] {
            assert!(covers(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*c", "ab"), ("ab*ba", "aba"), ("a/b", "a/*")] {
            assert!(!covers(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn equal_statements_become_one_and_covered_resources_are_left_out() {
        let mut policy = Policy::default();
        policy.allow(statement("Read", "s3:GetObject", "a/b"));
        policy.allow(statement("Read", "s3:GetObject", "a/*"));
        policy.allow(statement("Read", "s3:PutObject", "c"));
        policy.allow(statement("Read", "s3:DeleteObject", "c"));
        let policy = policy.finish();
        let sids: Vec<&str> = policy
            .statements
            .iter()
            .map(|statement| statement.sid.as_str())
            .collect();
        assert_eq!(sids, ["Read", "Read2"]);
        assert_eq!(
            policy.statements[0].resources,
            BTreeSet::from(["a/*".to_owned()])
        );
        assert_eq!(policy.statements[1].actions.len(), 2);
    }

    #[test]
    fn a_policy_that_is_too_large_is_split_and_loses_nothing() {
        let mut policy = Policy::default();
        for number in 0..100 {
            let resource = format!("arn:aws:s3:::{number}{}", "x".repeat(100));
            policy.allow(statement(&format!("S{number}"), "s3:GetObject", &resource));
        }
        let documents = policy.documents();
        assert!(documents.len() > 1);
        let count = |document: &Json| {
            let statements = document.get("Statement").and_then(Json::as_array);
            statements.map_or(0, <[Json]>::len)
        };
        assert_eq!(documents.iter().map(count).sum::<usize>(), 100);
        for document in &documents {
            assert!(size(document) <= MANAGED_POLICY_SIZE, "{}", size(document));
        }
    }
}
