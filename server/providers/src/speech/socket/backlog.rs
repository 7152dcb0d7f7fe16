//! The audio that a service hasn't worked through for good: what the next connection must get again.

use std::collections::VecDeque;

use model::Millis;

use crate::speech::{SAMPLE_RATE, millis_of};

/// At most 30 s are kept: a service that is away for longer misses the beginning rather than lagging behind for good.
const MOST: usize = 30 * SAMPLE_RATE as usize;
const SAMPLES_PER_MILLI: u64 = SAMPLE_RATE as u64 / 1000;

/// Samples with their place in the stream.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    samples: VecDeque<i16>,
    /// The place of the first of them.
    first: u64,
    /// The place of the next one to send.
    next: u64,
    /// The place of the first one that this connection got.
    base: u64,
}

impl Backlog {
    /// Adds what the host has pushed. What the connection hasn't got yet is never dropped.
    pub fn push(&mut self, samples: &[i16]) {
        self.samples.extend(samples);
        self.drop_until(self.overflow().min(self.next));
    }

    /// Adds what the host has pushed while there is no connection. The oldest is dropped.
    pub fn push_unconnected(&mut self, samples: &[i16]) {
        self.samples.extend(samples);
        self.drop_until(self.overflow());
    }

    /// The place before which there is too much.
    fn overflow(&self) -> u64 {
        self.first + self.samples.len().saturating_sub(MOST) as u64
    }

    /// A new connection begins with the first sample that is kept; its stream time.
    pub fn rewind(&mut self) -> Millis {
        (self.base, self.next) = (self.first, self.first);
        self.base()
    }

    /// Stream time of this connection's first sample.
    pub fn base(&self) -> Millis {
        Millis(millis_of(self.base))
    }

    /// How many samples of the stream have been sent, on whatever connection.
    pub const fn sent(&self) -> u64 {
        self.next
    }

    /// Whether something waits to be sent.
    pub fn has_unsent(&self) -> bool {
        self.next < self.first + self.samples.len() as u64
    }

    /// Whether the service has worked through everything, to the ms.
    pub fn is_empty(&self) -> bool {
        (self.samples.len() as u64) < SAMPLES_PER_MILLI
    }

    /// The next samples to send, at most `most`.
    pub fn next_frame(&mut self, most: usize) -> Option<Vec<i16>> {
        let at = usize::try_from(self.next.checked_sub(self.first)?).ok()?;
        let frame: Vec<i16> = self.samples.iter().skip(at).take(most).copied().collect();
        self.next += frame.len() as u64;
        (!frame.is_empty()).then_some(frame)
    }

    /// Audio before this stream time needs no replay. What wasn't sent is kept, whatever a service says.
    pub fn forget(&mut self, until: Millis) {
        let until = u64::try_from(until.0).unwrap_or_default().saturating_mul(SAMPLES_PER_MILLI);
        self.drop_until(until.min(self.next));
    }

    /// Drops what lies before a place, in whole ms, so that the first sample's time is exact.
    fn drop_until(&mut self, place: u64) {
        let place = place - place % SAMPLES_PER_MILLI;
        let count = usize::try_from(place.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.samples.len());
        self.samples.drain(..count);
        self.first += count as u64;
        // Only without a connection; the next one begins with `rewind`.
        self.next = self.next.max(self.first);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_new_connection_gets_what_was_not_worked_through() {
        let mut backlog = Backlog::default();
        backlog.push(&(0..64).collect::<Vec<i16>>());
        assert_eq!(backlog.rewind(), Millis(0));
        assert_eq!(backlog.next_frame(48).unwrap().len(), 48);
        backlog.forget(Millis(2));
        assert_eq!(backlog.next_frame(48).unwrap()[0], 48);
        assert!(!backlog.has_unsent() && backlog.next_frame(48).is_none());
        assert_eq!(backlog.rewind(), Millis(2));
        assert_eq!(backlog.next_frame(100).unwrap(), (32..64).collect::<Vec<i16>>());
        assert_eq!(backlog.sent(), 64);
    }

    #[test]
    fn only_so_much_is_kept_and_time_goes_on() {
        let mut backlog = Backlog::default();
        for _ in 0..32 {
            backlog.push_unconnected(&[7; 16_000]);
        }
        assert_eq!(backlog.rewind(), Millis(2000));
        assert_eq!(backlog.next_frame(usize::MAX).unwrap().len(), MOST);
    }

    #[test]
    fn a_connection_gets_everything_however_much_comes_at_once() {
        let mut backlog = Backlog::default();
        backlog.push(&vec![7; 2 * MOST]);
        assert_eq!(backlog.next_frame(usize::MAX).unwrap().len(), 2 * MOST);
        backlog.push(&[7; 16]);
        assert_eq!(backlog.rewind(), Millis(30_001));
    }

    proptest! {
        #[test]
        fn samples_are_sent_in_order_and_at_their_place(steps in prop::collection::vec((0..3_u8, 0..5000_usize), 1..60)) {
            let (mut backlog, mut pushed, mut done) = (Backlog::default(), 0_u64, 0_u64);
            let mut expected = 0;
            for (step, amount) in steps {
                match step {
                    0 => {
                        backlog.push(&(0..amount as u64).map(|at| ((pushed + at) % 30_011) as i16).collect::<Vec<_>>());
                        pushed += amount as u64;
                    }
                    1 => if let Some(frame) = backlog.next_frame(amount) {
                        prop_assert_eq!(frame[0], (expected % 30_011) as i16);
                        expected += frame.len() as u64;
                        prop_assert_eq!(backlog.sent(), expected);
                    },
                    _ => {
                        backlog.forget(Millis(amount as i64));
                        done = done.max((amount as u64 * 16).min(expected));
                        expected = backlog.rewind().0 as u64 * 16;
                        // What was done, down to the ms, and nothing else is left out.
                        prop_assert_eq!(expected, done - done % 16);
                    }
                }
            }
        }
    }
}
