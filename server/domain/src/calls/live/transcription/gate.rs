//! Between a call's audio and a recognizer: lets through what the recognizer wants.

use std::collections::VecDeque;

use model::wire::SAMPLE_RATE;
use model::{Gate, Millis};

/// Audio before speech that a recognizer needs to catch the first sound.
const LEAD_IN: Millis = Millis(400);
/// Audio after speech that makes a recognizer close the sentence.
const TRAIL: Millis = Millis(900);
/// Time without any audio (a pause, a lost device) after which what is said is another sentence.
const GAP: Millis = Millis(1_000);

/// A piece of a track's audio.
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

/// How long so many samples last.
pub(crate) fn millis(samples: u64) -> Millis {
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
}
