//! The audio that a recognizer has not answered yet: what it is to be given, and what its next stream must be given again.

use std::collections::VecDeque;

use model::Millis;
use model::wire::SAMPLE_RATE;

use super::super::gate::Piece;

/// Audio that waits for a recognizer, and audio that is kept in case its stream is lost before it has answered: two minutes each.
const MOST: u64 = 120 * SAMPLE_RATE as u64;
const SAMPLES_PER_MILLI: u64 = SAMPLE_RATE as u64 / 1000;

/// Pieces in order, with their place in the open stream.
///
/// Places are stream time, not call time: only there is before and after certain (silence that was put in for a pause overlaps with the
/// audio after it).
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    pieces: VecDeque<Piece>,
    /// How many of them the stream was given.
    pushed: usize,
    /// The first piece's first sample in the stream.
    first: u64,
    /// The sample in the stream that comes next.
    next: u64,
    /// Samples that the stream was not given yet.
    waiting: u64,
}

impl Unanswered {
    /// Whether everything was answered.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether the stream is to be given something.
    pub(super) fn has_waiting(&self) -> bool {
        self.pushed < self.pieces.len()
    }

    /// Whether more may wait to be pushed.
    pub(super) const fn has_room(&self) -> bool {
        self.waiting < MOST
    }

    /// Adds what a recognizer is to be given.
    pub(super) fn extend(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        for piece in pieces {
            self.waiting += piece.samples.len() as u64;
            self.pieces.push_back(piece);
        }
    }

    /// Another stream is opened: everything is pushed (again).
    pub(super) fn rewind(&mut self) {
        self.waiting += self.next - self.first;
        (self.pushed, self.first, self.next) = (0, 0, 0);
    }

    /// The piece to push next. It counts as pushed.
    pub(super) fn push(&mut self) -> Option<&Piece> {
        let piece = self.pieces.get(self.pushed)?;
        self.pushed += 1;
        self.next += piece.samples.len() as u64;
        self.waiting -= piece.samples.len() as u64;
        Some(piece)
    }

    /// Audio before this stream time was answered, to the sample. What was not pushed is kept, whatever a recognizer says.
    pub(super) fn answered(&mut self, until: Millis) {
        let until = u64::try_from(until.0).unwrap_or_default().saturating_mul(SAMPLES_PER_MILLI);
        self.drop_before(until.min(self.next));
        // Less than a millisecond is nothing that could be answered.
        if self.next - self.first < SAMPLES_PER_MILLI {
            self.drop_before(self.next);
        }
    }

    /// Forgets audio that was pushed more than two minutes ago: mostly silence, which nobody answers.
    pub(super) fn forget_old(&mut self) {
        self.drop_before(self.next.saturating_sub(MOST));
    }

    /// Drops what lies before a place in the stream that was pushed.
    fn drop_before(&mut self, place: u64) {
        while self.first < place
            && let Some(piece) = self.pieces.front_mut()
        {
            let length = piece.samples.len() as u64;
            let answered = length.min(place - self.first);
            self.first += answered;
            if answered == length {
                self.pieces.pop_front();
                self.pushed -= 1;
            } else {
                piece.samples.drain(..usize::try_from(answered).unwrap_or(usize::MAX));
                piece.start = piece.start + Millis((answered / SAMPLES_PER_MILLI).cast_signed());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn piece(start: i64, milliseconds: usize) -> Piece {
        Piece { start: Millis(start), samples: (0..milliseconds * 16).map(|at| (at / 16) as i16).collect() }
    }

    fn pushed(unanswered: &mut Unanswered) -> Vec<(i64, usize)> {
        std::iter::from_fn(|| unanswered.push().map(|piece| (piece.start.0, piece.samples.len() / 16))).collect()
    }

    #[test]
    fn another_stream_gets_what_was_not_answered_to_the_millisecond() {
        let mut unanswered = Unanswered::default();
        unanswered.extend([piece(1_000, 100), piece(1_100, 100), piece(9_000, 100)]);
        assert_eq!(pushed(&mut unanswered), [(1_000, 100), (1_100, 100), (9_000, 100)]);
        unanswered.answered(Millis(130));
        unanswered.rewind();
        assert_eq!(pushed(&mut unanswered), [(1_130, 70), (9_000, 100)]);
        unanswered.answered(Millis(170));
        assert!(unanswered.is_empty());
    }

    #[test]
    fn what_was_not_pushed_is_kept_whatever_a_recognizer_says() {
        let mut unanswered = Unanswered::default();
        unanswered.extend([piece(0, 100), piece(100, 100)]);
        unanswered.push();
        unanswered.answered(Millis(i64::MAX));
        assert_eq!(pushed(&mut unanswered), [(100, 100)]);
        unanswered.answered(Millis(-1));
        assert!(!unanswered.is_empty());
    }

    #[test]
    fn only_so_much_waits_and_only_so_much_is_kept() {
        let mut unanswered = Unanswered::default();
        unanswered.extend([piece(0, 60_000), piece(60_000, 59_999)]);
        assert!(unanswered.has_room());
        unanswered.extend([piece(119_999, 100)]);
        assert!(!unanswered.has_room());
        pushed(&mut unanswered);
        unanswered.extend([piece(120_099, 1_000)]);
        pushed(&mut unanswered);
        unanswered.forget_old();
        unanswered.rewind();
        let all = pushed(&mut unanswered);
        assert_eq!((all[0].0, all.iter().map(|(_, length)| length).sum::<usize>()), (1_099, 120_000));
    }

    proptest! {
        #[test]
        fn every_sample_is_pushed_until_it_is_answered(steps in prop::collection::vec((0..4_u8, 1..400_i64), 1..60)) {
            let mut unanswered = Unanswered::default();
            // Call time and stream time are the same here until a stream is opened again.
            let (mut added, mut done, mut base, mut next) = (0, 0, 0, 0);
            for (step, amount) in steps {
                match step {
                    0 => {
                        unanswered.extend([piece(added, amount as usize)]);
                        added += amount;
                    }
                    1 => if let Some(piece) = unanswered.push() {
                        prop_assert_eq!(piece.start.0, next);
                        next = piece.end().0;
                    },
                    2 => {
                        unanswered.answered(Millis(amount));
                        done = done.max((base + amount).min(next));
                    }
                    _ => {
                        unanswered.rewind();
                        (base, next) = (done, done);
                    }
                }
                prop_assert_eq!(unanswered.has_waiting(), next < added);
            }
        }
    }
}
