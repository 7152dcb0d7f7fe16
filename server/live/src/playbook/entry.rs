//! One entry of a playbook: checked, without its phrases.

use model::validation::Line;
use model::{CueKind, Detector, Millis, Negation, PlaybookEntry, Speaker, Verbosity};

use super::PlaybookError;

/// Phrases that one entry may have, and exceptions.
pub(super) const MOST_OF_ENTRY: usize = 400;
/// A day, in seconds.
const MOST_COOL_DOWN: u32 = 86_400;
/// More than any detector measures.
const MOST_ABOVE: f64 = 100_000.0;

/// One entry, checked.
#[derive(Debug)]
pub struct Entry {
    /// For example `objection.price`; the cue's topic.
    pub id: String,
    /// The cue's kind.
    pub kind: CueKind,
    /// The cue's title.
    pub title: String,
    /// Whose words count.
    pub speaker: Speaker,
    /// What to say or do: one to three short sentences.
    pub guidance: String,
    /// 1 to 9; 9 matters most.
    pub priority: u8,
    /// Shown at this verbosity and above.
    pub verbosity: Verbosity,
    /// Time before the same topic may come again; none means once a call.
    pub cool_down: Option<Millis>,
    /// What a negation does.
    pub negation: Negation,
    /// The detector, if it has no phrases.
    pub listens_for: Option<Detector>,
    /// The detector's limit, in its unit.
    pub above: f64,
}

impl Entry {
    /// Checks all but the phrases' own words.
    pub(super) fn check(written: &PlaybookEntry) -> Result<Self, PlaybookError> {
        let id = written.id.clone();
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if id.len() > 60 || !id.split_once('.').is_some_and(|(kind, topic)| part(kind) && part(topic)) {
            return Err(PlaybookError::Id(id.chars().take(80).collect()));
        }
        let title = text(&id, "title", &written.title, 60)?;
        let guidance = text(&id, "guidance", &written.guidance, 400)?;
        if !(1..=9).contains(&written.priority) {
            return Err(PlaybookError::Number { entry: id, field: "priority", most: 9 });
        }
        if written.cool_down.is_some_and(|seconds| !(1..=MOST_COOL_DOWN).contains(&seconds)) {
            return Err(PlaybookError::Number { entry: id, field: "cool_down", most: MOST_COOL_DOWN });
        }
        if written.phrases.is_empty() == written.listens_for.is_none() {
            return Err(PlaybookError::Trigger(id));
        }
        if written.phrases.len().max(written.unless.len()) > MOST_OF_ENTRY {
            return Err(PlaybookError::Many(id));
        }
        let measured = written.listens_for.is_some_and(|detector| detector != Detector::Question);
        if measured && !written.above.is_some_and(|above| above.is_finite() && above > 0.0 && above <= MOST_ABOVE) {
            return Err(PlaybookError::Limit(id));
        }
        let cool_down = written.cool_down.or((written.kind == CueKind::Objection).then_some(300));
        Ok(Self {
            id,
            kind: written.kind,
            title,
            speaker: written.speaker,
            guidance,
            priority: written.priority,
            verbosity: written.verbosity,
            cool_down: cool_down.map(|seconds| Millis(i64::from(seconds) * 1000)),
            negation: written.negation,
            listens_for: written.listens_for,
            above: written.above.unwrap_or_default(),
        })
    }
}

/// A line of an entry, without what can't be seen.
fn text(entry: &str, field: &'static str, written: &str, most: usize) -> Result<String, PlaybookError> {
    let parsed = Line { field, label: field, min: 1, max: most }.parse(written);
    parsed.map_err(|_| match written.chars().any(char::is_control) && (1..=most).contains(&written.trim().chars().count()) {
        true => PlaybookError::Characters { entry: entry.to_owned(), field },
        false => PlaybookError::Text { entry: entry.to_owned(), field, most },
    })
}
