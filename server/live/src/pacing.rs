//! Pacing: a cue is worth little while the rep can't read it. Never the same point twice, at most three cues open.

use std::collections::BTreeMap;

use model::{Cue, CueKind, CueState, Millis, Verbosity};

use crate::playbook::{Entry, Playbook};

/// Cues open at once.
pub(crate) const MOST_OPEN: usize = 3;
/// A cue this old makes room even for a less important one.
const STALE: Millis = Millis(60_000);

#[derive(Debug)]
struct Told {
    topic: String,
    kind: CueKind,
    priority: u8,
    at: Millis,
    /// The end of what it rests on: later than `at` if a partial brought it. What comes after counts from here, so that
    /// partials don't change which cues stay.
    said: Millis,
    state: CueState,
    /// The cue that made room for it.
    displaced: Option<i64>,
}

fn apart(one: Millis, other: Millis) -> u64 {
    one.0.abs_diff(other.0)
}

/// The cues of a call so far, by number.
#[derive(Debug, Default)]
pub(crate) struct Pacing {
    cues: BTreeMap<i64, Told>,
    /// The highest number that was given.
    last: i64,
}

impl Pacing {
    /// Takes up a cue of an earlier run, and the end of what it rests on.
    pub fn restore(&mut self, playbook: &Playbook, cue: &Cue, said: Millis) {
        let priority = playbook.entry(&cue.topic).map_or(1, |entry| entry.priority);
        let (topic, at) = (cue.topic.clone(), cue.at_ms);
        let told = Told { topic, kind: cue.kind, priority, at, said, state: cue.state, displaced: None };
        self.cues.insert(cue.number, told);
        self.last = self.last.max(cue.number);
    }

    /// The number of the next cue.
    pub fn next_number(&self) -> i64 {
        self.last.saturating_add(1)
    }

    /// When a cue came up and what became of it.
    pub fn cue(&self, number: i64) -> Option<(Millis, CueState)> {
        self.cues.get(&number).map(|cue| (cue.at, cue.state))
    }

    /// Whether a cue of this entry may come up at a time.
    pub fn allows(&self, entry: &Entry, verbosity: Verbosity, at: Millis) -> bool {
        let repeats = |cue: &Told| {
            let dismissed = cue.kind == CueKind::Objection && cue.state == CueState::Dismissed;
            let within = |cool_down: Millis| [cue.at, cue.said].iter().any(|then| apart(at, *then) < cool_down.0.unsigned_abs());
            dismissed || entry.cool_down.is_none_or(within)
        };
        entry.verbosity <= verbosity && !self.cues.values().any(|cue| cue.topic == entry.id && repeats(cue)) && self.room(entry, at).is_ok()
    }

    /// Which cue must make room: none, this one, or there is no room because all are newer and matter more.
    fn room(&self, entry: &Entry, at: Millis) -> Result<Option<i64>, ()> {
        let mut open = self.cues.iter().filter(|(_, cue)| cue.state == CueState::Open);
        if open.clone().count() < MOST_OPEN {
            return Ok(None);
        }
        let gives_way = |cue: &Told| cue.priority <= entry.priority || apart(at, cue.said) >= STALE.0.unsigned_abs();
        open.find(|(_, cue)| gives_way(cue)).map(|(number, _)| Some(*number)).ok_or(())
    }

    /// Takes a cue in; returns the number of the one that makes room.
    pub fn open(&mut self, entry: &Entry, number: i64, at: Millis) -> Option<i64> {
        let displaced = self.room(entry, at).ok().flatten();
        if let Some(cue) = displaced.and_then(|number| self.cues.get_mut(&number)) {
            cue.state = CueState::Collapsed;
        }
        let cue =
            Told { topic: entry.id.clone(), kind: entry.kind, priority: entry.priority, at, said: at, state: CueState::Open, displaced };
        self.cues.insert(number, cue);
        self.last = self.last.max(number);
        displaced
    }

    /// The final of a cue that a partial brought has come.
    pub fn confirm(&mut self, number: i64, said: Millis) {
        if let Some(cue) = self.cues.get_mut(&number) {
            cue.said = said;
        }
    }

    /// Forgets a cue, as if it had never come up; returns the number of the one that had made room for it and is open again.
    pub fn withdraw(&mut self, number: i64) -> Option<i64> {
        let displaced = self.cues.remove(&number)?.displaced?;
        let room = self.cues.values().filter(|cue| cue.state == CueState::Open).count() < MOST_OPEN;
        let cue = self.cues.get_mut(&displaced).filter(|cue| room && cue.state == CueState::Collapsed)?;
        cue.state = CueState::Open;
        Some(displaced)
    }

    /// What the rep did with a cue: all cues whose state changes by it, the one that makes room first. Unknown cues and
    /// states that are so already change nothing.
    pub fn feedback(&mut self, number: i64, state: CueState) -> Vec<(i64, CueState)> {
        let mut changes = Vec::new();
        if self.cues.get(&number).is_none_or(|cue| cue.state == state) {
            return changes;
        }
        let open = self.cues.iter().filter(|(_, cue)| cue.state == CueState::Open);
        if state == CueState::Open && open.clone().count() >= MOST_OPEN {
            changes.extend(open.map(|(number, _)| (*number, CueState::Collapsed)).take(1));
        }
        changes.push((number, state));
        for (number, state) in &changes {
            if let Some(cue) = self.cues.get_mut(number) {
                cue.state = *state;
            }
        }
        changes
    }
}
