//! A final on its way to becoming a segment: it may be an echo, or have to wait until that is known.

use model::metrics::{Words, is_acknowledgement};
use model::{Channel, Millis, Segment, TrackId, Utterance};

use super::cues::Draft;
use super::{Session, one_line, unit, within_a_call};
use crate::echo::{Heard, TimedWord, timed};
use crate::events::Effect;
use crate::sentences;

/// How long a rep's final may wait for the customer's words that it might repeat.
const HOLD: Millis = Millis(1_200);
/// Rep finals that may wait at once.
const MOST_HELD: usize = 4;
/// A final on its way to becoming a segment.
#[derive(Debug)]
pub(super) struct PendingFinal {
    pub track: TrackId,
    said: Utterance,
    analysed: Words,
    timed: Vec<TimedWord>,
    /// Its partials.
    pub draft: Draft,
}

#[derive(Debug)]
pub(super) struct Held {
    pub pending: PendingFinal,
    since: Millis,
}

impl Session {
    /// Decides about a final: an echo is dropped, a rep's that may be one waits, all else becomes a segment.
    pub(super) fn on_final(&mut self, pending: PendingFinal, now: Millis, effects: &mut Vec<Effect>) {
        let end = pending.said.end;
        if self.channel(pending.track) == Channel::Customer {
            if self.is_echo(&pending) {
                self.drop_echo(pending, effects);
            } else {
                self.accept(pending, effects);
            }
            // What waited was said before or with it; now it can be judged.
            self.drop_echoes(effects);
            while self.held.front().is_some_and(|held| held.pending.said.end <= end + Millis(500) && !self.may_be_echo(&held.pending)) {
                self.accept_first(effects);
            }
            return;
        }
        if self.is_echo(&pending) {
            self.drop_echo(pending, effects);
        } else if !self.held.is_empty() || self.may_be_echo(&pending) {
            self.held.push_back(Held { pending, since: now });
            if self.held.len() > MOST_HELD {
                self.accept_first(effects);
            }
        } else {
            self.accept(pending, effects);
        }
    }

    fn is_echo(&self, pending: &PendingFinal) -> bool {
        !is_acknowledgement(&pending.analysed) && self.heard.is_echo(pending.track, pending.heard())
    }

    /// The customer spoke at the same time and their words aren't known yet.
    pub(super) fn may_be_echo(&self, pending: &PendingFinal) -> bool {
        !is_acknowledgement(&pending.analysed) && self.is_ahead_of_customer(&pending.timed, pending.said.start, pending.said.end)
    }

    /// Words of the rep that came before the customer's of the same time.
    pub(super) fn is_ahead_of_customer(&self, timed: &[TimedWord], start: Millis, end: Millis) -> bool {
        timed.len() >= 3 && self.heard.is_ahead_of(Channel::Customer, start - Millis(500), end)
    }

    /// Lets those go that have waited long enough, or whose wait can't be measured any more.
    pub(super) fn release(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        while self.held.front().is_some_and(|held| now < held.since || now.since(held.since) >= HOLD) {
            self.accept_first(effects);
        }
    }

    /// All that wait become segments, unless they have turned out to be echoes.
    pub(super) fn let_go(&mut self, effects: &mut Vec<Effect>) {
        self.drop_echoes(effects);
        while !self.held.is_empty() {
            self.accept_first(effects);
        }
    }

    fn accept_first(&mut self, effects: &mut Vec<Effect>) {
        if let Some(held) = self.held.pop_front() {
            if self.is_echo(&held.pending) {
                self.drop_echo(held.pending, effects);
            } else {
                self.accept(held.pending, effects);
            }
        }
    }

    pub(super) fn drop_echoes(&mut self, effects: &mut Vec<Effect>) {
        for held in std::mem::take(&mut self.held) {
            if self.is_echo(&held.pending) {
                self.drop_echo(held.pending, effects);
            } else {
                self.held.push_back(held);
            }
        }
    }

    fn drop_echo(&mut self, pending: PendingFinal, effects: &mut Vec<Effect>) {
        self.heard.clear_partial(pending.track);
        self.retract_partial(pending.track, effects);
        self.discard(pending.draft, effects);
        effects.push(Effect::EchoDropped { track: pending.track, text: pending.said.text });
    }

    /// A final becomes a segment, and brings its cues.
    fn accept(&mut self, pending: PendingFinal, effects: &mut Vec<Effect>) {
        let PendingFinal { track, said, analysed, timed, draft } = pending;
        let channel = self.channel(track);
        let Utterance { text, start, end, confidence, words } = said;
        let number = draft.number.unwrap_or_else(|| {
            self.segments += 1;
            self.segments
        });
        let segment = Segment { number, track, channel, text, start_ms: start, end_ms: end, confidence, words, corrected: false };
        let tail = self.tracks[track.index()].tail.take().filter(|tail| tail.reaches(start));
        let cues = if segment.is_doubtful() {
            let mut withdrawn = Vec::new();
            self.discard(draft, &mut withdrawn);
            withdrawn
        } else {
            self.cues(&segment, &analysed, tail.as_ref(), draft)
        };
        self.recent.push(&segment, &cues);
        self.take_in(&segment, &analysed, &timed);
        self.tracks[track.index()].shown = None;
        effects.push(Effect::Segment(segment));
        effects.extend(cues);
    }
}

impl PendingFinal {
    /// Checks and analyses a final; none if nothing was said.
    pub fn of(track: TrackId, mut said: Utterance) -> Option<Self> {
        said.text = one_line(&said.text);
        if said.text.is_empty() {
            return None;
        }
        said.start = within_a_call(said.start);
        said.end = within_a_call(said.end).max(said.start);
        said.confidence = unit(said.confidence);
        for word in &mut said.words {
            word.start = within_a_call(word.start);
            word.end = within_a_call(word.end).max(word.start);
            word.confidence = unit(word.confidence);
        }
        let analysed = sentences::words(&said.text);
        let timed = timed(&analysed, &said.words, said.start, said.end);
        Some(Self { track, said, analysed, timed, draft: Draft::default() })
    }

    fn heard(&self) -> Heard<'_> {
        Heard { words: &self.timed, start: self.said.start, end: self.said.end }
    }
}
