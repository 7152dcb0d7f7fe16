//! A live call's events, numbered, so that a page that comes back gets what it missed.

use std::collections::VecDeque;

use model::wire::{CallEvent, ServerMessage};

/// Events that are kept for pages that come back; who missed more gets a snapshot.
const KEPT: usize = 1_000;

/// The newest events.
#[derive(Debug)]
pub(super) struct ReplayBuffer {
    next: u64,
    events: VecDeque<(u64, CallEvent)>,
}

impl ReplayBuffer {
    /// Starts above every number that an earlier buffer of this call can have given: `seed` grows with the wall clock
    /// (ms), and no call makes a thousand events a second for long.
    pub(super) fn new(seed: u64) -> Self {
        Self { next: seed.max(1), events: VecDeque::new() }
    }

    /// Numbers an event.
    pub(super) fn push(&mut self, event: CallEvent) -> ServerMessage {
        let sequence = self.next;
        self.next += 1;
        self.events.push_back((sequence, event.clone()));
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        ServerMessage::Event { sequence, event }
    }

    /// Number of the newest event.
    pub(super) fn last(&self) -> u64 {
        self.next - 1
    }

    /// What came after `seen`; none if that can't be told any more.
    pub(super) fn since(&self, seen: u64) -> Option<impl Iterator<Item = ServerMessage> + '_> {
        let oldest = self.next - self.events.len() as u64;
        (seen.saturating_add(1) >= oldest && seen < self.next).then(|| {
            self.events
                .iter()
                .filter(move |(sequence, _)| *sequence > seen)
                .map(|(sequence, event)| ServerMessage::Event { sequence: *sequence, event: event.clone() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gets_just_what_it_missed() {
        let mut buffer = ReplayBuffer::new(1_000);
        for _ in 0..5 {
            buffer.push(CallEvent::Finishing);
        }
        let numbers = |seen| buffer.since(seen).map(Iterator::count);
        assert_eq!(buffer.last(), 1_004);
        assert_eq!(numbers(1_004), Some(0));
        assert_eq!(numbers(1_001), Some(3));
        assert_eq!(numbers(999), Some(5));
        assert_eq!(numbers(998), None, "older than all that is kept");
        assert_eq!(numbers(0), None, "a new page");
        assert_eq!(numbers(2_000), None, "from the future");
    }

    #[test]
    fn old_events_are_forgotten() {
        let mut buffer = ReplayBuffer::new(1);
        for _ in 0..KEPT + 10 {
            buffer.push(CallEvent::Finishing);
        }
        assert!(buffer.since(5).is_none());
        assert!(buffer.since(10).is_some());
    }
}
