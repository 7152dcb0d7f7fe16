//! The store's second choice, and its waiting room: memory, with a limit.

use std::collections::BTreeMap;
use std::ops::Range;

use model::wire::Frame;
use model::{CallId, Channel};

use super::Unsent;

/// Most frames: 15 minutes of two channels, 58 MB.
const LIMIT: usize = 18_000;

#[derive(Default)]
pub(super) struct Memory {
    frames: BTreeMap<(CallId, Channel, u32), Frame>,
}

impl Memory {
    /// Keeps a frame; false when there is no room.
    pub(super) fn put(&mut self, call: CallId, frame: &Frame) -> bool {
        let room = self.frames.len() < LIMIT;
        if room {
            self.frames.insert((call, frame.channel, frame.sequence), frame.clone());
        }
        room
    }

    pub(super) fn remove(&mut self, call: CallId, channel: Channel, sequence: u32) {
        self.frames.remove(&(call, channel, sequence));
    }

    pub(super) fn forget(&mut self, call: CallId, channel: Channel, next: u32) {
        if !self.frames.is_empty() {
            self.frames.retain(|key, _| (key.0, key.1) != (call, channel) || key.2 >= next);
        }
    }

    pub(super) fn load(&self, call: CallId, channel: Channel, range: Range<u32>) -> Vec<Frame> {
        self.frames.range((call, channel, range.start)..(call, channel, range.end)).map(|(_, frame)| frame.clone()).collect()
    }

    pub(super) fn ends(&self, call: CallId, channel: Channel) -> Option<(u32, u32)> {
        let mut keys = self.frames.range((call, channel, 0)..=(call, channel, u32::MAX)).map(|(key, _)| key.2);
        let first = keys.next()?;
        Some((first, keys.next_back().unwrap_or(first)))
    }

    pub(super) fn calls(&self) -> Vec<Unsent> {
        let mut calls: Vec<Unsent> = Vec::new();
        for (call, channel, _) in self.frames.keys() {
            if calls.last().is_none_or(|last| last.call != *call) {
                calls.push(Unsent { call: *call, frames: [0; 2] });
            }
            if let Some(last) = calls.last_mut() {
                last.frames[channel.index()] += 1;
            }
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use model::Millis;

    use super::*;

    fn call(id: &str) -> CallId {
        id.parse().unwrap_or_else(|error| unreachable!("{id}: {error}"))
    }

    fn frame(channel: Channel, sequence: u32) -> Frame {
        Frame { channel, sequence, captured_at: Millis(i64::from(sequence) * 100), pcm: vec![1, 0] }
    }

    #[test]
    fn channels_and_calls_are_apart_and_in_order() {
        let (one, two) = (call("00000000-0000-0000-0000-000000000001"), call("00000000-0000-0000-0000-000000000002"));
        let mut memory = Memory::default();
        for sequence in [2, 0, 1] {
            assert!(memory.put(one, &frame(Channel::Rep, sequence)));
        }
        memory.put(two, &frame(Channel::Customer, 5));
        memory.forget(one, Channel::Rep, 1);
        let left: Vec<u32> = memory.load(one, Channel::Rep, 0..9).iter().map(|frame| frame.sequence).collect();
        assert_eq!(left, [1, 2]);
        assert_eq!(memory.ends(one, Channel::Rep), Some((1, 2)));
        assert_eq!(memory.ends(one, Channel::Customer), None);
        assert_eq!(memory.ends(two, Channel::Customer), Some((5, 5)));
        assert_eq!(memory.calls(), [Unsent { call: one, frames: [2, 0] }, Unsent { call: two, frames: [0, 1] }]);
    }

    #[test]
    fn it_has_a_limit() {
        let id = call("00000000-0000-0000-0000-000000000001");
        let mut memory = Memory::default();
        assert!((0..LIMIT as u32).all(|sequence| memory.put(id, &frame(Channel::Rep, sequence))));
        assert!(!memory.put(id, &frame(Channel::Rep, LIMIT as u32)));
        memory.forget(id, Channel::Rep, 1);
        assert!(memory.put(id, &frame(Channel::Rep, LIMIT as u32)));
    }
}
