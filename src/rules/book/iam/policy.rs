//! Whether a role allows an action on a resource, as far as its policies are in the template.

use std::borrow::Cow;

use super::super::super::node::{Node, Part, Resource};
use super::super::super::world::World;

pub(in super::super) const ROLE: &str = "AWS::IAM::Role";
const BUCKET: &str = "AWS::S3::Bucket";
const MANAGED: &str = "AWS::IAM::ManagedPolicy";
const SEPARATE: [&str; 3] = ["AWS::IAM::Policy", MANAGED, "AWS::IAM::RolePolicy"];

/// Whether something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Answer {
    Yes,
    No,
    Unknown,
}

/// A piece of a name or of a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Token {
    Char(char),
    /// `?`: any character.
    One,
    /// `*`: any text.
    Many,
    /// A text that is not known. One with a name is the same wherever it stands; one that is narrow
    /// is a name of its own, without `/` and `:`.
    Open {
        name: Option<String>,
        narrow: bool,
    },
}

impl Token {
    /// Any text at all.
    pub(in super::super) const UNKNOWN: Self = Self::Open {
        name: None,
        narrow: false,
    };

    /// The partition, the region or the account, whichever it is.
    pub(in super::super) const NAME: Self = Self::Open {
        name: None,
        narrow: true,
    };

    /// Whether it may stand for more or less than one character.
    fn repeats(&self) -> bool {
        matches!(self, Self::Many | Self::Open { .. })
    }

    /// Whether there is a character that both may stand for.
    fn meets(&self, other: &Self) -> bool {
        let narrow = |token: &Self| matches!(token, Self::Open { narrow: true, .. });
        match (self, other) {
            (Self::Char(one), Self::Char(two)) => one == two,
            (Self::Char(one), token) | (token, Self::Char(one)) => {
                !narrow(token) || !matches!(one, '/' | ':' | '*')
            }
            _ => true,
        }
    }
}

/// The characters of a text that is known.
pub(in super::super) fn literal(text: &str) -> Vec<Token> {
    text.chars().map(Token::Char).collect()
}

/// What is known of a value.
pub(in super::super) fn tokens<'w>(world: &'w World<'w>, node: Node<'w>) -> Vec<Token> {
    let mut tokens = Vec::new();
    for part in node.parts() {
        match part {
            Part::Text(text) => tokens.extend(literal(&text)),
            Part::Reference(id, attribute) => reference(world, &id, attribute, &mut tokens),
            Part::Unknown => tokens.push(Token::UNKNOWN),
        }
    }
    tokens
}

fn reference(
    world: &World<'_>,
    id: &str,
    attribute: Option<Cow<'_, str>>,
    tokens: &mut Vec<Token>,
) {
    let bucket = world
        .resource(id)
        .filter(|found| found.kind() == BUCKET)
        .filter(|_| matches!(attribute.as_deref(), None | Some("Arn")));
    if let Some(bucket) = bucket {
        if attribute.is_some() {
            tokens.extend(literal("arn:"));
            tokens.push(Token::NAME);
            tokens.extend(literal(":s3:::"));
        }
        match bucket.get("BucketName").text() {
            Some(name) => tokens.extend(literal(&name)),
            None => tokens.push(Token::Open {
                name: Some(id.to_owned()),
                narrow: true,
            }),
        }
        return;
    }
    let name = match attribute {
        Some(attribute) => format!("{id}.{attribute}"),
        None => id.to_owned(),
    };
    let narrow = id.starts_with("AWS::") && !matches!(id, "AWS::StackId" | "AWS::NotificationARNs");
    tokens.push(Token::Open {
        name: Some(name),
        narrow,
    });
}

/// Tokens of a policy: its wildcards and variables are none of the characters.
fn pattern(tokens: Vec<Token>) -> Vec<Token> {
    let mut pattern = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        pattern.push(match token {
            Token::Char('*') => Token::Many,
            Token::Char('?') => Token::One,
            Token::Char('$') if rest.peek() == Some(&Token::Char('{')) => {
                for skipped in rest.by_ref() {
                    if skipped == Token::Char('}') {
                        break;
                    }
                }
                Token::UNKNOWN
            }
            other => other,
        });
    }
    pattern
}

/// Whether a name may be one of a pattern's.
fn may_match(pattern: &[Token], name: &[Token]) -> bool {
    let width = name.len() + 1;
    let mut seen = vec![false; (pattern.len() + 1) * width];
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        let Some(place) = seen.get_mut(i * width + j).filter(|seen| !**seen) else {
            continue;
        };
        *place = true;
        match (pattern.get(i), name.get(j)) {
            (None, None) => return true,
            (Some(one), Some(two)) => {
                if one.repeats() {
                    open.push((i + 1, j));
                }
                if two.repeats() {
                    open.push((i, j + 1));
                }
                if one == two {
                    open.push((i + 1, j + 1));
                } else if one.meets(two) {
                    let i = if one.repeats() { i } else { i + 1 };
                    let j = if two.repeats() { j } else { j + 1 };
                    open.push((i, j));
                }
            }
            (Some(one), None) if one.repeats() => open.push((i + 1, j)),
            (None, Some(two)) if two.repeats() => open.push((i, j + 1)),
            _ => {}
        }
    }
    false
}

/// Whether a name is one of a pattern's, whatever is not known of it.
fn does_match(pattern: &[Token], name: &[Token]) -> bool {
    // By the last token: which beginnings of the name are matched so far.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for token in pattern {
        let mut next = vec![false; name.len() + 1];
        if *token == Token::Many {
            if let Some(first) = reached.iter().position(|reached| *reached) {
                next[first..].fill(true);
            }
            reached = next;
            continue;
        }
        for (at, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            match (token, name.get(at)) {
                (Token::One, Some(Token::Char(_))) => next[at + 1] = true,
                (Token::Open { name: None, .. }, _) | (_, None) => {}
                (one, Some(two)) if one == two => next[at + 1] = true,
                _ => {}
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

/// Longer ones are not compared: each step of one is a step at each place of the other.
const MOST_STEPS: usize = 1 << 20;

fn matches(pattern: &[Token], name: &[Token]) -> Answer {
    if pattern.len().saturating_mul(name.len()) > MOST_STEPS {
        return Answer::Unknown;
    }
    if does_match(pattern, name) {
        Answer::Yes
    } else if may_match(pattern, name) {
        Answer::Unknown
    } else {
        Answer::No
    }
}

/// The items of a list, or the one value that stands for it; `None` where it may be any.
fn one_or_more(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    match node.list() {
        Some(items) => Some(items),
        None if node.is_present() => Some(vec![node]),
        None => None,
    }
}

/// The best answer of several patterns to a name.
fn any(patterns: Node<'_>, answer: impl Fn(Node<'_>) -> Answer) -> Answer {
    let Some(patterns) = one_or_more(patterns) else {
        return Answer::Unknown;
    };
    let mut best = Answer::No;
    for pattern in patterns {
        match answer(pattern) {
            Answer::Yes => return Answer::Yes,
            Answer::Unknown => best = Answer::Unknown,
            Answer::No => {}
        }
    }
    best
}

/// The policies of a role.
pub(in super::super) struct Policies<'w> {
    world: &'w World<'w>,
    statements: Vec<Node<'w>>,
    /// Whether these are all that there are.
    pub(in super::super) complete: bool,
}

impl<'w> Policies<'w> {
    pub(in super::super) fn of(role: Resource<'w>) -> Self {
        let mut policies = Self {
            world: role.world(),
            statements: Vec::new(),
            // A role with a name may be given policies by other templates.
            complete: role.get("RoleName").is_absent(),
        };
        let inline = role.get("Policies");
        policies.complete &= inline.is_absent() || inline.list().is_some();
        for policy in inline.items() {
            policies.add(policy.get("PolicyDocument"));
        }
        let managed = role.get("ManagedPolicyArns");
        policies.complete &= managed.is_absent() || managed.list().is_some();
        for arn in managed.items() {
            match arn.target() {
                Some((policy, _)) if policy.kind() == MANAGED => {
                    policies.add(policy.get("PolicyDocument"));
                }
                _ => policies.complete = false,
            }
        }
        for policy in SEPARATE.iter().flat_map(|kind| role.world().of_type(kind)) {
            match is_of(policy, role) {
                Answer::Yes => policies.add(policy.get("PolicyDocument")),
                Answer::No => {}
                Answer::Unknown => policies.complete = false,
            }
        }
        policies
    }

    fn add(&mut self, document: Node<'w>) {
        match one_or_more(document.get("Statement")) {
            Some(statements) => self.statements.extend(statements),
            None => self.complete = false,
        }
    }

    /// Whether they allow an action on a resource.
    pub(in super::super) fn allow(&self, action: &str, resource: &[Token]) -> Answer {
        let (mut yes, mut perhaps, mut perhaps_not) = (false, !self.complete, !self.complete);
        for statement in &self.statements {
            let answer = self.concerns(*statement, action, resource);
            let effect = statement.get("Effect").text();
            match (effect.as_deref(), answer) {
                (_, Answer::No) => {}
                (Some("Allow"), Answer::Yes) => yes = true,
                (Some("Allow"), Answer::Unknown) => perhaps = true,
                (Some("Deny"), Answer::Yes) => return Answer::No,
                (Some("Deny"), Answer::Unknown) => perhaps_not = true,
                _ => (perhaps, perhaps_not) = (true, true),
            }
        }
        match (yes, perhaps, perhaps_not) {
            (true, _, false) => Answer::Yes,
            (false, false, _) => Answer::No,
            _ => Answer::Unknown,
        }
    }

    /// Whether an action is not allowed on a resource, for sure.
    pub(in super::super) fn refuse(&self, action: &str, resource: &[Token]) -> bool {
        self.allow(action, resource) == Answer::No
    }

    /// Whether a statement that allows names actions of a service, such as `ecr:`.
    pub(in super::super) fn name(&self, service: &str) -> bool {
        self.statements.iter().any(|statement| {
            let actions = one_or_more(statement.get("Action")).unwrap_or_default();
            statement.get("Effect").text().as_deref() == Some("Allow")
                && actions.iter().any(|action| {
                    action
                        .text()
                        .is_some_and(|text| text.to_ascii_lowercase().starts_with(service))
                })
        })
    }

    fn concerns(&self, statement: Node<'w>, action: &str, resource: &[Token]) -> Answer {
        let action = literal(&action.to_ascii_lowercase());
        let of_action = if statement.get("Action").is_absent() {
            Answer::Unknown
        } else {
            any(statement.get("Action"), |node| {
                let mut tokens = tokens(self.world, node);
                for token in &mut tokens {
                    if let Token::Char(letter) = token {
                        letter.make_ascii_lowercase();
                    }
                }
                matches(&pattern(tokens), &action)
            })
        };
        let of_resource = if statement.get("Resource").is_absent() {
            Answer::Unknown
        } else {
            any(statement.get("Resource"), |node| {
                matches(&pattern(tokens(self.world, node)), resource)
            })
        };
        match (of_action, of_resource) {
            (Answer::No, _) | (_, Answer::No) => Answer::No,
            (Answer::Yes, Answer::Yes) if statement.get("Condition").is_absent() => Answer::Yes,
            _ => Answer::Unknown,
        }
    }
}

/// Whether a policy that is a resource of its own is attached to a role.
fn is_of(policy: Resource<'_>, role: Resource<'_>) -> Answer {
    let property = if policy.kind() == "AWS::IAM::RolePolicy" {
        "RoleName"
    } else {
        "Roles"
    };
    let names = policy.get(property);
    if names.is_absent() {
        return Answer::No;
    }
    any(names, |name| match (name.target(), name.text()) {
        (Some((target, _)), _) if target.is(role) => Answer::Yes,
        (Some((target, _)), _) if target.kind() == ROLE => Answer::No,
        // The name of a role without one is made up when it is created.
        (None, Some(name)) => match role.get("RoleName").text() {
            Some(own) if own == name => Answer::Yes,
            _ => Answer::No,
        },
        _ => Answer::Unknown,
    })
}

/// Whether a service may take a role.
pub(in super::super) fn trusts(role: Resource<'_>, service: &[Token]) -> Answer {
    let world = role.world();
    let document = role.get("AssumeRolePolicyDocument");
    any(document.get("Statement"), |statement| {
        let effect = statement.get("Effect").text();
        if effect.as_deref() == Some("Deny") {
            return Answer::No;
        }
        let action = literal("sts:assumerole");
        let of_action = any(statement.get("Action"), |node| {
            let text = node.text().map(|text| text.to_ascii_lowercase());
            text.map_or(Answer::Unknown, |text| {
                matches(&pattern(literal(&text)), &action)
            })
        });
        let principal = statement.get("Principal");
        let services = principal.get("Service");
        let of_service = match principal.text() {
            Some(everybody) if everybody == "*" => Answer::Yes,
            _ if services.is_absent() && principal.entries().next().is_some() => {
                any(principal.get("AWS"), |node| match node.text().as_deref() {
                    Some("*") => Answer::Unknown,
                    _ => Answer::No,
                })
            }
            _ => any(services, |node| {
                match matches(&tokens(world, node), service) {
                    Answer::No if node.text().as_deref() == Some("*") => Answer::Unknown,
                    answer => answer,
                }
            }),
        };
        match (of_action, of_service) {
            (Answer::No, _) | (_, Answer::No) => Answer::No,
            (Answer::Yes, Answer::Yes) => Answer::Yes,
            _ => Answer::Unknown,
        }
    })
}

/// Where a text first stands among tokens.
fn find(tokens: &[Token], text: &str) -> Option<usize> {
    let wanted = literal(text);
    tokens
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// What comes before and after a text.
pub(in super::super) fn split_once<'t>(
    tokens: &'t [Token],
    text: &str,
) -> Option<(&'t [Token], &'t [Token])> {
    let at = find(tokens, text)?;
    Some((&tokens[..at], &tokens[at + text.chars().count()..]))
}

/// The ARN of what an address in S3 names: of the bucket, and of the object.
pub(in super::super) fn object(address: &[Token]) -> Option<(Vec<Token>, Vec<Token>)> {
    let (before, rest) = split_once(address, "s3://")?;
    if !before.is_empty() {
        return None;
    }
    let (bucket, key) = split_once(rest, "/").unwrap_or((rest, &[]));
    let mut arn = literal("arn:");
    arn.push(Token::NAME);
    arn.extend(literal(":s3:::"));
    arn.extend_from_slice(bucket);
    let mut object = arn.clone();
    object.push(Token::Char('/'));
    object.extend_from_slice(key);
    Some((arn, object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(with: &str, name: &str) -> Answer {
        matches(&pattern(literal(with)), &literal(name))
    }

    #[test]
    fn wildcards_match_as_those_of_policies() {
        for (with, name, expected) in [
            ("s3:getobject", "s3:getobject", Answer::Yes),
            ("s3:get*", "s3:getobject", Answer::Yes),
            ("s3:*object", "s3:getobject", Answer::Yes),
            ("s3:g?tobject", "s3:getobject", Answer::Yes),
            ("*", "s3:getobject", Answer::Yes),
            ("s3:getobject?", "s3:getobject", Answer::No),
            ("s3:get*version", "s3:getobject", Answer::No),
            ("s3:getobject", "s3:getobjectversion", Answer::No),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b.tar.gz", Answer::Yes),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/a", Answer::No),
            (
                "arn:aws:s3:::b/${aws:username}/*",
                "arn:aws:s3:::b/x/y",
                Answer::Unknown,
            ),
        ] {
            assert_eq!(answer(with, name), expected, "{with} {name}");
        }
    }

    #[test]
    fn what_is_not_known_may_match() {
        let (bucket, other) = (
            Token::Open {
                name: Some("Bucket".into()),
                narrow: true,
            },
            Token::UNKNOWN,
        );
        let object = [vec![bucket.clone()], literal("/a")].concat();
        let all = [vec![bucket.clone()], literal("/*")].concat();
        assert_eq!(matches(&pattern(all), &object), Answer::Yes);
        // The ARN of a bucket is not one of an object.
        assert_eq!(matches(&[bucket], &object), Answer::No);
        assert_eq!(matches(&[other], &object), Answer::Unknown);
        let below = [literal("models/"), vec![Token::UNKNOWN]].concat();
        assert_eq!(
            matches(&pattern(literal("models/a*")), &below),
            Answer::Unknown
        );
        assert_eq!(matches(&pattern(literal("models/*")), &below), Answer::Yes);
        assert_eq!(matches(&pattern(literal("data/*")), &below), Answer::No);
    }

    #[test]
    fn an_action_without_resources_needs_all_of_them() {
        assert_eq!(answer("*", "*"), Answer::Yes);
        let repository = literal("arn:aws:ecr:eu-west-1:111111111111:repository/churn");
        assert_eq!(matches(&pattern(repository), &literal("*")), Answer::No);
    }
}
