//! Values that carry their unit: durations, latencies, sizes, distances.

use std::fmt;

use super::codecs::percent;
use super::document::Scalar;
use super::shape::{At, Bounds, Cx, Form, Shape, text_of};
use super::stage::{Quantity, Size};
use super::subject::Subject;
use super::types::{out_of_range, typed};
use crate::cfn::cloudwatch::alarm::Unit;
use crate::cfn::sagemaker::endpoint_config::InferenceAmiVersion;
use crate::finding::{Finding, closest};
use crate::json::Json;
use crate::literal::{Duration, LiteralError, Milliseconds};

impl Shape for Duration {
    fn expected(bounds: Bounds) -> String {
        let shown = |seconds: i64| {
            Self::from_seconds(u64::try_from(seconds).unwrap_or_default()).to_string()
        };
        let range = match (bounds.min.map(shown), bounds.max.map(shown)) {
            (Some(min), Some(max)) => format!(", from {min} to {max}"),
            (Some(min), None) => format!(" of at least {min}"),
            (None, Some(max)) => format!(" of at most {max}"),
            (None, None) => String::new(),
        };
        match bounds.step.map(shown) {
            Some(step) => format!("{}{range}, in steps of {step}", Self::EXPECTED),
            None => format!("{}{range}", Self::EXPECTED),
        }
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        time(at, bounds, "s", |text| Self::parse(text), Self::seconds, cx)
    }

    fn schema(_: Bounds, _: Form) -> Json {
        // A schema cannot compare seconds; the pattern is what it can say.
        let mut schema = typed("string");
        schema.insert("pattern", Self::PATTERN);
        schema.into()
    }
}

impl Shape for Milliseconds {
    fn expected(bounds: Bounds) -> String {
        format!("{}{}", Self::EXPECTED, bounds.words("ms"))
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        time(
            at,
            bounds,
            "ms",
            |text| Self::parse(text),
            Self::milliseconds,
            cx,
        )
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut schema = typed("string");
        schema.insert("pattern", Self::PATTERN);
        schema.into()
    }
}

/// A time with its unit; `number` is how many of the bounds' unit it is, which is the one to suggest.
#[expect(
    clippy::cast_precision_loss,
    reason = "only compared with small bounds"
)]
fn time<T: Shape + Copy + fmt::Display>(
    at: &At<'_>,
    bounds: Bounds,
    unit: &str,
    parse: impl FnOnce(&str) -> Result<T, LiteralError>,
    number: impl FnOnce(T) -> u64,
    cx: &mut Cx<'_>,
) -> Option<T> {
    let form = T::expected(Bounds::NONE);
    match at.node.scalar() {
        Some(Scalar::Text(text)) => match parse(text) {
            Ok(time) if bounds.hold(number(time) as f64) => return Some(time),
            Ok(time) => out_of_range(at, &T::expected(bounds), &time.to_string(), cx),
            Err(error) => {
                cx.refuse(at, at.expected("invalid-value", error.expected, &error.got));
            }
        },
        Some(Scalar::Integer(number)) => {
            let message = format!("`{}`: expected {form}, got the number `{number}`", at.name);
            let finding = Finding::error("wrong-type", message).expecting(form, number.to_string());
            cx.refuse(
                at,
                finding.hint(format!("write the unit: `{number}{unit}`")),
            );
        }
        _ => cx.wrong_type(at, &form),
    }
    None
}

fn in_bounds(number: u64, bounds: Bounds) -> bool {
    i64::try_from(number).is_ok_and(|number| {
        bounds.min.is_none_or(|min| number >= min) && bounds.max.is_none_or(|max| number <= max)
    })
}

/// The bounds are those of a percentage; a number is held against the instances by `checks`.
impl Shape for Size {
    fn expected(bounds: Bounds) -> String {
        let (min, max) = (bounds.min.unwrap_or(1), bounds.max.unwrap_or(100));
        format!("a percentage from {min}% to {max}%, or a whole number of at least 1")
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let expected = Self::expected(bounds);
        match at.node.scalar() {
            Some(Scalar::Integer(number)) if number >= 1 => return Some(Self::Count(number)),
            Some(Scalar::Integer(number)) => out_of_range(at, &expected, &number.to_string(), cx),
            Some(Scalar::Text(text)) => match percent(text) {
                None => cx.invalid(at, &expected, text),
                Some(_) if text.contains('.') => cx.invalid(at, "a whole number of percent", text),
                Some(_) => match text.trim_end_matches('%').parse() {
                    Ok(percent) if in_bounds(percent, bounds) => {
                        return i64::try_from(percent).ok().map(Self::Percent);
                    }
                    _ => out_of_range(at, &expected, text, cx),
                },
            },
            Some(Scalar::Float(_)) => {
                let shown = text_of(at.node);
                let message = format!(
                    "`{}`: expected {expected}, got the number `{shown}`",
                    at.name
                );
                let finding = Finding::error("wrong-type", message).expecting(expected, shown);
                cx.refuse(at, finding.hint("write a percentage: `25%`"));
            }
            _ => cx.wrong_type(at, &expected),
        }
        None
    }

    fn schema(bounds: Bounds, _: Form) -> Json {
        let mut number = typed("integer");
        Bounds::from(1).write(&mut number, "minimum", "maximum");
        let mut percent = typed("string");
        let (min, max) = (bounds.min.unwrap_or(1), bounds.max.unwrap_or(100));
        let percents: Vec<_> = (min..=max).map(|percent| percent.to_string()).collect();
        percent.insert("pattern", format!("^0*({})%$", percents.join("|")));
        [("anyOf", Json::Array(vec![percent.into(), number.into()]))].into()
    }
}

impl Quantity {
    const EXPECTED: &'static str =
        "a distance in the alarm's unit, such as `5`, `10%`, `50ms` or `2m`";
    const PATTERN: &'static str = r"^([0-9]{1,9}(\.[0-9]{1,9})?%|[0-9]{1,9}(ms|s|m|h))$";

    /// The distance that stands at a path.
    pub(super) fn of(stage: Subject<'_>, path: &str) -> Option<Self> {
        match stage.text(path) {
            Some(text) => Self::parse(text),
            None => stage
                .integer(path)
                .filter(|count| *count >= 0)
                .map(Self::Count),
        }
    }

    /// How far it is, to be compared with others in the same unit.
    #[expect(clippy::cast_precision_loss, reason = "only compared")]
    pub(super) fn size(self) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Share(share) => share,
            Self::Time(time) => time.milliseconds() as f64,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(percent) = percent(text) {
            return Some(Self::Share(percent / 100.0));
        }
        let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let unit = match &text[digits.len()..] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        let whole = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number: u64 = whole.then(|| digits.parse().ok())??;
        Some(Self::Time(Milliseconds::from_milliseconds(number * unit)))
    }
}

impl Shape for Quantity {
    fn expected(_: Bounds) -> String {
        Self::EXPECTED.to_owned()
    }

    fn decode(at: &At<'_>, _: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        match at.node.scalar() {
            Some(Scalar::Integer(number)) if (0..=i64::from(u32::MAX)).contains(&number) => {
                return Some(Self::Count(number));
            }
            Some(Scalar::Integer(number)) => {
                out_of_range(at, "a distance of at least 0", &number.to_string(), cx);
            }
            Some(Scalar::Text(text)) => match Self::parse(text) {
                Some(quantity) => return Some(quantity),
                None => cx.invalid(at, Self::EXPECTED, text),
            },
            _ => cx.wrong_type(at, Self::EXPECTED),
        }
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut number = typed("integer");
        number.insert("minimum", 0_u32);
        number.insert("maximum", u32::MAX);
        let mut text = typed("string");
        text.insert("pattern", Self::PATTERN);
        [("anyOf", Json::Array(vec![number.into(), text.into()]))].into()
    }
}

/// A closed set: CloudWatch's units.
impl Shape for Unit {
    fn expected(_: Bounds) -> String {
        format!(
            "one of CloudWatch's units, such as `{}`",
            Self::COUNT.as_str()
        )
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let Some(Scalar::Text(text)) = at.node.scalar() else {
            cx.wrong_type(at, &Self::expected(bounds));
            return None;
        };
        if Self::VALUES.contains(&text) {
            return Some(Self::custom(text.to_owned()));
        }
        let mut finding = at.expected("invalid-value", &Self::expected(bounds), &text_of(at.node));
        finding.hint = closest(text, Self::VALUES.iter().copied())
            .map(|close| format!("did you mean `{close}`?"));
        cx.refuse(at, finding);
        None
    }

    fn schema(_: Bounds, _: Form) -> Json {
        [("enum", Json::from(Self::VALUES.to_vec()))].into()
    }
}

/// An open set: what the pinned schema does not know is accepted, unless it looks like a slip.
impl Shape for InferenceAmiVersion {
    fn expected(_: Bounds) -> String {
        format!("the name of a machine image, such as `{}`", Self::VALUES[0])
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        let Some(Scalar::Text(text)) = at.node.scalar() else {
            cx.wrong_type(at, &Self::expected(bounds));
            return None;
        };
        let fits = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits {
            cx.invalid(at, &Self::expected(bounds), text);
            return None;
        }
        if !Self::VALUES.contains(&text)
            && let Some(close) = closest(text, Self::VALUES.iter().copied())
        {
            let message = format!(
                "`{}`: `{text}` is none of the machine images that are known",
                at.name
            );
            let finding = Finding::warning("unknown-value", message);
            cx.refuse(at, finding.hint(format!("did you mean `{close}`?")));
        }
        Some(Self::custom(text.to_owned()))
    }

    fn schema(_: Bounds, _: Form) -> Json {
        let mut schema = typed("string");
        schema.insert("examples", Self::VALUES.to_vec());
        schema.insert("pattern", "^[a-zA-Z0-9_.-]{1,128}$");
        schema.into()
    }
}
