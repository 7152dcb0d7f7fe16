//! A call as a file.

use std::collections::HashMap;
use std::fmt::Write as _;

use model::{CallId, Channel, CueState, Evidence, Millis, Review};

use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For reading: summary, action items, transcript.
    Markdown,
    /// Everything, for programs: a [`Review`].
    Json,
    /// Subtitles of the recording.
    Srt,
}

impl std::str::FromStr for Format {
    type Err = model::Problem;

    fn from_str(text: &str) -> Result<Self, model::Problem> {
        match text {
            "markdown" | "md" => Ok(Self::Markdown),
            "json" => Ok(Self::Json),
            "srt" => Ok(Self::Srt),
            _ => Err(model::Problem::of_field("format", "The format must be markdown, json or srt.")),
        }
    }
}

/// A file for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Safe on every file system.
    pub file_name: String,
    /// MIME type.
    pub content_type: &'static str,
    /// UTF-8 text.
    pub body: String,
}

/// Writes a call as a file.
///
/// # Errors
/// `not_found` for a foreign or unknown call.
pub async fn export(kernel: &Kernel, actor: &Actor, id: CallId, format: Format) -> Result<Export> {
    let review = super::review(kernel, actor, id).await?;
    kernel.audit(actor, "call.exported", id, serde_json::json!({ "format": format!("{format:?}") })).await?;
    let (extension, content_type, body) = match format {
        Format::Markdown => ("md", "text/markdown; charset=utf-8", markdown(&review)),
        Format::Json => {
            let body = serde_json::to_string_pretty(&review).map_err(|error| DomainError::Internal(error.to_string()))?;
            ("json", "application/json", body)
        }
        Format::Srt => ("srt", "application/x-subrip; charset=utf-8", srt(&review)),
    };
    Ok(Export { file_name: format!("{}.{extension}", file_stem(&review.call.title)), content_type, body })
}

/// Letters, digits and hyphens of a title; at most 60 characters.
fn file_stem(title: &str) -> String {
    let mut stem = String::new();
    for character in title.chars() {
        if character.is_alphanumeric() {
            stem.extend(character.to_lowercase());
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
        if stem.chars().count() >= 60 {
            break;
        }
    }
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() { "call".to_owned() } else { stem.to_owned() }
}

/// Characters that Markdown would read as markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// When each line of the transcript begins, for people.
struct Starts(HashMap<i64, Millis>);

impl Starts {
    fn of(review: &Review) -> Self {
        Self(review.segments.iter().map(|segment| (segment.number, segment.start_ms)).collect())
    }

    /// When it was said; nothing if that line is gone.
    fn when(&self, evidence: &Evidence) -> String {
        self.0.get(&evidence.first_segment()).map(|start| start.clock()).unwrap_or_default()
    }
}

/// The review for reading. Writing to a `String` can't fail, so the results are dropped.
fn markdown(review: &Review) -> String {
    let call = &review.call;
    let mut out = format!("# {}\n\n", escape(&call.title));
    let people: Vec<String> =
        [&call.contact_name, &call.company].into_iter().filter(|part| !part.is_empty()).map(|part| escape(part)).collect();
    if !people.is_empty() {
        let _ = writeln!(out, "- With: {}", people.join(", "));
    }
    let _ = writeln!(out, "- Kind: {}", call.kind.label());
    if let Some(started) = call.started_at {
        let _ = writeln!(out, "- Started: {}", started.format("%Y-%m-%d %H:%M UTC"));
    }
    let _ = writeln!(out, "- Length: {}", call.duration_ms.clock());
    if let Some(share) = review.metrics.talk_share {
        let _ = writeln!(out, "- Talk share of {}: {:.0} %", escape(&call.side_name(Channel::Rep)), share * 100.0);
    }
    if let Some(insights) = &review.insights {
        let starts = Starts::of(review);
        let sections = [("Summary", &insights.summary), ("Questions", &insights.questions), ("Next steps", &insights.next_steps)];
        for (title, lines) in sections.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            let _ = writeln!(out, "\n## {title}\n");
            for line in lines {
                let _ =
                    writeln!(out, "- {} ({}, {})", escape(&line.text), escape(&call.side_name(line.channel)), starts.when(&line.evidence));
            }
        }
        if !insights.action_items.is_empty() {
            let _ = writeln!(out, "\n## Action items\n");
            for item in &insights.action_items {
                let done = if item.done { "x" } else { " " };
                let due = item.due.map(|due| format!(", due {due}")).unwrap_or_default();
                let (owner, at) = (escape(&call.side_name(item.owner)), starts.when(&item.evidence));
                let _ = writeln!(out, "- [{done}] {} ({owner}{due}, {at})", escape(&item.text));
            }
        }
        let _ = writeln!(out, "\n{}", insights.maker());
    }
    let cues: Vec<_> = review.cues.iter().filter(|cue| cue.state != CueState::Dismissed).collect();
    if !cues.is_empty() {
        let _ = writeln!(out, "\n## Suggestions\n");
        for cue in cues {
            let kept = if cue.state == CueState::Kept { ", kept" } else { "" };
            let _ = writeln!(
                out,
                "- **{}** ({}{kept}): “{}” → {}",
                escape(&cue.title),
                cue.at_ms.clock(),
                escape(&cue.quote),
                escape(&cue.guidance)
            );
            if let Some(source) = &cue.source {
                // The passages of a table or a list have lines of their own.
                let quote = source.quote.split_whitespace().collect::<Vec<_>>().join(" ");
                let place = source.place.describe();
                let place = if place.is_empty() { place } else { format!(", {}", escape(&place)) };
                let _ = writeln!(out, "  - From “{}”{place}: “{}”", escape(&source.title), escape(&quote));
            }
        }
    }
    if !review.bookmarks.is_empty() {
        let _ = writeln!(out, "\n## Marked moments\n");
        for bookmark in &review.bookmarks {
            let _ = writeln!(out, "- {} {}", bookmark.at_ms.clock(), escape(&bookmark.note));
        }
    }
    if !call.notes.trim().is_empty() {
        let _ = writeln!(out, "\n## Notes\n\n{}", escape(&call.notes));
    }
    if !review.segments.is_empty() {
        let _ = writeln!(out, "\n## Transcript\n");
        for segment in &review.segments {
            let _ = writeln!(out, "**{}** ({}): {}\n", escape(call.speaker(segment)), segment.start_ms.clock(), escape(&segment.text));
        }
    }
    out
}

/// Subtitles. Lines are ordered by start; `-->` within a line would end it early, so it is broken up.
fn srt(review: &Review) -> String {
    let stamp = |time: Millis| {
        let ms = time.0.max(0);
        format!("{:02}:{:02}:{:02},{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
    };
    let mut out = String::new();
    for (index, segment) in review.segments.iter().enumerate() {
        let name = review.call.speaker(segment);
        let line = format!("{name}: {}", segment.text).replace("-->", "→").replace(['\n', '\r'], " ");
        let end = segment.end_ms.max(segment.start_ms + Millis(1));
        let _ = write!(out, "{}\n{} --> {}\n{line}\n\n", index + 1, stamp(segment.start_ms), stamp(end));
    }
    out
}

#[cfg(test)]
mod tests;
