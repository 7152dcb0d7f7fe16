//! A call as a file.

mod file_name;
mod foreign;
mod subtitles;

use std::collections::HashMap;
use std::fmt::Write as _;

use model::{CallId, Channel, CueState, Evidence, Millis, Review};

use self::file_name::file_stem;
use self::foreign::foreign;
use self::subtitles::srt;
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
    let mut out = format!("# {}\n\n", foreign(&call.title));
    let people: Vec<String> =
        [&call.contact_name, &call.company].into_iter().filter(|part| !part.is_empty()).map(|part| foreign(part)).collect();
    if !people.is_empty() {
        let _ = writeln!(out, "- With: {}", people.join(", "));
    }
    let _ = writeln!(out, "- Kind: {}", call.kind.label());
    if let Some(started) = call.started_at {
        let _ = writeln!(out, "- Started: {}", started.format("%Y-%m-%d %H:%M UTC"));
    }
    let _ = writeln!(out, "- Length: {}", call.duration_ms.clock());
    if let Some(share) = review.metrics.talk_share {
        let _ = writeln!(out, "- Talk share of {}: {:.0} %", foreign(&call.side_name(Channel::Rep)), share * 100.0);
    }
    if let Some(insights) = &review.insights {
        let starts = Starts::of(review);
        let sections = [("Summary", &insights.summary), ("Questions", &insights.questions), ("Next steps", &insights.next_steps)];
        for (title, lines) in sections.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            let _ = writeln!(out, "\n## {title}\n");
            for line in lines {
                let _ = writeln!(
                    out,
                    "- {} ({}, {})",
                    foreign(&line.text),
                    foreign(&call.side_name(line.channel)),
                    starts.when(&line.evidence)
                );
            }
        }
        if !insights.action_items.is_empty() {
            let _ = writeln!(out, "\n## Action items\n");
            for item in &insights.action_items {
                let done = if item.done { "x" } else { " " };
                let due = item.due.map(|due| format!(", due {due}")).unwrap_or_default();
                let (owner, at) = (foreign(&call.side_name(item.owner)), starts.when(&item.evidence));
                let _ = writeln!(out, "- [{done}] {} ({owner}{due}, {at})", foreign(&item.text));
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
                foreign(&cue.title),
                cue.at_ms.clock(),
                foreign(&cue.quote),
                foreign(&cue.guidance)
            );
            if let Some(source) = &cue.source {
                let place = source.place.describe();
                let place = if place.is_empty() { place } else { format!(", {}", foreign(&place)) };
                let _ = writeln!(out, "  - From “{}”{place}: “{}”", foreign(&source.title), foreign(&source.quote));
            }
        }
    }
    if !review.bookmarks.is_empty() {
        let _ = writeln!(out, "\n## Marked moments\n");
        for bookmark in &review.bookmarks {
            let _ = writeln!(out, "- {} {}", bookmark.at_ms.clock(), foreign(&bookmark.note));
        }
    }
    // The rep's own: as they were written, Markdown and all.
    if !call.notes.trim().is_empty() {
        let _ = writeln!(out, "\n## Notes\n\n{}", call.notes.trim());
    }
    if !review.segments.is_empty() {
        let _ = writeln!(out, "\n## Transcript\n");
        for segment in &review.segments {
            let _ = writeln!(out, "**{}** ({}): {}\n", foreign(call.speaker(segment)), segment.start_ms.clock(), foreign(&segment.text));
        }
    }
    out
}

#[cfg(test)]
mod tests;
