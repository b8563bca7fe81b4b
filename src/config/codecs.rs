//! Ways to write a value that its type alone does not say.

use std::marker::PhantomData;

use indexmap::IndexMap;

use super::declare::or_null;
use super::document::{Kind, Scalar};
use super::shape::{At, Bounds, Codec, Cx, Form, Shape};
use super::types::{out_of_range, typed};
use crate::finding::Finding;
use crate::json::{Json, Object};

/// What the keys (and texts) of a free map may be.
pub(crate) trait Keys {
    /// What a key may be, as the end of "expected …".
    const EXPECTED: &'static str;
    /// The same as a regular expression.
    const PATTERN: &'static str;
    /// The greatest number of characters of a key.
    const MAX: usize;
    /// Whether a key may be this.
    fn accepts(key: &str) -> bool;
}

/// A map with free keys.
pub(crate) struct MapOf<K>(PhantomData<K>);

impl<K: Keys, T: Shape> Codec<IndexMap<String, T>> for MapOf<K> {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<IndexMap<String, T>> {
        let Some(entries) = at.node.entries() else {
            cx.wrong_type(at, "a map");
            return None;
        };
        let mut complete = bounds.hold(entries.len() as f64);
        if !complete {
            let expected = format!("a map{}", bounds.words(" keys"));
            out_of_range(at, &expected, &entries.len().to_string(), cx);
        }
        let mut decoded = IndexMap::with_capacity(entries.len());
        for entry in entries {
            let value = at.entry(entry);
            if entry.key.chars().count() > K::MAX || !K::accepts(&entry.key) {
                let shown: String = entry.key.chars().take(80).collect();
                let message = format!(
                    "a key of `{}`: expected {}, got `{shown}`",
                    at.name,
                    K::EXPECTED
                );
                cx.report(
                    Finding::error("invalid-value", message),
                    entry.span,
                    &value.path,
                );
                complete = false;
            }
            if cx.half && entry.value.scalar() == Some(Scalar::Null) {
                continue;
            }
            match T::decode(&value, Bounds::NONE, cx) {
                Some(item) => {
                    decoded.insert(entry.key.clone(), item);
                }
                None => complete = false,
            }
        }
        complete.then_some(decoded)
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let mut schema = typed("object");
        bounds.write(&mut schema, "minProperties", "maxProperties");
        let mut names = Object::new();
        names.insert("pattern", K::PATTERN);
        names.insert("maxLength", u32::try_from(K::MAX).unwrap_or(u32::MAX));
        schema.insert("propertyNames", names);
        let values = T::schema(Bounds::NONE, form);
        let values = if form == Form::Merged {
            or_null(values)
        } else {
            values
        };
        schema.insert("additionalProperties", values);
        schema.into()
    }
}

/// One value, or a list of them.
pub(crate) struct OneOrMore;

impl<T: Shape> Codec<Vec<T>> for OneOrMore {
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Vec<T>> {
        match at.node.kind {
            Kind::List(_) if !at.node.is_call() => Vec::decode(at, bounds, cx),
            _ => T::decode(at, Bounds::NONE, cx).map(|one| vec![one]),
        }
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let schemas = vec![
            T::schema(Bounds::NONE, form),
            Vec::<T>::schema(bounds, form),
        ];
        [("anyOf", Json::Array(schemas))].into()
    }
}

/// A share of one, as `0.7` or `70%`.
pub(crate) struct Fraction;

impl Codec<f64> for Fraction {
    fn decode(at: &At<'_>, _: Bounds, cx: &mut Cx<'_>) -> Option<f64> {
        const EXPECTED: &str = "a number from 0 to 1 or a percentage such as `70%`";
        let number = match at.node.scalar() {
            Some(Scalar::Text(text)) => text
                .strip_suffix('%')
                .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
                .and_then(|digits| digits.parse::<f64>().ok())
                .map(|percent| percent / 100.0),
            #[expect(
                clippy::cast_precision_loss,
                reason = "only compared with small bounds"
            )]
            Some(Scalar::Integer(number)) => Some(number as f64),
            Some(Scalar::Float(number)) => Some(number),
            _ => None,
        };
        match number {
            Some(number) if (0.0..=1.0).contains(&number) => return Some(number),
            Some(number) if matches!(at.node.scalar(), Some(Scalar::Text(_))) => {
                out_of_range(at, EXPECTED, &format!("{}%", number * 100.0), cx);
            }
            Some(number) => {
                let message = format!("`{}`: expected {EXPECTED}, got `{number}`", at.name);
                let finding = Finding::error("out-of-range", message);
                cx.refuse(at, finding.hint(format!("did you mean `{number}%`?")));
            }
            None => cx.wrong_type(at, EXPECTED),
        }
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut number = typed("number");
        Bounds::of(0, 1).write(&mut number, "minimum", "maximum");
        let mut percent = typed("string");
        percent.insert("pattern", r"^[0-9.]+%$");
        [("anyOf", Json::Array(vec![number.into(), percent.into()]))].into()
    }
}
