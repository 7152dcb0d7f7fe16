//! Pacing: a card is worth little while the rep can't read it. Never the same point twice, at most three cards open.

use std::collections::BTreeMap;

use model::{Cue, CueKind, CueState, Millis, Verbosity};

use crate::playbook::{Entry, Playbook};

/// Cards open at once.
pub(crate) const MOST_OPEN: usize = 3;
/// A card this old makes room even for a less important one.
const STALE: Millis = Millis(60_000);

#[derive(Debug)]
struct Card {
    topic: String,
    kind: CueKind,
    priority: u8,
    at: Millis,
    /// The end of what it rests on: later than `at` if a partial brought it. What comes after counts from here, so that
    /// partials don't change which cards stay.
    said: Millis,
    state: CueState,
    /// The card that made room for it.
    displaced: Option<i64>,
}

fn apart(one: Millis, other: Millis) -> u64 {
    one.0.abs_diff(other.0)
}

/// The cards of a call so far, by number.
#[derive(Debug, Default)]
pub(crate) struct Pacing {
    cards: BTreeMap<i64, Card>,
    /// The highest number that was given.
    last: i64,
}

impl Pacing {
    /// Takes up a card of an earlier run, and the end of what it rests on.
    pub fn restore(&mut self, playbook: &Playbook, cue: &Cue, said: Millis) {
        let priority = playbook.entry(&cue.topic).map_or(1, |entry| entry.priority);
        let (topic, at) = (cue.topic.clone(), cue.at_ms);
        let card = Card { topic, kind: cue.kind, priority, at, said, state: cue.state, displaced: None };
        self.cards.insert(cue.number, card);
        self.last = self.last.max(cue.number);
    }

    /// The number of the next card.
    pub fn next_number(&self) -> i64 {
        self.last.saturating_add(1)
    }

    /// When a card came up and what became of it.
    pub fn card(&self, number: i64) -> Option<(Millis, CueState)> {
        self.cards.get(&number).map(|card| (card.at, card.state))
    }

    /// Whether a card of this entry may come up at a time.
    pub fn allows(&self, entry: &Entry, verbosity: Verbosity, at: Millis) -> bool {
        let repeats = |card: &Card| {
            let dismissed = card.kind == CueKind::Objection && card.state == CueState::Dismissed;
            let within = |cool_down: Millis| [card.at, card.said].iter().any(|then| apart(at, *then) < cool_down.0.unsigned_abs());
            dismissed || entry.cool_down.is_none_or(within)
        };
        entry.verbosity <= verbosity
            && !self.cards.values().any(|card| card.topic == entry.id && repeats(card))
            && self.room(entry, at).is_ok()
    }

    /// Which card must make room: none, this one, or there is no room because all are newer and matter more.
    fn room(&self, entry: &Entry, at: Millis) -> Result<Option<i64>, ()> {
        let mut open = self.cards.iter().filter(|(_, card)| card.state == CueState::Open);
        if open.clone().count() < MOST_OPEN {
            return Ok(None);
        }
        let gives_way = |card: &Card| card.priority <= entry.priority || apart(at, card.said) >= STALE.0.unsigned_abs();
        open.find(|(_, card)| gives_way(card)).map(|(number, _)| Some(*number)).ok_or(())
    }

    /// Takes a card in; returns the number of the one that makes room.
    pub fn open(&mut self, entry: &Entry, number: i64, at: Millis) -> Option<i64> {
        let displaced = self.room(entry, at).ok().flatten();
        if let Some(card) = displaced.and_then(|number| self.cards.get_mut(&number)) {
            card.state = CueState::Collapsed;
        }
        let card =
            Card { topic: entry.id.clone(), kind: entry.kind, priority: entry.priority, at, said: at, state: CueState::Open, displaced };
        self.cards.insert(number, card);
        self.last = self.last.max(number);
        displaced
    }

    /// The final of a card that a partial brought has come.
    pub fn confirm(&mut self, number: i64, said: Millis) {
        if let Some(card) = self.cards.get_mut(&number) {
            card.said = said;
        }
    }

    /// Forgets a card, as if it had never come up; returns the number of the one that had made room for it and is open again.
    pub fn withdraw(&mut self, number: i64) -> Option<i64> {
        let displaced = self.cards.remove(&number)?.displaced?;
        let room = self.cards.values().filter(|card| card.state == CueState::Open).count() < MOST_OPEN;
        let card = self.cards.get_mut(&displaced).filter(|card| room && card.state == CueState::Collapsed)?;
        card.state = CueState::Open;
        Some(displaced)
    }

    /// What the rep did with a card: all cards whose state changes by it, the one that makes room first. Unknown cards and
    /// states that are so already change nothing.
    pub fn feedback(&mut self, number: i64, state: CueState) -> Vec<(i64, CueState)> {
        let mut changes = Vec::new();
        if self.cards.get(&number).is_none_or(|card| card.state == state) {
            return changes;
        }
        let open = self.cards.iter().filter(|(_, card)| card.state == CueState::Open);
        if state == CueState::Open && open.clone().count() >= MOST_OPEN {
            changes.extend(open.map(|(number, _)| (*number, CueState::Collapsed)).take(1));
        }
        changes.push((number, state));
        for (number, state) in &changes {
            if let Some(card) = self.cards.get_mut(number) {
                card.state = *state;
            }
        }
        changes
    }
}
