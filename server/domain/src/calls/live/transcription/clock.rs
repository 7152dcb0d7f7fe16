//! Which stretch of the call each stretch of a recognizer's stream is.

use std::collections::VecDeque;

use model::Utterance;
use model::wire::SAMPLE_RATE;
use model::{Millis, Word};

use super::gate::{Piece, millis};

/// Maps a recognizer's stream time to call time.
#[derive(Debug, Default)]
pub(crate) struct StreamClock {
    pushed: u64,
    /// (first sample in the stream, call time of it), one entry per jump.
    jumps: VecDeque<(u64, Millis)>,
}

/// A jump of less than this is the same stretch: device clocks wander.
const SAME_STRETCH: i64 = 20;
/// Jumps that are kept; a call of a day with one every few seconds stays under it.
const MOST_JUMPS: usize = 20_000;

impl StreamClock {
    /// Notes that a piece was pushed.
    pub(crate) fn pushed(&mut self, piece: &Piece) {
        let expected = self.jumps.back().map(|(sample, at)| *at + millis(self.pushed - sample));
        if expected.is_none_or(|expected| (expected.0 - piece.start.0).abs() > SAME_STRETCH) {
            self.jumps.push_back((self.pushed, piece.start));
            if self.jumps.len() > MOST_JUMPS {
                self.jumps.pop_front();
            }
        }
        self.pushed += piece.samples.len() as u64;
    }

    /// Call time of a moment of the stream. Moments past what was pushed are its end.
    pub(crate) fn call_time(&self, stream: Millis) -> Millis {
        let sample = (stream.0.max(0) as u64).saturating_mul(u64::from(SAMPLE_RATE)) / 1000;
        let sample = sample.min(self.pushed);
        // An end that falls on a jump belongs to the stretch before it; so the last jump strictly before, or the first.
        let jump = self.jumps.iter().rev().find(|(first, _)| *first < sample).or_else(|| self.jumps.front());
        jump.map_or(stream, |(first, at)| *at + millis(sample.saturating_sub(*first)))
    }

    /// An utterance in call time, made harmless: ordered times, a confidence between 0 and 1.
    pub(crate) fn utterance(&self, heard: Utterance) -> Utterance {
        let unit = |value: f64| if value.is_finite() { value.clamp(0.0, 1.0) } else { 1.0 };
        let start = self.start_time(heard.start);
        let end = self.call_time(heard.end).max(start);
        let words = heard
            .words
            .into_iter()
            .map(|word| {
                let from = self.start_time(word.start).clamp(start, end);
                Word { start: from, end: self.call_time(word.end).clamp(from, end), confidence: unit(word.confidence), text: word.text }
            })
            .collect();
        Utterance { text: heard.text, start, end, confidence: unit(heard.confidence), words }
    }

    /// As [`Self::call_time`], but a start that falls on a jump belongs to the stretch after it.
    fn start_time(&self, stream: Millis) -> Millis {
        self.call_time(stream + Millis(1)) - Millis(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start: i64) -> Piece {
        Piece { start: Millis(start), samples: vec![1; 1_600] }
    }

    #[test]
    fn stream_time_maps_back_over_gaps() {
        let mut clock = StreamClock::default();
        for start in [1_000, 1_100, 9_000, 9_100] {
            clock.pushed(&piece(start));
        }
        assert_eq!(clock.call_time(Millis(0)), Millis(1_000));
        assert_eq!(clock.call_time(Millis(150)), Millis(1_150));
        assert_eq!(clock.call_time(Millis(200)), Millis(1_200), "an end on the jump belongs to the first stretch");
        assert_eq!(clock.start_time(Millis(200)), Millis(9_000), "a start on the jump belongs to the second");
        assert_eq!(clock.call_time(Millis(300)), Millis(9_100));
        assert_eq!(clock.call_time(Millis(99_999)), Millis(9_200), "never past what was pushed");
    }

    #[test]
    fn utterances_become_harmless() {
        let mut clock = StreamClock::default();
        clock.pushed(&piece(500));
        let heard = Utterance { text: "a".into(), start: Millis(90), end: Millis(10), confidence: f64::NAN, words: Vec::new() };
        let utterance = clock.utterance(heard);
        assert!(utterance.start <= utterance.end);
        assert!((utterance.confidence - 1.0).abs() < f64::EPSILON);
    }
}
