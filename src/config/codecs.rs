//! Ways to write a value that its type alone does not say.

use std::marker::PhantomData;

use indexmap::IndexMap;

use super::declare::or_null;
use super::document::{Kind, Scalar};
use super::shape::{At, Bounds, Codec, Cx, Form, Plain, Shape, text_of};
use super::types::{listed_or, out_of_range, typed};
use crate::finding::Finding;
use crate::json::{Json, Object};
use crate::literal::Duration;
use crate::value::Value;

/// What the keys (and texts) of a free map may be.
pub(crate) trait FreeKeys {
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

impl<K: FreeKeys, T: Shape> Codec<IndexMap<String, T>> for MapOf<K> {
    fn expected(bounds: Bounds) -> String {
        format!("a map{}", bounds.words(" keys"))
    }

    fn told(bounds: Bounds) -> String {
        let map = <Self as Codec<IndexMap<String, T>>>::expected(bounds);
        format!("{map}, each {}", K::EXPECTED)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<IndexMap<String, T>> {
        let Some(entries) = at.node.entries() else {
            cx.wrong_type(at, "a map");
            return None;
        };
        let mut complete = bounds.hold(entries.len() as f64);
        if !complete {
            out_of_range(
                at,
                &<Self as Codec<IndexMap<String, T>>>::expected(bounds),
                &entries.len().to_string(),
                cx,
            );
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
                    Finding::error("invalid-value", message).expecting(K::EXPECTED, shown),
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
    fn expected(bounds: Bounds) -> String {
        format!(
            "{}, or {}",
            T::expected(Bounds::NONE),
            Vec::<T>::expected(bounds)
        )
    }

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

/// A share of one, more than none of it, as `0.7` or `70%`.
pub(crate) struct Fraction;

impl Fraction {
    const EXPECTED: &'static str = "a number above 0, up to 1, or a percentage such as `70%`";
}

impl Codec<f64> for Fraction {
    fn expected(_: Bounds) -> String {
        Self::EXPECTED.to_owned()
    }

    fn decode(at: &At<'_>, _: Bounds, cx: &mut Cx<'_>) -> Option<f64> {
        const EXPECTED: &str = Fraction::EXPECTED;
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
            Some(number) if number > 0.0 && number <= 1.0 => return Some(number),
            Some(number) if matches!(at.node.scalar(), Some(Scalar::Text(_))) => {
                out_of_range(at, EXPECTED, &format!("{}%", number * 100.0), cx);
            }
            Some(number) => {
                let mut finding = at.expected("out-of-range", EXPECTED, &number.to_string());
                if number > 1.0 && number <= 100.0 {
                    finding = finding.hint(format!("did you mean `{number}%`?"));
                }
                cx.refuse(at, finding);
            }
            None => cx.wrong_type(at, EXPECTED),
        }
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut number = typed("number");
        number.insert("exclusiveMinimum", 0_u32);
        number.insert("maximum", 1_u32);
        let mut percent = typed("string");
        percent.insert("pattern", r"^[0-9.]+%$");
        [("anyOf", Json::Array(vec![number.into(), percent.into()]))].into()
    }
}

/// A number above zero, or a function that yields one.
pub(crate) struct Positive;

impl Codec<Value<f64>> for Positive {
    fn expected(_: Bounds) -> String {
        "a number above 0".to_owned()
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Value<f64>> {
        let value = Value::<f64>::decode(at, bounds, cx)?;
        if let Some(number) = value.literal().filter(|number| **number <= 0.0) {
            let message = format!("`{}`: expected a number above 0, got `{number}`", at.name);
            cx.refuse(at, Finding::error("out-of-range", message));
            return None;
        }
        Some(value)
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let mut schema = Value::<f64>::schema(bounds, form);
        if let Some(Json::Array(any)) = schema.as_object_mut().and_then(|any| any.get_mut("anyOf"))
            && let Some(number) = any.first_mut().and_then(Json::as_object_mut)
        {
            number.insert("exclusiveMinimum", 0_u32);
        }
        schema
    }
}

/// A share, always with its unit: `1%`. A bare number would be taken for one unit or the other.
pub(crate) struct Percentage;

impl Percentage {
    const EXPECTED: &'static str = "a percentage from 0% to 100%, such as `1%`";
}

impl Codec<f64> for Percentage {
    fn expected(_: Bounds) -> String {
        Self::EXPECTED.to_owned()
    }

    fn decode(at: &At<'_>, _: Bounds, cx: &mut Cx<'_>) -> Option<f64> {
        match at.node.scalar() {
            Some(Scalar::Text(text)) => match percent(text) {
                Some(percent) if percent <= 100.0 => return Some(percent / 100.0),
                Some(_) => out_of_range(at, Self::EXPECTED, text, cx),
                None => cx.invalid(at, Self::EXPECTED, text),
            },
            Some(Scalar::Integer(_) | Scalar::Float(_)) => {
                let number = text_of(at.node);
                let message = format!(
                    "`{}`: expected {}, got the number `{number}`",
                    at.name,
                    Self::EXPECTED
                );
                let hint = format!("write the unit: `{number}%`");
                let finding = Finding::error("wrong-type", message);
                cx.refuse(at, finding.expecting(Self::EXPECTED, number).hint(hint));
            }
            _ => cx.wrong_type(at, Self::EXPECTED),
        }
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut schema = typed("string");
        schema.insert("pattern", PERCENT);
        schema.into()
    }
}

/// A percentage as a regular expression.
const PERCENT: &str = r"^[0-9]{1,9}(\.[0-9]{1,9})?%$";

/// The number of a text such as `12.5%`.
pub(crate) fn percent(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits =
        |text: &str| (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| number.parse().ok())?
}

/// `true`, where `false` would mean nothing.
pub(crate) struct OnlyTrue;

impl Codec<bool> for OnlyTrue {
    fn expected(_: Bounds) -> String {
        "`true`".to_owned()
    }

    fn decode(at: &At<'_>, _: Bounds, cx: &mut Cx<'_>) -> Option<bool> {
        match at.node.scalar() {
            Some(Scalar::Bool(true)) => return Some(true),
            Some(Scalar::Bool(false)) => {
                let message = format!("`{}`: expected `true`, got `false`", at.name);
                let hint = if at.name == "AcceptEula" {
                    "read the agreement and accept it, or remove the key where the model data needs none"
                } else {
                    "remove it"
                };
                cx.refuse(at, Finding::error("invalid-value", message).hint(hint));
            }
            _ => cx.wrong_type(at, "`true`"),
        }
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        [("const", Json::Bool(true))].into()
    }
}

/// How often metrics may be published.
pub(crate) struct Frequency;

impl Frequency {
    const VALUES: &'static [&'static str] = &["10s", "30s", "1m", "2m", "3m", "4m", "5m"];
}

impl Codec<Duration> for Frequency {
    fn expected(_: Bounds) -> String {
        listed_or(Self::VALUES)
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Duration> {
        let expected = listed_or(Self::VALUES);
        if !matches!(at.node.scalar(), Some(Scalar::Text(_))) {
            cx.wrong_type(at, &expected);
            return None;
        }
        let duration = <Plain as Codec<Duration>>::decode(at, bounds, cx)?;
        // `60s` is `1m`.
        if Self::VALUES.contains(&duration.to_string().as_str()) {
            return Some(duration);
        }
        out_of_range(at, &expected, &duration.to_string(), cx);
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut schema = typed("string");
        schema.insert("pattern", Duration::PATTERN);
        schema.into()
    }
}
