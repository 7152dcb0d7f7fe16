//! Cues that rest on what a judge found in a segment beside the phrases. It comes a moment after the segment, so the phrases have spoken first: what
//! they found is not said twice.

use std::collections::VecDeque;

use model::metrics::is_acknowledgement;
use model::{CueKind, Evidence, Segment, Span, Verbosity};

use super::Session;
use super::cues::Cited;
use crate::detect;
use crate::events::{Effect, Moment};
use crate::sentences;

/// Segments that may still be judged: what comes later comes too late.
const RECENT: usize = 8;
/// Cues that a segment may bring, with those of its phrases.
const MOST_CUES: usize = 2;

/// The newest segments, each with the kinds of the cues that it has brought.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<(Segment, Vec<CueKind>)>);

impl Recent {
    /// A segment, and what it brought. Doubtful words are never judged.
    pub(super) fn push(&mut self, segment: &Segment, effects: &[Effect]) {
        if segment.is_doubtful() {
            return;
        }
        let kinds = effects.iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue.kind) } else { None });
        self.0.push_back((Segment { words: Vec::new(), ..segment.clone() }, kinds.collect()));
        if self.0.len() > RECENT {
            self.0.pop_front();
        }
    }

    /// Takes a segment out: it is judged once.
    fn take(&mut self, number: i64) -> Option<(Segment, Vec<CueKind>)> {
        let at = self.0.iter().position(|(segment, _)| segment.number == number)?;
        self.0.remove(at)
    }
}

impl Session {
    /// Shows what a judge found in a segment, unless its phrases have said it, or pacing forbids it.
    pub(super) fn judged(&mut self, segment: i64, moments: &[Moment], effects: &mut Vec<Effect>) {
        let Some((segment, mut brought)) = self.recent.take(segment) else { return };
        let words = sentences::words(&segment.text);
        if is_acknowledgement(&words) {
            return;
        }
        for moment in moments {
            let playbook = std::sync::Arc::clone(&self.playbook);
            let Some(index) = playbook.entries().iter().position(|entry| entry.id == moment.topic) else { continue };
            let entry = &playbook.entries()[index];
            // Who objects and asks in one breath is answered within the objection.
            let is_said = |kind: &CueKind| *kind == entry.kind || (entry.kind == CueKind::Question && *kind == CueKind::Objection);
            if brought.len() >= MOST_CUES
                || moment.margin < asked_for(self.settings.verbosity)
                || !entry.speaker.is(segment.channel)
                || brought.iter().any(is_said)
                || !self.pacing.allows(entry, self.settings.verbosity, segment.end_ms)
            {
                continue;
            }
            let Some(cited) = cite(&segment, moment) else { continue };
            self.show(index, cited, segment.end_ms, effects);
            brought.push(entry.kind);
        }
    }
}

/// How sure a moment has to be.
fn asked_for(verbosity: Verbosity) -> f32 {
    match verbosity {
        Verbosity::Quiet => 2.0,
        Verbosity::Normal => 1.0,
        Verbosity::Chatty => 0.0,
    }
}

/// The sentence, or as much around the found words as a card can hold.
fn cite(segment: &Segment, moment: &Moment) -> Option<Cited> {
    let words = sentences::words(&segment.text);
    let marks = words.marks();
    let first = marks.iter().position(|mark| mark.end > moment.chars.start)?;
    let last = marks.iter().rposition(|mark| mark.start < moment.chars.end)?;
    if last < first {
        return None;
    }
    let range = detect::quote(&words, &(first..last + 1), 0);
    let quote: String = segment.text.chars().skip(range.start as usize).take(range.len()).collect();
    let evidence = Evidence::try_from(vec![Span { segment: segment.number, start: range.start, end: range.end }]).ok()?;
    Some(Cited { quote, evidence, title: None })
}
