//! Between a call's audio and a recognizer: lets through what the recognizer wants, and remembers which stretch of the
//! call each stretch of the recognizer's stream is.

use std::collections::VecDeque;

use model::wire::SAMPLE_RATE;
use model::{Millis, Word};

use ports::{Gate, Utterance};

/// Audio before speech that a recognizer needs to catch the first sound.
const LEAD_IN: Millis = Millis(400);
/// Audio after speech that makes a recognizer close the sentence.
const TRAIL: Millis = Millis(900);
/// Time without any audio (a pause, a lost device) after which what is said is another sentence.
const GAP: Millis = Millis(1_000);

/// A piece of a channel's audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Call time of the first sample.
    pub start: Millis,
    /// 16 kHz mono.
    pub samples: Vec<i16>,
}

impl Piece {
    pub(crate) fn end(&self) -> Millis {
        self.start + millis(self.samples.len() as u64)
    }
}

fn millis(samples: u64) -> Millis {
    Millis(i64::try_from(samples * 1000 / u64::from(SAMPLE_RATE)).unwrap_or(i64::MAX))
}

/// Passes speech with some silence around it, or everything.
#[derive(Debug)]
pub(crate) struct SpeechGate {
    gate: Gate,
    lead_in: VecDeque<Piece>,
    open_until: Option<Millis>,
    /// End of the last piece, until silence was passed after it.
    heard_until: Option<Millis>,
}

impl SpeechGate {
    pub(crate) fn new(gate: Gate) -> Self {
        Self { gate, lead_in: VecDeque::new(), open_until: None, heard_until: None }
    }

    /// The pieces to pass on now, in order.
    pub(crate) fn push(&mut self, piece: Piece, voiced: bool) -> Vec<Piece> {
        let mut pass = if self.heard_until.is_some_and(|until| piece.start > until + GAP) { self.fall_silent() } else { Vec::new() };
        self.heard_until = Some(piece.end());
        if self.gate == Gate::Everything {
            pass.push(piece);
            return pass;
        }
        if voiced {
            self.open_until = Some(piece.end() + TRAIL);
            pass.extend(self.lead_in.drain(..));
            pass.push(piece);
            return pass;
        }
        if self.open_until.is_some_and(|until| piece.start < until) {
            pass.push(piece);
            return pass;
        }
        self.open_until = None;
        let horizon = piece.end() - LEAD_IN;
        self.lead_in.push_back(piece);
        while self.lead_in.front().is_some_and(|first| first.end() <= horizon) {
            self.lead_in.pop_front();
        }
        pass
    }

    /// No audio comes for now: silence in its place, which makes a recognizer close its sentence. Once, until audio comes.
    pub(crate) fn fall_silent(&mut self) -> Vec<Piece> {
        let Some(start) = self.heard_until.take() else { return Vec::new() };
        self.lead_in.clear();
        if self.gate == Gate::Speech && self.open_until.take().is_none_or(|until| until <= start) {
            return Vec::new();
        }
        let samples = usize::try_from(TRAIL.0).unwrap_or(0) * SAMPLE_RATE as usize / 1000;
        vec![Piece { start, samples: vec![0; samples] }]
    }
}

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
    fn silence_is_not_passed_but_what_surrounds_speech_is() {
        let mut gate = SpeechGate::new(Gate::Speech);
        let mut passed = Vec::new();
        for index in 0..40 {
            passed.extend(gate.push(piece(index * 100), index == 20).into_iter().map(|piece| piece.start.0));
        }
        let expected: Vec<i64> = (16..30).map(|index| index * 100).collect();
        assert_eq!(passed, expected);
    }

    #[test]
    fn silence_follows_where_no_more_audio_comes() {
        let mut gate = SpeechGate::new(Gate::Speech);
        gate.push(piece(0), true);
        let silence = gate.fall_silent();
        assert_eq!(silence.iter().map(|piece| (piece.start, piece.end())).collect::<Vec<_>>(), [(Millis(100), Millis(1_000))]);
        assert!(silence[0].samples.iter().all(|sample| *sample == 0));
        assert!(gate.fall_silent().is_empty(), "once");
        assert_eq!(gate.push(piece(9_000), true), [piece(9_000)]);
        let after_a_gap = gate.push(piece(20_000), true);
        assert_eq!(after_a_gap.iter().map(|piece| piece.start.0).collect::<Vec<_>>(), [9_100, 20_000], "nobody said that it paused");
        gate.push(piece(20_100), false);
        assert!(SpeechGate::new(Gate::Everything).fall_silent().is_empty(), "nothing was heard");
    }

    #[test]
    fn everything_is_everything() {
        let mut gate = SpeechGate::new(Gate::Everything);
        assert_eq!(gate.push(piece(0), false), vec![piece(0)]);
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
