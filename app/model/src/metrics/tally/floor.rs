//! Who has the floor, in the order in which things were said.

use std::collections::VecDeque;

use crate::calls::Channel;
use crate::time::Millis;

/// A longer silence ends a monologue, and is no patience either.
const SILENCE: Millis = Millis(10_000);
/// Segments that wait for earlier ones. Of two that overlap the shorter one is often final first, and the rep's may be held back for a
/// second; no recognizer is dozens of segments late.
const WAITING: usize = 24;

/// A segment, as far as the floor goes. Times are call time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub channel: Channel,
    pub start: Millis,
    pub end: Millis,
    /// It ends with a question.
    pub asked: bool,
    pub acknowledgement: bool,
}

/// Who has the floor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floor {
    pub channel: Channel,
    /// Where this stretch began.
    pub since: Millis,
    pub until: Millis,
    /// The holder's last segment asked something, so a short "yes" is an answer.
    asked: bool,
}

/// What comes of the segments up to a time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub floor: Option<Floor>,
    /// By side.
    pub longest: [Millis; 2],
    pub turns: u32,
    pauses: u32,
    paused_ms: i64,
}

/// The count of what is certain, and the newest segments by their start.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    settled: Count,
    waiting: VecDeque<Said>,
    /// The count of both.
    now: Count,
}

impl Turns {
    pub fn push(&mut self, said: Said) {
        let place = self.waiting.partition_point(|other| other.start <= said.start);
        self.waiting.insert(place, said);
        if self.waiting.len() > WAITING
            && let Some(first) = self.waiting.pop_front()
        {
            self.settled.take(first);
        }
        self.now = self.settled;
        self.waiting.iter().for_each(|said| self.now.take(*said));
    }

    /// The count with all that was said so far.
    pub fn now(&self) -> &Count {
        &self.now
    }
}

impl Count {
    fn take(&mut self, said: Said) {
        let Said { channel, start, end, asked, acknowledgement } = said;
        let floor = match self.floor {
            Some(floor) if floor.channel == channel && start.since(floor.until) <= SILENCE => {
                Floor { until: floor.until.max(end), asked, ..floor }
            }
            Some(floor) if floor.channel != channel && acknowledgement && !floor.asked => return,
            earlier => {
                if let Some(earlier) = earlier.filter(|earlier| earlier.channel != channel) {
                    self.turns = self.turns.saturating_add(1);
                    let pause = start.since(earlier.until);
                    if channel == Channel::Rep && pause <= SILENCE {
                        self.pauses = self.pauses.saturating_add(1);
                        self.paused_ms = self.paused_ms.saturating_add(pause.0);
                    }
                }
                Floor { channel, since: start, until: end, asked }
            }
        };
        let longest = &mut self.longest[channel.index()];
        *longest = (*longest).max(floor.until.since(floor.since));
        self.floor = Some(floor);
    }

    /// The mean pause before the rep's turns, in ms.
    pub fn patience(&self) -> Option<f64> {
        (self.pauses > 0).then(|| self.paused_ms as f64 / f64::from(self.pauses))
    }
}
