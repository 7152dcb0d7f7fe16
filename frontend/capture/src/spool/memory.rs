//! The store's second choice, and its waiting room: memory, with a limit.

use std::collections::BTreeMap;
use std::ops::Range;

use model::wire::Frame;
use model::{CallId, TrackId};

/// Most frames: 15 minutes of two tracks, 58 MB.
const LIMIT: usize = 18_000;

#[derive(Default)]
pub(super) struct Memory {
    frames: BTreeMap<(CallId, TrackId, u32), Frame>,
}

impl Memory {
    /// Keeps a frame; false when there is no room.
    pub(super) fn put(&mut self, call: CallId, frame: &Frame) -> bool {
        let room = self.frames.len() < LIMIT;
        if room {
            self.frames.insert((call, frame.track, frame.sequence), frame.clone());
        }
        room
    }

    pub(super) fn remove(&mut self, call: CallId, track: TrackId, sequence: u32) {
        self.frames.remove(&(call, track, sequence));
    }

    pub(super) fn forget(&mut self, call: CallId, track: TrackId, next: u32) {
        if !self.frames.is_empty() {
            self.frames.retain(|key, _| (key.0, key.1) != (call, track) || key.2 >= next);
        }
    }

    pub(super) fn load(&self, call: CallId, track: TrackId, range: Range<u32>) -> Vec<Frame> {
        self.frames.range((call, track, range.start)..(call, track, range.end)).map(|(_, frame)| frame.clone()).collect()
    }

    pub(super) fn ends(&self, call: CallId, track: TrackId) -> Option<(u32, u32)> {
        let mut keys = self.frames.range((call, track, 0)..=(call, track, u32::MAX)).map(|(key, _)| key.2);
        let first = keys.next()?;
        Some((first, keys.next_back().unwrap_or(first)))
    }
}

#[cfg(test)]
mod tests {
    use model::Millis;

    use super::*;

    fn call(id: &str) -> CallId {
        id.parse().unwrap_or_else(|error| unreachable!("{id}: {error}"))
    }

    fn frame(track: TrackId, sequence: u32) -> Frame {
        Frame { track, sequence, captured_at: Millis(i64::from(sequence) * 100), pcm: vec![1, 0] }
    }

    #[test]
    fn channels_and_calls_are_apart_and_in_order() {
        let (one, two) = (call("00000000-0000-0000-0000-000000000001"), call("00000000-0000-0000-0000-000000000002"));
        let mut memory = Memory::default();
        for sequence in [2, 0, 1] {
            assert!(memory.put(one, &frame(TrackId::MICROPHONE, sequence)));
        }
        memory.put(two, &frame(TrackId::FAR_END, 5));
        memory.forget(one, TrackId::MICROPHONE, 1);
        let left: Vec<u32> = memory.load(one, TrackId::MICROPHONE, 0..9).iter().map(|frame| frame.sequence).collect();
        assert_eq!(left, [1, 2]);
        assert_eq!(memory.ends(one, TrackId::MICROPHONE), Some((1, 2)));
        assert_eq!(memory.ends(one, TrackId::FAR_END), None);
        assert_eq!(memory.ends(two, TrackId::FAR_END), Some((5, 5)));
    }

    #[test]
    fn it_has_a_limit() {
        let id = call("00000000-0000-0000-0000-000000000001");
        let mut memory = Memory::default();
        assert!((0..LIMIT as u32).all(|sequence| memory.put(id, &frame(TrackId::MICROPHONE, sequence))));
        assert!(!memory.put(id, &frame(TrackId::MICROPHONE, LIMIT as u32)));
        memory.forget(id, TrackId::MICROPHONE, 1);
        assert!(memory.put(id, &frame(TrackId::MICROPHONE, LIMIT as u32)));
    }
}
