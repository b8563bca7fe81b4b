//! The form for people at a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::StageReview;
use super::layout::{self, Tone};
use super::show::{line, plural};

/// The reviews as text with ANSI styles, one below the other.
///
/// What a terminal would act upon is escaped in everything that comes from the templates. Nothing is
/// cut but long values.
pub fn text(reviews: &[StageReview]) -> String {
    let mut out = String::new();
    for (index, stage) in reviews.iter().enumerate() {
        let quiet = stage.review.is_empty() && stage.notes.is_empty();
        let before_quiet = index > 0 && {
            let before = &reviews[index - 1];
            before.review.is_empty() && before.notes.is_empty()
        };
        if index > 0 && !(quiet && before_quiet) {
            out.push('\n');
        }
        one(stage, &mut out);
    }
    out
}

fn one(stage: &StageReview, out: &mut String) {
    let review = &stage.review;
    styled(out, Tone::Bold, &title(stage));
    if review.is_empty() {
        let _ = writeln!(out, ": no changes");
        for note in &stage.notes {
            styled(out, Tone::Dim, &format!("note: {}", line(note)));
            out.push('\n');
        }
        return;
    }
    out.push('\n');
    let word = if review.side_by_side {
        "Differences"
    } else {
        "Changes"
    };
    let _ = writeln!(out, "{word}: {}", layout::summary(review));
    for rollout in &review.rollouts {
        let _ = writeln!(
            out,
            "Rollout of {}: {}",
            line(&rollout.endpoint),
            layout::rollout_summary(rollout)
        );
    }
    for block in layout::blocks(stage) {
        out.push('\n');
        for line in block.lines {
            styled(out, line.tone, &line.text);
            out.push('\n');
        }
    }
    if review.unchanged > 0 {
        out.push('\n');
        let hidden = format!(
            "({} hidden)",
            plural(review.unchanged, "unchanged resource")
        );
        styled(out, Tone::Dim, &hidden);
        out.push('\n');
    }
}

/// `Production/fraud (eu-west-1, 123456789012): templates/ → stage files`.
fn title(stage: &StageReview) -> String {
    let mut text = format!("{}/{}", line(&stage.stage), line(&stage.stack));
    let place: Vec<String> = [&stage.region, &stage.account]
        .into_iter()
        .flatten()
        .map(|part| line(part))
        .collect();
    if !place.is_empty() {
        let _ = write!(text, " ({})", place.join(", "));
    }
    let _ = write!(text, ": {} → {}", line(&stage.base), line(&stage.new));
    text
}

fn styled(out: &mut String, tone: Tone, text: &str) {
    let style = match tone {
        Tone::Plain => Style::new(),
        Tone::Dim => Style::new().dimmed(),
        Tone::Bold => Style::new().bold(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Warn => AnsiColor::Yellow.on_default(),
        Tone::Danger => AnsiColor::Red.on_default().bold(),
    };
    let _ = write!(out, "{style}{text}{style:#}");
}
