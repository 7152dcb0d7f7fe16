//! Which cues a text brings: early, while it is being said, and for good, once it is final.
//!
//! The final alone decides which cues stay, so the same finals leave the same cues whatever partials came before them;
//! partials only decide when a cue comes. A cue that the final doesn't bring is withdrawn.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use model::metrics::{Words, is_acknowledgement};
use model::{Channel, Cue, CueKind, CueState, Evidence, Millis, Segment, TrackId};

use super::Session;
use crate::carry_over::{CarryOver, spans};
use crate::detect::{self, Hit, Setting};
use crate::echo::{Heard, TimedWord};
use crate::events::Effect;
use crate::promise::Noted;
use crate::sentences;

/// Cues that one segment may bring.
const MOST_CUES: usize = 2;
/// Words that must follow a phrase in a partial before it is believed at first sight.
const FOLLOWING: usize = 2;
/// Words before the first changed one that are read again: a phrase, what follows it, and its exceptions. Every earlier
/// phrase had its chance in an earlier partial.
const LOOK_BACK: usize = 40;
/// Words of a partial that are read at most, whatever changed.
const MOST_READ: usize = 200;

/// What is being said on a track, until its final comes.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The number that its segment will have; taken with its first cue.
    pub number: Option<i64>,
    /// As of the last partial.
    words: Words,
    /// The entries that matched in the last partial.
    matched: Vec<usize>,
    cues: Vec<Early>,
}

/// A cue that rests on a partial.
#[derive(Debug)]
struct Early {
    entry: usize,
    number: i64,
    /// The characters of the partial that fired it.
    place: Range<u32>,
}

/// A partial, analysed.
pub(super) struct Spoken<'a> {
    pub track: TrackId,
    pub text: &'a str,
    pub timed: &'a [TimedWord],
    pub start: Millis,
    pub end: Millis,
    /// Nothing is made of it.
    pub doubtful: bool,
}

/// What a cue shows of the words that it rests on.
pub(super) struct Cited {
    pub quote: String,
    pub evidence: Evidence,
    /// What was noted, instead of the entry's title.
    pub title: Option<String>,
}

/// A text, read together with the words before it: a recognizer may have cut a phrase in two.
struct Reading<'a> {
    text: Cow<'a, str>,
    words: Cow<'a, Words>,
    tail: Option<&'a CarryOver>,
    /// Characters that are the tail's, with the space after it.
    before: u32,
}

impl<'a> Reading<'a> {
    fn of(text: &'a str, words: &'a Words, tail: Option<&'a CarryOver>) -> Self {
        let Some(tail) = tail else {
            return Self { text: Cow::Borrowed(text), words: Cow::Borrowed(words), tail: None, before: 0 };
        };
        let joined = format!("{} {text}", tail.text);
        let words = Cow::Owned(sentences::words(&joined));
        Self { text: Cow::Owned(joined), words, tail: Some(tail), before: tail.text.chars().count() as u32 + 1 }
    }

    /// Whether a match ends in the text itself: what ends in the words before was found there.
    fn ends_here(&self, hit: &Hit) -> bool {
        self.words.marks().get(hit.words.end.saturating_sub(1)).is_some_and(|mark| mark.start >= self.before)
    }

    /// The characters of the text itself that a match covers.
    fn place(&self, hit: &Hit) -> Range<u32> {
        let mark = |index: usize| self.words.marks().get(index);
        let start = mark(hit.words.start).map_or(0, |mark| mark.start.saturating_sub(self.before));
        start..mark(hit.words.end.saturating_sub(1)).map_or(start, |mark| mark.end.saturating_sub(self.before))
    }

    /// What to quote for a match, and where that stands if the text is the segment of this number.
    fn cite(&self, hit: &Hit, segment: i64) -> Option<Cited> {
        let range = detect::quote(&self.words, &hit.words, self.before);
        let quote = self.text.chars().skip(range.start as usize).take(range.len()).collect();
        let evidence = Evidence::try_from(spans(&range, self.before, self.tail, segment)).ok()?;
        Some(Cited { quote, evidence, title: None })
    }
}

fn overlap<T: PartialOrd>(one: &Range<T>, other: &Range<T>) -> bool {
    one.start < other.end && other.start < one.end
}

impl Session {
    /// The cues that a segment brings, and the states of those that make room. The cues of its partials are told again
    /// or withdrawn.
    pub(super) fn cues(&mut self, segment: &Segment, words: &Words, tail: Option<&CarryOver>, draft: Draft) -> Vec<Effect> {
        let reading = Reading::of(&segment.text, words, tail);
        let setting = Setting { text: &reading.text, channel: segment.channel, topic: &self.topic, start: segment.start_ms };
        let mut hits = detect::find(&self.playbook, &reading.words, setting);
        hits.retain(|hit| reading.ends_here(hit));
        self.sort(&mut hits);
        let mut effects = Vec::new();
        // What isn't said any more goes first, so that it takes no room.
        let (mut early, gone): (Vec<Early>, Vec<Early>) =
            draft.cues.into_iter().partition(|cue| hits.iter().any(|hit| hit.entry == cue.entry));
        gone.iter().for_each(|cue| self.withdraw(cue.number, &mut effects));
        let mut taken: Vec<Hit> = Vec::new();
        for hit in hits {
            let known = early.iter().position(|cue| cue.entry == hit.entry);
            if taken.len() >= MOST_CUES
                || taken.iter().any(|other| overlap(&other.words, &hit.words))
                || (known.is_none() && !self.allows(&hit, segment.end_ms))
            {
                continue;
            }
            let Some(cited) = reading.cite(&hit, segment.number) else { continue };
            let cited = self.noted(cited, &reading, &hit, segment.channel);
            match known {
                Some(index) => self.confirm(&early.swap_remove(index), cited, segment.end_ms, &mut effects),
                None => self.show(hit.entry, cited, segment.end_ms, &mut effects),
            }
            taken.push(hit);
        }
        early.iter().for_each(|cue| self.withdraw(cue.number, &mut effects));
        effects
    }

    /// The cues that a partial brings already. Its phrase must be stable: followed by two words, or seen in the partial
    /// before too; the last word of a partial is never trusted.
    pub(super) fn early_cues(&mut self, spoken: &Spoken<'_>, words: Words) -> Vec<Effect> {
        let mut effects = Vec::new();
        let track = &mut self.tracks[spoken.track.index()];
        let (channel, mut draft, tail) = (track.channel, std::mem::take(&mut track.draft), track.tail.take());
        let same = words.common_start(&draft.words);
        let from = same.saturating_sub(LOOK_BACK).max(words.len().saturating_sub(MOST_READ));
        let reading = Reading::of(spoken.text, &words, tail.as_ref().filter(|tail| from == 0 && tail.reaches(spoken.start)));
        let setting = Setting { text: &reading.text, channel, topic: &self.topic, start: spoken.start };
        let mut hits = detect::find_early(&self.playbook, &reading.words, setting, from);
        hits.retain(|hit| reading.ends_here(hit));
        let before = std::mem::replace(&mut draft.matched, hits.iter().map(|hit| hit.entry).collect());
        hits.retain(|hit| before.contains(&hit.entry) || detect::said_after(&reading.words, hit) >= FOLLOWING);
        hits.retain(|hit| draft.cues.iter().all(|cue| cue.entry != hit.entry) && self.allows(hit, spoken.end));
        self.sort(&mut hits);
        if !hits.is_empty() && !spoken.doubtful && !self.may_be_echo_yet(spoken, &words) {
            for hit in hits {
                let place = reading.place(&hit);
                if draft.cues.len() >= MOST_CUES
                    || draft.cues.iter().any(|cue| overlap(&cue.place, &place))
                    || !self.allows(&hit, spoken.end)
                {
                    continue;
                }
                let segment = self.reserve(spoken.track, &mut draft);
                let Some(cited) = reading.cite(&hit, segment) else { continue };
                let cited = self.noted(cited, &reading, &hit, channel);
                let number = self.pacing.next_number();
                self.show(hit.entry, cited, spoken.end, &mut effects);
                draft.cues.push(Early { entry: hit.entry, number, place });
            }
        }
        for effect in &mut effects {
            if let Effect::Cue(cue) = effect {
                *effect = Effect::EarlyCue(cue.clone());
            }
        }
        drop(reading);
        draft.words = words;
        let track = &mut self.tracks[spoken.track.index()];
        (track.draft, track.tail) = (draft, tail);
        effects
    }

    /// What matters most first, then what was said first.
    fn sort(&self, hits: &mut [Hit]) {
        let priority = |hit: &Hit| self.playbook.entries().get(hit.entry).map_or(0, |entry| entry.priority);
        hits.sort_by_key(|hit| (std::cmp::Reverse(priority(hit)), hit.words.start));
    }

    fn allows(&self, hit: &Hit, at: Millis) -> bool {
        self.playbook.entries().get(hit.entry).is_some_and(|entry| self.pacing.allows(entry, self.settings.verbosity, at))
    }

    /// Whether a partial may yet turn out to be an echo.
    fn may_be_echo_yet(&self, spoken: &Spoken<'_>, words: &Words) -> bool {
        !is_acknowledgement(words)
            && (self.heard.may_become_echo(spoken.track, Heard { words: spoken.timed, start: spoken.start, end: spoken.end })
                || (self.channel(spoken.track) == Channel::Rep && self.is_ahead_of_customer(spoken.timed, spoken.start, spoken.end)))
    }

    /// The number that a track's next segment will have. Its finals that still wait come before it.
    fn reserve(&mut self, track: TrackId, draft: &mut Draft) -> i64 {
        if let Some(number) = draft.number {
            return number;
        }
        for held in self.held.iter_mut().filter(|held| held.pending.track == track) {
            held.pending.draft.number.get_or_insert_with(|| {
                self.segments += 1;
                self.segments
            });
        }
        self.segments += 1;
        draft.number = Some(self.segments);
        self.segments
    }

    /// A promise's cue says what was noted of it.
    fn noted(&self, cited: Cited, reading: &Reading<'_>, hit: &Hit, speaker: Channel) -> Cited {
        let entry = self.playbook.entries().get(hit.entry).filter(|entry| entry.kind == CueKind::NextStep);
        let title = entry.map(|entry| Noted::of(&reading.text, &reading.words, &hit.words, speaker).title(&entry.title));
        Cited { title, ..cited }
    }

    /// Opens a cue.
    pub(super) fn show(&mut self, entry: usize, cited: Cited, at: Millis, effects: &mut Vec<Effect>) {
        let playbook = Arc::clone(&self.playbook);
        let Some(playing) = playbook.entries().get(entry) else { return };
        let number = self.pacing.next_number();
        if let Some(leaving) = self.pacing.open(playing, number, at) {
            effects.push(Effect::CueState { cue: leaving, state: CueState::Collapsed });
        }
        effects.extend(self.cue(entry, number, cited));
    }

    /// Tells an early cue again, with the words of its final.
    fn confirm(&mut self, cue: &Early, cited: Cited, at: Millis, effects: &mut Vec<Effect>) {
        self.pacing.confirm(cue.number, at);
        effects.extend(self.cue(cue.entry, cue.number, cited));
    }

    fn cue(&self, entry: usize, number: i64, cited: Cited) -> Option<Effect> {
        let entry = self.playbook.entries().get(entry)?;
        let (at_ms, state) = self.pacing.cue(number)?;
        Some(Effect::Cue(Cue {
            number,
            kind: entry.kind,
            topic: entry.id.clone(),
            title: cited.title.unwrap_or_else(|| entry.title.clone()),
            quote: cited.quote,
            guidance: entry.guidance.clone(),
            evidence: cited.evidence,
            at_ms,
            state,
            source: None,
        }))
    }

    /// Takes back the cues of words that won't become a segment.
    pub(super) fn discard(&mut self, draft: Draft, effects: &mut Vec<Effect>) {
        for cue in draft.cues {
            self.withdraw(cue.number, effects);
        }
    }

    fn withdraw(&mut self, cue: i64, effects: &mut Vec<Effect>) {
        let back = self.pacing.withdraw(cue);
        effects.push(Effect::CueWithdrawn { cue });
        effects.extend(back.map(|cue| Effect::CueState { cue, state: CueState::Open }));
    }
}
