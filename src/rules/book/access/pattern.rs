//! The patterns of policies, and the names that they match, as far as both are known.

use std::borrow::Cow;

use super::super::super::node::{Node, Part};
use super::super::super::world::World;
use super::Answer;

const BUCKET: &str = "AWS::S3::Bucket";

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
pub(super) fn pattern(tokens: Vec<Token>) -> Vec<Token> {
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

/// Whether an action is one of a pattern's, whatever their case.
pub(super) fn matches_action(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut i, mut j) = (0, 0);
    // Where to go on when what follows the last `*` does not match: it takes one character more.
    let mut again = None;
    while j < action.len() {
        match pattern.get(i) {
            Some(b'*') => {
                again = Some((i + 1, j));
                i += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&action[j]) => {
                i += 1;
                j += 1;
            }
            _ => {
                let Some((after, taken)) = again else {
                    return false;
                };
                again = Some((after, taken + 1));
                (i, j) = (after, taken + 1);
            }
        }
    }
    pattern[i..].iter().all(|byte| *byte == b'*')
}

/// Longer ones are not compared: each step of one is a step at each place of the other.
const MOST_STEPS: usize = 1 << 20;

/// Whether a name is one of a pattern's. `spend` is told how many steps it takes to compare them.
pub(super) fn matches(pattern: &[Token], name: &[Token], spend: impl FnOnce(usize)) -> Answer {
    // Most are told apart by their beginning.
    let same = pattern
        .iter()
        .zip(name)
        .take_while(|pair| matches!(pair, (Token::Char(one), Token::Char(two)) if one == two));
    let same = same.count();
    let (pattern, name) = (&pattern[same..], &name[same..]);
    if let (Some(Token::Char(_)), Some(Token::Char(_))) = (pattern.first(), name.first()) {
        return Answer::No;
    }
    let steps = pattern.len().saturating_mul(name.len());
    spend(steps);
    if steps > MOST_STEPS {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(pattern: &[Token], name: &[Token]) -> Answer {
        matches(pattern, name, |_| ())
    }

    fn answer(with: &str, name: &str) -> Answer {
        compared(&pattern(literal(with)), &literal(name))
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
    fn actions_match_whatever_their_case() {
        for (with, action, expected) in [
            ("S3:getobject", "s3:GetObject", true),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:*object", "s3:GetObject", true),
            ("s3:*t*t", "s3:GetObject", true),
            ("s3:G?tObject", "s3:GetObject", true),
            ("*", "s3:GetObject", true),
            ("s3:GetObject*", "s3:GetObject", true),
            ("s3:GetObject?", "s3:GetObject", false),
            ("s3:Get*Version", "s3:GetObject", false),
            ("s3:GetObject", "s3:GetObjectVersion", false),
            ("", "s3:GetObject", false),
        ] {
            assert_eq!(matches_action(with, action), expected, "{with} {action}");
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
        assert_eq!(compared(&pattern(all), &object), Answer::Yes);
        // The ARN of a bucket is not one of an object.
        assert_eq!(compared(&[bucket], &object), Answer::No);
        assert_eq!(compared(&[other], &object), Answer::Unknown);
        let below = [literal("models/"), vec![Token::UNKNOWN]].concat();
        assert_eq!(
            compared(&pattern(literal("models/a*")), &below),
            Answer::Unknown
        );
        assert_eq!(compared(&pattern(literal("models/*")), &below), Answer::Yes);
        assert_eq!(compared(&pattern(literal("data/*")), &below), Answer::No);
    }

    #[test]
    fn an_action_without_resources_needs_all_of_them() {
        assert_eq!(answer("*", "*"), Answer::Yes);
        let repository = literal("arn:aws:ecr:eu-west-1:111111111111:repository/churn");
        assert_eq!(compared(&pattern(repository), &literal("*")), Answer::No);
    }
}
