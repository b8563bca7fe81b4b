//! A review as blocks of lines, which the text and the Markdown form share.

use std::fmt::Write as _;

use super::compare::{ENDPOINT, ENDPOINT_CONFIG, MODEL};
use super::show::{self, line, plural};
use super::{
    Action, Attention, Cause, Counts, Level, PropertyChange, Reason, Recreation, ResourceChange,
    Review, RolloutChange, ScalingState, SectionAction, SectionChange, StageReview,
};

/// Most characters of a line.
const LINE: usize = 600;

/// How a line is to stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Not at all.
    Plain,
    /// Less than others.
    Dim,
    /// A heading.
    Bold,
    /// Something is made.
    Good,
    /// Something deserves a look.
    Warn,
    /// Callers break.
    Danger,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tone: Tone,
    pub(super) text: String,
}

/// Lines that belong together. Those of a lower rank are shown first and left out last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) rank: u8,
    pub(super) lines: Vec<Line>,
}

impl Block {
    fn new(rank: u8) -> Self {
        Self {
            rank,
            lines: Vec::new(),
        }
    }

    fn push(&mut self, tone: Tone, text: impl AsRef<str>) {
        let text = text.as_ref();
        let mut cut: String = text.chars().take(LINE).collect();
        if cut.len() < text.len() {
            cut.push('…');
        }
        self.lines.push(Line { tone, text: cut });
    }
}

/// `2 replaced, 1 updated`.
pub(super) fn counts(counts: Counts, side_by_side: bool) -> String {
    if side_by_side {
        let parts = [
            (counts.update, "different"),
            (counts.remove, "only in the first"),
            (counts.add, "only in the second"),
        ];
        return counted(&parts);
    }
    let parts = [
        (counts.remove, "removed"),
        (counts.replace, "replaced"),
        (counts.may_replace, "perhaps replaced"),
        (counts.retain, "left behind"),
        (counts.update, "updated"),
        (counts.add, "added"),
        (counts.attributes, "only in attributes"),
    ];
    counted(&parts)
}

fn counted(parts: &[(usize, &str)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

/// All that changes, in a few words: `2 replaced, 1 updated; 1 output`.
pub(super) fn summary(review: &Review) -> String {
    let mut parts = Vec::new();
    let resources = counts(review.counts(), review.side_by_side);
    if !resources.is_empty() {
        parts.push(resources);
    }
    for (changes, noun) in [
        (&review.parameters, "parameter"),
        (&review.outputs, "output"),
        (&review.other, "other entry"),
    ] {
        match (changes.len(), noun) {
            (0, _) => {}
            (1, noun) => parts.push(format!("1 {noun}")),
            (count, "other entry") => parts.push(format!("{count} other entries")),
            (count, noun) => parts.push(plural(count, noun)),
        }
    }
    parts.join("; ")
}

/// A rollout in a few words: `canary …, ~25 min, +2× ml.c6i.xlarge`.
pub(super) fn rollout_summary(rollout: &RolloutChange) -> String {
    let mut text = format!("{}, {}", rollout.strategy.words(), rollout.estimate.words());
    let extra = extra(rollout);
    if !extra.is_empty() {
        let _ = write!(text, ", +{extra} meanwhile");
    }
    if !rollout.certain {
        text += " (perhaps)";
    }
    text
}

fn extra(rollout: &RolloutChange) -> String {
    let parts: Vec<String> = rollout
        .extra_instances
        .iter()
        .map(|(kind, count)| format!("{count}× {}", line(kind)))
        .collect();
    parts.join(", +")
}

/// The blocks of a review, in the order in which they are shown.
pub(super) fn blocks(stage: &StageReview) -> Vec<Block> {
    let review = &stage.review;
    let mut blocks = Vec::new();
    if !stage.notes.is_empty() {
        let mut block = Block::new(0);
        for note in &stage.notes {
            block.push(Tone::Dim, format!("note: {}", line(note)));
        }
        blocks.push(block);
    }
    if !review.attention.is_empty() {
        blocks.push(attention(&review.attention));
    }
    for (index, rollout) in review.rollouts.iter().enumerate() {
        blocks.push(self::rollout(index, rollout, review));
    }
    for change in &review.changes {
        if change.rollout.is_none() {
            blocks.push(resource(change, review.side_by_side));
        }
    }
    for (title, changes) in [
        ("Parameters", &review.parameters),
        ("Outputs", &review.outputs),
        ("Other sections", &review.other),
    ] {
        if !changes.is_empty() {
            blocks.push(section(title, changes));
        }
    }
    blocks
}

fn attention(all: &[Attention]) -> Block {
    let mut block = Block::new(1);
    block.push(Tone::Bold, "Attention");
    for one in all {
        let (sign, tone) = match one.level {
            Level::Danger => ("!!", Tone::Danger),
            Level::Warning => ("! ", Tone::Warn),
            Level::Note => ("i ", Tone::Plain),
        };
        let of = one
            .logical_id
            .as_ref()
            .map(|id| format!("{}: ", line(id)))
            .unwrap_or_default();
        block.push(tone, format!("  {sign} {of}{}", line(&one.message)));
    }
    block
}

fn rollout(index: usize, rollout: &RolloutChange, review: &Review) -> Block {
    let mut block = Block::new(2);
    let name = match &rollout.endpoint_name {
        Some(name) => format!(" (`{}`)", line(name)),
        None => String::new(),
    };
    let may = if rollout.certain {
        "Rollout"
    } else {
        "Possible rollout"
    };
    block.push(
        Tone::Bold,
        format!("{may} of {}{name}", line(&rollout.endpoint)),
    );
    let mut fact = |label: &str, text: &str| {
        block.push(Tone::Plain, format!("  {label:<9} {text}"));
    };
    let mut several = |label: &str, texts: Vec<String>| {
        for (index, text) in texts.iter().enumerate() {
            fact(if index == 0 { label } else { "" }, text);
        }
    };
    several(
        "because",
        rollout.causes.iter().map(|cause| line(cause)).collect(),
    );
    several("how", vec![rollout.strategy.words()]);
    let estimate = &rollout.estimate;
    several(
        "takes",
        vec![format!("{} ({})", estimate.words(), estimate.assumption)],
    );
    let steps = rollout.steps.iter().enumerate().map(|(index, step)| {
        let mut text = format!("{}. {}", index + 1, step.text);
        if step.high_seconds > 0 {
            let took = super::Estimate {
                low_seconds: step.low_seconds,
                high_seconds: step.high_seconds,
                assumption: String::new(),
            };
            let _ = write!(text, " ({})", took.words());
        }
        text
    });
    several("steps", steps.collect());
    several("fleet", fleet(rollout));
    let scaling = match rollout.scaling {
        ScalingState::NotScaled => None,
        ScalingState::Kept => Some("kept: the new fleet starts with the live count"),
        ScalingState::Lost => Some("lost: the new fleet starts with the configuration's count"),
    };
    several("scaling", scaling.map(str::to_owned).into_iter().collect());
    several(
        "alarms",
        rollout.alarms.iter().map(|alarm| line(alarm)).collect(),
    );
    several("old", rollout.old.iter().map(|old| line(old)).collect());
    several(
        "note",
        rollout.notes.iter().map(|note| line(note)).collect(),
    );
    // In the order of what follows from what.
    for kind in [MODEL, ENDPOINT_CONFIG, ENDPOINT] {
        let parts = review
            .changes
            .iter()
            .filter(|change| change.rollout == Some(index) && change.resource_type == kind);
        for change in parts {
            for part in resource(change, false).lines {
                let tone = match part.tone {
                    // Models and configurations are replaced by every edit, and nobody notices.
                    Tone::Warn if change.resource_type != ENDPOINT => Tone::Plain,
                    tone => tone,
                };
                block.push(tone, format!("  {}", part.text));
            }
        }
    }
    block
}

fn fleet(rollout: &RolloutChange) -> Vec<String> {
    let mut lines: Vec<String> = rollout
        .fleet
        .iter()
        .map(|variant| {
            let shadow = if variant.shadow { " (shadow)" } else { "" };
            let name = format!("{}{shadow}", line(&variant.variant));
            match (&variant.before, &variant.after) {
                (Some(before), Some(after)) if before == after => {
                    format!("{name}: {}", after.words())
                }
                (Some(before), Some(after)) => {
                    format!("{name}: {} → {}", before.words(), after.words())
                }
                (None, Some(after)) => format!("{name}: {} (new)", after.words()),
                (Some(before), None) => format!("{name}: {} (goes)", before.words()),
                (None, None) => name,
            }
        })
        .collect();
    let extra = extra(rollout);
    if !extra.is_empty() {
        let retained = if rollout.count_retained {
            " (by the template: the live count is retained)"
        } else {
            ""
        };
        lines.push(format!(
            "+{extra} beside the old fleet while both run{retained}"
        ));
    }
    if rollout.extra_unknown {
        lines.push("what runs beside the old fleet is not all in the template".to_owned());
    }
    lines
}

/// The sign and the words of an action.
pub(super) fn words(change: &ResourceChange) -> (&'static str, &'static str, Tone) {
    let breaks_callers = change.resource_type == ENDPOINT && change.loses_the_old();
    let loss = if breaks_callers {
        Tone::Danger
    } else {
        Tone::Warn
    };
    match change.action {
        Action::Remove => ("-", "removed", loss),
        Action::Replace => ("-/+", "replaced", loss),
        Action::MayReplace => ("?", "may be replaced", loss),
        Action::Retain => ("<", "left behind", Tone::Warn),
        Action::Update => ("~", "updated in place", Tone::Plain),
        Action::Add => ("+", "added", Tone::Good),
        Action::Attributes => (".", "not touched", Tone::Dim),
    }
}

fn resource(change: &ResourceChange, side_by_side: bool) -> Block {
    let rank = if change.resource_type == ENDPOINT && change.loses_the_old() {
        2
    } else {
        match change.action {
            Action::Remove => 3,
            Action::Replace => 4,
            Action::MayReplace => 5,
            Action::Retain => 6,
            Action::Update => 7,
            Action::Add => 8,
            Action::Attributes => 9,
        }
    };
    let mut block = Block::new(rank);
    let (sign, words, tone) = words(change);
    let only_tags = !change.properties.is_empty()
        && change.properties.iter().all(|property| property.tag)
        && change.action == Action::Update;
    let (words, tone) = match change.action {
        Action::Update if side_by_side => ("differs", tone),
        Action::Add if side_by_side => ("only in the second", Tone::Plain),
        Action::Remove if side_by_side => ("only in the first", Tone::Plain),
        _ if only_tags => ("tagged in place", tone),
        _ => (words, tone),
    };
    block.push(
        tone,
        format!(
            "{sign:<3} {}  {}  {words}",
            line(&change.logical_id),
            line(&change.resource_type)
        ),
    );
    for reason in &change.reasons {
        if let Some(text) = self::reason(reason) {
            block.push(Tone::Plain, format!("      {text}"));
        }
    }
    for property in &change.properties {
        for text in self::properties(property) {
            block.push(Tone::Plain, format!("      {text}"));
        }
    }
    for attribute in &change.attributes {
        block.push(
            Tone::Plain,
            format!("      {} (attribute)", self::property(attribute)),
        );
    }
    block
}

/// The lines of a property. One that is added is shown in full: part by part where it is long.
fn properties(change: &PropertyChange) -> Vec<String> {
    let (None, Some(value)) = (&change.before, &change.after) else {
        return vec![property(change)];
    };
    let mut leaves = Vec::new();
    show::leaves(&change.path, value, &mut leaves);
    leaves
        .into_iter()
        .map(|(path, value)| {
            property(&PropertyChange {
                path,
                after: Some(value.clone()),
                ..change.clone()
            })
        })
        .collect()
}

fn property(change: &PropertyChange) -> String {
    let sign = show::sign(change);
    let path = line(&change.path);
    let consequence = match change.requires_recreation {
        Recreation::Never => "",
        Recreation::Conditionally => "  # may replace it",
        Recreation::Always => "  # replaces it",
    };
    let separator = if path.is_empty() { "" } else { ": " };
    format!(
        "{sign} {path}{separator}{}{consequence}",
        show::transition(change)
    )
}

/// A reason in words; `None` where the property's own line says it.
fn reason(reason: &Reason) -> Option<String> {
    match reason {
        Reason::CreateOnly { .. } => None,
        Reason::Follows {
            path,
            cause,
            of,
            certain,
            create_only,
        } => {
            let what = match (of, certain) {
                (Cause::Resource, true) => format!("`{}`, which is replaced", line(cause)),
                (Cause::Resource, false) => format!("`{}`, which may be replaced", line(cause)),
                (Cause::Parameter, _) => format!("parameter `{}`, which changes", line(cause)),
                (Cause::Condition, _) => format!("condition `{}`, which changes", line(cause)),
                (Cause::Mapping, _) => format!("mapping `{}`, which changes", line(cause)),
            };
            let verb = if *certain { "follows" } else { "may follow" };
            let consequence = match (create_only, certain) {
                (true, true) => "  # replaces it",
                (true, false) => "  # may replace it",
                (false, _) => "",
            };
            Some(format!("~ {} {verb} {what}{consequence}", line(path)))
        }
        Reason::TypeChange { before } => Some(format!("its type was {}", line(before))),
        Reason::UnknownType => {
            Some("no schema of this type is known: any edit may replace it".to_owned())
        }
        Reason::Condition { condition } => Some(format!(
            "whether it exists depends on condition `{}`: it may be made or removed",
            line(condition)
        )),
    }
}

fn section(title: &str, changes: &[SectionChange]) -> Block {
    let mut block = Block::new(10);
    block.push(Tone::Bold, title);
    for change in changes {
        let sign = match change.action {
            SectionAction::Remove => '-',
            SectionAction::Change => '~',
            SectionAction::Add => '+',
        };
        let name = match (&change.name, title) {
            (Some(name), "Parameters" | "Outputs") => line(name),
            _ => show::entry(change),
        };
        let note = change
            .note
            .as_ref()
            .map(|note| format!("  # {}", line(note)))
            .unwrap_or_default();
        match change.changes.as_slice() {
            [only] if only.path.is_empty() => block.push(
                Tone::Plain,
                format!("  {sign} {name}: {}{note}", show::transition(only)),
            ),
            all => {
                block.push(Tone::Plain, format!("  {sign} {name}{note}"));
                for one in all {
                    block.push(Tone::Plain, format!("      {}", property(one)));
                }
            }
        }
    }
    block
}
