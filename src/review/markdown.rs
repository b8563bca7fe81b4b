//! The form for a comment on a pull request: a table above, details below, within GitHub's size.

use std::fmt::Write as _;

use super::layout::{self, Block, Line, Tone};
use super::show::{line, plural};
use super::{Level, StageReview};

/// The first line of the comment, by which it is found again to be written anew.
pub const MARKER: &str = "<!-- sageform:diff -->";

/// The most characters that GitHub accepts in a comment.
pub const MARKDOWN_LIMIT: usize = 65_536;

/// Bytes that are kept for what is said about that which was left out.
const RESERVE: usize = 160;

/// The reviews as one comment of at most `limit` bytes, which is at most as many characters.
///
/// A table has a row per stage and stack; below it, details hold what changes as ```` ```diff ````
/// blocks. Where all of it is too long, what has the least risk is left out first, and the comment
/// says so. Values stand in code only, so that none can mention, link or format anything.
pub fn markdown(reviews: &[StageReview], limit: usize) -> String {
    let changed: Vec<&StageReview> = reviews
        .iter()
        .filter(|stage| !stage.review.is_empty() || !stage.notes.is_empty())
        .collect();
    let title = if reviews.iter().all(|stage| stage.review.is_empty()) {
        "No changes"
    } else {
        "What changes"
    };
    let mut text = format!("{MARKER}\n### {title}\n\n");
    let details: Vec<Details> = changed.into_iter().map(Details::of).collect();
    let frames: usize = details.iter().map(Details::frame).sum();
    let table_limit = limit.saturating_sub(frames);
    if !table(reviews, table_limit, &mut text) {
        // Not even the table leaves room for details.
        let mut text = format!("{MARKER}\n### {title}\n\n");
        table(reviews, limit, &mut text);
        return text;
    }
    let room = limit.saturating_sub(text.len() + frames);
    for part in Details::fit(details, room) {
        text.push_str(&part);
    }
    text
}

/// Writes the table, within `limit` bytes of the whole text; says whether all rows are there.
fn table(reviews: &[StageReview], limit: usize, text: &mut String) -> bool {
    let has_region = reviews.iter().any(|stage| stage.region.is_some());
    let region_head = if has_region { " Region |" } else { "" };
    let region_rule = if has_region { "---|" } else { "" };
    let _ = writeln!(
        text,
        "| Stage | Stack |{region_head} Compared | Changes | Rollout | Attention |\n\
         |---|---|{region_rule}---|---|---|---|"
    );
    for (index, stage) in reviews.iter().enumerate() {
        let row = row(stage, has_region);
        if text.len() + row.len() + RESERVE > limit {
            let rest = plural(reviews.len() - index, "more row");
            let _ = writeln!(text, "\n{rest} left out: `sageform diff` shows all.");
            return false;
        }
        text.push_str(&row);
    }
    true
}

fn row(stage: &StageReview, has_region: bool) -> String {
    let review = &stage.review;
    let region = if has_region {
        let region = stage.region.as_deref().map(code).unwrap_or_default();
        format!(" {region} |")
    } else {
        String::new()
    };
    let changes = if review.is_empty() {
        "none".to_owned()
    } else {
        layout::summary(review)
    };
    let rollouts: Vec<String> = review
        .rollouts
        .iter()
        .map(|rollout| {
            format!(
                "{}: {}",
                code(&rollout.endpoint),
                code(&layout::rollout_summary(rollout))
            )
        })
        .collect();
    format!(
        "| {} | {} |{region} {} → {} | {changes} | {} | {} |\n",
        code(&stage.stage),
        code(&stage.stack),
        code(&stage.base),
        code(&stage.new),
        rollouts.join("<br>"),
        attention(stage)
    )
}

fn attention(stage: &StageReview) -> String {
    let of = |level| {
        stage
            .review
            .attention
            .iter()
            .filter(|attention| attention.level == level)
            .count()
    };
    match (of(Level::Danger), of(Level::Warning)) {
        (0, 0) => String::new(),
        (0, warnings) => plural(warnings, "warning"),
        (dangers, 0) => format!("**{}**", plural(dangers, "danger")),
        (dangers, warnings) => format!(
            "**{}**, {}",
            plural(dangers, "danger"),
            plural(warnings, "warning")
        ),
    }
}

/// A text as code within a table or a line of HTML: nothing in it means anything.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    for character in line(text).chars() {
        if character.is_alphanumeric() || " .,:;/-()+%×~–→".contains(character) {
            out.push(character);
        } else {
            let _ = write!(out, "&#{};", u32::from(character));
        }
    }
    out.push_str("</code>");
    out
}

/// What stands below the table for one stage and stack.
struct Details {
    open: String,
    close: String,
    blocks: Vec<Block>,
}

impl Details {
    fn of(stage: &StageReview) -> Self {
        let mut blocks = layout::blocks(stage);
        if stage.review.unchanged > 0 {
            let text = format!(
                "({} hidden)",
                plural(stage.review.unchanged, "unchanged resource")
            );
            blocks.push(Block {
                rank: 0,
                lines: vec![Line {
                    tone: Tone::Dim,
                    text,
                }],
            });
        }
        // A fence ends at as many backticks as it began with: one more than any value has.
        let longest = blocks
            .iter()
            .flat_map(|block| &block.lines)
            .map(|line| backticks(&line.text))
            .max()
            .unwrap_or_default();
        let fence = "`".repeat(longest.saturating_add(1).max(3));
        let summary = if stage.review.is_empty() {
            "no changes".to_owned()
        } else {
            layout::summary(&stage.review)
        };
        Self {
            open: format!(
                "\n<details><summary>{}: {summary}</summary>\n\n{fence}diff\n",
                code(&format!("{}/{}", stage.stage, stage.stack))
            ),
            close: format!("{fence}\n\n</details>\n"),
            blocks,
        }
    }

    /// Bytes that it takes without any block.
    fn frame(&self) -> usize {
        self.open.len() + self.close.len() + RESERVE
    }

    /// The details with those blocks that fit into `room` bytes together, the riskiest first.
    fn fit(all: Vec<Self>, room: usize) -> Vec<String> {
        let mut order: Vec<(u8, usize, usize)> = all
            .iter()
            .enumerate()
            .flat_map(|(stage, details)| {
                details
                    .blocks
                    .iter()
                    .enumerate()
                    .map(move |(index, block)| (block.rank, stage, index))
            })
            .collect();
        order.sort_unstable();
        let mut rest = room;
        let mut taken: Vec<Vec<usize>> = all
            .iter()
            .map(|details| vec![0; details.blocks.len()])
            .collect();
        for (_, stage, index) in order {
            let block = &all[stage].blocks[index];
            // The empty line before it.
            let mut need = 1;
            let mut count = 0;
            for line in &block.lines {
                let size = written(line).len() + 1;
                if need + size > rest {
                    break;
                }
                need += size;
                count += 1;
            }
            if count > 0 {
                rest -= need;
                taken[stage][index] = count;
            }
        }
        all.into_iter()
            .zip(taken)
            .map(|(details, taken)| details.render(&taken))
            .collect()
    }

    fn render(&self, taken: &[usize]) -> String {
        let mut text = self.open.clone();
        let mut left_out = 0;
        let mut first = true;
        for (block, count) in self.blocks.iter().zip(taken) {
            left_out += block.lines.len() - count;
            if *count == 0 {
                continue;
            }
            if !first {
                text.push('\n');
            }
            first = false;
            for line in &block.lines[..*count] {
                text.push_str(&written(line));
                text.push('\n');
            }
        }
        if left_out > 0 {
            let _ = writeln!(
                text,
                "\n! {} of the least risk left out, because a comment has a greatest size: \
                 `sageform diff` shows all",
                plural(left_out, "line")
            );
        }
        text.push_str(&self.close);
        text
    }
}

/// A line of a `diff` block: the first character gives it its colour.
fn written(line: &Line) -> String {
    let sign = match line.tone {
        Tone::Good => '+',
        Tone::Danger => '-',
        Tone::Warn => '!',
        Tone::Bold => '#',
        Tone::Plain | Tone::Dim => ' ',
    };
    format!("{sign} {}", line.text)
}

/// The longest run of backticks.
fn backticks(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}
