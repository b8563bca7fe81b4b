//! Scheduled actions: whether their moments exist, and whether their bounds can hold.

use super::unique;
use crate::config::shape::Cx;
use crate::config::subject::Subject;
use crate::finding::Finding;
use crate::literal::ScheduleExpression;

/// Checks the schedule of the scaling at a path. `needs_one` where capacity cannot be zero.
pub(super) fn check(stage: Subject<'_>, scaling: &str, needs_one: bool, cx: &mut Cx<'_>) {
    let list = format!("{scaling}.Schedule");
    unique(stage, &list, ".Name", "scheduled action", cx);
    let actions = stage.items(&list);
    let bounds = Bounds::of(
        stage,
        scaling,
        &actions.iter().map(|(path, _)| path.as_str()),
    );
    for (path, item) in &actions {
        if item.entries().is_none() {
            continue;
        }
        capacity(stage, path, &bounds, needs_one, cx);
        moment(stage, path, cx);
        period(stage, path, cx);
    }
}

/// The bounds that capacity may have at some time, where all are known.
struct Bounds {
    /// The least of the lower ones.
    least: Option<i64>,
    /// The greatest of the upper ones.
    most: Option<i64>,
}

impl Bounds {
    fn of<'p>(
        stage: Subject<'_>,
        scaling: &str,
        actions: &(impl Iterator<Item = &'p str> + Clone),
    ) -> Self {
        let all = |key: &str| {
            let own = format!("{scaling}.{key}");
            let others = actions
                .clone()
                .map(|action| format!("{action}.{key}"))
                .filter(|path| stage.has(path));
            std::iter::once(own)
                .chain(others)
                .map(|path| stage.integer(&path))
                .collect::<Option<Vec<_>>>()
        };
        Self {
            least: all("MinCapacity").and_then(|all| all.into_iter().min()),
            most: all("MaxCapacity").and_then(|all| all.into_iter().max()),
        }
    }
}

fn capacity(stage: Subject<'_>, path: &str, bounds: &Bounds, needs_one: bool, cx: &mut Cx<'_>) {
    let (min_path, max_path) = (format!("{path}.MinCapacity"), format!("{path}.MaxCapacity"));
    let (has_min, has_max) = (stage.has(&min_path), stage.has(&max_path));
    if !has_min && !has_max {
        stage.missing_in(cx, "MinCapacity` or `MaxCapacity", path);
        return;
    }
    let (min, max) = (stage.integer(&min_path), stage.integer(&max_path));
    for (key, place, number) in [
        ("MinCapacity", &min_path, min),
        ("MaxCapacity", &max_path, max),
    ] {
        if needs_one && number == Some(0) {
            let message = format!("`{key}`: expected a whole number of at least 1, got `0`");
            let finding = Finding::error("out-of-range", message)
                .hint("only asynchronous inference and components scale to zero: see `Async`");
            stage.at_value(cx, place, finding);
        }
    }
    match (min, max) {
        (Some(_), Some(_)) => {
            stage.above(cx, &min_path, &max_path);
        }
        (Some(min), None) if !has_max && bounds.most.is_some_and(|most| min > most) => {
            let most = bounds.most.unwrap_or_default();
            let message = format!(
                "`MinCapacity`: expected at most the `MaxCapacity` that holds then, which is never \
                 more than `{most}`, got `{min}`"
            );
            let finding =
                Finding::error("out-of-range", message).hint("give it a `MaxCapacity` too");
            stage.at_value(cx, &min_path, finding);
        }
        (None, Some(0)) if needs_one => {}
        (None, Some(max)) if !has_min && bounds.least.is_some_and(|least| max < least) => {
            let least = bounds.least.unwrap_or_default();
            let message = format!(
                "`MaxCapacity`: expected at least the `MinCapacity` that holds then, which is never \
                 less than `{least}`, got `{max}`"
            );
            let finding =
                Finding::error("out-of-range", message).hint("give it a `MinCapacity` too");
            stage.at_value(cx, &max_path, finding);
        }
        _ => {}
    }
}

fn moment(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let at = format!("{path}.At");
    let Some(text) = stage
        .text(&at)
        .filter(|text| ScheduleExpression::parse(*text).is_ok())
    else {
        return;
    };
    let zone = format!("{path}.Timezone");
    if text.starts_with("rate(") && stage.has(&zone) {
        stage.ignored(cx, &zone, "a rate is the same in every time zone");
    }
    if let Some(problem) = problem(text) {
        let message = format!("`At`: {problem}");
        stage.at_value(cx, &at, Finding::error("invalid-value", message));
    }
}

fn period(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) {
    let (start, end) = (format!("{path}.StartTime"), format!("{path}.EndTime"));
    // Moments of one form have the order of their texts.
    if let (Some(first), Some(second)) = (stage.text(&start), stage.text(&end))
        && first.len() == second.len()
        && first >= second
    {
        let message = format!(
            "`EndTime`: expected a moment after `StartTime`, which is `{first}`, got `{second}`"
        );
        stage.at_value(cx, &end, Finding::error("out-of-range", message));
    }
}

/// What is wrong with a schedule whose form is right.
fn problem(text: &str) -> Option<String> {
    let inner = text.strip_suffix(')')?;
    if let Some(moment) = inner.strip_prefix("at(") {
        let numbers: Vec<u32> = moment
            .split(['-', 'T', ':'])
            .filter_map(|part| part.parse().ok())
            .collect();
        let [year, month, day, hour, minute, second] = numbers[..] else {
            return None;
        };
        let exists = (1..=12).contains(&month)
            && (1..=days(year, month)).contains(&day)
            && hour <= 23
            && minute <= 59
            && second <= 59;
        return (!exists).then(|| format!("there is no moment `{moment}`"));
    }
    let fields: Vec<&str> = inner.strip_prefix("cron(")?.split(' ').collect();
    let [minutes, hours, day, month, weekday, year] = fields[..] else {
        return None;
    };
    for field in [
        Field::new("minutes", minutes, 0, 59),
        Field::new("hours", hours, 0, 23),
        Field::new("day of the month", day, 1, 31).with("?LW"),
        Field::new("month", month, 1, 12).named(MONTHS),
        Field::new("day of the week", weekday, 1, 7)
            .named(WEEKDAYS)
            .with("?L#"),
        Field::new("year", year, 1970, 2199),
    ] {
        if !field.is_right() {
            return Some(field.refusal());
        }
    }
    match (day == "?", weekday == "?") {
        (true, true) | (false, false) => Some(
            "expected `?` for the day of the month or for the day of the week, and for one of them \
             only"
                .to_owned(),
        ),
        _ => None,
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

const MONTHS: &[&str] = &[
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// One of the six fields of a cron expression.
struct Field<'a> {
    name: &'static str,
    text: &'a str,
    min: u32,
    max: u32,
    /// Names of the values, from the least on.
    names: &'static [&'static str],
    /// The signs that only this field knows.
    signs: &'static str,
}

impl<'a> Field<'a> {
    const fn new(name: &'static str, text: &'a str, min: u32, max: u32) -> Self {
        Self {
            name,
            text,
            min,
            max,
            names: &[],
            signs: "",
        }
    }

    const fn named(self, names: &'static [&'static str]) -> Self {
        Self { names, ..self }
    }

    const fn with(self, signs: &'static str) -> Self {
        Self { signs, ..self }
    }

    fn refusal(&self) -> String {
        let Self {
            name,
            text,
            min,
            max,
            ..
        } = self;
        let names = match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => format!(" or `{first}` to `{last}`"),
            _ => String::new(),
        };
        format!("the {name}: expected `*`, or numbers from {min} to {max}{names}, got `{text}`")
    }

    fn is_right(&self) -> bool {
        (self.text == "?" && self.signs.contains('?'))
            || self.text.split(',').all(|item| self.is_item(item))
    }

    /// `*`, `5`, `1-5`, `*/15`, and what only some fields know: `L`, `15W`, `6L`, `2#1`.
    fn is_item(&self, item: &str) -> bool {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let step_is_right = step.is_none_or(|step| {
            step.parse::<u32>()
                .is_ok_and(|step| (1..=self.max).contains(&step))
        });
        step_is_right && (range == "*" || self.is_range(range))
    }

    fn is_range(&self, range: &str) -> bool {
        if let Some((from, to)) = range.split_once('-') {
            return match (self.value(from), self.value(to)) {
                // Weekdays may go over the end of the week.
                (Some(from), Some(to)) => from <= to || !self.names.is_empty(),
                _ => false,
            };
        }
        if self.signs.contains('L') && (range == "L" || (range == "LW" && self.signs.contains('W')))
        {
            return true;
        }
        if self.signs.contains('#')
            && let Some((day, week)) = range.split_once('#')
        {
            return self.value(day).is_some()
                && week
                    .parse::<u32>()
                    .is_ok_and(|week| (1..=5).contains(&week));
        }
        let plain = range
            .strip_suffix('W')
            .filter(|_| self.signs.contains('W'))
            .or_else(|| range.strip_suffix('L').filter(|_| self.signs.contains('#')))
            .unwrap_or(range);
        self.value(plain).is_some()
    }

    fn value(&self, text: &str) -> Option<u32> {
        if let Some(at) = self.names.iter().position(|name| *name == text) {
            return u32::try_from(at).ok().map(|at| at + self.min);
        }
        let number: u32 = text.parse().ok()?;
        (self.min..=self.max).contains(&number).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn moments_that_exist_are_told_from_others() {
        for text in [
            "cron(0 20 ? * MON-FRI *)",
            "cron(0/15 8-18 * * ? *)",
            "cron(0 0 1 * ? *)",
            "cron(0 0 L * ? *)",
            "cron(0 0 15W JAN,JUL ? 2027-2030)",
            "cron(0 0 ? * 6L *)",
            "cron(0 0 ? * FRI-MON *)",
            "cron(0 0 ? * 2#1 *)",
            "at(2028-02-29T08:00:00)",
            "rate(5 minutes)",
        ] {
            assert_eq!(problem(text), None, "{text}");
        }
        for text in [
            "cron(60 20 ? * MON-FRI *)",
            "cron(0 24 ? * MON-FRI *)",
            "cron(0 20 32 * ? *)",
            "cron(0 20 ? 13 MON *)",
            "cron(0 20 ? * MO *)",
            "cron(0 20 ? * 0 *)",
            "cron(0 20 * * * *)",
            "cron(0 20 ? * ? *)",
            "cron(0 20 L * MON *)",
            "cron(0/0 20 ? * MON *)",
            "cron(20-10 20 ? * MON *)",
            "cron(? 20 ? * MON *)",
            "cron(0 20 ? * MON 1969)",
            "at(2027-02-29T08:00:00)",
            "at(2027-13-01T08:00:00)",
            "at(2027-01-31T24:00:00)",
        ] {
            assert!(problem(text).is_some(), "{text}");
        }
    }
}
